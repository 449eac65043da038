import { escapeJson } from "./escape.ts";
import type { RunEvent, RunStart } from "./event.ts";
import { ordered } from "./json.ts";
import type { Report } from "./report.ts";

/** A finished run as events, one JSON object a line: run-start, then what {@link ending} gives. */
export function ndjson(report: Report): string {
  return eventLine(runStart(report)) + ending(report);
}

/** An event as a line of its own. */
export function eventLine(event: RunEvent): string {
  return line(event);
}

/** What a run begins with, in its events as in its report. */
export function runStart({
  schema,
  tool,
  target,
  profile,
  seed,
  startedAt,
}: Omit<RunStart, "event">): RunStart {
  return { event: "run-start", schema, tool, target, profile, seed, startedAt };
}

/** The last lines of a run: one for each rule, question and fault, and run-end. A stream without that was cut off. */
export function ending(report: Report): string {
  const { schema, tool, profile, seed, startedAt, rules, questions, faults, problems = [], ...rest } = report;
  const events = [
    ...rules.map((rule) => ({ event: "rule", ...rule })),
    ...questions.map((question) => ({ event: "question", ...question })),
    ...faults.map((reason, index) => {
      const { message: _, ...problem } = problems[index] ?? { message: reason };
      return { event: "fault", reason, ...problem };
    }),
    { event: "run-end", ...rest },
  ];
  return events.map(line).join("");
}

function line(event: object): string {
  return `${escapeJson(JSON.stringify(ordered(event)))}\n`;
}
