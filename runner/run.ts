import { type Judge, judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { Column, UnsupportedCapability } from "../spec/verdict.ts";
import type { TestCase } from "../suites/case.ts";
import { type Verdicts, verdicts } from "./candidates.ts";
import { probe, type SizeLimit, sizeLimit, unsupportedByFixture, unsupportedReason } from "./capabilities.ts";
import {
  type Emit,
  headOf,
  type Observer,
  type ObserverGroup,
  observerGroup,
  type StopReason,
} from "./events.ts";
import { type Executed, executeCases } from "./execute.ts";
import { reportObserver } from "./observe/report.ts";
import type { RunOptions } from "./options.ts";
import { setUpWorkers, survivors, type WorkerPool } from "./pool.ts";
import { confirmCandidates, resultKey } from "./rule-results.ts";
import { openScope, type Scope } from "./scope.ts";

/** Runs, and returns the report of what happened. Throws a Fault when the run cannot begin. */
export async function run(options: RunOptions, observers: readonly Observer[] = []): Promise<Report> {
  const report = reportObserver(options);
  await runFor([report, ...observers], options);
  return report.report();
}

/**
 * Runs before these observers: sets up the workers, probes the target, executes the test cases, confirms and shrinks
 * the candidates, and cleans up. Throws a Fault when the run cannot begin, such as at a target that cannot be reached;
 * whatever happens later is told to the observers, and the run is then incomplete.
 */
export async function runFor(observers: readonly Observer[], options: RunOptions): Promise<void> {
  const audience = observerGroup(observers);
  const scope = openScope(options.signal);
  let pool: WorkerPool | null = null;
  let isComplete = false;
  let notBegun: Fault | null = null;
  try {
    audience.emit({ type: "run-started", head: headOf(options) });
    pool = await setUpWorkers({ ...options, scope, emit: audience.emit });
    isComplete = await judgeTarget({ options, scope, pool, emit: audience.emit });
  } catch (error) {
    if (pool === null && error instanceof Fault) notBegun = error;
    const problem =
      notBegun === null
        ? ({ code: "died", error } as const)
        : ({ code: "not-begun", fault: notBegun } as const);
    audience.emitLast({ type: "problem", problem });
  }
  // Every part of the run has been awaited: nothing else sends while it is cleaned up.
  for (const what of (await pool?.tearDown()) ?? [])
    audience.emitLast({ type: "problem", problem: { code: "left-behind", what } });
  scope.close();
  await finish(audience, options, isComplete);
  if (notBegun !== null) throw notBegun;
}

/** Tells of a run that cannot begin, because there is no way to its target. */
export async function failToRun(
  observers: readonly Observer[],
  options: RunOptions,
  fault: Fault,
): Promise<void> {
  const audience = observerGroup(observers);
  audience.emitLast({ type: "run-started", head: headOf(options) });
  audience.emitLast({ type: "problem", problem: { code: "not-begun", fault } });
  await finish(audience, options, false);
}

async function finish(audience: ObserverGroup, options: RunOptions, complete: boolean): Promise<void> {
  audience.emitLast({ type: "run-finished", complete, spent: spentBy(options) });
  await audience.end();
}

function spentBy({ transport, clock }: RunOptions) {
  return { requests: transport.requests(), ms: clock() };
}

/** A run whose workers are set up. */
interface Running {
  readonly options: RunOptions;
  readonly scope: Scope;
  readonly pool: WorkerPool;
  readonly emit: Emit;
}

/** What the engine decides by: what is judged, what was seen against it, and whether there is a size limit. */
interface Decisions {
  readonly judged: readonly Rule[];
  readonly judge: Judge;
  readonly candidates: Verdicts;
  readonly limit: SizeLimit;
  /** Why no more may be sent; null to go on. */
  readonly stop: () => StopReason | null;
}

/** Probes, executes, confirms. True when all that was planned was done. */
async function judgeTarget(running: Running): Promise<boolean> {
  const { options, scope, pool, emit } = running;
  const unsupported = await unsupportedBy(running);
  // A target that cannot be asked for a 429 or a 500 may answer one all the same.
  const withoutFaults = unsupported.filter(({ needs }) => needs !== "faults");
  const judged = options.rules.filter((rule) => unsupportedReason(rule, withoutFaults) === null);
  const decisions: Decisions = {
    judged,
    judge: judgeOf(judged),
    candidates: verdicts(({ testCase, expected, seen }, rule, column) => {
      emit({ type: "candidate", rule, column, case: testCase.id, expected, seen });
    }),
    limit: sizeLimit(),
    stop: () => stopReason(options, scope),
  };
  const testCases = plan(options);
  emit({ type: "planned", cases: testCases.length, rules: judged, unsupported });
  const executed = await executeAll(testCases, unsupported, running, decisions);
  await countNotExecuted(executed, running);
  if (executed.stopped !== null)
    emit({ type: "problem", problem: { code: "stopped", reason: executed.stopped } });
  else emitUnlimited(running, decisions);
  // Where nothing is kept there is nothing that could be forgotten.
  const survived = isStateless(options)
    ? { workers: executed.workers, lost: [] }
    : await survivors(executed.workers, pool.replace, scope);
  const { lost } = survived;
  if (lost.length > 0) emit({ type: "problem", problem: { code: "fixtures-lost", functions: lost } });
  await confirm(survived.workers, running, decisions);
  return executed.stopped === null && lost.length === 0;
}

function isStateless({ target }: RunOptions): boolean {
  return target.cannot.some(({ needs }) => needs === "state");
}

/** What the target cannot do: as it was declared, as arranging showed, and as probing shows. */
async function unsupportedBy({ options, pool }: Running): Promise<readonly UnsupportedCapability[]> {
  const [first] = pool.workers;
  if (first === undefined) throw new Fault("There is no stage to play on: --concurrency must be at least 1.");
  const found = isStateless(options) ? [] : await probe(first);
  return [...options.target.cannot, ...unsupportedByFixture(first, pool.missing), ...found];
}

function plan({ suites, seed, runs, rounds, safeMode }: RunOptions): readonly TestCase[] {
  const testCases = suites.flatMap((suite) => [...suite.testCases({ seed, runs, rounds })]);
  return safeMode ? testCases.filter(({ destructive }) => !destructive) : testCases;
}

function executeAll(
  testCases: readonly TestCase[],
  unsupported: readonly UnsupportedCapability[],
  { options, scope, pool, emit }: Running,
  { judge, candidates, limit, stop }: Decisions,
): Promise<Executed> {
  return executeCases({
    scope,
    workers: pool.workers,
    replace: pool.replace,
    cannot: new Set(unsupported.map(({ needs }) => needs)),
    testCases,
    judge: {
      ...judge,
      batch: (batch) => {
        limit.batch(batch);
        return judge.batch(batch);
      },
    },
    verdicts: candidates,
    onExecuted: (testCase, batches) => limit.caseEnded(testCase.id, batches),
    stop: () => stop() ?? keepForConfirming(options, candidates.violated()),
    emit,
    spent: () => spentBy(options),
  });
}

/** Counts what the test cases would have checked that were not executed to their end. */
async function countNotExecuted(
  { unsent, findingsOfCut }: Executed,
  { options, emit }: Running,
): Promise<void> {
  if (options.signal?.aborted === true) return;
  // Loaded when asked for: most runs send everything, and then there is nothing to count.
  const { unsentChecks } = await import("./expected.ts");
  const whole = await unsentChecks(unsent, options.rules);
  // Of a test case that was cut short a part was checked.
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

/** Once everything was sent, a target that was never seen to limit the size of a policy has no limit that is known. */
function emitUnlimited({ options, emit }: Running, { limit }: Decisions): void {
  const what = options.suites.some(({ name }) => name === "size") ? limit.unsupported() : null;
  if (what !== null) emit({ type: "unsupported", what });
}

/** Requests of a rerun: the history, and what empties the fixture for it. */
const requestsOfRerun = 10;

/** Confirms and shrinks the candidates of each rule, and tells what became of every rule. */
async function confirm(
  workers: WorkerPool["workers"],
  { options, scope, pool, emit }: Running,
  { judged, judge, candidates, limit, stop }: Decisions,
): Promise<void> {
  const reported = new Set<string>();
  const findings = await confirmCandidates({
    scope,
    judged,
    judge,
    verdicts: candidates,
    workers,
    creates: options.fresh,
    replace: pool.replace,
    spareFixture: pool.spareFixture,
    stop: () => stop()?.code ?? null,
    maxReruns: (violations) => Math.floor(options.transport.remaining() / violations / requestsOfRerun),
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
}

/** What was seen has to be seen again before it is told: a part of the budget is kept for that. */
function keepForConfirming({ transport }: RunOptions, violated: number): StopReason | null {
  return violated === 0 || transport.used() < 0.7 ? null : { code: "budget-kept" };
}

function stopReason({ transport, signal }: RunOptions, scope: Scope): StopReason | null {
  if (signal?.aborted === true) return { code: "interrupted" };
  if (scope.signal.aborted) return { code: "part-failed" };
  return transport.spent() ? { code: "budget-spent" } : null;
}
