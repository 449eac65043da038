// StatementId, the id of a statement in its policy: ids of every length, a new one for each request.

import fc from "fast-check";
import { constraintOf } from "../spec/constraint.ts";
import { edgesOf, ofLength } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, offPatterns, overLong, wrongTypes } from "./near-miss.ts";

/** A StatementId that begins with the given string, so it is as new as that string. */
export function freshStatementId(fresh: string): fc.Arbitrary<string> {
  const room = (constraintOf("StatementId").maxLength ?? fresh.length) - fresh.length;
  return room < 1
    ? fc.constant(fresh)
    : fc.option(ofLength("StatementId", { atMost: room }), { nil: "" }).map((tail) => fresh + tail);
}

/** Short valid ids may repeat; all wrong ids but the empty one contain the new id. */
export const statementId: MemberValues = {
  valid: ofLength("StatementId"),
  edges: edgesOf("StatementId"),
  nearMisses: [
    ...around<string>("StatementId", "fresh1", { core: (fresh) => fresh }),
    ...offPatterns({
      "domain-name": (fresh) => `${fresh}.example.com`,
      "two-words": (fresh) => `${fresh} b`,
      path: (fresh) => `${fresh}/b`,
      arn: (fresh) => `arn:aws:s3:::${fresh}`,
      template: (fresh) => `\${${fresh}}`,
      markup: (fresh) => `<${fresh}>`,
      parentheses: (fresh) => `(${fresh})`,
      assignment: (fresh) => `id=${fresh}`,
    }),
    { label: "empty", constraint: "minLength", value: () => "" },
    ...overLong("StatementId"),
    ...wrongTypes("StatementId", (fresh) => fresh),
  ],
};
