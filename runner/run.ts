import type { Clock } from "../client/transport.ts";
import { judgeOf } from "../oracle/judge.ts";
import type { Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import type { Suite } from "../suites/case.ts";
import { type Campaign, type CampaignOptions, campaignOf } from "./campaign/campaign.ts";
import { probe, sizeLimit, unsupportedByFixture, unsupportedReason } from "./capabilities.ts";
import type { Connection } from "./connect.ts";
import { endings } from "./endings.ts";
import {
  type Emit,
  headOf,
  type LeftOut,
  type Observer,
  type ObserverGroup,
  observerGroup,
  type RunHead,
  type StopReason,
} from "./events.ts";
import { inFlight } from "./in-flight.ts";
import type { IsNews } from "./kinds.ts";
import { reportObserver } from "./observe/report.ts";
import { partJudge, type RunProgress } from "./part.ts";
import { patience } from "./patience.ts";
import { type Judging, type Running, settledKinds, spentBy } from "./phase.ts";
import { isStateless, mayKeepAll, type Part, planOf, roundOf, type Shard } from "./plan.ts";
import { setUpWorkers, type WorkerPool } from "./pool.ts";
import { openScope, type Scope } from "./scope.ts";
import { silentKinds } from "./silent-kinds.ts";

/** Everything that a run needs. Clock, network and randomness come from outside. */
export interface RunOptions extends RunHead, Connection {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly workers: number;
  readonly suites: readonly Suite[];
  readonly runs: number;
  readonly rounds: number;
  /** The part of the plan that is executed; all of it by default. */
  readonly shard?: Shard | undefined;
  /** True if an existing function may keep statements that no request removes. */
  readonly disposable?: boolean | undefined;
  /** After this many confirmed causes the run ends; those of rules that are known to be violated do not count. */
  readonly bail?: { readonly causes: number; readonly known: readonly string[] } | undefined;
  /** Goes on with new seeds after the usual test cases. */
  readonly campaign?: CampaignOptions | undefined;
  /** Leaves out what must never reach a real account. */
  readonly safeMode: boolean;
  readonly settleMs: number;
  /** Says which kinds of input the file of known deviations does not list of a rule that it lists. */
  readonly isNews?: IsNews | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The command that replays the counterexample of a rule. */
  readonly replay: (rule: string) => string;
}

/** Executes a run and returns its report. Throws a Fault if the run cannot start. */
export async function run(options: RunOptions, observers: readonly Observer[] = []): Promise<Report> {
  const report = reportObserver(options);
  await runFor([report, ...observers], options);
  return report.report();
}

/**
 * Sets up the workers, probes the target, executes the test cases, confirms the candidates and tears down. Throws a
 * Fault if the run cannot start, for example without a connection. Later errors become problem events and make the
 * run incomplete.
 */
export async function runFor(observers: readonly Observer[], options: RunOptions): Promise<void> {
  const group = observerGroup(observers);
  const scope = openScope(options.signal);
  const waiting = patience();
  let pool: WorkerPool | null = null;
  let isComplete = false;
  let notBegun: Fault | null = null;
  const campaign = options.campaign === undefined ? null : campaignOf(options, options.campaign);
  const emit: Emit = (event) => {
    campaign?.on(event);
    group.emit(event);
  };
  try {
    emit({ type: "run-started", head: headOf(options) });
    const kinds = silentKinds({ timeoutMs: options.how.deadlineMs, clock: options.clock });
    const gate = inFlight(options.workers);
    const ends = endings(options);
    const guards = { patience: waiting, silentKinds: kinds, inFlight: gate, endings: ends };
    const atFirst = campaign === null || campaign.first.length === 0 ? options.workers : 1;
    pool = await setUpWorkers({ ...options, ...guards, scope, emit, atFirst });
    const running = { options, scope, pool, ...guards, emit };
    const judged = await judgeTarget(running, campaign);
    ({ isComplete } = judged);
    const leftOut = [
      ...ends.leftOut(),
      ...kinds.leftOut(),
      ...slowRaces(judged.leftOut),
      ...settledKinds(judged.settled),
    ];
    if (leftOut.length > 0) emit({ type: "left-out", kinds: leftOut });
  } catch (error) {
    if (pool === null && error instanceof Fault) notBegun = error;
    const problem =
      notBegun === null
        ? ({ code: "failed", error } as const)
        : ({ code: "not-begun", fault: notBegun } as const);
    group.emitLast({ type: "problem", problem });
  }
  // Every part of the run has ended, so nothing else sends requests during clean-up.
  for (const what of (await pool?.tearDown()) ?? [])
    group.emitLast({ type: "problem", problem: { code: "left-behind", what } });
  scope.close();
  if (campaign !== null && notBegun === null)
    group.emitLast({ type: "campaign", campaign: campaign.report(), leftMs: 0 });
  const waits = waiting.waits();
  if (waits.length > 0) group.emitLast({ type: "waited", waits });
  await finish(group, options, isComplete);
  if (notBegun !== null) throw notBegun;
}

/** Emits the events of a run that cannot start because the connection failed. */
export async function failToRun(
  observers: readonly Observer[],
  options: RunOptions,
  fault: Fault,
): Promise<void> {
  const group = observerGroup(observers);
  group.emitLast({ type: "run-started", head: headOf(options) });
  group.emitLast({ type: "problem", problem: { code: "not-begun", fault } });
  await finish(group, options, false);
}

async function finish(group: ObserverGroup, options: RunOptions, complete: boolean): Promise<void> {
  group.emitLast({ type: "run-finished", complete, spent: spentBy(options) });
  await group.end();
}

/** Test cases that were left out because calls in flight together are slow, as a kind of requests. */
function slowRaces(testCases: number): readonly LeftOut[] {
  return testCases === 0 ? [] : [{ kind: "calls in flight together", unanswered: 0, left: testCases }];
}

/** Probes the target, executes the test cases of each part and confirms their candidates. */
async function judgeTarget(running: Running, campaign: Campaign | null): Promise<RunProgress> {
  const { options, scope, pool, silentKinds, emit } = running;
  const unsupported = await unsupportedBy(running);
  // A target may answer 429 or 500 even if it cannot produce them on request.
  const withoutFaults = unsupported.filter(({ needs }) => needs !== "faults");
  const judged = options.rules.filter((rule) => unsupportedReason(rule, withoutFaults) === null);
  const plan = planOf(options, campaign);
  const cases = plan.parts.flatMap(({ testCases }) => testCases).length;
  emit({ type: "planned", cases, shard: plan.shard, rules: judged, unsupported });
  const progress: RunProgress = {
    workers: pool.workers,
    findings: new Map(),
    away: null,
    place: 0,
    isComplete: true,
    leftOut: 0,
    settled: [],
  };
  const judging: Judging = {
    ...running,
    unsupported,
    judged,
    judge: judgeOf(judged),
    limit: sizeLimit(),
    stop: () => stopReason(options, scope) ?? progress.away,
  };
  const judgePart = partJudge(judging, plan, campaign, progress);
  for (const part of plan.parts) {
    if (part.of === "plan") progress.workers = [...progress.workers, ...(await pool.grow())];
    if (part.beginsPhase) {
      silentKinds.confirmed();
      emit({ type: "phase-started", phase: part.phase });
    }
    if (!(await judgePart(part))) return progress;
  }
  for (;;) {
    const round = campaign === null ? [] : await nextRound(campaign, progress, running);
    if (round.length === 0) return progress;
    for (const part of round) if (!(await judgePart(part))) return progress;
  }
}

/** In each of these rounds the workers get new fixtures, because versions and aliases of earlier histories remain. */
const renewEach = 4;

/** A round of a campaign without test cases is left out; after this many in a row there is nothing to send. */
const mostEmpty = 8;

/** The parts of the next round of a campaign, none if it is over; the workers for them are renewed where it is time. */
async function nextRound(
  campaign: Campaign,
  progress: RunProgress,
  { options, pool, emit }: Running,
): Promise<readonly Part[]> {
  for (let empty = 0; empty < mostEmpty; empty += 1) {
    const round = campaign.nextRound();
    if (round === null) return [];
    const parts = roundOf(options, round);
    if (parts.length === 0) continue;
    emit({ type: "campaign", campaign: campaign.report(), leftMs: campaign.leftMs() });
    const isRenewed = options.fresh && !isStateless(options) && campaign.report().rounds % renewEach === 1;
    if (isRenewed) progress.workers = await pool.renew(progress.workers);
    return parts;
  }
  campaign.end("nothing-new");
  return [];
}

/** The unsupported capabilities: as declared, as found while arranging, and as probed. */
async function unsupportedBy({ options, pool }: Running): Promise<readonly UnsupportedCapability[]> {
  const [first] = pool.workers;
  if (first === undefined) throw new Fault("There is no worker: --concurrency must be at least 1.");
  const found = isStateless(options) ? [] : await probe(first);
  return [
    ...options.target.cannot,
    ...unsupportedByFixture(first, pool.missing),
    ...found,
    ...(mayKeepAll(options) ? [] : [notDisposable(first.fixture.main.name)]),
  ];
}

function notDisposable(name: string): UnsupportedCapability {
  const reason = `ids that no path can name, such as the empty one, were not asked: where the target accepts one, ${name} keeps the statement, and the target is neither a loopback address nor declared disposable`;
  return { needs: "discard", reason };
}

function stopReason({ transport, signal }: RunOptions, scope: Scope): StopReason | null {
  if (signal?.aborted === true) return { code: "interrupted" };
  if (scope.signal.aborted) return { code: "part-failed" };
  return transport.spent() ? { code: "budget-spent", budget: transport.budget } : null;
}
