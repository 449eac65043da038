import type { RequestRefusalReason, RequestVariation } from "../spec/request.ts";
import { type Basis, type Capability, type Column, columns } from "../spec/verdict.ts";
import type { StateRefusalReason, StateVariation } from "./analyze-state.ts";
import type { Addition, BatchObservation, Observation, PolicyRead } from "./observe.ts";

/** A reason why the document demands a refusal. */
export type RefusalReason = RequestRefusalReason | StateRefusalReason;

/** A difference from the canonical request that the document demands to be accepted. */
export type Variation = RequestVariation | StateVariation;

/** The function to which valid requests go: the one under test, or the one that the failing request does not name. */
export type Serving = "here" | "elsewhere";

/** What a rule says of one observation. */
export type Judgement =
  | { readonly verdict: "holds" }
  | {
      readonly verdict: "violated";
      readonly expected: string;
      readonly seen: string;
      /** Rules whose violation explains this one: this one counts only when none of them is violated. */
      readonly unless?: readonly string[];
      /** A connection was dropped, maybe because it was idle: this counts only if new connections are dropped too. */
      readonly onNewConnection?: boolean;
      /**
       * The target failed at the request: this counts only if it fails each time, and succeeds at valid requests before
       * and after. They go to the function under test, or elsewhere if its policy is full.
       */
      readonly whileServing?: Serving;
    }
  | { readonly verdict: "inconclusive"; readonly why: string };

/** The observations that a rule is asked about. */
export type Trigger =
  | {
      readonly on: "refusal-reason";
      readonly refusalReason: RefusalReason;
      judge(of: Addition, column: Column): Judgement | null;
    }
  | {
      readonly on: "variation";
      readonly variation: Variation | null;
      judge(of: Addition, column: Column): Judgement | null;
    }
  | { readonly on: "success"; judge(of: Addition, column: Column): Judgement | null }
  | { readonly on: "refusal"; judge(of: Addition, column: Column): Judgement | null }
  | { readonly on: "answer"; judge(of: Addition, column: Column): Judgement | null }
  | { readonly on: "read"; judge(of: PolicyRead, column: Column): Judgement | null }
  | { readonly on: "round"; judge(of: BatchObservation, column: Column): Judgement | null }
  /** Judged over a whole history by the oracle's checker. */
  | { readonly on: "history"; readonly checker: "linearizability" };

/** The columns in which a rule is judged. */
export function columnsOf(rule: Pick<RuleBody, "columns">): readonly Column[] {
  return rule.columns ?? columns;
}

/** A claim of the document that answers are judged by. */
export interface RuleBody {
  /** A sentence that states the claim. */
  readonly title: string;
  readonly basis: Basis;
  /** Section and member of the document, in the project's own words. */
  readonly source: string;
  /** Ids of the clauses that the rule judges. */
  readonly clauses: readonly string[];
  readonly needs: readonly Capability[];
  /** The columns that the rule counts in; both when absent. A rule of basis `observed` counts under `aws` only. */
  readonly columns?: readonly Column[];
  /** True when the two columns can judge the same observation differently. */
  readonly differs?: boolean;
  /** False if its histories are not shrunk, because only their whole length shows a violation. */
  readonly shrinks?: false;
  /** Rules whose violation can keep every request from testing this one. */
  readonly hiddenBy?: RegExp;
  /** True if a violation counts too that only one of many reruns shows. */
  readonly rare?: true;
  readonly trigger: Trigger;
}

/** A rule with its id: `topic.claim`, never used again for something else. */
export interface Rule extends RuleBody {
  readonly id: string;
}

/** Behaviour that the document leaves unspecified: the target's answer is recorded and never fails. */
interface QuestionBody {
  readonly title: string;
  readonly source: string;
  readonly clauses: readonly string[];
  /** True when only requests count in which nothing else is unspecified; false when every observation counts. */
  readonly pointed: boolean;
  /** The answer that this observation gives; null when it gives none. */
  answer(of: Observation): string | null;
}

/** A question with its id. */
export interface Question extends QuestionBody {
  readonly id: string;
}

/** The judgement that a rule holds. */
export const holds: Judgement = { verdict: "holds" };
