import type { Finding } from "../oracle/judge.ts";
import type { Rule, Serving } from "../oracle/rule.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import type { Column } from "../spec/verdict.ts";
import { type InputKind, type IsNews, kindOf } from "./kinds.ts";
import type { Origin } from "./regenerate.ts";

/** A history that violated a rule, up to the batch that shows the violation. */
export interface Candidate extends Origin {
  readonly worker: number;
  /** The index of its test case in the plan, or among the cases of its worker where the plan is not known. */
  readonly place: number;
  /** It started on an empty fixture, so earlier test cases cannot explain it. */
  readonly clean: boolean;
  /** It needs an empty fixture, but its fixture could not be reset or replaced. Only a new fixture can confirm it. */
  readonly notEmptied?: boolean;
  readonly expected: string;
  readonly seen: string;
  readonly unless: readonly string[];
  /** The kind of input, if the file of known deviations lists the rule without it. */
  readonly news?: InputKind | undefined;
  /** It counts only if it also shows on new connections. */
  readonly onNewConnection?: boolean | undefined;
  /** It counts only if the target succeeds at valid requests before and after. */
  readonly whileServing?: Serving | undefined;
}

/** Candidates that violations of the same rules would explain. */
export interface CandidateGroup {
  /** The ids of those rules in alphabetical order; empty if no rule explains them. */
  readonly unless: readonly string[];
  /** The cheapest first; empty if there are too many groups to keep their histories. */
  readonly candidates: readonly Candidate[];
}

/**
 * Most candidates kept for each group, besides one of calls in flight together, and of test cases of one topic; groups that
 * keep candidates, and known groups. A target that refuses everything makes at most about 40 groups for one rule, and 120
 * with thirty times as many random cases.
 */
export const maxKept = { candidates: 4, alike: 2, groups: 64, known: 2000 } as const;

interface Kept {
  readonly candidate: Candidate;
  readonly cost: number;
}

interface KnownGroup {
  readonly key: string;
  readonly unless: readonly string[];
  readonly isNews: boolean;
  /** Null once too many groups come before it; their number never decreases. */
  kept: { readonly inTurn: Kept[]; readonly racing: Kept[] } | null;
}

/**
 * The candidates of one rule in one column, grouped by the rules that would explain them. What is kept does not depend on
 * the order of arrival, and so not on the speed of the workers: groups with fewer explanations come first.
 */
