/**
 * A document that is printed as terminal text and as Markdown. Text in it is as it was received: the printers escape
 * it, cut what is too long, and know nothing of what it is about.
 */
export interface Document {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly body: readonly Block[];
  /** What belongs beside the conclusion: problems and totals. */
  readonly totals: readonly Block[];
  /** A terminal shows it last, where the reader is; a page shows it first. */
  readonly ruleResult: Marked;
  /** The file that holds all of it, for what is cut. */
  readonly source: string;
}

/** One piece of a document. */
export type Block =
  | Heading
  | Paragraph
  | { readonly kind: "facts"; readonly facts: readonly Fact[] }
  | Table
  | { readonly kind: "list"; readonly items: readonly Text[] }
  | Quote
  | Code
  | Fold;

/** Plain text, or spans of it. */
export type Text = string | readonly Span[];

/** `code` is what was sent, received or is to be copied; a long one is cut. */
export type Span = string | { readonly code: string } | { readonly strong: string } | { readonly mark: Mark };

/** What a reader is to make of something at a glance. */
export type Mark = "good" | "bad" | "differs" | "tolerated" | "unsure" | "idle" | "aside" | "problem";

/** A name and its value. */
export type Fact = readonly [name: string, value: Text];

interface Marked {
  readonly mark?: Mark;
  readonly text: Text;
}

interface Heading {
  readonly kind: "heading";
  readonly text: Text;
}

interface Paragraph extends Marked {
  readonly kind: "paragraph";
  /** Less important than what is around it. */
  readonly faint?: boolean;
}

/** Rows of cells under a head; the first cell of a row names it. */
export interface Table {
  readonly kind: "table";
  readonly head: readonly Text[];
  readonly rows: readonly (readonly Text[])[];
  /** All but the first column are numbers. */
  readonly numbers?: boolean;
  /** Where there is too little room: each row one cell below the other, or the columns in further tables. */
  readonly tooWide: "stack" | "split";
  /** An overview of the folds that follow; left out where folds cannot be closed. */
  readonly overview?: boolean;
}

/** Text of the wire, line by line: nothing of it is lost where a line is broken. */
interface Quote {
  readonly kind: "quote";
  readonly lines: readonly { readonly label: string; readonly text: string }[];
}

/** Lines that are never broken: commands to copy, or a drawing. */
interface Code {
  readonly kind: "code";
  readonly language: "sh" | "text";
  readonly lines: readonly string[];
}

/** Blocks that may be folded away under their summary. */
interface Fold {
  readonly kind: "fold";
  readonly mark?: Mark;
  readonly summary: Text;
  readonly blocks: readonly Block[];
}

/** A heading within a document. */
export function heading(text: Text): Block {
  return { kind: "heading", text };
}

/** A paragraph, with a mark where it has one. */
export function paragraph(text: Text, mark?: Mark): Block {
  return { kind: "paragraph", text, ...(mark === undefined ? {} : { mark }) };
}

/** A list; nothing when it has no items. */
export function list(items: readonly Text[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

/** Names with their values; nothing when there are none. */
export function facts(all: readonly Fact[]): readonly Block[] {
  return all.length === 0 ? [] : [{ kind: "facts", facts: all }];
}

/** A fold, with a mark where it has one. */
export function fold(summary: Text, blocks: readonly Block[], mark?: Mark): Block {
  return { kind: "fold", summary, blocks, ...(mark === undefined ? {} : { mark }) };
}

/** The spans of a text. */
export function spansOf(text: Text): readonly Span[] {
  return typeof text === "string" ? [text] : text;
}

/** Text as it is, or its beginning with its length. */
export function cut(text: string, longest: number): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length} characters)`;
}

/** The items under what they have in common, in the order in which it is first met. */
export function grouped<T>(
  items: readonly T[],
  common: (item: T) => string,
): readonly (readonly [common: string, items: readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(common(item), [...(groups.get(common(item)) ?? []), item]);
  return [...groups];
}
