import type { Answer, Header } from "../spec/exchange.ts";
import type { Transport } from "./transport.ts";

/** Removes secrets from everything that is recorded. */
export type Redactor = ReturnType<typeof redactor>;

/** The replacement of a secret. */
export const redacted = "[redacted]";

/**
 * The source of a regular expression that matches a secret in every spelling: plain, percent-encoded once or more,
 * or escaped in JSON or XML, in any mixture; or as a whole in base64.
 */
function spellingsOf(secret: string): string {
  return [spelled(secret), ...spelledInBase64(secret)].join("|");
}

/** The same for a public word, without base64. */
function spelled(word: string): string {
  return [...word].map(character).join("");
}

/** One hexadecimal digit in lower case, in any of these spellings. */
const spelledHexDigit = String.raw`(?:[0-9a-f]|(?:\\+u00|%(?:25)*|&(?:amp;)*#[xX]0*)(?:3\d|6[1-6]);?|&(?:amp;)*#0*(?:4[89]|5[0-7]|9[7-9]|10[0-2]);)`;

const named: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
};

function character(one: string): string {
  const code = one.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...Buffer.from(one)].map(
    (byte) => `%(?:25)*${eitherCase(byte.toString(16).padStart(2, "0"))}`,
  );
  const entity = named[one];
  return `(?:${[
    // JSON within JSON doubles the backslashes of an escape; a slash may have backslashes, too.
    /["'\\/]/.test(one) ? `\\\\*${escaped(one)}` : escaped(one),
    percent.join(""),
    `\\\\+u${eitherCase(hex.padStart(4, "0"))}`,
    `&(?:amp;)*#(?:0*${code}|[xX]0*${eitherCase(hex)});`,
    ...(entity === undefined ? [] : [`&(?:amp;)*${entity};`]),
  ].join("|")})`;
}

/** The secret inside base64; the bytes before it decide which bits share a character. */
function spelledInBase64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const own = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return own.replace(/[+/]/g, (one) =>
      one === "+" ? "(?:[+-]|%(?:25)*2[bB])" : "(?:\\\\*[/_]|%(?:25)*2[fF])",
    );
  });
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/gi, (digit) => `[${digit.toLowerCase()}${digit.toUpperCase()}]`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const secretHeader = /^(authorization|proxy-authorization|x-amz-security-token|cookie|set-cookie)$/i;
/** The separator of a name and its value, in the spellings of a header, a query, JSON and XML. */
const separator = String.raw`(?:\\*["'])?\s*(?:=|:|%(?:25)*3D|\\+u003d|&#(?:0*61|x0*3d);)\s*(?:\\*["'])?`;

/** An Authorization header up to its signature; the parts of a signed query; a signature in any spelling. */
const signedParts = new RegExp(
  String.raw`AWS4-HMAC-SHA256[^"'<>\r\n]{0,2000}?Signature${separator}[0-9a-f]+|(X-Amz-(?:Signature|Credential|Security-Token)${separator})[^&\s"'<>\\]+|(${spelled("Signature")}${separator})${spelledHexDigit}{32,}`,
  "gi",
);

/** The same header in base64: the three possible encodings of its first word. */
const hiddenHeader = /(?:QVdTNC1ITUFD|FXUzQtSE1BQ|BV1M0LUhNQU)[A-Za-z0-9+/_=-]*/g;

/** Matches texts that may hold a signature, with the first letter escaped or not; most texts do not. */
const mayHoldSignature = /AWS4-|Signature|x-amz-[sc]|QVdTNC|FXUzQt|BV1M0L|(?:u00|%|&#x)[57]3|&#(?:83|115);/i;

/**
 * A redactor for the given secrets in every spelling. Secrets of under eight characters are dummies such as "test";
 * removing them would spoil the report.
 */
export function redactor(secrets: readonly string[]) {
  // The longest first: one secret may contain another.
  const real = [...new Set(secrets.filter((secret) => secret.length >= 8))].sort(
    (a, b) => b.length - a.length,
  );
  const known = real.length === 0 ? null : new RegExp(real.map(spellingsOf).join("|"), "g");
  const text = (given: string): string => {
    // Signatures first: a base64 header is recognised by its beginning and has a key in its middle.
    const clean = mayHoldSignature.test(given) ? withoutSignatures(given) : given;
    return known === null ? clean : clean.replace(known, redacted);
  };
  const isClean = ([name, value]: Header): boolean =>
    !secretHeader.test(name) && text(value) === value && text(name) === name;
  const headers = (given: readonly Header[]): readonly Header[] =>
    given.every(isClean)
      ? given
      : given.map(([name, value]) => [text(name), secretHeader.test(name) ? redacted : text(value)]);
  return {
    text,
    answer: (answer: Answer): Answer => {
      if (answer.kind === "none") return { ...answer, detail: text(answer.detail) };
      // Nearly every answer has no secret and stays the same object.
      const clean = { headers: headers(answer.headers), body: text(answer.body) };
      return clean.headers === answer.headers && clean.body === answer.body
        ? answer
        : { ...answer, ...clean };
    },
  };
}

function withoutSignatures(text: string): string {
  return text
    .replace(signedParts, (_all, part?: string, bare?: string) => `${part ?? bare ?? ""}${redacted}`)
    .replace(hiddenHeader, redacted);
}

/** A transport that removes secrets from every answer before any other code reads it. */
export function redacting(transport: Transport, redact: Redactor): Transport {
  return {
    ...transport,
    send: async (call, options) => redact.answer(await transport.send(call, options)),
  };
}
