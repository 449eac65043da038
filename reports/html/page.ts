import { createHash } from "node:crypto";
import { sprite } from "./marks.ts";
import { html, type Markup, verbatim } from "./markup.ts";

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
