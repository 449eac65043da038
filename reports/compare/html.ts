import { icon } from "../html/marks.ts";
import { html, type Markup } from "../html/markup.ts";
import { page } from "../html/page.ts";
import { type Cell, countOf, type Matrix, type MatrixRow, outcomes } from "./matrix.ts";
import { matrixStyle } from "./matrix-style.ts";

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
  return html`<tr class="${differs ? "differs" : "alike"}"><th scope="row">${title}<code>${id}</code></th>${cells.map(cellOf)}</tr>`;
}

function cellOf({ outcome, shape }: Cell): Markup {
  const words = outcome === "absent" ? "not in this report" : outcome;
  return html`<td class="${outcome}"><span class="cell">${icon(outcome)}<span>${words}${shape === null ? null : html`<span class="shape">${shape}</span>`}</span></span></td>`;
}

function total(table: Matrix, outcome: Cell["outcome"]): Markup {
  return html`<tr><th scope="row">${outcome}</th>${table.targets.map((_, index) => html`<td>${countOf(table, index, outcome)}</td>`)}</tr>`;
}
