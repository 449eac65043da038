import type { Log, Notification, ReportingDescriptor, Result } from "sarif";
import { escapeJson, escapeWorkflowCommand } from "./escape.ts";
import { findingText, reasonText } from "./finding.ts";
import type { Report, RuleReport } from "./report.ts";
import { type RuleStatus, ruleStatus, rulesThat, verdictSentence } from "./verdict.ts";

/** Workflow commands for GitHub Actions: an error for each violation and fault, a warning for each rule without a verdict. */
export function github(report: Report): string {
  const unjudged = [...rulesThat(report, "inconclusive"), ...rulesThat(report, "unexercised")];
  const lines = [
    ...rulesThat(report, "violated").map((rule) => annotation("error", heading(rule), violation(rule))),
    ...report.faults.map((fault) => annotation("error", "Fault", fault)),
    ...unjudged.map((rule) => annotation("warning", heading(rule), reasonText(rule))),
    ...rulesThat(report, "known").map((rule) => annotation("notice", heading(rule), "Known deviation.")),
    annotation("notice", report.tool.name, verdictSentence(report)),
  ];
  return `${lines.join("\n")}\n`;
}

/** GitHub truncates longer annotations. */
const longest = 4000;

function annotation(level: "error" | "warning" | "notice", title: string, message: string): string {
  const data = escapeWorkflowCommand([...message].slice(0, longest).join(""), "data");
  return `::${level} title=${escapeWorkflowCommand(title, "property")}::${data}`;
}

function heading(rule: RuleReport): string {
  return `${rule.id} ${rule.title}`;
}

function violation({ counterexample: found, source }: RuleReport): string {
  if (found === undefined) return source;
  const lines = [
    `expected ${found.expected}`,
    `seen ${found.seen}`,
    `source ${source}`,
    found.replay,
    found.curl,
  ];
  return lines.join("\n");
}

type Level = "error" | "warning";

const levels: Readonly<Partial<Record<RuleStatus, Level>>> = {
  violated: "error",
  known: "error",
  inconclusive: "warning",
  unexercised: "warning",
};

/** SARIF 2.1.0: one result for each rule that is not green. Known deviations are suppressed. A result names a rule, not a file. */
export function sarif(report: Report): string {
  const { tool, rules, incomplete, faults } = report;
  const driver = { name: tool.name, version: tool.version, rules: rules.map(descriptor) };
  const results = rules.flatMap((rule, ruleIndex) => {
    const level = levels[ruleStatus(rule, report)];
    return level === undefined ? [] : [result(rule, ruleIndex, level, report)];
  });
  const notifications = faults.map((text): Notification => ({ level: "error", message: { text } }));
  const invocation = {
    executionSuccessful: !incomplete && faults.length === 0,
    startTimeUtc: report.startedAt,
    toolExecutionNotifications: notifications,
  };
  const run = { tool: { driver }, invocations: [invocation], results };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

function descriptor({ id, title, basis, source }: RuleReport): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: `${title} (${basis}: ${source})` },
  };
}

function result(rule: RuleReport, ruleIndex: number, level: Level, report: Report): Result {
  const text = level === "warning" && rule.reason !== undefined ? rule.reason : findingText(rule);
  const location = { fullyQualifiedName: `${report.target.name}/${rule.id}`, kind: "resource" };
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text },
    locations: [{ logicalLocations: [location] }],
    partialFingerprints: { "rule/v1": rule.id },
    ...(rule.known ? { suppressions: [{ kind: "external", status: "accepted" }] } : {}),
  };
}
