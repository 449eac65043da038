import type { Problem } from "../../reports/report.ts";
import type { Call } from "../../spec/exchange.ts";
import type { Phase } from "../../suites/case.ts";
import type { Gone, RunProblem, StopReason } from "../events.ts";
import { problemOf } from "../internal-error.ts";

/** Describes a problem for reports; `progress` holds how many test cases were done when it appeared. */
export function problemReport(
  problem: RunProblem,
  progress: { readonly done: number; readonly planned: number },
  redact: (text: string) => string,
): Problem {
  switch (problem.code) {
    case "not-begun":
      return { code: "not-begun", message: problem.fault.message };
    case "failed":
      return problemOf(problem.error, redact);
    case "stopped":
      return {
        code: "stopped",
        stopped: stoppedBy[problem.reason.code],
        message: `The run stopped after ${doneText(progress)}: ${stopText(problem.reason)}.${remainder[problem.phase]}`,
      };
    case "ended":
      return { code: "ended", message: endedText(problem.call, problem.seen) };
    case "fixtures-lost":
      return { code: "fixtures-lost", message: lostText(problem.functions) };
    case "left-behind":
      return { code: "left-behind", message: problem.what };
    case "recorded":
      return problem.problem;
  }
}

/** The rounds of a campaign are planned while it goes on, so that more may be done than was planned. */
function doneText({ done, planned }: Parameters<typeof problemReport>[1]): string {
  return done > planned ? `${done} test cases` : `${done} of ${planned} test cases`;
}

function endedText(call: Call | null, seen: string): string {
  const what =
    call === null ? "A request" : `${call.method} ${call.target} with the body ${call.body ?? "(none)"}`;
  return `${what} ended the target: ${seen}. It violates answer.arrives, which this run left out.`;
}

const stoppedBy: Readonly<Record<StopReason["code"], NonNullable<Problem["stopped"]>>> = {
  interrupted: "interrupted",
  "part-failed": "failed",
  "budget-spent": "budget",
  "budget-kept": "budget",
  silent: "gone",
  busy: "busy",
  bail: "bail",
};

/** What a phase that stopped did not send. */
const remainder: Readonly<Record<Phase, string>> = {
  ordinary: "",
  odd: " What was left are requests that no SDK sends; everything before them was judged.",
  lasting:
    " What was left are ids that no path can name, and what follows them; everything before them was judged.",
  ending: " What was left are requests that are known to end servers; everything before them was judged.",
};

/** Marks a report that was written during a run; it stays if the run is killed. */
export const unfinishedProblem: Problem = {
  code: "going-on",
  message: "The run was still going on when this report was written, or it was killed later.",
};

function stopText(reason: StopReason): string {
  switch (reason.code) {
    case "interrupted":
      return "it was interrupted";
    case "part-failed":
      return "a part of it failed";
    case "budget-spent":
      return `${budgetText(reason)} is spent`;
    case "budget-kept":
      return `the rest of ${budgetText(reason)} is reserved for confirming candidates`;
    case "bail":
      return `${reason.causes === 1 ? "a cause of violations is" : `${reason.causes} causes of violations are`} confirmed, and no more were asked for`;
    default:
      return goneText(reason);
  }
}

function budgetText({ budget }: { readonly budget?: number | undefined }): string {
  return budget === undefined ? "the request budget" : `the budget of ${budget} requests`;
}

/** Says as a phrase why a target counts as gone. */
export function goneText({ code, detail }: Gone): string {
  return code === "silent"
    ? `the target stopped answering: ${detail}`
    : `the target turns every request away, the last with ${detail}`;
}

/** The sentence about lost functions. */
export function lostText(names: readonly string[]): string {
  const [first, ...more] = names;
  const which = more.length < 2 ? names.join(" and ") : `${first} and ${more.length} other functions`;
  return `The target no longer knows ${which}, which the run did not delete. The target was restarted or cleared during the run: run again while nobody else uses it.`;
}
