import { exitMeanings } from "../spec/verdict.ts";
import {
  type Block,
  type Document,
  type Fact,
  facts,
  fold,
  grouped,
  list,
  type Mark,
  paragraph,
  type Table,
  type Text,
} from "./blocks.ts";
import { coverageBlocks, coverageSentence } from "./coverage.ts";
import { answerText, interleaving, reasonText } from "./finding.ts";
import { printMarkdown } from "./print-markdown.ts";
import { printTerminal, type TerminalOptions } from "./print-terminal.ts";
import { problemsIn } from "./read-report.ts";
import type { Column, Counterexample, Report, RuleReport } from "./report.ts";
import {
  count,
  counts,
  type ExitCode,
  exitCode,
  type RuleStatus,
  rulesThat,
  verdictSentence,
} from "./verdict.ts";

/** Options for the document about a run. */
interface RunView {
  /** True adds rules that hold, every excused rule, unspecified behaviours and the coverage table. */
  readonly everything: boolean;
  /** True makes each command complete; false prints their common setup once. */
  readonly wholeCommands: boolean;
  /** The exit code of the command; null when there is no command. */
  readonly exit: ExitCode | null;
}

/** The report for a person at a terminal; `exit` is the exit code of the command when more than the report decides it. */
export function runText(
  report: Report,
  options: TerminalOptions & { readonly exit?: ExitCode | undefined },
): string {
  const { verbose = false, exit = exitCode(report) } = options;
  return printTerminal(runDocument(report, { everything: verbose, wholeCommands: false, exit }), options);
}

/** The report for a CI job summary, truncated with a note at the limit. */
export function runMarkdown(report: Report, limitBytes?: number): string {
  return printMarkdown(
    runDocument(report, { everything: true, wholeCommands: true, exit: null }),
    limitBytes,
  );
}

function runDocument(report: Report, view: RunView): Document {
  const { tool, target, profile, seed, requests, durationMs, incomplete } = report;
  const { exit } = view;
  const sentence = verdictSentence(report);
  const violated = rulesThat(report, "violated");
  return {
    title: `${tool.name} ${tool.version}`,
    facts: [
      ["target", [{ code: target.name }, " at ", { code: target.endpoint }]],
      ...usesFact(target),
      ["profile", [{ code: profile }]],
      ["seed", [{ code: `${seed}` }]],
      ["requests", `${requests} in ${(durationMs / 1000).toFixed(1)} s`],
    ],
    body: [
      ...(incomplete
        ? [paragraph("INCOMPLETE: the run ended before it sent all planned requests.", "problem")]
        : []),
      ...setup(report, violated, view),
      ...overview(violated),
      ...violated.map((rule) => violation(rule, report, view)),
      ...groups(report, view),
      ...leftOut(report),
      ...(view.everything ? [...holding(report), ...coverageBlocks(report), ...unspecified(report)] : []),
      ...facts([
        ...coverageFact(report),
        ...(view.everything ? [] : unspecifiedFact(report)),
        ...latencyFact(report),
        ...waitsFact(report),
      ]),
    ],
    totals: [...problems(report, view), totals(report)],
    conclusion: {
      text: exit === null ? sentence : `${sentence} Exit code ${exit}: ${exitMeanings[exit]}.`,
      mark: (exit ?? exitCode(report)) === 0 ? "good" : "bad",
    },
    source: "report.json",
  };
}

/** The existing function, version and alias whose policies the run used. */
function usesFact({ uses }: Report["target"]): readonly Fact[] {
  if (uses === undefined) return [];
  const { function: name, version, alias } = uses;
  const parts: readonly Text[] = [
    [{ code: name }],
    ...(version === undefined ? [] : [["its version ", { code: version }] as const]),
    ...(alias === undefined ? [] : [["its alias ", { code: alias }] as const]),
  ];
  const text = parts.flatMap((part, index) =>
    index === 0 ? part : [index === parts.length - 1 ? " and " : ", ", ...part],
  );
  return [["uses", text]];
}

/** The setup that the commands of all findings share. */
function setup(
  { shell }: Report,
  violated: readonly RuleReport[],
  { wholeCommands }: RunView,
): readonly Block[] {
  const used = violated.some(({ counterexample: found }) => found?.play);
  if (shell === undefined || wholeCommands || !used) return [];
  const blocks: readonly Block[] = [{ kind: "code", language: "sh", lines: shell }];
  return [fold("To reproduce findings, paste this setup into bash or zsh once:", blocks)];
}

