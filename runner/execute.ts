import type { Finding, Judge } from "../oracle/judge.ts";
import type { ObservedBatch } from "../oracle/observe.ts";
import { located } from "../spec/error-place.ts";
import type { Exchange } from "../spec/exchange.ts";
import {
  allParts,
  type Fixture,
  type FixtureParts,
  hasParts,
  isBare,
  isWhole,
  noParts,
} from "../spec/fixture.ts";
import { removal } from "../spec/target.ts";
import type { Need, TestCase } from "../suites/case.ts";
import { truncateExchange } from "./batch.ts";
import type { Verdicts } from "./candidates.ts";
import type { Began, Emit, Gone, Spent, StopReason } from "./events.ts";
import { silenceCounter } from "./gone.ts";
import type { Patience } from "./patience.ts";
import { requestsOfFixture, type WorkerPool } from "./pool.ts";
import { emptySpare, fixtureFor, usedIn } from "./rerun.ts";
import type { Scope } from "./scope.ts";
import type { Worker } from "./worker.ts";

export interface ExecuteOptions {
  readonly scope: Scope;
  readonly workers: readonly Worker[];
  readonly testCases: readonly TestCase[];
  /** The place of the first test case in the plan of the run; 0 by default. */
  readonly firstPlace?: number;
  /** The place of each test case in the plan, where they do not follow each other. */
  readonly places?: ReadonlyMap<TestCase, number> | undefined;
  readonly judge: Judge;
  /** Collects the verdicts on which the engine bases its decisions. */
  readonly verdicts: Verdicts;
  /** The capabilities that the target or its fixtures do not support. */
  readonly cannot: ReadonlySet<string>;
  readonly replace: (worker: Worker) => Promise<Worker | null>;
  /** Creates fixtures with the function under test alone; absent where none can be created. */
  readonly spareFixture?: WorkerPool["spareFixture"] | undefined;
  /** True: a fixture is replaced if its reset takes more requests than a new one; false by default. */
  readonly replacesCostly?: boolean;
  /** Why a test case is not worth its time on this target, or shows nothing new; null, as by default, if it is sent. */
  readonly isLeftOut?: (testCase: TestCase) => "speed" | "news" | null;
  /** Why no more requests may be sent; null to continue. */
  readonly stop: () => StopReason | null;
  /** True if no further test case is to begin for now; those that have begun are completed. */
  readonly pause?: () => boolean;
  /** True when the target is gone, or has lost its functions: nothing that was sent meanwhile counts. */
  readonly isGone?: () => boolean;
  /** Asks whether the target has lost its functions, if one of these answers is a reason to; true if it asked. */
  readonly lookAfter?: (worker: Worker, exchanges: readonly Exchange[]) => Promise<boolean>;
  /** Says whether calls in flight together may have been dropped because their connections were idle. */
  readonly patience?: Pick<Patience, "mayHaveBeenIdle">;
  /** Called with a function that counts what was seen in a test case in which the target ended. */
  readonly onLost?: (count: () => void) => void;
  /** What became of test cases that were begun before; it is filled. None by default. */
  readonly begun?: Map<TestCase, "complete" | "cut" | "skipped">;
  /** Called with the exchanges of each test case after it ends. */
  readonly onExecuted?: (testCase: TestCase, batches: readonly (readonly Exchange[])[]) => void;
  readonly emit: Emit;
  readonly spent: () => Spent;
}

export interface Executed {
  /** Test cases that were skipped, not started or cut. */
  readonly unsent: readonly TestCase[];
  readonly findingsOfCut: readonly Finding[];
  /** The number of test cases that were not worth their time. */
  readonly leftOut: number;
  /** The test cases that would have shown nothing new. */
  readonly settled: readonly TestCase[];
  /** The workers at the end, some with a new fixture. */
  readonly workers: readonly Worker[];
  /** Why execution stopped early; null if every test case was executed. */
  readonly stopped: StopReason | null;
}

