import { answerLabel } from "./finding.ts";
import type { CounterexampleStep, Kinds, Report, RuleReport } from "./report.ts";

/** In what way a rule is violated. */
export interface Deviation {
  /** The answers that show it. */
  readonly answers: readonly string[];
  /** The kinds of input that get each answer; null where kinds are not known. */
  readonly kinds: Kinds | null;
  /** The answer that every kind of input of the rule gets; null without one. */
  readonly all: string | null;
}

/** Any success is one answer: its status belongs to success.is-201. */
export function normal(shape: string): string {
  return /^2\d\d(?: |$)/.test(shape) ? accepted : shape;
}

const accepted = "accepted";

/** The answer of a target: "accepted", or status and error name. */
export function answerShape(status: number, error: string | null): string {
  if (status >= 200 && status < 300) return accepted;
  const name = error === null ? "" : oneWord(error);
  return name === "" ? String(status) : `${status} ${name}`;
}

/** In what way a violated rule deviates in a run. */
export function deviationOf(rule: RuleReport): Deviation {
  const { kinds = null, allKinds = false } = rule;
  const answers = Object.keys(kinds ?? {});
  const [only = null] = allKinds ? answers : [];
  return { answers: [...new Set([...answers, shapeOf(rule)])], kinds, all: only };
}

/** How a deviation differs from an earlier one. */
export interface DeviationChange {
  readonly wider: Kinds;
  readonly narrower: Kinds;
  /** The answers before and after, if kinds are not known and no answer is the same. */
  readonly changed: { readonly was: string; readonly is: string } | null;
}

/**
 * Compares two deviations of one rule: by their kinds of input where both have them, otherwise by the answers. A rule about
 * any refusal has answers without kinds.
 */
export function compareDeviations(was: Deviation, is: Deviation): DeviationChange {
  if (was.kinds === null) {
    const isSame = was.answers.some((answer) => is.answers.includes(answer));
    const changed = isSame ? null : { was: was.answers.join(" or "), is: is.answers.join(" or ") };
    return { wider: {}, narrower: {}, changed };
  }
  // A violation that only other requests show, such as random ones, has fewer kinds than before, and none that is new.
  if (is.kinds === null) return { wider: {}, narrower: was.kinds, changed: null };
  const isAll = was.all === null || is.all === was.all;
  const narrower = isAll ? without(was, is) : { [was.all]: ["some of all kinds"] };
  return { wider: without(is, was), narrower, changed: null };
}

/** The kinds that one deviation has and the other has not. */
function without(one: Deviation, other: Deviation): Kinds {
  const left = Object.entries(one.kinds ?? {}).flatMap(([answer, kinds]) => {
    if (other.all === answer) return [];
    const known = Object.entries(other.kinds ?? {}).find(([name]) => name === answer)?.[1];
    const rest = kinds.filter((kind) => known?.includes(kind) !== true);
    return rest.length > 0 || (known === undefined && kinds.length === 0) ? [[answer, rest] as const] : [];
  });
  return Object.fromEntries(left);
}

/** True if there is no kind and no answer. */
export function isNone(kinds: Kinds): boolean {
  return Object.keys(kinds).length === 0;
}

/** Kinds for a reader: "space-amid, colon-amid", with the answer where it is not a success. */
export function kindsText(kinds: Kinds, most = 6, shown: ShownKind | null = null): string {
  const all = Object.entries(kinds).flatMap(([answer, own]) =>
    own.length === 0 ? [answer] : own.map((kind) => (answer === accepted ? kind : `${kind} (${answer})`)),
  );
  const [first = "", example = ""] =
    shown === null ? [] : [shown.kind || shown.answer, `, such as ${shown.request}`];
  const texts = [...all.filter((one) => one === first), ...all.filter((one) => one !== first)];
  const more = texts.length - most;
  return [...texts.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(", ") + example;
}

/** A kind of input with the request that shows it. */
interface ShownKind {
  readonly kind: string;
  readonly answer: string;
  readonly request: string;
}

/** The longest request in one line, in characters. */
const longestRequest = 200;

/** The kind of input that the counterexample of a rule shows. */
export function shownBy(id: string, { rules }: Report): ShownKind | null {
  const rule = rules.find((one) => one.id === id);
  const step = rule?.counterexample?.steps.at(-1);
  if (rule === undefined || step === undefined) return null;
  const { method, path, body } = step.request;
  const request = [...[method, path, body ?? ""].join(" ").trim()];
  const short = request.length > longestRequest ? [...request.slice(0, longestRequest - 1), "…"] : request;
  const answer = shapeOf(rule);
  const { kind = "" } = rule.counterexample ?? {};
  return {
    kind: answer === accepted ? kind : `${kind} (${answer})`,
    answer,
    request: `${short.join("")} (${answerLabel(step)})`,
  };
}

/**
 * The shape of a violation: status and error name of the counterexample's last step, such as "400 ValidationException",
 * "accepted" for any success, "no answer: timeout" without an answer, or "no counterexample". Of calls in flight together
 * it is the first in alphabetical order, because the calls that succeed vary between runs.
 */
export function shapeOf(rule: RuleReport): string {
  const steps = rule.counterexample?.steps ?? [];
  const end = steps.at(-1);
  if (end === undefined) return "no counterexample";
  const { round } = end.request;
  const together = round === undefined ? [end] : steps.filter(({ request }) => request.round === round);
  return together.map(stepShape).sort()[0] ?? "";
}

function stepShape(last: CounterexampleStep): string {
  if (last.response === null) return `no answer: ${last.silenceCode ?? "unknown"}`;
  const { status, error } = last.response;
  return answerShape(status, error);
}

/** Reduces an error name, which the target controls, to one short word without control characters. */
function oneWord(text: string): string {
  const [first = ""] = text.trim().split(/[\s:\p{C}]/u);
  return first.slice(0, 80);
}
