import type { CounterexampleStep } from "../report.ts";
import { answerLabel } from "../step-label.ts";
import { html, type Markup } from "./markup.ts";

/** Longer bodies are cut on the page; report.json has them whole. */
const longest = 4000;

/** Every step of a history in full: what was sent and what came back. */
export function stepList(steps: readonly CounterexampleStep[]): Markup {
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
    ...(before >= 0 ? [`Sent over the connection of step ${before + 1}, if that was still open.`] : []),
    ...(numbers.length > 0 ? [`In flight together with step ${numbers.join(" and ")}.`] : []),
    ...(source >= 0 ? [`Carries the RevisionId that step ${source + 1} returned.`] : []),
    ...(published >= 0 ? [`Names the version that step ${published + 1} published.`] : []),
  ];
}

function rawFraming(raw: NonNullable<CounterexampleStep["request"]["raw"]>): Markup {
  const pieces = `${raw.pieces.length} ${raw.pieces.length === 1 ? "piece" : "pieces"} after them${raw.halfClose === true ? ", then the sending side is closed" : ""}`;
  return html`<p class="note">Sent over a bare socket: these lines, ${pieces}.</p>${text(raw.lines.join("\n"), "Lines")}`;
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
  return `${content.slice(0, longest)}…\n[cut here: ${content.length} characters in all, whole in report.json]`;
}
