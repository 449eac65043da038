import {
  type Block,
  cut,
  type Document,
  type Fact,
  type Mark,
  spansOf,
  type Table,
  type Text,
} from "./blocks.ts";
import { escapeTerminal } from "./escape.ts";

/** How a document is laid out on a terminal. */
export interface TerminalOptions {
  /** Columns of the terminal. Commands are never wrapped. */
  readonly columns: number;
  /** True writes ANSI colours. */
  readonly color: boolean;
  /** True truncates only commands that are too long to paste. */
  readonly verbose?: boolean;
}

interface Page extends TerminalOptions {
  readonly source: string;
}

type Paint = "red" | "green" | "yellow" | "dim" | "bold";
const codes: Readonly<Record<Paint, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

const signs: Readonly<Record<Mark, { readonly sign: string; readonly paint: Paint }>> = {
  good: { sign: "✓", paint: "green" },
  bad: { sign: "✗", paint: "red" },
  differs: { sign: "≠", paint: "red" },
  tolerated: { sign: "~", paint: "yellow" },
  unsure: { sign: "?", paint: "yellow" },
  idle: { sign: "○", paint: "yellow" },
  aside: { sign: "–", paint: "dim" },
  problem: { sign: "!", paint: "red" },
};

/** Longest text from the wire without `verbose`, in characters. */
const longestText = 300;
/** Longest command, in characters: terminals are slow with longer pasted text. */
const longestCommand = 16_000;
/** Maximum widths in a split table: the row name, and a cell. */
const widest = { name: 42, cell: 24 } as const;

interface StyledLine {
  readonly text: string;
  readonly paint?: Paint | undefined;
}

/** The document for a person at a terminal: the conclusion comes last. */
export function printTerminal(document: Document, options: TerminalOptions): string {
  const { title, facts, body, totals, conclusion, source } = document;
  const page: Page = { ...options, columns: Math.max(20, options.columns), source };
  const end = wrapped("", conclusion.text, page);
  const paint = conclusion.mark === undefined ? undefined : signs[conclusion.mark].paint;
  const parts = [
    [...withPaint("bold", wrapped("", title, page)), ...factLines(facts, 0, page)],
    ...[...body, ...totals].map((block) => {
      const lines = linesOf(block, 0, page);
      // No blank line follows a heading.
      return block.kind === "heading" ? lines : [...lines, ...(lines.length === 0 ? [] : [blank])];
    }),
  ];
  const [top = [], ...rest] = parts;
  const lines = [...top, blank, ...rest.flat(), ...withPaint(paint, end)];
  return `${lines.map((line) => render(line, page)).join("\n")}\n`;
}

const blank: StyledLine = { text: "" };

function render({ text, paint }: StyledLine, { color }: Page): string {
  const safe = defused(text);
  return color && paint !== undefined ? `\u001b[${codes[paint]}m${safe}\u001b[0m` : safe;
}

/** Escapes a leading "::", which some CI runners execute as a command, indented or not. */
function defused(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1\\u003a");
}

function withPaint(paint: Paint | undefined, lines: readonly StyledLine[]): readonly StyledLine[] {
  return lines.map(({ text }) => ({ text, paint }));
}

function linesOf(block: Block, indent: number, page: Page): readonly StyledLine[] {
  const margin = " ".repeat(indent);
  switch (block.kind) {
    case "heading":
      return withPaint("bold", wrapped(margin, block.text, page));
    case "paragraph": {
      const paint = block.faint === true ? "dim" : undefined;
      if (block.mark === undefined) return withPaint(paint, wrapped(margin, block.text, page));
      const { sign, paint: own } = signs[block.mark];
      return withPaint(own, wrapped(`${margin}${sign} `, block.text, page));
    }
    case "facts":
      return factLines(block.facts, indent, page);
    case "table":
      return block.overview === true ? [] : tableLines(block, indent, page);
    case "list":
      return block.items.flatMap((item) => wrapped(`${margin}- `, item, page));
    case "quote":
      return block.lines.flatMap(({ label, text }) => quoted(margin, label, text, page));
    case "code":
      return block.lines.map((line) => ({ text: " ".repeat(Math.max(2, indent)) + whole(line, page) }));
    case "outline":
      return block.items.flatMap(({ mark, head, detail }) => {
        const { sign, paint } = signs[mark];
        const row = (first: string, text: Text) => fitted(first + plain(text, page), page.columns);
        return [
          { text: row(`${margin}${sign} `, head), paint },
          ...(detail === undefined ? [] : [{ text: row(`${margin}    `, detail) }]),
        ];
      });
    case "fold": {
      const { sign, paint } = block.mark === undefined ? { sign: "", paint: undefined } : signs[block.mark];
      const first = sign === "" ? margin : `${margin}${sign} `;
      return [
        ...withPaint(paint, wrapped(first, block.summary, page)),
        ...block.blocks.flatMap((one) => linesOf(one, indent + 2, page)),
      ];
    }
  }
}

function factLines(facts: readonly Fact[], indent: number, page: Page): readonly StyledLine[] {
  const widthOfNames = Math.max(0, ...facts.map(([name]) => width(name))) + 2;
  return facts.flatMap(([name, value]) =>
    wrapped(" ".repeat(indent) + padded(name, widthOfNames), value, page),
  );
}

