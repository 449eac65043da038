import { rerunsIn, silenceIn } from "../old-report.ts";
import type { CounterexampleStep, RuleReport } from "../report.ts";
import type { Schemas } from "../schemas.ts";

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
export function isChancy(recorded: string): boolean {
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

/** One deviation that the user knows of, as a known-file records it, and where the entry starts, counted from 1. */
export type KnownEntry = Schemas["KnownEntry"] & { readonly line: number; readonly column: number };

/** A known-file that was read. */
export interface KnownFile {
  readonly fileName: string;
  readonly entries: readonly KnownEntry[];
}

/** What makes two entries the same: rule and case. */
export function identity(entry: { readonly rule: string; readonly case?: string }): string {
  return JSON.stringify([entry.rule, entry.case ?? null]);
}
