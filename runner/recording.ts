import { createReadStream } from "node:fs";
import { join, resolve } from "node:path";
import { lineFile, makeFolder, unwritable } from "../reports/files.ts";
import type { Report } from "../reports/report.ts";
import { checkSchema, problemPhrase } from "../reports/schemas.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Stage } from "../spec/stage.ts";

/** The file of a recording, one JSON object a line. */
export const recordingFile = "exchanges.ndjson";

/** One line of a recording. */
export type Line =
  | {
      readonly type: "header";
      readonly schema: "addpermission-conformance/recording@1";
      readonly tool: { readonly name: string; readonly version: string };
    }
  | { readonly type: "stage"; readonly lane: number; readonly stage: Stage; readonly fresh: boolean }
  | {
      readonly type: "round";
      readonly lane: number;
      readonly unit: string;
      readonly exchanges: readonly Exchange[];
    }
  /** `empty`: every policy of the lane was emptied. */
  | { readonly type: "tidied"; readonly lane: number; readonly empty?: boolean }
  | { readonly type: "footer"; readonly report: Report };

/** Records a run in a folder, named by a path from `cwd`: every exchange as it was recorded, secrets already taken out. */
export async function recorder(
  dir: string,
  tool: { readonly name: string; readonly version: string },
  cwd = ".",
): Promise<{ readonly tape: Tape; end(report: Report): Promise<void> }> {
  const failed = (cause: unknown) => unwritable(`The recording ${JSON.stringify(dir)}`, cause, "--record");
  await makeFolder(resolve(cwd, dir)).catch((cause: unknown) => {
    throw failed(cause);
  });
  const lines = await lineFile(resolve(cwd, dir, recordingFile), failed);
  const text = (line: Line) => `${JSON.stringify(line)}\n`;
  const write = (line: Line) => lines.add(text(line));
  write({ type: "header", schema: "addpermission-conformance/recording@1", tool });
  return {
    tape: {
      stage: (lane, stage, fresh) => write({ type: "stage", lane, stage, fresh }),
      tidied: (lane, empty) => write({ type: "tidied", lane, empty }),
      round: (lane, unit, exchanges) => write({ type: "round", lane, unit, exchanges }),
    },
    end: (report) => lines.end(text({ type: "footer", report })),
  };
}

/** A recording, read through once: every line of it is good, and how the run ended is known. */
export interface Recording {
  /** The report at the end of the run. */
  readonly report: Report;
  /** The stage that was arranged first; null when there was none. */
  readonly stage: Stage | null;
  /** The lines from the first to the last, read anew each time: no more than one is held. */
  lines(): AsyncIterable<Line>;
}

/** Reads the recording in a folder, named by a path from `cwd`; a Fault when it is none, or was cut off before its footer. */
export async function readRecording(dir: string, cwd = "."): Promise<Recording> {
  const path = join(dir, recordingFile);
  const lines = () => parsedLines(textOf(dir, cwd), path);
  let last: Line | null = null;
  let stage: Stage | null = null;
  for await (const line of lines()) {
    if (last === null && line.type !== "header") break;
    if (line.type === "stage") stage ??= line.stage;
    last = line;
  }
  if (last === null) {
    throw new Fault(`${path} is not a recording of version 1: record again with this version.`);
  }
  if (last.type !== "footer") {
    throw new Fault(`${path} has no footer, so the run was cut off while recording: record again.`);
  }
  return { report: last.report, stage, lines };
}

async function* textOf(dir: string, cwd: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(resolve(cwd, dir, recordingFile), "utf8");
  } catch (cause) {
    throw new Fault(`There is no recording in ${JSON.stringify(dir)}: give a folder made with --record.`, {
      cause,
    });
  }
}

/** The lines of a recording whose text comes in pieces; `path` is named where one is wrong. Takes no more than it needs. */
export async function* parsedLines(pieces: AsyncIterable<string>, path: string): AsyncGenerator<Line> {
  let number = 0;
  let open = "";
  for await (const piece of pieces) {
    // Only this ends a line: node:readline also splits at U+2028, which stands in JSON as it is.
    const [rest = "", ...begun] = piece.split("\n");
    open += rest;
    for (const next of begun) {
      number += 1;
      if (open !== "") yield parseLine(open, path, number);
      open = next;
    }
  }
  if (open !== "") yield parseLine(open, path, number + 1);
}

function parseLine(text: string, path: string, number: number): Line {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new Fault(`${path}:${number} is not JSON, so the recording is cut off or damaged: record again.`, {
      cause,
    });
  }
  const checked = checkSchema("RecordingLine", line);
  if (checked.ok) return checked.value;
  const problem = problemPhrase(checked.problem, "it");
  throw new Fault(`${path}:${number} is not a line of a recording (${problem}): record again.`);
}

/** Hears every exchange of a run, lane by lane in order, as it was recorded. */
export interface Tape {
  /** A stage was arranged for a lane; what is believed of it begins anew. */
  stage(lane: number, stage: Stage, fresh: boolean): void;
  /** A lane was tidied up, whether anything had to be sent for it or not: what came before counts no more. */
  tidied?(lane: number, empty: boolean): void;
  /** A round was played on a lane as part of a history; tidying up has the unit "". */
  round(lane: number, unit: string, exchanges: readonly Exchange[]): void;
}
