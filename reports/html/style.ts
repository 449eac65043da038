const light = `
  --page: #f6f6f4; --surface: #ffffff; --sunken: #f3f4f6; --text: #1c1f24; --quiet: #585f6b;
  --line: #e2e4e8; --strong-line: #868d99; --accent: #1f5fbf; --shadow: 0 1px 2px rgb(20 25 35 / 6%);
  --holds: #17683a; --holds-soft: #e2f3e8; --holds-fill: #4aa871;
  --violated: #a3221c; --violated-soft: #fbe7e5; --violated-fill: #d3544b;
  --known: #5a3a9c; --known-soft: #ede7fa; --known-fill: #8d6fce;
  --inconclusive: #7a4c00; --inconclusive-soft: #fbefd6; --inconclusive-fill: #dba13a;
  --unexercised: #4b5361; --unexercised-soft: #e9ebef; --unexercised-fill: #b3bac6;
`;

const dark = `
  --page: #13151a; --surface: #1b1e24; --sunken: #14171c; --text: #e6e8ed; --quiet: #a3abb8;
  --line: #2d323b; --strong-line: #77808f; --accent: #8ab4f8; --shadow: none;
  --holds: #84d7a4; --holds-soft: #17301f; --holds-fill: #3f9463;
  --violated: #ff9f96; --violated-soft: #3c1b19; --violated-fill: #cf5a50;
  --known: #c6b1ff; --known-soft: #2b2346; --known-fill: #8468c9;
  --inconclusive: #f1c66f; --inconclusive-soft: #35290f; --inconclusive-fill: #c4902f;
  --unexercised: #b6bdca; --unexercised-soft: #2a2f37; --unexercised-fill: #5d6675;
`;

/** The palette, light or dark as the system prefers. Text on its soft background has a contrast of at least 4.5. */
const colours = `:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
`;

/** The style of every page: palette, type, badges, cards, code. */
export const baseStyle = `${colours}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, p, ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; }
h1 { font-size: clamp(1.6rem, 5vw, 2.25rem); line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 620; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 600; }
h4 { font-size: 0.9375rem; line-height: 1.4; font-weight: 600; }
.part { font-size: 0.8125rem; line-height: inherit; font-weight: 600; color: var(--quiet); }
code, pre { font: 0.8125rem/1.55 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; }
pre { margin: 0; padding: 0.625rem 0.75rem; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
main:focus { outline: none; }
.frame { max-width: 76rem; margin: 0 auto; padding: clamp(1rem, 4vw, 2.5rem) clamp(1rem, 4vw, 2rem) 4rem; }
.quiet, .lead { color: var(--quiet); }
.quiet { font-size: 0.875rem; }
.icon { width: 1em; height: 1em; flex: none; vertical-align: -0.125em; }
.sprite { position: absolute; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--surface); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; z-index: 1; }
.badge { display: inline-flex; align-items: center; gap: 0.35em; padding: 0.1em 0.6em; border-radius: 99px; font-size: 0.8125rem; font-weight: 550; white-space: nowrap; }
.badge-of { font-weight: 400; }
.badge.ignored { color: var(--quiet); }
${["holds", "violated", "known", "inconclusive", "unexercised"]
  .map(
    (
      mark,
    ) => `.badge.${mark}, .verdict.${mark}, td.${mark} { color: var(--${mark}); background: var(--${mark}-soft); }
.fill.${mark} { fill: var(--${mark}-fill); }`,
  )
  .join("\n")}
.count { font-size: 0.8125rem; font-weight: 500; color: var(--quiet); }
.tool { color: var(--quiet); font-size: 0.875rem; margin-bottom: 0.25rem; }
button { font: inherit; font-size: 0.875rem; color: inherit; background: var(--surface); border: 1px solid var(--strong-line); border-radius: 8px; padding: 0.3rem 0.75rem; min-height: 2.125rem; cursor: pointer; }
button:hover { background: var(--sunken); }
@media (forced-colors: active) { .badge, .pill span { border: 1px solid; } }
@media print { body { background: none; } .filters, nav, .copy, .skip { display: none !important; } }
`;

const top = `
.top { margin-bottom: 2rem; }
.endpoint { color: var(--quiet); margin-top: 0.25rem; }
.verdict { display: flex; gap: 0.75rem; align-items: flex-start; margin-top: 1.25rem; padding: 0.9rem 1.1rem; border-radius: 12px; font-size: 0.9375rem; }
.verdict > .icon { width: 1.4rem; height: 1.4rem; margin-top: 0.05rem; }
.verdict-line { font-size: 1.0625rem; font-weight: 600; }
.facts, .figures { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin-top: 1.25rem; }
.facts dt, .figures dt { font-size: 0.8125rem; color: var(--quiet); }
.facts dd { font-variant-numeric: tabular-nums; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin-bottom: 2.5rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem 1.25rem 1.25rem; box-shadow: var(--shadow); }
.card h2 { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.6rem; }
.tag { font-size: 0.75rem; font-weight: 500; color: var(--accent); border: 1px solid currentColor; border-radius: 99px; padding: 0 0.55rem; }
.share { display: block; width: 100%; height: 10px; border-radius: 99px; margin: 0.9rem 0 1rem; background: var(--unexercised-soft); }
.counts { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.75rem, 1fr)); gap: 0.6rem 0.5rem; }
.counts li { display: flex; align-items: center; gap: 0.45rem; }
.number { font-size: 1.375rem; font-weight: 620; font-variant-numeric: tabular-nums; }
.none .badge { background: none; padding-inline: 0; }
.none .number, .none .badge { color: var(--quiet); font-weight: 400; }
`;

