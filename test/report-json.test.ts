import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, expectTypeOf, it } from "vitest";
import { json } from "../reports/json.ts";
import { seenOf } from "../reports/known.ts";
import { readReport } from "../reports/read-report.ts";
import type { Reason, Report, RuleReport } from "../reports/report.ts";
import type * as Published from "../reports/schemas.generated.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import type { Silence } from "../spec/exchange.ts";
import type { Basis, Capability, Column, Outcome } from "../spec/verdict.ts";
import { greenReport, sampleCounterexample, sampleReport, sampleRule, sampleStep } from "./sample-report.ts";

const schema: object = JSON.parse(
  readFileSync(new URL("../reports/report.schema.json", import.meta.url), "utf8"),
);
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

function errorsOf(value: unknown): readonly string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** A copy of the sample with the value at a path replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(json(sampleReport()));
  const names = path.split(".");
  const last = names.pop() ?? "";
  const parent = names.reduce((at: unknown, name) => Reflect.get(Object(at), name), copy);
  if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return copy;
}

describe("report.json", () => {
  it("matches the golden file", async () => {
    await expect(json(sampleReport())).toMatchFileSnapshot("golden/report.json");
  });

  it("equals the report, ends with a newline and has no invisible character", () => {
    const text = json(sampleReport());
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(sampleReport())));
    expect(text.endsWith("}\n")).toBe(true);
    expect(text).not.toMatch(/[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff][\udc00-\udfff])/);
  });

  it("has its members in a fixed order", () => {
    const report = sampleReport();
    const backwards = Object.fromEntries(Object.entries(report).reverse());
    expect(json({ ...report, ...backwards })).toBe(json(report));
    const { rules, ...rest } = report;
    const turned = rules.map(({ title, ...rule }) => ({ ...rule, title }));
    expect(json({ rules: turned, ...rest })).toBe(json(report));
  });

  it("keeps the order of headers and a member that is called __proto__", () => {
    const headers: Record<string, string> = JSON.parse('{"z":"1","a":"2","__proto__":"3"}');
    const text = json({ ...sampleReport(), headers } as ReturnType<typeof sampleReport>);
    expect(text).toMatch(/"z": "1",\s+"a": "2",\s+"__proto__": "3"/);
  });
});

describe("the schema of report.json", () => {
  it.each([
    ["the sample with one of everything", sampleReport()],
    ["a green report", greenReport()],
    ["an incomplete report without rules", sampleReport({ incomplete: true, rules: [], questions: [] })],
  ])("accepts %s", (_, report) => {
    expect(errorsOf(JSON.parse(json(report)))).toEqual([]);
  });

  it("has the codes of the engine's types", () => {
    expectTypeOf<Published.ReportReasonCode>().toEqualTypeOf<Reason["code"]>();
    expectTypeOf<Published.ReportSilenceCode>().toEqualTypeOf<Silence>();
    expectTypeOf<Published.ReportCapability>().toEqualTypeOf<Capability>();
    expectTypeOf<Published.ReportBasis>().toEqualTypeOf<Basis>();
    expectTypeOf<Published.ReportOutcome>().toEqualTypeOf<Outcome>();
    expectTypeOf<Published.ReportColumn>().toEqualTypeOf<Column>();
  });

  it("has every capability that a rule needs, and requires every member of a tally", () => {
    const { capability, tally } = JSON.parse(JSON.stringify(schema)).$defs;
    const needed = new Set(rules.flatMap(({ needs }) => needs));
    expect(capability.enum).toEqual(expect.arrayContaining([...needed]));
    expect(tally.required).toEqual(Object.keys(sampleReport().summary.document));
  });

  it.each([
    "new",
    "tool.new",
    "target.new",
    "summary.new",
    "rules.0.new",
    "rules.0.counterexample.new",
    "questions.0.new",
  ])("accepts a member %s that a later release may add", (path) => {
    expect(errorsOf(changed(path, { any: 1 }))).toEqual([]);
  });

  it.each([
    ["schema", "addpermission-conformance/report@2"],
    ["seed", "42"],
    ["seed", undefined],
    ["profile", "aws2"],
    ["startedAt", "yesterday"],
    ["requests", -1],
    ["incomplete", undefined],
    ["target.cannot", "nothing"],
    ["target.unsupported.0.needs", "luck"],
    ["rules.4.reasonCode", "because"],
    ["rules.6.excusedBy", "luck"],
    ["summary.aws", undefined],
    ["summary.document.holds", 1.5],
    ["rules", {}],
    ["rules.0.id", ""],
    ["rules.0.basis", "guessed"],
    ["rules.0.verdicts.aws", "passed"],
    ["rules.0.known", "no"],
    ["rules.0.counterexample.curl", undefined],
    ["rules.0.counterexample.reruns", "3 of 3"],
    ["rules.1.counterexample.steps.1.silenceCode", "sleep"],
    ["rules.0.counterexample.steps.0.request.body", 1],
    ["rules.0.counterexample.steps.0.request.headers.x", 1],
    ["rules.0.counterexample.steps.0.response", "none"],
    ["rules.0.counterexample.steps.0.response.status", "200"],
    ["questions.0.observations", null],
    ["faults.0", {}],
    ["problems.0.code", "luck"],
    ["problems.0.stack", "at judge"],
    ["latency.outliers.0.ms", "8"],
  ])("refuses %s being %j", (path, value) => {
    expect(errorsOf(changed(path, value))).not.toEqual([]);
  });
});
const green = greenReport();
const nothing = "keeps no readable policy: GetPolicy answers 501";

