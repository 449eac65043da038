/**
 * A document that is printed as terminal text and as Markdown. It holds text as received; the printers escape it and
 * truncate long text.
 */
export interface Document {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly body: readonly Block[];
  /** Problems and totals, printed next to the conclusion. */
  readonly totals: readonly Block[];
  /** Last on a terminal, first in Markdown. */
  readonly conclusion: MarkedText;
  /** The file that holds the complete text of what is truncated. */
  readonly source: string;
}

/** One piece of a document. */
export type Block =
  | { readonly kind: "heading"; readonly text: Text }
  /** Dimmed where it is faint and the format allows. */
  | (MarkedText & { readonly kind: "paragraph"; readonly faint?: boolean })
  | { readonly kind: "facts"; readonly facts: readonly Fact[] }
  | Table
  | { readonly kind: "list"; readonly items: readonly Text[] }
  /** Text from the wire, line by line. Wrapping loses no characters. */
  | { readonly kind: "quote"; readonly lines: readonly QuotedLine[] }
  /** Lines that are never wrapped: commands to copy, or a drawing. */
  | { readonly kind: "code"; readonly language: "sh" | "text"; readonly lines: readonly string[] }
  /** Items of a head and a detail; a terminal gives each of them one row and cuts what is longer. */
  | { readonly kind: "outline"; readonly items: readonly OutlineItem[] }
  /** Blocks under a summary that can hide them. */
  | {
      readonly kind: "fold";
      readonly mark?: Mark;
      readonly summary: Text;
      readonly blocks: readonly Block[];
    };

/** Plain text, or spans of it. */
export type Text = string | readonly Span[];

/** `code` was sent or received, or is a command to copy; long code is truncated. */
export type Span = string | { readonly code: string } | { readonly strong: string } | { readonly mark: Mark };

/** The kind of icon and colour that a printer shows. */
export type Mark = "good" | "bad" | "differs" | "tolerated" | "unsure" | "idle" | "aside" | "problem";

/** A name and its value. */
export type Fact = readonly [name: string, value: Text];

interface MarkedText {
  readonly mark?: Mark;
  readonly text: Text;
}

/** Rows of cells under a head; the first cell of a row names it. */
export interface Table {
  readonly kind: "table";
  readonly head: readonly Text[];
  readonly rows: readonly (readonly Text[])[];
  /** All but the first column are numbers. */
  readonly numbers?: boolean;
  /** Layout when the table is too wide: each row as a list of its cells, or the columns in several tables. */
  readonly tooWide: "stack" | "split";
  /** True marks an overview of the folds that follow; a terminal omits it because it cannot close folds. */
  readonly overview?: boolean;
}

/** A line of text from the wire, after its label. */
export interface QuotedLine {
  readonly label: string;
  readonly text: string;
}

/** One item of an outline. */
export interface OutlineItem {
  readonly mark: Mark;
  readonly head: Text;
  readonly detail?: Text;
}

/** A paragraph with an optional mark. */
export function paragraph(text: Text, mark?: Mark): Block {
  return { kind: "paragraph", text, ...(mark === undefined ? {} : { mark }) };
}

/** A list; no block when it has no items. */
export function list(items: readonly Text[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

/** Lines that are never wrapped; no block when there are none. */
export function code(language: "sh" | "text", lines: readonly string[]): readonly Block[] {
  return lines.length === 0 ? [] : [{ kind: "code", language, lines }];
}

/** An outline; no block when it has no items. */
export function outline(items: readonly OutlineItem[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: "outline", items }];
}

/** Names with their values; no block when there are none. */
export function facts(all: readonly Fact[]): readonly Block[] {
  return all.length === 0 ? [] : [{ kind: "facts", facts: all }];
}

/** A fold with an optional mark. */
export function fold(summary: Text, blocks: readonly Block[], mark?: Mark): Block {
  return { kind: "fold", summary, blocks, ...(mark === undefined ? {} : { mark }) };
}

export function spansOf(text: Text): readonly Span[] {
  return typeof text === "string" ? [text] : text;
}

/** The text; a longer one is truncated, with its length. */
export function cut(text: string, longest: number): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length} characters)`;
}
