import { Buffer } from "node:buffer";

const bare = /^[A-Za-z0-9_/:=.,@%+-]+$/;
const printable = /^[\x20-\x7e]*$/;

/** How characters become bytes: header lines are written as Latin-1 where they fit, everything else is UTF-8. */
export type Charset = "utf8" | "latin1";

/** The bytes of a text; characters over U+00FF need UTF-8 whatever was asked for. */
export function bytesOf(text: string, charset: Charset): Buffer {
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? charset : "utf8");
}

/** One bash word that stands for exactly these characters; always printable ASCII on one line. */
export function quote(text: string, charset: Charset = "utf8"): string {
  if (bare.test(text)) return text;
  if (printable.test(text) && !text.includes("##[")) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${[...bytesOf(text, charset)].map(ansiByte).join("")}'`;
}

/** The same with a variable's value wherever the slot that it is for stands in the text. */
export function quoteWithSlots(
  text: string,
  variables: ReadonlyMap<string, string>,
  charset: Charset = "utf8",
): string {
  const [found] = [...variables].filter(([slot]) => text.includes(slot));
  if (found === undefined) return text === "" ? "" : quote(text, charset);
  const [slot, variable] = found;
  return text
    .split(slot)
    .map((part) => quoteWithSlots(part, variables, charset))
    .join(`"$${variable}"`);
}

/** A `printf` command of bash that writes exactly these bytes, NUL included; `%s` stands between the pieces. */
export function printBytes(pieces: readonly Uint8Array[], value = ""): string {
  const format = pieces.map((piece) => [...piece].map(formatByte).join("")).join("%s");
  const values = ` ${value}`.repeat(value === "" ? 0 : pieces.length - 1);
  // A leading dash would be read as an option.
  return `printf '${format.replace(/^-/, "\\x2d")}'${values}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

const named: ReadonlyMap<number, string> = new Map([
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
  [92, "\\\\"],
]);

/**
 * A quote or an exclamation mark inside $'…' confuses the history expansion of interactive shells, and two number
 * signs with a bracket are a command to some CI runners.
 */
const spelt: ReadonlySet<number> = new Set([0x21, 0x23, 0x27]);

function ansiByte(byte: number): string {
  const literal = byte >= 0x20 && byte <= 0x7e && !spelt.has(byte);
  return named.get(byte) ?? (literal ? String.fromCharCode(byte) : hex(byte));
}

function formatByte(byte: number): string {
  return byte === 0x25 ? "%%" : ansiByte(byte);
}
