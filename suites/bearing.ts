/**
 * Which test cases bear on a rule: bearing.json names them by id or by the beginning of the id. A rule that nearly every
 * request bears on has a selection of each kind. test/bearing.test.ts checks the table.
 */
import bearing from "./bearing.json" with { type: "json" };
import type { Suite, SuiteOptions, TestCase } from "./case.ts";

/** True for a test case that an entry names: by its id, or by the beginning of its id. */
function names(entry: string, { id }: Pick<TestCase, "id">): boolean {
  return id === entry || id.startsWith(`${entry}/`);
}

/**
 * The test cases of some suites that bear on some rules; suites without any are left out. Returns null where this is not
 * known of a rule, so that all must be sent.
 */
export function bearingOn(suites: readonly Suite[], rules: readonly string[]): readonly Suite[] | null {
  const entries = new Set<string>();
  for (const rule of rules) {
    const own = Object.entries(bearing).find(([id]) => id === rule)?.[1];
    if (own === undefined) return null;
    for (const entry of own.split(" ")) entries.add(entry);
  }
  const all = [...entries];
  return suites
    .filter(({ name }) => all.some((entry) => entry === name || entry.startsWith(`${name}/`)))
    .map((suite) => ({
      ...suite,
      testCases: (plan: SuiteOptions) =>
        [...suite.testCases(plan)].filter((testCase) => all.some((entry) => names(entry, testCase))),
    }));
}

/** The names of the suites whose test cases bear on a rule; null where this is not known. */
export function suitesOf(rule: string): readonly string[] | null {
  const own = Object.entries(bearing).find(([id]) => id === rule)?.[1];
  return own === undefined ? null : [...new Set(own.split(" ").map((entry) => entry.split("/")[0] ?? ""))];
}

/** The number of test cases that suites have. */
export function countOf(suites: readonly Suite[], plan: SuiteOptions): number {
  return suites.reduce((sum, suite) => sum + [...suite.testCases(plan)].length, 0);
}
