import type { Judge } from "../oracle/judge.ts";
import type { ObservedRound } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Column } from "../spec/verdict.ts";

/** What an executed history shows of a rule. */
export interface Violation {
  readonly expected: string;
  readonly seen: string;
  /** Another rule whose violation explains it; null when it is violated for a reason of its own. */
  readonly explainedBy: string | null;
}

/** Which violations of which rule are looked for. */
export interface LookedFor {
  readonly judge: Judge;
  readonly rule: Rule;
  /** Columns that judge the rule alike: what explains it in one of them explains it. */
  readonly columns: readonly Column[];
  /** Rules that may explain it, besides those that the violation itself names. */
  readonly unless: readonly string[];
  /** Says whether another rule explains it, by whether that is violated in the same history (`here`) or in the whole run. */
  readonly explains: (rule: string, here: boolean) => boolean;
}

/** The violation of a rule that a history shows; where there are several, one that nothing explains. Null for none. */
export function violationIn(observed: readonly ObservedRound[], of: LookedFor): Violation | null {
  const { judge, rule, columns } = of;
  const violated = [...observed.flatMap((round) => judge.round(round)), ...judge.history(observed)].flatMap(
    ({ judgement, ...where }) => (judgement.verdict === "violated" ? [{ ...where, ...judgement }] : []),
  );
  const here = new Set(
    violated.filter(({ column }) => columns.includes(column)).map(({ rule: { id } }) => id),
  );
  let found: Violation | null = null;
  for (const { expected, seen, unless = [], ...where } of violated) {
    if (where.rule.id !== rule.id || where.column !== columns[0]) continue;
    const explainers = [...of.unless, ...unless].filter((id) => id !== rule.id);
    const explainedBy = explainers.find((id) => of.explains(id, here.has(id))) ?? null;
    if (explainedBy === null) return { expected, seen, explainedBy };
    found ??= { expected, seen, explainedBy };
  }
  return found;
}
