import { rerunsIn, silenceIn } from "./read-report.ts";
import type { Column, CounterexampleStep, Report, RuleReport, Tally } from "./report.ts";
import type { Schemas } from "./schemas.ts";
import { counts } from "./verdict.ts";

/** An entry of a known-file, with the line and column where it starts, counted from 1. */
export type KnownEntry = Schemas["KnownEntry"] & { readonly line: number; readonly column: number };

/** A parsed known-file. */
export interface KnownFile {
  readonly fileName: string;
  readonly entries: readonly KnownEntry[];
}

/** A run compared with a known-file. The gate passes when fresh, changed, stale and expired are all empty. */
export interface KnownJudgement {
  /** The report, with every excused violation marked and counted as `known`. */
  readonly report: Report;
  /** Violations without an entry. */
  readonly fresh: readonly RuleReport[];
  /** Entries whose rule holds in a complete run that exercised it. */
  readonly stale: readonly KnownEntry[];
  /** Violations that have an entry with another shape. */
  readonly changed: readonly { readonly entry: KnownEntry; readonly was: string; readonly is: string }[];
  /** Entries that still deviate but have expired. */
  readonly expired: readonly KnownEntry[];
  /** Entries that this run cannot check: their rule or case was not exercised, or has no verdict. */
  readonly unseen: readonly KnownEntry[];
}

/** True when the file itself fails a run: an entry is stale, changed its shape, or has expired. */
export function failsGate({ stale, changed, expired }: KnownJudgement): boolean {
  return stale.length + changed.length + expired.length > 0;
}

type Fate = "excused" | "changed" | "expired" | "stale" | "unseen";

/**
 * Compares the deciding column of a report with a known-file. `today` is YYYY-MM-DD; an entry that expires today excuses
 * nothing.
 */
