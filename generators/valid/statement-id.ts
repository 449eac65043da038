import fc from "fast-check";
import { constraintOf } from "../../spec/constraint.ts";
import { ofLength } from "./of-length.ts";

/** A StatementId of any permitted length; short ones repeat, so see `freshStatementId` where it must be new. */
export const validStatementId: fc.Arbitrary<string> = ofLength("StatementId");

/** A StatementId that begins with a string of the caller's and so is as new as that is. */
export function freshStatementId(fresh: string): fc.Arbitrary<string> {
  const room = (constraintOf("StatementId").maxLength ?? fresh.length) - fresh.length;
  return room < 1
    ? fc.constant(fresh)
    : fc.option(ofLength("StatementId", { atMost: room }), { nil: "" }).map((tail) => fresh + tail);
}
