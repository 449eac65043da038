import { problemsIn } from "../old-report.ts";
import type { Problem } from "../problem.ts";
import type { LatencyReport, QuestionReport, Report } from "../report.ts";
import { coverageTable } from "./coverage.ts";
import { html, type Markup } from "./markup.ts";
import { grouped } from "./summary.ts";

/** A part of the page with its place in the contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly count: number | null;
  readonly body: Markup;
}

/** The parts below the rules; what is empty is left out. */
export function furtherSections(report: Report): readonly Section[] {
  const { questions, target, latency, coverage } = report;
  const problems = problemsIn(report);
  const all: readonly (Section | null)[] = [
    coverage === undefined
      ? null
      : { id: "coverage", title: "Coverage", count: null, body: coverageTable(report, coverage) },
    questions.length === 0 ? null : questionSection(questions),
    problems.length === 0 ? null : faultSection(problems),
    target.cannot.length === 0 ? null : cannotSection(target.cannot),
    latency === undefined ? null : latencySection(latency),
  ];
  return all.filter((section) => section !== null);
}

function questionSection(questions: readonly QuestionReport[]): Section {
  const items = questions.map(
    ({ id, title, answer, observations, source }) =>
      html`<li><p class="question">${title}</p><p class="reply">${answer}</p><p class="quiet"><code>${id}</code>${source === undefined ? null : html` · ${source}`} · ${observations} ${observations === 1 ? "observation" : "observations"}</p></li>`,
  );
  return {
    id: "questions",
    title: "Questions",
    count: questions.length,
    body: html`<p class="lead">Where the document is silent or contradicts itself. What the target does here never fails.</p><ul class="questions">${items}</ul>`,
  };
}

function faultSection(problems: readonly Problem[]): Section {
  return {
    id: "faults",
    title: "Faults",
    count: problems.length,
    body: html`<p class="lead">What went wrong on our side or on the way. None of it is held against the target.</p><ul class="plain warn">${problems.map(({ message, stack }) => html`<li>${message}${stack === undefined ? null : stackFold(stack)}</li>`)}</ul>`,
  };
}

function stackFold(stack: readonly string[]): Markup {
  return html`<details class="headers"><summary>Stack</summary><pre>${stack.join("\n")}</pre></details>`;
}

function cannotSection(cannot: readonly string[]): Section {
  return {
    id: "cannot",
    title: "What the target cannot do",
    count: cannot.length,
    body: html`<p class="lead">Declared by the target or found out; rules that need it are not held against the target.</p><ul class="plain">${cannot.map((one) => html`<li>${one}</li>`)}</ul>`,
  };
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
      ? html`<p class="lead">No call stands out.</p>`
      : html`<h3>Calls that stand out</h3><ol class="outliers">${outliers.map(({ case: name, ms }) => html`<li><code>${name}</code><span>${milliseconds(ms)}</span><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${((ms / Math.max(1, maxMs, ms)) * 100).toFixed(1)}" height="4"/></svg></li>`)}</ol>`;
  return {
    id: "latency",
    title: "Latency",
    count: null,
    body: html`<p class="lead">Answers to AddPermission.</p><dl class="figures">${figures.map(([name, ms]) => html`<div><dt>${name}</dt><dd>${milliseconds(ms)}</dd></div>`)}</dl>${slow}`,
  };
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${grouped(Math.round(ms))} ms`;
}
