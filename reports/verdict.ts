import { exitMeanings } from "../spec/verdict.ts";
import type { Column, Counterexample, GateEntry, Report, RuleReport } from "./report.ts";

/**
 * Status of a rule in the column that decides. `excused`: the target does not support what the rule needs. `explained`: a
 * known violation explains the answers. `recorded`: the known-file records that it is not judged. `ignored`: the rule does
 * not count in the column, or a shard of a run did not test it.
 */
export type RuleStatus =
  | "holds"
  | "violated"
  | "known"
  | "inconclusive"
  | "unexercised"
  | "excused"
  | "explained"
  | "recorded"
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
  // Other shards may test it.
  if (outcome === "unexercised" && report.shard !== undefined && rule.reasonCode !== "unsupported")
    return "ignored";
  if (outcome === "holds") return "holds";
  if (outcome === "violated") return rule.known ? "known" : "violated";
  const { reasonCode, explainedBy } = rule;
  if (reasonCode === "unsupported") return "excused";
  if (explainedBy !== undefined && isKnown(explainedBy, report)) return "explained";
  return rule.known ? "recorded" : outcome;
}

function isKnown(ruleId: string, { rules }: Report): boolean {
  return rules.some(({ id, known }) => id === ruleId && known);
}

/** The rules with this status, in the order of the report. */
export function rulesThat(report: Report, status: RuleStatus): readonly RuleReport[] {
  return report.rules.filter((rule) => ruleStatus(rule, report) === status);
}

interface UnconfirmedViolation {
  readonly rule: RuleReport;
  readonly found: Counterexample;
}

/** The violations that were seen and not confirmed, in the deciding column; what ended the target comes first. */
export function unconfirmedIn({ rules, profile }: Report): readonly UnconfirmedViolation[] {
  const all = rules.flatMap((rule) => {
    const { unconfirmed: found } = rule;
    return found === undefined || !counts(rule, profile) ? [] : [{ rule, found }];
  });
  return all.toSorted((a, b) => Number(b.found.ends ?? false) - Number(a.found.ends ?? false));
}

/** The exit code of a report. The caller handles usage errors, which are not in a report. */
export function exitCode(report: Report): ExitCode {
  const statuses = new Set(report.rules.map((rule) => ruleStatus(rule, report)));
  if (statuses.has("violated") || gateFailures(report).length > 0) return 1;
  if (report.faults.length > 0 || report.incomplete) return 2;
  const isNone = report.shard === undefined && !judgedAny(statuses);
  if (statuses.has("inconclusive") || statuses.has("unexercised") || isNone) return 3;
  return 0;
}

/** The entries of the known-file that fail the run. */
export function gateFailures({ gate }: Report): readonly GateEntry[] {
  return gate?.failures ?? [];
}

/** A run that judged no rule is never a success. */
function judgedAny(statuses: ReadonlySet<RuleStatus>): boolean {
  return statuses.has("holds") || statuses.has("known");
}

/** The result of the run in one sentence, by the column that decides. */
export function verdictSentence(report: Report): string {
  const { shard } = report;
  const sentence = sentenceOf(report);
  return shard === undefined ? sentence : `Shard ${shard.index} of ${shard.of}: ${sentence}`;
}

function sentenceOf(report: Report): string {
  const violated = rulesThat(report, "violated").length;
  const failures = gateFailures(report).length;
  const target = report.target.name;
  const outdated = `${count(failures, "entry")} of the known-file ${failures === 1 ? "fails" : "fail"}`;
  if (violated > 0) {
    const what = `${target} violates ${count(violated, "rule")} of ${columnText(report)}`;
    return failures === 0 ? `${what}.` : `${what}; ${outdated}.`;
  }
  const { length: known } = rulesThat(report, "known");
  if (failures > 0) return `No new violation in ${target}${knownText(known)}, but ${outdated}.`;
  return withoutVerdict(report) ?? withoutViolation(report, known);
}

function columnText({ profile }: Report): string {
  return profile === "document" ? "the document" : "the live service's recorded behaviour";
}

/** Why a run has no verdict; null if it has one. */
function withoutVerdict(report: Report): string | null {
  const target = report.target.name;
  const seen = unconfirmedIn(report).length;
  if (report.incomplete && seen > 0)
    return `The run against ${target} is incomplete: ${count(seen, "violation")} seen, none confirmed.`;
  if (report.incomplete) return `The run against ${target} is incomplete: no verdict.`;
  return report.faults.length > 0
    ? `The run against ${target} had ${count(report.faults.length, "problem")}: no verdict.`
    : null;
}

