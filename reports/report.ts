import type { Capability } from "../spec/verdict.ts";
import type { Schemas } from "./schemas.ts";

export type { Basis, Column, Outcome } from "../spec/verdict.ts";

/** The contents of report.json, version 1. Extended compatibly: members are added, never changed. */
export type Report = Schemas["Report"];
/** Number of rules by outcome, in one column. A known violation counts as `known`, not as `violated`. */
export type Tally = Schemas["ReportTally"];
/** The verdict on one rule. */
export type RuleReport = Schemas["ReportRule"];
/** Violated rules with the same demand and the same wrong answer or effect. */
export type CauseReport = Schemas["ReportCause"];
/** The smallest history found that breaks a rule. */
export type Counterexample = Schemas["ReportCounterexample"];
/** One exchange of a counterexample. Secrets are redacted. */
export type CounterexampleStep = Schemas["ReportStep"];
/** What the target does where the document is silent or contradicts itself. It never fails a run. */
export type QuestionReport = Schemas["ReportQuestion"];
/** A problem of the suite or the connection. */
export type Problem = Schemas["ReportProblem"];
/** Latency of answers to AddPermission. */
export type LatencyReport = Schemas["ReportLatency"];
/** What a run exercised: histories, and the inputs for every constraint of the contract. */
export type CoverageReport = Schemas["ReportCoverage"];
/** The kind of a value with regard to one constraint. */
export type CoverageInput = Schemas["ReportInput"];
/** One kind of input for one constraint, and the answers to requests without any other fault. */
export type CoverageCell = Schemas["ReportCell"];

/** Why a rule has no verdict of its own. Programs read the code; the sentence is for people. */
export type Reason =
  /** The target does not support what the rule needs; `detail` explains that. */
  | { readonly code: "unsupported"; readonly needs?: Capability | undefined; readonly detail: string }
  /** The violation of another rule, `by`, explains every candidate. */
  | { readonly code: "explained"; readonly by: string }
  /** No request exercised the rule. */
  | { readonly code: "not-exercised" }
  /** The run ended before any answer was judged. */
  | { readonly code: "not-judged" }
  /** The answers do not decide the rule; `detail` describes the last one. */
  | { readonly code: "unsettled"; readonly detail: string }
  /** Reruns did not reproduce the candidate. */
  | { readonly code: "not-confirmed"; readonly detail: string }
  /** The run could send no more requests to confirm the candidate. */
  | { readonly code: "not-rerun"; readonly seen: string }
  /** No new function could be created to confirm the candidate on. */
  | { readonly code: "no-fixture"; readonly seen: string }
  /** There were more kinds of candidates than a run stores, and no history of an unexplained one was stored. */
  | { readonly code: "not-kept" }
  /** The candidate is not rerun yet; the run is still in progress. */
  | { readonly code: "not-rerun-yet"; readonly seen: string };

/** The members of report.json for a reason: its code, the names that it refers to, and the sentence. */
export function reasonMembers(
  reason: Reason,
): Pick<RuleReport, "reason" | "reasonCode" | "excusedBy" | "explainedBy"> {
  return {
    reason: sentence(reason),
    reasonCode: reason.code,
    ...(reason.code === "unsupported" && reason.needs !== undefined ? { excusedBy: reason.needs } : {}),
    ...(reason.code === "explained" ? { explainedBy: reason.by } : {}),
  };
}

function sentence(reason: Reason): string {
  switch (reason.code) {
    case "explained":
      return `explained by the violation of ${reason.by}`;
    case "not-exercised":
      return "no request of this run exercised it";
    case "not-judged":
      return "the run ended before any answer was judged";
    case "not-rerun":
      return `seen once (${reason.seen}), and not rerun`;
    case "no-fixture":
      return `seen once (${reason.seen}), and not confirmed, because no new function could be created`;
    case "not-kept":
      return "the run saw more kinds of violations than it stores, so some could not be rerun";
    case "not-rerun-yet":
      return `seen (${reason.seen}), and not rerun yet`;
    default:
      return reason.detail;
  }
}