const aside = `
.columns { display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr); }
aside { display: grid; gap: 1.5rem; align-content: start; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
nav a { display: inline-block; padding: 0.25rem 0; color: inherit; text-decoration-color: var(--strong-line); }
.causes summary { padding: 0.2rem 0; font-size: 0.8125rem; color: var(--quiet); cursor: pointer; width: fit-content; }
.causes ol { list-style: none; font-size: 0.875rem; padding-left: 0.75rem; border-left: 1px solid var(--line); }
.causes a { padding: 0.1rem 0; }
.filters { display: grid; gap: 1rem; font-size: 0.875rem; }
fieldset { border: 0; min-width: 0; }
legend, .field label { display: block; padding: 0; margin-bottom: 0.4rem; color: var(--quiet); font-size: 0.8125rem; }
.pills, .actions { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.pill { position: relative; display: inline-flex; }
.pill input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
.pill span { display: inline-flex; align-items: center; gap: 0.35em; padding: 0.25rem 0.7rem; border: 1px solid var(--strong-line); border-radius: 99px; background: var(--surface); }
.pill input:checked + span { color: var(--page); background: var(--text); border-color: var(--text); }
.pill input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.pill:hover span { border-color: var(--text); }
select, input[type="search"] { width: 100%; font: inherit; font-size: 1rem; color: inherit; background: var(--surface); border: 1px solid var(--strong-line); border-radius: 8px; padding: 0.4rem 0.6rem; min-height: 2.5rem; }
output { color: var(--quiet); font-variant-numeric: tabular-nums; }
@media (min-width: 64rem) {
  .columns { grid-template-columns: 15rem minmax(0, 1fr); gap: 3rem; }
  aside { position: sticky; top: 1.5rem; max-height: calc(100vh - 3rem); overflow-y: auto; padding: 4px; margin: -4px; }
  nav ul { display: grid; gap: 0; }
  .causes ol { max-height: 24vh; overflow-y: auto; }
}
`;

const rules = `
main > section + section { margin-top: 3rem; }
main > section > h2 { margin-bottom: 0.9rem; }
.lead { margin-bottom: 0.9rem; max-width: 44rem; }
.finding { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.finding + .finding { margin-top: 1rem; }
.finding > details > summary { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.6rem 1.25rem; padding: 1rem 1.25rem 1rem 2.5rem; cursor: pointer; list-style: none; position: relative; border-radius: 14px; }
.finding > details > summary::-webkit-details-marker { display: none; }
.finding > details > summary::before { content: ""; position: absolute; left: 1.2rem; top: 1.35rem; width: 0.5rem; height: 0.5rem; border: solid var(--quiet); border-width: 0 2px 2px 0; transform: rotate(-45deg); }
.finding > details[open] > summary::before { transform: rotate(45deg) translate(-1px, -1px); }
.finding h3, .finding h4:not(.part) { flex: 1 1 18rem; }
.cause-facts, .brief { flex-basis: 100%; font-size: 0.875rem; color: var(--quiet); }
.cause-facts { margin-top: -0.4rem; }
.brief { display: grid; gap: 0.1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); margin-top: -0.2rem; color: var(--text); }
.brief-side { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.finding:not(.cause) > details[open] > summary .brief { display: none; }
.cause-body { display: grid; grid-template-columns: minmax(0, 1fr); padding: 0 0.75rem 0.75rem; }
.cause-body > .finding { background: none; box-shadow: none; border-radius: 10px; }
.cause-body > .finding + .finding { margin-top: 0.5rem; }
.cause-body > .finding > details > summary { padding-block: 0.6rem; border-radius: 10px; }
.cause-body > .finding > details > summary::before { top: 0.95rem; }
.badges { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.finding-body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; padding: 0.25rem 1.25rem 1.4rem; }
.finding-body > .part { margin-bottom: -0.6rem; }
.claim { display: flex; flex-wrap: wrap; gap: 0.6rem 2rem; font-size: 0.9375rem; }
.claim dt { font-size: 0.8125rem; color: var(--quiet); }
.sides { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
.side { padding: 0.75rem 1rem 0.85rem; border-radius: 10px; border-left: 4px solid; }
.side .part { display: flex; align-items: center; gap: 0.35rem; margin-bottom: 0.15rem; color: inherit; }
.side p { color: var(--text); font-weight: 550; }
.side .quiet { color: var(--text); font-weight: 400; margin-top: 0.2rem; }
.expected { color: var(--holds); background: var(--holds-soft); }
.seen { color: var(--violated); background: var(--violated-soft); }
.history { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 52rem) { .history { grid-template-columns: minmax(0, 23rem) minmax(0, 1fr); } .sequence { position: sticky; top: 1rem; } }
.rules, .questions, .plain, .outliers { list-style: none; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.rules > li, .questions > li, .plain > li, .outliers > li { padding: 0.85rem 1.25rem; }
.rules > li:not([hidden]) ~ li, .questions > li + li, .plain > li + li, .outliers > li + li { border-top: 1px solid var(--line); }
.rule { display: grid; gap: 0.5rem 1.25rem; }
.rule-title, .question { font-weight: 550; }
.reason { font-size: 0.9375rem; }
@media (min-width: 48rem) { .rule { grid-template-columns: minmax(0, 1fr) auto; } .rule .badges { order: 2; flex-direction: column; align-items: flex-end; } }
.reply { padding-left: 0.75rem; border-left: 3px solid var(--known-fill); margin: 0.3rem 0; }
.warn { border-color: var(--inconclusive-fill); }
.figures { margin: 0 0 1.25rem; }
.figures dd { font-size: 1.375rem; font-weight: 620; font-variant-numeric: tabular-nums; }
#latency h3 { margin-bottom: 0.6rem; }
.outliers > li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.25rem 1rem; font-variant-numeric: tabular-nums; }
.outliers svg { grid-column: 1 / -1; width: 100%; height: 4px; fill: var(--inconclusive-fill); background: var(--sunken); border-radius: 2px; }
`;

