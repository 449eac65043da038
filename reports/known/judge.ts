import type { Column, Report, RuleReport, Tally } from "../report.ts";
import { counts } from "../verdict.ts";
import { caseOf, hasShape, isChancy, type KnownEntry, type KnownFile, shapeOf } from "./shape.ts";

/** A run held against a known-file. The gate is open when fresh, changed, stale and expired are all empty. */
export interface Judgement {
  /** The report with every excused violation marked `known` and counted so. */
  readonly report: Report;
  /** Violations that no entry speaks of. */
  readonly fresh: readonly RuleReport[];
  /** Entries whose rule was exercised to the end of a whole run and holds. */
  readonly stale: readonly KnownEntry[];
  /** Violations that an entry speaks of, in another shape. */
  readonly changed: readonly { readonly entry: KnownEntry; readonly was: string; readonly is: string }[];
  /** Entries that still deviate but whose day has come. */
  readonly expired: readonly KnownEntry[];
  /** Entries about which this run says nothing: their rule or case was not reached, or not decided. */
  readonly unseen: readonly KnownEntry[];
}

/** True when the file itself fails a run: an entry is stale, changed its shape, or has expired. */
export function failsGate({ stale, changed, expired }: Judgement): boolean {
  return stale.length + changed.length + expired.length > 0;
}

type Fate = "excused" | "changed" | "expired" | "stale" | "unseen";

/**
 * Holds a report's gating column against a known-file. `today` is YYYY-MM-DD; an entry that expires today no longer
 * excuses.
 */
export function judgeKnown(report: Report, known: KnownFile, today: string): Judgement {
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
  const fates = known.entries.map((entry) => {
    const rule = rules.get(entry.rule);
    return { entry, rule, fate: fateOf(entry, rule, report, known.entries, today) };
  });
  const having = (fate: Fate) => fates.filter((one) => one.fate === fate);
  const named = (...wanted: Fate[]) =>
    new Set(fates.filter((one) => wanted.includes(one.fate)).map((one) => one.entry.rule));
  const excused = named("excused");
  const spokenOf = named("excused", "changed", "expired");
  return {
    report: withKnown(report, excused),
    fresh: report.rules.filter((rule) => isViolated(rule, report.profile) && !spokenOf.has(rule.id)),
    stale: having("stale").map((one) => one.entry),
    changed: having("changed").flatMap(({ entry, rule }) =>
      rule === undefined ? [] : [{ entry, was: entry.seen, is: shapeOf(rule) }],
    ),
    expired: having("expired").map((one) => one.entry),
    unseen: having("unseen").map((one) => one.entry),
  };
}

function fateOf(
  entry: KnownEntry,
  rule: RuleReport | undefined,
  report: Report,
  entries: readonly KnownEntry[],
  today: string,
): Fate {
  if (rule === undefined) return "unseen";
  if (!isViolated(rule, report.profile)) return isStale(entry, rule, report) ? "stale" : "unseen";
  if (entryFor(rule, entries) !== entry) return "unseen";
  if (entry.expires !== undefined && today >= entry.expires) return "expired";
  return hasShape(rule, entry.seen) ? "excused" : "changed";
}

/** True when a rule counts in this column and is violated there, known or not. */
export function isViolated(rule: RuleReport, column: Column): boolean {
  return counts(rule, column) && rule.verdicts[column] === "violated";
}

/**
 * True when a run really shows that a rule holds; a run that was cut off or left out suites shows nothing of the sort.
 * Neither does one in which a race was not lost. Where rules were left out, those that are in the report still met all that the suites sent.
 */
export function isStale({ seen }: KnownEntry, rule: RuleReport, report: Report): boolean {
  if (isChancy(seen)) return false;
  const whole = !report.incomplete && report.only?.suites === undefined;
  return whole && rule.verdicts[report.profile] === "holds" && rule.observations > 0;
}

/** The entry that speaks of a violation: the one for its case, else the one for its whole rule. */
export function entryFor(rule: RuleReport, entries: readonly KnownEntry[]): KnownEntry | undefined {
  const own = entries.filter((entry) => entry.rule === rule.id);
  const wanted = own.some((entry) => entry.case !== undefined) ? caseOf(rule) : undefined;
  return (
    own.find((entry) => entry.case !== undefined && entry.case === wanted) ??
    own.find((entry) => entry.case === undefined)
  );
}

function withKnown(report: Report, excused: ReadonlySet<string>): Report {
  const rules = report.rules.map((rule) => ({ ...rule, known: excused.has(rule.id) }));
  const tally = (column: Column): Tally => {
    const moved = (list: readonly RuleReport[]) =>
      list.filter((rule) => rule.known && isViolated(rule, column)).length;
    const more = moved(rules) - moved(report.rules);
    const { violated, known, ...rest } = report.summary[column];
    return { ...rest, violated: violated - more, known: known + more };
  };
  return { ...report, summary: { document: tally("document"), aws: tally("aws") }, rules };
}
