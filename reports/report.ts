import type { Capability } from "../spec/verdict.ts";
import type { Report as ReadReport, ReportProblem, ReportRule } from "./schemas.generated.ts";

export type { Basis, Column, Outcome } from "../spec/verdict.ts";
export type {
  ReportCampaign as CampaignReport,
  ReportCause as CauseReport,
  ReportCell as CoverageCell,
  ReportCounterexample as Counterexample,
  ReportCoverage as CoverageReport,
  ReportGateEntry as GateEntry,
  ReportInput as CoverageInput,
  ReportKinds as Kinds,
  ReportLatency as LatencyReport,
  ReportProblem as Problem,
  ReportQuestion as QuestionReport,
  ReportRule as RuleReport,
  ReportStep as CounterexampleStep,
  ReportTally as Tally,
} from "./schemas.generated.ts";

/** The contents of report.json, version 1, as they are written; readReport makes those of earlier versions alike. */
export type Report = ReadReport & { readonly problems: readonly ReportProblem[] };

/** Why a rule has no verdict of its own. Programs read the code; the sentence is for people. */
export type Reason =
  /** The target does not support what the rule needs; `detail` explains that. */
  | { readonly code: "unsupported"; readonly needs?: Capability | undefined; readonly detail: string }
  /** The violation of another rule, `by`, explains every candidate. */
  | { readonly code: "explained"; readonly by: string }
  /**
   * No request exercised the rule: some were not sent, some were left out of a complete run, the run was for other rules or suites, what is known of the state did
   * not suffice, or none was of its kind.
   */
  | {
      readonly code: "not-exercised";
      readonly because: "not-sent" | "left-out" | "not-chosen" | "state" | "chance";
    }
  /** The run ended before any answer was judged. */
  | { readonly code: "not-judged" }
  /** The answers do not decide the rule; `detail` describes the last one. */
  | { readonly code: "unsettled"; readonly detail: string }
  /** Reruns did not reproduce the candidate. */
  | { readonly code: "not-confirmed"; readonly detail: string }
  /** The run could send no more requests to confirm the candidate. `suites`: those that sent it, if it ended the target. */
  | {
      readonly code: "not-rerun";
      readonly seen: string;
      readonly because?: "interrupted" | "budget" | "gone" | undefined;
      readonly suites?: readonly string[];
    }
  /** No new function could be created to confirm the candidate on. */
  | { readonly code: "no-fixture"; readonly seen: string }
  /** There were more kinds of candidates than a run stores, and no history of an unexplained one was stored. */
  | { readonly code: "not-kept" }
  /** The candidate is not rerun yet; the run is still in progress. */
  | { readonly code: "not-rerun-yet"; readonly seen: string };

/** The members of report.json for a reason: its code, the names that it refers to, the sentence, and what to do. */
export function reasonMembers(
  reason: Reason,
): Pick<ReportRule, "reason" | "reasonCode" | "advice" | "excusedBy" | "explainedBy"> {
  return {
    reason: sentence(reason),
    reasonCode: reason.code,
    advice: advice(reason),
    ...(reason.code === "unsupported" && reason.needs !== undefined ? { excusedBy: reason.needs } : {}),
    ...(reason.code === "explained" ? { explainedBy: reason.by } : {}),
  };
}

function sentence(reason: Reason): string {
  switch (reason.code) {
    case "explained":
      return `explained by the violation of ${reason.by}`;
    case "not-exercised":
      return `no request of this run exercised it, because ${unexercised[reason.because].why}`;
    case "not-judged":
      return "the run ended before any answer was judged";
    case "not-rerun":
      return reason.because === undefined
        ? `seen once (${reason.seen}), and not rerun`
        : `seen (${reason.seen}), and not rerun, because ${notRerun[reason.because].why}`;
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

const notRerun = {
  interrupted: { why: "the run was interrupted", advice: "Let the run end." },
  budget: { why: "the request budget is spent", advice: "Let the run end, with a higher --budget." },
  gone: {
    why: "the target went away",
    advice: "See why the target went away, start it again, and run again.",
  },
} as const;

const unexercised = {
  "not-sent": {
    why: "the run ended before they were sent",
    advice: "Let the run end, with a higher --budget.",
  },
  "left-out": {
    why: "its test cases were left out",
    advice: "See what the target does not support, and what was left out.",
  },
  "not-chosen": { why: "--suite or --rule left them out", advice: "Run without --suite and --rule." },
  state: {
    why: "other answers left the state unknown",
    advice: "Mend what is violated or inconclusive, then run again.",
  },
  chance: { why: "none was of its kind", advice: "Send more random cases: --runs 100." },
} as const;

/** The one thing that a user can do about a reason. */
function advice(reason: Reason): string {
  switch (reason.code) {
    case "unsupported":
      return "Nothing to do, unless the target is meant to support it.";
    case "explained":
      return `Mend ${reason.by}, then run again.`;
    case "not-exercised":
      return unexercised[reason.because].advice;
    case "not-judged":
      return "See the problem that ended the run, and run again.";
    case "unsettled":
      return unsettledAdvice(reason.detail);
    case "not-confirmed":
      return "Run again with --rule and this rule. What does not come again can come from load or from another client.";
    case "not-rerun":
      if (reason.suites !== undefined) return tellingWhich(reason.suites);
      return notRerun[reason.because ?? "budget"].advice;
    case "no-fixture":
      return "See why the target creates no further function.";
    case "not-kept":
      return "Run again with --rule and this rule alone.";
    case "not-rerun-yet":
      return "Wait for the end of the run.";
  }
}

/** How to find the request among several in flight that ended the target. */
function tellingWhich(suites: readonly string[]): string {
  const which = suites.length === 0 ? "" : ` --suite ${suites.join(",")}`;
  return `Start the target again and run with --concurrency 1${which}: then one request at a time is in flight.`;
}

function unsettledAdvice(detail: string): string {
  if (/^not sent: the run was ended|no answer: aborted/.test(detail)) return "Let the run end.";
  if (/ended the target/.test(detail))
    return "Mend what ended the target, see answer.arrives, and run again.";
  if (/timeout|without an answer/.test(detail)) return "Wait longer for an answer, with a higher --timeout.";
  if (/no answer|connection/i.test(detail))
    return "See why the target closes connections, or send fewer calls at a time: --concurrency 1.";
  if (/\b429\b/.test(detail)) return "Send fewer requests a second, with --rate.";
  if (/\b5\d\d\b/.test(detail)) return "See the target's own log for the failure, and run again.";
  if (/^GetPolicy answered/.test(detail)) return "See why GetPolicy shows no policy there, and run again.";
  return "Run again with another --seed, and fewer calls at a time: --concurrency 1.";
}
