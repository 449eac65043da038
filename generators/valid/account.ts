import fc from "fast-check";

/** Account ids that AWS reserves for documentation, and one of zeros: a grant to them reaches no stranger. */
export const documentationAccounts = [
  "123456789012",
  "111122223333",
  "444455556666",
  "000000000000",
] as const;

/** An account id that is safe to grant to. */
export const documentationAccount: fc.Arbitrary<string> = fc.constantFrom(...documentationAccounts);