function overview(violated: readonly RuleReport[]): readonly Block[] {
  if (violated.length === 0) return [];
  const rows = violated.map(({ id, title, counterexample: found }) => [
    [{ code: id }],
    title,
    [{ code: found?.expected ?? "" }],
    [{ code: found?.seen ?? "" }],
  ]);
  const head = ["rule", "claim", "expected", "seen"];
  return [{ kind: "table", head, rows, tooWide: "stack", overview: true }];
}

/** A violated rule: its claim, what was seen, the shrunk history, and the commands to reproduce it. */
function violation(rule: RuleReport, report: Report, view: RunView): Block {
  const other: Column = report.profile === "document" ? "aws" : "document";
  const there = counts(rule, other) ? rule.verdicts[other] : "does not count";
  const origin = `${rule.basis} · ${rule.source} · in the ${other} column: ${there}`;
  const blocks = rule.counterexample === undefined ? [] : counterexample(rule.counterexample, report, view);
  return fold(
    [{ code: rule.id }, `  ${rule.title}`],
    [{ kind: "paragraph", text: origin, faint: true }, ...blocks],
    "bad",
  );
}

function counterexample(found: Counterexample, { shell }: Report, view: RunView): readonly Block[] {
  const again = found.reproduced === undefined ? "" : ` (reproduced ${found.reproduced})`;
  const drawing = interleaving(found);
  const command = (view.wholeCommands ? undefined : shell && found.play) ?? found.curl;
  return [
    ...facts([
      ["expected", [{ code: found.expected }]],
      ["seen", [{ code: found.seen }, again]],
    ]),
    { kind: "quote", lines: exchanges(found.steps, view) },
    ...(drawing.length === 0 ? [] : [{ kind: "code", language: "text", lines: drawing } as const]),
    { kind: "code", language: "sh", lines: [command, found.replay] },
  ];
}

/** Number of calls in flight together that are shown without `everything`; the drawing has all of them. */
const mostTogether = 3;

interface QuotedLine {
  readonly label: string;
  readonly text: string;
}

function exchanges(steps: Counterexample["steps"], { everything }: RunView): readonly QuotedLine[] {
  const before = new Map<number, number>();
  return steps.flatMap((step, index): readonly QuotedLine[] => {
    const { round = -1 - index } = step.request;
    const place = (before.get(round) ?? 0) + 1;
    before.set(round, place);
    if (place <= mostTogether || everything) return exchange(step, index + 1);
    const all = steps.filter(({ request }) => request.round === round).length;
    const text = `… and ${all - mostTogether} more calls in flight together, drawn below`;
    return place === all ? [{ label: "   ", text }] : [];
  });
}

function exchange(step: Counterexample["steps"][number], number: number): readonly QuotedLine[] {
  const { method, path, body, encoding, raw, connection } = step.request;
  const form = encoding === undefined ? "" : `${encoding}: `;
  const inside = [
    ...(body === null ? [] : [form + body]),
    ...(raw === undefined ? [] : ["(sent over a raw socket)"]),
    ...(connection === undefined || number === 1 ? [] : ["(on the same connection, if still open)"]),
  ];
  return [
    { label: `${number}. `, text: `${method} ${path}` },
    ...inside.map((text) => ({ label: "   │ ", text })),
    { label: "   → ", text: answerText(step) },
  ];
}

/** Rules that are neither green nor red; a rule with the mark `aside` needs no action. */
const kinds: readonly (readonly [status: RuleStatus, heading: string, mark: Mark])[] = [
  ["known", "Known deviations", "tolerated"],
  ["inconclusive", "Inconclusive", "unsure"],
  ["unexercised", "Unexercised", "idle"],
  ["excused", "Not judged: the target does not support what they need", "aside"],
  ["explained", "Not judged: a known deviation explains the answers", "aside"],
];

