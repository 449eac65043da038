import type { Rule } from "../oracle/rule.ts";
import { counts } from "../reports/verdict.ts";
import { causeOf } from "../rules/causes.ts";
import type { Candidate } from "./candidates.ts";
import type { StopReason } from "./events.ts";
import type { RunOptions } from "./options.ts";
import { type Findings, resultKey } from "./rule-results.ts";

/** Ends a run once enough causes of violations are confirmed. */
export interface Bailing {
  /** Notes the first violation of a rule by the requests of a part of the run. */
  candidate(rule: Rule, candidate: Candidate): void;
  /** True once enough causes may be confirmed, if their candidates are. */
  mayEnd(): boolean;
  /** Why the run ends after these results; null if it goes on. */
  ended(judged: readonly Rule[], findings: Findings): StopReason | null;
}

/** Never ends a run unless the user asked for it. */
export function bailing({ bail, profile }: RunOptions): Bailing {
  const { causes: most = Number.POSITIVE_INFINITY, known = [] } = bail ?? {};
  const tried = new Set<string>();
  const candidates = new Map<string, string>();
  let confirmed: ReadonlySet<string> = new Set();
  const isCounted = (rule: Rule) => counts(rule, profile) && !known.includes(rule.id);
  const causeIn = (rule: Rule, batches: Candidate["batches"]): string => {
    const [last, ...others] = batches.at(-1) ?? [];
    return causeOf({ rule, answer: others.length > 0 ? null : (last?.answer ?? null) }).id;
  };
  return {
    candidate: (rule, { batches }) => {
      if (isCounted(rule) && !tried.has(rule.id)) candidates.set(rule.id, causeIn(rule, batches));
    },
    mayEnd: () => bail !== undefined && new Set([...confirmed, ...candidates.values()]).size >= most,
    ended: (judged, findings) => {
      // A rule that was not confirmed may have other candidates later, for which no other test case waits.
      for (const id of candidates.keys()) tried.add(id);
      candidates.clear();
      const found = judged.filter(isCounted).flatMap((rule) => {
        const { outcome, confirmed } = findings.get(resultKey(rule.id, profile)) ?? {};
        return outcome === "violated" && confirmed !== undefined
          ? [causeIn(rule, confirmed.execution.batches)]
          : [];
      });
      confirmed = new Set(found);
      return confirmed.size >= most ? { code: "bail", causes: confirmed.size } : null;
    },
  };
}
