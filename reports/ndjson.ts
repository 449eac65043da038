import { escapeJson } from "./escape.ts";
import { ordered } from "./json.ts";
import type {
  Basis,
  Column,
  Counterexample,
  Outcome,
  Problem,
  QuestionReport,
  Report,
  RuleReport,
} from "./report.ts";

/** A finished run as events, one JSON object a line: run-start, then what {@link ending} gives. */
export function ndjson(report: Report): string {
  return eventLine(runStart(report)) + ending(report);
}

/** An event as a line of its own. */
export function eventLine(event: PublishedEvent): string {
  return line(event);
}

/** What a run begins with, in its events as in its report. */
function runStart({ schema, tool, target, profile, seed, startedAt }: Omit<RunStart, "event">): RunStart {
  return { event: "run-start", schema, tool, target, profile, seed, startedAt };
}

/** The last lines of a run, one for each of its last events. A stream without `run-end` was cut off. */
export function ending(report: Report): string {
  return endingEvents(report).map(line).join("");
}

/** The last events of a run: one for each rule, question and fault, and run-end with all else that the report holds. */
export function endingEvents<R extends Report>(report: R): readonly EndingEvent<R>[] {
  const { schema, tool, profile, seed, startedAt, rules, questions, faults, problems = [], ...rest } = report;
  return [
    ...rules.map((rule) => ({ event: "rule", ...rule }) as const),
    ...questions.map((question) => ({ event: "question", ...question }) as const),
    ...faults.map((reason, index) => {
      const { message: _, ...problem } = problems[index] ?? { message: reason };
      return { event: "fault", reason, ...problem } as const;
    }),
    { event: "run-end", ...rest },
  ];
}

function line(event: object): string {
  return `${escapeJson(JSON.stringify(ordered(event)))}\n`;
}

/** What a run ends with: what its report holds, part by part. */
export type EndingEvent<R extends Report = Report> =
  | ({ readonly event: "rule" } & RuleReport)
  | ({ readonly event: "question" } & QuestionReport)
  | ({ readonly event: "fault"; readonly reason: string } & Partial<Omit<Problem, "message">>)
  | ({ readonly event: "run-end" } & Omit<R, RunStartMember | "rules" | "questions" | "faults" | "problems">);

/** What `run-start` has told. What the target lacks is known better at the end, so that it is told again. */
type RunStartMember = "schema" | "tool" | "profile" | "seed" | "startedAt";

/** Begins every stream of events. */
type RunStart = { readonly event: "run-start" } & Pick<
  Report,
  "schema" | "tool" | "target" | "profile" | "seed" | "startedAt"
>;

/** What happens while a run goes on. None of it is a verdict: those come at the end, with the report. */
export type PublishedEvent =
  | RunStart
  /** The target was asked what it can do; `cannot` gives reasons. */
  | {
      readonly event: "plan";
      readonly histories: number;
      readonly rules: number;
      readonly cannot: readonly string[];
      readonly unsupported?: Report["target"]["unsupported"];
    }
  /** A history ended, was cut short by the end of the run, or was left out for what the stage or the target lacks. */
  | {
      readonly event: "history";
      readonly id: string;
      readonly done: number;
      readonly planned: number;
      readonly lacks?: string;
      readonly cut?: true;
    }
  /** An answer went against a rule for the first time. It has yet to be seen again. */
  | {
      readonly event: "suspicion";
      readonly rule: string;
      readonly column: Column;
      readonly title: string;
      readonly basis: Basis;
      readonly source: string;
      readonly history: string;
      readonly expected: string;
      readonly seen: string;
    }
  /** A suspicion was tried again: confirmed with the smallest history found, or dropped for a reason. */
  | {
      readonly event: "settled";
      readonly rule: string;
      readonly columns: readonly Column[];
      readonly outcome: Outcome;
      readonly reason?: string;
      readonly reasonCode?: RuleReport["reasonCode"];
      readonly excusedBy?: RuleReport["excusedBy"];
      readonly explainedBy?: RuleReport["explainedBy"];
      readonly counterexample?: Counterexample;
    };
