import type { Report, RuleReport } from "../report.ts";
import { allMarks, type Markup, markOf, page, html as template } from "./page.ts";
import { finding, ruleRow } from "./rule.ts";
import { script } from "./script.ts";
import { filters, furtherSections, heading, type Section, totals } from "./sections.ts";
import { style } from "./style.ts";

/**
 * The report as one self-contained HTML file: it sends no requests, and text from a target cannot run in
 * it.
 */
export function html(report: Report): string {
  const sections = [...ruleSections(report), ...furtherSections(report)];
  const body = template`<a class="skip" href="#main">Skip to the findings</a>
<div class="frame">${heading(report)}
${totals(report)}
<div class="columns"><aside aria-label="Contents and filters"><nav aria-label="On this page"><ul>${sections.map(({ id, title, count }) => template`<li><a href="#${id}">${title}${count === null ? null : template` <span class="count">${count}</span>`}</a></li>`)}</ul></nav>
${filters(report)}</aside>
<main id="main" tabindex="-1">${sections.map(section)}</main></div></div>
<p class="sr" id="copied" role="status"></p>`;
  return page({ title: `${report.target.name}: conformance report`, style, script, body });
}

function section({ id, title, count, body }: Section): Markup {
  return template`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}${count === null ? null : template` <span class="count">${count}</span>`}</h2>${body}</section>`;
}

function ruleSections(report: Report): readonly Section[] {
  const sorted = worstFirst(report);
  const found = sorted.flatMap((rule) =>
    rule.counterexample === undefined ? [] : [{ rule, counterexample: rule.counterexample }],
  );
  const others = sorted.filter((rule) => rule.counterexample === undefined);
  const findings: Markup =
    found.length === 0
      ? template`<p class="lead">No violation was found.</p>`
      : template`${found.map(({ rule, counterexample }, index) => finding(rule, counterexample, index + 1))}`;
  return [
    {
      id: "findings",
      title: "Findings",
      count: found.length,
      body: template`${findings}<p class="lead nothing" hidden>No finding matches the filters.</p>`,
    },
    {
      id: "rules",
      title: "Other rules",
      count: others.length,
      body: template`<ul class="rules">${others.map(ruleRow)}</ul><p class="lead nothing" hidden>No other rule matches the filters.</p>`,
    },
  ];
}

/** Sorts by mark in the deciding column, worst first, then by the order of the catalogue. */
function worstFirst(report: Report): readonly RuleReport[] {
  return allMarks.flatMap((mark) => report.rules.filter((rule) => markOf(rule, report.profile) === mark));
}
