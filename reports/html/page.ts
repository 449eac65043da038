import { createHash } from "node:crypto";
import { escapeHtml } from "../escape.ts";
import { sprite } from "./marks.ts";

/** What a page is made of; style and script are ours, never anything from a report. */
export interface Page {
  readonly title: string;
  readonly style: string;
  readonly script: string | null;
  readonly body: Markup;
}

/**
 * One self-contained HTML file. Its policy lets nothing be loaded, and lets run and style only what has the hash of
 * our own script and style, so that even a fault in escaping would not execute anything.
 */
export function page({ title, style, script, body }: Page): string {
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
function verbatim(text: string): Markup {
  return { markup: text };
}
