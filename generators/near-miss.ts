// Near misses: values with exactly one fault. The faults that any string can have are listed here for all members.

import {
  type BodyMember,
  broken,
  type ConstraintKind,
  constraintOf,
  type Member,
} from "../spec/constraint.ts";
import { ofSize } from "./arbitraries.ts";

/** A value with exactly one fault, and close to a valid one in all else. */
export interface NearMiss<From = string> {
  /** Kebab-case, unique for its member and stable: reports name the case by it. */
  readonly label: string;
  /** The one broken constraint; "meaning" where all constraints hold and the text of the document excludes the value. */
  readonly constraint: ConstraintKind | "meaning";
  /** Makes the value from a valid one; undefined means that the member is left out. */
  readonly value: (from: From) => unknown;
}

/** Says whether a value breaks that constraint and no other. */
export function breaksOnly(member: Member, constraint: ConstraintKind, value: unknown): boolean {
  const found = broken(member, value);
  return found.length === 1 && found[0] === constraint;
}

/** Near misses of a pattern by label; a string is sent unchanged, a function makes the value from a valid one. */
export function offPatterns<From = string>(
  values: Readonly<Record<string, string | ((from: From) => string)>>,
): readonly NearMiss<From>[] {
  return Object.entries(values).map(([label, value]) => ({
    label,
    constraint: "pattern",
    value: typeof value === "string" ? () => value : value,
  }));
}

/** Well-formed values that are too long: by one character, twice the limit, and as long as a body or a path can carry. */
export function overLong(member: Member): readonly NearMiss[] {
  const { maxLength, in: place } = constraintOf(member);
  if (maxLength === undefined) return [];
  const over = (label: string, size: number): NearMiss => ({
    label,
    constraint: "maxLength",
    value: (fresh) => ofSize(fresh, size),
  });
  return [
    over("one-too-long", maxLength + 1),
    over("twice-too-long", 2 * maxLength),
    over("far-too-long", place === "body" ? 10_000 : 1_000),
  ];
}

/**
 * A value of every other JSON type in a member that must be a string, and null; for required members also no value.
 * `core` makes a valid value, which the array and the object contain, so they are as near to valid as a wrong type can be.
 */
export function wrongTypes(member: BodyMember, core: (fresh: string) => string): readonly NearMiss[] {
  const values: Readonly<Record<string, (fresh: string) => unknown>> = {
    number: () => 123456789012,
    zero: () => 0,
    fraction: () => 1.5,
    true: () => true,
    false: () => false,
    object: (fresh) => ({ value: core(fresh) }),
    "empty-object": () => ({}),
    array: (fresh) => [core(fresh)],
    "empty-array": () => [],
    null: () => null,
  };
  const types = Object.entries(values).map(
    ([label, value]): NearMiss => ({ label, constraint: "type", value }),
  );
  const missing: NearMiss = { label: "missing", constraint: "required", value: () => undefined };
  return constraintOf(member).required ? [...types, missing] : types;
}

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

/** Characters that a trim, a line-wise pattern or a C string removes from the ends of a value, then separators. */
const atEnds = [
  "space",
  "tab",
  "newline",
  "carriage-return",
  "nul",
  "byte-order-mark",
  "slash",
  "dot",
  "colon",
  "comma",
] as const satisfies readonly (keyof typeof foreignCharacters)[];

/** Zeros of decimal digits in scripts that a Unicode-aware `\d` takes for digits. */
export const otherZeros = {
  "arabic-indic": "٠",
  devanagari: "०",
  "full-width": "０",
  mathematical: "𝟎",
} as const;

/** The value with its ASCII digits written in another script, whose zero is given. */
export function withDigitsFrom(zero: string, value: string): string {
  const base = zero.codePointAt(0) ?? 0;
  return value.replace(/[0-9]/g, (digit) => String.fromCodePoint(base + Number(digit)));
}

/** The value with its first ASCII letter in full width, which NFKC maps back. */
export function withFullWidthLetter(value: string): string {
  return value.replace(/[A-Za-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

const cyrillic: Readonly<Record<string, string>> = {
  a: "а",
  c: "с",
  e: "е",
  i: "і",
  o: "о",
  p: "р",
  s: "ѕ",
  x: "х",
  y: "у",
};

/** Makes one fault in a valid value; `middle` is the offset of its middle in UTF-16 units. */
type Distortion = (core: string, middle: number) => string;

/** Faults around and inside any value: foreign characters, a second line, other scripts. */
const distortions: readonly (readonly [label: string, Distortion])[] = [
  ...Object.entries(foreignCharacters).map(
    ([name, piece]) =>
      [
        `${name}-amid`,
        (core: string, middle: number) => core.slice(0, middle) + piece + core.slice(middle),
      ] as const,
  ),
  ...atEnds.map((name) => [`${name}-before`, (core: string) => foreignCharacters[name] + core] as const),
  ...atEnds.map((name) => [`${name}-after`, (core: string) => core + foreignCharacters[name]] as const),
  ["crlf-after", (core) => `${core}\r\n`],
  ["line-before", (core) => `!\n${core}`],
  ["line-after", (core) => `${core}\n!`],
  ["spaces-around", (core) => ` ${core} `],
  ["quotes-around", (core) => `"${core}"`],
  ...Object.entries(otherZeros).map(
    ([name, zero]) => [`${name}-digits`, (core: string) => withDigitsFrom(zero, core)] as const,
  ),
  ["full-width-letter", withFullWidthLetter],
  ["cyrillic-lookalike", (core) => core.replace(/[aceiopsxy]/, (letter) => cyrillic[letter] ?? letter)],
];

/** A text whose first character is percent-encoded once more than a URL needs. */
export function encodedTwice(text: string): string {
  return text.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`);
}

const half = (core: string): number => Math.ceil(core.length / 2);

/**
 * Every distortion of a valid value that the member's pattern refuses. A sample decides which they are, so the list
 * is always the same. `core` makes the valid value for each request; without it the sample is used.
 */
export function around<From = string>(
  member: Member,
  sample: string,
  { core = () => sample, middle = half }: { core?(from: From): string; middle?(core: string): number } = {},
): readonly NearMiss<From>[] {
  return distortions.flatMap(([label, distort]) => {
    const value = distort(sample, middle(sample));
    if (value === sample || !breaksOnly(member, "pattern", value)) return [];
    const made = (from: From) => {
      const right = core(from);
      return distort(right, middle(right));
    };
    return [{ label, constraint: "pattern", value: made }];
  });
}
