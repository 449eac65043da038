import { createHash } from "node:crypto";
import { escapeHtml } from "../escape.ts";
import type { Column, Outcome, RuleReport } from "../report.ts";
import { counts } from "../verdict.ts";

/** The parts of a page. Style and script are constants, never text from a report. */
export interface HtmlPage {
  readonly title: string;
  readonly style: string;
  readonly script: string | null;
  readonly body: Markup;
}

/**
 * One self-contained HTML file. Its content security policy allows no requests, and only the script and style with these
 * hashes. An error in escaping cannot execute anything.
 */
export function page({ title, style, script, body }: HtmlPage): string {
  const scriptSource = script === null ? "'none'" : `'${hash(script)}'`;
  const policy = [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src ${scriptSource}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${verbatim(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${verbatim(style)}</style>
</head>
<body>
${sprite}
${body}
${script === null ? null : html`<script>${verbatim(script)}</script>`}
</body>
</html>
`.markup;
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** HTML that is safe to put into a page: only `html` creates it, from constant markup and escaped values. */
export interface Markup {
  readonly markup: string;
}

type HtmlPart = string | number | Markup | null | readonly HtmlPart[];

/** A template that escapes its values unless they are markup; null prints nothing, and lists are joined. */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Markup {
  return { markup: texts.map((text, index) => text + print(parts[index] ?? null)).join("") };
}

function print(part: HtmlPart): string {
  if (part === null) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  if ("markup" in part) return part.markup;
  return part.map(print).join("");
}

/** Inserts constant text without escaping: style, script and hashes, never text from a report. */
function verbatim(text: string): Markup {
  return { markup: text };
}

/** The mark of a rule: its outcome, or `known` for a known violation. */
export type VerdictMark = Outcome | "known";

/** Every mark, worst first, as on the page. */
export const marks = [
  "violated",
  "known",
  "inconclusive",
  "unexercised",
  "holds",
] as const satisfies readonly VerdictMark[];

/** A mark, or `ignored` when the rule does not count in the column. */
export type AnyMark = VerdictMark | "ignored";

/** Every mark and `ignored`, in the order of the page. */
export const allMarks = [...marks, "ignored"] as const satisfies readonly AnyMark[];

/** The word for a mark. Colour and icon only repeat it. */
export const markNames: Readonly<Record<AnyMark, string>> = {
  violated: "Violated",
  known: "Known",
  inconclusive: "Inconclusive",
  unexercised: "Unexercised",
  holds: "Holds",
  ignored: "Does not count",
};

/** The displayed name of a column. */
export const columnNames: Readonly<Record<Column, string>> = {
  document: "Document",
  aws: "Live service",
};

/** The mark of a rule in a column. */
export function markOf(rule: RuleReport, column: Column): AnyMark {
  if (!counts(rule, column)) return "ignored";
  const outcome = rule.verdicts[column];
  return outcome === "violated" && rule.known ? "known" : outcome;
}

/** An icon of the sprite, as decoration next to a word. */
export function icon(name: AnyMark | "absent" | "copy"): Markup {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><use href="#icon-${name === "ignored" ? "absent" : name}"/></svg>`;
}

/** A mark as icon and word. */
export function badge(mark: AnyMark, prefix = ""): Markup {
  const before = prefix === "" ? null : html`<span class="badge-of">${prefix}</span> `;
  return html`<span class="badge ${mark}">${icon(mark)}${before}${markNames[mark]}</span>`;
}

/** The definitions of the icons; `icon` refers to them. */
const sprite: Markup = html`<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">
<symbol id="icon-holds" viewBox="0 0 16 16"><path d="M3 8.5 6.5 12 13 4.5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="icon-violated" viewBox="0 0 16 16"><path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></symbol>
<symbol id="icon-known" viewBox="0 0 16 16"><path d="M4.5 2.5h7v11L8 10.7l-3.5 2.8z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/></symbol>
<symbol id="icon-inconclusive" viewBox="0 0 16 16"><path d="M5.4 5.8a2.6 2.6 0 1 1 3.9 2.3C8.4 8.6 8 9 8 9.9M8 12.8v.1" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></symbol>
<symbol id="icon-unexercised" viewBox="0 0 16 16"><path d="M3.5 8h9" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></symbol>
<symbol id="icon-absent" viewBox="0 0 16 16"><circle cx="8" cy="8" r="1.5" fill="currentColor"/></symbol>
<symbol id="icon-copy" viewBox="0 0 16 16"><path d="M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></symbol>
</svg>`;
