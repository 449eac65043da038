import { colours } from "./colours.ts";

/** What every page has: palette, type, badges, cards, code. */
export const baseStyle = `${colours}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; }
h1 { font-size: clamp(1.6rem, 5vw, 2.25rem); line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 620; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 600; }
h4 { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
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
