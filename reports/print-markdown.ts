import { Buffer } from "node:buffer";
import {
  type Block,
  cut,
  type Document,
  type Mark,
  type Span,
  spansOf,
  type Table,
  type Text,
} from "./blocks.ts";
import { codeFence, codeSpan, escapeMarkdown, escapeTerminal } from "./escape.ts";

/** Most bytes of UTF-8 that a CI job summary takes. */
export const summaryLimit = 1024 * 1024;

/** Longest text of one code block, in characters: a huge body must not push everything else out. */
const longestBlock = 16_000;
/** Longest code span in prose and in a table cell. */
const longest = { prose: 500, cell: 120 } as const;

const signs: Readonly<Record<Mark, string>> = {
  good: "✅",
  bad: "❌",
  differs: "❌",
  tolerated: "🟣",
  unsure: "❔",
  idle: "⚪",
  aside: "➖",
  problem: "⚠️",
};

/** The document for a CI job summary or a pull request: conclusion first, and a note where it is cut at the limit. */
export function printMarkdown(document: Document, limitBytes = summaryLimit): string {
  const { title, ruleResult, facts, totals, body, source } = document;
  const sign = ruleResult.mark === undefined ? "" : `${signs[ruleResult.mark]} `;
  const blocks = [
    `## ${escapeMarkdown(title)}`,
    `${sign}**${inline(ruleResult.text)}**`,
    ...print({ kind: "facts", facts }, source),
    ...[...totals, ...body].flatMap((block) => print(block, source)),
  ];
  const kept = whatFits(blocks, limitBytes);
  const note = `_The rest is left out: it does not fit. See ${source}._`;
  return `${(kept.length < blocks.length ? [...kept, note] : kept).join("\n\n")}\n`;
}

function whatFits(blocks: readonly string[], limitBytes: number): readonly string[] {
  let left = limitBytes - 100;
  const end = blocks.findIndex((block) => {
    left -= Buffer.byteLength(block) + 2;
    return left < 0;
  });
  return end < 0 ? blocks : blocks.slice(0, end);
}

/** The block; nothing for one that has nothing in it. */
function print(block: Block, source: string): readonly string[] {
  switch (block.kind) {
    case "heading":
      return [`### ${inline(block.text)}`];
    case "paragraph":
      return [`${signed(block.mark)}${inline(block.text)}`];
    case "facts":
      return items(block.facts.map(([name, value]) => `${escapeMarkdown(name)}: ${inline(value)}`));
    case "table":
      return [table(block)];
    case "list":
      return items(block.items.map((item) => inline(item)));
    case "quote": {
      const lines = block.lines.map(({ label, text }) => label + escapeTerminal(text));
      return [codeFence(cut(lines.join("\n"), longestBlock), "text")];
    }
    case "code":
      return [codeFence(block.lines.map((line) => whole(line, source)).join("\n"), block.language)];
    case "fold": {
      const summary = `<details><summary>${signed(block.mark)}${inline(block.summary)}</summary>`;
      return [[summary, ...block.blocks.flatMap((one) => print(one, source)), "</details>"].join("\n\n")];
    }
  }
}

function items(texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [texts.map((text) => `- ${text}`).join("\n")];
}

/** A command that is cut is no command; say where it is instead. */
function whole(line: string, source: string): string {
  return line.length <= longestBlock ? line : `# a command of ${line.length} characters: see ${source}`;
}

function table({ head, rows, numbers = false }: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(head.map((cell) => inline(cell))),
    row(head.map((_, index) => (numbers && index > 0 ? "--:" : "---"))),
    ...rows.map((cells) => row(cells.map((cell) => inline(cell, longest.cell)))),
  ].join("\n");
}

function signed(mark: Mark | undefined): string {
  return mark === undefined ? "" : `${signs[mark]} `;
}

function inline(text: Text, most: number = longest.prose): string {
  return spansOf(text)
    .map((span) => spanText(span, most))
    .join("");
}

function spanText(span: Span, most: number): string {
  if (typeof span === "string") return escaped(span);
  if ("mark" in span) return signs[span.mark];
  if ("strong" in span) return `**${escaped(span.strong)}**`;
  return span.code === "" ? "" : codeSpan(cut(span.code, most));
}

/** Blanks at the ends separate a span from the next one. */
function escaped(text: string): string {
  const before = /^ */.exec(text)?.[0] ?? "";
  const after = text.trim() === "" ? "" : (/ *$/.exec(text)?.[0] ?? "");
  return before + escapeMarkdown(text) + after;
}
