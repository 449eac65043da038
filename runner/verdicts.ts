import type { Finding } from "../oracle/judge.ts";
import type { Call, Exchange } from "../spec/exchange.ts";
import type { Rule } from "../spec/rule.ts";
import type { Column } from "../spec/verdict.ts";

/** A history that showed something about a rule, up to the round that showed it. */
export interface Candidate {
  readonly lane: number;
  readonly unit: string;
  /** It began on an empty stage, so that nothing that came before can be behind it. */
  readonly clean: boolean;
  /** Names of the functions in its requests. */
  readonly names: readonly string[];
  readonly rounds: readonly (readonly Exchange[])[];
  readonly expected: string;
  readonly seen: string;
  readonly unless: readonly string[];
  /** Counts only when it shows over new connections, too. */
  readonly anew?: boolean | undefined;
}

/** What the observations of a run say about one rule in one column. */
export interface Count {
  holds: number;
  violated: number;
  inconclusive: number;
  /** Why it was inconclusive, last. */
  why: string;
  /** The shortest histories that showed a violation. */
  candidates: Candidate[];
}

/** Collects findings; work and memory a finding are constant. */
export interface Verdicts {
  hear(
    findings: readonly Finding[],
    at: Pick<Candidate, "lane" | "unit" | "clean" | "names" | "rounds">,
  ): void;
  of(rule: Rule, column: Column): Count;
  /** Rules with a violation so far, in any column. */
  violated(): number;
}

/** Candidates kept for each rule and column. */
const mostCandidates = 4;

/** Makes an empty collection; `suspected` hears of the first violation of each rule, in whichever column. */
export function verdicts(
  suspected: (candidate: Candidate, rule: Rule, column: Column) => void = () => {},
): Verdicts {
  const counts: Readonly<Record<Column, Map<string, Count>>> = { document: new Map(), aws: new Map() };
  const violated = new Set<string>();
  const countOf = (id: string, column: Column): Count => {
    let count = counts[column].get(id);
    if (count === undefined) {
      count = { holds: 0, violated: 0, inconclusive: 0, why: "", candidates: [] };
      counts[column].set(id, count);
    }
    return count;
  };
  return {
    hear: (findings, at) => {
      for (const { rule, column, judgement } of findings) {
        const count = countOf(rule.id, column);
        count[judgement.verdict] += 1;
        if (judgement.verdict === "holds") continue;
        if (judgement.verdict === "violated") {
          const { expected, seen, unless = [], anew } = judgement;
          const candidate = { ...at, expected, seen, unless, anew };
          if (!violated.has(rule.id)) suspected(candidate, rule, column);
          violated.add(rule.id);
          keepShortest(count.candidates, candidate);
        } else {
          count.why = judgement.why;
        }
      }
    },
    of: (rule, column) => countOf(rule.id, column),
    violated: () => violated.size,
  };
}

/**
 * What trying a history again may cost: shorter ones are better than longer, those from an empty stage better than
 * others, and those that leave behind what emptying does not undo need a new stage for each play. The more calls race, the
 * more often they show it.
 */
export function cost({ clean, rounds }: Pick<Candidate, "clean" | "rounds">): number {
  const together = Math.max(...rounds.map(({ length }) => length));
  return rounds.length + (clean ? 0 : 6) + (isLasting(rounds.flat()) ? 12 : 0) - Math.min(together, 32) / 16;
}

/** What these leave behind is not undone by emptying the policies. */
const lasting: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateFunction",
  "DeleteFunction",
  "CreateAlias",
]);

/** True for calls that need a stage of their own. */
export function isLasting(steps: readonly { readonly call: Pick<Call, "operation"> }[]): boolean {
  return steps.some(({ call }) => lasting.has(call.operation));
}

function keepShortest(list: Candidate[], candidate: Candidate): void {
  const copy = () => ({ ...candidate, rounds: [...candidate.rounds] });
  if (list.length < mostCandidates) {
    list.push(copy());
    return;
  }
  const costAt = (index: number) => cost(list[index] ?? candidate);
  const worst = list.reduce((found, _, index) => (costAt(index) > costAt(found) ? index : found), 0);
  if (cost(candidate) < costAt(worst)) list[worst] = copy();
}
