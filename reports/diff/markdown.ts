import { Buffer } from "node:buffer";
import { codeFence, codeSpan, escapeMarkdown, escapeTerminal } from "../escape.ts";
import { summaryLimit } from "../markdown.ts";
import type { Difference, DiffReport, DiffStep } from "./diff-report.ts";
import { answerLine, conclusion, rulingText, sidesText } from "./text.ts";

/** Longest text of one block, in characters. */
const longestBlock = 16_000;

/** The comparison for a CI job summary: a table, and a block to unfold for each difference; cut with a note at the limit. */
export function diffMarkdown(report: DiffReport, limitBytes: number = summaryLimit): string {
  const blocks = [
    title(report),
    ...notes(report),
    ...(report.differences.length === 0 ? [] : [table(report.differences)]),
    ...report.differences.map(details),
  ];
  let left = limitBytes - 100;
  const end = blocks.findIndex((block) => {
    left -= Buffer.byteLength(block) + 2;
    return left < 0;
  });
  const kept =
    end < 0 ? blocks : [...blocks.slice(0, end), "_The rest is left out: it does not fit. See diff.json._"];
  return `${kept.join("\n\n")}\n`;
}

function title(report: DiffReport): string {
  const { tool, targets, seed } = report;
  const side = (name: "x" | "y") =>
    `${name} is ${codeSpan(targets[name].name)} at ${codeSpan(targets[name].endpoint)}`;
  return `## ${escapeMarkdown(tool.name)} diff\n\n**${escapeMarkdown(conclusion(report))}**\n\n${side("x")} · ${side("y")} · seed ${codeSpan(`${seed}`)}`;
}

function notes({ faults, unsteady }: DiffReport): readonly string[] {
  const list = [...faults, ...unsteady].map((text) => `- ${codeSpan(cut(text, 1000))}`);
  return list.length === 0 ? [] : [list.join("\n")];
}

function table(differences: readonly Difference[]): string {
  const rows = differences.map(
    ({ topic, x, y, where, ruling, seen }) =>
      `| ${[codeSpan(topic), codeSpan(cut(x, 80)), codeSpan(cut(y, 80)), where === undefined ? "" : codeSpan(cut(where, 120)), escapeMarkdown(rulingText(ruling)), `${seen}`].join(" | ")} |`,
  );
  return [
    "| about | x | y | member | the document | seen |",
    "| --- | --- | --- | --- | --- | --: |",
    ...rows,
  ].join("\n");
}

function details(one: Difference): string {
  const summary = `<details><summary>${codeSpan(one.topic)} ${escapeMarkdown(one.title)}</summary>`;
  const story = [
    sidesText(one),
    rulingText(one.ruling),
    ...(one.live === undefined ? [] : [rulingText(one.live, "the live service")]),
    `shown again: ${one.reproduced}`,
    ...one.steps.flatMap(stepLines),
  ];
  const text = cut(story.map(escapeTerminal).join("\n"), longestBlock);
  const commands = [one.curl.x, one.curl.y].map((line) =>
    line.length <= longestBlock ? line : `# a command of ${line.length} characters: see diff.json`,
  );
  return [
    summary,
    codeFence(text, "text"),
    codeFence(`# x\n${commands[0]}\n# y\n${commands[1]}`, "sh"),
    "</details>",
  ].join("\n\n");
}

function stepLines({ request, x, y }: DiffStep, index: number): readonly string[] {
  return [
    `${index + 1}. ${[request.method, request.path, request.body ?? ""].join(" ").trim()}`,
    `   x -> ${answerLine(x)}`,
    `   y -> ${answerLine(y)}`,
  ];
}

function cut(text: string, longest: number): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length} characters)`;
}
