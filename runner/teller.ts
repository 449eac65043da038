import { reasonMembers } from "../reports/reason.ts";
import type { Report } from "../reports/report.ts";
import type { Unit } from "../suites/case.ts";
import type { verdicts } from "./candidates.ts";
import type { Ended } from "./explore.ts";
import type { SettleOptions } from "./findings.ts";
import type { RunOptions } from "./options.ts";
import { counterexample, reportHead, unsupported } from "./report.ts";

/** Tells of a run while it goes on: as events, and as how far it is. */
export interface Teller {
  /** Everything that is to be sent is known, and what the target cannot do. */
  planned(
    units: readonly Unit[],
    judged: SettleOptions["judged"],
    cannot: RunOptions["target"]["cannot"],
  ): void;
  /** A history ended, was cut short or was left out; `violated` counts rules so far. */
  ended(unit: Unit, how: Ended, violated: number): void;
  readonly suspected: NonNullable<Parameters<typeof verdicts>[0]>;
  readonly trying: NonNullable<SettleOptions["trying"]>;
  readonly concluded: NonNullable<SettleOptions["concluded"]>;
}

/** Begins to tell. */
export function teller(options: RunOptions): Teller {
  const { events: tell = () => {}, progress, redact, target } = options;
  const far = { sent: 0, planned: 0, violated: 0 };
  tell({ event: "run-start", ...reportHead(options, target.cannot) });
  return {
    planned(units, judged, cannot) {
      far.planned = units.length;
      tell({ event: "plan", histories: units.length, rules: judged.length, ...unsupported(cannot) });
    },
    ended({ id }, how, violated) {
      far.sent += 1;
      far.violated = violated;
      const lacks = how.end === "left-out" ? { lacks: how.lacking } : {};
      const cut = how.end === "cut" ? { cut: true as const } : {};
      tell({ event: "history", id, done: far.sent, planned: far.planned, ...lacks, ...cut });
      progress({ ...far });
    },
    suspected({ testCase, expected, seen }, { id, title, basis, source }, column) {
      const where = { rule: id, column, title, basis, source, history: testCase.id };
      tell({ event: "suspicion", ...where, expected, seen: redact(seen) });
    },
    trying(confirming) {
      if (confirming.of > 0) progress({ ...far, confirming });
    },
    concluded({ rule, columns, conclusion }) {
      const { outcome, why, confirmed } = conclusion;
      const reason = why === undefined ? {} : reasonMembers(why);
      tell({
        event: "settled",
        rule: rule.id,
        columns,
        outcome,
        ...reason,
        ...(reason.reason === undefined ? {} : { reason: redact(reason.reason) }),
        ...(confirmed === undefined
          ? {}
          : { counterexample: counterexample(rule, confirmed, options, confirmed.stage) }),
      });
    },
  };
}

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
