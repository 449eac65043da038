import { columns } from "../../spec/verdict.ts";
import { type Span, spansOf } from "../blocks.ts";
import { campaignFacts } from "../campaign.ts";
import {
  type CellStatus,
  cellStatus,
  cellWords,
  coverageInputs,
  coverageRows,
  coverageSentence,
} from "../coverage.ts";
import { gateText } from "../finding.ts";
import type {
  Column,
  CoverageCell,
  CoverageReport,
  GateEntry,
  LatencyReport,
  QuestionReport,
  Report,
  Tally,
} from "../report.ts";
import { exitCode, exitMeaning, leftOutText, verdictSentence } from "../verdict.ts";
import {
  allMarks,
  badge,
  columnNames,
  html,
  icon,
  type Markup,
  markNames,
  marks,
  type VerdictMark,
} from "./page.ts";
import { areaOf } from "./rule.ts";

/** A section of the page, with its entry in the table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly count: number | string | null;
  readonly body: Markup;
}

/** The sections below the rules, without empty ones. */
export function furtherSections(report: Report): readonly Section[] {
  const { questions, target, latency, leftOut = [], coverage, problems, campaign } = report;
  return [
    ...(coverage === undefined
      ? []
      : [{ id: "coverage", title: "Coverage", count: null, body: coverageTable(report, coverage) }]),
    ...(campaign === undefined ? [] : [campaignSection(report)]),
    ...listSection(
      { id: "questions", title: "Questions", tone: "questions" },
      "Where the document is silent or contradicts itself. What the target does here never fails.",
      questions.map(questionItem),
    ),
    ...listSection(
      { id: "faults", title: "Faults", tone: "plain warn" },
      "Problems of the suite or the connection. They do not count against the target.",
      problems.map(
        ({ message, stack }) => html`<li>${message}${stack === undefined ? null : stackFold(stack)}</li>`,
      ),
    ),
    ...listSection(
      { id: "cannot", title: "What the target cannot do", tone: "plain" },
      "Declared by the target or detected. Rules that need it do not count against the target.",
      target.cannot.map((one) => html`<li>${one}</li>`),
    ),
    ...listSection(
      { id: "left-out", title: "Left out", tone: "plain warn" },
      "Kinds of requests that were no longer sent, because too many of them got no answer within the deadline, because they ended the target, because they were too slow to be repeated, or because each of them violated its rule.",
      leftOut.map((one) => html`<li><code>${one.kind}</code>: ${leftOutText(one)}</li>`),
    ),
    ...(latency === undefined ? [] : [latencySection(latency)]),
  ];
}

/** A section that is a list under a sentence; none without items. */
function listSection(
  { id, title, tone }: Pick<Section, "id" | "title"> & { readonly tone: string },
  lead: string,
  items: readonly Markup[],
): readonly Section[] {
  const body = html`<p class="lead">${lead}</p><ul class="${tone}">${items}</ul>`;
  return items.length === 0 ? [] : [{ id, title, count: items.length, body }];
}

/** What the known-file says of the run; none where all its entries are as recorded. */
export function gateSections({ gate }: Report): readonly Section[] {
  if (gate === undefined || gate.failures.length + gate.notes.length === 0) return [];
  const item = (one: GateEntry) =>
    html`<li><strong>${one.code}</strong> ${gateText(one)}${one.line === undefined ? null : html` <span class="quiet">(line ${one.line})</span>`}</li>`;
  const part = (list: readonly GateEntry[], tone: string, lead: string) =>
    list.length === 0
      ? null
      : html`<p class="lead">${lead}</p><ul class="plain ${tone}">${list.map(item)}</ul>`;
  return [
    {
      id: "known-file",
      title: "Known-file",
      count: gate.failures.length,
      body: html`<p class="lead"><code>${gate.file}</code></p>${part(gate.failures, "warn", "These entries fail the run.")}${part(gate.notes, "", "Notes, which do not fail the run:")}`,
    },
  ];
}

