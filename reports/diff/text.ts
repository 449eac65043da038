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
import type { Difference, DiffReport, DiffStep } from "./diff-report.ts";
import { answerLine, conclusion, rulingText, sidesText } from "./words.ts";

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
