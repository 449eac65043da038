import { rerunsIn, silenceIn } from "./read-report.ts";
import type { Column, CounterexampleStep, Report, RuleReport, Tally } from "./report.ts";
import type { Schemas } from "./schemas.ts";
import { counts } from "./verdict.ts";

/** One deviation that the user knows of, as a known-file records it, and where the entry starts, counted from 1. */
export type KnownEntry = Schemas["KnownEntry"] & { readonly line: number; readonly column: number };

/** A known-file that was read. */
export interface KnownFile {
  readonly fileName: string;
  readonly entries: readonly KnownEntry[];
}

/** A run held against a known-file. The gate is open when fresh, changed, stale and expired are all empty. */
export interface KnownJudgement {
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
export function failsGate({ stale, changed, expired }: KnownJudgement): boolean {
  return stale.length + changed.length + expired.length > 0;
}

type Fate = "excused" | "changed" | "expired" | "stale" | "unseen";

/**
 * Holds a report's gating column against a known-file. `today` is YYYY-MM-DD; an entry that expires today no longer
 * excuses.
 */
export function judgeKnown(report: Report, known: KnownFile, today: string): KnownJudgement {
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

/**
 * The shape of a violation: status and error name of the counterexample's last step, such as "201" or
 * "400 ValidationException", "no answer: timeout" when nothing came back, "no counterexample" when none is there. Of
 * calls that were in flight together it is the lowest: how many succeed, and which, differs from time to time.
 */
export function shapeOf(rule: RuleReport): string {
  const steps = rule.counterexample?.steps ?? [];
  const end = steps.at(-1);
  if (end === undefined) return "no counterexample";
  const { round } = end.request;
  const together = round === undefined ? [end] : steps.filter(({ request }) => request.round === round);
  return together.map(stepShape).sort()[0] ?? "";
}

/** Begins the shape of a violation that did not show each time it was tried: a word of the known-file, see its schema. */
const sometimes = "sometimes ";

/** The shape as a known-file records it: a race that is lost now and then is marked. */
export function recordedShape(rule: RuleReport): string {
  const reruns = rule.counterexample === undefined ? null : rerunsIn(rule.counterexample);
  const always = reruns === null || reruns.shown === reruns.tried;
  return always ? shapeOf(rule) : `${sometimes}${shapeOf(rule)}`;
}

/** True for the shape of a violation that need not show in every run. */
function isChancy(recorded: string): boolean {
  return recorded.startsWith(sometimes);
}

/** True when the violation has the recorded shape, however often it shows. */
export function hasShape(rule: RuleReport, recorded: string): boolean {
  return shapeOf(rule) === (isChancy(recorded) ? recorded.slice(sometimes.length) : recorded);
}

function stepShape(last: CounterexampleStep): string {
  if (last.response === null) return `no answer: ${silenceIn(last) ?? "unknown"}`;
  const { status, error } = last.response;
  const name = error === null ? "" : oneWord(error);
  return name === "" ? String(status) : `${status} ${name}`;
}

/** A target chooses its error names, so what goes into a file is cut to one short word without control characters. */
function oneWord(text: string): string {
  return (
    text
      .trim()
      .split(/[\s:\p{C}]/u)[0]
      ?.slice(0, 80) ?? ""
  );
}

/**
 * The case of a violation: its rule and its canonical input. Text that differs from run to run or from seed to seed
 * (names, accounts, identifiers) is reduced to its kind, so that equal causes give equal cases.
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

/** Ordinary names are numbered as they appear, so that it still shows when the same one comes again. */
function canonicalText(text: string, names: Map<string, string>): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text) || /^\d+$/.test(text)) return kindOf(text);
  const name = names.get(text) ?? `name${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** Runs of letters become `a`, runs of digits `0`; from 33 characters on the length is a likely cause and is kept. */
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
