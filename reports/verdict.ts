import { exitMeanings } from "../spec/verdict.ts";
import { reasonIn } from "./read-report.ts";
import type { Column, Report, RuleReport } from "./report.ts";

/**
 * Status of a rule in the column that decides. `excused`: the target does not support what the rule needs. `explained`: a
 * known violation explains the answers. `ignored`: the rule does not count in the column.
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

/** The exit code of the command, unless a signal ends it. */
export type ExitCode = 0 | 1 | 2 | 3;

/** True when the rule counts in the column: observed rules count in `aws` only, open ones nowhere. */
export function counts({ basis, columns }: Pick<RuleReport, "basis" | "columns">, column: Column): boolean {
  if (basis === "open" || columns?.includes(column) === false) return false;
  return basis !== "observed" || column === "aws";
}

/** The status of a rule in the column that decides the exit code. */
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

function isKnown(ruleId: string, { rules }: Report): boolean {
  return rules.some(({ id, known }) => id === ruleId && known);
}

/** The rules with this status, in the order of the report. */
export function rulesThat(report: Report, status: RuleStatus): readonly RuleReport[] {
  return report.rules.filter((rule) => ruleStatus(rule, report) === status);
}

/** The exit code of a report. The caller handles stale known entries and usage errors, which are not in a report. */
export function exitCode(report: Report): ExitCode {
  const statuses = new Set(report.rules.map((rule) => ruleStatus(rule, report)));
  if (statuses.has("violated")) return 1;
  if (report.faults.length > 0 || report.incomplete) return 2;
  if (statuses.has("inconclusive") || statuses.has("unexercised") || !judgedAny(statuses)) return 3;
  return 0;
}

/** A run that judged no rule is never a success. */
function judgedAny(statuses: ReadonlySet<RuleStatus>): boolean {
  return statuses.has("holds") || statuses.has("known");
}

/** The result of the run in one sentence, by the column that decides. */
export function verdictSentence(report: Report): string {
  const column = report.profile === "document" ? "the document" : "the live service's recorded behaviour";
  const violated = rulesThat(report, "violated").length;
  const unsure = rulesThat(report, "inconclusive").length + rulesThat(report, "unexercised").length;
  const target = report.target.name;
  if (violated > 0) return `${target} violates ${count(violated, "rule")} of ${column}.`;
  if (report.incomplete) return `The run against ${target} is incomplete: no verdict.`;
  if (report.faults.length > 0)
    return `The run against ${target} had ${count(report.faults.length, "problem")}: no verdict.`;
  if (unsure > 0)
    return `No violation was found in ${target}, but ${count(unsure, "rule")} could not be judged.`;
  if (!judgedAny(new Set(report.rules.map((rule) => ruleStatus(rule, report)))))
    return `No rule could be judged: no verdict on ${target}.`;
  if (report.only === undefined) return `${target} conforms to ${column}.`;
  const { rules, suites, testCases } = report.only;
  const sent = [
    ...(testCases === undefined
      ? []
      : [`${count(testCases, "test case")} that bear on ${rules === 1 ? "it" : "them"}`]),
    ...(suites === undefined ? [] : [`only the requests of ${suites.join(", ")}`]),
  ];
  const how = sent.length === 0 ? "" : ` (${sent.join(", ")})`;
  const known = rulesThat(report, "known").length;
  const except =
    known === 0 ? "" : `, except ${known} that ${known === 1 ? "is" : "are"} known to be violated`;
  return rules === undefined
    ? `No violation was found in ${target}${how}.`
    : `${selected(rules)} for ${target}${except}${how}.`;
}

function selected(rules: number): string {
  return rules === 1 ? "The selected rule holds" : `The ${rules} selected rules hold`;
}

/** What an exit code means for a run with this report, as a phrase. */
export function exitMeaning(code: ExitCode, report: Report): string {
  const isViolated = rulesThat(report, "violated").length > 0;
  switch (code) {
    case 0:
      return report.only?.rules === undefined
        ? exitMeanings[0]
        : "each selected rule was tested and holds, or is known";
    case 1:
      return isViolated ? "a rule is violated" : "an entry of the known-file is out of date";
    case 2:
      return report.incomplete ? "the run did not finish" : "a problem of the connection or of this tool";
    case 3:
      return exitMeanings[3];
  }
}

/** A number with its noun: "1 rule", "2 rules". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
