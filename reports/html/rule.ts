import { columns } from "../../spec/verdict.ts";
import { answerLabel, becauseText } from "../finding.ts";
import type { Basis, Column, Counterexample, CounterexampleStep, RuleReport } from "../report.ts";
import { count } from "../verdict.ts";
import { type AnyMark, allMarks, badge, columnNames, html, icon, type Markup, markOf } from "./page.ts";
import { sequence } from "./sequence.ts";

const bases: Readonly<Record<Basis, string>> = {
  stated: "stated by the document",
  implied: "implied by the document",
  observed: "observed at the live service",
  open: "not specified by the document",
};

/** The part of a rule's id before the first dot, which is a filter. */
export function areaOf(rule: RuleReport): string {
  return rule.id.split(".")[0] ?? rule.id;
}

/** The attributes that the filters read. */
function facts(rule: RuleReport): Markup {
  return html`data-rule data-document="${markOf(rule, "document")}" data-aws="${markOf(rule, "aws")}" data-area="${areaOf(rule)}"`;
}

/** Violated rules with one cause, as a part of the page. */
export interface CauseSection {
  readonly id: string;
  readonly title: string;
  /** Requests that met the cause; null in a report of an earlier version. */
  readonly requests: number | null;
  /** The shortest counterexample of the rules. */
  readonly best: Counterexample;
  readonly rules: readonly FoundRule[];
}

/** A rule with its counterexample. */
interface FoundRule {
  readonly rule: RuleReport;
  readonly counterexample: Counterexample;
}

/** A cause with its rules inside, or its only rule. */
export function causeGroup(cause: CauseSection, index: number): Markup {
  const [only, ...more] = cause.rules;
  const id = `cause-${index}`;
  if (only !== undefined && more.length === 0) {
    return html`<article class="finding" id="${id}" data-cause ${facts(only.rule)}><details open>
${summary(cause)}
${body(only, 4)}</details></article>`;
  }
  return html`<section class="finding cause" id="${id}" data-cause><details open>
${summary(cause)}
<div class="cause-body">${cause.rules.map((found) => finding(found, 4))}</div></details></section>`;
}

/** What is seen of a cause while it is folded. */
function summary({ id, title, requests, best, rules }: CauseSection): Markup {
  const numbers = [
    ...(rules.length === 1 ? [] : [count(rules.length, "rule")]),
    ...(requests === null ? [] : [count(requests, "request")]),
  ];
  return html`<summary><h3>${title}</h3><span class="badges">${badges(rules.map(({ rule }) => rule))}</span><span class="cause-facts"><code>${id}</code>${numbers.map((number) => html` · ${number}`)}</span><span class="brief"><span class="brief-side"><span class="way">Expected</span> ${best.expected}</span><span class="brief-side"><span class="way">Seen</span> ${best.seen}</span></span></summary>`;
}

/** The worst mark of the rules in the column. */
export function worst(rules: readonly RuleReport[], column: Column): AnyMark {
  return allMarks.find((mark) => rules.some((rule) => markOf(rule, column) === mark)) ?? "ignored";
}

/** A badge for each column with the worst mark of the rules. */
function badges(rules: readonly RuleReport[]): readonly Markup[] {
  return columns.map((column) => badge(worst(rules, column), columnNames[column]));
}

/** A rule with a counterexample, in full; `level` is that of its heading. One that was not confirmed has a reason. */
export function finding(found: FoundRule, level: 3 | 4, unconfirmed = ""): Markup {
  const { rule } = found;
  return html`<article class="finding" ${facts(rule)}><details open>
<summary><h${level}>${rule.title}</h${level}><span class="badges">${badges([rule])}</span></summary>
${body(found, level + 1, unconfirmed)}</details></article>`;
}

/** What a finding holds; `level` is that of its headings. One that was not confirmed has a reason, and was not shrunk. */
function body({ rule, counterexample }: FoundRule, level: number, unconfirmed = ""): Markup {
  return html`<div class="finding-body">
${unconfirmed === "" ? null : html`<p class="lead">${unconfirmed}</p>`}${claim(rule)}
${sides(counterexample, level)}
<h${level} class="part">${unconfirmed === "" ? "Smallest history" : "History"}</h${level}>
<div class="history">${sequence(counterexample.steps)}${stepList(counterexample.steps)}</div>
<h${level} class="part">Reproduce</h${level}>
${command("curl", "With curl", counterexample.curl, rule.id)}
${command("replay", "With this suite", counterexample.replay, rule.id)}
</div>`;
}

function claim(rule: RuleReport): Markup {
  return html`<dl class="claim"><div><dt>Rule</dt><dd><code>${rule.id}</code></dd></div><div><dt>Source</dt><dd>${rule.source} <span class="quiet">(${bases[rule.basis]})</span></dd></div>${known(rule)}<div><dt>Observations</dt><dd>${rule.observations}</dd></div>${rule.checks === undefined ? null : html`<div><dt>Checks</dt><dd>${checksText(rule.checks)}</dd></div>`}</dl>`;
}

/** Why the known-file tolerates a rule. */
function known(rule: RuleReport): Markup | null {
  const because = rule.known ? becauseText(rule) : "";
  return because === "" ? null : html`<div><dt>Known</dt><dd>${because}</dd></div>`;
}

/** The number of checks with a verdict, of all expected checks. */
function checksText({ executed, expected }: NonNullable<RuleReport["checks"]>): string {
  return `${executed} of ${expected}`;
}

