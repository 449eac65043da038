import { createReadStream } from "node:fs";
import { join, resolve } from "node:path";
import { lineFile, makeFolder, unwritable } from "../reports/files.ts";
import { withCodes } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import type { Report as ReadReport } from "../reports/schemas.generated.ts";
import { checkSchema, problemPhrase } from "../reports/schemas.ts";
import { Fault } from "../spec/fault.ts";
import type { Phase } from "../suites/case.ts";
import type { RunEvent } from "./events.ts";
import type { Shard } from "./plan.ts";

/** The file of a recording, with one JSON object on each line. */
export const recordingFile = "exchanges.ndjson";

export function shardFile({ index, of }: Shard): string {
  return `shard-${index}-of-${of}.ndjson`;
}

/** The last line of a recording: the report of the run. */
interface Footer {
  readonly type: "footer";
  readonly report: ReadReport;
}

/** One line of a recording: an event of the engine, without what follows from other events. */
export type RecordingLine =
  | {
      readonly type: "header";
      readonly schema: "addpermission-conformance/recording@2";
      readonly tool: { readonly name: string; readonly version: string };
    }
  | Extract<RunEvent, { readonly type: "fixture-ready" | "fixture-reset" }>
  | Pick<Extract<RunEvent, { readonly type: "batch" }>, "type" | "worker" | "case" | "purpose" | "exchanges">
  | (Pick<
      Extract<RunEvent, { readonly type: "case-finished" }>,
      "type" | "worker" | "case" | "place" | "end" | "lost" | "began"
    > & { readonly phase?: Exclude<Phase, "ordinary"> })
  | Footer;

/** A recording that has been read and checked once. */
export interface Recording {
  /** The report at the end of the run. */
  readonly report: Report;
  /** Reads all lines again on each call; at most one line is in memory. */
  lines(): AsyncIterable<RecordingLine>;
}

/** Reads the recording in a folder, relative to `cwd`. Throws a Fault without one, or without its footer. */
export async function readRecording(dir: string, cwd = "."): Promise<Recording> {
  const missing = `There is no recording in ${JSON.stringify(dir)}: give a folder made with --record.`;
  return readRecordingFile(join(dir, recordingFile), missing, cwd);
}

/** The same for a file; `missing` says that it cannot be read, and what to do. */
export async function readRecordingFile(path: string, missing: string, cwd = "."): Promise<Recording> {
  const lines = () => parsedLines(textOf(resolve(cwd, path), missing), path);
  let last: RecordingLine | null = null;
  for await (const line of lines()) {
    if (last === null && line.type !== "header") break;
    last = line;
  }
  if (last === null) {
    throw new Fault(`${path} is not a recording of version 2: record again with this version.`);
  }
  if (last.type !== "footer") {
    throw new Fault(`${path} has no footer, so the run was cut off while recording: record again.`);
  }
  return { report: withCodes(last.report), lines };
}

async function* textOf(path: string, missing: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(path, "utf8");
  } catch (cause) {
    throw new Fault(missing, { cause });
  }
}

/** Parses the lines of a recording, no more than are asked for; `path` is for error messages. */
export async function* parsedLines(
  pieces: AsyncIterable<string>,
  path: string,
): AsyncGenerator<RecordingLine> {
  let number = 0;
  let partial = "";
  for await (const piece of pieces) {
    // Only \n ends a line. node:readline would also split at U+2028, which JSON does not escape.
    const [rest = "", ...more] = piece.split("\n");
    partial += rest;
    for (const next of more) {
      number += 1;
      if (partial !== "") yield parseLine(partial, path, number, true);
      partial = next;
    }
  }
  if (partial !== "") yield parseLine(partial, path, number + 1, false);
}

/** Parses a line; `isWhole` is false for a last line without an end, where the recording may be cut off. */
function parseLine(text: string, path: string, number: number, isWhole: boolean): RecordingLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    const what =
      number === 1 && isWhole
        ? `${path} is no recording, because its first line is not JSON: give a file that --record or --shard wrote.`
        : `${path}:${number} is not JSON, so the recording is cut off or damaged: record again.`;
    throw new Fault(what, { cause });
  }
  const checked = checkSchema("RecordingLine", line);
  if (checked.ok) return checked.value;
  const problem = problemPhrase(checked.problem, "it");
  throw new Fault(`${path}:${number} is not a line of a recording (${problem}): record again.`);
}

/** Records a run in a file of a folder, relative to `cwd`. It writes every exchange after redaction. */
export async function recorder(
  dir: string,
  tool: { readonly name: string; readonly version: string },
  cwd = ".",
  file = recordingFile,
) {
  const failed = (cause: unknown) => unwritable(`The recording ${JSON.stringify(dir)}`, cause, "record");
  await makeFolder(resolve(cwd, dir)).catch((cause: unknown) => {
    throw failed(cause);
  });
  const lines = await lineFile(resolve(cwd, dir, file), failed);
  const text = (line: RecordingLine) => `${JSON.stringify(line)}\n`;
  lines.add(text({ type: "header", schema: "addpermission-conformance/recording@2", tool }));
  let phase: Phase = "ordinary";
  return {
    on(event: RunEvent): void {
      if (event.type === "phase-started") phase = event.phase;
      const line = lineOf(event, phase);
      if (line !== null) lines.add(text(line));
    },
    /** Writes the last line; throws a Fault if the recording could not be written. */
    close: (report: Report): Promise<void> => lines.end(text({ type: "footer", report })),
  };
}

/** The recorded part of an event; null if it follows from other events or from the report. */
function lineOf(event: RunEvent, phase: Phase): RecordingLine | null {
  switch (event.type) {
    case "fixture-ready":
    case "fixture-reset":
      return event;
    case "batch": {
      const { type, worker, case: name, purpose, exchanges } = event;
      return { type, worker, case: name, purpose, exchanges };
    }
    case "case-finished": {
      const { type, worker, place, end, lost, began } = event;
      const { id, clean, breaks } = event.case;
      return {
        type,
        worker,
        case: { id, clean, ...(breaks !== undefined && { breaks }) },
        place,
        ...(phase !== "ordinary" && { phase }),
        end,
        ...(lost && { lost }),
        began,
      };
    }
    default:
      return null;
  }
}
