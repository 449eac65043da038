import type fc from "fast-check";
import { documentationAccount } from "./account.ts";

/** An account id to restrict a grant to; documentation ids only, one of them with leading zeros. */
export const validSourceAccount: fc.Arbitrary<string> = documentationAccount;