export function judgeKnown(report: Report, known: KnownFile, today: string): KnownJudgement {
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
  const fates = known.entries.map((entry) => {
    const rule = rules.get(entry.rule);
    return { entry, rule, fate: fateOf(entry, rule, report, known.entries, today) };
  });
  const withFate = (fate: Fate) => fates.filter((one) => one.fate === fate);
  const rulesWith = (...included: Fate[]) =>
    new Set(fates.filter((one) => included.includes(one.fate)).map((one) => one.entry.rule));
  const excused = rulesWith("excused");
  const listed = rulesWith("excused", "changed", "expired");
  return {
    report: withKnown(report, excused),
    fresh: report.rules.filter((rule) => isViolated(rule, report.profile) && !listed.has(rule.id)),
    stale: withFate("stale").map((one) => one.entry),
    changed: withFate("changed").flatMap(({ entry, rule }) =>
      rule === undefined ? [] : [{ entry, was: entry.seen, is: shapeOf(rule) }],
    ),
    expired: withFate("expired").map((one) => one.entry),
    unseen: withFate("unseen").map((one) => one.entry),
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
 * True when a run proves that a rule holds. An incomplete run or one without all suites proves nothing, nor does a run in
 * which an intermittent race did not show. A run of selected rules with a known-file still sends the test cases of all suites.
 */
export function isStale({ seen }: KnownEntry, rule: RuleReport, report: Report): boolean {
  if (isIntermittent(seen)) return false;
  const whole = !report.incomplete && report.only?.suites === undefined;
  return whole && rule.verdicts[report.profile] === "holds" && rule.observations > 0;
}

/** The entry for a violation: the entry for its case, otherwise the one for its whole rule. */
export function entryFor(rule: RuleReport, entries: readonly KnownEntry[]): KnownEntry | undefined {
  const own = entries.filter((entry) => entry.rule === rule.id);
  const violationCase = own.some((entry) => entry.case !== undefined) ? caseOf(rule) : undefined;
  return (
    own.find((entry) => entry.case !== undefined && entry.case === violationCase) ??
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

/**
 * The shape of a violation: status and error name of the counterexample's last step, such as "201" or
 * "400 ValidationException", "no answer: timeout" without an answer, or "no counterexample". Of calls in flight together it is the first in
 * alphabetical order, because the calls that succeed vary between runs.
 */
export function shapeOf(rule: RuleReport): string {
  const steps = rule.counterexample?.steps ?? [];
  const end = steps.at(-1);
  if (end === undefined) return "no counterexample";
  const { round } = end.request;
  const together = round === undefined ? [end] : steps.filter(({ request }) => request.round === round);
  return together.map(stepShape).sort()[0] ?? "";
}

/** Prefix of the shape of an intermittent violation, as the schema of the known-file defines it. */
const sometimes = "sometimes ";

/** The shape as a known-file records it, with a prefix for an intermittent violation. */
export function recordedShape(rule: RuleReport): string {
  const reruns = rule.counterexample === undefined ? null : rerunsIn(rule.counterexample);
  const always = reruns === null || reruns.shown === reruns.tried;
  return always ? shapeOf(rule) : `${sometimes}${shapeOf(rule)}`;
}

function isIntermittent(recorded: string): boolean {
  return recorded.startsWith(sometimes);
}

/** True when the violation has the recorded shape, intermittent or not. */
export function hasShape(rule: RuleReport, recorded: string): boolean {
  return shapeOf(rule) === (isIntermittent(recorded) ? recorded.slice(sometimes.length) : recorded);
}

function stepShape(last: CounterexampleStep): string {
  if (last.response === null) return `no answer: ${silenceIn(last) ?? "unknown"}`;
  const { status, error } = last.response;
  const name = error === null ? "" : oneWord(error);
  return name === "" ? String(status) : `${status} ${name}`;
}

/** Reduces an error name, which the target controls, to one short word without control characters. */
function oneWord(text: string): string {
  return (
    text
      .trim()
      .split(/[\s:\p{C}]/u)[0]
      ?.slice(0, 80) ?? ""
  );
}

/**
 * The case of a violation: its rule and its canonical input. Text that varies between runs or seeds (names, accounts,
 * identifiers) is reduced to its kind, so that equal causes give equal cases.
 */
export function caseOf(rule: RuleReport): string {
  const steps = rule.counterexample?.steps ?? [];
  const names = new Map<string, string>();
  return `${rule.id}/${steps.map((step) => canonicalStep(step, names)).join(" > ")}`;
}

function canonicalStep(step: CounterexampleStep, names: Map<string, string>): string {
  const { method, path, operation, body } = step.request;
  const input = body === null ? "" : `(${canonicalBody(body, names)})`;
  return `${operation ?? method} ${canonicalPath(path, names)}${input}`.trim();
}

function canonicalPath(path: string, names: Map<string, string>): string {
  const [route = "", query] = path.split("?", 2);
  const label = /\/functions\/([^/]*)/.exec(route)?.[1] ?? route;
  const parts = (query ?? "").split("&").filter((part) => part !== "");
  const members = parts.map((part) => {
    const [key = "", value = ""] = part.split("=", 2);
    return `${key}=${canonicalText(value, names)}`;
  });
  return [canonicalText(label, names), ...members].join(" ");
}

function canonicalBody(body: string, names: Map<string, string>): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return kindOf(body);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return kindOf(body);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, member]) =>
        `${key.replace(/[^\x20-\x7e]+/g, "~")}=${typeof member === "string" ? canonicalText(member, names) : kindOf(JSON.stringify(member))}`,
    )
    .join(", ");
}

/** Numbers ordinary names in the order of appearance, so that repeated names stay recognisable. */
function canonicalText(text: string, names: Map<string, string>): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text) || /^\d+$/.test(text)) return kindOf(text);
  const name = names.get(text) ?? `name${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** Runs of letters become `a`, runs of digits `0`; text of more than 32 characters keeps its length, which is a likely cause. */
function kindOf(text: string): string {
  const kind = text
    .slice(0, 400)
    .replace(/[A-Za-z]+/g, "a")
    .replace(/\d+/g, "0")
    .replace(/(?:[a0][-_]?)+[a0]/g, "a")
    .replace(/[^\x20-\x7e]+/g, "~")
    .slice(0, 60);
  return text.length > 32 ? `${kind}×${text.length}` : kind;
}
