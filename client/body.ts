import { noAnswer } from "./no-answer.ts";

/** The largest accepted response body, in bytes. */
const maxBodyBytes = 2 * 1024 * 1024;

/** Why a larger body is no answer. */
export const bodyTooLarge = noAnswer("too-large", `over ${maxBodyBytes} bytes`);

/** A body from this size on, in bytes, is kept whole only if it is a JSON object; and how much of any other is kept. */
const long = { from: 64 * 1024, kept: 8 * 1024 } as const;

/**
 * Collects a body. Chunks stay bytes until the end: the garbage collector counts bytes at once, but text of huge answers
 * only after it fills the memory. Of a long body that begins with something other than a JSON object, only the beginning
 * is kept; a mark at its end keeps that from being JSON by accident.
 */
export function bodyBytes() {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let kept = 0;
  let isObject: boolean | null = null;
  return {
    /** Takes the next bytes; false once the body is larger than the limit. */
    add(chunk: Uint8Array): boolean {
      size += chunk.length;
      if (size > maxBodyBytes) return false;
      isObject ??= startsObject(chunk);
      // White space of this length that is left out before an object changes nothing of it.
      if (isObject !== true && kept >= long.from) return true;
      kept += chunk.length;
      chunks.push(chunk);
      return true;
    },
    /** The body as text. Bytes that are not UTF-8 become U+FFFD. */
    text(): string {
      if (isObject === true || size < long.from) return all(chunks).toString("utf8");
      // As a stream: a character whose last bytes are cut off is left out.
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      return `${decoder.decode(all(chunks).subarray(0, long.kept), { stream: true })}…`;
    },
  };
}

function all(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(chunks);
}

/** Spaces in bulk: a comparison with them is far faster than a loop over the bytes of an endless body. */
const spaces = Buffer.alloc(long.from, " ");

/** Says whether the first byte that is no JSON white space opens an object; null if there is none. */
function startsObject(chunk: Uint8Array): boolean | null {
  if (chunk.length <= spaces.length && spaces.subarray(0, chunk.length).equals(chunk)) return null;
  for (const byte of chunk) {
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte === 0x7b;
  }
  return null;
}
