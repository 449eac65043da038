import type fc from "fast-check";
import { documentationAccount, documentationAccounts } from "./arbitraries.ts";
import { around, type NearMiss, offPatterns } from "./near-miss.ts";

/** An account id to restrict a grant to; documentation ids only, one of them with leading zeros. */
export const validSourceAccount: fc.Arbitrary<string> = documentationAccount;

const account = documentationAccounts[0];

/** Source accounts that the pattern refuses. */
export const sourceAccountNearMisses: readonly NearMiss[] = [
  ...around("SourceAccount", account),
  ...offPatterns("SourceAccount", {
    empty: "",
    "one-digit": "1",
    "eleven-digits": account.slice(1),
    "thirteen-digits": `${account}3`,
    "twenty-four-digits": account + account,
    "letter-last": `${account.slice(1)}a`,
    "letter-first": `a${account.slice(1)}`,
    "letter-o-for-zero": account.replace("0", "O"),
    letters: "abcdefghijkl",
    "with-dashes": "1234-5678-9012",
    "with-sign": `-${account.slice(1)}`,
    hexadecimal: "0x1234567890",
    exponent: "12345678901e",
    "account-arn": `arn:aws:iam::${account}:root`,
  }),
];
