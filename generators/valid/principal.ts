import fc from "fast-check";
import { services } from "../../spec/principal.ts";
import { documentationAccount } from "./account.ts";

/** A service that every target should know. */
export const validService: fc.Arbitrary<string> = fc.constantFrom(...services);

/** A service or an account; accounts are documentation ids only, so that no stranger is let in. */
export const validPrincipal: fc.Arbitrary<string> = fc.oneof(
  { withCrossShrink: true },
  validService,
  documentationAccount,
);
