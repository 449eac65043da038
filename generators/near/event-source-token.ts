import { around } from "./around.ts";
import { type NearMiss, offPatterns } from "./near-miss.ts";
import { overLong } from "./over-long.ts";

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
