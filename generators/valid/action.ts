import fc from "fast-check";

/** An Action that is certain to be accepted: the document's two examples, and all of lambda. */
export const validAction: fc.Arbitrary<string> = fc.constantFrom(
  "lambda:InvokeFunction",
  "lambda:GetFunction",
  "lambda:*",
);

const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** An Action that matches the pattern but may name nothing; the document does not say whether that is refused. */
export const wellFormedAction: fc.Arbitrary<string> = fc
  .string({ unit: letter, minLength: 1, maxLength: 64, size: "max" })
  .map((name) => `lambda:${name}`);
