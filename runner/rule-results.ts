import { isDeepStrictEqual } from "node:util";
import type { Judge } from "../oracle/judge.ts";
import { columnsOf, type Rule } from "../oracle/rule.ts";
import type { Reason } from "../reports/report.ts";
import { causeOf } from "../rules/causes.ts";
import { type Column, columns } from "../spec/verdict.ts";
import {
  type Candidate,
  type CandidateGroup,
  type Count,
  inConfirmationOrder,
  singleAnswer,
  type Verdicts,
} from "./candidates.ts";
import type { Confirmed, ConfirmOptions, Unconfirmed } from "./confirm.ts";
import { answerIn, type InputKind } from "./kinds.ts";
import type { Scope } from "./scope.ts";

export interface RuleResult {
  readonly outcome: "violated" | "inconclusive" | "holds" | "unexercised";
  readonly observations: number;
  /** The number of observations on which the rule reached a verdict. */
  readonly decided: number;
  readonly why?: Reason;
  readonly confirmed?: Confirmed;
  /** Of a violated rule: the kind of input that its counterexample shows, if it is not known of the rule. */
  readonly news?: InputKind;
  /** What was seen and could not be tried again. */
  readonly suspected?: Suspected;
  /** Of a violated rule: the rules that would explain some of its candidates. */
  readonly unless?: readonly string[];
}

/** A violation that was seen and could not be tried again, with the history that showed it. */
export type Suspected = Pick<Confirmed, "execution" | "fixture" | "expected" | "seen">;

/** Rule results by `resultKey`. */
export type Findings = ReadonlyMap<string, RuleResult>;

export function resultKey(rule: string, column: Column): string {
  return `${column} ${rule}`;
}

export interface ConfirmAllOptions {
  readonly scope: Scope;
  readonly judged: readonly Rule[];
  readonly judge: Judge;
  /** The results of the phases before. A rule that they found violated is not confirmed again. */
  readonly before?: Findings;
  readonly verdicts: Verdicts;
  /** True for a rule whose candidates are not tried this time; false by default. */
  readonly isLeftAlone?: ((rule: Rule) => boolean) | undefined;
  /** Makes what confirms candidates side by side, one for each worker. */
  readonly confirmers: () => readonly Confirmer[];
  readonly stop: () => string | null;
  /** The most reruns for one violation when this many violations remain; unlimited by default. */
  readonly maxReruns?: (violations: number) => number;
  /** Starts the timer of a rule when this many violations remain; see `ConfirmOptions`. */
  readonly timer?: (violations: number) => () => number;
  /** True if every rule is confirmed in full, also if another one of its cause is confirmed; by default false. */
  readonly inFull?: boolean;
  /** Called with the number of rules done, once at the start and after each. */
  readonly onProgress?: (far: { readonly tried: number; readonly of: number }) => void;
  /** Called with the result of each rule that has candidates. */
  readonly onResult?: (what: ResultPart & { readonly rule: Rule }) => void;
}

export type Confirmer = (
  candidate: Candidate,
  options: Omit<ConfirmOptions, "getEmptyFixture">,
) => Promise<Confirmed | Unconfirmed>;

/** A violated rule to confirm, once for all columns that judge alike. */
interface Task {
  readonly rule: Rule;
  readonly columns: readonly Column[];
  readonly count: Count;
}

/**
 * Shrinks and confirms each violation separately, so none hides another. A violation that others may explain waits
 * for their results, so the speed of workers does not matter.
 */
