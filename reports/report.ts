import type { Capability } from "../spec/verdict.ts";
import type { Schemas } from "./schemas.ts";

export type { Basis, Column, Outcome } from "../spec/verdict.ts";

/** The contents of report.json, version 1. Extended compatibly: members are added, never changed. */
export type Report = Schemas["Report"];
/** How many rules ended how, in one column. A known violation counts as `known`, not as `violated`. */
export type Tally = Schemas["ReportTally"];
/** The verdict on one rule. */
export type RuleReport = Schemas["ReportRule"];
/** The smallest history found that breaks a rule. */
export type Counterexample = Schemas["ReportCounterexample"];
/** One exchange of a counterexample. Secrets are redacted. */
export type CounterexampleStep = Schemas["ReportStep"];
/** What the target did where the document is silent or contradicts itself. Never fails. */
export type QuestionReport = Schemas["ReportQuestion"];
/** Something that went wrong on our side or on the way. */
export type Problem = Schemas["ReportProblem"];
/** Latency of answers to AddPermission. */
export type LatencyReport = Schemas["ReportLatency"];
/** What a run exercised: histories, and every constraint of the contract by what was sent for it. */
export type CoverageReport = Schemas["ReportCoverage"];
/** What a value was with regard to one constraint. */
export type CoverageInput = Schemas["ReportInput"];
/** One kind of input for one constraint, and how the requests ended in which nothing else was amiss. */
export type CoverageCell = Schemas["ReportCell"];

/** Why a rule has no verdict of its own. The code decides; the sentence is for readers. */
export type Reason =
  /** The target cannot do what the rule needs; `detail` is what the target or the run says of that. */
  | { readonly code: "unsupported"; readonly needs?: Capability | undefined; readonly detail: string }
  /** The violation of another rule, `by`, accounts for all that was seen. */
  | { readonly code: "explained"; readonly by: string }
  /** Nothing that was sent bore on the rule. */
  | { readonly code: "not-exercised" }
  /** The run ended before anything was judged. */
  | { readonly code: "not-judged" }
  /** Answers left it open; `detail` is what the last of them was. */
  | { readonly code: "unsettled"; readonly detail: string }
  /** A violation was seen and did not show when it was tried again. */
  | { readonly code: "not-confirmed"; readonly detail: string }
  /** A violation was seen, and no more could be sent to try it again. */
  | { readonly code: "not-rerun"; readonly seen: string }
  /** A violation was seen, and no new function could be had to confirm it on. */
  | { readonly code: "no-fixture"; readonly seen: string }
  /** Violations were seen of more kinds than a run keeps, and no history of those that none explains. */
  | { readonly code: "not-kept" }
  /** A violation was seen, and the run that will try it again goes on. */
  | { readonly code: "not-rerun-yet"; readonly seen: string };

/** What report.json says of a reason: its code, what that names, and the sentence. */
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
      return "no request of this run bore on it";
    case "not-judged":
      return "the run ended before anything was judged";
    case "not-rerun":
      return `seen once (${reason.seen}), and not tried again`;
    case "no-fixture":
      return `seen once (${reason.seen}), and not confirmed, because no new function could be had to confirm it on`;
    case "not-kept":
      return "violations were seen of more kinds than are kept, and could not be tried again";
    case "not-rerun-yet":
      return `seen (${reason.seen}), and not tried again yet`;
    default:
      return reason.detail;
  }
}
