import { escapeTerminal } from "../escape.ts";
import {
  command,
  type Page,
  pageOf,
  prose,
  quoted,
  shorten,
  type TerminalOptions,
} from "../terminal-page.ts";
import { count } from "../verdict.ts";
import type { DiffAnswer, Difference, DiffReport, DiffStep, Named, Ruling } from "./diff-report.ts";

/** The comparison for a person at a terminal. */
export function diffText(report: DiffReport, options: TerminalOptions): string {
  const page = pageOf(options);
  const { tool, targets, seed, histories, faults, unsteady } = report;
  const run = `seed ${seed}   ${histories.played} of ${histories.planned} histories`;
  const blocks = [
    [
      page.paint("bold", escapeTerminal(`${tool.name} ${tool.version} diff   ${run}`)),
      ...(["x", "y"] as const).flatMap((side) => {
        const { name, endpoint, requests } = targets[side];
        return prose(`${side}  `, `${name}   ${endpoint}   ${requests} requests`, page);
      }),
    ],
    ...report.differences.map((one) => difference(one, page)),
    unsteady.flatMap((text) => prose("? unsteady  ", text, page)),
    faults.flatMap((text) => prose("! fault  ", text, page)),
    prose("", conclusion(report), page).map((line) =>
      page.paint(report.differences.length === 0 && !report.incomplete ? "green" : "red", line),
    ),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function difference(one: Difference, page: Page): readonly string[] {
  const heading = one.topic === one.title ? one.topic : `${one.topic}  ${one.title}`;
  const [first = "", ...more] = prose("≠ ", heading, page);
  const live = one.live === undefined ? [] : prose("  ", rulingText(one.live, "the live service"), page);
  const times = `seen ${one.seen === 1 ? "once" : `${one.seen} times`}, shown again ${one.reproduced}`;
  return [
    page.paint("red", first),
    ...more,
    ...prose("  ", `${sidesText(one)} (${times})`, page),
    ...prose("  ", rulingText(one.ruling), page),
    ...live.map((line) => page.paint("dim", line)),
    ...one.steps.flatMap((step, index) => exchange(step, index + 1, page)),
    page.paint("dim", "  x by hand"),
    command(one.curl.x),
    page.paint("dim", "  y by hand"),
    command(one.curl.y),
  ];
}

function exchange({ request, x, y, differs }: DiffStep, number: number, page: Page): readonly string[] {
  const line = `${request.method} ${shorten(request.path, page)}`;
  const body = request.body === null ? [] : quoted("     │ ", request.body, page);
  const answers = differs
    ? [...quoted("     x → ", answerLine(x), page), ...quoted("     y → ", answerLine(y), page)]
    : quoted("     both → ", `${x.status ?? "no answer"} ${x.error ?? ""}`.trim(), page);
  return [...prose(`  ${number}. `, line, page), ...body, ...answers];
}

/** Whether the document decides a difference, as a sentence without its end; `who` names what rules. */
export function rulingText(ruling: Ruling, who = "the document"): string {
  switch (ruling.kind) {
    case "rule": {
      const by = `decided by ${ids(ruling.rules)}`;
      if (ruling.follows === "neither") return `${by}: neither follows ${who}`;
      const other = ruling.follows === "x" ? "y" : "x";
      return `${by}: ${ruling.follows} follows ${who}, ${other} does not`;
    }
    case "admitted":
      return `${who} admits both, see ${ids(ruling.rules)}`;
    case "question":
      return `left open by ${who}, see ${ids(ruling.questions)}`;
    case "silent":
      return `${who} says nothing of it`;
  }
}

function ids(list: readonly Named[]): string {
  return list.map(({ id }) => id).join(", ");
}

/** How the two sides answer, as a phrase: "x 201, y 400 ValidationException". */
export function sidesText({ x, y, where }: Difference): string {
  return where === undefined ? `x ${x}, y ${y}` : `both succeed, and differ in ${where}`;
}

/** An answer as one line: status, error name and body. */
export function answerLine({ status, error, body }: DiffAnswer): string {
  if (status === null) return `no answer: ${body}`;
  return [`${status}`, error ?? "", body].filter((part) => part !== "").join(" ");
}

/** What came of the comparison, in one sentence. */
export function conclusion({ differences, compared, incomplete }: DiffReport): string {
  const answers = `${count(compared, "pair")} of answers`;
  if (compared === 0) return "Nothing was compared, so nothing is known.";
  if (differences.length > 0)
    return `${count(differences.length, "difference")} in ${answers}: ${kinds(differences)}.`;
  return incomplete
    ? `No difference in ${answers}, but the run is incomplete.`
    : `No difference in ${answers}.`;
}

function kinds(differences: readonly Difference[]): string {
  const follows = (side: string) =>
    differences.filter(({ ruling }) => ruling.kind === "rule" && ruling.follows === side).length;
  const of = (kind: Ruling["kind"]) => differences.filter(({ ruling }) => ruling.kind === kind).length;
  const parts = [
    [follows("x"), "only x follows the document"],
    [follows("y"), "only y follows the document"],
    [follows("neither"), "neither does"],
    [of("question"), "left open"],
    [of("admitted"), "both admitted"],
    [of("silent"), "not spoken of"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}
