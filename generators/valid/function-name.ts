import fc from "fast-check";
import { constraintOf } from "../../spec/constraint.ts";
import { readName } from "../../spec/function-name.ts";
import { documentationAccount } from "./account.ts";
import { ofLength } from "./of-length.ts";
import { place } from "./place.ts";

/** Characters of a name that stands alone; the document gives this limit in a sentence, not as a constraint. */
export const longestName = 64;

const name = ofLength("FunctionName", { atMost: longestName });
const suffix = fc.oneof(
  fc.constant(""),
  fc.integer({ min: 1, max: 999 }).map((version) => `:${version}`),
  ofLength("FunctionName", { atMost: 128 }).map((alias) => `:${alias}`),
);
const prefix = fc.oneof(
  fc.constant(""),
  documentationAccount.map((account) => `${account}:function:`),
  fc
    .tuple(place, documentationAccount)
    .map(([{ partition, region }, account]) => `arn:${partition}:lambda:${region}:${account}:function:`),
);

/**
 * A well-formed FunctionName of any of the three formats, with or without a qualifier, that can be read in only one way.
 * It may name a function that exists: never for a real account.
 */
export const validFunctionName: fc.Arbitrary<string> = fc
  .tuple(prefix, name, suffix)
  .map(([front, core, tail]) => shortened(front, core, tail))
  .filter((value) => readName(value).kind === "read");

/** Takes from the qualifier, then from the name, what the limit leaves no room for. */
function shortened(front: string, core: string, tail: string): string {
  const room =
    (constraintOf("FunctionName").maxLength ?? Number.POSITIVE_INFINITY) - front.length - core.length;
  return tail.length < 2 || room < 2 ? front + core : front + core + tail.slice(0, room);
}
