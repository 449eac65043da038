import type { Basis, Column, Counterexample, RuleReport } from "../report.ts";
import { badge, columnNames, icon, markOf } from "./marks.ts";
import { html, type Markup } from "./markup.ts";
import { sequence } from "./sequence.ts";
import { stepList } from "./steps.ts";

const columns = ["document", "aws"] as const satisfies readonly Column[];

const bases: Readonly<Record<Basis, string>> = {
  stated: "stated by the document",
  implied: "implied by the document",
  observed: "observed at the live service",
  open: "left open by the document",
};

/** The part of a rule's id before the first dot: what a reader filters by. */
export function areaOf(rule: RuleReport): string {
  return rule.id.split(".")[0] ?? rule.id;
}

/** What the filters read from a rule's element. */
function facts(rule: RuleReport): Markup {
  return html`data-rule data-document="${markOf(rule, "document")}" data-aws="${markOf(rule, "aws")}" data-area="${areaOf(rule)}"`;
}

/** A rule with a counterexample, in full. */
export function finding(rule: RuleReport, counterexample: Counterexample, index: number): Markup {
  return html`<article class="finding" id="finding-${index}" ${facts(rule)}><details open>
<summary><h3>${rule.title}</h3><span class="badges">${columns.map((column) => badge(markOf(rule, column), columnNames[column]))}</span></summary>
<div class="finding-body">
${claim(rule)}
${sides(counterexample)}
<h4>Smallest history</h4>
<div class="history">${sequence(counterexample.steps)}${stepList(counterexample.steps)}</div>
<h4>Show it again</h4>
${command("curl", "By hand", counterexample.curl, rule.id)}
${command("replay", "With this suite", counterexample.replay, rule.id)}
</div></details></article>`;
}

function claim(rule: RuleReport): Markup {
  return html`<dl class="claim"><div><dt>Rule</dt><dd><code>${rule.id}</code></dd></div><div><dt>Source</dt><dd>${rule.source} <span class="quiet">(${bases[rule.basis]})</span></dd></div><div><dt>Observations</dt><dd>${rule.observations}</dd></div>${rule.checks === undefined ? null : html`<div><dt>Checks</dt><dd>${checksText(rule.checks)}</dd></div>`}</dl>`;
}

/** How many of the checks that were expected came to a verdict. */
function checksText({ executed, expected }: NonNullable<RuleReport["checks"]>): string {
  return `${executed} of ${expected}`;
}

function sides({ expected, seen, reproduced }: Counterexample): Markup {
  const again = reproduced === undefined ? null : html`<p class="quiet">Shown again ${reproduced} times.</p>`;
  return html`<div class="sides"><div class="side expected"><h4>${icon("holds")}Expected</h4><p>${expected}</p></div><div class="side seen"><h4>${icon("violated")}Seen</h4><p>${seen}</p>${again}</div></div>`;
}

function command(kind: string, title: string, text: string, rule: string): Markup {
  return html`<div class="command"><div class="command-head"><span>${title}</span><button type="button" class="copy" data-copy hidden aria-label="Copy ${kind} command for ${rule}">${icon("copy")}<span>Copy ${kind}</span></button></div><pre><code>${text}</code></pre></div>`;
}

/** A rule without a counterexample, in one row. */
export function ruleRow(rule: RuleReport): Markup {
  const reason = rule.reason === undefined ? null : html`<p class="reason">${rule.reason}</p>`;
  return html`<li class="rule" ${facts(rule)}><div class="badges">${columns.map((column) => badge(markOf(rule, column), columnNames[column]))}</div><div class="rule-text"><p class="rule-title">${rule.title}</p>${reason}<p class="quiet"><code>${rule.id}</code> · ${rule.source} · ${bases[rule.basis]} · ${rule.observations} ${rule.observations === 1 ? "observation" : "observations"}${rule.checks === undefined ? null : html` · ${checksText(rule.checks)} checks`}</p></div></li>`;
}
