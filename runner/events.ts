import type { Finding } from "../oracle/judge.ts";
import type { Observation, ObservedBatch } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Problem, Report } from "../reports/report.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Fault } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import type { Column, UnsupportedCapability } from "../spec/verdict.ts";
import type { Need, TestCase } from "../suites/case.ts";
import type { RuleResult } from "./rule-results.ts";

/** What is known of a run before anything is sent. */
export interface RunHead {
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly endpoint: string;
    readonly cannot: readonly UnsupportedCapability[];
  };
  /** All rules that a report is to list, also those that cannot be judged. */
  readonly rules: readonly Rule[];
  readonly profile: Column;
  /** What was left out on request. */
  readonly only?: Report["only"] | undefined;
  readonly seed: number;
  readonly startedAt: Date;
}

/** What a run has cost so far. */
export interface Spent {
  readonly requests: number;
  readonly ms: number;
}

/**
 * What a batch was sent for: a test case, a rerun of a candidate, or neither of them, such as a probe, a reset or a look
 * whether the functions are still there.
 */
export type Purpose = "execute" | "confirm" | "arrange";

/**
 * What a test case began on: policies that were seen to be empty wherever it met them; the fixture as earlier cases left
 * it; or one that was to be emptied or replaced, where neither worked.
 */
export type Began = "empty" | "used" | "not-emptied";

/** A test case, and where it stands. */
interface CaseEvent {
  readonly worker: number;
  /** `clean`: it needs an empty fixture. */
  readonly case: Pick<TestCase, "id" | "clean">;
  /** Its place in the plan. */
  readonly place: number;
  readonly spent: Spent;
}

/**
 * What happens in a run, as the engine does it. Payloads are the engine's own values, never copies; decisions are told
 * as codes, and whoever prints them makes the sentences. There is one event a batch and one a test case.
 */
export type RunEvent =
  | { readonly type: "run-started"; readonly head: RunHead }
  /** A worker has a fixture; what was known of an earlier one says nothing of it. `empty`: it was created for this run. */
  | {
      readonly type: "fixture-ready";
      readonly worker: number;
      readonly fixture: Fixture;
      readonly empty: boolean;
    }
  /** A fixture was reset, whether anything had to be sent for that or not. `empty`: every policy was seen to be empty. */
  | { readonly type: "fixture-reset"; readonly worker: number; readonly empty: boolean }
  /** The target was probed, and what to send is known. `rules` are those that can be judged. */
  | {
      readonly type: "planned";
      readonly cases: number;
      readonly rules: readonly Rule[];
      readonly unsupported: readonly UnsupportedCapability[];
    }
  /** `case` names the test case or the rerun; it is empty where the batch was sent for neither. */
  | {
      readonly type: "batch";
      readonly worker: number;
      readonly case: string;
      readonly purpose: Purpose;
      readonly exchanges: readonly Exchange[];
      readonly observed: ObservedBatch;
    }
  /** A test case was executed to its end, or cut short by the end of the run. */
  | (CaseEvent & {
      readonly type: "case-finished";
      readonly end: "complete" | "cut";
      readonly began: Began;
      readonly findings: readonly Finding[];
    })
  /** A test case was left out for what the fixture or the target lacks. */
  | (CaseEvent & { readonly type: "case-skipped"; readonly lacks: Need })
  /** The first violation of a rule, in whichever column. It has yet to be confirmed. */
  | {
      readonly type: "candidate";
      readonly rule: Rule;
      readonly column: Column;
      readonly case: string;
      readonly expected: string;
      readonly seen: string;
    }
  /** What the target cannot do, found out only when the test cases had been executed. */
  | { readonly type: "unsupported"; readonly what: UnsupportedCapability }
  /** Checks that the test cases would have brought which were not executed to their end. Not told where nobody counted. */
  | {
      readonly type: "not-executed";
      readonly checks: readonly { readonly rule: string; readonly column: Column; readonly checks: number }[];
    }
  /** How many of the rules with candidates have been tried again: at the beginning, and after each. */
  | {
      readonly type: "confirming";
      readonly tried: number;
      readonly of: number;
      readonly spent: Spent;
    }
  /** What became of a rule. `tried`: there were candidates, and what became of them decided. */
  | {
      readonly type: "rule-result";
      readonly rule: Rule;
      readonly columns: readonly Column[];
      readonly result: RuleResult;
      readonly hadCandidates: boolean;
    }
  | { readonly type: "problem"; readonly problem: RunProblem }
  /** The last event. `complete`: all that was planned was done. */
  | { readonly type: "run-finished"; readonly complete: boolean; readonly spent: Spent };

/** Why a run ends before all that was planned is done. */
export type StopReason =
  | { readonly code: "interrupted" | "part-failed" | "budget-spent" | "budget-kept" }
  | Gone;

/** The target answers no longer: in no way, or not with what was asked for. `detail` is what it did last. */
export interface Gone {
  readonly code: "silent" | "busy";
  readonly detail: string;
}

/** What went wrong on our side or on the way. */
export type RunProblem =
  | { readonly code: "not-begun"; readonly fault: Fault }
  /** Anything that was thrown: an error of the suite itself, or a Fault that ended the run. */
  | { readonly code: "died"; readonly error: unknown }
  | { readonly code: "stopped"; readonly reason: StopReason }
  | { readonly code: "fixtures-lost"; readonly functions: readonly string[] }
  /** `what` is the sentence of whoever could not remove it. */
  | { readonly code: "left-behind"; readonly what: string }
  /** As a recording tells it. */
  | { readonly code: "recorded"; readonly problem: Problem };

/** Listens to a run: a fold over its events. It may throw, and decides nothing. */
export interface Observer {
  on(event: RunEvent): void;
  /** Resolves when all is written that was begun; asked once, after the last event. */
  end?(): Promise<void>;
}

/** Tells the observers of an event. */
export type Emit = (event: RunEvent) => void;

/** The observers of a run, as its engine sees them. */
export interface ObserverGroup {
  /**
   * Tells all observers. One that throws is told nothing any more; when the others have been told, what it threw is
   * thrown, so that it ends the run.
   */
  readonly emit: Emit;
  /** The same where the run is about to end anyhow: what an observer throws is told to the others as a problem. */
  readonly emitLast: Emit;
  /** Waits until all have written what they began. */
  end(): Promise<void>;
}

/** Gathers observers, who are told of each event in this order. */
export function observerGroup(observers: readonly Observer[]): ObserverGroup {
  const active = new Set(observers);
  const emit: Emit = (event) => {
    const errors: unknown[] = [];
    for (const observer of active) {
      try {
        observer.on(event);
      } catch (error) {
        active.delete(observer);
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  const emitLast: Emit = (event) => {
    try {
      emit(event);
    } catch (error) {
      // This ends, because each time there is one observer less.
      emitLast({ type: "problem", problem: { code: "died", error } });
    }
  };
  return {
    emit,
    emitLast,
    async end() {
      for (const observer of observers) {
        try {
          await observer.end?.();
        } catch (error) {
          active.delete(observer);
          emitLast({ type: "problem", problem: { code: "died", error } });
        }
      }
    },
  };
}

/** What a run begins with, of all that it needs. */
export function headOf({ tool, target, rules, profile, only, seed, startedAt }: RunHead): RunHead {
  return { tool, target, rules, profile, only, seed, startedAt };
}

const none: readonly Observation[] = [];

/** The observations of a batch that was sent for a test case; none of any other event. */
export function executedIn(event: RunEvent): readonly Observation[] {
  return event.type === "batch" && event.purpose === "execute" ? event.observed.observations : none;
}
