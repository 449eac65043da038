// Random values with exactly one fault, beside the fixed near misses.

import fc from "fast-check";
import { type ConstraintKind, constraintOf, isConstraintRuleId, type Member } from "../spec/constraint.ts";
import { alphabet } from "./arbitraries.ts";
import { type MemberValues, memberValues } from "./members.ts";
import {
  breaksOnly,
  foreignCharacters,
  otherZeros,
  withDigitsFrom,
  withFullWidthLetter,
} from "./near-miss.ts";

/**
 * Random values that break that constraint of a member and no other; null where the member has no such constraint,
 * or where the document leaves open whether breaking it must be refused. `undefined` means leaving the member out.
 */
export function brokenBy(member: Member, constraint: ConstraintKind): fc.Arbitrary<unknown> | null {
  if (!isConstraintRuleId(`${member}.${constraint}`)) return null;
  switch (constraint) {
    case "required":
      return fc.constant(undefined);
    case "type":
      return otherTypes(member);
    case "minLength":
      return fc.constant("");
    case "maxLength":
      return memberValues[member].tooLong ?? tooLong(member);
    case "pattern":
      return offPattern(member);
  }
}

/** Printable characters of ASCII that no near miss puts into a value alone. */
const rareCharacters = "!&'();<>[]^`{|}~";

/**
 * The nth value that breaks a pattern. Each third one is the given random value; the others are the given valid value with the
 * next of the rare characters in it.
 */
export function withRareCharacter(member: Member, random: string, valid: string, nth: number): string {
  if (nth % 3 === 0) return random;
  const at = nth - Math.floor(nth / 3) - 1;
  // The last part of an ARN may hold any character.
  const place = member === "SourceArn" ? "arn:aws:s".length : valid.length - 1;
  const value =
    valid.slice(0, place) + rareCharacters.charAt(at % rareCharacters.length) + valid.slice(place);
  return breaksOnly(member, "pattern", value) ? value : random;
}

function otherTypes(member: Member): fc.Arbitrary<unknown> {
  const { valid } = memberValues[member];
  return fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.boolean(),
    fc.array(valid, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("value", "Ref", "S", member), valid, { maxKeys: 3, noNullPrototype: true }),
  );
}

function tooLong(member: Member): fc.Arbitrary<string> {
  const { maxLength = 0 } = constraintOf(member);
  const unit = fc.constantFrom(...alphabet(member));
  return fc.string({ unit, minLength: maxLength + 1, maxLength: 4 * maxLength, size: "max" });
}

type Tampering = (value: string, at: number) => string;

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.constantFrom(...Object.values(foreignCharacters)),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }),
      )
      .map(
        (piece): Tampering =>
          (value, at) =>
            value.slice(0, at) + piece + value.slice(at),
      ),
  },
  fc.constant<Tampering>((value, at) => withCaseFlipped(value, Math.min(at, value.length - 1))),
  fc.constantFrom(...Object.values(otherZeros)).map(
    (zero): Tampering =>
      (value, at) =>
        value.slice(0, at) + withDigitsFrom(zero, value.slice(at)),
  ),
  fc.constant<Tampering>((value, at) => value.slice(0, at) + withFullWidthLetter(value.slice(at))),
  fc.constant<Tampering>((value, at) => value.slice(0, at) + value.slice(at + 1)),
  fc.constant<Tampering>((value, at) => value.slice(0, at)),
  fc.constant<Tampering>((value, at) => value + value.slice(0, at)),
);

function withCaseFlipped(value: string, at: number): string {
  const letter = value.charAt(at);
  const flipped = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  return value.slice(0, at) + flipped + value.slice(at + 1);
}

/** A valid value with one thing done to it, somewhere. */
function offPattern(member: Member): fc.Arbitrary<string> {
  const { valid, isOpen = () => false }: Pick<MemberValues, "valid" | "isOpen"> = memberValues[member];
  return fc
    .tuple(valid, tampering, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([value, change, where]) => change(value, Math.round(where * value.length)))
    .filter((value) => breaksOnly(member, "pattern", value) && !isHalved(value) && !isOpen(value));
}

/** Half a surrogate pair: neither a path nor JSON in UTF-8 can carry it. */
function isHalved(value: string): boolean {
  return /\p{Cs}/u.test(value);
}
