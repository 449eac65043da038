import type { Clock } from "../../client/transport.ts";
import type { Report } from "../../reports/report.ts";
import type { Observer } from "../events.ts";

/** How a run that goes on is written down, so that one which is killed leaves what it had found. */
export interface SnapshotOptions {
  readonly everyMs: number;
  readonly write: (report: Report) => Promise<void>;
}

/** Asks for a report every so often while the run goes on, and writes it when the last one is written. */
export function snapshots({ everyMs, write }: SnapshotOptions, clock: Clock, report: () => Report): Observer {
  let last = clock();
  let writing: Promise<void> | null = null;
  return {
    on({ type }) {
      const isStep = type === "case-finished" || type === "case-skipped" || type === "rule-result";
      if (!isStep || writing !== null || clock() - last < everyMs) return;
      last = clock();
      // What cannot be written now cannot be written in the end either, and is told then.
      writing = write(report())
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    end: async () => {
      await writing;
    },
  };
}
