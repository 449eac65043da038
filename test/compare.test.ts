import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareMarkdown, compareText, matrixMarkdown, matrixText } from "../reports/compare-blocks.ts";
import { compare, matrix } from "../reports/comparison.ts";
import { matrixHtml } from "../reports/html/matrix.ts";
import { json } from "../reports/json.ts";
import { width } from "../reports/print-terminal.ts";
import { readReport } from "../reports/read-report.ts";
import type { Kinds, Outcome, Report, RuleReport } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import {
  causesReport,
  hostile,
  sampleCounterexample,
  sampleReport,
  sampleRule,
  sampleStep,
} from "./sample-report.ts";

function rule(id: string, outcome: Outcome, status = 200): RuleReport {
  const verdicts = { document: outcome, aws: outcome };
  if (outcome !== "violated") return sampleRule(id, { verdicts });
  return sampleRule(id, {
    verdicts,
    counterexample: sampleCounterexample({ steps: [sampleStep("{}", status)] }),
  });
}

const before = sampleReport({
  rules: [
    rule("a.repaired", "violated"),
    rule("a.broken", "holds"),
    rule("a.shape", "violated"),
    rule("a.lost", "holds"),
    rule("a.dropped", "violated"),
    rule("a.found", "unexercised"),
    rule("a.same", "violated"),
    rule("a.gone", "holds"),
  ],
});
const after = sampleReport({
  seed: 43,
  startedAt: "2026-02-03T04:05:06.000Z",
  rules: [
    rule("a.repaired", "holds"),
    rule("a.broken", "violated"),
    rule("a.shape", "violated", 500),
    rule("a.lost", "unexercised"),
    rule("a.dropped", "unexercised"),
    rule("a.found", "holds"),
    rule("a.same", "violated"),
    rule("a.new", "violated"),
  ],
});

const ids = (changes: readonly { readonly id: string }[]) => changes.map((change) => change.id);

