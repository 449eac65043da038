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

/** The palette, light and dark as the reader's system has it; text on its own soft ground has a contrast of 4.5 or more. */
export const colours = `:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
`;
