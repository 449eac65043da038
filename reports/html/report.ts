import { reasonText } from "../finding.ts";
import { causesIn } from "../read-report.ts";
import type { Report, RuleReport } from "../report.ts";
import { count, unconfirmedIn } from "../verdict.ts";
import { allMarks, type Markup, markOf, page, html as template } from "./page.ts";
import { type CauseSection, causeGroup, finding, ruleRow, worst } from "./rule.ts";
import { script } from "./script.ts";
import { filters, furtherSections, gateSections, heading, type Section, totals } from "./sections.ts";
import { style } from "./style.ts";

/**
 * The report as one self-contained HTML file: it sends no requests, and text from a target cannot run in
 * it.
 */
export function html(report: Report): string {
  const causes = causeGroups(report);
  const sections = [...gateSections(report), ...ruleSections(report, causes), ...furtherSections(report)];
  const body = template`<a class="skip" href="#main">Skip to the findings</a>
<div class="frame">${heading(report)}
${totals(report)}
<div class="columns"><aside aria-label="Contents and filters"><nav aria-label="On this page"><ul>${sections.map(({ id, title, count: number }) => template`<li><a href="#${id}">${title}${counted(number)}</a>${id === "findings" ? causeList(causes) : null}</li>`)}</ul></nav>
${filters(report)}</aside>
<main id="main" tabindex="-1">${sections.map(section)}</main></div></div>
<p class="sr" id="copied" role="status"></p>`;
  return page({ title: `${report.target.name}: conformance report`, style, script, body });
}

function counted(number: Section["count"]): Markup | null {
  return number === null ? null : template` <span class="count">${number}</span>`;
}

/** The causes in the contents; the script folds them on a narrow screen. */
function causeList(causes: readonly CauseSection[]): Markup | null {
  if (causes.length === 0) return null;
  return template`<details class="causes" open><summary>By cause</summary><ol>${causes.map(({ id }, index) => template`<li><a href="#cause-${index + 1}">${id}</a></li>`)}</ol></details>`;
}

function section({ id, title, count: number, body }: Section): Markup {
  return template`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}${counted(number)}</h2>${body}</section>`;
}

function ruleSections(report: Report, causes: readonly CauseSection[]): readonly Section[] {
  const unconfirmed = unconfirmedIn(report);
  const shown = new Set(unconfirmed.map(({ rule }) => rule));
  const others = worstFirst(report).filter((rule) => rule.counterexample === undefined && !shown.has(rule));
  const found = causes.reduce((sum, { rules }) => sum + rules.length, 0);
  const findings: Markup =
    causes.length === 0
      ? template`<p class="lead">${unconfirmed.length === 0 ? "No violation was found." : "No violation was confirmed."}</p>`
      : template`${causes.map((cause, index) => causeGroup(cause, index + 1))}`;
  return [
    {
      id: "findings",
      title: "Findings",
      count: found === causes.length ? found : `${count(found, "rule")}, ${count(causes.length, "cause")}`,
      body: template`${findings}<p class="lead nothing" hidden>No finding matches the filters.</p>`,
    },
    ...(unconfirmed.length === 0
      ? []
      : [
          {
            id: "unconfirmed",
            title: "Seen, not confirmed",
            count: unconfirmed.length,
            body: template`<p class="lead">The run ended before these violations could be tried again.</p>${unconfirmed.map(({ rule, found }) => finding({ rule, counterexample: found }, 3, reasonText(rule)))}`,
          },
        ]),
    {
      id: "rules",
      title: "Other rules",
      count: others.length,
      body: template`<ul class="rules">${others.map(ruleRow)}</ul><p class="lead nothing" hidden>No other rule matches the filters.</p>`,
    },
  ];
}

/** The causes and their rules: by mark in the deciding column, worst first, then by the order of the report. */
function causeGroups(report: Report): readonly CauseSection[] {
  const found = new Map(
    worstFirst(report).flatMap((rule) =>
      rule.counterexample === undefined ? [] : [[rule.id, { rule, counterexample: rule.counterexample }]],
    ),
  );
  const groups = causesIn(report).flatMap((cause): readonly CauseSection[] => {
    const rules = [...found.values()].filter(({ rule }) => cause.rules.includes(rule.id));
    const [only, ...more] = rules;
    if (only === undefined) return [];
    return [
      {
        id: cause.id,
        title: more.length === 0 ? only.rule.title : cause.title,
        requests: report.causes === undefined ? null : cause.requests,
        best: more.length === 0 ? only.counterexample : cause.counterexample,
        rules,
      },
    ];
  });
  const markOfGroup = ({ rules }: CauseSection) =>
    worst(
      rules.map(({ rule }) => rule),
      report.profile,
    );
  return allMarks.flatMap((mark) => groups.filter((group) => markOfGroup(group) === mark));
}

/** Sorts by mark in the deciding column, worst first, then by the order of the catalogue. */
function worstFirst(report: Report): readonly RuleReport[] {
  return allMarks.flatMap((mark) => report.rules.filter((rule) => markOf(rule, report.profile) === mark));
}