function groups(report: Report, { everything }: RunView): readonly Block[] {
  return kinds.flatMap(([status, title, mark]) => {
    const rules = rulesThat(report, status);
    if (rules.length === 0) return [];
    const items = status === "known" ? rules.map(knownItem) : byReason(rules, everything || mark !== "aside");
    return [fold(`${title} (${rules.length})`, list(items), mark)];
  });
}

function knownItem({ id, title, reason }: RuleReport): Text {
  return [{ code: id }, `  ${title}`, ...(reason === undefined ? [] : [": ", { code: reason }])];
}

/** One line for each reason, with all rules that have it. */
function byReason(rules: readonly RuleReport[], named: boolean): readonly Text[] {
  return grouped(rules, reasonText).map(([reason, same]) => {
    const names = same.flatMap(({ id }, index) => (index === 0 ? [{ code: id }] : [", ", { code: id }]));
    return [{ code: reason }, ": ", ...(named ? names : [count(same.length, "rule")])];
  });
}

function leftOut({ leftOut = [] }: Report): readonly Block[] {
  if (leftOut.length === 0) return [];
  const items = leftOut.map(
    ({ kind, unanswered, left }): Text => [
      { code: kind },
      `: ${unanswered} in a row got no answer, ${count(left, "further request")} not sent`,
    ],
  );
  return [fold(`Left out: kinds of requests that got no answer (${leftOut.length})`, list(items), "unsure")];
}

function holding(report: Report): readonly Block[] {
  const rules = rulesThat(report, "holds");
  const items = rules.map(({ id, title, observations, checks }): Text => {
    const checked = checks === undefined ? "" : `, ${checks.executed} of ${checks.expected} checks`;
    return [{ code: id }, `  ${title} (${count(observations, "exchange")}${checked})`];
  });
  return rules.length === 0 ? [] : [fold(`Holds (${rules.length})`, list(items), "good")];
}

function coverageFact(report: Report): readonly Fact[] {
  const sentence = coverageSentence(report);
  return sentence === null ? [] : [["coverage", sentence]];
}

function unspecifiedFact({ questions }: Report): readonly Fact[] {
  if (questions.length === 0) return [];
  const what = `${count(questions.length, "behaviour")} not specified by the document`;
  return [["unspecified", `${what}: see "questions" in report.json, or use --verbose.`]];
}

function unspecified({ questions }: Report): readonly Block[] {
  if (questions.length === 0) return [];
  const items = questions.map(
    ({ id, title, answer }): Text => [{ code: id }, `  ${title} `, { code: answer }],
  );
  return [fold(`Behaviour that the document does not specify (${questions.length})`, list(items))];
}

function latencyFact({ latency }: Report): readonly Fact[] {
  if (latency === undefined) return [];
  const { medianMs, p99Ms, maxMs, outliers } = latency;
  const text = `median ${medianMs} ms, 99 % ${p99Ms} ms, slowest ${maxMs} ms; ${count(outliers.length, "outlier")}`;
  return [["latency", text]];
}

const causes = {
  "in-progress": "for another operation in progress",
  "not-visible": "for what was just created",
  "connection-closed": "for a new connection, because the target had closed an idle one",
} as const;

function waitsFact({ waits = [] }: Report): readonly Fact[] {
  const parts = waits.map(
    ({ cause, times, ms }) => `${count(times, "time")} ${causes[cause]}, ${(ms / 1000).toFixed(1)} s in all`,
  );
  return parts.length === 0 ? [] : [["waited", `${parts.join("; ")}; then the same call was answered.`]];
}

function problems(report: Report, { everything }: RunView): readonly Block[] {
  return problemsIn(report).map(({ message, stack = [] }) => {
    const lines = everything ? stack.map((text) => ({ label: "│ ", text })) : [];
    const text: Text = ["problem: ", { code: message }];
    return lines.length === 0
      ? paragraph(text, "problem")
      : fold(text, [{ kind: "quote", lines }], "problem");
  });
}

const tallies = ["holds", "violated", "known", "inconclusive", "unexercised"] as const;

function totals({ summary, profile }: Report): Table {
  const rows = (["document", "aws"] as const).map((column) => [
    column === profile ? [{ strong: column }, " (decides)"] : column,
    ...tallies.map((tally) => `${summary[column][tally]}`),
  ]);
  return { kind: "table", head: ["rules", ...tallies], rows, numbers: true, tooWide: "stack" };
}
