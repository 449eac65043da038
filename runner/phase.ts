import type { Finding, Judge } from "../oracle/judge.ts";
import { columnsOf, type Rule } from "../oracle/rule.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import type { TestCase } from "../suites/case.ts";
import { inConfirmationOrder, isFailure, type Verdicts } from "./candidates.ts";
import type { SizeLimit } from "./capabilities.ts";
import { type Confirmed, confirm as confirmByReruns } from "./confirm.ts";
import { type Endings, endingRule, type SuspectedEnding, withEnding } from "./endings.ts";
import type { Emit, Gone, LeftOut, StopReason } from "./events.ts";
import { type Executed, type ExecuteOptions, executeCases } from "./execute.ts";
import type { InFlight } from "./in-flight.ts";
import type { Patience } from "./patience.ts";
import { isStateless, type Part } from "./plan.ts";
import { isLost, type Survivors, survivors, type WorkerPool } from "./pool.ts";
import { emptyFixtures } from "./rerun.ts";
import { confirmCandidates, type Findings, resultKey } from "./rule-results.ts";
import type { RunOptions } from "./run.ts";
import type { Scope } from "./scope.ts";
import type { SilentKinds } from "./silent-kinds.ts";
import type { Worker } from "./worker.ts";

/** What a run has once it is set up. */
export interface Running {
  readonly options: RunOptions;
  readonly scope: Scope;
  readonly pool: WorkerPool;
  readonly silentKinds: SilentKinds;
  readonly inFlight: InFlight;
  readonly endings: Endings;
  readonly patience: Patience;
  readonly emit: Emit;
}

/** The same once the target is probed, with what the engine needs for its decisions. */
export interface Judging extends Running {
  readonly unsupported: readonly UnsupportedCapability[];
  readonly judged: readonly Rule[];
  readonly judge: Judge;
  readonly limit: SizeLimit;
  /** Why no more requests may be sent; null to continue. */
  readonly stop: () => StopReason | null;
}

/** Test cases that are executed before their candidates are confirmed, and with what. */
export interface PhaseOfRun extends Pick<Part, "phase" | "testCases"> {
  readonly firstPlace: number;
  /** The place of each test case in the plan, where they do not follow each other. */
  readonly places?: ReadonlyMap<TestCase, number> | undefined;
  readonly workers: WorkerPool["workers"];
  readonly candidates: Verdicts;
  /** True for a rule whose candidates are not tried this time; false by default. */
  readonly isLeftAlone?: ((rule: Rule) => boolean) | undefined;
}

/** What became of the target while a phase was executed or confirmed. */
interface TargetFate {
  /** The requests that ended it. */
  readonly confirmed: readonly Confirmed[];
  /** Why it counts as gone for good; null if it is there. */
  readonly away: Gone | null;
  /** The requests of which one ended it, if it is gone for good. */
  readonly suspected: SuspectedEnding | null;
}

export function spentBy({ transport, clock }: RunOptions) {
  return { requests: transport.requests(), ms: clock() };
}

/** The workers whose functions still exist, or could be replaced. */
export async function surviving(
  workers: WorkerPool["workers"],
  { options, pool, scope }: Running,
): Promise<Survivors> {
  return isStateless(options) ? { workers, lost: [] } : survivors(workers, pool.replace, scope);
}

/** The target is back, and the request that ended it may be known; or it is gone for good. */
type LookedInto =
  | { readonly isBack: true; readonly confirmed: Confirmed | null; readonly survived: Survivors }
  | { readonly isBack: false; readonly fate: Pick<TargetFate, "away" | "suspected"> };

/** Looks for the request that ended the target, and for the workers that can continue. */
async function lookInto(workers: WorkerPool["workers"], judging: Judging): Promise<LookedInto> {
  const { options, pool, endings, stop } = judging;
  const keepsFunctions = !isStateless(options);
  const ended = await endings.lookInto({ workers, pool, keepsFunctions, stop: () => stop() !== null });
  if (ended.isBack)
    return { isBack: true, confirmed: ended.confirmed, survived: await surviving(workers, judging) };
  const away = { code: "silent", detail: ended.detail } as const;
  return { isBack: false, fate: { away, suspected: ended.suspected } };
}

