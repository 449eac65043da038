import { beforeAll, describe, expect, it } from "vitest";
import { type RuleId, rules } from "../rules/index.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { bearingOn, countOf } from "../suites/bearing.ts";
import type { Suite, SuiteOptions } from "../suites/case.ts";
import { suites, usualPlan } from "../suites/index.ts";
import { mutants } from "../targets/reference/mutants/index.ts";

const plan: SuiteOptions = { seed: 1, ...usualPlan };

/** What a rule was seen to be tested by: the requests of each test case, and how many checks held there. */
interface TestCaseFacts {
  requests: number;
  readonly held: Set<string>;
}

const facts = new Map<string, TestCaseFacts>();

function factsOf(id: string): TestCaseFacts {
  const found = facts.get(id) ?? { requests: 0, held: new Set() };
  facts.set(id, found);
  return found;
}

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

/** Every rule with EVERY_RULE set, as in CI: that takes 150 runs. Else one in twelve. */
const sample = rules
  .map(({ id }) => id)
  .filter((_, index) => process.env.EVERY_RULE !== undefined || index % 12 === 0);

describe("The test cases that bear on a rule", () => {
  beforeAll(async () => {
    await judgeVariant((behaviour) => behaviour, {
      ...plan,
      chosen: suites,
      observers: () => [
        {
          on: (event) => {
            if (event.type === "batch" && event.purpose === "execute")
              factsOf(event.case).requests += event.exchanges.length;
            if (event.type !== "case-finished") return;
            for (const { rule, judgement } of event.findings)
              if (judgement.verdict === "holds") factsOf(event.case.id).held.add(rule.id);
          },
        },
      ],
    });
  });

  it.each(rules.map(({ id }) => id))("test %s, and are few", (id) => {
    const ids = testCases(id);
    const { column = "document" } = mutants[id as RuleId];
    // The reference follows the document, so that it shows the live service's behaviour in other rules only.
    if (column === "document") expect(ids.filter((one) => factsOf(one).held.has(id))).not.toEqual([]);
    expect(ids.reduce((sum, one) => sum + factsOf(one).requests, 0)).toBeLessThan(250);
  });

  it.each(sample)("find the mutant of %s", async (id) => {
    const { mutate, column = "document" } = mutants[id as RuleId];
    const report = await judgeVariant(mutate, {
      ...plan,
      chosen: bearing(id),
      rules: rules.filter((rule) => rule.id === id),
      workers: 2,
    });
    expect(report.rules.map(({ verdicts }) => verdicts[column])).toEqual(["violated"]);
  });

  it("are named by entries that exist", async () => {
    const { default: table } = await import("../suites/bearing.json", { with: { type: "json" } });
    const ids = [...facts.keys()];
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
