import type { Report } from "../reports/report.ts";
import type { RunOptions } from "./options.ts";

/** Tells of a run while it goes on, so that one which is killed leaves what it had found. */
export interface Snapshots {
  /** Writes the report if it is time for one and the last is written. */
  perhaps(report: () => Report): void;
  /** Resolves when none is being written any more. */
  idle(): Promise<void>;
}

/** Makes snapshots as the options ask for them; none where they do not. */
export function snapshots({ snapshot, clock }: Pick<RunOptions, "snapshot" | "clock">): Snapshots {
  let last = clock();
  let writing: Promise<void> | null = null;
  return {
    perhaps(report) {
      if (snapshot === undefined || writing !== null || clock() - last < snapshot.everyMs) return;
      last = clock();
      // What cannot be written now cannot be written in the end either, and is told then.
      writing = snapshot
        .write(report())
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    idle: async () => {
      await writing;
    },
  };
}
