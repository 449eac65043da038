import { escapeHtml } from "../escape.ts";

/** HTML that is safe to put into a page: made by `html` alone, from constant markup and escaped values. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | null | readonly Part[];

/** A template whose values are escaped unless they are markup themselves; null prints nothing, lists are joined. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, index) => text + print(parts[index] ?? null)).join("") };
}

function print(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  if ("markup" in part) return part.markup;
  return part.map(print).join("");
}

/** Text of ours that goes into the page as it stands: style, script and hashes, never anything from a report. */
export function verbatim(text: string): Markup {
  return { markup: text };
}
