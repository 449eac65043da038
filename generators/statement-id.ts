import fc from "fast-check";
import { constraintOf } from "../spec/constraint.ts";
import { ofLength } from "./arbitraries.ts";
import { around, type NearMiss, offPatterns, overLong } from "./near-miss.ts";

/** A StatementId of any permitted length; short ones repeat, so see `freshStatementId` where it must be new. */
export const validStatementId: fc.Arbitrary<string> = ofLength("StatementId");

/** A StatementId that begins with a string of the caller's and so is as new as that is. */
export function freshStatementId(fresh: string): fc.Arbitrary<string> {
  const room = (constraintOf("StatementId").maxLength ?? fresh.length) - fresh.length;
  return room < 1
    ? fc.constant(fresh)
    : fc.option(ofLength("StatementId", { atMost: room }), { nil: "" }).map((tail) => fresh + tail);
}

/** Statement ids that the pattern or a length refuses; all but the empty one contain `fresh`. */
export function statementIdNearMisses(fresh: string): readonly NearMiss[] {
  return [
    ...around("StatementId", fresh),
    ...offPatterns("StatementId", {
      "domain-name": `${fresh}.example.com`,
      "two-words": `${fresh} b`,
      path: `${fresh}/b`,
      arn: `arn:aws:s3:::${fresh}`,
      template: `\${${fresh}}`,
      markup: `<${fresh}>`,
      parentheses: `(${fresh})`,
    }),
    { label: "empty", constraint: "minLength", value: "" },
    ...overLong("StatementId", fresh),
  ];
}
