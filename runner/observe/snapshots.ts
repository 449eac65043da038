import type { Clock } from "../../client/transport.ts";
import type { Report } from "../../reports/report.ts";
import type { Observer } from "../events.ts";

/** How to write reports during a run, so that a killed run leaves its findings. */
export interface SnapshotOptions {
  readonly everyMs: number;
  readonly write: (report: Report) => Promise<void>;
}

/** Writes a report at intervals during the run, and never two at once. */
export function snapshots({ everyMs, write }: SnapshotOptions, clock: Clock, report: () => Report): Observer {
  let last = clock();
  let writing: Promise<void> | null = null;
  return {
    on({ type }) {
      const isStep = type === "case-finished" || type === "case-skipped" || type === "rule-result";
      if (!isStep || writing !== null || clock() - last < everyMs) return;
      last = clock();
      // The final write reports the same error.
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
