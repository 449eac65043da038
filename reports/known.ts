import {
  compareDeviations,
  type Deviation,
  type DeviationChange,
  deviationOf,
  isNone,
  kindsText,
  normal,
  shapeOf,
  shownBy,
} from "./deviation.ts";
import { causesIn } from "./read-report.ts";
import type { Column, GateEntry, Kinds, Report, RuleReport, Tally } from "./report.ts";
import type { KnownSeen, KnownEntry as WrittenEntry } from "./schemas.generated.ts";
import { counts } from "./verdict.ts";

/** An entry of a known-file, with the line and column where it starts, counted from 1. */
export type KnownEntry = WrittenEntry & { readonly line: number; readonly column: number };

/** A parsed known-file. */
export interface KnownFile {
  readonly fileName: string;
  readonly entries: readonly KnownEntry[];
}

/** A violation that an entry records with another answer. */
export interface ChangedEntry {
  readonly entry: KnownEntry;
  readonly rule: string;
  readonly was: string;
  readonly is: string;
}

/** Kinds of input, or a rule, in which a run differs from an entry. */
export interface OtherKinds {
  readonly entry: KnownEntry;
  readonly rule: string;
  /** Empty if the rule no longer deviates at all. */
  readonly kinds: Kinds;
}

/** A run compared with a known-file. The gate passes when fresh, changed, wider, stale and expired are all empty. */
export interface KnownJudgement {
  /** The report, with every excused rule marked as `known`, and what the file says of the run. */
  readonly report: Report;
  /** Violations without an entry. */
  readonly fresh: readonly RuleReport[];
  /** Entries that hold in a complete run that exercised them. */
  readonly stale: readonly KnownEntry[];
  /** Violations that have an entry with another answer. */
  readonly changed: readonly ChangedEntry[];
  /** Violations that more kinds of input show than their entry records. */
  readonly wider: readonly OtherKinds[];
  /** More kinds of input that were seen once, and that no counterexample confirms: they do not fail the gate. */
  readonly unconfirmed: readonly OtherKinds[];
  /** Entries that fewer kinds of input, or fewer rules, show than they record. */
  readonly better: readonly OtherKinds[];
  /** Entries that still deviate but have expired. */
  readonly expired: readonly KnownEntry[];
  /** Entries that this run cannot check: their rule was not exercised, or has no verdict. */
  readonly unseen: readonly KnownEntry[];
}

/** The rule or the cause that an entry names. */
export function nameOf({ rule, cause }: Pick<KnownEntry, "rule" | "cause">): string {
  return rule ?? cause ?? "";
}

/** What an entry records of one rule. */
interface Recorded {
  /** It need not show in every run. */
  readonly sometimes: boolean;
  readonly notJudged: boolean;
  /** Null for a cause without rules, which excuses its rules whatever they show. */
  readonly deviation: Deviation | null;
}

/** Prefix of what need not show in every run, as the schema of the known-file defines it. */
const sometimes = "sometimes ";
const notJudged = "not judged";

function recordedIn(seen: KnownSeen | undefined): Recorded {
  if (seen === undefined) return { sometimes: false, notJudged: false, deviation: null };
  if (typeof seen === "string") {
    const shape = normal(seen.replace(sometimes, ""));
    const deviation = { answers: [shape], kinds: null, all: null };
    return { sometimes: seen.startsWith(sometimes), notJudged: shape === notJudged, deviation };
  }
  const kinds: Record<string, readonly string[]> = Object.create(null);
  let all: string | null = null;
  for (const [answer, list] of Object.entries(seen)) {
    const shape = normal(answer);
    kinds[shape] = [...(kinds[shape] ?? []), ...(typeof list === "string" ? [] : (list ?? []))];
    if (typeof list === "string") all = shape;
  }
  return { sometimes: false, notJudged: false, deviation: { answers: Object.keys(kinds), kinds, all } };
}

type ItemFate = "excused" | "changed" | "wider" | "expired" | "stale" | "unseen";

/** One rule of an entry, and what the run says of it. */
interface Item {
  readonly entry: KnownEntry;
  readonly id: string;
  readonly fate: ItemFate;
  readonly change: DeviationChange | null;
}

/**
 * Compares the deciding column of a report with a known-file. `today` is YYYY-MM-DD; an entry that expires today excuses
 * nothing.
 */
