import type { Answer, Header } from "../spec/exchange.ts";
import type { Outgoing } from "./transport.ts";

/** Takes secrets out of what is recorded. */
export interface Redactor {
  text(text: string): string;
  headers(headers: readonly Header[]): readonly Header[];
  call<T extends Outgoing>(call: T): T;
  answer(answer: Answer): Answer;
}

/** What stands where a secret stood. */
export const redacted = "[redacted]";

const secretHeader = /^(authorization|proxy-authorization|x-amz-security-token|cookie|set-cookie)$/i;
const signedParts =
  /AWS4-HMAC-SHA256[\s+]+Credential[^"'<>\\\r\n]*?Signature(?:=|%3D)[0-9a-f]+|(X-Amz-(?:Signature|Credential|Security-Token)(?:=|%3D|["']?\s*:\s*["']?))[^&\s"'<>\\]+/gi;

/**
 * A redactor for the given secrets, in every spelling they may come back in. Texts under eight characters are dummies
 * such as "test", not secrets; taking them out would spoil the report.
 */
export function redactor(secrets: readonly string[]): Redactor {
  const spellings = [...new Set(secrets.filter((secret) => secret.length >= 8).flatMap(spellingsOf))];
  // The longest first, so that no secret is cut by one that it contains.
  spellings.sort((a, b) => b.length - a.length);
  const known = spellings.length === 0 ? null : new RegExp(spellings.map(escaped).join("|"), "g");
  const text = (given: string): string => {
    const clean = known === null ? given : given.replace(known, redacted);
    return clean.includes("AWS4-") || /x-amz-(s|c)/i.test(clean) ? withoutSignatures(clean) : clean;
  };
  const headers = (given: readonly Header[]): readonly Header[] =>
    given.map(([name, value]) => [text(name), secretHeader.test(name) ? redacted : text(value)]);
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
    answer: (answer) =>
      answer.kind === "none"
        ? { ...answer, detail: text(answer.detail) }
        : { ...answer, headers: headers(answer.headers), body: text(answer.body) },
  };
}

function withoutSignatures(text: string): string {
  return text.replace(signedParts, (_all, name: string | undefined) => `${name ?? ""}${redacted}`);
}

/** Bytes are only rewritten when they hold a secret: as text they might not come back the same. */
function base64(encoded: string, text: (given: string) => string): string {
  const plain = Buffer.from(encoded, "base64").toString("latin1");
  const clean = text(plain);
  return clean === plain ? encoded : Buffer.from(clean, "latin1").toString("base64");
}

function spellingsOf(secret: string): readonly string[] {
  const percent = encodeURIComponent(secret);
  const lower = percent.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  const json = JSON.stringify(secret).slice(1, -1);
  const twice = encodeURIComponent(percent);
  const hidden = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  return [secret, percent, lower, twice, json, json.replaceAll("/", "\\/"), hidden];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
