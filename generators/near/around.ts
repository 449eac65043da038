import type { Member } from "../../spec/constraint.ts";
import { endNames, type ForeignName, foreignCharacters, separatorNames } from "./foreign.ts";
import { breaksOnly, type NearMiss, offPattern } from "./near-miss.ts";
import { otherZeros, withDigitsFrom, withFullWidthLetter, withLookalike } from "./scripts.ts";

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