/** Wraps text after a prefix, with a hanging indent. */
function wrapped(first: string, text: Text, page: Page): readonly StyledLine[] {
  const lines = wrapWords(plain(text, page), Math.max(10, page.columns - width(first)));
  return lines.map((line, index) => ({ text: (index === 0 ? first : " ".repeat(width(first))) + line }));
}

/** Text from the wire, with a gutter so that no continuation line looks like a command. */
function quoted(margin: string, label: string, text: string, page: Page): readonly StyledLine[] {
  const gutter = `${"│".padStart(label.length - 1)} `;
  const room = page.columns - margin.length - label.length;
  const lines = wrapHard(escapeTerminal(shortened(text, page)), Math.max(10, room));
  return lines.map((line, index) => ({ text: margin + (index === 0 ? label : gutter) + line }));
}

function plain(text: Text, page: Page): string {
  const parts = spansOf(text).map((span) => {
    if (typeof span === "string") return span;
    if ("mark" in span) return signs[span.mark].sign;
    return "strong" in span ? span.strong : shortened(span.code, page);
  });
  return escapeTerminal(parts.join(""));
}

function shortened(text: string, { verbose = false }: Page): string {
  return verbose ? text : cut(text, longestText);
}

/** A command, neither wrapped nor truncated. Escaping does not change the commands that this suite writes. */
function whole(line: string, { source }: Page): string {
  if (line.length > longestCommand) return `(a command of ${line.length} characters: see ${source})`;
  return escapeTerminal(line);
}

function tableLines(table: Table, indent: number, page: Page): readonly StyledLine[] {
  const rows = [table.head, ...table.rows].map((row) => row.map((cell) => plain(cell, page)));
  const room = page.columns - indent;
  // Two spaces between columns, or one when that makes the table fit.
  const gap = [2, 1].find((blanks) => total(widthsOf(rows), blanks) <= room);
  if (gap !== undefined) return aligned(rows, gap, table, indent);
  return table.tooWide === "stack"
    ? stacked(table, indent, page)
    : parts(rows, room).flatMap((part, index) => [
        ...(index === 0 ? [] : [blank]),
        ...aligned(part, 2, table, indent),
      ]);
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? ""))));
}

function total(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, one) => sum + one + gap, -gap);
}

function aligned(
  rows: readonly (readonly string[])[],
  gap: number,
  { numbers = false }: Table,
  indent: number,
): readonly StyledLine[] {
  const widths = widthsOf(rows);
  return rows.map((row, index) => {
    const cells = row.map((cell, at) => {
      const size = widths[at] ?? 0;
      return numbers && at > 0 ? " ".repeat(size - width(cell)) + cell : padded(cell, size);
    });
    const text = (" ".repeat(indent) + cells.join(" ".repeat(gap))).trimEnd();
    return index === 0 ? { text, paint: "dim" } : { text };
  });
}

/** Prints each row as its name, followed by its cells with their headings. */
function stacked({ head, rows }: Table, indent: number, page: Page): readonly StyledLine[] {
  return rows.flatMap(([name = "", ...cells]) => [
    ...wrapped(" ".repeat(indent + 2), name, page),
    ...factLines(
      cells.map((cell, at): Fact => [plain(head[at + 1] ?? "", page), cell]),
      indent + 6,
      page,
    ),
  ]);
}

/** Splits the table into tables that fit, each with the row names. */
function parts(rows: readonly (readonly string[])[], room: number): readonly (readonly string[])[][] {
  const name = Math.min(widest.name, Math.floor(room * 0.55), widthsOf(rows)[0] ?? 0);
  const fitting = rows.map((row) =>
    row.map((cell, at) => fitted(cell, at === 0 ? name : Math.min(widest.cell, room - name - 2))),
  );
  const widths = widthsOf(fitting);
  const groups: number[][] = [];
  for (let at = 1; at < widths.length; at++) {
    const group = groups.at(-1) ?? [];
    const size = total(
      [0, ...group, at].map((one) => widths[one] ?? 0),
      2,
    );
    if (groups.length === 0 || size > room) groups.push([at]);
    else group.push(at);
  }
  return groups.map((group) => fitting.map((row) => [0, ...group].map((at) => row[at] ?? "")));
}

function fitted(text: string, size: number): string {
  if (width(text) <= size) return text;
  return `${wrapHard(text, size - 1)[0] ?? ""}…`;
}

function padded(text: string, size: number): string {
  return text + " ".repeat(Math.max(0, size - width(text)));
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /\p{M}/u;

/** Width of the text on a terminal, in columns. */
export function width(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

function widthOf(character: string): number {
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Wraps text at spaces where possible. Only these spaces are lost. */
function wrapWords(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = wrapHard(word, columns);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? "";
  }
  return [...lines, line];
}

/** Wraps text at any character. The joined lines equal the text. */
function wrapHard(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const character of text) {
    const next = widthOf(character);
    if (used + next > columns && line !== "") {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += character;
    used += next;
  }
  return [...lines, line];
}