function campaignSection(report: Report): Section {
  const items = campaignFacts(report).map(
    ([name, text]) => html`<li><strong>${name}</strong> ${spansOf(text).map(spanMarkup)}</li>`,
  );
  return {
    id: "campaign",
    title: "Campaign",
    count: null,
    body: html`<p class="lead">What was sent after the usual test cases, and what came of it.</p><ul class="plain">${items}</ul>`,
  };
}

function spanMarkup(span: Span): Markup | string {
  if (typeof span === "string") return span;
  return "code" in span ? html`<code>${span.code}</code>` : "strong" in span ? span.strong : "";
}

function questionItem({ id, title, answer, observations, source }: QuestionReport): Markup {
  return html`<li><p class="question">${title}</p><p class="reply">${answer}</p><p class="quiet"><code>${id}</code>${source === undefined ? null : html` · ${source}`} · ${observations} ${observations === 1 ? "observation" : "observations"}</p></li>`;
}

function stackFold(stack: readonly string[]): Markup {
  return html`<details class="headers"><summary>Stack</summary><pre>${stack.join("\n")}</pre></details>`;
}

function latencySection(latency: LatencyReport): Section {
  const { medianMs, p99Ms, maxMs, outliers } = latency;
  const figures = [
    ["Median", medianMs],
    ["99 of 100 within", p99Ms],
    ["Slowest", maxMs],
  ] as const;
  const slow =
    outliers.length === 0
      ? html`<p class="lead">There are no outliers.</p>`
      : html`<h3>Outliers</h3><ol class="outliers">${outliers.map(({ case: name, ms }) => html`<li><code>${name}</code><span>${milliseconds(ms)}</span><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${((ms / Math.max(1, maxMs, ms)) * 100).toFixed(1)}" height="4"/></svg></li>`)}</ol>`;
  return {
    id: "latency",
    title: "Latency",
    count: null,
    body: html`<p class="lead">Answers to AddPermission.</p><dl class="figures">${figures.map(([name, ms]) => html`<div><dt>${name}</dt><dd>${milliseconds(ms)}</dd></div>`)}</dl>${slow}`,
  };
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString("en")} ms`;
}

/** The filters. The script shows them; without it the page shows everything. */
export function filters(report: Report): Markup {
  const areas = [...new Set(report.rules.map(areaOf))].sort();
  return html`<form class="filters" id="filters" role="search" aria-label="Filter the rules" hidden>
<fieldset><legend>Show only</legend><div class="pills">${allMarks.map((mark) => html`<label class="pill ${mark}"><input type="checkbox" name="mark" value="${mark}"><span>${icon(mark)}${markNames[mark]}</span></label>`)}</div></fieldset>
<fieldset><legend>in the column</legend><div class="pills">${columns.map((column) => html`<label class="pill"><input type="radio" name="column" value="${column}"${column === report.profile ? html` checked` : null}><span>${columnNames[column]}</span></label>`)}</div></fieldset>
<div class="field"><label for="area">Area</label><select id="area" name="area"><option value="">All areas</option>${areas.map((area) => html`<option value="${area}">${area}</option>`)}</select></div>
<div class="field"><label for="text">Text</label><input id="text" name="text" type="search" autocomplete="off" spellcheck="false"></div>
<div class="actions"><button type="reset">Show all</button><button type="button" data-fold="open">Unfold</button><button type="button" data-fold="">Fold</button></div>
<output id="shown" for="area text" aria-live="polite"></output>
</form>`;
}

const readings: Readonly<Record<Column, string>> = {
  document: "The page, read literally.",
  aws: "The page, corrected by dated recordings.",
};

const tones = { 0: "holds", 1: "violated", 2: "inconclusive", 3: "inconclusive" } as const;

/** The top of the page: target, verdict, time and settings of the run. */
export function heading(report: Report): Markup {
  const code = exitCode(report);
  return html`<header class="top"><p class="tool">${report.tool.name} ${report.tool.version}</p>
