import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, expectTypeOf, it } from "vitest";
import { json } from "../reports/json.ts";
import type { Reason } from "../reports/report.ts";
import type * as Published from "../reports/schemas.generated.ts";
import { rules } from "../rules/index.ts";
import type { Silence } from "../spec/exchange.ts";
import type { Basis, Capability, Column, Outcome } from "../spec/verdict.ts";
import { greenReport, sampleReport } from "./sample-report.ts";

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
