import type { Call } from "./exchange.ts";

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Bytes of the body of a request. */
export function bodyBytes({ body, encoding }: Call): number {
  if (body === null) return 0;
  return encoding === "base64" ? atob(body).length : bytesOf(body);
}
