import { causesIn } from "./read-report.ts";
import type { CauseReport, Counterexample, Report, RuleReport } from "./report.ts";
import { count, rulesThat } from "./verdict.ts";

/** A cause with a violated rule in the deciding column, and the counterexample to show. */
export interface ShownCause {
  readonly cause: CauseReport;
  /** A cause with one rule to show has the claim of that rule. */
  readonly title: string;
  readonly violated: readonly RuleReport[];
  readonly rule: RuleReport;
  readonly found: Counterexample;
}

/** The causes that a violated rule of the deciding column has, and the counterexample that shows each. */
export function shownCauses(report: Report): readonly ShownCause[] {
  const violated = new Map(rulesThat(report, "violated").map((rule) => [rule.id, rule]));
  return causesIn(report).flatMap((cause): readonly ShownCause[] => {
    const own = cause.rules.flatMap((id) => violated.get(id) ?? []);
    const best = own.find(({ id }) => id === cause.rule);
    const [rule = best] = best === undefined ? own : [best];
    if (rule === undefined) return [];
    const found = rule.counterexample ?? cause.counterexample;
    return [{ cause, title: own.length === 1 ? rule.title : cause.title, violated: own, rule, found }];
  });
}

/** A line that names the cause of a violated rule, if it explains others too. */
export function causeLine({ id }: Pick<RuleReport, "id">, causes: readonly ShownCause[]): readonly string[] {
  const shared = causes.find(({ violated }) => violated.some((rule) => rule.id === id));
  if (shared === undefined || shared.violated.length === 1) return [];
  return [`cause: ${shared.cause.id}, ${shared.title} (${rulesText(shared)})`];
}

/** "2 rules: StatementId.pattern, Action.pattern". */
export function rulesText({ violated }: ShownCause): string {
  return `${count(violated.length, "rule")}: ${violated.map(({ id }) => id).join(", ")}`;
}
