import {
  type CellStanding,
  cellStanding,
  cellWords,
  coverageInputs,
  coverageRows,
  coverageSentence,
} from "../coverage.ts";
import type { CoverageCell, CoverageReport, Report } from "../report.ts";
import type { Mark } from "./marks.ts";
import { html, type Markup } from "./page.ts";

const tones: Readonly<Record<CellStanding, Mark | "absent">> = {
  kept: "holds",
  broken: "violated",
  open: "known",
  unsettled: "inconclusive",
  empty: "unexercised",
  unreachable: "absent",
};

/** The words for a standing; colour only repeats them. */
const legend: Readonly<Record<CellStanding, string>> = {
  kept: "as the document says",
  broken: "against the document",
  open: "left open by the document",
  unsettled: "no answer",
  empty: "never sent",
  unreachable: "out of reach",
};

/** What was really exercised, as a heat map of members and inputs. */
export function coverageTable(report: Report, coverage: CoverageReport): Markup {
  const rows = coverageRows(coverage);
  const unreachable = coverage.cells.filter((cell) => cellStanding(cell) === "unreachable");
  return html`<p class="lead">${coverageSentence(report)} The table counts requests in which nothing else was amiss.</p>
<div class="scroll" role="region" aria-label="Members by input" tabindex="0"><table class="coverage">
<thead><tr><th scope="col">Member</th>${coverageInputs.map(([input, heading]) => html`<th scope="col">${heading}${constraintFor(input)}</th>`)}</tr></thead>
<tbody>${rows.map(({ member, cells }) => html`<tr><th scope="row">${member}</th>${cells.map(cellOf)}</tr>`)}</tbody>
</table></div>
${unreachable.length === 0 ? null : html`<details class="headers"><summary>Why some cells are out of reach</summary><ul class="plain">${unreachable.map(({ member, constraint, unreachable: why }) => html`<li><code>${member}.${constraint}</code> ${why ?? ""}</li>`)}</ul></details>`}`;
}

const constraints: Readonly<Record<string, string>> = {
  missing: "required",
  null: "required",
  "wrong-type": "type",
  "too-short": "minLength",
  "too-long": "maxLength",
  "near-miss": "pattern",
};

function constraintFor(input: string): Markup | null {
  const constraint = constraints[input];
  return constraint === undefined ? null : html`<span class="when">${constraint}</span>`;
}

function cellOf(cell: CoverageCell | null): Markup {
  if (cell === null) return html`<td class="absent"><span class="sr">nothing is demanded</span></td>`;
  const standing = cellStanding(cell);
  const optional = cell.constraint === "optional" && cell.input !== "valid" ? " (optional)" : "";
  const words = cellWords(cell);
  const note =
    standing === "kept" && words.length > 0 ? null : html`<span class="when">${legend[standing]}</span>`;
  return html`<td class="${tones[standing]}">${words.join(", ")}${optional}${note}</td>`;
}