<h1>${report.target.name}</h1>
<p class="endpoint"><code>${report.target.endpoint}</code></p>
<div class="verdict ${tones[code]}">${icon(tones[code])}<div><p class="verdict-line">${verdictSentence(report)}</p><p>Exit code ${code}: ${exitMeaning(code, report)}.</p></div></div>
${report.incomplete ? html`<div class="verdict inconclusive">${icon("inconclusive")}<div><p class="verdict-line">This run is incomplete.</p><p>It did not send all planned requests; the faults explain why.</p></div></div>` : null}
<dl class="facts">${fact("Started", startedAt(report.startedAt))}${fact("Took", duration(report.durationMs))}${fact("Requests", report.requests.toLocaleString("en"))}${fact("Seed", String(report.seed))}${fact("Rules", report.rules.length.toLocaleString("en"))}</dl></header>`;
}

function fact(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function startedAt(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]} UTC`;
}

/** A duration in words, from milliseconds. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The totals of both columns side by side. */
export function totals(report: Report): Markup {
  return html`<section class="totals" id="totals" aria-label="Totals">${columns.map((column) => card(report.summary[column], column, report.profile))}</section>`;
}

function card(tally: Tally, column: Column, profile: Column): Markup {
  const gate = column === profile ? html`<span class="tag">decides this run</span>` : null;
  return html`<div class="card"><h2>${columnNames[column]} ${gate}</h2><p class="quiet">${readings[column]}</p>${bar(tally)}<ul class="counts">${marks.map((mark) => html`<li class="${tally[mark] === 0 ? "none" : "some"}"><span class="number">${tally[mark]}</span> ${badge(mark)}</li>`)}</ul></div>`;
}

/** The counts as one bar. The numbers below repeat them. */
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

const cellTones: Readonly<Record<CellStatus, VerdictMark | "absent">> = {
  kept: "holds",
  broken: "violated",
  open: "known",
  unsettled: "inconclusive",
  empty: "unexercised",
  unreachable: "absent",
};

/** The words for a cell status. Colour only repeats them. */
const legend: Readonly<Record<CellStatus, string>> = {
  kept: "as documented",
  broken: "against the document",
  open: "not specified",
  unsettled: "no answer",
  empty: "not sent",
  unreachable: "impossible to send",
};

/** The coverage as a heat map of members and inputs. */
function coverageTable(report: Report, coverage: CoverageReport): Markup {
  const rows = coverageRows(coverage);
  const unreachable = coverage.cells.filter((cell) => cellStatus(cell) === "unreachable");
  return html`<p class="lead">${coverageSentence(report)} The table counts requests without any other fault.</p>
<div class="scroll" role="region" aria-label="Members by input" tabindex="0"><table class="coverage">
<thead><tr><th scope="col">Member</th>${coverageInputs.map(([input, heading]) => html`<th scope="col">${heading}${constraintFor(input)}</th>`)}</tr></thead>
<tbody>${rows.map(({ member, cells }) => html`<tr><th scope="row">${member}</th>${cells.map(cellOf)}</tr>`)}</tbody>
</table></div>
${unreachable.length === 0 ? null : html`<details class="headers"><summary>Why some inputs cannot be sent</summary><ul class="plain">${unreachable.map(({ member, constraint, unreachable: why }) => html`<li><code>${member}.${constraint}</code> ${why ?? ""}</li>`)}</ul></details>`}`;
}

const constraints: Readonly<Record<string, string>> = {
  missing: "required",
  null: "required",
  "wrong-type": "type",
  "too-short": "minLength",
  "too-long": "maxLength",
  "near-miss": "pattern",
};

function constraintFor(input: string): Markup | null {
  const constraint = constraints[input];
  return constraint === undefined ? null : html`<span class="when">${constraint}</span>`;
}

function cellOf(cell: CoverageCell | null): Markup {
  if (cell === null) return html`<td class="absent"><span class="sr">no constraint</span></td>`;
  const status = cellStatus(cell);
  const optional = cell.constraint === "optional" && cell.input !== "valid" ? " (optional)" : "";
  const words = cellWords(cell);
  const note =
    status === "kept" && words.length > 0 ? null : html`<span class="when">${legend[status]}</span>`;
  return html`<td class="${cellTones[status]}">${words.join(", ")}${optional}${note}</td>`;
}
