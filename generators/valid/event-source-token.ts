import type fc from "fast-check";
import { ofLength } from "./of-length.ts";

/** A token of 1 to 256 characters; the empty one is left out, for the document contradicts itself on it. */
export const validEventSourceToken: fc.Arbitrary<string> = ofLength("EventSourceToken", { atLeast: 1 });
