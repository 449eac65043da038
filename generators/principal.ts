// Principal, who gets the permission: well-known services and accounts reserved for documentation.

import fc from "fast-check";
import { services } from "../spec/principal.ts";
import { documentationAccount, documentationAccounts, edgesOf } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { type NearMiss, wrongTypes } from "./near-miss.ts";

const account = documentationAccounts[0];

/** Neither a service nor an account. The pattern admits these values; only their meaning is wrong. */
const nobody: Readonly<Record<string, string>> = {
  "not-a-service": "invalid.nonaws.com",
  "example-domain": "s3.example.com",
  "bare-word": "abc",
  "bare-suffix": "amazonaws.com",
  "suffix-without-its-dot": "s3xamazonaws.com",
  "suffix-amid": "s3.amazonaws.com.example.com",
  "eleven-digits": account.slice(1),
  "thirteen-digits": `${account}3`,
  "account-and-letters": `${account}abc`,
  "only-a-space": " ",
  "only-spaces": "   ",
  "two-words": "two words",
};

/** What stands in the Principal of a statement, where the request must have a string. */
const elements = { "service-element": { Service: services[0] }, "account-element": { AWS: account } };

/** The suite of unspecified behaviour sends other principals. */
export const principal: MemberValues = {
  valid: fc.oneof({ withCrossShrink: true }, fc.constantFrom(...services), documentationAccount),
  edges: edgesOf("Principal"),
  nearMisses: [
    ...Object.entries(nobody).map(
      ([label, value]): NearMiss => ({ label, constraint: "meaning", value: () => value }),
    ),
    ...wrongTypes("Principal", () => services[0]),
    ...Object.entries(elements).map(
      ([label, element]): NearMiss => ({ label, constraint: "type", value: () => element }),
    ),
  ],
};
