import type { Answer, Header } from "../spec/exchange.ts";
import type { Outgoing, Transport } from "./transport.ts";

/** Takes secrets out of what is recorded. */
export interface Redactor {
  text(text: string): string;
  headers(headers: readonly Header[]): readonly Header[];
  call<T extends Outgoing>(call: T): T;
  answer(answer: Answer): Answer;
}

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/**
 * A regular expression, as text, for a secret in whatever spelling it comes back: each character as it is,
 * percent-encoded once or more, or as an escape of JSON or XML, in any mixture; or the whole in base64.
 */
function spellingsOf(secret: string): string {
  return [spelled(secret), ...spelledInBase64(secret)].join("|");
}

/** The same for a word that is no secret, without base64. */
function spelled(word: string): string {
  return [...word].map(character).join("");
}

/** One hexadecimal digit in lower case, in any of those spellings. */
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
    // JSON in JSON doubles the backslashes before what has to be escaped, and before a slash they are allowed.
    /["'\\/]/.test(one) ? `\\\\*${escaped(one)}` : escaped(one),
    percent.join(""),
    `\\\\+u${eitherCase(hex.padStart(4, "0"))}`,
    `&(?:amp;)*#(?:0*${code}|[xX]0*${eitherCase(hex)});`,
    ...(entity === undefined ? [] : [`&(?:amp;)*${entity};`]),
  ].join("|")})`;
}

/** The secret as it stands inside base64, where what comes before decides which bits share a character. */
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
/** What separates a name from its value, in the spellings of a header, a query, JSON and XML. */
const separator = String.raw`(?:\\*["'])?\s*(?:=|:|%(?:25)*3D|\\+u003d|&#(?:0*61|x0*3d);)\s*(?:\\*["'])?`;

/** An Authorization header to the end of its signature; the parts of a signed query; a signature, however it is spelt. */
const signedParts = new RegExp(
  String.raw`AWS4-HMAC-SHA256[^"'<>\r\n]{0,2000}?Signature${separator}[0-9a-f]+|(X-Amz-(?:Signature|Credential|Security-Token)${separator})[^&\s"'<>\\]+|(${spelled("Signature")}${separator})${spelledHexDigit}{32,}`,
  "gi",
);

/** The same header in base64, by how its first word begins at the three places that it can stand at. */
const hiddenHeader = /(?:QVdTNC1ITUFD|FXUzQtSE1BQ|BV1M0LUhNQU)[A-Za-z0-9+/_=-]*/g;

/** What may hold a signature at all, its first letter escaped or not: most texts do not. */
const mayHoldSignature = /AWS4-|Signature|x-amz-[sc]|QVdTNC|FXUzQt|BV1M0L|(?:u00|%|&#x)[57]3|&#(?:83|115);/i;

/**
 * A redactor for the given secrets, in every spelling they may come back in. Texts under eight characters are dummies
 * such as "test", not secrets; taking them out would spoil the report.
 */
export function redactor(secrets: readonly string[]): Redactor {
  // The longest first, so that no secret is cut by one that it contains.
  const real = [...new Set(secrets.filter((secret) => secret.length >= 8))].sort(
    (a, b) => b.length - a.length,
  );
  const known = real.length === 0 ? null : new RegExp(real.map(spellingsOf).join("|"), "g");
  const text = (given: string): string => {
    // First: a header in base64 is only known by its beginning, and has a key in its middle.
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
    headers,
    call: (call) => ({
      ...call,
      target: text(call.target),
      headers: headers(call.headers),
      body:
        call.body === null ? null : call.encoding === "base64" ? base64(call.body, text) : text(call.body),
      ...(call.raw === undefined
        ? {}
        : {
            raw: {
              ...call.raw,
              lines: call.raw.lines.map(text),
              pieces: call.raw.pieces.map((piece) => base64(piece, text)),
            },
          }),
    }),
    answer: (answer) => {
      if (answer.kind === "none") return { ...answer, detail: text(answer.detail) };
      // Nearly every answer is clean, and stays the object that it is.
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

/** Bytes are only rewritten when they hold a secret: as text they might not come back the same. */
function base64(encoded: string, text: (given: string) => string): string {
  const plain = Buffer.from(encoded, "base64").toString("latin1");
  const clean = text(plain);
  return clean === plain ? encoded : Buffer.from(clean, "latin1").toString("base64");
}

/**
 * A transport whose answers carry no secrets any more: whatever a target says of our keys is gone before anybody reads
 * it, so that it can stand in no record, no message and no further request.
 */
export function redacting(transport: Transport, redact: Redactor): Transport {
  return {
    unable: (call) => transport.unable?.(call) ?? null,
    release: (connection) => transport.release?.(connection),
    close: () => transport.close(),
    send: async (call, options) => redact.answer(await transport.send(call, options)),
  };
}
