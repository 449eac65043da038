// SourceArn, the resource that a grant is restricted to: ARNs of every shape, up to 2 kB, and ARNs with one part wrong.

import fc from "fast-check";
import { wholeMatch } from "../spec/constraint.ts";
import { documentationAccount, documentationAccounts, edgesOf, place, printable } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import { around, type NearMiss, offPatterns, wrongTypes } from "./near-miss.ts";

/** In bytes of UTF-8; the document gives no limit. */
const longest = 2048;

const service = fc.constantFrom(
  "s3",
  "sns",
  "sqs",
  "events",
  "logs",
  "execute-api",
  "cognito-idp",
  "iot1click",
);
const tokens = [
  "*",
  "?",
  `\${aws:username}`,
  "$" + "{",
  " ",
  "  ",
  ":",
  "::",
  "/",
  "\\",
  '"',
  "%3A",
  "é",
  "e\u0301",
  "日本",
  "ß",
  "🪣",
  "👩‍👩‍👧",
  "שלום",
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...printable) },
  { weight: 2, arbitrary: fc.constantFrom(...tokens) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }) },
);
const ordinary = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-./_");
const resource = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: ordinary, minLength: 1, maxLength: 63 }) },
  { weight: 3, arbitrary: fc.string({ unit: piece, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom("", "*", `\${aws:username}`) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: ordinary, minLength: 1, maxLength: longest, size: "max" }),
  },
);

/** Partition, region and account optional; in the last part anything but line terminators and control characters. */
const valid = fc
  .record({
    place,
    service,
    regional: fc.boolean(),
    account: fc.option(documentationAccount, { nil: "" }),
    resource,
  })
  .map((parts) => {
    const region = parts.regional ? parts.place.region : "";
    const front = `arn:${parts.place.partition}:${parts.service}:${region}:${parts.account}:`;
    // Only ASCII values are long enough to be cut, so no character is split.
    return front + parts.resource.slice(0, longest - front.length);
  })
  .filter((arn) => !/[\p{Cc}\u2028\u2029]/u.test(arn) && wholeMatch("SourceArn", arn));

const account = documentationAccounts[0];
const arn = `arn:aws:sns:us-east-1:${account}:topic`;

function withPart(index: number, part: string): string {
  return arn
    .split(":")
    .map((own, at) => (at === index ? part : own))
    .join(":");
}

/** Text after an ARN is part of its last field; the document does not say whether that field may hold a line end. */
const anywhere = around("SourceArn", arn, { middle: () => "arn:aws:s".length }).filter(
  ({ label }) => !label.endsWith("-after"),
);

const shape = offPatterns({
  empty: "",
  "bare-word": "bucket",
  "no-arn-prefix": "s3:::bucket",
  "three-fields": "arn:aws:s3",
  "four-fields": "arn:aws:s3:",
  "five-fields": "arn:aws:s3::",
  "one-colon-short": "arn:aws:s3::bucket",
  "slashes-for-colons": arn.replaceAll(":", "/"),
  "empty-service": "arn:aws::::",
  "empty-service-with-resource": withPart(2, ""),
  "service-with-underscore": withPart(2, "s_3"),
  "service-with-dot": withPart(2, "s3.amazonaws"),
  "service-wildcard": withPart(2, "*"),
  "prefix-upper-case": withPart(0, "ARN"),
  "prefix-capitalised": withPart(0, "Arn"),
  "letter-before": `x${arn}`,
  "word-before": `junk ${arn}`,
});

const partition = offPatterns({
  "partition-upper-case": withPart(1, "AWS"),
  "partition-azure": withPart(1, "azure"),
  "partition-empty": withPart(1, ""),
  "partition-wildcard": withPart(1, "*"),
  "partition-with-underscore": withPart(1, "aws_cn"),
  "partition-with-letter-before": withPart(1, "xaws"),
});

const region = offPatterns({
  "region-wildcard": withPart(3, "*"),
  "region-two-digits": withPart(3, "us-east-10"),
  "region-no-digit": withPart(3, "us-east"),
  "region-no-digit-but-hyphen": withPart(3, "us-east-"),
  "region-upper-case": withPart(3, "US-EAST-1"),
  "region-capitalised": withPart(3, "us-East-1"),
  "region-three-letters": withPart(3, "usa-east-1"),
  "region-one-letter": withPart(3, "u-east-1"),
  "region-one-part": withPart(3, "us-1"),
  "region-zone-letter": withPart(3, "us-east-1a"),
  "region-space": withPart(3, " "),
  // Later revisions of the service's model admit these two.
  "region-iso": withPart(3, "us-iso-east-1"),
  "region-eusc": withPart(3, "eusc-de-east-1"),
});

const accountPart = offPatterns({
  "account-wildcard": withPart(4, "*"),
  "account-word": withPart(4, "account-id"),
  "account-letters": withPart(4, "AIDAEXAMPLEX"),
  "account-eleven-digits": withPart(4, account.slice(1)),
  "account-thirteen-digits": withPart(4, `${account}3`),
  "account-with-dashes": withPart(4, "1234-5678-9012"),
  "account-alias-aws": withPart(4, "aws"),
  "account-space": withPart(4, " "),
  "account-arabic-indic-digits": withPart(4, "١٢٣٤٥٦٧٨٩٠١٢"),
  "account-full-width-digits": withPart(4, "１２３４５６７８９０１２"),
});

/** One part wrong in each, everything else right. */
const nearMisses: readonly NearMiss[] = [
  ...anywhere,
  ...shape,
  ...partition,
  ...region,
  ...accountPart,
  ...wrongTypes("SourceArn", () => "arn:aws:s3:::bucket"),
];

/** Line ends in the last part are unspecified, because that part may hold anything. */
export const sourceArn: MemberValues = {
  valid,
  edges: edgesOf("SourceArn"),
  nearMisses,
  isOpen: (value) => wholeMatch("SourceArn", value.replace(/[\n\r\u2028\u2029]+(?=[^:]*$)/g, "")),
};
