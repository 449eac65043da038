import type { Finding } from "../oracle/judge.ts";
import { type Judge, judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Report } from "../reports/report.ts";
import { counts } from "../reports/verdict.ts";
import { causeOf } from "../rules/causes.ts";
import { Fault } from "../spec/fault.ts";
import type { Column, UnsupportedCapability } from "../spec/verdict.ts";
import { type Phase, phases, type TestCase } from "../suites/case.ts";
import { type Candidate, inConfirmationOrder, isFailure, type Verdicts, verdicts } from "./candidates.ts";
import { probe, type SizeLimit, sizeLimit, unsupportedByFixture, unsupportedReason } from "./capabilities.ts";
import type { Confirmed } from "./confirm.ts";
import {
  type Ended as EndedTarget,
  type Endings,
  endingRule,
  endings,
  type SuspectedEnding,
  withEnding,
} from "./endings.ts";
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
import { type Executed, type ExecuteOptions, executeCases } from "./execute.ts";
import { type InFlight, inFlight } from "./in-flight.ts";
import { reportObserver } from "./observe/report.ts";
import type { RunOptions } from "./options.ts";
import { patience } from "./patience.ts";
import { isLost, type Survivors, setUpWorkers, survivors, type WorkerPool } from "./pool.ts";
import { confirmCandidates, type Findings, resultKey } from "./rule-results.ts";
import { openScope, type Scope } from "./scope.ts";
import { type SilentKinds, silentKinds } from "./silent-kinds.ts";

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
  try {
    group.emit({ type: "run-started", head: headOf(options) });
    const kinds = silentKinds({ timeoutMs: options.how.deadlineMs, clock: options.clock });
    const gate = inFlight(options.workers);
    const ends = endings(options);
    const sending = { patience: waiting, silentKinds: kinds, inFlight: gate, endings: ends };
    pool = await setUpWorkers({ ...options, ...sending, scope, emit: group.emit });
    const { emit } = group;
    const running = { options, scope, pool, silentKinds: kinds, inFlight: gate, endings: ends, emit };
    const judged = await judgeTarget(running);
    ({ isComplete } = judged);
    const leftOut = [
      ...ends.leftOut(),
      ...kinds.leftOut(),
      ...slowRaces(judged.leftOut),
      ...settledKinds(judged.settled),
    ];
    if (leftOut.length > 0) group.emit({ type: "left-out", kinds: leftOut });
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

function spentBy({ transport, clock }: RunOptions) {
  return { requests: transport.requests(), ms: clock() };
}

interface Running {
  readonly options: RunOptions;
  readonly scope: Scope;
  readonly pool: WorkerPool;
  readonly silentKinds: SilentKinds;
  readonly inFlight: InFlight;
  readonly endings: Endings;
  readonly emit: Emit;
}

/** How long calls in flight together may take in all until test cases that repeat others are left out, in milliseconds. */
const mostTogetherMs = 10_000;

/** Test cases that were left out because calls in flight together are slow, as a kind of requests. */
function slowRaces(testCases: number): readonly LeftOut[] {
  return testCases === 0 ? [] : [{ kind: "calls in flight together", unanswered: 0, left: testCases }];
}

/** The deadline of calls to a target that no longer answers, in milliseconds. */
const silentMs = 2000;

/** What the engine needs for its decisions. */
interface Decisions {
  readonly judged: readonly Rule[];
  readonly judge: Judge;
  readonly limit: SizeLimit;
  /** Why no more requests may be sent; null to continue. */
  readonly stop: () => StopReason | null;
}

/** A phase of the run: what is sent before its candidates are confirmed. */
interface PhaseOfRun {
  readonly phase: Phase;
  readonly testCases: readonly TestCase[];
  readonly firstPlace: number;
  readonly workers: WorkerPool["workers"];
  readonly candidates: Verdicts;
}

/** The end of all phases. */
interface Ended extends Pick<Executed, "leftOut" | "settled"> {
  /** Everything planned was done. */
  readonly isComplete: boolean;
}

/**
 * Probes the target, executes the test cases of each phase and confirms its candidates. Says whether everything planned was
 * done, and which test cases were left out.
 */
async function judgeTarget(running: Running): Promise<Ended> {
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
  const plan = planOf(options);
  emit({
    type: "planned",
    cases: plan.flatMap(({ testCases }) => testCases).length,
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
  const parts = plan.map((one) => ({ ...one, isResumed: false }));
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { phase, testCases, isResumed } = part;
    if (firstPlace > 0 && !isResumed) {
      silentKinds.confirmed();
      emit({ type: "phase-started", phase });
    }
    // One worker sends what may end the target, so that one test case is the cause.
    const sending = phase === "ordinary" ? workers : workers.slice(0, 1);
    const one = { phase, testCases, firstPlace, workers: sending, candidates: newVerdicts() };
    const executed = await executeAll(one, unsupported, running, { ...decisions, pause: bail.mayEnd });
    ({ away } = executed);
    const stopped = away ?? executed.stopped;
    before = withEndings(before, executed.confirmed, running, decisions);
    const isPaused = stopped === null && executed.unsent.length > 0 && bail.mayEnd();
    leftOut += executed.leftOut;
    settled.push(...executed.settled);
    if (stopped?.code === "silent") options.transport.hurry?.(silentMs);
    if (stopped?.code === "busy") pool.hurry();
    const later = parts.flatMap((of) => of.testCases);
    const isLast = stopped !== null || (parts.length === 0 && !isPaused);
    if (!isPaused) notExecuted.push(executed);
    if (isLast)
      await countNotExecuted(
        [...notExecuted, { unsent: stopped === null ? [] : later, findingsOfCut: [] }],
        running,
      );
    if (stopped !== null) emit({ type: "problem", problem: { code: "stopped", reason: stopped, phase } });
    if (isLast && (phase !== "ordinary" || stopped === null)) emitUnlimited(running, decisions);
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
    isComplete &&= stopped === null && away === null && lost.length === 0;
    if (stopped !== null || away !== null) break;
    const enough = bail.ended(judged, before);
    if (enough !== null && !isLast) {
      await countNotExecuted([...notExecuted, executed, { unsent: later, findingsOfCut: [] }], running);
      emit({ type: "problem", problem: { code: "stopped", reason: enough, phase } });
      return { isComplete: false, leftOut, settled };
    }
    if (isPaused) parts.unshift({ phase, testCases: executed.unsent, isResumed: true });
  }
  return { isComplete, leftOut, settled };
}

/** Ends a run once enough causes of violations are confirmed. */
interface Bailing {
  /** Notes the first violation of a rule by the requests of a part of the run. */
  candidate(rule: Rule, candidate: Candidate): void;
  /** True once enough causes may be confirmed, if their candidates are. */
  mayEnd(): boolean;
  /** Why the run ends after these results; null if it goes on. */
  ended(judged: readonly Rule[], findings: Findings): StopReason | null;
}

/** Never ends a run unless the user asked for it. */
function bailing({ bail, profile }: RunOptions): Bailing {
  const { causes: most = Number.POSITIVE_INFINITY, known = [] } = bail ?? {};
  const tried = new Set<string>();
  const candidates = new Map<string, string>();
  let confirmed: ReadonlySet<string> = new Set();
  const isCounted = (rule: Rule) => counts(rule, profile) && !known.includes(rule.id);
  const causeIn = (rule: Rule, batches: Candidate["batches"]): string => {
    const [last, ...others] = batches.at(-1) ?? [];
    return causeOf({ rule, answer: others.length > 0 ? null : (last?.answer ?? null) }).id;
  };
  return {
    candidate: (rule, { batches }) => {
      if (isCounted(rule) && !tried.has(rule.id)) candidates.set(rule.id, causeIn(rule, batches));
    },
    mayEnd: () => bail !== undefined && new Set([...confirmed, ...candidates.values()]).size >= most,
    ended: (judged, findings) => {
      // A rule that was not confirmed may have other candidates later, for which no other test case waits.
      for (const id of candidates.keys()) tried.add(id);
      candidates.clear();
      const found = judged.filter(isCounted).flatMap((rule) => {
        const { outcome, confirmed } = findings.get(resultKey(rule.id, profile)) ?? {};
        return outcome === "violated" && confirmed !== undefined
          ? [causeIn(rule, confirmed.execution.batches)]
          : [];
      });
      confirmed = new Set(found);
      return confirmed.size >= most ? { code: "bail", causes: confirmed.size } : null;
    },
  };
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

function isStateless({ target }: RunOptions): boolean {
  return target.cannot.some(({ needs }) => needs === "state");
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

/** The test cases by phase, without phases that have none. */
function planOf(options: RunOptions): readonly Pick<PhaseOfRun, "phase" | "testCases">[] {
  const { suites, seed, runs, rounds, safeMode, fresh } = options;
  const all = suites.flatMap((suite) => [...suite.testCases({ seed, runs, rounds })]);
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

/** What became of the target while a phase was executed or confirmed. */
interface Fate {
  /** The requests that ended it. */
  readonly confirmed: readonly Confirmed[];
  /** Why it counts as gone for good; null if it is there. */
  readonly away: Gone | null;
  /** The requests of which one ended it, if it is gone for good. */
  readonly suspected: SuspectedEnding | null;
}

/** The workers whose functions still exist, or could be replaced. */
async function surviving(
  workers: WorkerPool["workers"],
  { options, pool, scope }: Running,
): Promise<Survivors> {
  return isStateless(options) ? { workers, lost: [] } : survivors(workers, pool.replace, scope);
}

/** Looks for the request that ended the target. Returns the workers that can continue; null if the target is gone for good. */
async function lookInto(
  workers: WorkerPool["workers"],
  running: Running,
  { stop }: Decisions,
): Promise<{ readonly ended: EndedTarget; readonly survived: Survivors | null }> {
  const { options, pool, endings } = running;
  const keepsFunctions = !isStateless(options);
  const ended = await endings.lookInto({ workers, pool, keepsFunctions, stop: () => stop() !== null });
  return { ended, survived: ended.isBack ? await surviving(workers, running) : null };
}

/**
 * Executes the test cases of a phase. Where the target ends and comes back, what was executed meanwhile is executed again.
 * Also returns the functions that the target lost without a known cause.
 */
async function executeAll(
  phase: PhaseOfRun,
  unsupported: readonly UnsupportedCapability[],
  running: Running,
  decisions: Decisions & { readonly pause: () => boolean },
): Promise<Executed & Fate & { readonly lost: readonly string[]; readonly isRestarted: boolean }> {
  const begun: NonNullable<ExecuteOptions["begun"]> = new Map();
  const settled: TestCase[] = [];
  const lost: string[] = [];
  const confirmed: Confirmed[] = [];
  const findingsOfCut: Finding[] = [];
  let { workers } = phase;
  let leftOut = 0;
  for (let isRestarted = false; ; isRestarted = true) {
    const late: (() => void)[] = [];
    const onLost = (count: () => void) => late.push(count);
    const given = { ...phase, workers };
    const executed = await executeOnce(given, unsupported, running, decisions, { begun, lost, onLost });
    findingsOfCut.push(...executed.findingsOfCut);
    leftOut += executed.leftOut;
    settled.push(...executed.settled);
    const done = { ...executed, findingsOfCut, leftOut, settled, lost, confirmed, isRestarted };
    if (!running.endings.isGone()) return { ...done, away: null, suspected: null };
    const { ended, survived } =
      decisions.stop() === null
        ? await lookInto(executed.workers, running, decisions)
        : { ended: null, survived: null };
    if (survived === null || ended === null || !ended.isBack) {
      // Nothing is executed again, so that what was seen until the end counts.
      for (const count of late) count();
      if (ended === null || decisions.stop() !== null) return { ...done, away: null, suspected: null };
      const away = { code: "silent", detail: ended.detail } as const;
      return { ...done, away, suspected: ended.isBack ? null : ended.suspected };
    }
    ({ workers } = survived);
    if (ended.confirmed === null) lost.push(...survived.lost);
    else confirmed.push(ended.confirmed);
  }
}

/** Executes the test cases of a phase that are not settled, until the target is gone. */
async function executeOnce(
  { testCases, firstPlace, workers, candidates }: PhaseOfRun,
  unsupported: readonly UnsupportedCapability[],
  { options, scope, pool, silentKinds, inFlight, endings, emit }: Running,
  { judged, judge, limit, stop, pause }: Decisions & { readonly pause: () => boolean },
  how: Required<Pick<ExecuteOptions, "begun" | "onLost">> & { readonly lost: string[] },
): Promise<Executed> {
  const { begun, onLost, lost } = how;
  return executeCases({
    scope,
    workers,
    begun,
    onLost,
    isGone: endings.isGone,
    lookAfter: (worker, exchanges) =>
      isStateless(options) || !exchanges.some(({ answer }) => endings.maybeLost(answer))
        ? null
        : isLost(worker).then(endings.checked),
    replace: async (worker) => {
      // A target without state cannot lose functions.
      if (!isStateless(options) && !endings.isGone() && (await isLost(worker))) {
        endings.checked(true);
        if (!endings.isGone()) lost.push(worker.fixture.main.name);
      }
      return endings.isGone() ? null : pool.replace(worker);
    },
    ...(options.fresh && !isStateless(options)
      ? { spares: { create: (instead) => pool.spareFixture(instead), requests: pool.requestsOfSpare } }
      : {}),
    cannot: new Set(unsupported.map(({ needs }) => needs)),
    testCases,
    firstPlace,
    judge: {
      ...judge,
      batch: (batch) => {
        limit.batch(batch);
        return judge.batch(batch);
      },
    },
    verdicts: candidates,
    isLeftOut: ({ repeats = false, breaks }) => {
      if (repeats && inFlight.togetherMs() > mostTogetherMs) return "speed";
      const rule = judged.find(({ id }) => id === breaks);
      return rule !== undefined && isSettled(rule, candidates) ? "news" : null;
    },
    onExecuted: (testCase, batches) => limit.caseEnded(testCase.id, batches),
    pause,
    stop: () => stop() ?? silentKinds.gone() ?? keepForConfirming(options, candidates.violated()),
    emit,
    spent: () => spentBy(options),
  });
}

/** The results with the violations of requests that ended the target, which need no further reruns. */
function withEndings(
  before: Findings,
  confirmed: readonly Confirmed[],
  { emit }: Running,
  { judged }: Decisions,
): Findings {
  const [first] = confirmed;
  if (first === undefined) return before;
  const rule = judged.find(({ id }) => id === endingRule);
  if (rule === undefined) {
    const [last] = first.execution.batches.at(-2) ?? [];
    emit({ type: "problem", problem: { code: "ended", call: last?.call ?? null, seen: first.seen } });
    return before;
  }
  const columns = columnsOf(rule);
  const all = withEnding(before, first, rule);
  const result = all.get(resultKey(rule.id, columns[0] ?? "document"));
  if (result !== undefined) emit({ type: "rule-result", rule, columns, result, hadCandidates: true });
  return all;
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

/** The fewest requests that all violated a rule, so that more of them show nothing new. */
const enoughViolations = 3;

/** Says whether every request that tested a rule violated it, and nothing else explains that. */
function isSettled(rule: Rule, candidates: Verdicts): boolean {
  return columnsOf(rule).every((column) => {
    const { holds, violated, inconclusive, candidates: kept } = candidates.of(rule, column);
    const groups = kept.groups();
    const isUnexplained = groups[0]?.unless.length === 0;
    // Where the target fails at the first to be confirmed, another value may be accepted, which is worse.
    const [first] = inConfirmationOrder(groups);
    const isPlain = first !== undefined && !isFailure(first.batches);
    return holds + inconclusive === 0 && violated >= enoughViolations && isPlain && isUnexplained;
  });
}

/** Test cases that were left out because they show nothing new, as kinds of requests. */
function settledKinds(testCases: readonly TestCase[]): readonly LeftOut[] {
  const rules = [...new Set(testCases.flatMap(({ breaks }) => breaks ?? []))];
  return rules.map((violates) => ({
    kind: "random values",
    violates,
    unanswered: 0,
    left: testCases.filter(({ breaks }) => breaks === violates).length,
  }));
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

function columnsOf({ columns }: Rule): readonly Column[] {
  return columns ?? ["document", "aws"];
}

/** Emits the missing size limit if every test case was executed and none met a limit. */
function emitUnlimited({ options, emit }: Running, { limit }: Decisions): void {
  const what = options.suites.some(({ name }) => name === "size") ? limit.unsupported() : null;
  if (what !== null) emit({ type: "unsupported", what });
}

/** Estimated requests of a rerun: its history and the reset. */
const requestsOfRerun = 10;

/**
 * When a run should end, and the shortest times for the candidates of a phase and for one rule, in milliseconds. What is
 * confirmed later than that is not shrunk further.
 */
const confirming = { endMs: 120_000, phaseMs: 45_000, ruleMs: 5000 } as const;

/** The most times that the candidates of a phase are confirmed, because reruns ended the target. */
const mostConfirmations = 3;

/** Confirms the candidates of a phase, and again what is left where a rerun ended the target and it came back. */
async function confirmAll(
  phase: PhaseOfRun,
  before: Findings,
  running: Running,
  decisions: Decisions,
): Promise<Awaited<ReturnType<typeof confirm>> & Omit<Fate, "confirmed">> {
  let known = before;
  let { workers } = phase;
  for (let times = 1; ; times += 1) {
    const done = await confirm({ ...phase, workers }, known, running, decisions);
    const isGone = running.endings.isGone() && decisions.stop() === null;
    if (!isGone) return { ...done, away: null, suspected: null };
    const { ended, survived } = await lookInto(done.workers, running, decisions);
    if (survived === null || !ended.isBack) {
      const suspected = ended.isBack ? null : ended.suspected;
      return { ...done, away: { code: "silent", detail: ended.detail }, suspected };
    }
    ({ workers } = survived);
    // What is confirmed already counts once.
    const confirmed = [...done.findings].flatMap(([key, result]) => {
      const { observations = 0, decided = 0 } = before.get(key) ?? {};
      return result.outcome === "violated" ? [[key, { ...result, observations, decided }] as const] : [];
    });
    const found = ended.confirmed === null ? [] : [ended.confirmed];
    known = withEndings(new Map([...before, ...confirmed]), found, running, decisions);
    if (times === mostConfirmations) return { ...done, workers, away: null, suspected: null };
  }
}

/**
 * Confirms and shrinks the candidates of a phase, and emits the result of every rule so far. Returns the results and
 * the workers at the end, some with a new fixture.
 */
async function confirm(
  { workers, candidates }: PhaseOfRun,
  before: Findings,
  { options, scope, pool, endings, emit }: Running,
  { judged, judge, limit, stop }: Decisions,
): Promise<{ readonly workers: WorkerPool["workers"]; readonly findings: Findings }> {
  const replaced = new Map<number, WorkerPool["workers"][number]>();
  const reported = new Set<string>();
  const { clock } = options;
  const endMs = Math.max(confirming.endMs, clock() + confirming.phaseMs);
  const findings = await confirmCandidates({
    scope,
    judged,
    judge,
    before,
    verdicts: candidates,
    workers,
    creates: options.fresh,
    replace: async (worker) => {
      const replacement = await pool.replace(worker);
      if (replacement !== null) replaced.set(worker.index, replacement);
      return replacement;
    },
    spareFixture: pool.spareFixture,
    requestsOfSpare: pool.requestsOfSpare,
    stop: () => stop()?.code ?? (endings.isGone() ? "gone" : null),
    maxReruns: (violations) => Math.floor(options.transport.remaining() / violations / requestsOfRerun),
    timer: (violations) => {
      const start = clock();
      const share = ((endMs - start) * workers.length) / violations;
      return () => (clock() - start) / Math.max(confirming.ruleMs, share);
    },
    onProgress: (progress) => emit({ type: "confirming", ...progress, spent: spentBy(options) }),
    onResult: ({ rule, columns, ruleResult: result }) => {
      for (const column of columns) reported.add(resultKey(rule.id, column));
      emit({ type: "rule-result", rule, columns, result, hadCandidates: true });
    },
  });
  const results = limit.applyTo(judged, findings);
  for (const rule of judged) {
    for (const column of columnsOf(rule)) {
      const key = resultKey(rule.id, column);
      const result = results.get(key);
      if (result !== undefined && !reported.has(key))
        emit({ type: "rule-result", rule, columns: [column], result, hadCandidates: false });
    }
  }
  return { workers: workers.map((worker) => replaced.get(worker.index) ?? worker), findings };
}

/** Reserves a part of the budget for confirming candidates. */
function keepForConfirming({ transport }: RunOptions, violated: number): StopReason | null {
  return violated === 0 || transport.used() < 0.7 ? null : { code: "budget-kept", budget: transport.budget };
}

function stopReason({ transport, signal }: RunOptions, scope: Scope): StopReason | null {
  if (signal?.aborted === true) return { code: "interrupted" };
  if (scope.signal.aborted) return { code: "part-failed" };
  return transport.spent() ? { code: "budget-spent", budget: transport.budget } : null;
}
