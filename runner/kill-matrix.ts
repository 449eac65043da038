import { sleep } from "../client/deadline.ts";
import { shownCauses } from "../reports/causes.ts";
import type { CauseReport, Report } from "../reports/report.ts";
import { rules } from "../rules/index.ts";
import type { Column } from "../spec/verdict.ts";
import { bearingOn } from "../suites/bearing.ts";
import type { Suite } from "../suites/case.ts";
import { ordinarySuites, suites, usualPlan } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { unheld } from "./check-seen.ts";
import { connectLocally, type LocalOptions } from "./connect.ts";
import type { Observer } from "./events.ts";
import type { RunOptions } from "./run.ts";
import { run } from "./run.ts";

/** What a run may change of the usual settings; with a list of suites by their names, or the suites themselves. */
export interface VariantOptions
  extends Partial<
    Pick<
      RunOptions,
      "runs" | "rounds" | "workers" | "rules" | "clock" | "shard" | "bail" | "isNews" | "campaign"
    >
  > {
  readonly seed: number;
  /** By default all but wire, whose requests have mutants of their own (wire-mutants.ts). */
  readonly suites?: readonly string[];
  readonly chosen?: readonly Suite[];
  readonly budget?: number;
  /** us-east-1 by default. */
  readonly region?: string;
  /** The column that decides which counterexamples are shown; by default `document`. */
  readonly profile?: Column | undefined;
  /** Makes observers in addition to the report. */
  readonly observers?: MakeObservers;
}

type MakeObservers = (options: RunOptions) => readonly Observer[];

/** Runs the suite against a variant of the reference in this process, without a socket. */
export async function judgeVariant(
  mutate: (behaviour: Behaviour) => Behaviour,
  options: VariantOptions,
): Promise<Report> {
  const { suites: names, profile = "document", budget, observers, region = "us-east-1", ...how } = options;
  const reference = createReference({ behaviour: mutate(faithful), region });
  const t0 = performance.now();
  const { clock = () => performance.now() - t0 } = how;
  const { chosen = names && suites.filter(({ name }) => names.includes(name)) } = how;
  const prefix = `addperm-ct-${how.seed}`;
  return judgeOver(
    { carrier: () => inProcess(reference, { clock }), region, budget, prefix },
    { ...how, profile, clock, suites: chosen ?? ordinarySuites },
    observers,
  );
}

/** Runs the suite over a connection of its own. What is not given is as in the kill matrix. */
export async function judgeOver(
  connecting: LocalOptions,
  running: Partial<RunOptions> & Pick<RunOptions, "seed" | "clock">,
  observers: MakeObservers = () => [],
): Promise<Report> {
  const { workers = 4, clock } = running;
  const connection = await connectLocally({ ...connecting, concurrency: workers, clock });
  try {
    const options: RunOptions = {
      ...connection,
      tool: { name: "kill-matrix", version: "0" },
      target: { name: "mutant", endpoint: "http://reference.invalid", cannot: [] },
      sleep: (ms) => sleep(ms),
      startedAt: new Date(),
      workers,
      suites: ordinarySuites,
      rules,
      profile: "document",
      runs: 10,
      rounds: 4,
      safeMode: false,
      settleMs: 0,
      replay: (rule) => rule,
      ...running,
    };
    return await run(options, observers(options));
  } finally {
    await connection.transport.close();
  }
}

/** The result of a run against a variant of the reference at the default plan. */
export interface Measured {
  /** The violated rules, sorted. */
  readonly violated: readonly string[];
  /** The rules that the run could not decide, sorted. */
  readonly inconclusive: readonly string[];
  /** Whether the default plan violates every rule that the variant declares. */
  readonly found: boolean;
  /** The first cause that the report shows; null if no rule is violated. */
  readonly cause: Pick<CauseReport, "id" | "rules"> | null;
  /** What findings say was seen and no exchange holds, one sentence each. */
  readonly unheld: readonly string[];
  /** Problems of the run itself, one sentence each. */
  readonly problems: readonly string[];
  /** The number of requests at the default plan. */
  readonly requests: number;
}

type VariantPlan = Pick<VariantOptions, "runs" | "rounds" | "suites" | "chosen">;

/** The default plan, and a wider one for variants that the default plan does not find. */
const plans: { readonly usual: VariantPlan; readonly wide: VariantPlan } = {
  usual: usualPlan,
  wide: { runs: 100, rounds: 12, suites: suites.map(({ name }) => name) },
};

/** Judges a variant of the reference at the default plan, and at the wider plan if that does not find it. */
export async function measure(
  variant: Mutant,
  { seed, runs = usualPlan.runs }: Pick<VariantOptions, "seed" | "runs">,
  { usual: first, wide: second } = plans,
): Promise<Measured> {
  const { requests, ...usual } = await judgedAt(variant, seed, {
    ...first,
    ...(runs === usualPlan.runs ? {} : { runs }),
  });
  const found = isFound(variant, usual);
  if (found) return { ...usual, found, requests };
  return { ...(await judgedAt(variant, seed, second)), found, requests };
}

/** The most random cases and repetitions of races that a correct variant gets at the narrow plan. */
const few = { runs: 5, rounds: 2 } as const;

/**
 * Judges a mutant with the test cases of the default plan that bear on the rules that it is recorded to violate, and a correct
 * variant with a part of the random ones.
 */
export async function measureNarrowly(
  variant: Mutant,
  recorded: readonly string[],
  { seed, runs = usualPlan.runs }: Pick<VariantOptions, "seed" | "runs">,
): Promise<Measured> {
  const bearing = variant.kills.length === 0 ? null : bearingOn(ordinarySuites, recorded);
  const judged = await judgedAt(
    variant,
    seed,
    bearing === null ? { ...few, runs: Math.min(few.runs, runs) } : { ...usualPlan, runs, chosen: bearing },
  );
  return { ...judged, found: isFound(variant, judged) };
}

async function judgedAt(
  { mutate, column }: Mutant,
  seed: number,
  plan: VariantPlan,
): Promise<Omit<Measured, "found">> {
  const report = await judgeVariant(mutate, { seed, ...plan, profile: column });
  const violated = rulesWith("violated", report, column);
  const inconclusive = rulesWith("inconclusive", report, column);
  return {
    ...findingsOf(report),
    violated,
    inconclusive,
    problems: report.faults,
    requests: report.requests,
  };
}

function isFound({ kills }: Mutant, { violated }: Pick<Measured, "violated">): boolean {
  return kills.every((id) => violated.includes(id));
}

function findingsOf(report: Report): Pick<Measured, "cause" | "unheld"> {
  const [shown] = shownCauses(report);
  const cause =
    shown === undefined ? null : { id: shown.cause.id, rules: shown.violated.map(({ id }) => id) };
  return { cause, unheld: unheld(report) };
}

/** The rules with a verdict that a column counts, sorted. */
function rulesWith(
  verdict: "violated" | "inconclusive",
  { rules: judged }: Report,
  column: Column = "document",
): readonly string[] {
  return judged
    .filter(
      ({ basis, verdicts }) => verdicts[column] === verdict && (basis !== "observed" || column === "aws"),
    )
    .map(({ id }) => id)
    .sort();
}