/**
 * A fixture whose policies hold more bytes than this is reset before the next test case: a policy may have 20,480, and a
 * large one takes long to read.
 */
const resetFrom = 8000;

/**
 * Executes every test case. The worker and the order of a case depend only on its index. Workers run in parallel,
 * yet a seed sends the same requests on the same workers in the same order.
 */
export async function executeCases(options: ExecuteOptions): Promise<Executed> {
  const { testCases, firstPlace = 0, places, stop, pause = () => false, emit, spent } = options;
  const { begun = new Map<TestCase, "complete" | "cut" | "skipped">(), isGone = () => false } = options;
  const findingsOfCut: Finding[] = [];
  let gone: Gone | null = null;
  let leftOut = 0;
  const settled: TestCase[] = [];
  const lastAnswer = { at: Number.NEGATIVE_INFINITY, servedAt: Number.NEGATIVE_INFINITY };
  const spares = new Map<number, Worker>();
  const isEnded = () => stop() !== null || gone !== null || isGone() || pause();
  const skip = (testCase: TestCase, place: number, { index }: Worker, lacks: SkipReason) => {
    if (lacks === "speed") leftOut += 1;
    if (lacks === "news") settled.push(testCase);
    begun.set(testCase, lacks === "news" ? "complete" : "skipped");
    emit({ type: "case-skipped", lacks, worker: index, case: testCase, place, spent: spent() });
  };
  /**
   * Executes a test case on the worker or its spare fixture, which is emptied before if `clean`. Returns the worker, which may
   * have a new fixture.
   */
  const executeOn = async (
    worker: Worker,
    nth: number,
    placed: PlacedCase,
    silence: SilenceCounter,
    clean = placed.testCase.clean,
  ): Promise<Worker> => {
    const { testCase, place } = placed;
    const prepared = { ...testCase, clean };
    const alone = await prepareSpare(worker, spares.get(nth) ?? null, prepared, options);
    if (alone !== null) spares.set(nth, alone.worker);
    const ready = alone ?? (await prepare(worker, prepared, options));
    const { wasIdle, ...done } = await execute(ready, placed, options, silence);
    if (done.lost !== true) begun.set(testCase, done.end);
    if (done.end === "cut") findingsOfCut.push(...done.findings);
    const { index: on } = ready.worker;
    emit({ type: "case-finished", worker: on, case: testCase, place, ...done, spent: spent() });
    const next = alone === null ? ready.worker : worker;
    // What the first attempt has written must not meet the second one.
    return wasIdle === true && !isEnded() ? executeOn(next, nth, placed, silence, true) : next;
  };
  const work = async (start: Worker, nth: number, { from, to }: PlanSlice): Promise<Worker> => {
    let worker = start;
    const silence = silenceCounter((why) => {
      gone = why;
    }, lastAnswer);
    const count = options.workers.length;
    for (let index = from + ((nth - (from % count) + count) % count); index < to; index += count) {
      const testCase = testCases[index];
      if (testCase === undefined || isEnded()) return worker;
      if (begun.has(testCase)) continue;
      const place = places?.get(testCase) ?? firstPlace + index;
      const why = reasonToSkip(testCase, worker, options);
      if (why !== null) {
        skip(testCase, place, worker, why);
        continue;
      }
      try {
        worker = await executeOn(worker, nth, { testCase, place }, silence);
      } catch (error) {
        throw located(error, { case: testCase.id });
      }
    }
    return worker;
  };
  let { workers } = options;
  for (const part of partsOf(testCases))
    workers = await options.scope.all(workers, (worker, nth) => work(worker, nth, part));
  const unsent = testCases.filter((one) => begun.get(one) !== "complete");
  return { unsent, findingsOfCut, leftOut, settled, workers, stopped: stop() ?? gone };
}

interface PlacedCase {
  readonly testCase: TestCase;
  /** Its place in the plan. */
  readonly place: number;
}

/** Takes the exchanges of a worker; true when the target is gone. */
type SilenceCounter = ReturnType<typeof silenceCounter>;

