// Arbitraries that several members share: alphabets, lengths, account ids, partitions and regions.

import fc from "fast-check";
import { constraintOf, length, type Member, wholeMatch } from "../spec/constraint.ts";

/** The printable ASCII characters, in code order. */
export const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

/** The printable ASCII characters that match a member's pattern alone, in code order. */
export function alphabet(member: Member): readonly string[] {
  return printable.filter((character) => wholeMatch(member, character));
}

/**
 * Strings over a member's alphabet. Their lengths, in characters, cover its whole range with both ends, or the given
 * part of it. The length is drawn first, because generation from the pattern rarely exceeds a dozen characters.
 */
export function ofLength(
  member: Member,
  range: { readonly atLeast?: number; readonly atMost?: number } = {},
): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = constraintOf(member);
  return fc.string({
    unit: fc.constantFrom(...alphabet(member)),
    minLength: Math.max(minLength, range.atLeast ?? 0),
    maxLength: Math.min(maxLength, range.atMost ?? maxLength),
    size: "max",
  });
}

/** The end of a string, or the string with padding, so that it has exactly that many characters. */
export function ofSize(fresh: string, size: number): string {
  const surplus = length(fresh) - size;
  return surplus >= 0 ? Array.from(fresh).slice(surplus).join("") : fresh + "x".repeat(-surplus);
}

/** A value at or next to a limit of its member. */
export interface Edge<From = string> {
  /** The limit and the side of it; reports name the case by it. */
  readonly label: string;
  /** Makes the value from a valid one. */
  readonly value: (from: From) => string;
}

/**
 * The values at and next to a member's length limits, made to measure; none for a member without such limits.
 * All but the shortest contain as much of a well-formed string as fits, so they are as new as that string.
 */
export function edgesOf(member: Exclude<Member, "FunctionName">): readonly Edge[] {
  const { minLength, maxLength } = constraintOf(member);
  const edge = (label: string, size: number): readonly Edge[] =>
    size < 0 ? [] : [{ label, value: (fresh) => ofSize(fresh, size) }];
  return [
    ...(minLength === undefined ? [] : [...edge("min-1", minLength - 1), ...edge("min", minLength)]),
    ...(maxLength === undefined ? [] : [...edge("max", maxLength), ...edge("max+1", maxLength + 1)]),
  ];
}

/**
 * Texts that a careless parser, store or language takes for something else: numbers, literals, and members that every
 * object inherits.
 */
export const specialWords = [
  "0",
  "007",
  "1e3",
  "0x10",
  "9007199254740993",
  "null",
  "true",
  "false",
  "NaN",
  "Infinity",
  "undefined",
  "constructor",
  "toString",
  "hasOwnProperty",
  "__proto__",
] as const;

/** Account ids that AWS reserves for documentation, and one of zeros: a grant to them reaches no stranger. */
export const documentationAccounts = [
  "123456789012",
  "111122223333",
  "444455556666",
  "000000000000",
] as const;

/** An account id that is safe to grant to. */
export const documentationAccount: fc.Arbitrary<string> = fc.constantFrom(...documentationAccounts);

const regions: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-1"],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-us-gov": ["us-gov-west-1", "us-gov-east-1"],
};

/** One of the three partitions of the document's time, and a region that lies in it. */
export const place: fc.Arbitrary<{ readonly partition: string; readonly region: string }> = fc.constantFrom(
  ...Object.entries(regions).flatMap(([partition, inside]) =>
    inside.map((region) => ({ partition, region })),
  ),
);
