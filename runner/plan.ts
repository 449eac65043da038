import { createHash } from "node:crypto";
import type { Report } from "../reports/report.ts";
import { type Phase, phases, type TestCase } from "../suites/case.ts";
import type { Campaign } from "./campaign/campaign.ts";
import type { RunOptions } from "./run.ts";

/** One of several parts of a run that are made apart: its number, from 1, and the number of them. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Test cases of one phase. Their candidates are confirmed together, before the next part begins. */
export interface Part {
  /** The corpus of a campaign (what violated rules), the plan of the run, or a round of a campaign. */
  readonly of: "corpus" | "plan" | "round";
  readonly phase: Phase;
  readonly testCases: readonly TestCase[];
  /** The test cases of the parts that follow in the plan. */
  readonly later: readonly TestCase[];
  /** True if it begins a phase after the first. */
  readonly beginsPhase: boolean;
}

/** What a run executes before any rounds of a campaign. */
export interface Plan {
  readonly parts: readonly Part[];
  /** The place of each test case in the plan of all shards. Absent, as is `shard`, in a run without shards. */
  readonly places?: ReadonlyMap<TestCase, number>;
  readonly shard?: Report["shard"];
}

type PhaseCases = Pick<Part, "phase" | "testCases">;

/** Plans a run: what its corpus has first, and then the test cases of its suites, or those of its shard. */
export function planOf(options: RunOptions, campaign: Pick<Campaign, "first" | "rest"> | null): Plan {
  const { suites, seed, runs, rounds, shard } = options;
  const all = suites.flatMap((suite) => [...suite.testCases({ seed, runs, rounds })]);
  const whole = inPhases(options, [...(campaign?.rest ?? []), ...all]);
  const { plan, ...ofShard } = shard === undefined ? { plan: whole } : inShard(whole, shard);
  const corpus = inPhases(options, campaign?.first ?? []);
  const parts = [
    ...corpus.map((one) => ({ of: "corpus", ...one }) as const),
    ...plan.map((one) => ({ of: "plan", ...one }) as const),
  ];
  return {
    parts: parts.map((part, at) => ({
      ...part,
      later: parts.slice(at + 1).flatMap(({ testCases }) => testCases),
      beginsPhase: at > 0 || (shard !== undefined && part.phase !== whole[0]?.phase),
    })),
    ...ofShard,
  };
}

export function roundOf(options: RunOptions, testCases: readonly TestCase[]): readonly Part[] {
  return inPhases(options, testCases).map((one) => ({
    ...one,
    of: "round",
    later: [],
    beginsPhase: false,
  }));
}

/** Those of some test cases that may be sent, by phase, without phases that have none. */
function inPhases(options: RunOptions, all: readonly TestCase[]): readonly PhaseCases[] {
  const { safeMode, fresh } = options;
  const testCases = all.filter(
    ({ destructive, irremovable = false }) =>
      !(safeMode && destructive) && (!irremovable || mayKeepAll(options)),
  );
  // What an existing function keeps must not affect other test cases.
  const phaseOf = ({ phase = "ordinary", irremovable = false }: TestCase): Phase =>
    irremovable && !fresh ? "lasting" : phase;
  return phases
    .map((phase) => ({ phase, testCases: testCases.filter((one) => phaseOf(one) === phase) }))
    .filter((one) => one.testCases.length > 0);
}

/** Says whether every statement may be left behind: the function is deleted at the end, stores nothing, or is disposable. */
export function mayKeepAll(options: RunOptions): boolean {
  return options.fresh || options.disposable === true || isStateless(options);
}

export function isStateless({ target }: RunOptions): boolean {
  return target.cannot.some(({ needs }) => needs === "state");
}

/** Takes every n-th test case of a plan, so that each test case is in one shard and each suite is in all of them. */
function inShard(whole: readonly PhaseCases[], { index, of }: Shard) {
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