/** Why a test case is skipped: the fixture lacks what it needs, the target is too slow for it, or it shows nothing new. */
type SkipReason = Need | "speed" | "news";

function reasonToSkip(
  testCase: TestCase,
  worker: Worker,
  { isLeftOut, cannot }: ExecuteOptions,
): SkipReason | null {
  return isLeftOut?.(testCase) ?? testCase.needs.find((need) => lacks(worker, need, cannot)) ?? null;
}

/** A part of the test cases: from one index to before another. */
interface PlanSlice {
  readonly from: number;
  readonly to: number;
}

/** Before the first test case that may be left out all those before it are executed, so that no worker's speed matters. */
function partsOf(testCases: readonly TestCase[]): readonly PlanSlice[] {
  const first = testCases.findIndex(({ breaks }) => breaks !== undefined);
  const all = { from: 0, to: testCases.length };
  return first <= 0
    ? [all]
    : [
        { from: 0, to: first },
        { ...all, from: first },
      ];
}

/** A worker that is ready for a test case, and the state of its fixture. */
interface PreparedWorker {
  readonly worker: Worker;
  readonly began: Began;
}

/** Resets the worker if needed, or replaces its fixture; if both fail, the worker stays as it is. */
async function prepare(
  worker: Worker,
  testCase: TestCase,
  { replace, replacesCostly = false }: ExecuteOptions,
): Promise<PreparedWorker> {
  const mayBeReset = !worker.isSpoiled();
  if (mayBeReset && !testCase.clean && worker.bytes() <= resetFrom) return { worker, began: "used" };
  const reset = async (): Promise<PreparedWorker | null> => {
    const steps = testCase.script?.(worker.fixture);
    const isReset = await worker.reset(testCase.clean, steps && usedIn(steps, worker.fixture));
    return isReset ? { worker, began: testCase.clean ? "empty" : "used" } : null;
  };
  const renew = async (): Promise<PreparedWorker | null> => {
    const replacement = await replace(worker);
    return replacement && { worker: replacement, began: "empty" };
  };
  const isCheap = !replacesCostly || worker.requestsOfReset() <= requestsOfFixture();
  for (const way of mayBeReset ? (isCheap ? [reset, renew] : [renew, reset]) : [renew]) {
    const ready = await way();
    if (ready !== null) return ready;
  }
  return { worker, began: "not-emptied" };
}

/**
 * A fixture with the parts that a test case uses, if these are not all. Null if the test case needs the fixture of the worker,
 * or if no function can be created.
 */
async function prepareSpare(
  { fixture }: Worker,
  spare: Worker | null,
  testCase: TestCase,
  { spareFixture }: ExecuteOptions,
): Promise<PreparedWorker | null> {
  const parts = partsUsedBy(testCase, fixture);
  if (spareFixture === undefined || isWhole(parts)) return null;
  const serves = spare !== null && !spare.isSpoiled() && hasParts(spare.fixture, parts);
  if (serves && !testCase.clean && spare.bytes() <= resetFrom) return { worker: spare, began: "used" };
  const worker = await emptySpare(spare, parts, spareFixture);
  return worker && { worker, began: "empty" };
}

/** The parts of a fixture that a test case uses; all if its calls are not known. */
function partsUsedBy({ script }: TestCase, fixture: Fixture): FixtureParts {
  const steps = script?.(fixture);
  if (steps === undefined) return allParts;
  const { parts } = fixtureFor(steps, fixture, true);
  if (steps.every(({ length }) => length === 1)) return parts;
  // A target may not find at once what it has just created, and calls in flight together cannot wait for that. A target that
  // published a version has found the function.
  return isBare(parts) && fixture.main.versions.length > 0 ? { ...noParts, versions: 1 } : allParts;
}

/** How a test case ended, and its findings. */
interface CaseOutcome {
  readonly end: "complete" | "cut";
  readonly lost?: true;
  /** Calls in flight together may have been dropped with idle connections: the test case is executed again. */
  readonly wasIdle?: true;
  readonly began: Began;
  readonly findings: readonly Finding[];
}

