import fc from "fast-check";
import { wholeMatch } from "../../spec/constraint.ts";
import { documentationAccount } from "./account.ts";
import { place } from "./place.ts";

/** The longest SourceArn generated, in bytes of UTF-8; the document sets no limit. */
export const longestSourceArn = 2048;

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
const ascii = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
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
  { weight: 4, arbitrary: fc.constantFrom(...ascii) },
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
    arbitrary: fc.string({ unit: ordinary, minLength: 1, maxLength: longestSourceArn, size: "max" }),
  },
);

/**
 * A SourceArn from the whole space of its shape: any partition, region and account optional, and in its last part
 * anything but a line terminator or another control character, up to 2 kB in all.
 */
export const validSourceArn: fc.Arbitrary<string> = fc
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
    return front + withinBytes(parts.resource, longestSourceArn - front.length);
  })
  .filter((arn) => !/[\p{Cc}\u2028\u2029]/u.test(arn) && wholeMatch("SourceArn", arn));

/** Only ordinary ASCII gets as long as to be cut, so no character is ever halved. */
function withinBytes(text: string, most: number): string {
  return text.length > most ? text.slice(0, most) : text;
}
