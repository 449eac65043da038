import { judgeOf } from "../../oracle/judge.ts";
import { type DiffReport, isAbout, type Side } from "../../reports/diff.ts";
import type { ProgressEvent } from "../../reports/progress.ts";
import { rules } from "../../rules/index.ts";
import type { Suite, TestCase } from "../../suites/case.ts";
import { ordinarySuites } from "../../suites/index.ts";
import { type SetUpOptions, setUpWorkers, type WorkerPool } from "../pool.ts";
import type { RunOptions } from "../run.ts";
import { openScope, type Scope } from "../scope.ts";
import { type AnsweredDifference, causesOfDifferences } from "./causes.ts";
import { differenceReport } from "./difference-report.ts";
import { type PairWorker, pairWorker } from "./pair.ts";
import { type DifferenceGroup, search } from "./search.ts";
import { type Shrunk, shrinkDifference } from "./shrink-difference.ts";

export interface SideOptions extends Omit<SetUpOptions, "workers" | "emit" | "settleMs" | "sleep" | "scope"> {
  readonly target: RunOptions["target"];
  readonly curl: RunOptions["curl"];
}

/** Everything that a comparison of two targets needs. Clock, network and randomness come from outside. */
export interface DiffOptions extends Pick<RunOptions, "tool" | "clock" | "sleep" | "startedAt" | "signal"> {
  readonly sides: Readonly<Record<Side, SideOptions>>;
  readonly suites: readonly Suite[];
  readonly seed: number;
  readonly runs: number;
  readonly rounds: number;
  readonly workers: number;
  /** Leaves out what must never reach a real account. */
  readonly safeMode: boolean;
  readonly progress: (far: ProgressEvent) => void;
  /** The rules that differences must be about; all by default. */
  readonly about?: readonly string[] | undefined;
  /** The command that sends the differences about a topic to both targets again. */
  readonly replay: (topic: string) => string;
}

/** Sends the same requests to two targets, shrinks each kind of difference, and says how the document rules on it. */
export async function diff(options: DiffOptions): Promise<DiffReport> {
  const { sides, sleep, workers, signal } = options;
  const scope = openScope(signal);
  const pool = await setUpBoth(sides, { workers, sleep, settleMs: 0, scope });
  const stop = (): string | null => {
    if (signal?.aborted === true) return "it was interrupted";
    if (scope.signal.aborted) return "a part of it failed";
    return sides.x.transport.spent() || sides.y.transport.spent() ? "the request budget is spent" : null;
  };
  const faults: string[] = [];
  let found: FoundDifferences;
  try {
    found = await explore(options, pool, stop, scope);
  } finally {
    // Every part of the comparison has ended, so nothing else sends requests during clean-up.
    for (const one of [pool.x, pool.y]) faults.push(...(await one.tearDown()));
    scope.close();
  }
  return report(options, found, faults);
}

interface FoundDifferences {
  readonly searched: Awaited<ReturnType<typeof search>>;
  readonly planned: number;
  readonly shown: readonly (readonly [DifferenceGroup, Shrunk])[];
  readonly unsteady: readonly DifferenceGroup[];
  readonly stopped: string | null;
}

/** Arranges fixtures on both targets, or on neither. */
export async function setUpBoth(
  sides: DiffOptions["sides"],
  how: Pick<SetUpOptions, "workers" | "sleep" | "settleMs" | "scope">,
): Promise<Readonly<Record<Side, WorkerPool>>> {
  const x = await setUpWorkers({ ...sides.x, ...how });
  try {
    return { x, y: await setUpWorkers({ ...sides.y, ...how }) };
  } catch (error) {
    await x.tearDown();
    throw error;
  }
}

async function explore(
  options: DiffOptions,
  pool: Readonly<Record<Side, WorkerPool>>,
  stop: () => string | null,
  scope: Scope,
): Promise<FoundDifferences> {
  const testCases = plan(options);
  const workers = pool.x.workers.flatMap((x, index): readonly PairWorker[] => {
    const y = pool.y.workers[index];
    return y === undefined ? [] : [pairWorker({ x, y }, scope, (side, worker) => pool[side].replace(worker))];
  });
  let finished = 0;
  const searched = await search({
    scope,
    workers,
    testCases,
    cannot: new Set(
      [options.sides.x, options.sides.y].flatMap(({ target }) => target.cannot.map(({ needs }) => needs)),
    ),
    stop,
    finished: (violated) => {
      finished += 1;
      options.progress({ sent: finished, planned: testCases.length, violated });
    },
  });
  const small = await shrinkAll(searched.groups, workers, stop, scope);
  return { searched, planned: testCases.length, ...small, stopped: searched.stopped ?? stop() };
}

