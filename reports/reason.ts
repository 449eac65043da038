import type { Capability } from "../spec/verdict.ts";
import type { RuleReport } from "./report.ts";

export type { Problem } from "./report.ts";

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