async function execute(
  ready: PreparedWorker,
  { testCase, place }: PlacedCase,
  { judge, verdicts, stop, onExecuted, isGone = () => false, lookAfter, onLost, patience }: ExecuteOptions,
  silence: SilenceCounter,
): Promise<CaseOutcome> {
  const { worker } = ready;
  let { began } = ready;
  const nextBatch = testCase.start(worker.fixture);
  const batches: (readonly Exchange[])[] = [];
  const possiblyChanged = worker.possiblyChanged();
  const findings: Finding[] = [];
  const at = { testCase, fixture: worker.fixture, worker: worker.index, place };
  const observations: (() => void)[] = [];
  const observe = (found: readonly Finding[]) => {
    if (found.length === 0) return;
    findings.push(...found);
    const isViolated = found.some(({ judgement }) => judgement.verdict === "violated");
    // The list still grows, and a candidate ends with the batch that shows it.
    const shown = isViolated ? [...batches] : batches;
    const of = { ...at, batches: shown, clean: began === "empty", notEmptied: began === "not-emptied" };
    observations.push(() => verdicts.observe(found, of));
  };
  const mayGoOn = () => stop() === null && !isGone();
  let wasFound = false;
  const history = worker.start({ testCase: testCase.id, purpose: "execute" });
  for (let goesOn = mayGoOn(); goesOn; ) {
    const batch = nextBatch(history.batches);
    const sent = batch === null ? null : await history.send(batch);
    if (sent === null) break;
    const { exchanges, observed } = sent;
    batches.push(exchanges.map(truncateExchange));
    if (patience?.mayHaveBeenIdle(exchanges) === true) {
      history.end();
      return { end: "cut", lost: true, wasIdle: true, began, findings: [] };
    }
    // An earlier leak into one of these policies may explain later findings.
    if (began === "empty" && concerns(observed, possiblyChanged)) began = "used";
    observe(judge.batch(observed));
    goesOn = !silence(exchanges) && mayGoOn();
    // Functions that were found after one refusal are not looked for after each further one.
    const isToAsk = goesOn && (!wasFound || exchanges.some(({ answer }) => answer.kind === "none"));
    if (isToAsk && (await lookAfter?.(worker, exchanges)) === true) wasFound = true;
    goesOn &&= mayGoOn();
  }
  history.end();
  const countAll = () => {
    for (const count of observations) count();
  };
  if (isGone()) {
    onLost?.(countAll);
    return { end: "cut", lost: true, began, findings: [] };
  }
  observe(judge.history(history.observed));
  countAll();
  onExecuted?.(testCase, history.batches);
  const whole = nextBatch(history.batches) === null && !history.batches.flat().some(wasNotSent);
  return { end: whole ? "complete" : "cut", began, findings };
}

/** Says whether a batch wrote to or read one of these policies, or a policy that may be one of them. */
function concerns({ observations }: ObservedBatch, policies: ReadonlySet<string>): boolean {
  if (policies.size === 0) return false;
  return observations.some((of) => {
    if (of.kind === "neighbour") return policies.has(removal(of.call)?.key ?? "");
    const key = of.kind === "addition" ? of.stateAnalysis.key : of.key;
    return key === null || policies.has(key);
  });
}

/** The budget or the end of the run prevented the request. */
function wasNotSent({ answer }: Exchange): boolean {
  return answer.kind === "none" && answer.unsent === true;
}

/** Says whether a fixture lacks what a test case needs. */
export function lacks({ fixture }: Worker, need: Need, cannot: ReadonlySet<string>): boolean {
  if (need === "other") return fixture.other === null;
  if (need === "create") return fixture.recipe === null;
  if (need === "versions") return fixture.main.versions.length === 0;
  if (need === "alias-lengths") return fixture.main.aliases?.arn140 === undefined;
  return need === "aliases" ? fixture.main.aliases === null : cannot.has(need);
}
