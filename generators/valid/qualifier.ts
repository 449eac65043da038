import type fc from "fast-check";
import { ofLength } from "./of-length.ts";

/** A well-formed Qualifier over the whole length range; only by chance one that exists. */
export const validQualifier: fc.Arbitrary<string> = ofLength("Qualifier").filter(
  (value) => value !== "$LATEST",
);
