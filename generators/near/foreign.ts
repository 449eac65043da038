/** Characters by name that a careless pattern, decoder or trim lets through. */
export const foreignCharacters = {
  space: " ",
  tab: "\t",
  newline: "\n",
  "carriage-return": "\r",
  "next-line": "\u0085",
  "line-separator": "\u2028",
  "no-break-space": "\u00a0",
  "zero-width-space": "\u200b",
  "byte-order-mark": "\ufeff",
  "right-to-left-mark": "\u200f",
  nul: "\0",
  delete: "\x7f",
  slash: "/",
  backslash: "\\",
  dot: ".",
  colon: ":",
  at: "@",
  percent: "%",
  question: "?",
  star: "*",
  dollar: "$",
  plus: "+",
  comma: ",",
  quote: '"',
  hash: "#",
  "e-acute": "é",
  "combining-acute": "\u0301",
  "non-latin": "ж",
  ideograph: "日",
  emoji: "🪣",
} as const satisfies Readonly<Record<string, string>>;

/** A character's name in `foreignCharacters`. */
export type ForeignName = keyof typeof foreignCharacters;

/** Those that get lost at the ends of a value: by trimming, by a line-wise pattern, at a C string's end. */
export const endNames: readonly ForeignName[] = [
  "space",
  "tab",
  "newline",
  "carriage-return",
  "nul",
  "byte-order-mark",
];

/** Those that separate the parts of a name, an ARN or a path. */
export const separatorNames: readonly ForeignName[] = ["slash", "dot", "colon", "comma"];