const history = `
.sequence { background: var(--sunken); border: 1px solid var(--line); border-radius: 10px; padding: 0.5rem; }
.sequence svg { display: block; width: 100%; max-width: 26rem; margin: 0 auto; height: auto; }
.sequence text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; fill: var(--text); text-anchor: middle; white-space: pre; }
.sequence figcaption { font-size: 0.8125rem; color: var(--quiet); text-align: center; }
.heads rect { fill: var(--surface); stroke: var(--strong-line); }
.heads text { font-weight: 600; }
.life { stroke: var(--strong-line); stroke-dasharray: 2 4; fill: none; }
.together rect { fill: var(--known-soft); stroke: var(--known-fill); stroke-dasharray: 4 3; }
.bar { fill: var(--surface); stroke: var(--strong-line); }
.request path, .answer path { stroke: var(--text); stroke-width: 1.4; fill: none; }
.answer path { stroke-dasharray: 5 3; }
.request .tip, .answer .tip { fill: var(--text); stroke: none; }
.silence path { stroke: var(--violated); stroke-width: 1.4; stroke-dasharray: 5 3; fill: none; }
.silence .cross { stroke-dasharray: none; stroke-width: 2; }
.silence text { fill: var(--violated); }
.steps { list-style: none; counter-reset: step; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; font-size: 0.9375rem; }
.steps > li { counter-increment: step; position: relative; padding-left: 2.1rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.6rem; }
.steps > li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 1.5rem; height: 1.5rem; border-radius: 99px; border: 1px solid var(--strong-line); font-size: 0.8125rem; line-height: 1.4rem; text-align: center; }
.exchange { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.35rem; }
.way { display: inline-block; min-width: 2.4rem; color: var(--quiet); }
.note { font-size: 0.875rem; color: var(--known); }
.headers summary { font-size: 0.8125rem; color: var(--quiet); cursor: pointer; width: fit-content; }
.headers[open] summary { margin-bottom: 0.35rem; }
.body .quiet { font-size: 0.8125rem; }
.command { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.command-head { display: flex; align-items: center; justify-content: space-between; gap: 0.75rem; min-height: 2.75rem; padding: 0.25rem 0.5rem 0.25rem 0.75rem; font-size: 0.875rem; }
.command pre { border-width: 1px 0 0; border-radius: 0; }
.copy { display: inline-flex; align-items: center; gap: 0.4rem; }
`;

const coverage = `
.scroll { position: relative; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); margin-bottom: 0.9rem; }
.coverage { border-collapse: separate; border-spacing: 3px; width: 100%; font-size: 0.8125rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.coverage th, .coverage td { padding: 0.4rem 0.5rem; text-align: left; vertical-align: top; }
.coverage th { font-weight: 550; }
.coverage td { border-radius: 6px; min-width: 5.5rem; }
.coverage td.absent { color: var(--quiet); }
.coverage th[scope="row"] { position: sticky; left: 0; background: var(--surface); }
.when { display: block; font-weight: 400; font-size: 0.75rem; }
thead .when { color: var(--quiet); }
`;

/** The report's style sheet. */
export const style = baseStyle + top + aside + rules + history + coverage;
