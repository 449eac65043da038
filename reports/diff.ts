import { grouped } from "../spec/collections.ts";
import {
  type Block,
  code,
  type Document,
  type Fact,
  facts,
  fold,
  paragraph,
  type Table,
  type Text,
} from "./blocks.ts";
import { escapeJson } from "./escape.ts";
import { printMarkdown } from "./print-markdown.ts";
import { printTerminal, type TerminalOptions } from "./print-terminal.ts";
import type {
  DiffAnswer,
  DiffCause,
  Diff as DiffReport,
  DiffStep,
  DiffNamed as Named,
  DiffRuling as Ruling,
  DiffDifference as TargetDifference,
} from "./schemas.generated.ts";
import { count } from "./verdict.ts";

export type { DiffAnswer, DiffCause, DiffReport, DiffStep, Named, Ruling, TargetDifference };

/** The two targets, in the order in which they were named. */
export type Side = keyof DiffReport["targets"];

/** diff.json: the comparison itself, with a newline at the end. */
export function diffJson(report: DiffReport): string {
  return `${escapeJson(JSON.stringify(report, null, 2))}\n`;
}

/** The comparison for a person at a terminal. */
export function diffText(report: DiffReport, options: TerminalOptions): string {
  return printTerminal(diffDocument(report), options);
}

/** The comparison for a CI job summary: an overview, and a fold for each difference; truncated with a note at the limit. */
export function diffMarkdown(report: DiffReport): string {
  return printMarkdown(diffDocument(report));
}

function diffDocument(report: DiffReport): Document {
  const { tool, targets, seed, histories, differences, unsteady, faults, incomplete } = report;
  const causes = shownCauses(report);
  const side = (name: Side): Fact => {
    const { name: target, endpoint, requests } = targets[name];
    return [name, [{ code: target }, " at ", { code: endpoint }, `, ${count(requests, "request")}`]];
  };
  return {
    title: `${tool.name} ${tool.version} diff`,
    facts: [
      side("x"),
      side("y"),
      ["seed", [{ code: `${seed}` }]],
      ["histories", `${histories.played} of ${histories.planned} sent to both`],
    ],
    body: [...overview(causes), ...causes.map((one) => causeBlock(one, targets))],
    totals: [
      ...unsteady.map((text) => paragraph(["unsteady: ", { code: text }], "unsure")),
      ...faults.map((text) => paragraph(["problem: ", { code: text }], "problem")),
    ],
    conclusion: {
      text: conclusion(report),
      mark: differences.length === 0 && !incomplete ? "good" : "bad",
    },
    source: "diff.json",
  };
}

/** A cause with its differences, the one to show first. */
interface ShownDiffCause {
  readonly cause: DiffCause;
  readonly differences: readonly [TargetDifference, ...TargetDifference[]];
}

/** The causes of a comparison with their differences. */
export function shownCauses({ differences, causes }: DiffReport): readonly ShownDiffCause[] {
  return causes.flatMap((cause): readonly ShownDiffCause[] => {
    const [first, ...more] = cause.differences.flatMap((place) => differences[place] ?? []);
    return first === undefined ? [] : [{ cause, differences: [first, ...more] }];
  });
}

/** True if a difference is about one of these rules or topics. */
export function isAbout({ topic, ruling, live }: TargetDifference, ids: readonly string[]): boolean {
  const judged = [ruling, live].flatMap((one) =>
    one?.kind === "rule" || one?.kind === "admitted" ? one.rules : [],
  );
  return [topic, ...judged.map(({ id }) => id)].some((id) => ids.includes(id));
}

/** True if an answer, as a phrase, is a refusal: a status from 400 to 499. */
export function isRefusal(answer: string): boolean {
  return /^4\d\d( |$)/.test(answer);
}

function overview(causes: readonly ShownDiffCause[]): readonly Block[] {
  if (causes.length === 0) return [];
  const table: Table = {
    kind: "table",
    head: ["cause", "x", "y", "about", "the document", "seen"],
    rows: causes.map(({ cause: { id, x, y, seen }, differences }): readonly Text[] => [
      [{ code: id }],
      [{ code: x }],
      [{ code: y }],
      listed(topicsOf(differences)),
      rulingText(mergedRuling(differences)),
      `${seen}`,
    ]),
    tooWide: "stack",
    overview: true,
  };
  return [table];
}

function causeBlock({ cause, differences }: ShownDiffCause, targets: DiffReport["targets"]): Block {
  const { id, title, seen } = cause;
  const [shown] = differences;
  const { reproduced, steps, curl, replay } = shown;
  const times = `seen ${seen === 1 ? "once" : `${seen} times`}, reproduced ${reproduced}`;
  const topics = topicsOf(differences);
  const curlOn = (side: Side): readonly Block[] =>
    targets[side].kind === "builtin" ? [] : [paragraph(`Reproduce on ${side}:`), ...code("sh", [curl[side]])];
  return fold(
    [{ code: id }, ...(id === title ? [] : [`  ${title}`])],
    [
      ...facts([
        ["answers", [{ code: sidesText(cause, differences) }, ` (${times})`]],
        ...(topics.join() === id ? [] : [["about", listed(topics)] as const]),
        ["document", rulingText(mergedRuling(differences))],
        ...liveFact(differences),
      ]),
      { kind: "quote", lines: steps.flatMap(exchange) },
      paragraph("Send it to both again:"),
      ...code("sh", [replay]),
      ...curlOn("x"),
      ...curlOn("y"),
    ],
    "differs",
  );
}