function sides({ expected, seen, reproduced }: Counterexample, level: number): Markup {
  const again = reproduced === undefined ? null : html`<p class="quiet">Reproduced: ${reproduced}.</p>`;
  return html`<div class="sides"><div class="side expected"><h${level} class="part">${icon("holds")}Expected</h${level}><p>${expected}</p></div><div class="side seen"><h${level} class="part">${icon("violated")}Seen</h${level}><p>${seen}</p>${again}</div></div>`;
}

function command(kind: string, title: string, text: string, rule: string): Markup {
  return html`<div class="command"><div class="command-head"><span>${title}</span><button type="button" class="copy" data-copy hidden aria-label="Copy ${kind} command for ${rule}">${icon("copy")}<span>Copy ${kind}</span></button></div><pre><code>${text}</code></pre></div>`;
}

/** A rule without a counterexample, in one row. */
export function ruleRow(rule: RuleReport): Markup {
  const text = rule.known ? becauseText(rule) : "";
  const reasons = [rule.reason ?? "", text === rule.reason || text === "" ? "" : `Known: ${text}`];
  const reason = reasons.flatMap((one) => (one === "" ? [] : [html`<p class="reason">${one}</p>`]));
  return html`<li class="rule" ${facts(rule)}><div class="badges">${badges([rule])}</div><div class="rule-text"><p class="rule-title">${rule.title}</p>${reason}<p class="quiet"><code>${rule.id}</code> · ${rule.source} · ${bases[rule.basis]} · ${rule.observations} ${rule.observations === 1 ? "observation" : "observations"}${rule.checks === undefined ? null : html` · ${checksText(rule.checks)} checks`}</p></div></li>`;
}

/** The page truncates longer bodies; report.json has them completely. */
const longest = 4000;

/** Every step of a history: request and answer. */
function stepList(steps: readonly CounterexampleStep[]): Markup {
  return html`<ol class="steps">${steps.map((step) => html`<li>${request(step, steps)}${response(step)}</li>`)}</ol>`;
}

function request(step: CounterexampleStep, steps: readonly CounterexampleStep[]): Markup {
  const { method, path, headers, body, encoding, raw } = step.request;
  return html`<div class="exchange"><p class="line"><span class="way">Sent</span> <code>${method} ${path}</code></p>
${notes(step, steps).map((note) => html`<p class="note">${note}</p>`)}${raw === undefined ? null : rawFraming(raw)}${headerList(headers)}${body === null ? null : text(body, encoding === undefined ? "Body" : "Body, base64")}</div>`;
}

function notes(step: CounterexampleStep, steps: readonly CounterexampleStep[]): readonly string[] {
  const { round, revisionFrom, versionFrom, connection } = step.request;
  const numbers = steps.flatMap((other, index) =>
    other !== step && round !== undefined && other.request.round === round ? [index + 1] : [],
  );
  const sourceOf = (key: string | undefined) =>
    key === undefined ? -1 : steps.findIndex((other) => other.request.key === key);
  const source = sourceOf(revisionFrom);
  const published = sourceOf(versionFrom);
  const before = steps
    .slice(0, steps.indexOf(step))
    .findLastIndex((other) => connection !== undefined && other.request.connection === connection);
  return [
    ...(before >= 0 ? [`Sent over the connection of step ${before + 1}, if it was still open.`] : []),
    ...(numbers.length > 0 ? [`In flight together with step ${numbers.join(" and ")}.`] : []),
    ...(source >= 0 ? [`Carries the RevisionId that step ${source + 1} returned.`] : []),
    ...(published >= 0 ? [`Names the version that step ${published + 1} published.`] : []),
  ];
}

function rawFraming(raw: NonNullable<CounterexampleStep["request"]["raw"]>): Markup {
  const pieces = `${raw.pieces.length} ${raw.pieces.length === 1 ? "piece" : "pieces"} after them${raw.halfClose === true ? ", then the sending side is closed" : ""}`;
  return html`<p class="note">Sent over a raw socket: these lines, ${pieces}.</p>${text(raw.lines.join("\n"), "Lines")}`;
}

function response(step: CounterexampleStep): Markup {
  const { response: answer } = step;
  const label = html`<p class="line"><span class="way">Got</span> <strong>${answerLabel(step)}</strong>${time(step)}</p>`;
  if (answer === null) return html`<div class="exchange">${label}</div>`;
  const body = answer.body === "" ? null : text(answer.body, "Body");
  return html`<div class="exchange">${label}${headerList(answer.headers)}${body}</div>`;
}

function time({ sentAt, answeredAt }: CounterexampleStep): Markup | null {
  if (sentAt === undefined || answeredAt === undefined) return null;
  return html` <span class="quiet">after ${Math.round(answeredAt - sentAt)} ms</span>`;
}

function headerList(headers: Readonly<Record<string, string>>): Markup | null {
  const lines = Object.entries(headers);
  if (lines.length === 0) return null;
  return html`<details class="headers"><summary>${lines.length} ${lines.length === 1 ? "header" : "headers"}</summary><pre>${cut(lines.map(([name, value]) => `${name}: ${value}`).join("\n"))}</pre></details>`;
}

function text(content: string, name: string): Markup {
  return html`<div class="body"><span class="quiet">${name}</span><pre>${cut(content)}</pre></div>`;
}

function cut(content: string): string {
  if (content.length <= longest) return content;
  return `${content.slice(0, longest)}…\n[truncated: ${content.length} characters in all, see report.json]`;
}
