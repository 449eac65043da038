import type { Column, Report, Tally } from "../report.ts";
import { exitCode, exitMeaning, verdictSentence } from "../verdict.ts";
import { badge, columnNames, icon, markNames, marks } from "./marks.ts";
import { html, type Markup } from "./markup.ts";

const readings: Readonly<Record<Column, string>> = {
  document: "The page, read literally.",
  aws: "The page, corrected by dated recordings.",
};

const tones = { 0: "holds", 1: "violated", 2: "inconclusive", 3: "inconclusive" } as const;

/** The top of the page: who was tested, what came of it, when and how. */
export function heading(report: Report): Markup {
  const code = exitCode(report);
  return html`<header class="top"><p class="tool">${report.tool.name} ${report.tool.version}</p>
<h1>${report.target.name}</h1>
<p class="endpoint"><code>${report.target.endpoint}</code></p>
<div class="verdict ${tones[code]}">${icon(tones[code])}<div><p class="verdict-line">${verdictSentence(report)}</p><p>Exit code ${code}: ${exitMeaning(code)}.</p></div></div>
${report.incomplete ? html`<div class="verdict inconclusive">${icon("inconclusive")}<div><p class="verdict-line">This run is incomplete.</p><p>Not everything planned was sent; the faults say why.</p></div></div>` : null}
<dl class="facts">${fact("Started", startedAt(report.startedAt))}${fact("Took", duration(report.durationMs))}${fact("Requests", grouped(report.requests))}${fact("Seed", String(report.seed))}${fact("Rules", grouped(report.rules.length))}</dl></header>`;
}

function fact(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function startedAt(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]} UTC`;
}

/** A length of time in words, from milliseconds. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A whole number with its thousands apart, the same in every locale. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The totals of both columns side by side. */
export function totals(report: Report): Markup {
  return html`<section class="totals" id="totals" aria-label="Totals">${(["document", "aws"] as const).map((column) => card(report.summary[column], column, report.profile))}</section>`;
}

function card(tally: Tally, column: Column, profile: Column): Markup {
  const gate = column === profile ? html`<span class="tag">decides this run</span>` : null;
  return html`<div class="card"><h2>${columnNames[column]} ${gate}</h2><p class="quiet">${readings[column]}</p>${bar(tally)}<ul class="counts">${marks.map((mark) => html`<li class="${tally[mark] === 0 ? "none" : "some"}"><span class="number">${tally[mark]}</span> ${badge(mark)}</li>`)}</ul></div>`;
}

/** The counts as one bar; the numbers under it say the same. */
function bar(tally: Tally): Markup {
  const all = marks.reduce((sum, mark) => sum + tally[mark], 0);
  let x = 0;
  const pieces = marks.map((mark) => {
    const share = all === 0 ? 0 : (tally[mark] / all) * 300;
    const piece = html`<rect class="fill ${mark}" x="${x.toFixed(2)}" y="0" width="${share.toFixed(2)}" height="10"/>`;
    x += share;
    return piece;
  });
  const words = marks.map((mark) => `${tally[mark]} ${markNames[mark].toLowerCase()}`).join(", ");
  return html`<svg class="share" viewBox="0 0 300 10" preserveAspectRatio="none" role="img" aria-label="${words}">${pieces}</svg>`;
}
