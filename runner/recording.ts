import { createReadStream } from "node:fs";
import { join, resolve } from "node:path";
import type { Report } from "../reports/report.ts";
import { checkSchema, problemPhrase } from "../reports/schemas.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import type { Purpose, RunEvent } from "./events.ts";

/** The file of a recording, one JSON object a line. */
export const recordingFile = "exchanges.ndjson";

/** The last line of a recording: how the run ended. */
interface Footer {
  readonly type: "footer";
  readonly report: Report;
}

/** One line of a recording: events of the engine, without what follows from others. */
export type RecordingLine =
  | {
      readonly type: "header";
      readonly schema: "addpermission-conformance/recording@1" | "addpermission-conformance/recording@2";
      readonly tool: { readonly name: string; readonly version: string };
    }
  | Extract<RunEvent, { readonly type: "fixture-ready" | "fixture-reset" }>
  | Pick<Extract<RunEvent, { readonly type: "batch" }>, "type" | "worker" | "case" | "purpose" | "exchanges">
  /** Version 1 has none of these. */
  | Pick<
      Extract<RunEvent, { readonly type: "case-finished" }>,
      "type" | "worker" | "case" | "place" | "end" | "began"
    >
  | Footer;

/** A line of version 1. There, `fresh` is `empty`, and a case has ended where its worker goes on to something else. */
type OldLine =
  | { readonly type: "stage"; readonly lane: number; readonly stage: Fixture; readonly fresh: boolean }
  | {
      readonly type: "round";
      readonly lane: number;
      readonly unit: string;
      readonly exchanges: readonly Exchange[];
    }
  | { readonly type: "tidied"; readonly lane: number; readonly empty?: boolean };

function toCurrentLine(line: RecordingLine | OldLine): RecordingLine {
  switch (line.type) {
    case "stage":
      return { type: "fixture-ready", worker: line.lane, fixture: line.stage, empty: line.fresh };
    case "tidied":
      return { type: "fixture-reset", worker: line.lane, empty: line.empty ?? false };
    case "round": {
      const { lane: worker, unit, exchanges } = line;
      return { type: "batch", worker, case: unit, purpose: purposeOf(unit), exchanges };
    }
    default:
      return line;
  }
}

function purposeOf(unit: string): Purpose {
  if (unit === "") return "arrange";
  return unit.startsWith("replay/") ? "confirm" : "execute";
}

/** A recording, read through once: every line of it is good, and how the run ended is known. */
export interface Recording {
  /** The report at the end of the run. */
  readonly report: Report;
  /** The fixture that was ready first; null when there was none. */
  readonly fixture: Fixture | null;
  /** The lines from the first to the last, read anew each time: no more than one is held. */
  lines(): AsyncIterable<RecordingLine>;
}

/** Reads the recording in a folder, named by a path from `cwd`; a Fault when it is none, or was cut off before its footer. */
export async function readRecording(dir: string, cwd = "."): Promise<Recording> {
  const path = join(dir, recordingFile);
  const lines = () => parsedLines(textOf(dir, cwd), path);
  let last: RecordingLine | null = null;
  let fixture: Fixture | null = null;
  for await (const line of lines()) {
    if (last === null && line.type !== "header") break;
    if (line.type === "fixture-ready") fixture ??= line.fixture;
    last = line;
  }
  if (last === null) {
    throw new Fault(`${path} is not a recording of version 1 or 2: record again with this version.`);
  }
  if (last.type !== "footer") {
    throw new Fault(`${path} has no footer, so the run was cut off while recording: record again.`);
  }
  return { report: last.report, fixture, lines };
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
export async function* parsedLines(
  pieces: AsyncIterable<string>,
  path: string,
): AsyncGenerator<RecordingLine> {
  let number = 0;
  let partial = "";
  for await (const piece of pieces) {
    // Only this ends a line: node:readline also splits at U+2028, which stands in JSON as it is.
    const [rest = "", ...more] = piece.split("\n");
    partial += rest;
    for (const next of more) {
      number += 1;
      if (partial !== "") yield parseLine(partial, path, number);
      partial = next;
    }
  }
  if (partial !== "") yield parseLine(partial, path, number + 1);
}

function parseLine(text: string, path: string, number: number): RecordingLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new Fault(`${path}:${number} is not JSON, so the recording is cut off or damaged: record again.`, {
      cause,
    });
  }
  const checked = checkSchema("RecordingLine", line);
  if (checked.ok) return toCurrentLine(checked.value);
  const problem = problemPhrase(checked.problem, "it");
  throw new Fault(`${path}:${number} is not a line of a recording (${problem}): record again.`);
}
