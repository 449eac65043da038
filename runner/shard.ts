import { createHash } from "node:crypto";
import type { Report } from "../reports/report.ts";
import type { Phase, TestCase } from "../suites/case.ts";

/** One of several parts of a run: its number, from 1, and the number of parts. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The test cases of a phase. */
interface PlannedPhase {
  readonly phase: Phase;
  readonly testCases: readonly TestCase[];
}

/** What a run executes of a plan. */
interface Part {
  /** The phases of the part, without those that have no test case in it. */
  readonly plan: readonly PlannedPhase[];
  /** The place of each test case in the whole plan. Absent, as is `shard`, if the part is the whole. */
  readonly places?: ReadonlyMap<TestCase, number>;
  readonly shard?: Report["shard"];
}

/** Takes every n-th test case of a plan, so that each test case is in one shard and each suite is in all of them. */
export function inShard(whole: readonly PlannedPhase[], shard: Shard | undefined): Part {
  if (shard === undefined) return { plan: whole };
  const { index, of } = shard;
  const all = whole.flatMap(({ testCases }) => testCases);
  const places = new Map(all.map((testCase, place) => [testCase, place]));
  const isOwn = (one: TestCase) => (places.get(one) ?? 0) % of === index - 1;
  const plan = whole
    .map(({ phase, testCases }) => ({ phase, testCases: testCases.filter(isOwn) }))
    .filter(({ testCases }) => testCases.length > 0);
  const cases = all.filter(isOwn).length;
  return { plan, places, shard: { index, of, cases, planned: all.length, plan: digest(all) } };
}

function digest(testCases: readonly TestCase[]): string {
  const ids = testCases.map(({ id }) => `${id}\n`).join("");
  return createHash("sha256").update(ids).digest("hex").slice(0, 16);
}
