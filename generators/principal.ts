// Principal, who is let in: services in wide use and accounts of documentation, so that no stranger is.

import fc from "fast-check";
import { services } from "../spec/principal.ts";
import { documentationAccount, documentationAccounts, edgesOf } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { type NearMiss, wrongTypes } from "./near-miss.ts";

const account = documentationAccounts[0];

/** Neither a service nor an account. The pattern admits them: only the meaning can refuse them. */
const nobody: Readonly<Record<string, string>> = {
  "not-a-service": "invalid.nonaws.com",
  "example-domain": "s3.example.com",
  "bare-word": "abc",
  "bare-suffix": "amazonaws.com",
  "eleven-digits": account.slice(1),
  "thirteen-digits": `${account}3`,
  "account-and-letters": `${account}abc`,
  "only-a-space": " ",
  "only-spaces": "   ",
  "two-words": "two words",
};

/** What else may be a principal is asked for by the suite of what the document leaves open. */
export const principal: MemberValues = {
  valid: fc.oneof({ withCrossShrink: true }, fc.constantFrom(...services), documentationAccount),
  edges: edgesOf("Principal"),
  nearMisses: [
    ...Object.entries(nobody).map(
      ([label, value]): NearMiss => ({ label, constraint: "meaning", value: () => value }),
    ),
    ...wrongTypes("Principal", () => services[0]),
  ],
};
