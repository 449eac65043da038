import { escapeJson } from "./escape.ts";
import { ordered } from "./json.ts";
import type { Report } from "./report.ts";

/** The run as events, one JSON object a line: run-start, then rule, question and fault, and run-end last. */
export function ndjson(report: Report): string {
  const { schema, tool, target, profile, seed, startedAt, rules, questions, faults, ...rest } = report;
  const events = [
    { event: "run-start", schema, tool, target, profile, seed, startedAt },
    ...rules.map((rule) => ({ event: "rule", ...rule })),
    ...questions.map((question) => ({ event: "question", ...question })),
    ...faults.map((reason) => ({ event: "fault", reason })),
    { event: "run-end", ...rest },
  ];
  return events.map((event) => `${escapeJson(JSON.stringify(ordered(event)))}\n`).join("");
}