function plan({ suites, seed, runs, rounds, safeMode }: DiffOptions): readonly TestCase[] {
  const testCases = suites.flatMap((suite) => [...suite.testCases({ seed, runs, rounds })]);
  return safeMode ? testCases.filter(({ destructive }) => !destructive) : testCases;
}

async function shrinkAll(
  groups: readonly DifferenceGroup[],
  workers: readonly PairWorker[],
  stop: () => string | null,
  scope: Scope,
): Promise<Pick<FoundDifferences, "shown" | "unsteady">> {
  const results = new Map<DifferenceGroup, Shrunk | null>();
  const queue = [...groups];
  const known = new Set(groups.map(({ first }) => first.kind));
  await scope.all(workers, async (worker) => {
    for (let group = queue.shift(); group !== undefined && stop() === null; group = queue.shift())
      results.set(group, await shrinkDifference(group, { worker, known, stop: () => stop() !== null }));
  });
  const shown = groups.flatMap((group): readonly (readonly [DifferenceGroup, Shrunk])[] => {
    const small = results.get(group) ?? null;
    return small === null ? [] : [[group, small]];
  });
  return { shown, unsteady: groups.filter((group) => results.get(group) === null) };
}

/** A policy contains its statements, so a differing member is reported once, for AddPermission. */
function sameMember(added: string | null, read: string | null): boolean {
  return added !== null && read === added.replace(/^Statement\b/, "Policy.Statement[]");
}

/** A difference that follows another reported difference is its consequence. */
function isConsequence({ compared, difference }: Shrunk, shown: FoundDifferences["shown"]): boolean {
  return compared.some(
    ({ index, differs, diverges, where, kind }) =>
      differs &&
      index < difference.index &&
      (diverges || sameMember(where, difference.where)) &&
      shown.some(([{ first }]) => first.kind === kind),
  );
}

function report(options: DiffOptions, found: FoundDifferences, left: readonly string[]): DiffReport {
  const { searched, shown, unsteady, stopped, planned } = found;
  const { executed, diverged, notEmptied, unfilled } = searched;
  const faults = [
    stopped !== null && `The run stopped after ${executed} of ${planned} test cases: ${stopped}.`,
    diverged > 0 &&
      `${diverged} test cases ended early, because different answers led to different requests.`,
    notEmptied > 0 && `${notEmptied} test cases were left out, because a target had no empty functions.`,
    unfilled > 0 &&
      `${unfilled} requests were sent to neither target, because only one target had returned the revision or version that they need.`,
    ...left,
  ].filter((one) => one !== false);
  const judge = judgeOf(rules);
  const all = shown
    .filter(([, small]) => !isConsequence(small, shown))
    .map(
      ([group, small]): AnsweredDifference => ({
        difference: differenceReport(group, small, judge, options),
        exchanges: small.difference.exchanges,
      }),
    )
    .filter(({ difference }) => options.about === undefined || isAbout(difference, options.about));
  const target = (side: Side): DiffReport["targets"][Side] => {
    const { target: of, transport } = options.sides[side];
    const { name, endpoint, kind, region, signed } = of;
    return {
      name,
      endpoint,
      requests: transport.requests(),
      ...(kind === "endpoint" || kind === "builtin" ? { kind } : {}),
      ...(region === undefined ? {} : { region }),
      ...(signed === undefined ? {} : { signed }),
    };
  };
  return {
    schema: "addpermission-conformance/diff@1",
    tool: options.tool,
    seed: options.seed,
    startedAt: options.startedAt.toISOString(),
    durationMs: Math.round(options.clock()),
    targets: { x: target("x"), y: target("y") },
    histories: { planned, played: searched.executed },
    compared: searched.compared,
    incomplete: stopped !== null,
    differences: all.map(({ difference }) => difference),
    causes: causesOfDifferences(all),
    unsteady: unsteady.map(
      ({ first }) => `${first.topic}: ${first.x} against ${first.y}, seen once and not in reruns`,
    ),
    faults,
  };
}

/**
 * Excluded unless named: correct targets may order concurrent calls differently, only some targets can produce
 * faults, and the size at the limit depends on the ARNs of the target. So is wire, which ends some targets.
 */
const onlyByName: ReadonlySet<string> = new Set(["races", "faults", "size"]);

/** The suites whose answers can be compared. */
export const comparedSuites = ordinarySuites.filter(({ name }) => !onlyByName.has(name));
