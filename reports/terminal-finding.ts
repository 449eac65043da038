import { escapeTerminal } from "./escape.ts";
import { answerText } from "./finding.ts";
import type { Column, Counterexample, CounterexampleStep, Report, RuleReport } from "./report.ts";
import { outcomeLabel, requestLabel } from "./step-label.ts";
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
