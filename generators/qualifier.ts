import type fc from "fast-check";
import { ofLength } from "./arbitraries.ts";
import { around, type NearMiss, offPattern, offPatterns, overLong } from "./near-miss.ts";

/** A well-formed Qualifier over the whole length range; only by chance one that exists. */
export const validQualifier: fc.Arbitrary<string> = ofLength("Qualifier").filter(
  (value) => value !== "$LATEST",
);

/** Qualifiers that the pattern or the maximum length refuses, around one that exists. The empty one is left out: disputed. */
export function qualifierNearMisses(existing: string): readonly NearMiss[] {
  return [
    ...around("Qualifier", existing),
    ...offPatterns("Qualifier", {
      "two-words": `${existing} b`,
      "question-mark-within": "invalid-qualifier-with-?-char",
      arn: `function:${existing}`,
    }),
    { ...offPattern("Qualifier", "latest-published", "$LATEST.PUBLISHED"), admittedLater: true },
    ...overLong("Qualifier", existing),
  ];
}
