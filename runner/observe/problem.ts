import { fileURLToPath } from "node:url";
import type { Problem } from "../../reports/report.ts";
import { placeOf, placeText } from "../../spec/error-place.ts";
import type { Call } from "../../spec/exchange.ts";
import { Fault } from "../../spec/fault.ts";
import type { Phase } from "../../suites/case.ts";
import type { Gone, RunProblem, StopReason } from "../events.ts";

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

/** The error that ended a run as a problem; one of the suite itself has a place and a stack. */
function problemOf(error: unknown, redact: (text: string) => string): Problem {
  if (error instanceof Fault) return { code: "ended-early", message: `The run failed: ${error.message}` };
  const place = placeOf(error);
  const message = withoutFolders(redact(error instanceof Error ? error.message : String(error)));
  return {
    code: "internal",
    message: `The run failed: ${message}${placeText(place)}. This is an error of the suite itself: please report it, with the stack.`,
    ...place,
    stack: stackOf(error).map((line) => redact(line)),
  };
}

/** Most frames kept of each error, and most errors kept of a chain of causes. */
const most = { frames: 40, errors: 5 } as const;

/** Prints an error as lines: its name, its message, its frames and its causes, without folders of this machine. */
export function stackOf(error: unknown): readonly string[] {
  const lines: string[] = [];
  let cause = error;
  for (let count = 0; cause !== undefined && count < most.errors; count += 1) {
    const head = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    lines.push(`${count === 0 ? "" : "caused by "}${withoutFolders(head)}`);
    if (!(cause instanceof Error)) break;
    lines.push(...framesOf(cause));
    cause = cause.cause;
  }
  return lines;
}

function framesOf({ stack }: Error): readonly string[] {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.slice(0, most.frames).map((line) => shortFrame(line.trim()));
}

/** Shortens the path in a frame such as "at name (path:1:2)". Frames of Node itself have no folder. */
function shortFrame(frame: string): string {
  if (/(^at (async )?|\()node:[^ ]*$/.test(frame)) return frame;
  const start = frame.search(/file:\/\/|[A-Za-z]:[\\/]|[\\/]/);
  if (start < 0) return frame;
  const end = /(:\d+)*\)?$/.exec(frame)?.index ?? frame.length;
  return frame.slice(0, start) + shortPath(frame.slice(start, end)) + frame.slice(end);
}

const root = new URL("../../", import.meta.url);
const roots = [root.href, fileURLToPath(root)];

/** A path within the package or node_modules; only the name of any other file. */
function shortPath(path: string): string {
  const own = roots.find((folder) => path.startsWith(folder));
  if (own !== undefined) return path.slice(own.length);
  const dependency = Math.max(path.lastIndexOf("/node_modules/"), path.lastIndexOf("\\node_modules\\"));
  if (dependency >= 0) return path.slice(dependency + 1);
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A path in quotes, as Node prints it, and a path without quotes. */
const quotedPath = /(['"`])((?:file:\/\/|[A-Za-z]:)?[\\/][^'"`\n]*)\1/g;
const barePath =
  /(?<![\w:/\\.'"`])(?:file:\/\/\/?|[A-Za-z]:\\|\/)[\p{L}\p{N}._@~+%-]+[\\/][\p{L}\p{N}._@~+%\\/-]*/gu;

function withoutFolders(text: string): string {
  return text
    .replace(quotedPath, (all, quote: string, path: string) => {
      const short = shortWhereLocal(path);
      return short === "" ? all : `${quote}${short}${quote}`;
    })
    .replace(barePath, shortWhereLocal);
}

/** A path that begins with a date belongs to the Lambda API and not to a machine. */
function shortWhereLocal(path: string): string {
  return /^\/\d{4}-\d\d-\d\d\//.test(path) ? path : shortPath(path);
}
