import { answerLabel, requestLabel } from "../finding.ts";
import type { CounterexampleStep } from "../report.ts";
import { html, type Markup } from "./page.ts";

/** Most steps that are drawn. The list of steps beside the drawing is complete. */
const maxSteps = 24;
const width = 340;
const client = 34;
const target = 306;
const top = 44;
const rowHeight = 32;
const barOffset = 8;

interface DrawnStep {
  readonly step: CounterexampleStep;
  /** Counted from 1, as in the list of steps. */
  readonly number: number;
  /** Index among the calls in flight together, from 0. */
  readonly place: number;
}

interface Arrow {
  readonly drawn: DrawnStep;
  readonly kind: "request" | "answer";
  readonly y: number;
}

interface Together {
  readonly from: number;
  readonly to: number;
}

interface Layout {
  readonly arrows: readonly Arrow[];
  readonly together: readonly Together[];
  readonly bottom: number;
}

/** The history as a sequence diagram with client and target as lifelines. */
export function sequence(steps: readonly CounterexampleStep[]): Markup {
  const { arrows, together, bottom } = layOut(roundsOf(steps.slice(0, maxSteps)));
  const height = Math.round(bottom + 10);
  const left = steps.length - maxSteps;
  return html`<figure class="sequence"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(steps)}">
${together.map(band)}
<g class="heads"><rect x="4" y="4" width="60" height="22" rx="6"/><text x="${client}" y="19">Client</text><rect x="276" y="4" width="60" height="22" rx="6"/><text x="${target}" y="19">Target</text></g>
<path class="life" d="M${client} 26V${height}M${target} 26V${height}"/>
${bars(arrows)}
${arrows.map(draw)}
</svg>${left > 0 ? html`<figcaption>${left} more steps are only in the list.</figcaption>` : null}</figure>`;
}

/** Groups the steps that are in flight together. */
function roundsOf(steps: readonly CounterexampleStep[]): readonly (readonly DrawnStep[])[] {
  const batches: DrawnStep[][] = [];
  let last: number | undefined;
  for (const [index, step] of steps.entries()) {
    const { round } = step.request;
    const open = round !== undefined && round === last ? batches.at(-1) : undefined;
    if (open === undefined) batches.push([{ step, number: index + 1, place: 0 }]);
    else open.push({ step, number: index + 1, place: open.length });
    last = round;
  }
  return batches;
}

function layOut(batches: readonly (readonly DrawnStep[])[]): Layout {
  const arrows: Arrow[] = [];
  const together: Together[] = [];
  let y = top;
  for (const batch of batches) {
    const from = y;
    const events = eventsOf(batch);
    arrows.push(
      ...events.map((event, index) => ({ ...event, y: Math.round(from + (index + 0.6) * rowHeight) })),
    );
    y += events.length * rowHeight;
    if (batch.length === 1) continue;
    together.push({ from: from - 2, to: y - 2 });
    y += 10;
  }
  return { arrows, together, bottom: y };
}

/** Events by time; without times, all requests precede all answers. */
function eventsOf(batch: readonly DrawnStep[]): readonly Omit<Arrow, "y">[] {
  const timed = batch.every(({ step }) => step.sentAt !== undefined && step.answeredAt !== undefined);
  const events = (["request", "answer"] as const).flatMap((kind) =>
    batch.map((drawn) => {
      const time = kind === "request" ? drawn.step.sentAt : drawn.step.answeredAt;
      return { drawn, kind, at: timed ? (time ?? 0) : 0 };
    }),
  );
  return events.sort((a, b) => a.at - b.at);
}

function band({ from, to }: Together): Markup {
  return html`<g class="together"><rect x="1" y="${from}" width="${width - 2}" height="${to - from}" rx="8"/></g>`;
}

/** A bar for each call, from request to answer. Bars side by side are calls in flight together. */
function bars(arrows: readonly Arrow[]): readonly Markup[] {
  return arrows
    .filter((arrow) => arrow.kind === "request")
    .map(({ drawn, y }) => {
      const end = arrows.find((other) => other.kind === "answer" && other.drawn === drawn)?.y ?? y;
      return html`<rect class="bar" x="${barX(drawn) - 3}" y="${y}" width="6" height="${Math.max(4, end - y)}" rx="2"/>`;
    });
}

function barX(drawn: DrawnStep): number {
  return target - Math.min(drawn.place, 6) * barOffset;
}

function draw({ drawn, kind, y }: Arrow): Markup {
  const edge = barX(drawn) - 4;
  const middle = (client + edge) / 2;
  if (kind === "request") {
    return html`<g class="request"><text x="${middle}" y="${y - 6}">${short(`${drawn.number}  ${requestLabel(drawn.step)}`)}</text><path d="M${client} ${y}H${edge}"/><path class="tip" d="M${edge} ${y}l-7-4v8z"/></g>`;
  }
  const label = short(`${drawn.number}  ${answerLabel(drawn.step)}`);
  if (drawn.step.response === null) {
    const lost = client + 44;
    return html`<g class="silence"><text x="${(lost + edge) / 2}" y="${y - 6}">${label}</text><path d="M${edge} ${y}H${lost}"/><path class="cross" d="m${lost - 5} ${y - 5}l10 10m0-10l-10 10"/></g>`;
  }
  return html`<g class="answer"><text x="${middle}" y="${y - 6}">${label}</text><path d="M${edge} ${y}H${client}"/><path class="tip" d="M${client} ${y}l7-4v8z"/></g>`;
}

function short(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 39).join("")}…` : text;
}

function describe(steps: readonly CounterexampleStep[]): string {
  const descriptions = steps.slice(0, maxSteps).map((step, index) => {
    return `${index + 1}: ${short(requestLabel(step))}, answered by ${short(answerLabel(step))}`;
  });
  return `Sequence of ${steps.length} ${steps.length === 1 ? "call" : "calls"}. ${descriptions.join("; ")}.`;
}
