import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matrix } from "../reports/comparison.ts";
import { html } from "../reports/html/report.ts";
import { readReport } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import { runMarkdown } from "../reports/run-blocks.ts";
import { ruleStatus } from "../reports/verdict.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { live } from "../targets/reference/mutants/index.ts";
import { createReference } from "../targets/reference/reference.ts";
import { runCommand } from "./command.ts";

const pageOnly = [
  "FunctionName.maxLength",
  "race.acknowledged-are-kept",
  "race.linearizable",
  "remove.keeps-concurrent-additions",
];

let folder = "";
let run = { code: -1, out: "" };
let report: Report;

/** Answers as the live service was recorded, and cannot be asked for a 429 or a 500. */
const server = createReference({ behaviour: live(faithful), faults: false });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "live-service-"));
  const endpoint = (await server.listen()).origin;
  const args = ["--profile", "aws", "--runs", "1", "--rounds", "1", "--out", folder];
  const reports = ["--format", "json,markdown,junit,sarif"];
  run = await runCommand(["--endpoint", endpoint, ...args, ...reports], { cwd: folder });
  report = readReport(await readFile(join(folder, "report.json"), "utf8"), "report.json");
}, 120_000);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe("A server that answers like the recorded live service, with --profile aws", () => {
  it("exits with 0", () => {
    expect(run.code, run.out).toBe(0);
    expect(run.out).toContain("conforms to the live service's recorded behaviour. Exit code 0");
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

  it("has the reasons in every format", async () => {
    const texts = [run.out, runMarkdown(report)];
    for (const text of texts) {
      expect(text).not.toMatch(/(not decided|no request exercised it):/);
      for (const id of pageOnly) expect(text).not.toContain(id);
    }
    const cases = new XMLParser({ ignoreAttributes: false }).parse(
      await readFile(join(folder, "junit.xml"), "utf8"),
    ).testsuites.testsuite.testcase as readonly Record<string, unknown>[];
    expect(cases.filter(({ error, failure }) => error !== undefined || failure !== undefined)).toEqual([]);
    expect(JSON.parse(await readFile(join(folder, "report.sarif"), "utf8")).runs[0].results).toEqual([]);
    const page = html(report);
    expect(page.match(/data-aws="ignored"/g)).toHaveLength(pageOnly.length);
    expect(page.match(/data-aws="unexercised"/g)).toHaveLength(report.summary.aws.unexercised);
    expect(matrix([report, report], "aws").rows.map(({ id }) => id)).not.toEqual(
      expect.arrayContaining([pageOnly[0]]),
    );
  });
});
