import type { Finding } from "../oracle/judge.ts";
import type { Observation, ObservedBatch } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { CampaignReport, Problem, Report } from "../reports/report.ts";
import type { Call, Exchange } from "../spec/exchange.ts";
import type { Fault } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import type { Column, UnsupportedCapability } from "../spec/verdict.ts";
import type { Need, Phase, TestCase } from "../suites/case.ts";
import type { RuleResult } from "./rule-results.ts";

/** What is known of a run before it sends anything. */
export interface RunHead {
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly endpoint: string;
    readonly cannot: readonly UnsupportedCapability[];
  } & Pick<Report["target"], "kind" | "region" | "signed">;
  /** All rules that a report lists, including those that cannot be judged. */
  readonly rules: readonly Rule[];
  readonly profile: Column;
  /** What the user left out of the run. */
  readonly only?: Report["only"] | undefined;
  readonly seed: number;
  readonly startedAt: Date;
}

/** The requests and the time that a run has used so far. */
export interface Spent {
  readonly requests: number;
  readonly ms: number;
}

/**
 * Why a batch was sent: for a test case, for a rerun of a candidate, or for neither (a probe, a reset, a check that
 * the functions still exist).
 */
export type Purpose = "execute" | "confirm" | "arrange";

/** The fixture at the start of a test case: empty, as earlier cases left it, or not to be emptied. */
export type Began = "empty" | "used" | "not-emptied";

interface CaseEvent {
  readonly worker: number;
  /** `clean`: it needs an empty fixture. */
  readonly case: Pick<TestCase, "id" | "clean" | "breaks" | "drawn">;
  /** Its index in the plan. */
  readonly place: number;
  readonly spent: Spent;
}

/**
 * The events of a run. Payloads are the engine's own values and never copies. Decisions are codes, which observers
 * turn into sentences. Each batch and each test case has one event.
 */
export type RunEvent =
  | { readonly type: "run-started"; readonly head: RunHead }
  /**
   * A worker has a new fixture; knowledge of its earlier fixture no longer applies. `empty`: the fixture was
   * created for this run.
   */
  | {
      readonly type: "fixture-ready";
      readonly worker: number;
      readonly fixture: Fixture;
      readonly empty: boolean;
    }
  /** A fixture was reset, even if that took no request. `empty`: every policy was seen to be empty. */
  | { readonly type: "fixture-reset"; readonly worker: number; readonly empty: boolean }
  /** The target was probed and the test cases are planned. `rules` are those that can be judged. */
  | {
      readonly type: "planned";
      readonly cases: number;
      /** The part of the plan that this run executes; absent if it is the whole. */
      readonly shard?: Report["shard"];
      readonly rules: readonly Rule[];
      readonly unsupported: readonly UnsupportedCapability[];
    }
  /** A phase after the first begins; the candidates of those before are confirmed. */
  | { readonly type: "phase-started"; readonly phase: Phase }
  /** `case` names the test case or the rerun; it is empty if the batch belongs to neither. */
  | {
      readonly type: "batch";
      readonly worker: number;
      readonly case: string;
      readonly purpose: Purpose;
      readonly exchanges: readonly Exchange[];
      readonly observed: ObservedBatch;
    }
  /** A test case was executed completely, or was cut by the end of the run. */
  | (CaseEvent & {
      readonly type: "case-finished";
      readonly end: "complete" | "cut";
      /** The target ended meanwhile, so that nothing of it counts, and the test case is executed again. */
      readonly lost?: true;
      readonly began: Began;
      readonly findings: readonly Finding[];
    })
  /** A test case was skipped: the target lacks what it needs or is too slow, or it shows nothing new. */
  | (CaseEvent & { readonly type: "case-skipped"; readonly lacks: Need | "speed" | "news" })
  /** The first violation of a rule, in either column. It is not yet confirmed. */
  | {
      readonly type: "candidate";
      readonly rule: Rule;
      readonly column: Column;
      readonly case: string;
      readonly expected: string;
      readonly seen: string;
    }
  /** A capability that the target does not support, found after the test cases. */
  | { readonly type: "unsupported"; readonly what: UnsupportedCapability }
  /** The checks that unexecuted or cut test cases would have made. This event is absent if nobody counted them. */
  | {
      readonly type: "not-executed";
      readonly checks: readonly { readonly rule: string; readonly column: Column; readonly checks: number }[];
    }
  /** How many of the rules with candidates are confirmed or rejected: at the start, and after each rule. */
  | {
      readonly type: "confirming";
      readonly tried: number;
      readonly of: number;
      readonly spent: Spent;
    }
  /** The result of a rule. `hadCandidates`: reruns of candidates decided it. */
  | {
      readonly type: "rule-result";
      readonly rule: Rule;
      readonly columns: readonly Column[];
      readonly result: RuleResult;
      readonly hadCandidates: boolean;
    }
  /** The kinds of requests that were no longer sent, because too many of them got no answer. */
  | { readonly type: "left-out"; readonly kinds: readonly LeftOut[] }
  /** What a campaign has done so far: at the start of each round, and at its end. */
  | { readonly type: "campaign"; readonly campaign: CampaignReport; readonly leftMs: number }
  | { readonly type: "problem"; readonly problem: RunProblem }
  /** How often and how long the run waited for answers that then passed by themselves. */
  | { readonly type: "waited"; readonly waits: NonNullable<Report["waits"]> }
  /** The last event. `complete`: everything planned was done. */
  | { readonly type: "run-finished"; readonly complete: boolean; readonly spent: Spent };

