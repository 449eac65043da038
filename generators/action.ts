// Action, what the principal may do: the document's two examples, all of Lambda, and near misses.

import fc from "fast-check";
import { edgesOf } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, offPatterns, wrongTypes } from "./near-miss.ts";

const invoke = "lambda:InvokeFunction";

/** The suite of unspecified behaviour sends `*` and actions that Lambda does not have. */
export const action: MemberValues = {
  valid: fc.constantFrom(invoke, "lambda:GetFunction", "lambda:*"),
  edges: edgesOf("Action"),
  nearMisses: [
    ...around("Action", invoke),
    ...offPatterns({
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
      "digit-inside": "lambda:Invoke1Function",
      "two-actions": "lambda:InvokeFunction,lambda:GetFunction",
      "another-prefix-before": "xlambda:InvokeFunction",
    }),
    ...wrongTypes("Action", () => invoke),
  ],
};
