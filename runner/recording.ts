import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder, unwritable } from "../reports/file-system.ts";
import { lineFile } from "../reports/line-file.ts";
import type { Report } from "../reports/report.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Stage } from "../spec/stage.ts";
import type { Tape } from "./tape.ts";

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

/** Records a run: every exchange as it was recorded, secrets already taken out. */
export async function recorder(
  dir: string,
  tool: { readonly name: string; readonly version: string },
): Promise<{ readonly tape: Tape; end(report: Report): Promise<void> }> {
  const failed = (cause: unknown) => unwritable(`The recording ${JSON.stringify(dir)}`, cause, "--record");
  await makeFolder(resolve(dir)).catch((cause: unknown) => {
    throw failed(cause);
  });
  const lines = await lineFile(join(dir, recordingFile), failed);
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

/** The lines of a recording; a Fault when it is none, or was cut off before its footer. */
export async function readRecording(dir: string): Promise<readonly Line[]> {
  const path = join(dir, recordingFile);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new Fault(`There is no recording in ${JSON.stringify(dir)}: give a folder made with --record.`, {
      cause,
    });
  });
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => parseLine(line, path, index + 1));
  const [first] = lines;
  if (first?.type !== "header" || first.schema !== "addpermission-conformance/recording@1") {
    throw new Fault(`${path} is not a recording of version 1: record again with this version.`);
  }
  if (lines.at(-1)?.type !== "footer") {
    throw new Fault(`${path} has no footer, so the run was cut off while recording: record again.`);
  }
  return lines;
}

function parseLine(line: string, path: string, number: number): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && "type" in parsed) return parsed as Line;
  } catch (cause) {
    throw new Fault(`${path}:${number} is not JSON, so the recording is cut off or damaged: record again.`, {
      cause,
    });
  }
  throw new Fault(`${path}:${number} is not a line of a recording: record again.`);
}