function candidatesOf(rule: string) {
  const groups: KnownGroup[] = [];
  const byKey = new Map<string, KnownGroup>();
  let isTruncated = false;
  const groupOf = (candidate: Candidate): KnownGroup => {
    const unless = [...new Set(candidate.unless)].filter((id) => id !== rule).sort();
    const isNews = candidate.news !== undefined;
    const key = `${isNews ? "news " : ""}${unless.join(" ")}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const next = groups.findIndex((other) => isBefore({ unless, key, isNews }, other));
    const at = next === -1 ? groups.length : next;
    const group: KnownGroup = {
      key,
      unless,
      isNews,
      kept: at < maxKept.groups ? { inTurn: [], racing: [] } : null,
    };
    groups.splice(at, 0, group);
    byKey.set(key, group);
    const evicted = groups[maxKept.groups];
    if (evicted !== undefined) evicted.kept = null;
    if (groups.length > maxKept.known) {
      byKey.delete(groups.pop()?.key ?? key);
      isTruncated = true;
    }
    return group;
  };
  return {
    /** Adds a candidate. A kept candidate gets a copy of its batches, because the original list still grows. */
    add(candidate: Candidate): void {
      const { kept } = groupOf(candidate);
      if (kept !== null) keepCheapest(isRacing(candidate.batches) ? kept.racing : kept.inTurn, candidate);
    },
    groups: (): readonly CandidateGroup[] =>
      groups.map(({ unless, kept }) => ({
        unless,
        candidates: (kept === null ? [] : allKept(kept)).map(({ candidate }) => candidate),
      })),
    /** True if groups were dropped. The rules that explain the kept groups may then not explain all candidates. */
    truncated: () => isTruncated,
  };
}

/**
 * Where calls one after another do not show a violation again, it may need others in flight, such as those of other workers
 * when it was seen. So at least one history with calls in flight together is tried.
 */
function allKept({ inTurn, racing }: NonNullable<KnownGroup["kept"]>): readonly Kept[] {
  return [...inTurn, ...racing.slice(0, Math.max(1, maxKept.candidates - inTurn.length))];
}

/** Says whether some calls are in flight together. */
export function isRacing(batches: readonly (readonly unknown[])[]): boolean {
  return batches.some((batch) => batch.length > 1);
}

function isBefore(one: Omit<KnownGroup, "kept">, other: KnownGroup): boolean {
  if (one.isNews !== other.isNews) return one.isNews;
  const more = one.unless.length - other.unless.length;
  return more < 0 || (more === 0 && one.key < other.key);
}

/**
 * Keeps the cheapest, and of those on an empty fixture at least one: others may need what earlier test cases left. Test
 * cases of one topic are alike: where one does not show the violation again, the others may not either.
 */
function keepCheapest(kept: Kept[], candidate: Candidate): void {
  const one = { candidate, cost: cost(candidate) };
  const alike = kept.filter((other) => topicOf(other.candidate) === topicOf(candidate));
  const [onlyClean, ...moreClean] = kept.filter((other) => other.candidate.clean);
  const mayGo = (other: Kept) => candidate.clean || moreClean.length > 0 || other !== onlyClean;
  const costliestAlike = alike.findLast(mayGo);
  if (alike.length >= maxKept.alike && costliestAlike !== undefined) {
    if (compareKept(one, costliestAlike) >= 0) return;
    kept.splice(kept.indexOf(costliestAlike), 1);
  }
  const next = kept.findIndex((other) => compareKept(one, other) < 0);
  const place = next === -1 ? kept.length : next;
  const isOnlyClean = candidate.clean && !kept.some((other) => other.candidate.clean);
  if (place >= maxKept.candidates && !isOnlyClean) return;
  kept.splice(place, 0, { ...one, candidate: { ...candidate, batches: [...candidate.batches] } });
  if (kept.length <= maxKept.candidates) return;
  const clean = kept.filter((other) => other.candidate.clean);
  const costliest = kept.findLastIndex((other) => clean.length > 1 || other !== clean[0]);
  kept.splice(costliest, 1);
}

/** `races/mixed` of the test case `races/mixed/4`. */
function topicOf({ testCase: { id } }: Candidate): string {
  return id.split("/", 2).join("/");
}

/** Orders by cost, then by the place in the plan. */
function compareKept(a: Kept, b: Kept): number {
  const [one, other] = [a.candidate, b.candidate];
  const byPlan =
    one.place - other.place || one.worker - other.worker || one.batches.length - other.batches.length;
  return a.cost - b.cost || byPlan;
}

/**
 * The candidates in the order in which to confirm them: the cheapest of each group before the second of any group, and
 * what is not known of a known rule before all else.
 */
export function inConfirmationOrder(groups: readonly CandidateGroup[]): readonly Candidate[] {
  const ordered = Array.from({ length: maxKept.candidates + 1 }, (_, rank) =>
    groups
      .flatMap(({ candidates }) => candidates.slice(rank, rank + 1))
      .map((candidate) => ({ candidate, cost: cost(candidate) }))
      .sort(compareKept)
      .map(({ candidate }) => candidate),
  ).flat();
  const news = ordered.filter((one) => one.news !== undefined);
  return news.length === 0
    ? ordered
    : [...news.slice(0, mostNews), ...ordered.filter((one) => !news.includes(one))];
}

/** The most candidates of kinds that are not known that are tried before those that are. */
const mostNews = 4;

/**
 * Estimates the cost of confirming a history. Short histories on an empty fixture are cheap. A history that
 * outlasts a reset needs a new fixture for each rerun. More concurrent calls show a race more often.
 */
function cost({ testCase: { clean, breaks }, batches, whileServing }: Candidate): number {
  const batchSize = Math.max(0, ...batches.map(({ length }) => length));
  return (
    batches.length +
    // A single addition seldom depends on what was sent before.
    (clean ? 0 : isSingleAddition(batches) ? 0.25 : 6) +
    // What is accepted is worse than what the target fails at.
    (isFailure(batches) ? 2 : 0) +
    // Of equal histories the plainest needs the least shrinking.
    Math.min(0.2, characters(batches) / 5000) +
    (outlastsReset(batches.flat()) ? 12 : 0) +
    // A rule that is violated without concurrent calls needs none.
    (batchSize > 1 ? 24 : 0) +
    // Where all requests violate the rule, random values are left out.
    (breaks === undefined ? 0 : 12) +
    // Many of these do not show again.
    (whileServing === undefined ? 0 : 24) -
    Math.min(batchSize, 32) / 16
  );
}

/** Says whether a history ends with a single call that the target fails at. */
export function isFailure(batches: Candidate["batches"]): boolean {
  const answer = singleAnswer(batches);
  return answer?.kind === "response" && answer.status >= 500;
}

/** The answer to the last call of a history; null if that was in flight together with others. */
export function singleAnswer(batches: Candidate["batches"]): Answer | null {
  const [last, ...others] = batches.at(-1) ?? [];
  return last === undefined || others.length > 0 ? null : last.answer;
}

function isSingleAddition(batches: Candidate["batches"]): boolean {
  const [first, ...more] = batches.flat();
  return more.length === 0 && first?.call.operation === "AddPermission";
}

function characters(batches: Candidate["batches"]): number {
  return batches.flat().reduce((sum, { call }) => sum + call.target.length + (call.body?.length ?? 0), 0);
}

/** Operations whose effects remain after a reset. */
const lastingOperations: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateFunction",
  "DeleteFunction",
  "CreateAlias",
]);

/** True if the steps need a fixture of their own, because a reset does not undo them. */
export function outlastsReset(steps: readonly { readonly call: Pick<Call, "operation"> }[]): boolean {
  return steps.some(({ call }) => lastingOperations.has(call.operation));
}

/** How often one rule held, was violated or was inconclusive in one column. */
export interface Count {
  holds: number;
  violated: number;
  inconclusive: number;
  /** The last reason why it was inconclusive. */
  why: string;
  /** The cheapest histories that show a violation, for each set of rules that would explain it. */
  readonly candidates: ReturnType<typeof candidatesOf>;
}

/** Collects findings in bounded memory. */
export type Verdicts = ReturnType<typeof verdicts>;

/**
 * Makes an empty collection. `onCandidate` is called at the first violation of each rule, in either column. `isNews`: the
 * kinds of input that the file of known deviations does not list of a rule.
 */
export function verdicts(
  onCandidate: (candidate: Candidate, rule: Rule, column: Column) => void = () => {},
  isNews?: IsNews,
) {
  const counts: Readonly<Record<Column, Map<string, Count>>> = { document: new Map(), aws: new Map() };
  const violated = new Set<string>();
  const countOf = (id: string, column: Column): Count => {
    let count = counts[column].get(id);
    if (count === undefined) {
      count = { holds: 0, violated: 0, inconclusive: 0, why: "", candidates: candidatesOf(id) };
      counts[column].set(id, count);
    }
    return count;
  };
  return {
    observe: (
      findings: readonly Finding[],
      at: Pick<Candidate, keyof Origin | "worker" | "place" | "clean" | "notEmptied">,
    ): void => {
      for (const finding of findings) {
        const { rule, column, judgement } = finding;
        const count = countOf(rule.id, column);
        count[judgement.verdict] += 1;
        if (judgement.verdict === "holds") continue;
        if (judgement.verdict === "violated") {
          const { expected, seen, unless = [], onNewConnection, whileServing } = judgement;
          const news = isNews === undefined ? undefined : newsOf(finding, at, isNews);
          const candidate = { ...at, expected, seen, unless, news, onNewConnection, whileServing };
          if (!violated.has(rule.id)) onCandidate(candidate, rule, column);
          violated.add(rule.id);
          count.candidates.add(candidate);
        } else {
          count.why = judgement.why;
        }
      }
    },
    of: (rule: Rule, column: Column) => countOf(rule.id, column),
    /** The number of rules with a violation so far, in any column. */
    violated: () => violated.size,
    isViolated: (id: string) => violated.has(id),
  };
}

/** The kind of input of a violation, if it is not known of its rule. */
function newsOf(finding: Finding, { testCase, batches }: Origin, isNews: IsNews): InputKind | undefined {
  const [exchange, ...more] = batches.at(-1) ?? [];
  if (exchange === undefined || more.length > 0) return undefined;
  const kind = kindOf(finding, testCase.id, exchange.step.key);
  return kind !== null && isNews(finding.rule.id, kind) ? kind : undefined;
}
