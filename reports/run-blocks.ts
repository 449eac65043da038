import { grouped } from "../spec/collections.ts";
import { columns } from "../spec/verdict.ts";
import {
  type Block,
  code,
  type Document,
  type Fact,
  facts,
  fold,
  list,
  type Mark,
  type OutlineItem,
  outline,
  paragraph,
  type QuotedLine,
  type Span,
  type Table,
  type Text,
} from "./blocks.ts";
import { campaignFacts } from "./campaign.ts";
import { type ShownCause, shownCauses } from "./causes.ts";
import { coverageBlocks, coverageSentence } from "./coverage.ts";
import { answerText, becauseText, interleaving, reasonText } from "./finding.ts";
import { printMarkdown } from "./print-markdown.ts";
import { printTerminal, type TerminalOptions, width } from "./print-terminal.ts";
import { causesIn } from "./read-report.ts";
import type { Column, Counterexample, GateEntry, Report, RuleReport } from "./report.ts";
import {
  count,
  counts,
  exitCode,
  exitMeaning,
  leftOutText,
  type RuleStatus,
  rulesThat,
  unconfirmedIn,
  verdictSentence,
} from "./verdict.ts";

interface RunView {
  /** True adds rules that hold, every excused rule, unspecified behaviours and the coverage table. */
  readonly everything: boolean;
  /** True makes each command complete; false prints their common setup once. */
  readonly wholeCommands: boolean;
  /** The exit code of the command; null when there is no command. */
  readonly exit: number | null;
  /** The space for causes and for reasons why rules are not judged; unlimited by default. */
  readonly space?: Space;
}

/** How many causes are shown in full, and in brief after them; and whether all else is shown in brief. */
interface Space {
  readonly full: number;
  readonly brief: number;
  readonly restInBrief: boolean;
}

/** The most rows of a terminal that the report takes unless it is verbose. */
const firstScreen = 60;

/**
 * The report for a person at a terminal. `exit` is the exit code of the command when more than the report decides it.
 * `mostRows`: the rows that it takes unless it is verbose; what does not fit is shown in brief.
 */
export function runText(
  report: Report,
  options: TerminalOptions & { readonly exit?: number | undefined; readonly mostRows?: number },
): string {
  const { verbose = false, exit = exitCode(report), mostRows = firstScreen } = options;
  const view = { everything: verbose, wholeCommands: false, exit };
  if (verbose) return printTerminal(runDocument(report, view), options);
  const all = shownCauses(report).length;
  // Colours take no room.
  const fits = (document: Document) =>
    rows(printTerminal(document, { ...options, color: false }), options.columns) <= mostRows;
  let document = runDocument(report, view);
  for (const space of spaces(all)) {
    document = runDocument(report, { ...view, space });
    if (fits(document)) break;
  }
  return printTerminal(document, options);
}

/** The first causes in full as far as they fit, then in brief, then by their ids. */
function spaces(all: number): readonly Space[] {
  const down = (most: number) => Array.from({ length: most + 1 }, (_, index) => most - index);
  // A cause takes six rows at least in full, and two in brief.
  const full = down(Math.min(all, Math.floor(firstScreen / 6)));
  return [
    { full: all, brief: 0, restInBrief: false },
    ...full.map((first) => ({ full: first, brief: all, restInBrief: false })),
    ...full.map((first) => ({ full: first, brief: all, restInBrief: true })),
    ...down(Math.min(all, firstScreen / 2)).map((brief) => ({ full: 0, brief, restInBrief: true })),
  ];
}

/** The rows that the text takes on a terminal, which wraps long commands. */
function rows(text: string, columns: number): number {
  const lines = text.trimEnd().split("\n");
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / Math.max(1, columns))), 0);
}

/** The report for a CI job summary, truncated with a note at the limit. */
export function runMarkdown(report: Report): string {
  return printMarkdown(runDocument(report, { everything: true, wholeCommands: true, exit: null }));
}

