import { icon } from "../html/marks.ts";
import { html, type Markup, page } from "../html/page.ts";
import { baseStyle } from "../html/style.ts";
import { shapeOf } from "../known.ts";
import type { Column, Outcome, Report, RuleReport } from "../report.ts";
import { countingIn, type Heading, headingOf } from "./comparison.ts";

/** Many runs side by side, rule by rule, in one column. */
export interface Matrix {
  readonly column: Column;
  /** One a report; equal target names are numbered. */
  readonly targets: readonly Heading[];
  readonly rows: readonly MatrixRow[];
}

/** One rule against every target. */
interface MatrixRow {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  /** True when the targets do not all stand alike. */
  readonly differs: boolean;
}

/** How one rule stands at one target; `absent` when that report does not know the rule. */
export interface Cell {
  readonly outcome: Outcome | "known" | "absent";
  /** The shape of the violation, where there is one. */
  readonly shape: string | null;
}

/** Sets many reports side by side; the rules that count in the column come in the order in which they are first met. */
export function matrix(reports: readonly Report[], column: Column): Matrix {
  const counting = countingIn(reports, column);
  const tables = counting.map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  const titles = new Map<string, string>();
  for (const rule of counting.flat()) {
    if (!titles.has(rule.id)) titles.set(rule.id, rule.title);
  }
  return {
    column,
    targets: numbered(reports.map(headingOf)),
    rows: [...titles].map(([id, title]) => {
      const cells = tables.map((table) => cellOf(table.get(id), column));
      return { id, title, cells, differs: new Set(cells.map((cell) => JSON.stringify(cell))).size > 1 };
    }),
  };
}

function cellOf(rule: RuleReport | undefined, column: Column): Cell {
  if (rule === undefined) return { outcome: "absent", shape: null };
  const outcome = rule.verdicts[column];
  if (outcome !== "violated") return { outcome, shape: null };
  return { outcome: rule.known ? "known" : "violated", shape: shapeOf(rule) };
}

function numbered(headings: readonly Heading[]): readonly Heading[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const number = (seen.get(heading.target) ?? 0) + 1;
    seen.set(heading.target, number);
    return number === 1 ? heading : { ...heading, target: `${heading.target} (${number})` };
  });
}

/** How many rows have this outcome at the target with this index. */
export function countOf(table: Matrix, target: number, outcome: Cell["outcome"]): number {
  return table.rows.filter((row) => row.cells[target]?.outcome === outcome).length;
}

/** Every outcome a cell can have, worst first. */
export const outcomes = [
  "violated",
  "known",
  "inconclusive",
  "unexercised",
  "holds",
  "absent",
] as const satisfies readonly Cell["outcome"][];

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
