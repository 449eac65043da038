import fc from "fast-check";
import { constraintOf, type Member, wholeMatch } from "../spec/constraint.ts";

const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));

/** The printable ASCII characters that a member's pattern takes on their own, in code order. */
export function alphabet(member: Member): readonly string[] {
  return printable.filter((character) => wholeMatch(member, character));
}

/** Account ids that AWS reserves for documentation, and one of zeros: a grant to them reaches no stranger. */
export const documentationAccounts = [
  "123456789012",
  "111122223333",
  "444455556666",
  "000000000000",
] as const;

/** An account id that is safe to grant to. */
export const documentationAccount: fc.Arbitrary<string> = fc.constantFrom(...documentationAccounts);

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

/** A partition of AWS and a region in it. */
export interface Place {
  readonly partition: string;
  readonly region: string;
}

const regions: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-1"],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-us-gov": ["us-gov-west-1", "us-gov-east-1"],
};

/** The three partitions of the document's time, each with regions that lie in it. */
export const places: readonly Place[] = Object.entries(regions).flatMap(([partition, inside]) =>
  inside.map((region) => ({ partition, region })),
);

/** A partition and a region in it. */
export const place: fc.Arbitrary<Place> = fc.constantFrom(...places);
