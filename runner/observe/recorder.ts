import { resolve } from "node:path";
import { lineFile, makeFolder, unwritable } from "../../reports/files.ts";
import type { Report } from "../../reports/report.ts";
import type { Phase } from "../../suites/case.ts";
import type { Observer, RunEvent } from "../events.ts";
import { type RecordingLine, recordingFile } from "../recording.ts";

/** Writes a recording during a run. */
interface Recorder extends Observer {
  /** Writes the last line; throws a Fault if the recording could not be written. */
  close(report: Report): Promise<void>;
}

/** Records a run in a file of a folder, relative to `cwd`. It writes every exchange after redaction. */
export async function recorder(
  dir: string,
  tool: { readonly name: string; readonly version: string },
  cwd = ".",
  file = recordingFile,
): Promise<Recorder> {
  const failed = (cause: unknown) => unwritable(`The recording ${JSON.stringify(dir)}`, cause, "record");
  await makeFolder(resolve(cwd, dir)).catch((cause: unknown) => {
    throw failed(cause);
  });
  const lines = await lineFile(resolve(cwd, dir, file), failed);
  const text = (line: RecordingLine) => `${JSON.stringify(line)}\n`;
  lines.add(text({ type: "header", schema: "addpermission-conformance/recording@2", tool }));
  let phase: Phase = "ordinary";
  return {
    on(event) {
      if (event.type === "phase-started") phase = event.phase;
      const line = lineOf(event, phase);
      if (line !== null) lines.add(text(line));
    },
    close: (report) => lines.end(text({ type: "footer", report })),
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
