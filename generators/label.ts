import type { QueryParameters } from "../spec/add-permission.ts";

const unreserved = /[A-Za-z0-9._~-]/;
const plain = /^[A-Za-z0-9._~-]*$/;
const bytes = new TextEncoder();

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function encode(value: string, keep: (character: string) => boolean): string {
  let text = "";
  for (const character of value) {
    if (keep(character)) text += character;
    else if (character < "\u0080") text += percent(character.charCodeAt(0));
    else for (const byte of bytes.encode(character)) text += percent(byte);
  }
  return text;
}

/** A path label as SDKs write it: everything but RFC 3986's unreserved characters percent-encoded as UTF-8. */
export function label(value: string): string {
  if (plain.test(value)) return value;
  return encode(value, (character) => unreserved.test(character));
}

/** A path label with its colons left literal, as RFC 3986 allows in a path segment. */
export function labelKeepingColons(value: string): string {
  return encode(value, (character) => character === ":" || unreserved.test(character));
}

/** A path label in which every character is percent-encoded, even those that need it least. */
export function labelEncodingAll(value: string): string {
  return encode(value, () => false);
}

/** A path label in which every second letter or digit is percent-encoded besides what must be. */
export function labelEncodingSome(value: string): string {
  let seen = 0;
  return encode(value, (character) => unreserved.test(character) && seen++ % 2 === 1);
}

/** The same escapes with lower-case hexadecimal digits, which RFC 3986 calls equivalent. */
export function lowerHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase());
}

const qualifier: keyof QueryParameters = "Qualifier";

/** The raw query, without `?`, that gives a qualifier. */
export function qualifierQuery(value: NonNullable<QueryParameters["Qualifier"]>): string {
  return `${qualifier}=${label(value)}`;
}