function runDocument(report: Report, view: RunView): Document {
  const { tool, target, profile, seed, requests, durationMs, incomplete, shards } = report;
  const { exit } = view;
  const sentence = verdictSentence(report);
  const causes = shownCauses(report);
  return {
    title: `${tool.name} ${tool.version}`,
    facts: [
      ["target", [{ code: target.name }, " at ", { code: target.endpoint }]],
      ...usesFact(target),
      ["profile", [{ code: profile }]],
      ["seed", [{ code: `${seed}` }]],
      ...shardFact(report),
      [
        "requests",
        `${requests} in ${(durationMs / 1000).toFixed(1)} s${shards === undefined ? "" : `, on ${count(shards, "shard")}`}`,
      ],
    ],
    body: [
      ...(incomplete
        ? [paragraph("INCOMPLETE: the run ended before it sent all planned requests.", "problem")]
        : []),
      ...setup(report, causes, view),
      ...overview(causes),
      ...causeBlocks(causes, report, view),
      ...unconfirmed(report, view),
      ...elsewhere(report),
      ...groups(report, view),
      ...leftOut(report),
      ...(view.everything ? [...holding(report), ...coverageBlocks(report), ...unspecified(report)] : []),
      ...(view.space?.restInBrief === true
        ? []
        : facts([
            ...coverageFact(report),
            ...(view.everything ? [] : unspecifiedFact(report)),
            ...latencyFact(report),
            ...waitsFact(report),
          ])),
    ],
    totals: [
      ...facts(campaignFacts(report)),
      ...problems(report, view),
      ...gate(report, view),
      totals(report),
    ],
    conclusion: {
      text: exit === null ? sentence : `${sentence} Exit code ${exit}: ${exitMeaning(exit, report)}.`,
      mark: (exit ?? exitCode(report)) === 0 ? "good" : "bad",
    },
    source: "report.json",
  };
}

