import { describe, expect, it } from "vitest";
import type { Report } from "../reports/report.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { state } from "../suites/state.ts";
import type { HttpReply, HttpRequest } from "../targets/reference/http.ts";
import { dialects } from "../targets/reference/mutants/index.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { partOf } from "./part-of.ts";

/** The unsupported capabilities of a reference whose answers `instead` can replace. */
async function unsupportedBy(
  instead: (operation: string | null, request: HttpRequest) => HttpReply | undefined,
): Promise<{ readonly report: Report; readonly unsupported: Report["target"]["unsupported"] }> {
  const changed = change(({ finish }) => ({
    finish: (reply, request, operation) => finish(instead(operation, request) ?? reply, request, operation),
  }));
  const report = await judgeVariant(changed, { seed: 1, chosen: [partOf(state, /duplicate/)] });
  return { report, unsupported: report.target.unsupported };
}

function refusal(status: number, name: string | null, message = ""): HttpReply {
  const headers = name === null ? [] : [["X-Amzn-ErrorType", name] as const];
  return { status, headers, body: JSON.stringify({ message }) };
}

describe("An unsupported capability", () => {
  it("is the removal of statements when its path does not exist, but not when an error name only ends similarly", async () => {
    const removing = (reply: HttpReply) => (operation: string | null) =>
      operation === "RemovePermission" ? reply : undefined;
    const named = await unsupportedBy(removing(refusal(404, "UnknownStatementname")));
    expect(named.unsupported).toEqual([]);
    const nameless = await unsupportedBy(removing(refusal(404, null)));
    expect(nameless.unsupported).toEqual([
      {
        needs: "remove",
        reason: "removes no statements: RemovePermission answers 404 without an error name",
      },
    ]);
    const excused = nameless.report.rules.filter((rule) => ruleStatus(rule, nameless.report) === "excused");
    expect(excused.map(({ excusedBy }) => excusedBy)).toContain("remove");
  });

  it("is the RevisionId of GetPolicy, where only GetFunction and GetAlias have one", async () => {
    const report = await judgeVariant(dialects["no revision with the policy"] ?? ((same) => same), {
      seed: 1,
    });
    expect(report.target.unsupported).toEqual([
      { needs: "policy-revisions", reason: "returns no RevisionId in GetPolicy" },
    ]);
    expect(exitCode(report)).toBe(0);
  });

  it("keeps its own reason, whatever the target's message says", async () => {
    const words = "the second function alone has versions";
    const { unsupported = [] } = await unsupportedBy((operation, request) => {
      if (operation === "PublishVersion") return refusal(400, "InvalidParameterValueException", words);
      const isSecond = operation === "CreateFunction" && request.body.includes("-other");
      return isSecond ? refusal(400, "CodeStorageExceededException", "full") : undefined;
    });
    const reasonOf = (wanted: string) => unsupported.find(({ needs }) => needs === wanted)?.reason;
    expect(reasonOf("versions")).toMatch(
      /^no published version: .*PublishVersion answered 400 .*second function/,
    );
    expect(reasonOf("other")).toMatch(/^no second function: .*refused to create .*full/);
    expect(reasonOf("other")).not.toContain("PublishVersion");
  });
});
