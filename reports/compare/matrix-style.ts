import { baseStyle } from "../html/style-base.ts";

/** The heat map's style sheet. */
export const matrixStyle = `${baseStyle}
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
