import fc from "fast-check";

/** An Action that is certain to be accepted: the document's two examples, and all of lambda. */
export const validAction: fc.Arbitrary<string> = fc.constantFrom(
  "lambda:InvokeFunction",
  "lambda:GetFunction",
  "lambda:*",
);
