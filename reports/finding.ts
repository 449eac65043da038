import { escapeTerminal } from "./escape.ts";
import type { Counterexample, CounterexampleStep, GateEntry, RuleReport } from "./report.ts";

/**
 * A finding as lines for formats that want one text: claim, source, expected, seen, history, commands.
 * Text from a target cannot start a new line; each format escapes its own markup.
 */
export function findingText(rule: RuleReport): string {
  const origin = `${rule.basis}: ${rule.source}`;
  const found = rule.counterexample ?? rule.unconfirmed;
  const details = found === undefined ? [] : counterexampleLines(found);
  return [rule.title, origin, ...details].map(escapeTerminal).join("\n");
}

function counterexampleLines(found: Counterexample): readonly string[] {
  const reproduced = found.reproduced === undefined ? "" : ` (${found.reproduced})`;
  return [
    `expected: ${found.expected}`,
    `seen: ${found.seen}${reproduced}`,
    ...historyLines(found.steps),
    ...(found.request === undefined
      ? [`curl: ${found.curl}`]
      : found.request.split("\n").map((line) => `request: ${line}`)),
    `replay: ${found.replay}`,
  ];
}

/** The exchanges of a counterexample, two unescaped lines each. */
function historyLines(steps: readonly CounterexampleStep[]): readonly string[] {
  return steps.flatMap((step, index) => [
    `${index + 1}. ${[step.request.method, step.request.path, step.request.body ?? ""].join(" ").trim()}`,
    `   -> ${answerText(step)}`,
  ]);
}

/** The answer in one phrase: status, error name and body, or why there is no answer. */
export function answerText({ response, silence }: CounterexampleStep): string {
  if (response === null) return `no answer: ${silence ?? "unknown why"}`;
  return [`${response.status}`, response.error ?? "", response.body].filter((part) => part !== "").join(" ");
}

/** Why a rule was not judged, and what to do about it. Reports of earlier versions may lack both. */
export function reasonText({ reason, advice, verdicts }: RuleReport): string {
  const open = Object.values(verdicts).includes("unexercised") ? "no request exercised it" : "not decided";
  return [(reason ?? open).replace(/\.$/, ""), advice ?? ""].filter((part) => part !== "").join(". ");
}

/** Why the known-file tolerates a rule, and the address of the issue; empty where it says neither. */
export function becauseText({ because = "", link = "" }: RuleReport): string {
  return [because.trim(), link].filter((part) => part !== "").join(" ");
}

/** An entry of the known-file that fails the run, or a note on one: "StatementId.pattern no longer deviates". */
export function gateText({ entry, rule = entry, message }: GateEntry): string {
  return `${rule} ${message}`;
}

/** A short label of a request: its operation and its statement id. */
export function requestLabel(step: CounterexampleStep): string {
  const { operation, method, path, body } = step.request;
  const about = statementId(body) ?? removedId(path);
  const name = operation ?? `${method} ${path}`;
  return about === null ? name : `${name} ${about}`;
}

function statementId(body: string | null): string | null {
  const found = /"StatementId"\s*:\s*"([^"\\]{0,200})"/.exec(body?.slice(0, 2000) ?? "")?.[1];
  return found === undefined || found === "" ? null : found;
}

/** A short label of an answer: status and error name, or why there is no answer. */
export function answerLabel(step: CounterexampleStep): string {
  if (step.response === null) return `no answer: ${step.silence ?? "unknown"}`;
  const { status, error } = step.response;
  return error === null ? String(status) : `${status} ${error}`;
}

/** The same, plus the statement ids of a policy that was read. */
function outcomeLabel(step: CounterexampleStep): string {
  const { operation } = step.request;
  const label = answerLabel(step);
  if (operation !== "GetPolicy" || step.response === null || step.response.status !== 200) return label;
  const ids = [...step.response.body.matchAll(/\\"Sid\\": ?\\"([\w.-]+)\\"/g)].map(([, id]) => id);
  return `${label} ${ids.length === 0 ? "(no ids)" : ids.join(" ")}`;
}

function removedId(path: string): string | null {
  return /\/policy\/([\w.-]{1,200})(?:\?|$)/.exec(path)?.[1] ?? null;
}

/** A drawing of how calls in flight together overlap; empty for a history without such calls. */
export function interleaving({ steps }: Counterexample): readonly string[] {
  const batches = steps.map(({ request }) => request.round);
  if (!batches.some((round, index) => round !== undefined && batches.indexOf(round) !== index)) return [];
  const operations = steps.flatMap((step) =>
    step.sentAt === undefined
      ? []
      : [
          {
            label: escapeTerminal(requestLabel(step)),
            invokedAt: step.sentAt,
            returnedAt: step.response === null ? null : (step.answeredAt ?? null),
            result: step.response === null ? "no answer" : escapeTerminal(outcomeLabel(step)),
          },
        ],
  );
  return timeline(operations, 74).trimEnd().split("\n");
}

/** One operation of a drawn history. Times are from one clock, in any unit; null means that there is no answer. */
export interface TimelineOperation {
  /** A short label of the request: "add x". */
  readonly label: string;
  readonly invokedAt: number;
  readonly returnedAt: number | null;
  /** A short label of the answer: "201 added". */
  readonly result: string;
}

const shortestBar = 12;

/**
 * Draws a small history in ASCII, one operation a line, earliest first, no line longer than `width` columns.
 * Columns show the order of events, not durations: bars that share a column overlap in time.
 * A bar that ends in `?` has no answer and may take effect at any later time.
 */
export function timeline(operations: readonly TimelineOperation[], width = 76): string {
  const sorted = operations.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const room = Math.max(0, Math.floor((width - shortestBar - 4) / 2));
  const labels = column(
    sorted.map(({ label }) => label),
    room,
  );
  const results = column(
    sorted.map(({ result }) => result),
    room,
  );
  const space = width - (labels[0]?.length ?? 0) - (results[0]?.length ?? 0) - 4;
  const bars = drawnBars(sorted, Math.max(2, space));
  return sorted.map((_, line) => `${labels[line]}  ${bars[line]}  ${results[line]}`.trimEnd()).join("\n");
}

function column(texts: readonly string[], room: number): readonly string[] {
  const plain = texts.map((text) => text.replace(/[^\x20-\x7e]/g, "?"));
  const cut = plain.map((text) => (text.length > room ? `${text.slice(0, Math.max(0, room - 2))}..` : text));
  const longest = Math.max(0, ...cut.map((text) => text.length));
  return cut.map((text) => text.padEnd(longest));
}

function drawnBars(operations: readonly TimelineOperation[], space: number): readonly string[] {
  const instants = operations.flatMap(({ invokedAt, returnedAt }) => [invokedAt, returnedAt ?? invokedAt]);
  const places = new Map(
    [...new Set(instants)].sort((a, b) => a - b).map((instant, place) => [instant, place]),
  );
  // Each instant gets up to four columns, as the width allows, so that short bars keep both ends.
  const scale = Math.min(4, (space - 2) / Math.max(1, places.size - 1));
  const at = (instant: number): number => Math.floor((places.get(instant) ?? 0) * scale);
  const total = Math.max(2, Math.floor((places.size - 1) * scale) + 2);
  return operations.map(({ invokedAt, returnedAt }) => {
    const from = at(invokedAt);
    const to = returnedAt === null ? total - 1 : Math.max(at(returnedAt), from + 1);
    const bar = `|${"-".repeat(Math.max(0, to - from - 1))}${returnedAt === null ? "?" : "|"}`;
    return `${" ".repeat(from)}${bar}`.padEnd(total);
  });
}
