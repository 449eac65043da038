import type { Finding } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Column } from "../spec/verdict.ts";
import { type Candidate, type Candidates, candidatesOf } from "./candidates.ts";

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
  hear(
    findings: readonly Finding[],
    at: Pick<Candidate, "lane" | "unit" | "place" | "clean" | "spoiled" | "names" | "rounds">,
  ): void;
  of(rule: Rule, column: Column): Count;
  /** Rules with a violation so far, in any column. */
  violated(): number;
}

/** Makes an empty collection; `suspected` hears of the first violation of each rule, in whichever column. */
export function verdicts(
  suspected: (candidate: Candidate, rule: Rule, column: Column) => void = () => {},
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
