import {
  type Block,
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
import type { Schemas } from "./schemas.ts";
import { count } from "./verdict.ts";

/** The contents of diff.json, version 1: where two targets answer the same requests differently. */
export type DiffReport = Schemas["Diff"];
/** The two targets, in the order in which they were named. */
export type Side = keyof DiffReport["targets"];
/** One way in which the answers differ, with the smallest history that shows it. */
export type TargetDifference = Schemas["DiffDifference"];
/** The id and title of a rule or an unspecified behaviour. */
export type Named = Schemas["DiffNamed"];
/**
 * Whether the document decides a difference.
 * `rule`: it does, and `follows` names the target that follows it. `admitted`: it allows both answers.
 * `question`: it is a catalogued unspecified behaviour. `silent`: the catalogue does not cover it.
 */
export type Ruling = Schemas["DiffRuling"];
/** One request and the answers of both targets. Braces mark names that differ between the targets. */
export type DiffStep = Schemas["DiffStep"];
/** An answer, or why there was none. */
export type DiffAnswer = Schemas["DiffAnswer"];

/** diff.json: the comparison itself, with a newline at the end. */
export function diffJson(report: DiffReport): string {
  return `${escapeJson(JSON.stringify(report, null, 2))}\n`;
}

/** The comparison for a person at a terminal. */
export function diffText(report: DiffReport, options: TerminalOptions): string {
  return printTerminal(diffDocument(report), options);
}

/** The comparison for a CI job summary: an overview, and a fold for each difference; truncated with a note at the limit. */
export function diffMarkdown(report: DiffReport, limitBytes?: number): string {
  return printMarkdown(diffDocument(report), limitBytes);
}

function diffDocument(report: DiffReport): Document {
  const { tool, targets, seed, histories, differences, unsteady, faults, incomplete } = report;
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
    body: [...overview(differences), ...differences.map(difference)],
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

function overview(differences: readonly TargetDifference[]): readonly Block[] {
  if (differences.length === 0) return [];
  const table: Table = {
    kind: "table",
    head: ["about", "x", "y", "member", "the document", "seen"],
    rows: differences.map(({ topic, x, y, where = "", ruling, seen }): readonly Text[] => [
      [{ code: topic }],
      [{ code: x }],
      [{ code: y }],
      [{ code: where }],
      rulingText(ruling),
      `${seen}`,
    ]),
    tooWide: "stack",
    overview: true,
  };
  return [table];
}

function difference(one: TargetDifference): Block {
  const { topic, title, seen, reproduced, ruling, live, steps, curl } = one;
  const times = `seen ${seen === 1 ? "once" : `${seen} times`}, reproduced ${reproduced}`;
  return fold(
    [{ code: topic }, ...(topic === title ? [] : [`  ${title}`])],
    [
      ...facts([
        ["answers", [{ code: sidesText(one) }, ` (${times})`]],
        ["document", rulingText(ruling)],
        ...(live === undefined ? [] : [["live", rulingText(live, "the live service")] as const]),
      ]),
      { kind: "quote", lines: steps.flatMap(exchange) },
      paragraph("Reproduce on x:"),
      { kind: "code", language: "sh", lines: [curl.x] },
      paragraph("Reproduce on y:"),
      { kind: "code", language: "sh", lines: [curl.y] },
    ],
    "differs",
  );
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
  return list.map(({ id }) => id).join(", ");
}

/** How the two sides answer, as a phrase: "x 201, y 400 ValidationException". */
function sidesText({ x, y, where }: TargetDifference): string {
  return where === undefined ? `x ${x}, y ${y}` : `both succeed but differ in ${where}`;
}

/** An answer as one line: status, error name and body. */
function answerLine({ status, error, body }: DiffAnswer): string {
  if (status === null) return `no answer: ${body}`;
  return [`${status}`, error ?? "", body].filter((part) => part !== "").join(" ");
}

/** The result of the comparison, in one sentence. */
export function conclusion({ differences, compared, incomplete }: DiffReport): string {
  const answers = `${count(compared, "pair")} of answers`;
  if (compared === 0) return "No answers were compared: no result.";
  if (differences.length > 0)
    return `${count(differences.length, "difference")} in ${answers}: ${kinds(differences)}.`;
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