const stillThere = { away: null, suspected: null } as const;

/** A phase whose test cases were executed. */
export interface ExecutedPhase extends Executed, TargetFate {
  /** The functions that the target lost without a known cause. */
  readonly lost: readonly string[];
  /** The target ended and came back. */
  readonly isRestarted: boolean;
}

/** Executes the test cases of a phase. Where the target ends and comes back, what was executed meanwhile is executed again. */
export async function executeAll(
  phase: PhaseOfRun,
  judging: Judging,
  pause: () => boolean,
): Promise<ExecutedPhase> {
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
    const executed = await executeOnce(given, judging, { pause, begun, lost, onLost });
    findingsOfCut.push(...executed.findingsOfCut);
    leftOut += executed.leftOut;
    settled.push(...executed.settled);
    const done = { ...executed, findingsOfCut, leftOut, settled, lost, confirmed, isRestarted };
    if (!judging.endings.isGone()) return { ...done, ...stillThere };
    const ended = judging.stop() === null ? await lookInto(executed.workers, judging) : null;
    if (ended === null || !ended.isBack) {
      // Nothing is executed again, so that what was seen until the end counts.
      for (const count of late) count();
      return { ...done, ...(ended === null || judging.stop() !== null ? stillThere : ended.fate) };
    }
    ({ workers } = ended.survived);
    if (ended.confirmed === null) lost.push(...ended.survived.lost);
    else confirmed.push(ended.confirmed);
  }
}

/** How long calls in flight together may take in all until test cases that repeat others are left out, in milliseconds. */
const mostTogetherMs = 10_000;