export function judgeKnown(report: Report, known: KnownFile, today: string): KnownJudgement {
  const items = known.entries.flatMap((entry) => itemsOf(entry, report, known.entries, today));
  const of = (fate: ItemFate) => items.filter((item) => item.fate === fate);
  const entriesWith = (fate: ItemFate) =>
    known.entries.filter((entry) => of(fate).some((item) => item.entry === entry));
  const isStaleEntry = (entry: KnownEntry) =>
    items.some((item) => item.entry === entry) &&
    items.every((item) => item.entry !== entry || item.fate === "stale");
  const stale = known.entries.filter((entry) => isStaleEntry(entry) || isGone(entry, report));
  const listed = new Set(
    items.flatMap(({ id, fate }) => (fate === "stale" || fate === "unseen" ? [] : [id])),
  );
  const judgement: Omit<KnownJudgement, "report"> = {
    fresh: report.rules.filter((rule) => isViolated(rule, report.profile) && !listed.has(rule.id)),
    stale,
    changed: of("changed").flatMap(({ entry, id, change }) =>
      change?.changed == null ? [] : [{ entry, rule: id, ...change.changed }],
    ),
    wider: of("wider").map(({ entry, id, change }) => ({ entry, rule: id, kinds: change?.wider ?? {} })),
    unconfirmed: of("excused").flatMap(({ entry, id, change }) => {
      const kinds = change?.wider ?? {};
      return isNone(kinds) ? [] : [{ entry, rule: id, kinds }];
    }),
    better: items.flatMap(({ entry, id, fate, change }) => {
      if (fate === "stale") return stale.includes(entry) ? [] : [{ entry, rule: id, kinds: {} }];
      const kinds = fate === "excused" && isWhole(report) ? (change?.narrower ?? {}) : {};
      return isNone(kinds) ? [] : [{ entry, rule: id, kinds }];
    }),
    expired: entriesWith("expired"),
    unseen: entriesWith("unseen").filter((entry) => !stale.includes(entry)),
  };
  const excused = new Map(of("excused").map(({ id, entry }) => [id, entry]));
  return { ...judgement, report: withGate(withKnown(report, excused), known, judgement) };
}

function itemsOf(
  entry: KnownEntry,
  report: Report,
  entries: readonly KnownEntry[],
  today: string,
): readonly Item[] {
  return rulesOf(entry, report, entries).map(([id, seen]): Item => {
    const rule = report.rules.find((one) => one.id === id);
    if (rule === undefined) return { entry, id, change: null, fate: "unseen" };
    const recorded = recordedIn(seen);
    const { deviation } = recorded;
    const change = deviation === null ? null : compareDeviations(deviation, deviationOf(rule));
    const isExpired = entry.expires !== undefined && today >= entry.expires;
    return { entry, id, change, fate: fateOf(rule, recorded, change, isExpired, report) };
  });
}

/** The rules of an entry with what it records of each. A cause without rules has those that it explains in this run. */
function rulesOf(
  entry: KnownEntry,
  report: Report,
  entries: readonly KnownEntry[],
): readonly (readonly [rule: string, seen: KnownSeen | undefined])[] {
  if (entry.rule !== undefined) return [[entry.rule, entry.seen]];
  if (entry.rules !== undefined) return Object.entries(entry.rules);
  const own = causesIn(report).find(({ id }) => id === entry.cause)?.rules ?? [];
  const named = new Set(rulesIn({ entries }));
  return own.filter((id) => !named.has(id)).map((id) => [id, undefined]);
}

function fateOf(
  rule: RuleReport,
  recorded: Recorded,
  change: DeviationChange | null,
  isExpired: boolean,
  report: Report,
): ItemFate {
  if (!counts(rule, report.profile)) return "unseen";
  const outcome = rule.verdicts[report.profile];
  if (outcome === "violated") {
    if (isExpired) return "expired";
    if (recorded.notJudged || change?.changed) return "changed";
    return isNews(rule, change?.wider ?? {}) ? "wider" : "excused";
  }
  if (outcome === "holds") return isStale(recorded, rule, report) ? "stale" : "unseen";
  // A rule that is known to be violated, and was seen to be but not confirmed, is no news.
  return (recorded.notJudged || outcome === "inconclusive") && !isExpired ? "excused" : "unseen";
}

/** True if the counterexample itself shows one of these kinds: what was seen once may be chance. */
function isNews(rule: RuleReport, wider: Kinds): boolean {
  const { kind = "" } = rule.counterexample ?? {};
  const [, own = null] = Object.entries(wider).find(([answer]) => answer === shapeOf(rule)) ?? [];
  return own !== null && (own.length === 0 || own.includes(kind));
}

/** True when a rule counts in this column and is violated there, known or not. */
export function isViolated(rule: RuleReport, column: Column): boolean {
  return counts(rule, column) && rule.verdicts[column] === "violated";
}

/** True for a run that sent everything, not a shard of it. A run of selected rules with a known-file still sends the test cases of all suites. */
export function isWhole({ incomplete, only, shard }: Report): boolean {
  return !incomplete && shard === undefined && only?.suites === undefined && only?.testCases === undefined;
}

/**
 * True when a run proves that a rule holds. An incomplete run or one without all suites proves nothing, nor does a run in
 * which something did not show that need not show in every run.
 */
function isStale(recorded: Recorded, rule: RuleReport, report: Report): boolean {
  return !recorded.sometimes && isWhole(report) && rule.observations > 0;
}

