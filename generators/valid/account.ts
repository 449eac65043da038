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

/** Any twelve digits; on a real account they may be a stranger's, so only for targets that are nobody's account. */
export const anyAccount: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(..."0123456789"),
  minLength: 12,
  maxLength: 12,
});
