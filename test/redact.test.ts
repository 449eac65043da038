import fc from "fast-check";
import { expect, test } from "vitest";
import { redacted, redactor } from "../client/redact.ts";
import { anyCharacter } from "./any-character.ts";

const accessKey = "AKIAPLANTED0000KEY00";
const secret = 'planted/Secret+Key/with=odd%characters"00';
const token = "IQoJplantedTokenThatIsLong//////////wEaCXVzLWVhc3QtMSJIMEYCIQ";
const planted = [accessKey, secret, token];
const redact = redactor(planted);

test("a secret is redacted in every spelling", () => {
  for (const each of planted) {
    const percent = encodeURIComponent(each);
    const spellings = [
      each,
      percent,
      percent.toLowerCase().includes("%") ? percent.replace(/%../g, (byte) => byte.toLowerCase()) : percent,
      encodeURIComponent(percent),
      JSON.stringify(each),
      JSON.stringify(JSON.stringify(each).slice(1, -1)).replaceAll("\\\\\\", "\\"),
      Buffer.from(each).toString("base64"),
    ];
    for (const spelling of spellings) {
      const clean = redact.text(`before ${spelling} after`);
      expect(clean).toContain(redacted);
      expect(clean).toMatch(/^before .*after$/);
    }
  }
});

test("authorization headers, tokens and signed queries are redacted, also those of others", () => {
  const signature = `AWS4-HMAC-SHA256 Credential=AKIDOTHER/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=${"ab".repeat(32)}`;
  const { headers } = redact.answer({
    kind: "response",
    status: 200,
    headers: [
      ["AUTHORIZATION", "Bearer abc"],
      ["x-amz-security-token", "abc"],
      ["X-Echo", signature],
      ["X-Plain", "stays"],
    ],
    body: "",
    sentAt: 0,
    answeredAt: 1,
  } as const) as { headers: unknown };
  expect(headers).toEqual([
    ["AUTHORIZATION", redacted],
    ["x-amz-security-token", redacted],
    ["X-Echo", redacted],
    ["X-Plain", "stays"],
  ]);
  expect(redact.text(`{"message":"got '${signature}' from you"}`)).toBe(
    `{"message":"got '${redacted}' from you"}`,
  );
  expect(
    redact.text("/p?a=1&X-Amz-Signature=00ff&X-Amz-Credential=A%2Fb&x-amz-security-token=t%3D&b=2"),
  ).toBe(
    `/p?a=1&X-Amz-Signature=${redacted}&X-Amz-Credential=${redacted}&x-amz-security-token=${redacted}&b=2`,
  );
});

test.each(planted)("%s is redacted with any escapes, and inside base64", (secret) => {
  const each = (spell: (code: number) => string) =>
    [...secret].map((one) => spell(one.charCodeAt(0))).join("");
  const hex = (code: number) => code.toString(16).padStart(2, "0");
  const forms = [
    each((code) => `\\u00${hex(code).toUpperCase()}`),
    each((code) => `\\\\u00${hex(code)}`),
    each((code) => `%${hex(code)}`),
    each((code) => `%2525${hex(code)}`),
    each((code) => `&#${code};`),
    each((code) => `&#x${hex(code)};`),
    each((code) => [String.fromCharCode(code), `%${hex(code)}`, `\\u00${hex(code)}`][code % 3] ?? ""),
    ...["", "x", "xy"].flatMap((before) => {
      const text = Buffer.from(`${before}${secret}:after`).toString("base64");
      return [text, text.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(text)];
    }),
  ];
  for (const form of forms) {
    const clean = redact.text(`before ${form} after`);
    expect(clean).toMatch(/^before .*\[redacted\].* after$/);
    // Only the surrounding text remains, and at most one character on each side that shares bits with the secret.
    expect(clean.length).toBeLessThan("before [redacted] after".length + 24);
  }
});

test.each(["", "x", "xy", "Authorization: "])("a header in base64 is redacted after %j", (before) => {
  const header = `AWS4-HMAC-SHA256 Credential=AKIDOTHER/20260101/us-east-1/lambda/aws4_request, Signature=${"ab".repeat(32)}`;
  const clean = redact.text(`<${Buffer.from(`${before}${header}`).toString("base64")}>`);
  expect(clean).toMatch(/^<[A-Za-z0-9+/]{0,24}\[redacted\]>$/);
});

test("a signature is redacted with any escapes", () => {
  const signature = `Signature=${"0123456789abcdef".repeat(4)}`;
  const each = (spell: (hex: string) => string) =>
    [...signature].map((one) => spell(one.charCodeAt(0).toString(16))).join("");
  for (const form of [
    each((hex) => `\\u00${hex}`),
    each((hex) => `%${hex.toUpperCase()}`),
    each((hex) => `&#x${hex};`),
    each((hex) => `&#${Number.parseInt(hex, 16)};`),
  ]) {
    expect(redact.text(`<${form}>`)).toMatch(/\[redacted\]>$/);
  }
});

test("a signature alone is redacted, and other text with that word stays", () => {
  expect(redact.text(`Signature=${"0f".repeat(32)} is wrong`)).toBe(`Signature=${redacted} is wrong`);
  expect(redact.text(`AWS4-HMAC-SHA256%20Credential%3DA%2Fb%2C%20Signature%3D${"0f".repeat(32)}&b=2`)).toBe(
    `${redacted}&b=2`,
  );
  expect(redact.text("the signature: it does not match")).toBe("the signature: it does not match");
});

test("short keys are dummies and are not redacted", () => {
  expect(redactor(["test", "", "x"]).text("a test of x")).toBe("a test of x");
});

test("text without a secret stays unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      fc.pre(!/AWS4-|x-amz-/i.test(text));
      expect(redact.text(text)).toBe(text);
    }),
  );
});
