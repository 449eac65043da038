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

/** Longest text of one code block, in characters, so that a huge body leaves room for the rest. */
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

/** The document for a CI job summary or a pull request: conclusion first, and a note when the limit truncates it. */
export function printMarkdown(document: Document, limitBytes = summaryLimit): string {
  const { title, conclusion, facts, totals, body, source } = document;
  const sign = conclusion.mark === undefined ? "" : `${signs[conclusion.mark]} `;
  const blocks = [
    `## ${escapeMarkdown(title)}`,
    `${sign}**${inline(conclusion.text)}**`,
    ...print({ kind: "facts", facts }, source),
    ...[...totals, ...body].flatMap((block) => print(block, source)),
  ];
  const kept = whatFits(blocks, limitBytes);
  const note = `_The rest does not fit and is omitted. See ${source}._`;
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

function print(block: Block, source: string): readonly string[] {
  switch (block.kind) {
    case "outline":
      return print(
        {
          kind: "list",
          items: block.items.map(({ head, detail = "" }) => [...spansOf(head), " ", ...spansOf(detail)]),
        },
        source,
      );
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

/** The command, or a comment with its place when it is too long: a truncated command does not work. */
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

/** Keeps the spaces at both ends, which separate neighbouring spans. */
function escaped(text: string): string {
  const before = /^ */.exec(text)?.[0] ?? "";
  const after = text.trim() === "" ? "" : (/ *$/.exec(text)?.[0] ?? "");
  return before + escapeMarkdown(text) + after;
}
