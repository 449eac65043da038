import { escapeJson } from "./escape.ts";
import { findingText } from "./finding.ts";
import type { Report, RuleReport } from "./report.ts";
import { type Standing, standing } from "./verdict.ts";

type Level = "error" | "warning";

const levels: Readonly<Partial<Record<Standing, Level>>> = {
  violated: "error",
  known: "error",
  inconclusive: "warning",
  unexercised: "warning",
};

/** SARIF 2.1.0: one result for each rule that is not green; what is known is suppressed. Findings have no file, only the rule. */
export function sarif(report: Report): string {
  const { tool, rules, incomplete, faults } = report;
  const driver = { name: tool.name, version: tool.version, rules: rules.map(descriptor) };
  const results = rules.flatMap((rule, ruleIndex) => {
    const level = levels[standing(rule, report)];
    return level === undefined ? [] : [result(rule, ruleIndex, level, report)];
  });
  const notifications = faults.map((text) => ({ level: "error", message: { text } }));
  const invocation = {
    executionSuccessful: !incomplete && faults.length === 0,
    startTimeUtc: report.startedAt,
    toolExecutionNotifications: notifications,
  };
  const run = { tool: { driver }, invocations: [invocation], results };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

function descriptor({ id, title, basis, source }: RuleReport): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: `${title} (${basis}: ${source})` },
  };
}

function result(rule: RuleReport, ruleIndex: number, level: Level, report: Report): object {
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