function shardFact({ shard }: Report): readonly Fact[] {
  if (shard === undefined) return [];
  const { index, of, cases, planned } = shard;
  return [["shard", `${index} of ${of}, with ${cases} of ${count(planned, "test case")}`]];
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

function setup(
  report: Report,
  causes: readonly ShownCause[],
  { wholeCommands, space }: RunView,
): readonly Block[] {
  const { shell } = report;
  const used =
    causes.slice(0, space?.full).some(({ found }) => found.play) ||
    unconfirmedIn(report).some(({ found }) => found.play);
  if (shell === undefined || wholeCommands || !used) return [];
  return [fold("To reproduce findings, paste this setup into bash or zsh once:", code("sh", shell))];
}

function overview(causes: readonly ShownCause[]): readonly Block[] {
  if (causes.length === 0) return [];
  const rows = causes.map((one) => [
    [{ code: one.cause.id }],
    one.title,
    `${one.violated.length}`,
    [{ code: one.found.expected }],
    [{ code: one.found.seen }],
  ]);
  const head = ["cause", "claim", "rules", "expected", "seen"];
  return [{ kind: "table", head, rows, tooWide: "stack", overview: true }];
}

function causeBlocks(causes: readonly ShownCause[], report: Report, view: RunView): readonly Block[] {
  const { full, brief } = view.space ?? { full: causes.length, brief: 0 };
  const rest = causes.slice(full + brief).map(({ cause }) => cause.id);
  return [
    ...causes.slice(0, full).map((one) => causeBlock(one, report, view)),
    ...outline(causes.slice(full, full + brief).map(briefly)),
    ...(rest.length === 0
      ? []
      : [paragraph([`and ${count(rest.length, "more cause")}: `, ...ids(rest)], "bad")]),
    ...(causes.length > full
      ? [paragraph("The requests and answers of every rule: --verbose, or report.html.")]
      : []),
  ];
}

/** A cause in two lines: the claim, and what was seen. */
function briefly(one: ShownCause): OutlineItem {
  const { cause, violated, found } = one;
  const of = violated.length === 1 ? "" : `${count(violated.length, "rule")}, `;
  return {
    mark: "bad",
    head: [{ code: cause.id }, `  ${one.title}`],
    detail: [of, ...inBrief(found)],
  };
}

/** The longest expected or seen text in brief, in characters. */
const longestBrief = 60;

/** What was seen and what was expected. Of a long beginning that both have, most is left out, so that they differ visibly. */
function inBrief({ seen, expected }: Counterexample): Text {
  const [one, other] = [[...seen], [...expected]];
  const at = one.findIndex((character, index) => character !== other[index]);
  const apart = (text: readonly string[]) =>
    at <= longestBrief / 2 ? text.join("") : `${text.slice(0, 12).join("")}…${text.slice(at - 16).join("")}`;
  return ["seen ", { code: short(apart(one)) }, ", expected ", { code: short(apart(other)) }];
}

function short(text: string): string {
  const characters = [...text];
  return characters.length <= longestBrief ? text : `${characters.slice(0, longestBrief - 1).join("")}…`;
}

function ids(all: readonly string[]): readonly Span[] {
  return all.flatMap((id, index) => (index === 0 ? [{ code: id }] : [", ", { code: id }]));
}

/** A cause in full: its only rule, or what was seen and its rules; with `everything` each of its rules in full. */
function causeBlock(one: ShownCause, report: Report, view: RunView): Block {
  const { cause, violated, rule, found } = one;
  if (violated.length === 1) return violation(rule, found, report, view);
  const summary: Text = [{ code: cause.id }, `  ${cause.title}`];
  const met = paragraph([
    `${count(violated.length, "rule")}, ${count(cause.requests, "request")}: `,
    ...ids(violated.map(({ id }) => id)),
  ]);
  if (view.everything) {
    const rules = violated.flatMap((of) =>
      of.counterexample === undefined ? [] : [violation(of, of.counterexample, report, view)],
    );
    return fold(summary, [met, ...rules], "bad");
  }
  return fold(summary, [met, ...counterexample(found, report, view)], "bad");
}

/** The violations that were seen and not tried again: the first in full, the others in brief unless there is space. */
function unconfirmed(report: Report, view: RunView): readonly Block[] {
  const rules = unconfirmedIn(report);
  if (rules.length === 0) return [];
  const full = view.space === undefined || view.space.full > 0 ? rules.length : 1;
  const items = rules.slice(full).map(
    ({ rule, found }): OutlineItem => ({
      mark: "unsure",
      head: [{ code: rule.id }, `  ${rule.title}`],
      detail: inBrief(found),
    }),
  );
  const blocks = rules.slice(0, full).map(({ rule, found }) => {
    const why: Block = { kind: "paragraph", text: reasonText(rule), faint: true };
    return fold(
      [{ code: rule.id }, `  ${rule.title}`],
      [...counterexample(found, report, view), why],
      "unsure",
    );
  });
  return [paragraph(`Seen, not confirmed (${rules.length}):`, "unsure"), ...blocks, ...outline(items)];
}

function elsewhere(report: Report): readonly Block[] {
  const other: Column = report.profile === "document" ? "aws" : "document";
  const only = causesIn(report).flatMap(({ id, rules }) => {
    const own = report.rules.filter((rule) => rules.includes(rule.id));
    return own.every((rule) => !counts(rule, report.profile) || rule.verdicts[report.profile] !== "violated")
      ? [id]
      : [];
  });
  const head = [`In the ${other} column only: `, ...ids(only)];
  return outline(only.length === 0 ? [] : [{ mark: "aside", head }]);
}

/** A violated rule: its claim, what was seen, the shrunk history, and the commands to reproduce it. */
function violation(rule: RuleReport, found: Counterexample, report: Report, view: RunView): Block {
  const other: Column = report.profile === "document" ? "aws" : "document";
  const there = counts(rule, other) ? rule.verdicts[other] : "does not count";
  const another = found.columns?.includes(other) === false ? " by other requests" : "";
  const origin = `${rule.basis} · ${rule.source} · in the ${other} column: ${there}${another}`;
  return fold(
    [{ code: rule.id }, `  ${rule.title}`],
    [{ kind: "paragraph", text: origin, faint: true }, ...counterexample(found, report, view)],
    "bad",
  );
}

function counterexample(found: Counterexample, { shell }: Report, view: RunView): readonly Block[] {
  const again = found.reproduced === undefined ? "" : ` (reproduced ${found.reproduced})`;
  const command = (view.wholeCommands ? undefined : shell && found.play) ?? found.curl;
  return [
    ...facts([
      ["expected", [{ code: found.expected }]],
      ["seen", [{ code: found.seen }, again]],
    ]),
    { kind: "quote", lines: exchanges(found.steps, view) },
    ...code("text", interleaving(found)),
    ...code("sh", [command, found.replay]),
  ];
}

/** Number of calls in flight together that are shown without `everything`; the drawing has all of them. */
const mostTogether = 3;

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
  ["recorded", "Not judged, as the known-file records", "aside"],
];

