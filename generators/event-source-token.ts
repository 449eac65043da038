import type fc from "fast-check";
import { ofLength } from "./arbitraries.ts";
import { around, type NearMiss, offPatterns, overLong } from "./near-miss.ts";

/** A token of 1 to 256 characters; the empty one is left out, for the document contradicts itself on it. */
export const validEventSourceToken: fc.Arbitrary<string> = ofLength("EventSourceToken", { atLeast: 1 });

/** Tokens that the pattern or the maximum length refuses. The empty one is left out: the document contradicts itself on it. */
export function eventSourceTokenNearMisses(fresh: string): readonly NearMiss[] {
  return [
    ...around("EventSourceToken", fresh),
    ...offPatterns("EventSourceToken", {
      address: `${fresh}@example.com`,
      url: `https://example.com/${fresh}`,
      assignment: `token=${fresh}`,
      tilde: `${fresh}~`,
    }),
    ...overLong("EventSourceToken", fresh),
  ];
}
