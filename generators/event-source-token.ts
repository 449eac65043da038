// EventSourceToken, the token of an Alexa skill: tokens of every length but the empty one.

import { edgesOf, ofLength } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, offPatterns, overLong, wrongTypes } from "./near-miss.ts";

/** The empty token is only an edge: the document contradicts itself on it, so it is neither valid nor wrong. */
export const eventSourceToken: MemberValues = {
  valid: ofLength("EventSourceToken", { atLeast: 1 }),
  edges: edgesOf("EventSourceToken"),
  nearMisses: [
    ...around<string>("EventSourceToken", "fresh1", { core: (fresh) => fresh }),
    ...offPatterns({
      address: (fresh) => `${fresh}@example.com`,
      url: (fresh) => `https://example.com/${fresh}`,
      assignment: (fresh) => `token=${fresh}`,
      tilde: (fresh) => `${fresh}~`,
    }),
    ...overLong("EventSourceToken"),
    ...wrongTypes("EventSourceToken", (fresh) => fresh),
  ],
  isOpen: (value) => value === "",
};
