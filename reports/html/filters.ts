import type { Report } from "../report.ts";
import { columnNames, icon, markNames, shown } from "./marks.ts";
import { html, type Markup } from "./markup.ts";
import { areaOf } from "./rule.ts";

/** The filters. They are hidden until the script shows them: without it everything is on the page anyway. */
export function filters(report: Report): Markup {
  const areas = [...new Set(report.rules.map(areaOf))].sort();
  return html`<form class="filters" id="filters" role="search" aria-label="Filter the rules" hidden>
<fieldset><legend>Show only</legend><div class="pills">${shown.map((mark) => html`<label class="pill ${mark}"><input type="checkbox" name="mark" value="${mark}"><span>${icon(mark)}${markNames[mark]}</span></label>`)}</div></fieldset>
<fieldset><legend>as read by</legend><div class="pills">${(["document", "aws"] as const).map((column) => html`<label class="pill"><input type="radio" name="column" value="${column}"${column === report.profile ? html` checked` : null}><span>${columnNames[column]}</span></label>`)}</div></fieldset>
<div class="field"><label for="area">Area</label><select id="area" name="area"><option value="">All areas</option>${areas.map((area) => html`<option value="${area}">${area}</option>`)}</select></div>
<div class="field"><label for="text">Text</label><input id="text" name="text" type="search" autocomplete="off" spellcheck="false"></div>
<div class="actions"><button type="reset">Show all</button><button type="button" data-fold="open">Unfold</button><button type="button" data-fold="">Fold</button></div>
<output id="shown" for="area text" aria-live="polite"></output>
</form>`;
}
