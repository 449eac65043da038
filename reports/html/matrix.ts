import { type Cell, countOf, type Matrix, type MatrixRow, outcomes } from "../comparison.ts";
import { html, icon, type Markup, page } from "./page.ts";
import { baseStyle } from "./style.ts";

/** The heat map's style sheet. */
const matrixStyle = `${baseStyle}
.lead { margin-top: 0.5rem; }
.only { display: inline-flex; align-items: center; gap: 0.5rem; margin: 1rem 0; }
.only input { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
body:has(#only:checked) tr.alike { display: none; }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
table { border-collapse: separate; border-spacing: 3px; width: 100%; font-size: 0.875rem; }
th, td { padding: 0.5rem 0.75rem; text-align: left; vertical-align: top; }
thead th { vertical-align: bottom; min-width: 8.5rem; font-weight: 620; }
th[scope="row"] { font-weight: 500; min-width: 9rem; }
tbody th code, .when, .shape { display: block; color: var(--quiet); font-weight: 400; font-size: 0.75rem; }
td { border-radius: 6px; }
td .shape { color: inherit; }
.cell { display: flex; gap: 0.4rem; align-items: flex-start; }
.cell .icon { margin-top: 0.2em; }
td.absent { color: var(--quiet); }
tfoot td { font-variant-numeric: tabular-nums; }
tfoot th, tfoot td { padding-block: 0.2rem; color: var(--quiet); font-weight: 400; }
tfoot tr:first-child > * { padding-top: 0.9rem; }
tfoot tr:last-child > * { padding-bottom: 0.7rem; }
@media (min-width: 48rem) { th[scope="row"] { position: sticky; left: 0; background: var(--surface); min-width: 18rem; } }
`;

/** Many runs as a heat map: one self-contained HTML file without any script. */
export function matrixHtml(table: Matrix): string {
  const differing = table.rows.filter((row) => row.differs).length;
  const body = html`<div class="frame"><main><p class="tool">addpermission-conformance</p><h1>Rules by target</h1>
<p class="lead">Column: ${table.column}. ${differing} of ${table.rows.length} rules differ between the targets.</p>
<label class="only"><input type="checkbox" id="only"> <span>Only rules on which the targets differ</span></label>
<div class="scroll" role="region" aria-label="Rules by target" tabindex="0"><table>
<thead><tr><th scope="col">Rule</th>${table.targets.map(({ target, startedAt, tool, incomplete }) => html`<th scope="col">${target}<span class="when">${startedAt.slice(0, 10)}, ${tool}${incomplete ? ", incomplete" : ""}</span></th>`)}</tr></thead>
<tbody>${table.rows.map(row)}</tbody>
<tfoot>${outcomes.filter((outcome) => outcome !== "absent").map((outcome) => total(table, outcome))}</tfoot>
</table></div></main></div>`;
  return page({ title: "Rules by target", style: matrixStyle, script: null, body });
}

function row({ id, title, cells, differs }: MatrixRow): Markup {
  return html`<tr class="${differs ? "differs" : "alike"}"><th scope="row">${title}<code>${id}</code></th>${cells.map(matrixCell)}</tr>`;
}

function matrixCell({ outcome, shape }: Cell): Markup {
  const words = outcome === "absent" ? "not in this report" : outcome;
  return html`<td class="${outcome}"><span class="cell">${icon(outcome)}<span>${words}${shape === null ? null : html`<span class="shape">${shape}</span>`}</span></span></td>`;
}

function total(table: Matrix, outcome: Cell["outcome"]): Markup {
  return html`<tr><th scope="row">${outcome}</th>${table.targets.map((_, index) => html`<td>${countOf(table, index, outcome)}</td>`)}</tr>`;
}
