import {
  type BodyMember,
  broken,
  type ConstraintKind,
  constraintOf,
  type Member,
} from "../spec/constraint.ts";
import { isPadded } from "../spec/function-name.ts";
import { ofSize } from "./edges.ts";

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

/** A value that is wrong in exactly one way and close to right in every other. */
export interface NearMiss {
  /** Kebab-case, unique for its member and stable: reports name the case by it. */
  readonly label: string;
  /** The one constraint broken; "meaning" where every constraint holds but the text of the document rules it out. */
  readonly constraint: ConstraintKind | "meaning";
  /** undefined means that the member is left out. */
  readonly value: unknown;
  /** Engines disagree on it: white space or a line end around a valid core, or compatible to a valid value in Unicode. */
  readonly padded?: true;
  /** JSON null, which some readers take for absent. */
  readonly isNull?: true;
  /** Later revisions of the service's model admit it, so the live service may too. */
  readonly admittedLater?: true;
}

/** A near-miss of a pattern, marked when engines disagree on it. */
export function offPattern(member: Member, label: string, value: string): NearMiss {
  const miss = { label, constraint: "pattern", value } as const;
  return isPadded(member, value) ? { ...miss, padded: true } : miss;
}

/** Near-misses of a pattern by label. */
export function offPatterns(member: Member, values: Readonly<Record<string, string>>): readonly NearMiss[] {
  return Object.entries(values).map(([label, value]) => offPattern(member, label, value));
}

/** Says whether a value breaks that constraint and no other. */
export function breaksOnly(member: Member, constraint: ConstraintKind, value: unknown): boolean {
  const found = broken(member, value);
  return found.length === 1 && found[0] === constraint;
}

const lookalikes: Readonly<Record<string, string>> = {
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

/** The value with its ASCII digits written in another script, whose zero is given. */
export function withDigitsFrom(zero: string, value: string): string {
  const base = zero.codePointAt(0) ?? 0;
  return value.replace(/[0-9]/g, (digit) => String.fromCodePoint(base + Number(digit)));
}

/** The value with its first ASCII letter in full width, which NFKC maps back. */
export function withFullWidthLetter(value: string): string {
  return value.replace(/[A-Za-z]/, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

/** The value with its first letter that has a Cyrillic lookalike replaced by it. */
export function withLookalike(value: string): string {
  return value.replace(/[aceiopsxy]/, (letter) => lookalikes[letter] ?? letter);
}

/** The value with the case of the character at that offset flipped. */
export function withCaseFlipped(value: string, at: number): string {
  const letter = value.charAt(at);
  const flipped = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  return value.slice(0, at) + flipped + value.slice(at + 1);
}

/** Zeros of decimal digits in scripts that a Unicode-aware `\d` takes for digits. */
export const otherZeros = {
  "arabic-indic": "٠",
  devanagari: "०",
  "full-width": "０",
  mathematical: "𝟎",
} as const;

/** Values that are well-formed but too long: by one, twice the limit, and ten thousand characters where a body carries them. */
export function overLong(member: Member, fresh: string): readonly NearMiss[] {
  const { maxLength, in: place } = constraintOf(member);
  if (maxLength === undefined) return [];
  const far = place === "body" ? 10_000 : 1_000;
  return [
    { label: "one-too-long", constraint: "maxLength", value: ofSize(fresh, maxLength + 1) },
    { label: "twice-too-long", constraint: "maxLength", value: ofSize(fresh, 2 * maxLength) },
    { label: "far-too-long", constraint: "maxLength", value: ofSize(fresh, far) },
  ];
}

/** A value of every other JSON type in a member that must be a string, and null; for required members also no value. */
export function wrongTypes(member: BodyMember, core: string): readonly NearMiss[] {
  const types: readonly NearMiss[] = [
    { label: "number", constraint: "type", value: 123456789012 },
    { label: "zero", constraint: "type", value: 0 },
    { label: "fraction", constraint: "type", value: 1.5 },
    { label: "true", constraint: "type", value: true },
    { label: "false", constraint: "type", value: false },
    { label: "object", constraint: "type", value: { value: core } },
    { label: "empty-object", constraint: "type", value: {} },
    { label: "array", constraint: "type", value: [core] },
    { label: "empty-array", constraint: "type", value: [] },
    { label: "null", constraint: "type", value: null, isNull: true },
  ];
  const missing: NearMiss = { label: "missing", constraint: "required", value: undefined };
  return constraintOf(member).required ? [...types, missing] : types;
}

const ends: readonly ForeignName[] = [...endNames, ...separatorNames];
const names = Object.keys(foreignCharacters).filter(isForeignName);

function isForeignName(name: string): name is ForeignName {
  return Object.hasOwn(foreignCharacters, name);
}

/**
 * What can go wrong around and inside a valid value of any member: foreign characters before, after and amid it,
 * a second line, and letters and digits of other scripts. Only what the member's pattern really refuses is kept.
 * `middle` is the offset in UTF-16 units that counts as amid.
 */
export function around(
  member: Member,
  core: string,
  middle = Math.ceil(core.length / 2),
): readonly NearMiss[] {
  const amid = names.map((name) => [`${name}-amid`, insert(core, middle, foreignCharacters[name])] as const);
  const before = ends.map((name) => [`${name}-before`, foreignCharacters[name] + core] as const);
  const after = ends.map((name) => [`${name}-after`, core + foreignCharacters[name]] as const);
  return [...amid, ...before, ...after, ...lines(core), ...scripts(core)]
    .filter(([, value]) => value !== core && breaksOnly(member, "pattern", value))
    .map(([label, value]) => offPattern(member, label, value));
}

function lines(core: string): readonly (readonly [string, string])[] {
  return [
    ["crlf-after", `${core}\r\n`],
    ["line-before", `!\n${core}`],
    ["line-after", `${core}\n!`],
    ["spaces-around", ` ${core} `],
    ["quotes-around", `"${core}"`],
  ];
}

function scripts(core: string): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(otherZeros).map(
      ([name, zero]) => [`${name}-digits`, withDigitsFrom(zero, core)] as const,
    ),
    ["full-width-letter", withFullWidthLetter(core)],
    ["cyrillic-lookalike", withLookalike(core)],
  ];
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}