function groups(report: Report, { everything, space }: RunView): readonly Block[] {
  if (space?.restInBrief === true) return groupsInBrief(report);
  return kinds.flatMap(([status, title, mark]) => {
    const rules = notShown(report, status);
    if (rules.length === 0) return [];
    const items =
      status === "known"
        ? everything
          ? rules.map(knownItem)
          : byBecause(rules)
        : byReason(rules, everything || mark !== "aside");
    return [fold(`${title} (${rules.length})`, list(items), mark)];
  });
}

/** The rules with this status that are not shown with what was seen of them. */
function notShown(report: Report, status: RuleStatus): readonly RuleReport[] {
  const shown = new Set(unconfirmedIn(report).map(({ rule }) => rule.id));
  return rulesThat(report, status).filter(({ id }) => status !== "inconclusive" || !shown.has(id));
}

/** The most reasons that are shown in brief for one kind of rules. */
const mostReasons = 3;

/** One row for each kind; without causes, one for each of its most common reasons. */
function groupsInBrief(report: Report): readonly Block[] {
  const hasCauses = shownCauses(report).length > 0;
  const items = kinds.flatMap(([status, title, mark]): readonly OutlineItem[] => {
    const rules = notShown(report, status);
    if (rules.length === 0) return [];
    const start = `${title} (${rules.length}): `;
    if (hasCauses) return [{ mark, head: [start, ...ids(rules.map(({ id }) => id))] }];
    const reasons = grouped(rules, reasonText).toSorted(([, a], [, b]) => b.length - a.length);
    const shown = reasons.slice(0, mostReasons).map(([reason, same]) => ({
      mark,
      head: [start, { code: reason }],
      detail: ids(same.map(({ id }) => id)),
    }));
    const more = reasons.length - shown.length;
    const rest = more === 0 ? [] : [{ mark, head: `${start}${count(more, "more reason")}, see --verbose` }];
    return [...shown, ...rest];
  });
  return outline(items);
}

function knownItem(rule: RuleReport): Text {
  return [{ code: rule.id }, `  ${rule.title}`, ...becauseSpans(rule)];
}

function becauseSpans(rule: RuleReport): readonly Span[] {
  const because = becauseText(rule);
  return because === "" ? [] : [": ", { code: because }];
}

/** One line for each reason that the known-file gives, with all rules that have it. */
function byBecause(rules: readonly RuleReport[]): readonly Text[] {
  return grouped(rules, becauseText).map(([because, same]) => [
    ...(because === "" ? [] : [{ code: because }, ": "]),
    ...ids(same.map(({ id }) => id)),
  ]);
}

/** One line for each reason, with all rules that have it. */
function byReason(rules: readonly RuleReport[], named: boolean): readonly Text[] {
  return grouped(rules, reasonText).map(([reason, same]) => {
    const names = named ? ids(same.map(({ id }) => id)) : [count(same.length, "rule")];
    return [{ code: reason.replace(/\.$/, "") }, ": ", ...names];
  });
}

function leftOut({ leftOut = [] }: Report): readonly Block[] {
  const kinds = leftOut.filter(({ violates }) => violates === undefined);
  const rules = leftOut.flatMap(({ violates }) => violates ?? []);
  const head = ["More random test cases left out, as each request violated the rule: ", ...ids(rules)];
  return [
    ...(kinds.length === 0 ? [] : leftOutKinds(kinds)),
    ...outline(rules.length === 0 ? [] : [{ mark: "aside", head }]),
  ];
}

