import { beforeAll, describe, expect, it } from "vitest";
import { type RuleId, rules } from "../rules/index.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import table from "../suites/bearing.json" with { type: "json" };
import { bearingOn, countOf } from "../suites/bearing.ts";
import type { Suite, SuiteOptions } from "../suites/case.ts";
import { randomSuites, suites, usualPlan } from "../suites/index.ts";
import { mutants, variants } from "../targets/reference/mutants/index.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { factsObserver, referenceRun, type TestCaseFacts } from "./reference-run.ts";

const plan: SuiteOptions = { seed: 1, ...usualPlan };

/** What the test cases show on the reference. */
let facts: ReadonlyMap<string, TestCaseFacts> = new Map();

function bearing(id: string): readonly Suite[] {
  const found = bearingOn(suites, [id]);
  if (found !== null) return found;
  const seen = [...facts].filter(([, { held }]) => held.has(id)).map(([testCase]) => testCase);
  throw new Error(
    `bearing.json has no test cases for ${id}. On the reference it is tested by ${seen.join(" ")}.`,
  );
}

function testCases(rule: string): readonly string[] {
  return bearing(rule).flatMap((suite) => [...suite.testCases(plan)].map(({ id }) => id));
}

/** The most requests for one rule. */
const most = 250;

/** Mutants that show only after a hundred additions, or in policies of more than twenty statements. */
const needMore: readonly string[] = ["one addition in a hundred lost", "twenty statements shown"];

/** Each rule that a mutant declares, with the mutant: all of them with EVERY_RULE set, as in CI, else one in 24. */
const sample = Object.entries(variants)
  .filter(([name]) => !needMore.includes(name))
  .flatMap(([name, { kills }]) => kills.map((id) => [id, name] as const))
  .filter((_, index) => process.env.EVERY_RULE !== undefined || index % 24 === 0);

/** The requests of test cases, without the set-up. */
function requestsOf(ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + (facts.get(id)?.requests ?? 0), 0);
}

describe("The test cases that bear on a rule", () => {
  beforeAll(async () => {
    // Only test cases of random suites depend on the plan.
    const random = factsObserver();
    const chosen = bearingOn(randomSuites, Object.keys(table)) ?? [];
    await judgeVariant((behaviour) => behaviour, { ...plan, chosen, observers: () => [random] });
    facts = new Map([...(await referenceRun()).facts, ...random.facts]);
  });

  it.each(rules.map(({ id }) => id))("test %s, and are few", (id) => {
    const ids = testCases(id);
    const { column = "document" } = mutants[id as RuleId];
    // The reference follows the document, so that it shows the live service's behaviour in other rules only.
    if (column === "document") expect(ids.filter((one) => facts.get(one)?.held.has(id))).not.toEqual([]);
    expect(requestsOf(ids)).toBeLessThan(most);
  });

  it.each(rules.map(({ id }) => id))("are all that test %s, where that is not too many", (id) => {
    const chosen = testCases(id);
    const isRandom = (one: string) => randomSuites.some(({ name }) => one.startsWith(`${name}/`));
    const left = [...facts].flatMap(([one, { held }]) =>
      held.has(id) && !chosen.includes(one) && !isRandom(one) ? [one] : [],
    );
    if (requestsOf([...chosen, ...left]) < most) expect(left).toEqual([]);
  });

  // Together, because a run that is refused often waits.
  it.concurrent.each(sample)("of %s find its mutant: %s", async (id, name) => {
    const { mutate, column = "document" } = variants[name] as Mutant;
    const report = await judgeVariant(mutate, {
      ...plan,
      chosen: bearing(id),
      rules: rules.filter((rule) => rule.id === id),
      workers: 2,
    });
    expect(report.rules.map(({ verdicts }) => verdicts[column])).toEqual(["violated"]);
  });

  it("are named by entries that exist", () => {
    const ids = suites.flatMap((suite) => [...suite.testCases(plan)].map(({ id }) => id));
    expect(ids.filter((id) => facts.has(id)).length).toBeGreaterThan(150);
    const entries = [...new Set(Object.values(table).flatMap((text) => text.split(" ")))];
    expect(entries.filter((entry) => !ids.some((id) => id === entry || id.startsWith(`${entry}/`)))).toEqual(
      [],
    );
    expect(Object.keys(table).filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  });

  it("leave nothing out where a rule is not in the table, or where suites are named", () => {
    expect(bearingOn(suites, ["success.is-201", "no.such-rule"])).toBeNull();
    expect(countOf(bearingOn(suites, ["StatementId.pattern", "success.is-201"]) ?? [], plan)).toBeGreaterThan(
      countOf(bearing("StatementId.pattern"), plan),
    );
  });
});
