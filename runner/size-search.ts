import type { Rule } from "../oracle/rule.ts";
import type { Reason } from "../reports/reason.ts";
import type { Exchange } from "../spec/exchange.ts";
import { cutShort, limitUnit } from "../suites/size.ts";
import type { Unit } from "../suites/unit.ts";
import { conclusionKey, type Findings } from "./findings.ts";

/** What became of the search for the size limit of a policy. */
export interface SizeSearch {
  /** The unit as it is; the search is followed while it is played. */
  watched(unit: Unit): Unit;
  /** Takes what a history sent and was answered. */
  hear(unit: string, rounds: readonly (readonly Exchange[])[]): void;
  /** Why it cannot tell whether there is a limit; null when it can, or was not sent. */
  cutShort(): string | null;
  /** The findings, in which a rule that met no limit is inconclusive where the search was cut short. */
  conclude(judged: readonly Rule[], findings: Findings): Findings;
}

/** Follows the search for the size limit through a run. */
export function sizeSearch(): SizeSearch {
  let detail: string | null = null;
  const hear: SizeSearch["hear"] = (unit, rounds) => {
    if (unit === limitUnit.id) detail = cutShort(rounds);
  };
  return {
    hear,
    watched: (unit) => {
      if (unit.id !== limitUnit.id) return unit;
      const start: Unit["start"] = (stage) => {
        const script = unit.start(stage);
        return (done) => {
          hear(unit.id, done);
          return script(done);
        };
      };
      return { ...unit, start };
    },
    cutShort: () => detail,
    conclude: (judged, findings) => {
      if (detail === null) return findings;
      const why: Reason = { code: "unsettled", detail };
      const found = new Map(findings);
      for (const { id } of judged.filter(({ needs }) => needs.includes("limit"))) {
        for (const column of ["document", "aws"] as const) {
          const key = conclusionKey(id, column);
          const before = found.get(key);
          if (before?.outcome === "unexercised") found.set(key, { ...before, outcome: "inconclusive", why });
        }
      }
      return found;
    },
  };
}