describe("two runs side by side", () => {
  const comparison = compare(before, after, "document");

  it("are classified as better, worse, of another shape, undecided, new and gone", () => {
    const { better, worse, changed, undecided, added, gone, same } = comparison;
    expect([better, worse, changed, undecided, added, gone].map(ids)).toEqual([
      ["a.repaired", "a.found"],
      ["a.broken", "a.lost"],
      ["a.shape"],
      ["a.dropped"],
      ["a.new"],
      ["a.gone"],
    ]);
    expect(same).toBe(1);
    expect(changed[0]).toMatchObject({ wasShape: "accepted", isShape: "500 ServiceException" });
  });

  it("say which kinds of input violate a rule in one of the runs only", () => {
    const of = (kinds: Kinds, changes: Partial<RuleReport> = {}) =>
      sampleReport({ rules: [{ ...rule("a.one", "violated"), kinds, ...changes }] });
    const [few, many] = [of({ accepted: ["colon"] }), of({ accepted: ["blank", "colon"] })];
    const worse = compare(few, many, "document");
    expect(worse.wider.map((change) => change.wider)).toEqual([{ accepted: ["blank"] }]);
    expect(compareText(worse)).toMatch(/violated by more kinds of input[\s\S]*also by blank/i);
    const better = compare(many, few, "document");
    expect([ids(better.narrower), ids(better.wider), better.same]).toEqual([["a.one"], [], 0]);
    expect(compare(many, many, "document").same).toBe(1);
    // A success answered 200 or 201 is the same violation, and another refusal is another kind.
    const at201 = of({ accepted: ["colon"] }, rule("a.one", "violated", 201));
    expect(compare(few, at201, "document").same).toBe(1);
    expect(ids(compare(few, of({ "400 X": ["colon"] }), "document").wider)).toEqual(["a.one"]);
    // Kinds are those of the column of the run.
    expect(compare(few, many, "aws").same).toBe(1);
  });

  it("are shown cause by cause: a cause that is new, gone, or has other rules", () => {
    const all = causesReport(3);
    const holding = (report: Report, ids: readonly string[]) => ({
      ...report,
      rules: report.rules.map((one) => (ids.includes(one.id) ? rule(one.id, "holds") : one)),
    });
    // In the first run cause-0 does not exist and cause-1 has one rule; in the second cause-2 is gone.
    const first = holding(all, ["a.0", "b.0", "b.1"]);
    const second = holding(all, ["a.2", "b.2"]);
    const { causes, ...changes } = compare(first, second, "document");
    expect(causes?.map(({ id, was, is }) => [id, was, is])).toEqual([
      ["cause-0", [], ["a.0", "b.0"]],
      ["cause-1", ["a.1"], ["a.1", "b.1"]],
      ["cause-2", ["a.2", "b.2"], []],
    ]);
    expect(
      compareText({ causes, ...changes })
        .split("\n")
        .slice(4, -3),
    ).toEqual([
      "Worse (3)",
      "cause-0  The claim of cause-0",
      "  new cause, 2 rules",
      "  rule  before  after",
      "  a.0   holds   violated, accepted",
      "  b.0   holds   violated, accepted",
      "",
      "cause-1  The claim of cause-1",
      "  same cause with other rules: 1 rule before, 2 rules after",
      "  rule  before  after",
      "  b.1   holds   violated, accepted",
      "",
      "Better (2)",
      "cause-2  The claim of cause-2",
      "  cause is gone, 2 rules before",
      "  rule  before              after",
      "  a.2   violated, accepted  holds",
      "  b.2   violated, accepted  holds",
      "",
    ]);
    expect(compareText({ causes, ...changes }).replaceAll("\n", " ")).toContain(
      "Causes: 1 new, 1 gone, 1 with other rules, 0 with the same rules.",
    );
    // An old report has no causes, and one without violations needs none.
    expect(compare(before, second, "document").causes).toBeNull();
    const green = sampleReport({ rules: [rule("a.0", "holds"), rule("b.0", "holds")] });
    expect(compare(green, second, "document").causes?.[0]).toMatchObject({ id: "cause-0", was: [] });
  });

  it("count an excluded rule that held as worse, and one that the tool does not have as gone", () => {
    const fewer = { ...after, only: { rules: 8 } };
    const { worse, gone } = compare(
      { ...before, rules: [rule("a.bad", "violated"), ...before.rules] },
      fewer,
      "document",
    );
    expect([worse, gone].map(ids)).toEqual([["a.broken", "a.lost", "a.gone"], ["a.bad"]]);
    expect(compareText(compare(before, fewer, "document"))).toMatch(/\na\.gone +holds +not judged /);
    const otherSuites = { ...after, only: { suites: ["state"] } };
    expect(ids(compare(before, otherSuites, "document").gone)).toEqual(["a.gone"]);
  });

  it("count every rule once, and a run equals itself", () => {
    const outcome = fc.constantFrom("violated", "holds", "unexercised", "inconclusive" as const);
    const report = fc
      .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), outcome), { selector: ([id]) => id })
      .map((list) => sampleReport({ rules: list.map(([id, verdict]) => rule(id, verdict)) }));
    fc.assert(
      fc.property(report, report, (one, two) => {
        const {
          same,
          column: _,
          before: __,
          after: ___,
          causes: ____,
          ...lists
        } = compare(one, two, "document");
        const all = new Set([...ids(one.rules), ...ids(two.rules)]);
        expect(Object.values(lists).flatMap(ids).length + same).toBe(all.size);
        expect(compare(one, one, "document").same).toBe(one.rules.length);
        expect(ids(compare(two, one, "document").added)).toEqual(ids(lists.gone));
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it("omit rules that do not count in the column", () => {
    const observed = (outcome: Outcome) =>
      sampleReport({ rules: [{ ...rule("a.seen", outcome), basis: "observed" }] });
    expect(ids(compare(observed("holds"), observed("violated"), "document").worse)).toEqual([]);
    expect(ids(compare(observed("holds"), observed("violated"), "aws").worse)).toEqual(["a.seen"]);
  });

  it("can have unknown codes of a later release", () => {
    const later = sampleReport({ rules: [rule("a.one", "unexercised")] });
    const [one] = later.rules;
    const strange = { ...later, rules: [{ ...one, reason: "new", reasonCode: "new" }] };
    const text = JSON.stringify(strange);
    expect(compare(readReport(text, "later.json"), later, "document").same).toBe(1);
  });

  it("omit a rule of another column, also when one report has no columns", () => {
    const verdicts = { document: "holds", aws: "unexercised" } as const;
    const silent = sampleReport({ rules: [rule("a.both", "holds"), sampleRule("a.page", { verdicts })] });
    const says = sampleReport({
      rules: [rule("a.both", "holds"), sampleRule("a.page", { verdicts, columns: ["document"] })],
    });
    const { same, gone, added } = compare(silent, says, "aws");
    expect([same, gone, added]).toEqual([1, [], []]);
    expect(matrix([silent, says, silent], "aws").rows.map(({ id }) => id)).toEqual(["a.both"]);
    expect(compare(silent, says, "document").same).toBe(2);
  });

  it("match the golden files", async () => {
    await expect(compareText(comparison)).toMatchFileSnapshot("golden/compare.txt");
    await expect(compareMarkdown(comparison)).toMatchFileSnapshot("golden/compare.md");
  });
});

describe("many runs side by side", () => {
  const named = (report: Report, name: string) => ({ ...report, target: { ...report.target, name } });
  const table = matrix(
    [before, after, named(after, "localstack"), named(sampleReport(), hostile)],
    "document",
  );

  it("have one row for each rule and one cell for each target, and equal names are numbered", () => {
    expect(table.targets.slice(0, 3).map((target) => target.target)).toEqual([
      "1: moto",
      "2: moto",
      "localstack",
    ]);
    expect(table.rows.every((row) => row.cells.length === 4)).toBe(true);
    expect(table.rows[0]).toEqual({
      id: "a.repaired",
      title: "The claim of a.repaired",
      differs: true,
      cells: [
        { outcome: "violated", shape: "accepted" },
        { outcome: "holds", shape: null },
        { outcome: "holds", shape: null },
        { outcome: "absent", shape: null },
      ],
    });
  });

  it("match the golden files", async () => {
    await expect(matrixText(table)).toMatchFileSnapshot("golden/matrix.txt");
    await expect(matrixMarkdown(table)).toMatchFileSnapshot("golden/matrix.md");
    await expect(matrixHtml(table)).toMatchFileSnapshot("golden/matrix.html");
  });

  it("fit a terminal of 80 columns and contain no control characters", () => {
    const hostileRule = sampleReport({ rules: [sampleRule("long.".repeat(40)), sampleRule(hostile)] });
    const texts = [
      matrixText(table),
      matrixText(matrix([hostileRule], "aws")),
      compareText(compare(hostileRule, named(after, hostile), "aws")),
    ];
    for (const text of texts) {
      expect(text.split("\n").filter((line) => width(line) > 80)).toEqual([]);
      expect(text).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
      );
    }
  });

  it("escape text of a target in Markdown and HTML", () => {
    const markdown = [
      matrixMarkdown(table),
      compareMarkdown(compare(before, named(after, hostile), "document")),
    ];
    for (const text of [matrixHtml(table), ...markdown]) expect(text).not.toMatch(/<script|<img|<a /);
    for (const text of markdown) expect(text).not.toMatch(/\]\(|\*\*bold|`|@someone|https:\/\//);
  });
});

describe("a report that is read", () => {
  const text = json(sampleReport());

  it("equals the written report", () => {
    // JSON escapes lone surrogates, so they survive.
    expect(readReport(text, "r.json")).toEqual(JSON.parse(text));
    expect(readReport(`\ufeff${text}`, "r.json")).toEqual(JSON.parse(text));
  });

  it.each([
    ["that is empty", "", /^r\.json is empty, expected a report\.json: run `conform` again to write it\.$/],
    [
      "that is not JSON",
      "<html>",
      /^r\.json starts with "<html>" and is not JSON, expected a report\.json: name that file\.$/,
    ],
    [
      "that is not an object",
      "[]",
      /^r\.json has no schema, expected "addpermission-conformance\/report@1": /,
    ],
    [
      "of another version",
      text.replace("report@1", "report@2"),
      /^r\.json has the schema "addpermission-conformance\/report@2", expected "addpermission-conformance\/report@1": /,
    ],
    [
      "with an unknown verdict",
      text.replace('"document": "holds"', '"document": "fine"'),
      /^r\.json is not a valid report: rules\[\d+\]\.verdicts\.document is "fine", expected one of violated, inconclusive, holds, unexercised; /,
    ],
    [
      "without a member",
      text.replace('"seed"', '"sead"'),
      /^r\.json is not a valid report: seed is missing, expected a whole number; /,
    ],
  ])("%s is a fault of one sentence", (_, broken, message) => {
    expect(() => readReport(broken, "r.json")).toThrowError(message);
    expect(() => readReport(broken, "r.json")).toThrowError(Fault);
  });

  it.each([
    ['"seed":', '"only": { "rules": "2" }, "seed":', 'only.rules is "2", expected a whole number'],
    ['"shell":', '"shell": "x", "was":', 'shell is "x", expected a list'],
    ['"method":', '"connection": 5, "method":', "request.connection is 5, expected a string"],
    ['"method":', '"raw": {}, "method":', "request.raw.lines is missing, expected a list"],
    ['"method":', '"encoding": "hex", "method":', 'request.encoding is "hex", expected "base64"'],
    ['"headers": {', '"headers": { "x": 1,', "request.headers.x is 1, expected a string"],
    ['"status": 200', '"status": "200"', 'response.status is "200", expected a whole number'],
    ['"response": {', '"response": "none", "was": {', 'response is "none", expected null or an object'],
    ['"verdicts":', '"was":', "verdicts is missing, expected an object"],
    ['"play":', '"play": 1, "was":', "counterexample.play is 1, expected a string"],
  ])("in which %s became %s is a fault of one sentence", (old, edited, says) => {
    const message = new RegExp(`^r\\.json is not a valid report: (rules\\[.*\\.)?${says}; `);
    expect(() => readReport(text.replace(old, edited), "r.json")).toThrowError(message);
  });

  it("is reported as truncated wherever it is cut", () => {
    const small = json(sampleReport({ rules: [], questions: [] })).trimEnd();
    const ends = Array.from({ length: small.length - 1 }, (_, index) => index + 1);
    const said = (end: number) => {
      try {
        readReport(small.slice(0, end), "r.json");
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      return "";
    };
    const expected = /^r\.json is truncated after \d+ bytes, expected a complete report\.json/;
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter((end) => !expected.test(said(end)))).toEqual([]);
  });

  it("may have unknown members and codes", () => {
    const more = JSON.stringify({
      ...sampleReport(),
      novelty: { a: 1 },
      problems: [{ code: "new", message: "x" }],
    });
    expect(readReport(more, "r.json")).toMatchObject({ novelty: { a: 1 }, problems: [{ code: "new" }] });
  });
});