/** Executes the test cases of a phase that are not settled, until the target is gone. */
async function executeOnce(
  { testCases, firstPlace, places, workers, candidates }: PhaseOfRun,
  judging: Judging,
  how: Required<Pick<ExecuteOptions, "pause" | "begun" | "onLost">> & { readonly lost: string[] },
): Promise<Executed> {
  const { options, scope, pool, silentKinds, inFlight, endings, patience, emit } = judging;
  const { unsupported, judged, judge, limit, stop } = judging;
  const { pause, begun, onLost, lost } = how;
  const creates = options.fresh && !isStateless(options);
  return executeCases({
    scope,
    workers,
    begun,
    onLost,
    isGone: endings.isGone,
    patience,
    lookAfter: async (worker, exchanges) => {
      if (isStateless(options) || !exchanges.some(({ answer }) => endings.maybeLost(answer))) return false;
      endings.checked(await isLost(worker));
      return true;
    },
    replace: async (worker) => {
      // A target without state cannot lose functions.
      if (!isStateless(options) && !endings.isGone() && (await isLost(worker))) {
        endings.checked(true);
        if (!endings.isGone()) lost.push(worker.fixture.main.name);
      }
      return endings.isGone() ? null : pool.replace(worker);
    },
    spareFixture: creates ? pool.spareFixture : undefined,
    replacesCostly: creates,
    cannot: new Set(unsupported.map(({ needs }) => needs)),
    testCases,
    firstPlace,
    places,
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
      // A shard does not know what the others saw.
      const rule = options.shard === undefined ? judged.find(({ id }) => id === breaks) : undefined;
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
export function withEndings(
  before: Findings,
  confirmed: readonly Confirmed[],
  { judged, emit }: Judging,
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

/** The fewest requests that all violated a rule, so that more of them show nothing new. */
const enoughViolations = 3;

/** Says whether every request that tested a rule violated it, and nothing else explains that. */
export function isSettled(rule: Rule, candidates: Verdicts): boolean {
  return columnsOf(rule).every((column) => {
    const { holds, violated, inconclusive, candidates: kept } = candidates.of(rule, column);
    const groups = kept.groups();
    const isUnexplained = groups.some(({ unless }) => !unless.some(candidates.isViolated));
    // Where the target fails at the first to be confirmed, another value may be accepted, which is worse.
    const [first] = inConfirmationOrder(groups);
    const isPlain = first !== undefined && !isFailure(first.batches);
    return holds + inconclusive === 0 && violated >= enoughViolations && isPlain && isUnexplained;
  });
}

/** Test cases that were left out because they show nothing new, as kinds of requests. */
export function settledKinds(testCases: readonly TestCase[]): readonly LeftOut[] {
  const rules = [...new Set(testCases.flatMap(({ breaks }) => breaks ?? []))];
  return rules.map((violates) => {
    const left = testCases.filter(({ breaks }) => breaks === violates);
    const isRace = left.every(({ drawn }) => drawn?.kind === "race");
    return { kind: isRace ? "races" : "random values", violates, unanswered: 0, left: left.length };
  });
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
export async function confirmAll(
  phase: PhaseOfRun,
  before: Findings,
  judging: Judging,
): Promise<Awaited<ReturnType<typeof confirm>> & Omit<TargetFate, "confirmed">> {
  let known = before;
  let { workers } = phase;
  for (let times = 1; ; times += 1) {
    const done = await confirm({ ...phase, workers }, known, judging);
    const isGone = judging.endings.isGone() && judging.stop() === null;
    if (!isGone) return { ...done, ...stillThere };
    const ended = await lookInto(done.workers, judging);
    if (!ended.isBack) return { ...done, ...ended.fate };
    ({ workers } = ended.survived);
    // What is confirmed already counts once.
    const confirmed = [...done.findings].flatMap(([key, result]) => {
      const { observations = 0, decided = 0 } = before.get(key) ?? {};
      return result.outcome === "violated" ? [[key, { ...result, observations, decided }] as const] : [];
    });
    const found = ended.confirmed === null ? [] : [ended.confirmed];
    known = withEndings(new Map([...before, ...confirmed]), found, judging);
    if (times === mostConfirmations) return { ...done, workers, ...stillThere };
  }
}

/** Confirms the candidates of a phase, and emits all results so far. */
async function confirm(
  { workers, candidates, isLeftAlone }: PhaseOfRun,
  before: Findings,
  { options, scope, pool, endings, emit, judged, judge, limit, stop }: Judging,
): Promise<{ readonly workers: WorkerPool["workers"]; readonly findings: Findings }> {
  const replaced = new Map<number, Worker>();
  const reported = new Set<string>();
  const { clock } = options;
  const endMs = Math.max(confirming.endMs, clock() + confirming.phaseMs);
  const fixtures = {
    replace: async (worker: Worker) => {
      const replacement = await pool.replace(worker);
      if (replacement !== null) replaced.set(worker.index, replacement);
      return replacement;
    },
    spareFixture: pool.spareFixture,
  };
  const findings = await confirmCandidates({
    scope,
    judged,
    judge,
    before,
    verdicts: candidates,
    isLeftAlone,
    confirmers: () =>
      workers.map((worker) => {
        const getEmptyFixture = emptyFixtures(worker, { ...fixtures, creates: options.fresh });
        return (candidate, how) => confirmByReruns(candidate, { ...how, getEmptyFixture });
      }),
    // Which rule of a cause is the first is known when all shards are joined.
    inFull: options.shard !== undefined,
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
  emitResults(judged, limit.applyTo(judged, findings), emit, reported);
  return { workers: workers.map((worker) => replaced.get(worker.index) ?? worker), findings };
}

/** Emits the results of the rules that had no candidates, or of all where `reported` holds none. */
export function emitResults(
  judged: readonly Rule[],
  results: Findings,
  emit: Emit,
  reported: ReadonlySet<string> = new Set(),
): void {
  for (const rule of judged) {
    for (const column of columnsOf(rule)) {
      const key = resultKey(rule.id, column);
      const result = results.get(key);
      if (result !== undefined && !reported.has(key))
        emit({ type: "rule-result", rule, columns: [column], result, hadCandidates: false });
    }
  }
}

/** Reserves a part of the budget for confirming candidates. */
function keepForConfirming({ transport }: RunOptions, violated: number): StopReason | null {
  return violated === 0 || transport.used() < 0.7 ? null : { code: "budget-kept", budget: transport.budget };
}
