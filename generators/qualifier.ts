// Qualifier, the version or alias that a policy belongs to: an existing one, near misses of it, and limits of length.

import { edgesOf, ofLength } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, encodedTwice, offPatterns, otherZeros, overLong, withDigitsFrom } from "./near-miss.ts";

/** The empty qualifier is only an edge: the document contradicts itself on it, so it is neither valid nor wrong. */
export const qualifier: MemberValues = {
  valid: ofLength("Qualifier").filter((value) => value !== "$LATEST"),
  edges: edgesOf("Qualifier"),
  nearMisses: [
    ...around<string>("Qualifier", "live", { core: (existing) => existing }),
    ...offPatterns({
      "two-words": (existing) => `${existing} b`,
      "question-mark-within": "invalid-qualifier-with-?-char",
      arn: (existing) => `function:${existing}`,
      "encoded-twice": encodedTwice,
      "parameter-after": (existing) => `${existing}&x=1`,
      "semicolon-after": (existing) => `${existing};x`,
      "arabic-indic-version": withDigitsFrom(otherZeros["arabic-indic"], "1"),
      "full-width-version": withDigitsFrom(otherZeros["full-width"], "1"),
      "version-with-newline": "1\n",
      "version-with-space": " 1",
      // Later revisions of the service's model admit this one.
      "latest-published": "$LATEST.PUBLISHED",
    }),
    ...overLong("Qualifier"),
  ],
  isOpen: (value) => value === "",
};