function leftOutKinds(leftOut: NonNullable<Report["leftOut"]>): readonly Block[] {
  const items = leftOut.map(
    (one): Text => [
      { code: one.kind },
      ...(one.example === undefined ? [] : [", such as ", { code: one.example }]),
      `: ${leftOutText(one)}`,
    ],
  );
  const why = [
    ...(leftOut.some(({ unanswered, ended }) => unanswered > 0 && ended === undefined)
      ? ["got no answer"]
      : []),
    ...(leftOut.some(({ ended }) => ended !== undefined) ? ["ended the target"] : []),
    ...(leftOut.some(({ unanswered }) => unanswered === 0) ? ["were too slow"] : []),
  ];
  const title = `Left out: kinds of requests that ${why.join(", or ")}`;
  return [fold(`${title} (${leftOut.length})`, list(items), "unsure")];
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
  throttled: "after 429 TooManyRequestsException",
} as const;

function waitsFact({ waits = [] }: Report): readonly Fact[] {
  const parts = waits.map(
    ({ cause, times, ms }) => `${count(times, "time")} ${causes[cause]}, ${(ms / 1000).toFixed(1)} s in all`,
  );
  return parts.length === 0 ? [] : [["waited", `${parts.join("; ")}; then the same call was answered.`]];
}

/** The most problems that are shown where space is short. */
const mostProblems = 4;

function problems(report: Report, { everything, space }: RunView): readonly Block[] {
  const { problems: all } = report;
  const shown = all.slice(0, space?.restInBrief === true ? mostProblems : all.length);
  const more = all.length - shown.length;
  const rest = more === 0 ? [] : [paragraph(`and ${count(more, "more problem")}: see --verbose`, "problem")];
  const blocks = shown.map(({ message, stack = [] }) => {
    const lines = everything ? stack.map((text) => ({ label: "│ ", text })) : [];
    const text: Text = ["problem: ", { code: message }];
    return lines.length === 0
      ? paragraph(text, "problem")
      : fold(text, [{ kind: "quote", lines }], "problem");
  });
  return [...blocks, ...rest];
}

/** The most notes on entries that are shown where space is short. */
const mostNotes = 3;

/** What the known-file says of the run: entries that fail it, then notes. */
function gate({ gate: found }: Report, { everything, space }: RunView): readonly Block[] {
  if (found === undefined) return [];
  const { failures, notes } = found;
  const isShort = !everything && space?.restInBrief === true;
  const some = isShort ? notes.slice(0, mostNotes) : notes;
  const more = notes.length - some.length;
  const rows = [
    ...failures.map((one) => gateRow(one, "problem")),
    ...some.map((one) => gateRow(one, "aside")),
    ...(more === 0 ? [] : [paragraph(`and ${count(more, "more note")}: see --verbose`, "aside")]),
  ];
  if (rows.length === 0) return [];
  const mark = failures.length > 0 ? "problem" : "aside";
  return [fold(["Known deviations of ", { code: found.file }], rows, mark)];
}

/** "stale    StatementId.pattern no longer deviates: remove it from the file". */
function gateRow({ code, entry, rule, message }: GateEntry, mark: Mark): Block {
  const name = rule ?? entry;
  const of = rule === undefined || rule === entry ? [] : [" (", { code: entry }, ")"];
  return paragraph([code.padEnd(8), " ", { code: name }, ...of, ` ${message}`], mark);
}

const tallies = ["holds", "violated", "known", "inconclusive", "unexercised"] as const;

function totals({ summary, profile }: Report): Table {
  const rows = columns.map((column) => [
    column === profile ? [{ strong: column }, " (decides)"] : column,
    ...tallies.map((tally) => `${summary[column][tally]}`),
  ]);
  return { kind: "table", head: ["rules", ...tallies], rows, numbers: true, tooWide: "stack" };
}
