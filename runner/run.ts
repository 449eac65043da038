import { judgeOf } from "../oracle/judge.ts";
import type { Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import { type Phase, phases, type TestCase } from "../suites/case.ts";
import { type Bailing, bailing } from "./bail.ts";
import { type Campaign, campaignOf } from "./campaign/campaign.ts";
import { type Verdicts, verdicts } from "./candidates.ts";
import {
  isSearchForLimit,
  probe,
  sizeLimit,
  unsupportedByFixture,
  unsupportedReason,
} from "./capabilities.ts";
import { endingRule, endings, type SuspectedEnding } from "./endings.ts";
import {
  type Emit,
  type Gone,
  headOf,
  type LeftOut,
  type Observer,
  type ObserverGroup,
  observerGroup,
  type StopReason,
} from "./events.ts";
import type { Executed } from "./execute.ts";
import { inFlight } from "./in-flight.ts";
import { reportObserver } from "./observe/report.ts";
import type { RunOptions } from "./options.ts";
import { patience } from "./patience.ts";
import {
  columnsOf,
  confirmAll,
  type Decisions,
  executeAll,
  isStateless,
  type PhaseOfRun,
  type Running,
  settledKinds,
  spentBy,
  surviving,
  withEndings,
} from "./phase.ts";
import { setUpWorkers, type WorkerPool } from "./pool.ts";
import { type Findings, resultKey } from "./rule-results.ts";
import { openScope, type Scope } from "./scope.ts";
import { inShard } from "./shard.ts";
import { silentKinds } from "./silent-kinds.ts";

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
    const sending = { patience: waiting, silentKinds: kinds, inFlight: gate, endings: ends };
    const atFirst = campaign === null || campaign.first.length === 0 ? options.workers : 1;
    pool = await setUpWorkers({ ...options, ...sending, scope, emit, atFirst });
    const running = { options, scope, pool, silentKinds: kinds, inFlight: gate, endings: ends, emit };
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

/** The deadline of calls to a target that no longer answers, in milliseconds. */
const silentMs = 2000;

/** The end of all phases. */
interface Ended extends Pick<Executed, "leftOut" | "settled"> {
  /** Everything planned was done. */
  readonly isComplete: boolean;
}

/**
 * Probes the target, executes the test cases of each phase and confirms its candidates. Says whether everything planned was
 * done, and which test cases were left out.
 */
async function judgeTarget(running: Running, campaign: Campaign | null): Promise<Ended> {
  const { options, scope, pool, silentKinds, emit } = running;
  let away: Gone | null = null;
  const unsupported = await unsupportedBy(running);
  // A target may answer 429 or 500 even if it cannot produce them on request.
  const withoutFaults = unsupported.filter(({ needs }) => needs !== "faults");
  const judged = options.rules.filter((rule) => unsupportedReason(rule, withoutFaults) === null);
  const decisions: Decisions = {
    judged,
    judge: judgeOf(judged),
    limit: sizeLimit(),
    stop: () => stopReason(options, scope) ?? away,
  };
  const first = campaign === null ? [] : inPhases(options, campaign.first);
  const whole = planOf(options, campaign?.rest);
  const { plan, places, shard } = inShard(whole, options.shard);
  emit({
    type: "planned",
    cases: [...first, ...plan].flatMap(({ testCases }) => testCases).length,
    ...(shard && { shard }),
    rules: judged,
    unsupported,
  });
  const bail = bailing(options);
  const newVerdicts = candidateCollector(emit, bail, options.isNews);
  const notExecuted: Pick<Executed, "unsent" | "findingsOfCut">[] = [];
  let workers = pool.workers;
  let firstPlace = 0;
  let before: Findings = new Map();
  let isComplete = true;
  let leftOut = 0;
  const settled: TestCase[] = [];
  const parts: Part[] = [...first.map(partOf("corpus")), ...plan.map(partOf("plan"))];
  for (;;) {
    if (parts.length === 0 && campaign !== null) {
      const next = await nextRound(campaign, workers, running);
      ({ workers } = next);
      parts.push(...next.testCases.map(partOf("round")));
    }
    const part = parts.shift();
    if (part === undefined) break;
    const { phase, testCases, isResumed, of } = part;
    const isRound = of === "round";
    if (of === "plan") workers = [...workers, ...(await pool.grow())];
    const isLater = firstPlace > 0 || (shard !== undefined && phase !== whole[0]?.phase);
    if (isLater && !isResumed && !isRound) {
      silentKinds.confirmed();
      emit({ type: "phase-started", phase });
    }
    // One worker sends what may end the target, so that one test case is the cause.
    const sending = phase === "ordinary" ? workers : workers.slice(0, 1);
    const one = { phase, testCases, firstPlace, places, workers: sending, candidates: newVerdicts() };
    const pause = () => bail.mayEnd() || (isRound && campaign?.isOver() === true);
    const executed = await executeAll(one, unsupported, running, { ...decisions, pause });
    ({ away } = executed);
    const stopped = away ?? executed.stopped;
    const isSpent = isRound && (stopped?.code === "budget-spent" || stopped?.code === "budget-kept");
    before = withEndings(before, executed.confirmed, running, decisions);
    const isPaused = stopped === null && executed.unsent.length > 0 && bail.mayEnd();
    if (!isRound) leftOut += executed.leftOut;
    if (!isRound) settled.push(...executed.settled);
    if (stopped?.code === "silent") options.transport.hurry?.(silentMs);
    if (stopped?.code === "busy") pool.hurry();
    const later = parts.flatMap((of) => of.testCases);
    const isLast = stopped !== null || (parts.length === 0 && !isPaused);
    if (!isPaused && !isRound) notExecuted.push(executed);
    if (isLast && !isRound)
      await countNotExecuted(
        [...notExecuted, { unsent: stopped === null ? [] : later, findingsOfCut: [] }],
        running,
      );
    if (stopped !== null && !isSpent)
      emit({ type: "problem", problem: { code: "stopped", reason: stopped, phase } });
    if (isLast && !isRound && (phase !== "ordinary" || stopped === null))
      emitUnlimited(plan, running, decisions);
    const idle = workers.slice(sending.length);
    const all = executed.isRestarted ? [...executed.workers, ...idle] : executed.workers;
    const survived = away === null ? await surviving(all, running) : { workers: all, lost: [] };
    const lost = [...executed.lost, ...(executed.isRestarted ? [] : survived.lost)];
    if (lost.length > 0) emit({ type: "problem", problem: { code: "fixtures-lost", functions: lost } });
    const standing = [...survived.workers, ...(executed.isRestarted ? [] : idle)];
    const confirmed = await confirmAll({ ...one, workers: standing }, before, running, decisions);
    ({ workers, findings: before } = confirmed);
    const suspected = executed.suspected ?? confirmed.suspected;
    if (suspected !== null) emitSuspected(suspected, before, running, decisions);
    if (away === null && confirmed.away !== null) {
      ({ away } = confirmed);
      emit({ type: "problem", problem: { code: "stopped", reason: confirmed.away, phase } });
    }
    firstPlace += testCases.length;
    await campaign?.partEnded();
    isComplete &&= (stopped === null || isSpent) && away === null && lost.length === 0;
    if (isSpent) campaign?.end("budget");
    if (stopped !== null || away !== null) break;
    const enough = bail.ended(judged, before);
    if (enough !== null) campaign?.end("bail");
    if (enough !== null && !isLast && !isRound) {
      await countNotExecuted([...notExecuted, executed, { unsent: later, findingsOfCut: [] }], running);
      emit({ type: "problem", problem: { code: "stopped", reason: enough, phase } });
      return { isComplete: false, leftOut, settled };
    }
    if (enough !== null) break;
    if (isPaused) parts.unshift({ ...part, testCases: executed.unsent, isResumed: true });
  }
  return { isComplete, leftOut, settled };
}

/** Test cases that are confirmed together: of the corpus that violated rules, of the plan of the run, or of a round of a campaign. */
interface Part extends Pick<PhaseOfRun, "phase" | "testCases"> {
  readonly of: "corpus" | "plan" | "round";
  /** The rest of one that `--bail` paused. */
  readonly isResumed: boolean;
}

function partOf(of: Part["of"]): (part: Pick<Part, "phase" | "testCases">) => Part {
  return (part) => ({ ...part, of, isResumed: false });
}

/** In each of these rounds the workers get new fixtures, because versions and aliases of earlier histories remain. */
const renewEach = 4;

/** A round of a campaign without test cases is left out; after this many in a row there is nothing to send. */
const mostEmpty = 8;

/** The test cases of the next round, none if the campaign is over, and the workers for them. */
async function nextRound(
  campaign: Campaign,
  workers: WorkerPool["workers"],
  { options, pool, emit }: Running,
): Promise<{ readonly workers: WorkerPool["workers"]; readonly testCases: ReturnType<typeof planOf> }> {
  for (let empty = 0; empty < mostEmpty; empty += 1) {
    const round = campaign.nextRound();
    if (round === null) return { workers, testCases: [] };
    const testCases = inPhases(options, round.testCases);
    if (testCases.length === 0) continue;
    emit({ type: "campaign", campaign: campaign.report(), leftMs: campaign.leftMs() });
    const isRenewed = options.fresh && !isStateless(options) && campaign.report().rounds % renewEach === 1;
    return { workers: isRenewed ? await pool.renew(workers) : workers, testCases };
  }
  campaign.end("nothing-new");
  return { workers, testCases: [] };
}

/** Makes a collection for each part of a run. The event of a candidate comes once for each rule of the run. */
function candidateCollector(emit: Emit, bail: Bailing, isNews: RunOptions["isNews"]): () => Verdicts {
  const seen = new Set<string>();
  return () =>
    verdicts((candidate, rule, column) => {
      const { testCase, expected, seen: what } = candidate;
      bail.candidate(rule, candidate);
      if (!seen.has(rule.id))
        emit({ type: "candidate", rule, column, case: testCase.id, expected, seen: what });
      seen.add(rule.id);
    }, isNews);
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

/** Says whether every statement may be left behind: the function is deleted at the end, stores nothing, or is disposable. */
function mayKeepAll(options: RunOptions): boolean {
  return options.fresh || options.disposable === true || isStateless(options);
}

function notDisposable(name: string): UnsupportedCapability {
  const reason = `ids that no path can name, such as the empty one, were not asked: where the target accepts one, ${name} keeps the statement, and the target is neither a loopback address nor declared disposable`;
  return { needs: "discard", reason };
}

/** The test cases by phase, without phases that have none; `before`: test cases that are sent before them. */
function planOf(options: RunOptions, before: readonly TestCase[] = []): ReturnType<typeof inPhases> {
  const { suites, seed, runs, rounds } = options;
  const all = suites.flatMap((suite) => [...suite.testCases({ seed, runs, rounds })]);
  return inPhases(options, [...before, ...all]);
}

/** Those of some test cases that may be sent, by phase, without phases that have none. */
function inPhases(
  options: RunOptions,
  all: readonly TestCase[],
): readonly Pick<PhaseOfRun, "phase" | "testCases">[] {
  const { safeMode, fresh } = options;
  const testCases = all.filter(
    ({ destructive, irremovable = false }) =>
      !(safeMode && destructive) && (!irremovable || mayKeepAll(options)),
  );
  // What an existing function keeps must not affect other test cases.
  const phaseOf = ({ phase = "ordinary", irremovable = false }: TestCase): Phase =>
    irremovable && !fresh ? "lasting" : phase;
  const plan = phases.map((phase) => ({
    phase,
    testCases: testCases.filter((one) => phaseOf(one) === phase),
  }));
  return plan.filter((one) => one.testCases.length > 0);
}

/** Emits the requests of which one ended the target for good, as a violation that was seen and could not be tried again. */
function emitSuspected(
  suspected: SuspectedEnding,
  findings: Findings,
  { emit }: Running,
  { judged }: Decisions,
): void {
  const rule = judged.find(({ id }) => id === endingRule);
  if (rule === undefined) return;
  for (const column of columnsOf(rule)) {
    const known = findings.get(resultKey(rule.id, column));
    if (known?.outcome === "violated") continue;
    const { observations = 0, decided = 0 } = known ?? {};
    const { seen, suites } = suspected;
    const why = { code: "not-rerun", seen, because: "gone", suites } as const;
    const result = { outcome: "inconclusive", observations, decided, why, suspected } as const;
    emit({ type: "rule-result", rule, columns: [column], result, hadCandidates: true });
  }
}

/** Counts the checks that unexecuted test cases would have made. */
async function countNotExecuted(
  parts: readonly Pick<Executed, "unsent" | "findingsOfCut">[],
  { options, emit }: Running,
): Promise<void> {
  const unsent = parts.flatMap((part) => part.unsent);
  const findingsOfCut = parts.flatMap((part) => part.findingsOfCut);
  if (options.signal?.aborted === true) return;
  // Imported here, because most runs execute every test case and have nothing to count.
  const { unsentChecks } = await import("./expected.ts");
  const whole = await unsentChecks(unsent, options.rules);
  // A test case that was cut has made a part of its checks.
  const checked = new Map<string, number>();
  for (const { rule, column } of findingsOfCut) {
    const key = resultKey(rule.id, column);
    checked.set(key, (checked.get(key) ?? 0) + 1);
  }
  const checks = options.rules.flatMap((rule) =>
    columnsOf(rule).map((column) => {
      const left = whole(rule, column) - (checked.get(resultKey(rule.id, column)) ?? 0);
      return { rule: rule.id, column, checks: Math.max(0, left) };
    }),
  );
  emit({ type: "not-executed", checks: checks.filter((of) => of.checks > 0) });
}

/** Emits the missing size limit if every test case was executed, with the search for it, and none met a limit. */
function emitUnlimited(
  plan: ReturnType<typeof inPhases>,
  { options, emit }: Running,
  { limit }: Decisions,
): void {
  const isElsewhere =
    options.shard !== undefined &&
    !plan.some(({ testCases }) => testCases.some(({ id }) => isSearchForLimit(id)));
  const isSought = options.suites.some(({ name }) => name === "size") && !isElsewhere;
  const what = isSought ? limit.unsupported() : null;
  if (what !== null) emit({ type: "unsupported", what });
}

function stopReason({ transport, signal }: RunOptions, scope: Scope): StopReason | null {
  if (signal?.aborted === true) return { code: "interrupted" };
  if (scope.signal.aborted) return { code: "part-failed" };
  return transport.spent() ? { code: "budget-spent", budget: transport.budget } : null;
}
