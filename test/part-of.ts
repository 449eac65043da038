import type { Suite, SuiteOptions } from "../suites/case.ts";

/** A suite with only the test cases whose ids match. */
export function partOf(suite: Suite, ids: RegExp): Suite {
  const testCases = (plan: SuiteOptions) => [...suite.testCases(plan)].filter(({ id }) => ids.test(id));
  return { ...suite, testCases };
}
