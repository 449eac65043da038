import { around } from "./around.ts";
import { type NearMiss, offPattern, offPatterns } from "./near-miss.ts";
import { overLong } from "./over-long.ts";

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