/** Why a run ends before everything planned is done. */
export type StopReason =
  | { readonly code: "interrupted" | "part-failed" }
  | { readonly code: "budget-spent" | "budget-kept"; readonly budget?: number | undefined }
  /** As many causes are confirmed as the user asked for. */
  | { readonly code: "bail"; readonly causes: number }
  | Gone;

/** The target no longer answers (silent) or turns every request away (busy). `detail` describes its last answer. */
export interface Gone {
  readonly code: "silent" | "busy";
  readonly detail: string;
}

/** A kind of requests that was no longer sent: how many got no answer or ended the target, and how many were left out. */
export type LeftOut = NonNullable<Report["leftOut"]>[number];

export type RunProblem =
  | { readonly code: "not-begun"; readonly fault: Fault }
  /** Anything that was thrown: an error of the suite itself, or a Fault that ended the run. */
  | { readonly code: "failed"; readonly error: unknown }
  | { readonly code: "stopped"; readonly reason: StopReason; readonly phase: Phase }
  /** A request ended the target, and the rule that it violates was left out of the run. */
  | { readonly code: "ended"; readonly call: Call | null; readonly seen: string }
  | { readonly code: "fixtures-lost"; readonly functions: readonly string[] }
  /** `what` is a sentence that names the resource. */
  | { readonly code: "left-behind"; readonly what: string }
  | { readonly code: "recorded"; readonly problem: Problem };

/** Observes the events of a run. It may throw, and it decides nothing. */
export interface Observer {
  on(event: RunEvent): void;
  /** Resolves when all its output is written; called once, after the last event. */
  end?(): Promise<void>;
}

export type Emit = (event: RunEvent) => void;

export type ObserverGroup = ReturnType<typeof observerGroup>;

/** Makes a group of observers that get each event in this order. */
export function observerGroup(observers: readonly Observer[]) {
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
      // This recursion ends, because each error removes one observer.
      emitLast({ type: "problem", problem: { code: "failed", error } });
    }
  };
  return {
    /**
     * Passes an event to all observers. An observer that throws gets no further events. After the other observers got
     * the event, the error is thrown again and ends the run.
     */
    emit,
    /** The same for events at the end of a run: an error of an observer becomes a problem event for the others. */
    emitLast,
    /** Waits until all observers have written their output. */
    async end(): Promise<void> {
      for (const observer of observers) {
        try {
          await observer.end?.();
        } catch (error) {
          active.delete(observer);
          emitLast({ type: "problem", problem: { code: "failed", error } });
        }
      }
    },
  };
}

/** Picks the head of a run from its options. */
export function headOf({ tool, target, rules, profile, only, seed, startedAt }: RunHead): RunHead {
  return { tool, target, rules, profile, only, seed, startedAt };
}

const none: readonly Observation[] = [];

/** The observations of a batch of a test case; none for any other event. */
export function executedIn(event: RunEvent): readonly Observation[] {
  return event.type === "batch" && event.purpose === "execute" ? event.observed.observations : none;
}