function topicsOf(differences: readonly TargetDifference[]): readonly string[] {
  return [...new Set(differences.map(({ topic }) => topic))];
}

/** The ruling on all differences of a cause, which are of one kind. */
function mergedRuling([first, ...more]: ShownDiffCause["differences"]): Ruling {
  return more.reduce((sum, { ruling }) => merged(sum, ruling), first.ruling);
}

/** The rulings of the live service where one is another than that of the document, each with its number of differences. */
function liveFact(differences: ShownDiffCause["differences"]): readonly Fact[] {
  if (differences.every(({ live }) => live === undefined)) return [];
  const rulings = differences.map(({ live, ruling }) => live ?? ruling);
  const groups = grouped(rulings, (one) => (one.kind === "rule" ? `rule ${one.follows}` : one.kind));
  const texts = groups.map(([, own]) => {
    const text = rulingText(own.reduce(merged), "the live service");
    return groups.length === 1 ? text : `in ${own.length}: ${text}`;
  });
  return [["live", texts.join("; ")]];
}

function merged(one: Ruling, other: Ruling): Ruling {
  const union = (a: readonly Named[], b: readonly Named[]) => [
    ...new Map([...a, ...b].map((named) => [named.id, named])).values(),
  ];
  if (one.kind === "rule" && other.kind === "rule") return { ...one, rules: union(one.rules, other.rules) };
  if (one.kind === "admitted" && other.kind === "admitted")
    return { ...one, rules: union(one.rules, other.rules) };
  if (one.kind === "question" && other.kind === "question")
    return { ...one, questions: union(one.questions, other.questions) };
  return one;
}

/** Names for a reader; diff.json has all. */
function listed(names: readonly string[]): string {
  const most = 8;
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function exchange({ request, x, y, differs }: DiffStep, index: number) {
  const both = `${x.status ?? "no answer"} ${x.error ?? ""}`.trim();
  return [
    { label: `${index + 1}. `, text: `${request.method} ${request.path}` },
    ...(request.body === null ? [] : [{ label: "   │ ", text: request.body }]),
    ...(differs
      ? [
          { label: "   x → ", text: answerLine(x) },
          { label: "   y → ", text: answerLine(y) },
        ]
      : [{ label: "   both → ", text: both }]),
  ];
}

/** Whether the document decides a difference, as a phrase; `who` names the authority. */
function rulingText(ruling: Ruling, who = "the document"): string {
  switch (ruling.kind) {
    case "rule": {
      const by = `decided by ${ids(ruling.rules)}`;
      if (ruling.follows === "neither") return `${by}: neither follows ${who}`;
      const other = ruling.follows === "x" ? "y" : "x";
      return `${by}: ${ruling.follows} follows ${who}, ${other} does not`;
    }
    case "admitted":
      return `${who} allows both, see ${ids(ruling.rules)}`;
    case "question":
      return `not specified by ${who}, see ${ids(ruling.questions)}`;
    case "silent":
      return `${who} does not mention it`;
  }
}

function ids(list: readonly Named[]): string {
  return listed(list.map(({ id }) => id));
}

/** How the two sides answer, as a phrase: "x 201, y 400 ValidationException". */
export function sidesText(
  { x, y }: Pick<DiffCause, "x" | "y">,
  differences: readonly Pick<TargetDifference, "where">[],
): string {
  const members = [...new Set(differences.flatMap(({ where }) => where ?? []))];
  return members.length === 0 ? `x ${x}, y ${y}` : `both succeed but differ in ${listed(members)}`;
}

/** An answer as one line: status, error name and body. */
function answerLine({ status, error, body }: DiffAnswer): string {
  if (status === null) return `no answer: ${body}`;
  return [`${status}`, error ?? "", body].filter((part) => part !== "").join(" ");
}

/** The result of the comparison, in one sentence. */
export function conclusion(report: DiffReport): string {
  const { differences, compared, incomplete } = report;
  const answers = `${count(compared, "pair")} of answers`;
  if (compared === 0) return "No answers were compared: no result.";
  if (differences.length > 0)
    return `${count(differences.length, "difference")} in ${answers}, of ${count(shownCauses(report).length, "cause")}: ${kinds(differences)}.`;
  return incomplete
    ? `No difference in ${answers}, but the run is incomplete.`
    : `No difference in ${answers}.`;
}

function kinds(differences: readonly TargetDifference[]): string {
  const follows = (side: string) =>
    differences.filter(({ ruling }) => ruling.kind === "rule" && ruling.follows === side).length;
  const of = (kind: Ruling["kind"]) => differences.filter(({ ruling }) => ruling.kind === kind).length;
  const parts = [
    [follows("x"), "only x follows the document"],
    [follows("y"), "only y follows the document"],
    [follows("neither"), "neither follows the document"],
    [of("question"), "the document does not specify it"],
    [of("admitted"), "the document allows both"],
    [of("silent"), "the document does not mention it"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `in ${number} ${words}`)
    .join(", ");
}
