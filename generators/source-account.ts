// SourceAccount, the account that a grant is restricted to: ids reserved for documentation, and near misses.

import { documentationAccount, documentationAccounts, edgesOf } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, offPatterns, wrongTypes } from "./near-miss.ts";

const account = documentationAccounts[0];

/** The pattern fixes the length, so there are no edges. */
export const sourceAccount: MemberValues = {
  valid: documentationAccount,
  edges: edgesOf("SourceAccount"),
  nearMisses: [
    ...around("SourceAccount", account),
    ...offPatterns({
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
      wildcard: "*",
      "account-arn": `arn:aws:iam::${account}:root`,
    }),
    ...wrongTypes("SourceAccount", () => account),
  ],
};