export async function confirmCandidates(options: ConfirmAllOptions): Promise<Findings> {
  const { scope, before: earlier = new Map() } = options;
  const all = {
    ...options,
    stop: () => options.stop() ?? (scope.signal.aborted ? "the run ends" : null),
  };
  const found = new Map<string, RuleResult>();
  const add = (rule: Rule, column: Column, result: RuleResult): RuleResult => {
    const key = resultKey(rule.id, column);
    const all = merged(earlier.get(key), result);
    found.set(key, all);
    return all;
  };
  const isOpen = ({ rule, count }: Task, column: Column) =>
    count.violated > 0 && !isViolated(rule.id, column, earlier) && options.isLeftAlone?.(rule) !== true;
  const tasks = all.judged.flatMap((rule) => tasksOf(rule, all.verdicts));
  for (const task of tasks)
    for (const column of task.columns)
      if (!isOpen(task, column)) add(task.rule, column, unconfirmedResult(task.count));
  let remaining = tasks
    .map((task) => ({ ...task, columns: task.columns.filter((column) => isOpen(task, column)) }))
    .filter(({ columns: open }) => open.length > 0);
  const causes = new Set<string>();
  const progress = { tried: 0, of: remaining.length };
  const done = ({ rule }: Task, parts: readonly ResultPart[]) => {
    for (const part of parts) {
      const added = part.columns.map((column) => [column, add(rule, column, part.ruleResult)] as const);
      for (const alike of alikeResults(added)) options.onResult?.({ rule, ...alike });
    }
    if (parts.every(({ ruleResult }) => ruleResult.why?.code !== "not-rerun")) progress.tried += 1;
    all.onProgress?.({ ...progress });
  };
  all.onProgress?.({ ...progress });
  while (remaining.length > 0) {
    const isWaiting = waitsForOthers(remaining);
    const free = remaining.filter((task) => !isWaiting(task));
    // If all tasks wait for each other, start with the first.
    const now = free.length > 0 ? free : remaining.slice(0, 1);
    const confirming = {
      ...all,
      maxReruns: () => all.maxReruns?.(progress.of - progress.tried) ?? Infinity,
      timer: () => all.timer?.(progress.of - progress.tried) ?? (() => 0),
      isBrief: (task: Task) => all.inFull !== true && causes.has(causeOfTask(task)),
    };
    // The first rule of each cause is confirmed in full, the others briefly.
    const first = firstOfCauses(now, causes);
    for (const part of [first, now.filter((task) => !first.includes(task))]) {
      // Work on a copy, so that results of parallel workers do not matter.
      const before = new Map(found);
      await confirmSideBySide(part, confirming, before, done);
      for (const task of part) {
        const isConfirmed = task.columns.some((column) => isViolated(task.rule.id, column, found));
        if (isConfirmed) causes.add(causeOfTask(task));
      }
    }
    remaining = remaining.filter((task) => !now.includes(task));
  }
  return found;
}

/** The columns with the same result, together. */
function alikeResults(results: readonly (readonly [Column, RuleResult])[]): readonly ResultPart[] {
  return results.flatMap(([column, ruleResult]) => {
    const same = results.filter(([, other]) => isDeepStrictEqual(other, ruleResult)).map(([other]) => other);
    return same[0] === column ? [{ columns: same, ruleResult }] : [];
  });
}

/** The first task of each cause of which nothing is confirmed yet. */
function firstOfCauses(tasks: readonly Task[], confirmed: ReadonlySet<string>): readonly Task[] {
  const first = new Map<string, Task>();
  for (const task of tasks) {
    const cause = causeOfTask(task);
    if (!first.has(cause) && !confirmed.has(cause)) first.set(cause, task);
  }
  return [...first.values()];
}

/** The cause that the cheapest candidate of a task shows. */
function causeOfTask({ rule, count }: Task): string {
  const [cheapest] = inConfirmationOrder(count.candidates.groups());
  return causeOf({ rule, answer: singleAnswer(cheapest?.batches ?? []) }).id;
}

/** Makes one task for each column, or one for both if they judge alike. */
function tasksOf(rule: Rule, { of }: Verdicts): readonly Task[] {
  if (!rule.differs && rule.columns === undefined) return [{ rule, columns, count: of(rule, "document") }];
  return columnsOf(rule).map((column) => ({ rule, columns: [column], count: of(rule, column) }));
}

/** Makes a function that says whether a remaining task may explain this one. */
function waitsForOthers(remaining: readonly Task[]): (task: Task) => boolean {
  const pending = new Set(
    remaining.flatMap(({ rule, columns: own }) => own.map((column) => resultKey(rule.id, column))),
  );
  return ({ columns: own, count }) =>
    count.candidates
      .groups()
      .some(({ unless }) => unless.some((id) => own.some((column) => pending.has(resultKey(id, column)))));
}

/** The groups of candidates that no violated rule explains in a column. */
function unexplained({ count }: Task, column: Column, found: Findings): readonly CandidateGroup[] {
  return count.candidates
    .groups()
    .filter(({ unless }) => !unless.some((id) => isViolated(id, column, found)));
}

function isViolated(rule: string, column: Column, found: Findings): boolean {
  return found.get(resultKey(rule, column))?.outcome === "violated";
}

/** A violated rule that explains the cheapest candidate. */
function explainingRule({ rule, count }: Task, column: Column, found: Findings): string {
  const [first] = inConfirmationOrder(count.candidates.groups());
  return first?.unless.find((id) => id !== rule.id && isViolated(id, column, found)) ?? "another rule";
}

/** Splits a task by column if other rules explain it in one column only. */
function byExplanation(task: Task, found: Findings): readonly Task[] {
  const kinds = task.columns.map((column) => {
    const own = unexplained(task, column, found).map(({ unless }) => unless);
    return JSON.stringify(own.length > 0 ? own : explainingRule(task, column, found));
  });
  return new Set(kinds).size === 1 ? [task] : byColumn(task);
}

