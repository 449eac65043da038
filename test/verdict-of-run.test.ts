import { describe, expect, it } from "vitest";
import type { RuleReport } from "../reports/report.ts";
import { exitCode, ruleStatus, verdictSentence } from "../reports/verdict.ts";
import { greenReport, sampleReport, sampleRule } from "./sample-report.ts";

const unexercised = { document: "unexercised", aws: "unexercised" } as const;
const violated = { document: "violated", aws: "violated" } as const;
const green = greenReport();

describe("the exit code of a report", () => {
  it("is 0 when every rule that counts holds", () => {
    expect(exitCode(green)).toBe(0);
  });

  it("is 1 with a violation, also with a fault", () => {
    expect(exitCode(sampleReport())).toBe(1);
  });

  it("is 0 when all violations are known", () => {
    expect(exitCode({ ...green, rules: [sampleRule("a.b", { verdicts: violated, known: true })] })).toBe(0);
  });

  it("is 0 when a known violation explains the other candidates, and 3 when another one does", () => {
    const known = sampleRule("a.b", { verdicts: violated, known: true });
    const open = { document: "inconclusive", aws: "inconclusive" } as const;
    const explained = (by: string) =>
      sampleRule("c.d", { verdicts: open, reasonCode: "explained", explainedBy: by });
    expect(exitCode({ ...green, rules: [known, explained("a.b")] })).toBe(0);
    expect(ruleStatus(explained("a.b"), { ...green, rules: [known] })).toBe("explained");
    expect(exitCode({ ...green, rules: [known, explained("e.f")] })).toBe(3);
    expect(exitCode({ ...green, rules: [{ ...known, known: false }, explained("a.b")] })).toBe(1);
  });

  it("is 2 with a fault or an incomplete run", () => {
    expect(exitCode({ ...green, faults: ["x"] })).toBe(2);
    expect(exitCode({ ...green, incomplete: true })).toBe(2);
  });

  it("is 3 with an unexercised rule, unless the target lacks the capability", () => {
    const left = (changes: Partial<RuleReport>) => ({
      ...green,
      rules: [...green.rules, sampleRule("a.b", { verdicts: unexercised, ...changes })],
    });
    expect(exitCode(left({ reasonCode: "not-exercised" }))).toBe(3);
    expect(exitCode(left({ reasonCode: "unsupported", excusedBy: "state" }))).toBe(0);
  });

  it("does not depend on a sentence, whatever a target says", () => {
    const reason = "no request of this run exercised it";
    const idle = sampleRule("a.b", { verdicts: unexercised, reason, reasonCode: "not-exercised" });
    const target = { ...green.target, cannot: [reason] };
    expect(exitCode({ ...green, rules: [...green.rules, idle], target })).toBe(3);
    const known = sampleRule("a.b", { verdicts: violated, known: true });
    const open = { document: "inconclusive", aws: "inconclusive" } as const;
    const said = "explained by the violation of a.b";
    const unsettled = sampleRule("c.d", { verdicts: open, reason: said, reasonCode: "unsettled" });
    expect(exitCode({ ...green, rules: [known, unsettled] })).toBe(3);
  });

  it("is 3 when no rule was judged", () => {
    expect(exitCode({ ...green, rules: [] })).toBe(3);
  });

  it("is 3 when no counting rule was exercised, whatever capabilities are unsupported", () => {
    const excused = sampleRule("a.b", { verdicts: unexercised, reasonCode: "unsupported" });
    expect(exitCode({ ...green, rules: [excused] })).toBe(3);
    expect(verdictSentence({ ...green, rules: [excused] })).toMatch(/No rule could be judged/);
    expect(exitCode({ ...green, rules: [sampleRule("a.b", { basis: "observed" })] })).toBe(3);
  });

  it("depends on observed rules in the aws column only, and never on open ones", () => {
    const only = (basis: "observed" | "open") => ({
      ...green,
      rules: [...green.rules, sampleRule("a.b", { basis, verdicts: violated })],
    });
    expect(exitCode(only("observed"))).toBe(0);
    expect(exitCode({ ...only("observed"), profile: "aws" })).toBe(1);
    expect(exitCode({ ...only("open"), profile: "aws" })).toBe(0);
  });
});

describe("a rule that only one of the columns has", () => {
  const own = sampleRule("a.b", {
    columns: ["document"],
    verdicts: { document: "holds", aws: "unexercised" },
  });
  const asked = { ...green, rules: [...green.rules, own] };

  it("does not count in the other column", () => {
    expect(exitCode({ ...asked, profile: "aws" })).toBe(0);
    expect(ruleStatus(own, { ...asked, profile: "aws" })).toBe("ignored");
    expect(ruleStatus(own, asked)).toBe("holds");
  });

  it("decides in its own column", () => {
    const left = { ...own, verdicts: unexercised };
    expect(exitCode({ ...green, rules: [...green.rules, left] })).toBe(3);
    expect(
      exitCode({ ...green, rules: [...green.rules, { ...own, verdicts: violated }], profile: "aws" }),
    ).toBe(0);
  });
});

describe("the verdict in words", () => {
  it("agrees with the exit code", () => {
    expect(verdictSentence(green)).toBe("reference conforms to the document.");
    expect(verdictSentence({ ...green, only: { rules: 2, suites: ["state", "size"] } })).toBe(
      "The 2 selected rules hold for reference (only the requests of state, size).",
    );
    expect(verdictSentence(sampleReport())).toBe("moto violates 2 rules of the document.");
    expect(verdictSentence({ ...green, incomplete: true })).toMatch(/incomplete/);
    expect(verdictSentence({ ...green, faults: ["x"] })).toMatch(/1 problem: no verdict/);
    expect(verdictSentence({ ...green, rules: [] })).toMatch(/No rule could be judged/);
  });

  it("matches the status of each rule", () => {
    const report = sampleReport();
    expect(report.rules.map((rule) => ruleStatus(rule, report))).toEqual([
      ...["violated", "violated", "holds", "known", "inconclusive", "unexercised"],
      ...["excused", "excused", "ignored", "holds", "holds"],
    ]);
    const live = { ...report, profile: "aws" } as const;
    expect(live.rules.map((rule) => ruleStatus(rule, live))).toEqual([
      ...["violated", "inconclusive", "violated", "known", "inconclusive", "unexercised"],
      ...["excused", "excused", "violated", "holds", "ignored"],
    ]);
  });
});
