import type { Finding } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Call } from "../spec/exchange.ts";
import type { Column } from "../spec/verdict.ts";
import type { Origin } from "./regenerate.ts";

/** A history that showed something about a rule, up to the batch that showed it. */
export interface Candidate extends Origin {
  readonly worker: number;
  /** The place of its test case in the plan; where that is not known, among those of its worker. */
  readonly place: number;
  /** It began on an empty fixture, so that nothing that came before can be behind it. */
  readonly clean: boolean;
  /** It needed an empty fixture and began on one that could not be emptied or replaced: only a new one can confirm it. */
  readonly notEmptied?: boolean;
  readonly expected: string;
  readonly seen: string;
  readonly unless: readonly string[];
  /** Counts only when it shows over new connections, too. */
  readonly onNewConnection?: boolean | undefined;
}

/** Candidates that the same rules would explain. */
export interface CandidateGroup {
  /** Those rules, in alphabetical order; none where nothing explains them. */
  readonly unless: readonly string[];
  /** The cheapest first; none where there are too many groups to keep the histories of each. */
  readonly candidates: readonly Candidate[];
}

/** What a run saw of the violations of one rule in one column, by what would explain them. */
interface Candidates {
  /** Takes a candidate; its batches are copied where it is kept, since they still grow. */
  add(candidate: Candidate): void;
  groups(): readonly CandidateGroup[];
  /** True when there were more groups than are kept: then what explains all of them may not explain all that was seen. */
  truncated(): boolean;
}

/**
 * Candidates that are kept of each group, groups of which any are kept, and groups that are known at all. A target that
 * refuses everything makes about 40 groups of the rule that has most, and 120 with thirty times as many random cases.
 */
export const maxKept = { candidates: 4, groups: 64, known: 2000 } as const;

interface Kept {
  readonly candidate: Candidate;
  readonly cost: number;
}

interface KnownGroup {
  readonly key: string;
  readonly unless: readonly string[];
  /** Null once there are too many groups before it; there never are fewer again. */
  kept: Kept[] | null;
}

/**
 * Makes an empty collection for one rule. What is kept does not depend on the order in which candidates arrive, and so
 * not on which worker is faster: groups with fewer explanations stay before groups with more.
 */
function candidatesOf(rule: string): Candidates {
  const groups: KnownGroup[] = [];
  const byKey = new Map<string, KnownGroup>();
  let isTruncated = false;
  const groupOf = (candidate: Candidate): KnownGroup => {
    const unless = [...new Set(candidate.unless)].filter((id) => id !== rule).sort();
    const key = unless.join(" ");
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const next = groups.findIndex((other) => isBefore({ unless, key }, other));
    const at = next === -1 ? groups.length : next;
    const group: KnownGroup = { key, unless, kept: at < maxKept.groups ? [] : null };
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
    add(candidate) {
      const { kept } = groupOf(candidate);
      if (kept !== null) keepCheapest(kept, candidate);
    },
    groups: () =>
      groups.map(({ unless, kept }) => ({
        unless,
        candidates: (kept ?? []).map(({ candidate }) => candidate),
      })),
    truncated: () => isTruncated,
  };
}

function isBefore(one: Omit<KnownGroup, "kept">, other: KnownGroup): boolean {
  const more = one.unless.length - other.unless.length;
  return more < 0 || (more === 0 && one.key < other.key);
}

function keepCheapest(kept: Kept[], candidate: Candidate): void {
  const one = { candidate, cost: cost(candidate) };
  const next = kept.findIndex((other) => compareKept(one, other) < 0);
  const place = next === -1 ? kept.length : next;
  if (place >= maxKept.candidates) return;
  kept.splice(place, 0, { ...one, candidate: { ...candidate, batches: [...candidate.batches] } });
  kept.splice(maxKept.candidates);
}

/** The cheaper first; of those that cost the same, the one that comes first in the plan. */
function compareKept(a: Kept, b: Kept): number {
  const [one, other] = [a.candidate, b.candidate];
  const byPlan =
    one.place - other.place || one.worker - other.worker || one.batches.length - other.batches.length;
  return a.cost - b.cost || byPlan;
}

/** The candidates of these groups in the order in which to confirm them: the cheapest of each group before the second of any. */
export function inConfirmationOrder(groups: readonly CandidateGroup[]): readonly Candidate[] {
  return Array.from({ length: maxKept.candidates }, (_, rank) =>
    groups
      .flatMap(({ candidates }) => candidates.slice(rank, rank + 1))
      .map((candidate) => ({ candidate, cost: cost(candidate) }))
      .sort(compareKept)
      .map(({ candidate }) => candidate),
  ).flat();
}

/**
 * What confirming a history may cost: shorter ones are better than longer, those from an empty fixture better than others,
 * and those that leave behind what emptying does not undo need a new fixture for each play. The more calls race, the more
 * often they show it.
 */
function cost({ clean, batches }: Candidate): number {
  const batchSize = Math.max(0, ...batches.map(({ length }) => length));
  return (
    batches.length + (clean ? 0 : 6) + (outlastsReset(batches.flat()) ? 12 : 0) - Math.min(batchSize, 32) / 16
  );
}

/** What these leave behind is not undone by emptying the policies. */
const lastingOperations: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateFunction",
  "DeleteFunction",
  "CreateAlias",
]);

/** True for calls that need a fixture of their own. */
export function outlastsReset(steps: readonly { readonly call: Pick<Call, "operation"> }[]): boolean {
  return steps.some(({ call }) => lastingOperations.has(call.operation));
}

/** What the observations of a run say about one rule in one column. */
export interface Count {
  holds: number;
  violated: number;
  inconclusive: number;
  /** Why it was inconclusive, last. */
  why: string;
  /** The cheapest histories that showed a violation, for each set of rules that would explain it. */
  readonly candidates: Candidates;
}

/** Collects findings; memory is bounded, however many there are. */
export interface Verdicts {
  observe(
    findings: readonly Finding[],
    at: Pick<Candidate, keyof Origin | "worker" | "place" | "clean" | "notEmptied">,
  ): void;
  of(rule: Rule, column: Column): Count;
  /** Rules with a violation so far, in any column. */
  violated(): number;
}

/** Makes an empty collection; `suspected` hears of the first violation of each rule, in whichever column. */
export function verdicts(
  onCandidate: (candidate: Candidate, rule: Rule, column: Column) => void = () => {},
): Verdicts {
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
    observe: (findings, at) => {
      for (const { rule, column, judgement } of findings) {
        const count = countOf(rule.id, column);
        count[judgement.verdict] += 1;
        if (judgement.verdict === "holds") continue;
        if (judgement.verdict === "violated") {
          const { expected, seen, unless = [], onNewConnection } = judgement;
          const candidate = { ...at, expected, seen, unless, onNewConnection };
          if (!violated.has(rule.id)) onCandidate(candidate, rule, column);
          violated.add(rule.id);
          count.candidates.add(candidate);
        } else {
          count.why = judgement.why;
        }
      }
    },
    of: (rule, column) => countOf(rule.id, column),
    violated: () => violated.size,
  };
}
