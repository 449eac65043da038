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

/** A finished run as events, one JSON object a line: run-start, then the lines of {@link finalLines}. */
export function ndjson(report: Report): string {
  return eventLine(runStart(report)) + finalLines(report);
}

/** An event as one line. */
export function eventLine(event: PublishedEvent | FinalEvent): string {
  return `${escapeJson(JSON.stringify(ordered(event)))}\n`;
}

function runStart({ schema, tool, target, profile, seed, startedAt }: Omit<RunStart, "event">): RunStart {
  return { event: "run-start", schema, tool, target, profile, seed, startedAt };
}

/** The last lines of a run, one for each final event. A stream without `run-end` is incomplete. */
export function finalLines(report: Report): string {
  return finalEvents(report).map(eventLine).join("");
}

/** The final events of a run: one for each rule, question and fault, and run-end with the rest of the report. */
export function finalEvents<R extends Report>(report: R): readonly FinalEvent<R>[] {
  const { schema, tool, profile, seed, startedAt, rules, questions, faults, problems, ...rest } = report;
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

/** A final event of a run: a part of its report. */
export type FinalEvent<R extends Report = Report> =
  | ({ readonly event: "rule" } & RuleReport)
  | ({ readonly event: "question" } & QuestionReport)
  | ({ readonly event: "fault"; readonly reason: string } & Partial<Omit<Problem, "message">>)
  | ({ readonly event: "run-end" } & Omit<R, RunStartMember | "rules" | "questions" | "faults" | "problems">);

/** Members that only `run-start` has. `target` is repeated because its unsupported capabilities are complete at the end. */
type RunStartMember = "schema" | "tool" | "profile" | "seed" | "startedAt";

/** The first event of every stream. */
type RunStart = { readonly event: "run-start" } & Pick<Report, RunStartMember | "target">;

/** An event during a run. Verdicts follow at the end, with the report. */
export type PublishedEvent =
  | RunStart
  /** The capabilities of the target are known; `cannot` gives the reasons for what it does not support. */
  | {
      readonly event: "plan";
      readonly histories: number;
      readonly rules: number;
      readonly cannot: readonly string[];
      readonly unsupported?: Report["target"]["unsupported"];
    }
  /** A history ended, was cut short by the end of the run (`cut`), or needs an unsupported capability (`lacks`). */
  | {
      readonly event: "history";
      readonly id: string;
      readonly done: number;
      readonly planned: number;
      readonly lacks?: string;
      readonly cut?: true;
    }
  /** An answer violated a rule for the first time. The candidate is not confirmed yet. */
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
  /** A candidate was rerun: it is confirmed with the smallest history found, or dropped with a reason. */
  | {
      readonly event: "settled";
      readonly rule: string;
      readonly columns: readonly Column[];
      readonly outcome: Outcome;
      readonly reason?: string;
      readonly reasonCode?: RuleReport["reasonCode"];
      readonly advice?: string;
      readonly excusedBy?: RuleReport["excusedBy"];
      readonly explainedBy?: RuleReport["explainedBy"];
      readonly counterexample?: Counterexample;
    };
