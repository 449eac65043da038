import fc from "fast-check";
import { services } from "../spec/principal.ts";
import { documentationAccount, documentationAccounts } from "./arbitraries.ts";
import type { NearMiss } from "./near-miss.ts";

/** A service that every target should know. */
export const validService: fc.Arbitrary<string> = fc.constantFrom(...services);

/** A service or an account; accounts are documentation ids only, so that no stranger is let in. */
export const validPrincipal: fc.Arbitrary<string> = fc.oneof(
  { withCrossShrink: true },
  validService,
  documentationAccount,
);

const account = documentationAccounts[0];

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

/** Principals that are neither a service nor an account. The pattern admits them: only the meaning can refuse them. */
export const principalNearMisses: readonly NearMiss[] = Object.entries(nobody).map(([label, value]) => ({
  label,
  constraint: "meaning",
  value,
}));