/** True when a whole run no longer shows a cause that is listed without rules, and no rule is inconclusive. */
function isGone({ cause, rules }: KnownEntry, report: Report): boolean {
  if (cause === undefined || rules !== undefined || !isWhole(report)) return false;
  if (causesIn(report).some(({ id, rules: own }) => id === cause && own.some((one) => isOpen(one, report))))
    return false;
  return !report.rules.some(
    (rule) => counts(rule, report.profile) && rule.verdicts[report.profile] === "inconclusive",
  );
}

function isOpen(id: string, { rules, profile }: Report): boolean {
  return rules.some((rule) => rule.id === id && isViolated(rule, profile));
}

/** The rules that an entry lists, with what it records of each. */
function listedIn({
  rule,
  seen,
  rules = {},
}: KnownEntry): readonly (readonly [string, KnownSeen | undefined])[] {
  return [...(rule === undefined ? [] : [[rule, seen] as const]), ...Object.entries(rules)];
}

/** The rules that the file lists. */
export function rulesIn({ entries }: Pick<KnownFile, "entries">): readonly string[] {
  return entries.flatMap((entry) => listedIn(entry).map(([rule]) => rule));
}

/** Says whether the file lists the rule without this kind of input. A rule without kinds in the file has no news. */
export function newsIn({
  entries,
}: KnownFile): (rule: string, kind: { kind: string; answer: string }) => boolean {
  const recorded = new Map(
    entries.flatMap(listedIn).map(([rule, seen]) => [rule, recordedIn(seen).deviation]),
  );
  return (rule, { kind, answer }) => {
    const known = recorded.get(rule);
    if (known == null || known.kinds === null) return false;
    const is: Deviation = { answers: [answer], kinds: { [answer]: kind === "" ? [] : [kind] }, all: null };
    return !isNone(compareDeviations(known, is).wider);
  };
}

function withKnown(report: Report, excused: ReadonlyMap<string, KnownEntry>): Report {
  const rules = report.rules.map(({ because: _, link: __, ...rule }): RuleReport => {
    const entry = excused.get(rule.id);
    if (entry === undefined) return { ...rule, known: false };
    const { because, link } = entry;
    return {
      ...rule,
      known: true,
      ...(because.trim() === "" ? {} : { because }),
      ...(link === undefined ? {} : { link }),
    };
  });
  const tally = (column: Column): Tally => {
    const moved = (list: readonly RuleReport[]) =>
      list.filter((rule) => rule.known && isViolated(rule, column)).length;
    const more = moved(rules) - moved(report.rules);
    const { violated, known, ...rest } = report.summary[column];
    return { ...rest, violated: violated - more, known: known + more };
  };
  return { ...report, summary: { document: tally("document"), aws: tally("aws") }, rules };
}

/** Puts what the file says of the run into the report, so that every format shows it. */
function withGate(
  report: Report,
  { fileName }: KnownFile,
  { stale, changed, wider, better, expired, unseen }: Omit<KnownJudgement, "report">,
): Report {
  const of = (
    code: GateEntry["code"],
    entry: KnownEntry,
    message: string,
    more: Partial<GateEntry> = {},
  ): GateEntry => ({ code, entry: nameOf(entry), line: entry.line, ...more, message });
  const failures = [
    ...stale.map((entry) => of("stale", entry, `${staleText(entry)}: remove it from the file`)),
    ...wider.map(({ entry, rule, kinds }) =>
      of("wider", entry, `also violated by ${kindsText(kinds, 6, shownBy(rule, report))}`, { rule, kinds }),
    ),
    ...changed.map(({ entry, rule, was, is }) =>
      of("changed", entry, `was ${was}, is ${is}`, { rule, was, is }),
    ),
    ...expired.map((entry) => of("expired", entry, `was accepted until ${entry.expires}`)),
  ];
  const repaired = better.map(({ entry, rule, kinds }) => {
    const message = isNone(kinds)
      ? "no longer deviates: --update-known removes it"
      : `no longer violated by ${kindsText(kinds)}: --update-known removes this`;
    return of("better", entry, message, { rule, kinds });
  });
  const unjudged = "was not fully judged by this run, so its entry stays valid";
  const notes = [...repaired, ...unseen.map((entry) => of("unseen", entry, unjudged))];
  return { ...report, gate: { file: fileName, failures, notes } };
}

function staleText({ seen }: KnownEntry): string {
  return seen !== undefined && recordedIn(seen).notJudged ? "is judged now, and holds" : "no longer deviates";
}

/** What a known-file records of a rule in this run: its kinds of input, or its answer alone. */
export function seenOf(rule: RuleReport): KnownSeen {
  const { reruns } = rule.counterexample ?? {};
  if (reruns !== undefined && reruns.shown < reruns.tried) return `${sometimes}${shapeOf(rule)}`;
  const { kinds, all } = deviationOf(rule);
  if (all !== null) return { [all]: "all" };
  return kinds ?? shapeOf(rule);
}

/** What a known-file records of a rule that was not judged. One that was judged in part may be judged in another run. */
export function unjudgedSeen(rule: RuleReport, column: Column): KnownSeen {
  return rule.verdicts[column] === "inconclusive" ? `${sometimes}${notJudged}` : notJudged;
}
