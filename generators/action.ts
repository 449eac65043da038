import fc from "fast-check";
import { around, type NearMiss, offPatterns } from "./near-miss.ts";

/** An Action that is certain to be accepted: the document's two examples, and all of lambda. */
export const validAction: fc.Arbitrary<string> = fc.constantFrom(
  "lambda:InvokeFunction",
  "lambda:GetFunction",
  "lambda:*",
);

/** Actions that the pattern refuses. */
export const actionNearMisses: readonly NearMiss[] = [
  ...around("Action", "lambda:InvokeFunction"),
  ...offPatterns("Action", {
    empty: "",
    "prefix-upper-case": "LAMBDA:InvokeFunction",
    "prefix-capitalised": "Lambda:InvokeFunction",
    "trailing-wildcard": "lambda:Invoke*",
    "leading-wildcard": "lambda:*Function",
    "trailing-digit": "lambda:Invoke1",
    hyphen: "lambda:Get-Function",
    underscore: "lambda:Get_Function",
    "nothing-after-colon": "lambda:",
    "no-colon": "lambda",
    "no-prefix": "InvokeFunction",
    "nothing-before-colon": ":InvokeFunction",
    "two-colons": "lambda::InvokeFunction",
    "dot-for-colon": "lambda.InvokeFunction",
    "another-service": "s3:GetObject",
    "another-service-wildcard": "iam:*",
    "any-service": "*:InvokeFunction",
    "two-stars": "**",
    "two-stars-after-colon": "lambda:**",
    "two-actions": "lambda:InvokeFunction,lambda:GetFunction",
    "another-prefix-before": "xlambda:InvokeFunction",
  }),
];
