import { XMLParser } from "fast-xml-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { runOrThrow } from "../api/run.ts";
import { connectionAt, openSession } from "../api/session.ts";
import { sarif } from "../reports/annotations.ts";
import { matrix } from "../reports/comparison.ts";
import { html } from "../reports/html/report.ts";
import { junit } from "../reports/junit.ts";
import type { Report } from "../reports/report.ts";
import { runMarkdown, runText } from "../reports/run-blocks.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { inProcess } from "../targets/in-process.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { live } from "../targets/reference/mutants/index.ts";
import { createReference } from "../targets/reference/reference.ts";

const pageOnly = [
  "FunctionName.maxLength",
  "race.acknowledged-are-kept",
  "race.linearizable",
  "remove.keeps-concurrent-additions",
];

let report: Report;
let shown = "";

/** Answers as the live service was recorded, and cannot be asked for a 429 or a 500. */
const server = createReference({ behaviour: live(faithful), faults: false });

beforeAll(async () => {
  const at = connectionAt("http://live-service.invalid");
  const session = await openSession(
    { ...at, own: true, carrier: (_, clock) => inProcess(server, { clock }) },
    { env: {}, seed: 1 },
  );
  report = await runOrThrow(session, { seed: 1, profile: "aws", runs: 1, rounds: 1, replay: () => "" });
  await session.close();
  shown = runText(report, { columns: 200, color: false });
}, 120_000);

describe("A server that answers like the recorded live service, with --profile aws", () => {
  it("exits with 0", () => {
    expect(exitCode(report), shown).toBe(0);
    expect(shown).toContain("conforms to the live service's recorded behaviour. Exit code 0");
  });

  it("has a reason for every unexercised rule, and counts only rules of the column", () => {
    const idle = report.rules.filter((rule) => ruleStatus(rule, report) === "unexercised");
    expect(idle.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    const excused = report.rules.filter((rule) => ruleStatus(rule, report) === "excused");
    expect(excused.map(({ reason }) => reason)).not.toContain(undefined);
    expect(report.summary.aws.unexercised).toBe(excused.length);
    const ignored = report.rules.filter((rule) => ruleStatus(rule, report) === "ignored");
    expect(ignored.map(({ id }) => id).sort()).toEqual(pageOnly);
    for (const { columns, verdicts } of ignored) {
      expect(columns).toEqual(["document"]);
      expect(verdicts).toEqual({ document: expect.anything(), aws: "unexercised" });
    }
    const { holds, violated, known, inconclusive, unexercised } = report.summary.aws;
    expect(holds + violated + known + inconclusive + unexercised).toBe(report.rules.length - pageOnly.length);
  });

  it("has the reasons in every format", () => {
    const texts = [shown, runMarkdown(report)];
    for (const text of texts) {
      expect(text).not.toMatch(/(not decided|no request exercised it):/);
      for (const id of pageOnly) expect(text).not.toContain(id);
    }
    const cases = new XMLParser({ ignoreAttributes: false }).parse(junit(report)).testsuites.testsuite
      .testcase as readonly Record<string, unknown>[];
    expect(cases.filter(({ error, failure }) => error !== undefined || failure !== undefined)).toEqual([]);
    expect(JSON.parse(sarif(report)).runs[0].results).toEqual([]);
    const page = html(report);
    expect(page.match(/data-aws="ignored"/g)).toHaveLength(pageOnly.length);
    expect(page.match(/data-aws="unexercised"/g)).toHaveLength(report.summary.aws.unexercised);
    expect(matrix([report, report], "aws").rows.map(({ id }) => id)).not.toEqual(
      expect.arrayContaining([pageOnly[0]]),
    );
  });
});
