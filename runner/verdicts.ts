import type { Finding } from "../oracle/judge.ts";
import type { Exchange } from "../spec/exchange.ts";
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
  /** Histories without a conclusion, to be played again. */
  open: Candidate[];
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

/** Candidates kept for each rule and column, and histories kept to be played again. */
const most = { candidates: 4, open: 2 } as const;

/** Makes an empty collection; `suspected` hears of the first violation of each rule, in whichever column. */
export function verdicts(
  suspected: (candidate: Candidate, rule: Rule, column: Column) => void = () => {},
): Verdicts {
  const counts: Readonly<Record<Column, Map<string, Count>>> = { document: new Map(), aws: new Map() };
  const violated = new Set<string>();
  const countOf = (id: string, column: Column): Count => {
    let count = counts[column].get(id);
    if (count === undefined) {
      count = { holds: 0, violated: 0, inconclusive: 0, why: "", candidates: [], open: [] };
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
          if (count.open.length < most.open) {
            count.open.push({ ...at, rounds: [...at.rounds], expected: "", seen: judgement.why, unless: [] });
          }
        }
      }
    },
    of: (rule, column) => countOf(rule.id, column),
    violated: () => violated.size,
  };
}

/** Histories from an empty stage are better than others, and shorter ones better than longer. */
function cost({ clean, rounds }: Pick<Candidate, "clean" | "rounds">): number {
  return (clean ? 0 : 10_000) + rounds.length;
}

function keepShortest(list: Candidate[], candidate: Candidate): void {
  const copy = () => ({ ...candidate, rounds: [...candidate.rounds] });
  if (list.length < most.candidates) {
    list.push(copy());
    return;
  }
  const costAt = (index: number) => cost(list[index] ?? candidate);
  const worst = list.reduce((found, _, index) => (costAt(index) > costAt(found) ? index : found), 0);
  if (cost(candidate) < costAt(worst)) list[worst] = copy();
}