function byColumn(task: Task): readonly Task[] {
  return task.columns.map((column) => ({ ...task, columns: [column] }));
}

const byWeight = ["violated", "inconclusive", "holds", "unexercised"] as const;

/** The result of a rule over several phases: the graver outcome, and the observations of all. */
function merged(earlier: RuleResult | undefined, now: RuleResult): RuleResult {
  if (earlier === undefined) return now;
  const [graver] = [now, earlier].sort((a, b) => byWeight.indexOf(a.outcome) - byWeight.indexOf(b.outcome));
  return {
    ...(graver ?? now),
    observations: earlier.observations + now.observations,
    decided: earlier.decided + now.decided,
  };
}

/** The result of a rule of which nothing is confirmed, because nothing is violated or the violation is known already. */
function unconfirmedResult({ violated, ...count }: Count): RuleResult {
  const { observations, decided, ...result } = unviolated(count);
  return { ...result, observations: observations + violated, decided: decided + violated };
}

/** The result of a rule without violations. */
export function unviolated({
  holds,
  inconclusive,
  why,
}: Pick<Count, "holds" | "inconclusive" | "why">): RuleResult {
  const observations = holds + inconclusive;
  if (inconclusive > 0) {
    return {
      outcome: "inconclusive",
      observations,
      decided: holds,
      why: { code: "unsettled", detail: why },
    };
  }
  return { outcome: holds > 0 ? "holds" : "unexercised", observations, decided: holds };
}

/** The same options, with the number of reruns for the next violation. */
type Confirming = Omit<ConfirmAllOptions, "maxReruns" | "timer"> & {
  readonly maxReruns: () => number;
  readonly timer: () => () => number;
  /** True if another rule with the same cause is confirmed. */
  readonly isBrief: (task: Task) => boolean;
};

async function confirmSideBySide(
  tasks: readonly Task[],
  all: Confirming,
  found: Findings,
  done: (task: Task, parts: readonly ResultPart[]) => void,
): Promise<void> {
  const queue = [...tasks];
  await all.scope.all(all.confirmers(), async (confirmer) => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift())
      done(task, await confirmTask(task, confirmer, all, found));
  });
}

/** The most candidates of a rule that are rerun before its result is inconclusive, and those of a failing target. */
const maxCandidates = 8;
const maxFailures = 2;

/** The result of a rule in some columns of its task. */
interface ResultPart {
  readonly columns: readonly Column[];
  readonly ruleResult: RuleResult;
}

async function confirmTask(
  task: Task,
  confirmer: Confirmer,
  all: Confirming,
  found: Findings,
): Promise<readonly ResultPart[]> {
  let attempt = 0;
  const spentTime = all.timer();
  const confirmCandidate: ConfirmCandidate = (candidate, columns, explains) => {
    attempt += 1;
    return confirmer(candidate, {
      judge: candidate.news === undefined ? all.judge : answering(all.judge, task.rule, candidate.news),
      rule: task.rule,
      columns,
      explains,
      stop: () => all.stop() !== null,
      maxReruns: all.maxReruns(),
      spentTime,
      // Shrinking a value would change its kind.
      briefly: all.isBrief(task) || candidate.news !== undefined,
      attempt,
    });
  };
  const parts: ResultPart[] = [];
  const left = [...byExplanation(task, found)];
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    const ruleResult = await confirmInColumns(part, confirmCandidate, all, found);
    if (ruleResult === "apart") left.unshift(...byColumn(part));
    else parts.push({ columns: part.columns, ruleResult });
  }
  return parts;
}

type ConfirmCandidate = (
  candidate: Candidate,
  columns: readonly Column[],
  explains: ConfirmOptions["explains"],
) => ReturnType<Confirmer>;

/** Confirms a violation in columns with the same result; returns "apart" if their results differ. */
async function confirmInColumns(
  task: Task,
  confirmCandidate: ConfirmCandidate,
  confirming: Pick<Confirming, "judged" | "stop">,
  found: Findings,
): Promise<RuleResult | "apart"> {
  const { columns, count } = task;
  const [column = "document"] = columns;
  const decided = count.holds + count.violated;
  const counts = { observations: decided + count.inconclusive, decided };
  const own = unexplained(task, column, found);
  if (own.length === 0 && !count.candidates.truncated()) {
    const why: Reason = { code: "explained", by: explainingRule(task, column, found) };
    const holds = count.holds > 0 && count.inconclusive === 0;
    return { outcome: holds ? "holds" : "inconclusive", ...counts, why };
  }
  const result = await confirmOneOf(
    inConfirmationOrder(own).slice(0, maxCandidates),
    task,
    { ...confirming, confirmCandidate },
    found,
  );
  return result === "apart" ? result : { ...counts, ...result };
}

