import { describe, expect, it } from "vitest";
import { readReport } from "../reports/compare.ts";
import { json } from "../reports/json.ts";
import { recordedShape } from "../reports/known/shape.ts";
import type { Report, RuleReport } from "../reports/report.ts";
import { exitCode, standing } from "../reports/verdict.ts";
import { greenReport, sampleCounterexample, sampleRule, sampleStep } from "./sample-report.ts";

const green = greenReport();
const nothing = "keeps no readable policy: GetPolicy answers 501";

/** A report of an earlier version: what decides stands in sentences alone. */
function old(...rules: readonly RuleReport[]): Report {
  const { unsupported: _, ...target } = { ...green.target, cannot: [nothing] };
  return { ...green, target, rules: [...green.rules, ...rules] };
}

const read = (report: Report) => readReport(json(report), "report.json");
const unexercised = { document: "unexercised", aws: "unexercised" } as const;
const inconclusive = { document: "inconclusive", aws: "inconclusive" } as const;

describe("A report of an earlier version", () => {
  it("excuses what the target cannot do, by the sentence", () => {
    const rule = sampleRule("a.b", { verdicts: unexercised, reason: nothing });
    const report = read(old(rule));
    expect(standing(report.rules.at(-1) ?? rule, report)).toBe("excused");
    expect(exitCode(report)).toBe(0);
    expect(exitCode(read(old({ ...rule, reason: "no request of this run bore on it" })))).toBe(3);
    expect(exitCode(read(old({ ...rule, reason: nothing.slice(0, -1) })))).toBe(3);
  });

  it("explains a rule by the rule that the sentence names", () => {
    const known = sampleRule("a.b", { verdicts: { document: "violated", aws: "violated" }, known: true });
    const rule = (by: string) =>
      sampleRule("c.d", { verdicts: inconclusive, reason: `explained by the violation of ${by}` });
    const report = read(old(known, rule("a.b")));
    expect(standing(rule("a.b"), report)).toBe("explained");
    expect(exitCode(report)).toBe(0);
    expect(exitCode(read(old(known, rule("a.bc"))))).toBe(3);
  });

  it("records by its sentences how often a violation showed, and why there was no answer", () => {
    const silent = { ...sampleStep(null, null), silence: "reset: the connection was dropped" };
    const { silenceCode: _, ...step } = silent;
    const { reruns: __, ...counterexample } = sampleCounterexample({ steps: [step], reproduced: "3 of 20" });
    const verdicts = { document: "violated", aws: "violated" } as const;
    const { rules } = read(old(sampleRule("a.b", { verdicts, counterexample })));
    const shapes = (reproduced: string) =>
      rules
        .slice(-1)
        .map((rule) => recordedShape({ ...rule, counterexample: { ...counterexample, reproduced } }));
    expect(shapes("3 of 20")).toEqual(["sometimes no answer: reset"]);
    expect(shapes("20 of 20")).toEqual(["no answer: reset"]);
    expect(shapes("as recorded")).toEqual(["no answer: reset"]);
  });

  it("is read by its members where it has them, whatever the sentences say", () => {
    const rule = sampleRule("a.b", { verdicts: unexercised, reason: nothing, reasonCode: "not-exercised" });
    expect(exitCode(read(old(rule)))).toBe(3);
  });
});
