import { fileURLToPath } from "node:url";
import type { Problem } from "../reports/report.ts";
import { placeOf, placeText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";

/**
 * The problem that an error makes which ended a run. A Fault says what has to be known; anything else is an error of the
 * suite itself, and is told with its place and its stack.
 */
export function problemOf(error: unknown, redact: (text: string) => string): Problem {
  if (error instanceof Fault) return { code: "ended-early", message: `The run died: ${error.message}` };
  const place = placeOf(error);
  const message = withoutFolders(redact(error instanceof Error ? error.message : String(error)));
  return {
    code: "internal",
    message: `The run died: ${message}${placeText(place)}. This is an error of the suite itself: please report it, with the stack.`,
    ...place,
    stack: stackOf(error).map((line) => redact(line)),
  };
}

/** Frames that are kept of each error, and errors that are kept of a chain of causes. */
const most = { frames: 40, errors: 5 } as const;

/** An error as lines: its name and message, its frames, and the same of what caused it. No folder of the machine is in them. */
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

/** "at name (path:1:2)" with the path as short as it can be; what Node itself consists of has no folder. */
function shortFrame(frame: string): string {
  if (/(^at (async )?|\()node:[^ ]*$/.test(frame)) return frame;
  const start = frame.search(/file:\/\/|[A-Za-z]:[\\/]|[\\/]/);
  if (start < 0) return frame;
  const end = /(:\d+)*\)?$/.exec(frame)?.index ?? frame.length;
  return frame.slice(0, start) + shortPath(frame.slice(start, end)) + frame.slice(end);
}

const root = new URL("../", import.meta.url);
const roots = [root.href, fileURLToPath(root)];

/** Our own files from our folder on, dependencies from theirs on, and of anything else the name. */
function shortPath(path: string): string {
  const own = roots.find((folder) => path.startsWith(folder));
  if (own !== undefined) return path.slice(own.length);
  const dependency = Math.max(path.lastIndexOf("/node_modules/"), path.lastIndexOf("\\node_modules\\"));
  if (dependency >= 0) return path.slice(dependency + 1);
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A path in quotes, as Node writes it, and one that stands as a word. */
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

/** What begins with a date is a path of the Lambda API, and of no machine. */
function shortWhereLocal(path: string): string {
  return /^\/\d{4}-\d\d-\d\d\//.test(path) ? path : shortPath(path);
}