type Counts = Pick<RuleResult, "observations" | "decided">;

/** Tries candidates of a task, the cheapest first, until one is confirmed; returns "apart" if its columns differ. */
async function confirmOneOf(
  candidates: readonly Candidate[],
  { columns, count }: Task,
  how: Pick<Confirming, "judged" | "stop"> & { readonly confirmCandidate: ConfirmCandidate },
  found: Findings,
): Promise<Omit<RuleResult, keyof Counts> | "apart"> {
  const { judged, stop, confirmCandidate } = how;
  let why: Reason = { code: "not-kept" };
  let suspected: Suspected | null = null;
  let failures = 0;
  for (const candidate of candidates) {
    if (candidate.whileServing !== undefined && ++failures > maxFailures) break;
    if (stop() !== null) return untried(candidate, stop());
    const result = await confirmUnexplained(candidate, columns, confirmCandidate, found);
    if (result.kind === "confirmed") return violatedBy(candidate, result, count);
    if (stop() !== null) return untried(candidate, stop());
    if (columns.length > 1 && isExplained(result, (id) => !isAlike(id, judged))) return "apart";
    ({ why } = result);
    if (wasNotRerun(why)) suspected ??= suspectedIn(candidate);
    if (result.failsAtAll) break;
  }
  const seen = wasNotRerun(why) && suspected !== null ? { suspected } : {};
  return { outcome: "inconclusive", why, ...seen };
}

function violatedBy({ news }: Candidate, confirmed: Confirmed, { candidates }: Count) {
  const unless = [...new Set(candidates.groups().flatMap((group) => group.unless))];
  return { outcome: "violated", confirmed, ...(news === undefined ? {} : { news }), unless } as const;
}

/** Confirms a candidate, while the rules that are violated elsewhere explain what they may. */
async function confirmUnexplained(
  candidate: Candidate,
  columns: readonly Column[],
  confirmCandidate: ConfirmCandidate,
  found: Findings,
): ReturnType<Confirmer> {
  const isViolatedElsewhere = (id: string) => columns.some((one) => isViolated(id, one, found));
  const isPending = (id: string) => columns.every((one) => !found.has(resultKey(id, one)));
  const result = await confirmCandidate(candidate, columns, (id, here) => here || isViolatedElsewhere(id));
  if (!isExplained(result, isPending)) return result;
  // If all tasks wait for each other, a rule without a result yet explains nothing.
  return confirmCandidate(
    candidate,
    columns,
    (id, here) => (here && !isPending(id)) || isViolatedElsewhere(id),
  );
}

function wasNotRerun({ code }: Reason): boolean {
  return code === "not-rerun" || code === "no-fixture";
}

/** A judge by which only the given answer violates the rule. */
function answering(judge: Judge, { id }: Rule, { answer }: InputKind): Judge {
  return {
    ...judge,
    batch: (batch) =>
      judge.batch(batch).filter((finding) => {
        if (finding.rule.id !== id || finding.judgement.verdict !== "violated") return true;
        return answerIn(finding) === answer;
      }),
  };
}

function isExplained(result: Confirmed | Unconfirmed, by: (rule: string) => boolean): boolean {
  return result.kind === "unconfirmed" && result.explainedBy !== undefined && by(result.explainedBy);
}

/** Says whether the rule exists in both columns and judges them alike. */
function isAlike(rule: string, judged: readonly Rule[]): boolean {
  return judged.every(({ id, differs, columns }) => id !== rule || (!differs && columns === undefined));
}

/** The result of a rule whose candidate could not be rerun. */
function untried(candidate: Candidate, stopped: string | null): Omit<RuleResult, keyof Counts> {
  const because = stopped === null ? undefined : reasonsToStop[stopped];
  const result = { outcome: "inconclusive", why: { ...notRerun(candidate), because } } as const;
  // The connections of a target that goes away are dropped, whatever was sent.
  if (because === "gone" && candidate.onNewConnection === true) return result;
  return { ...result, suspected: suspectedIn(candidate) };
}

/** Why nothing more is sent, by the code of the reason to stop. */
const reasonsToStop: Readonly<Record<string, NotRerun["because"]>> = {
  interrupted: "interrupted",
  "budget-spent": "budget",
  silent: "gone",
  gone: "gone",
};
type NotRerun = Extract<Reason, { readonly code: "not-rerun" }>;

function suspectedIn({ batches, fixture, expected, seen }: Candidate): Suspected {
  return { execution: { batches, observed: [] }, fixture, expected, seen };
}

/** The reason for a violation that was not rerun, because no more requests may be sent. */
export function notRerun({ seen }: Candidate): NotRerun {
  return { code: "not-rerun", seen };
}
