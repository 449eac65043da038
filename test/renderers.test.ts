import { describe, expect, it } from "vitest";
import { options } from "../api/options.ts";
import { github, sarif } from "../reports/annotations.ts";
import { formats } from "../reports/collector.ts";
import { ndjson } from "../reports/ndjson.ts";
import { summaryLimit } from "../reports/print-markdown.ts";
import { runMarkdown } from "../reports/run-blocks.ts";
import {
  causesReport,
  greenReport,
  hostile,
  sampleCounterexample,
  sampleReport,
  sampleRule,
  sampleStep,
} from "./sample-report.ts";

const broken = { document: "violated", aws: "violated" } as const;

function withoutFences(text: string): string {
  return text.replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
}

describe("every file", () => {
  it.each(options.formats.of.filter((name) => name !== "html"))(
    "%s has no invisible character and no line with a command of a target",
    (name) => {
      const text = formats[name].render(sampleReport());
      expect(text).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
      );
      expect(text).not.toMatch(/[\ud800-\udfff]/u);
      const commands = text
        .split("\n")
        .filter((line) => /^\s*::|##\[/.test(line) && !/^::(error|warning|notice) title=/.test(line));
      expect(commands).toEqual([]);
    },
  );

  it.each(["json", "sarif", "ndjson"] as const)("%s has the same meaning after escaping", (name) => {
    const lines =
      name === "ndjson"
        ? formats[name].render(sampleReport()).trim().split("\n")
        : [formats[name].render(sampleReport())];
    const values: unknown[] = lines.map((line) => JSON.parse(line));
    expect(JSON.stringify(values)).toContain(JSON.stringify(hostile).slice(1, -1));
  });
});

describe("the Markdown report", () => {
  it("matches the golden file", async () => {
    await expect(runMarkdown(sampleReport())).toMatchFileSnapshot("golden/report.md");
  });

  it("has no markup of a target outside its code blocks", () => {
    const outside = withoutFences(runMarkdown(sampleReport()));
    const tags = new Set([...outside.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name));
    expect([...tags].sort()).toEqual(["code", "details", "summary"]);
    expect(outside).not.toMatch(/`|\[|!\[|(https?|www)[:.]/);
  });

  it("has each table row on one line with the same number of cells", () => {
    const rows = runMarkdown(sampleReport())
      .split("\n")
      .filter((line) => line.startsWith("| <code>"));
    // Two violations, then two members of the coverage.
    expect(rows.map((line) => line.split("|").length)).toEqual([7, 7, 10, 10]);
  });

  it("stays under the limit of a job summary and says that it is truncated", () => {
    const steps = [sampleStep(hostile.repeat(20), 500, "é".repeat(20_000))];
    const many = Array.from({ length: 300 }, (_, index) =>
      sampleRule(`a.rule-${index}`, {
        verdicts: broken,
        counterexample: sampleCounterexample({ steps, seen: hostile }),
      }),
    );
    const text = runMarkdown(sampleReport({ rules: many }));
    expect(Buffer.byteLength(text)).toBeLessThan(summaryLimit);
    expect(text).toContain("The rest does not fit");
    const tags = (pattern: RegExp) => withoutFences(text).match(pattern)?.length;
    expect(tags(/<details>/g)).toBe(tags(/<\/details>/g));
  });
});

describe("the workflow commands", () => {
  it("match the golden file", async () => {
    await expect(github(sampleReport())).toMatchFileSnapshot("golden/github.txt");
  });

  it("are one line each for any text of a target", () => {
    const rule = sampleRule("a.b", { title: `t, line=1 :: ${hostile}`, verdicts: broken });
    const found = { ...rule, counterexample: sampleCounterexample({ seen: hostile }) };
    const lines = github(sampleReport({ rules: [found], faults: [hostile] }))
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) title=[^:,]*::/);
  });
});

describe("causes", () => {
  const report = causesReport(14);
  const ids = report.rules.map(({ id }) => id);

  it("are one error each in the workflow commands, at most ten in all, with every rule", () => {
    const errors = github(report)
      .split("\n")
      .filter((line) => line.startsWith("::error "));
    expect(errors).toHaveLength(10);
    expect(errors[0]).toMatch(
      /title=cause-0 The claim of cause-0::.*seen 200, b\.0%0A2 rules: a\.0, b\.0%0A/,
    );
    expect(errors[9]).toMatch(/^::error title=And 6 more::cause-9 .*2 rules: a\.13, b\.13%0AThe run died/);
    for (const id of ids) expect(errors.join("\n")).toMatch(new RegExp(`${id}\\b`));
  });

  it("are one result each in the SARIF file, which names the other rules as related locations", () => {
    const { results } = JSON.parse(sarif(report)).runs[0];
    expect(results).toHaveLength(14);
    expect(results[1]).toMatchObject({
      ruleId: "a.1",
      relatedLocations: [
        {
          id: 0,
          logicalLocations: [{ fullyQualifiedName: "moto/b.1" }],
          message: { text: "The claim of b.1: expected 201, as the page says, seen 200, b.1" },
        },
      ],
      partialFingerprints: { "rule/v1": "a.1", "cause/v1": "cause-1" },
      properties: { cause: "cause-1", rules: ["a.1", "b.1"] },
    });
    expect(results[1].message.text).toMatch(/^The claim of cause-1 \(2 rules: a\.1, b\.1\)\.\n/);
  });

  it("are one for each rule where a report of an earlier version has none", () => {
    const { causes: _, ...old } = report;
    expect(JSON.parse(sarif(old)).runs[0].results).toHaveLength(ids.length);
    expect(github(old)).toContain("::error title=a.0 The claim of a.0::");
    const incomplete = { ...report, causes: report.causes?.slice(1) ?? [] };
    expect(JSON.parse(sarif(incomplete)).runs[0].results).toHaveLength(15);
  });
});

describe("the events", () => {
  it("match the golden file", async () => {
    await expect(ndjson(sampleReport())).toMatchFileSnapshot("golden/report.ndjson");
  });

  it("are one JSON object on each line, from run-start to run-end", () => {
    const report = sampleReport();
    const events: { event: string }[] = ndjson(report)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const names = events.map(({ event }) => event);
    const count = (wanted: string) => names.filter((name) => name === wanted).length;
    expect([names[0], names.at(-1)]).toEqual(["run-start", "run-end"]);
    expect([count("rule"), count("question"), count("fault")]).toEqual([
      report.rules.length,
      report.questions.length,
      1,
    ]);
  });
});

describe("the SARIF file", () => {
  it("matches the golden file", async () => {
    await expect(sarif(sampleReport())).toMatchFileSnapshot("golden/report.sarif");
  });

  it("links each result to its rule, suppresses known ones and is empty when all rules hold", () => {
    const [run] = JSON.parse(sarif(sampleReport())).runs;
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const suppressed = run.results.filter(
      ({ suppressions }: { suppressions?: unknown }) => suppressions !== undefined,
    );
    expect(suppressed.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(["state.duplicate"]);
    expect(JSON.parse(sarif(greenReport())).runs[0].results).toEqual([]);
  });
});