/** A report of an earlier version, with reasons as sentences only. */
function old(...rules: readonly RuleReport[]): Report {
  const { unsupported: _, ...target } = { ...green.target, cannot: [nothing] };
  return { ...green, target, rules: [...green.rules, ...rules] };
}

const read = (report: Report) => readReport(json(report), "report.json");
const unexercised = { document: "unexercised", aws: "unexercised" } as const;
const inconclusive = { document: "inconclusive", aws: "inconclusive" } as const;

describe("A report of an earlier version", () => {
  it("excuses unsupported capabilities by the sentence", () => {
    const rule = sampleRule("a.b", { verdicts: unexercised, reason: nothing });
    const report = read(old(rule));
    expect(ruleStatus(report.rules.at(-1) ?? rule, report)).toBe("excused");
    expect(exitCode(report)).toBe(0);
    expect(exitCode(read(old({ ...rule, reason: "no request of this run exercised it" })))).toBe(3);
    expect(exitCode(read(old({ ...rule, reason: nothing.slice(0, -1) })))).toBe(3);
  });

  it("explains a rule by the rule in the sentence", () => {
    const known = sampleRule("a.b", { verdicts: { document: "violated", aws: "violated" }, known: true });
    const rule = (by: string) =>
      sampleRule("c.d", { verdicts: inconclusive, reason: `explained by the violation of ${by}` });
    const report = read(old(known, rule("a.b")));
    expect(ruleStatus(report.rules.at(-1) ?? rule("a.b"), report)).toBe("explained");
    expect(exitCode(report)).toBe(0);
    expect(exitCode(read(old(known, rule("a.bc"))))).toBe(3);
  });

  it("gives the number of reruns and the reason for no answer from its sentences", () => {
    const silent = { ...sampleStep(null, null), silence: "reset: the connection was dropped" };
    const { silenceCode: _, ...step } = silent;
    const { reruns: __, ...counterexample } = sampleCounterexample({ steps: [step], reproduced: "3 of 20" });
    const verdicts = { document: "violated", aws: "violated" } as const;
    const shapes = (reproduced: string) =>
      read(old(sampleRule("a.b", { verdicts, counterexample: { ...counterexample, reproduced } })))
        .rules.slice(-1)
        .map(seenOf);
    expect(shapes("3 of 20")).toEqual(["sometimes no answer: reset"]);
    expect(shapes("20 of 20")).toEqual(["no answer: reset"]);
    expect(shapes("as recorded")).toEqual(["no answer: reset"]);
  });

  it("has problems without codes", () => {
    const { problems: _, ...rest } = { ...green, faults: ["one"] };
    expect(readReport(JSON.stringify(rest), "report.json").problems).toEqual([
      { code: "unknown", message: "one" },
    ]);
  });

  it("is read by its codes when it has them, whatever the sentences say", () => {
    const rule = sampleRule("a.b", { verdicts: unexercised, reason: nothing, reasonCode: "not-exercised" });
    expect(exitCode(read(old(rule)))).toBe(3);
  });
});
