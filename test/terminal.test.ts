import { describe, expect, it } from "vitest";
import { width } from "../reports/print-terminal.ts";
import { runText } from "../reports/run-blocks.ts";
import {
  causesReport,
  greenReport,
  hostile,
  sampleCounterexample,
  sampleReport,
  sampleRule,
} from "./sample-report.ts";

const plain = { columns: 80, color: false, mostRows: Infinity } as const;

describe("the terminal report", () => {
  it("matches the golden file", async () => {
    await expect(runText(sampleReport(), plain)).toMatchFileSnapshot("golden/terminal.txt");
  });

  it("matches the golden file when it is verbose", async () => {
    const text = runText(sampleReport({ incomplete: true }), { ...plain, verbose: true });
    await expect(text).toMatchFileSnapshot("golden/terminal-verbose.txt");
  });

  it("matches the golden file when everything holds", async () => {
    await expect(runText(greenReport(), plain)).toMatchFileSnapshot("golden/terminal-green.txt");
  });

  it.each([40, 80, 120])("fits %d columns, except commands, which are not wrapped", (columns) => {
    const report = sampleReport();
    const commands = [
      ...(report.shell ?? []),
      ...report.rules.flatMap(({ counterexample: found }) => (found ? [found.play, found.replay] : [])),
    ];
    const lines = runText(report, { ...plain, columns }).split("\n");
    const isCommand = (line: string) => commands.includes(line.trim());
    const tooLong = lines.filter(
      (line) => width(line) > columns && !isCommand(line) && !/^(document|aws| {10}) /.test(line),
    );
    expect(tooLong).toEqual([]);
    expect(lines.filter(isCommand)).toHaveLength(6);
  });

  it("shows three of many calls in flight together, draws them all, and shows all when verbose", () => {
    const [step] = sampleCounterexample().steps;
    if (step === undefined) throw new Error("The sample has no steps.");
    const { request } = step;
    const racer = (at: number) => ({
      ...step,
      request: { ...request, body: `{"StatementId":"race-${at}"}`, operation: "AddPermission", round: 1 },
      sentAt: 2 + at / 100,
      answeredAt: 5,
    });
    const before = { ...step, request: { ...request, round: 0 }, sentAt: 0, answeredAt: 1 };
    const steps = [before, ...Array.from({ length: 12 }, (_, at) => racer(at))];
    const rule = sampleRule("a.b", {
      verdicts: { document: "violated", aws: "violated" },
      counterexample: sampleCounterexample({ steps }),
    });
    const report = sampleReport({ rules: [rule] });
    const text = runText(report, plain);
    expect(text.match(/"StatementId":"race-/g)).toHaveLength(3);
    expect(text).toContain("     … and 9 more calls in flight together, drawn below\n");
    expect(text.match(/^ {2}AddPermission race-\d+ /gm)).toHaveLength(12);
    const verbose = runText(report, { ...plain, verbose: true });
    expect(verbose.match(/"StatementId":"race-/g)).toHaveLength(12);
  });

  it("shows complete commands when a report has no shared setup", () => {
    const { shell: _, ...older } = sampleReport();
    expect(runText(older, plain)).toContain(`\n  ${sampleCounterexample().curl}\n`);
    expect(runText(older, plain)).not.toContain("paste this");
  });

  it("has no control, bidi or invisible character, and no ANSI without colour", () => {
    const text = runText(sampleReport(), { ...plain, verbose: true });
    expect(text).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
    );
    expect(text).not.toMatch(/[\ud800-\udfff]/u);
  });

  it("has no line that is a CI command", () => {
    const seen = `${"x".repeat(66)} ::error::a ::set-env name=x::y ##[add-mask]z`;
    const counterexample = sampleCounterexample({ seen, expected: `::error::${hostile}` });
    const rule = sampleRule("a.b", { verdicts: { document: "violated", aws: "violated" }, counterexample });
    const problems = ["::error::x", `y ${seen}`].map((message) => ({ code: "stopped", message }) as const);
    for (const columns of [20, 40, 80]) {
      const text = runText(sampleReport({ rules: [rule], problems }), {
        ...plain,
        columns,
      });
      expect(text.split("\n").filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
    }
  });

  it("shows a body of 300 characters completely and gives the length of a longer one", () => {
    const body = (length: number) => sampleReport({ rules: [rule(`{"a":"${"b".repeat(length - 8)}"}`)] });
    const rule = (text: string) => {
      const [step] = sampleCounterexample().steps;
      const steps = step === undefined ? [] : [{ ...step, request: { ...step.request, body: text } }];
      return sampleRule("a.b", {
        verdicts: { document: "violated", aws: "violated" },
        counterexample: sampleCounterexample({ steps }),
      });
    };
    const joined = (text: string) => text.replaceAll(/\n {5}│ /g, "");
    expect(joined(runText(body(300), plain))).toContain(`{"a":"${"b".repeat(292)}"}`);
    expect(joined(runText(body(301), plain))).toContain("… (301 characters)");
  });

  it("is the same text in colour without the escape sequences", () => {
    const coloured = runText(sampleReport(), { ...plain, color: true });
    expect(coloured).toContain("\u001b[31m✗ answer.status-201");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(runText(sampleReport(), plain));
  });

  it("shows the given exit code", () => {
    expect(runText(greenReport(), { ...plain, exit: 1 })).toContain("Exit code 1:");
  });

  it.each([60, 80, 120])("takes at most 60 rows of %d columns, and names every cause", (columns) => {
    const report = causesReport(24);
    const text = runText(report, { columns, color: false });
    const rows = text.split("\n").map((line) => Math.max(1, Math.ceil(width(line) / columns)));
    expect(rows.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(60 + 1);
    for (const { id } of report.causes ?? []) expect(text).toMatch(new RegExp(`${id}\\b`));
    const coloured = runText(report, { columns, color: true });
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(text);
    const verbose = runText(report, { columns, color: false, verbose: true });
    for (const { id } of report.rules) expect(verbose).toContain(`✗ ${id}  `);
  });

  it("shows the one cause of a small report in full", () => {
    const rule = sampleRule("a.b", { verdicts: { document: "violated", aws: "violated" } });
    const report = sampleReport({
      rules: [{ ...rule, counterexample: sampleCounterexample() }],
      faults: [],
      problems: [],
    });
    const text = runText(report, { columns: 120, color: false });
    expect(text).toContain("✗ a.b  ");
    expect(text).toContain("  1. POST ");
    expect(text).toContain("--rule answer.status-201");
  });

  it("shows the most common reasons of what could not be judged, and how many more there are", () => {
    const unsure = (id: string, reason: string) =>
      sampleRule(id, { verdicts: { document: "inconclusive", aws: "inconclusive" }, reason });
    const reasons = ["429", "503", "timeout", "reset", "429"];
    const report = sampleReport({
      rules: reasons.map((reason, at) => unsure(`a.${at}`, reason)),
      faults: [],
      problems: [],
    });
    const text = runText(report, { ...plain, mostRows: 5 });
    expect(text).toContain("? Inconclusive (5): 429\n    a.0, a.4\n");
    expect(text).toContain("? Inconclusive (5): 1 more reason, see --verbose\n");
  });
});
