import { escapeTerminal } from "./escape.ts";
import { reasonText } from "./finding.ts";
import { problemsIn } from "./old-report.ts";
import type { Report, RuleReport } from "./report.ts";
import { coverageBlock, violation } from "./terminal-finding.ts";
import { command, type Page, pageOf, prose, quoted, shorten, type TerminalOptions } from "./terminal-page.ts";
import {
  count,
  exitCode,
  exitMeaning,
  rulesThat,
  type Standing,
  standing,
  verdictSentence,
} from "./verdict.ts";

export type { TerminalOptions } from "./terminal-page.ts";

/** The report for a person at a terminal: what is not green in the deciding column, then the totals and the verdict. */
export function terminal(report: Report, options: TerminalOptions): string {
  const page = pageOf(options);
  const blocks = [
    header(report, page),
    byHand(report, page),
    ...rulesThat(report, "violated").map((rule) => violation(rule, report, page)),
    known(report, page),
    unjudged(report, "inconclusive", page),
    unjudged(report, "unexercised", page),
    unjudged(report, "excused", page),
    unjudged(report, "explained", page),
    options.verbose ? holding(report, page) : [],
    coverageBlock(report, page),
    questions(report, page),
    latency(report, page),
    faults(report, page),
    totals(report, page),
    verdict(report, page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function header(report: Report, page: Page): readonly string[] {
  const { tool, target, profile, seed, requests, durationMs, incomplete } = report;
  const run = `${profile}   seed ${seed}   requests ${requests}   duration ${(durationMs / 1000).toFixed(1)} s`;
  return [
    page.paint("bold", escapeTerminal(`${tool.name} ${tool.version}`)),
    ...prose("target   ", `${target.name}   ${target.endpoint}`, page),
    ...prose("profile  ", run, page),
    ...(incomplete
      ? [page.paint("red", "INCOMPLETE: the run ended before everything planned was sent.")]
      : []),
  ];
}

/** What the commands of all findings have in common. */
function byHand(report: Report, page: Page): readonly string[] {
  const { shell } = report;
  const shown = rulesThat(report, "violated").some(({ counterexample: found }) => found?.play);
  if (shell === undefined || !shown) return [];
  return [
    ...prose("", "To try findings by hand, paste this into bash or zsh once:", page),
    ...shell.map(command),
  ];
}

function known(report: Report, page: Page): readonly string[] {
  return rulesThat(report, "known").flatMap((rule) => {
    const [first = "", ...more] = prose("~ known  ", `${rule.id}  ${rule.title}`, page);
    return [page.paint("yellow", first), ...more];
  });
}

const headings: Readonly<Partial<Record<Standing, string>>> = {
  inconclusive: "? inconclusive",
  unexercised: "○ unexercised",
  excused: "– cannot",
  explained: "– explained",
};

/** Those that ask for nothing to be done. */
const quiet: ReadonlySet<Standing> = new Set(["excused", "explained"]);

/** Rules without a verdict, one group for each reason; what asks for nothing is only counted. */
function unjudged(report: Report, wanted: Standing, page: Page): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const rule of rulesThat(report, wanted)) {
    const reason = reasonText(rule);
    groups.set(reason, [...(groups.get(reason) ?? []), rule.id]);
  }
  return [...groups].flatMap(([reason, ids]) => {
    const line = `${shorten(reason, page)}: ${count(ids.length, "rule")}`;
    const [first = "", ...more] = prose(`${headings[wanted] ?? ""}  `, line, page);
    const listed = quiet.has(wanted) && !page.verbose ? [] : prose("    ", ids.join(", "), page);
    return [page.paint(quiet.has(wanted) ? "dim" : "yellow", first), ...more, ...listed];
  });
}

function holding(report: Report, page: Page): readonly string[] {
  return report.rules
    .filter((rule) => standing(rule, report) === "holds")
    .flatMap((rule) =>
      prose(
        "✓ ",
        `${rule.id}  ${rule.title} (${count(rule.observations, "exchange")}${checksText(rule)})`,
        page,
      ),
    );
}

function checksText({ checks }: RuleReport): string {
  return checks === undefined ? "" : `, ${checks.executed} of ${checks.expected} checks`;
}

function questions({ questions: asked }: Report, page: Page): readonly string[] {
  if (asked.length === 0) return [];
  const what = `${count(asked.length, "question")} that the document leaves open`;
  if (!page.verbose)
    return prose(
      "",
      `${what}: the answers are in report.json under "questions", or shown with --verbose.`,
      page,
    );
  return [
    `${what}:`,
    ...asked.flatMap(({ id, title, answer }) => prose("  ", `${id}  ${title} ${answer}`, page)),
  ];
}

function latency({ latency: measured }: Report, page: Page): readonly string[] {
  if (measured === undefined) return [];
  const { medianMs, p99Ms, maxMs, outliers } = measured;
  const text = `median ${medianMs} ms, 99 % ${p99Ms} ms, slowest ${maxMs} ms; ${count(outliers.length, "outlier")}`;
  return prose("latency  ", text, page);
}

function faults(report: Report, page: Page): readonly string[] {
  return problemsIn(report).flatMap(({ message, stack = [] }) => {
    const [first = "", ...more] = prose("! fault  ", shorten(message, page), page);
    const frames = page.verbose ? stack.flatMap((line) => quoted("     │ ", line, page)) : [];
    return [page.paint("red", first), ...more, ...frames];
  });
}

const tallies = ["holds", "violated", "known", "inconclusive", "unexercised"] as const;

function totals(report: Report, page: Page): readonly string[] {
  const widths = tallies.map((name) => name.length + 2);
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, at) => `${cell}`.padStart(widths[at] ?? 0)).join("");
  const columns = (["document", "aws"] as const).map((column) => {
    const name = `${column}${column === report.profile ? " *" : ""}`;
    return `${name.padEnd(10)}${row(tallies.map((tally) => report.summary[column][tally]))}`;
  });
  return [
    page.paint("dim", `${" ".repeat(10)}${row(tallies)}`),
    ...columns,
    page.paint("dim", "* decides the exit code"),
  ];
}

function verdict(report: Report, page: Page): readonly string[] {
  const code = page.exit ?? exitCode(report);
  const text = `${verdictSentence(report)} Exit code ${code}: ${exitMeaning(code)}.`;
  return prose("", text, page).map((line) => page.paint(code === 0 ? "green" : "red", line));
}
