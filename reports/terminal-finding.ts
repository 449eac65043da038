import {
  cellStanding,
  cellWords,
  coverageInputs,
  coverageRows,
  coverageSentence,
  sentFor,
} from "./coverage.ts";
import { escapeTerminal } from "./escape.ts";
import { answerText, outcomeLabel, requestLabel } from "./finding.ts";
import type {
  Column,
  Counterexample,
  CounterexampleStep,
  CoverageCell,
  Report,
  RuleReport,
} from "./report.ts";
import { command, type Page, prose, quoted, shorten } from "./terminal-page.ts";
import { timeline } from "./timeline.ts";
import { counts } from "./verdict.ts";

/** A rule that is violated: what it claims, what was seen, the fewest steps that show it, and how to try them. */
export function violation(rule: RuleReport, report: Report, page: Page): readonly string[] {
  const [first = "", ...more] = prose("✗ ", `${rule.id}  ${rule.title}`, page);
  const other: Column = report.profile === "document" ? "aws" : "document";
  const there = counts(rule, other) ? rule.verdicts[other] : "does not count";
  const origin = `${rule.basis} · ${rule.source} · in the ${other} column: ${there}`;
  const details = rule.counterexample === undefined ? [] : counterexample(rule.counterexample, report, page);
  return [
    page.paint("red", first),
    ...more,
    ...prose("  ", origin, page).map((line) => page.paint("dim", line)),
    ...details,
  ];
}

function counterexample(found: Counterexample, { shell }: Report, page: Page): readonly string[] {
  const reproduced = found.reproduced === undefined ? "" : ` (${found.reproduced})`;
  return [
    ...prose("  expected  ", shorten(found.expected, page), page),
    ...prose("  seen      ", shorten(found.seen, page) + reproduced, page),
    ...exchanges(found.steps, page),
    ...interleaving(found).map((line) => `  ${line}`),
    command((shell && found.play) ?? found.curl),
    command(found.replay),
  ];
}

/** Calls in flight together that are shown in full; the drawing has all of them. */
const mostTogether = 3;

function exchanges(steps: Counterexample["steps"], page: Page): readonly string[] {
  const before = new Map<number, number>();
  return steps.flatMap((step, index) => {
    const { round = -1 - index } = step.request;
    const place = (before.get(round) ?? 0) + 1;
    before.set(round, place);
    if (place <= mostTogether || page.verbose) return exchange(step, index + 1, page);
    const all = steps.filter(({ request }) => request.round === round).length;
    return place === all
      ? prose("     ", `… and ${all - mostTogether} more in flight with them, drawn below`, page)
      : [];
  });
}

/** How calls that were in flight together overlapped; nothing for a history without such calls. */
function interleaving({ steps }: Counterexample): readonly string[] {
  const rounds = steps.map(({ request }) => request.round);
  if (!rounds.some((round, index) => round !== undefined && rounds.indexOf(round) !== index)) return [];
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

function exchange(step: CounterexampleStep, number: number, page: Page): readonly string[] {
  const { request } = step;
  const answer = answerText(step);
  const encoding = request.encoding === undefined ? "" : `${request.encoding}: `;
  const rest = [
    ...(request.raw === undefined ? [] : ["(sent over a bare socket)"]),
    ...(request.connection === undefined || number === 1 ? [] : ["(on the same connection, if still open)"]),
  ];
  const body = request.body === null ? rest : [encoding + request.body, ...rest];
  return [
    ...prose(`  ${number}. `, `${request.method} ${shorten(request.path, page)}`, page),
    ...body.flatMap((text) => quoted("     │ ", text, page)),
    ...quoted("     → ", answer, page),
  ];
}

/** What was exercised: one line, and with --verbose a table of members and inputs. */
export function coverageBlock(report: Report, page: Page): readonly string[] {
  const sentence = coverageSentence(report);
  if (sentence === null || report.coverage === undefined) return [];
  const line = prose("coverage  ", sentence, page);
  if (!page.verbose) return line;
  const rows = coverageRows(report.coverage);
  const width = Math.max(...rows.map(({ member }) => member.length), 0) + 2;
  const odd = rows.flatMap(({ member, cells }) => cells.flatMap((cell) => note(member, cell)));
  const columns = (cells: readonly string[]) =>
    cells.map((cell, at) => cell.padStart((coverageInputs[at]?.[1].length ?? 0) + 2)).join("");
  return [
    ...line,
    page.paint("dim", `  ${" ".repeat(width)}${columns(coverageInputs.map(([, heading]) => heading))}`),
    ...rows.map(
      ({ member, cells }) => `  ${escapeTerminal(member).padEnd(width)}${columns(cells.map(figure))}`,
    ),
    ...odd.flatMap((text) => prose("  ! ", text, page)),
  ];
}

function figure(cell: CoverageCell | null): string {
  if (cell === null || cellStanding(cell) === "unreachable") return "–";
  const marks = { kept: "", broken: "!", open: "?", unsettled: "!", empty: "!", unreachable: "" } as const;
  return `${sentFor(cell)}${marks[cellStanding(cell)]}`;
}

/** What a mark stands for; a question mark is what the document leaves open. */
function note(member: string, cell: CoverageCell | null): readonly string[] {
  if (cell === null || ["kept", "open", "unreachable"].includes(cellStanding(cell))) return [];
  const words = cellWords(cell);
  return [`${member} ${cell.input}: ${words.length === 0 ? "never sent" : words.join(", ")}`];
}