function withoutViolation(report: Report, known: number): string {
  const target = report.target.name;
  const unsure = rulesThat(report, "inconclusive").length + rulesThat(report, "unexercised").length;
  if (unsure > 0) {
    const untested = `${count(unsure, "rule")} could not be tested`;
    return known === 0
      ? `No violation was found in ${target}; ${untested}.`
      : `No new violation in ${target}${knownText(known)}; ${untested}.`;
  }
  if (report.shard !== undefined) {
    const { cases, planned } = report.shard;
    return `no ${known === 0 ? "" : "new "}violation was found in ${target}${knownText(known)} by ${cases} of ${count(planned, "test case")}.`;
  }
  if (!judgedAny(new Set(report.rules.map((rule) => ruleStatus(rule, report)))))
    return `No rule could be judged: no verdict on ${target}.`;
  if (report.only !== undefined) return selectedHold(report.only, target, known);
  return known === 0
    ? `${target} conforms to ${columnText(report)}.`
    : `No new violation in ${target}${knownText(known)}.`;
}

/** The result of a run of selected rules or suites. */
function selectedHold(only: NonNullable<Report["only"]>, target: string, known: number): string {
  const { rules, suites, testCases, violatedIn } = only;
  const sent = [
    ...(testCases === undefined
      ? []
      : [`${count(testCases, "test case")} that bear on ${rules === 1 ? "it" : "them"}`]),
    ...(suites === undefined ? [] : [`only the requests of ${suites.join(", ")}`]),
  ];
  const how = sent.length === 0 ? "" : ` (${sent.join(", ")})`;
  if (rules === undefined) return `No violation was found in ${target}${how}.`;
  const except =
    known === 0 ? "" : `, except ${known} that ${known === 1 ? "is" : "are"} known to be violated`;
  return `${selected(rules, violatedIn)} for ${target}${except}${how}.`;
}

function knownText(known: number): string {
  return known === 0 ? "" : ` (${known} known)`;
}

function selected(rules: number, violatedIn: string | undefined): string {
  if (violatedIn !== undefined)
    return rules === 1
      ? `The rule that ${violatedIn} says is violated holds now`
      : `The ${rules} rules that ${violatedIn} says are violated hold now`;
  return rules === 1 ? "The selected rule holds" : `The ${rules} selected rules hold`;
}

/** What an exit code means for a run with this report, as a phrase. `code` is above 128 if a signal ended the run. */
export function exitMeaning(code: number, report: Report): string {
  const isViolated = rulesThat(report, "violated").length > 0;
  switch (code) {
    case 0: {
      const isKnown = rulesThat(report, "known").length + rulesThat(report, "recorded").length > 0;
      if (report.shard !== undefined) return "this shard shows no new violation; merge judges all shards";
      if (report.only?.rules !== undefined) return "each selected rule was tested and holds, or is known";
      return isKnown ? "each rule was tested and holds, or is as the known-file records" : exitMeanings[0];
    }
    case 1:
      return isViolated ? "a rule is violated" : "an entry of the known-file fails";
    case 2:
      return report.incomplete
        ? `the run did not finish${whyUnfinished(report)}`
        : "a problem of the connection or of this tool";
    case 3:
      return rulesThat(report, "known").length === 0
        ? exitMeanings[3]
        : "no violation is new, but not every rule could be tested";
    default:
      return "the run was interrupted";
  }
}

/** What ended the run early, as the rest of a phrase; empty if the report does not say it. */
function whyUnfinished(report: Report): string {
  const stopped = report.problems.find(({ stopped: why }) => why !== undefined);
  return stopped?.stopped === undefined ? "" : (endings[stopped.stopped] ?? "");
}

const endings: Readonly<Record<string, string>> = {
  interrupted: ", because it was interrupted",
  budget: ", because the budget of requests is spent",
  gone: ", because the target stopped answering",
  busy: ", because the target turns every request away",
  bail: ", because enough causes of violations are confirmed",
};

/** A number with its noun: "1 rule", "2 rules", "2 entries". */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : `${noun}s`.replace(/([^aeou])ys$/, "$1ies")}`;
}

/** Why requests of a kind were left out, and how many. */
export function leftOutText({
  unanswered,
  left,
  ended,
  violates,
}: NonNullable<Report["leftOut"]>[number]): string {
  if (violates !== undefined)
    return `each violated ${violates}, ${count(left, "further test case")} not sent`;
  if (ended !== undefined)
    return `the target was gone after it ${count(ended, "time")}, ${count(left, "further request")} not sent`;
  return unanswered === 0
    ? `too slow, ${count(left, "repetition")} left out`
    : `${unanswered} in a row got no answer, ${count(left, "further request")} not sent`;
}
