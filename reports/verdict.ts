import { reasonIn } from "./read-report.ts";
import type { Column, Report, RuleReport } from "./report.ts";

/**
 * How a rule stands in the column that decides; `excused` is what the target declared it cannot do, `explained` what a
 * known violation accounts for, `ignored` what does not count there.
 */
export type RuleStatus =
  | "holds"
  | "violated"
  | "known"
  | "inconclusive"
  | "unexercised"
  | "excused"
  | "explained"
  | "ignored";

/** What the command exits with when a run ends by itself. */
export type ExitCode = 0 | 1 | 2 | 3;

/** True when the column has this rule and it can decide there: observed rules count in `aws` only, open ones nowhere. */
export function counts({ basis, columns }: Pick<RuleReport, "basis" | "columns">, column: Column): boolean {
  if (basis === "open" || columns?.includes(column) === false) return false;
  return basis !== "observed" || column === "aws";
}

/** How a rule stands in the column that decides the exit code. */
export function ruleStatus(rule: RuleReport, report: Report): RuleStatus {
  if (!counts(rule, report.profile)) return "ignored";
  const outcome = rule.verdicts[report.profile];
  if (outcome === "holds") return "holds";
  if (outcome === "violated") return rule.known ? "known" : "violated";
  const { reasonCode, explainedBy } = reasonIn(rule, report);
  if (reasonCode === "unsupported") return "excused";
  const isExplained = explainedBy !== undefined && isKnown(explainedBy, report);
  return isExplained ? "explained" : outcome;
}

function isKnown(wanted: string, { rules }: Report): boolean {
  return rules.some(({ id, known }) => id === wanted && known);
}

/** The rules that stand so, in the report's order. */
export function rulesThat(report: Report, wanted: RuleStatus): readonly RuleReport[] {
  return report.rules.filter((rule) => ruleStatus(rule, report) === wanted);
}

/** Exit code that a report stands for; stale known entries and usage errors are not in a report and are the caller's. */
export function exitCode(report: Report): ExitCode {
  const standings = new Set(report.rules.map((rule) => ruleStatus(rule, report)));
  if (standings.has("violated")) return 1;
  if (report.faults.length > 0 || report.incomplete) return 2;
  if (standings.has("inconclusive") || standings.has("unexercised") || !executed(standings)) return 3;
  return 0;
}

/** Something was exercised: a run that judged nothing is never a success, whatever the target says it cannot do. */
function executed(standings: ReadonlySet<RuleStatus>): boolean {
  return standings.has("holds") || standings.has("known");
}

/** One sentence on the whole run, in the column that decides. */
export function verdictSentence(report: Report): string {
  const column = report.profile === "document" ? "the document" : "the live service's recorded behaviour";
  const violated = rulesThat(report, "violated").length;
  const unsure = rulesThat(report, "inconclusive").length + rulesThat(report, "unexercised").length;
  const target = report.target.name;
  if (violated > 0) return `${target} breaks ${count(violated, "rule")} of ${column}.`;
  if (report.incomplete) return `The run against ${target} is incomplete and proves nothing.`;
  if (report.faults.length > 0)
    return `The run against ${target} met ${count(report.faults.length, "fault")} and is no pass.`;
  if (unsure > 0) return `${target} breaks nothing seen, but ${count(unsure, "rule")} could not be judged.`;
  if (!executed(new Set(report.rules.map((rule) => ruleStatus(rule, report)))))
    return `Nothing was judged, so nothing is known about ${target}.`;
  return report.only === undefined
    ? `${target} conforms to ${column}.`
    : `${target} keeps what was asked of it (${leftOut(report.only)}).`;
}

function leftOut({ rules, suites }: NonNullable<Report["only"]>): string {
  const parts = [
    ...(rules === undefined ? [] : [`only ${count(rules, "rule")}`]),
    ...(suites === undefined ? [] : [`only what ${suites.join(", ")} sent`]),
  ];
  return parts.join(", ");
}

/** A number with its noun: "1 rule", "2 rules". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
