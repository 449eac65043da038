import type { Basis, Column, Counterexample, Outcome, Report, RuleReport } from "./report.ts";

/** Begins every stream of events. */
export type RunStart = { readonly event: "run-start" } & Pick<
  Report,
  "schema" | "tool" | "target" | "profile" | "seed" | "startedAt"
>;

/** What happens while a run goes on. None of it is a verdict: those come at the end, with the report. */
export type RunEvent =
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
