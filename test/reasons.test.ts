import { describe, expect, it } from "vitest";
import { flagOf, options as table } from "../api/options.ts";
import { reasonText } from "../reports/finding.ts";
import schema from "../reports/report.schema.json" with { type: "json" };
import { type Reason, reasonMembers } from "../reports/report.ts";
import { lostText } from "../runner/observe/problem.ts";
import { sampleRule } from "./sample-report.ts";

/** A reason of every code; the compiler asks for each. */
const reasons: { readonly [Code in Reason["code"]]: readonly Extract<Reason, { code: Code }>[] } = {
  unsupported: [{ code: "unsupported", needs: "aliases", detail: "has no aliases" }],
  explained: [{ code: "explained", by: "request.accepted" }],
  "not-exercised": (["not-sent", "left-out", "not-chosen", "state", "chance"] as const).map((because) => ({
    code: "not-exercised",
    because,
  })),
  "not-judged": [{ code: "not-judged" }],
  unsettled: [
    "no answer: timeout",
    "too many calls without an answer",
    "no answer: reset",
    "429 TooManyRequestsException",
    "503 ServiceUnavailable",
    "GetPolicy answered 500",
    "GetPolicy answered 302",
    "not sent: the run was ended",
    "no answer: aborted",
    "not decided within 5000 steps",
  ].map((detail) => ({ code: "unsettled", detail })),
  "not-confirmed": [{ code: "not-confirmed", detail: "seen once (409, in races/one-id/0), not in reruns" }],
  "not-rerun": [{ code: "not-rerun", seen: "409" }],
  "no-fixture": [{ code: "no-fixture", seen: "409" }],
  "not-kept": [{ code: "not-kept" }],
  "not-rerun-yet": [{ code: "not-rerun-yet", seen: "409" }],
};

describe("A rule without a verdict", () => {
  const all = Object.values(reasons).flat();

  it.each(all.map((reason) => [reason.code, reason] as const))(
    "has one reason, and one thing to do about it: %s",
    (code, reason) => {
      const { reason: why = "", reasonCode, advice = "" } = reasonMembers(reason);
      expect(reasonCode).toBe(code);
      expect(why).toMatch(/^\S.*[^.\s]$/);
      expect(advice).toMatch(/^[A-Z].*\.$/);
      const flags = Object.values(table).map(flagOf);
      expect(flags).toEqual(expect.arrayContaining(advice.match(/--[a-z]+/g) ?? []));
      const rule = sampleRule("a.b", { verdicts: { document: "inconclusive", aws: "holds" } });
      expect(reasonText({ ...rule, reason: why, advice })).toBe(`${why}. ${advice}`);
    },
  );

  it("has a code of a list that the schema closes", () => {
    expect(Object.keys(reasons).sort()).toEqual(schema.$defs.reasonCode.enum.toSorted());
  });

  it("of an earlier version's report is told by its outcome", () => {
    const open = { verdicts: { document: "unexercised", aws: "unexercised" } } as const;
    expect(reasonText(sampleRule("a.b", open))).toBe("no request exercised it");
  });
});

describe("Functions that a target lost", () => {
  it("are named if they are few, and counted if they are many, so that the advice is read", () => {
    expect(lostText(["a", "b"])).toContain("no longer knows a and b, which");
    expect(lostText(["a", "b", "c"])).toContain("no longer knows a and 2 other functions, which");
  });
});
