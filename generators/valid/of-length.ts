import fc from "fast-check";
import { constraintOf, type Member } from "../../spec/constraint.ts";
import { alphabet } from "../alphabet.ts";

/** Narrows the lengths that `ofLength` draws from, in characters. */
export interface LengthRange {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * Strings over a member's alphabet whose lengths cover its whole range, both ends included.
 * The characters are drawn one by one, because generating from the pattern rarely gets past a dozen.
 */
export function ofLength(member: Member, range: LengthRange = {}): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = constraintOf(member);
  return fc.string({
    unit: fc.constantFrom(...alphabet(member)),
    minLength: Math.max(minLength, range.atLeast ?? 0),
    maxLength: Math.min(maxLength, range.atMost ?? maxLength),
    size: "max",
  });
}
