import { fileURLToPath } from "node:url";
import type { Problem } from "../reports/report.ts";
import { placeOf, placeText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";

/** The error that ended a run as a problem; one of the suite itself has a place and a stack. */
export function problemOf(error: unknown, redact: (text: string) => string): Problem {
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

const root = new URL("../", import.meta.url);
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
