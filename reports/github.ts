import { escapeWorkflowCommand } from "./escape.ts";
import { reasonText } from "./finding.ts";
import type { Report, RuleReport } from "./report.ts";
import { rulesThat, verdictSentence } from "./verdict.ts";

/** Workflow commands for GitHub Actions: an error for each violation and fault, a warning for what was not judged. */
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

/** Longer annotations are cut by the service, at a place of its choice. */
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
