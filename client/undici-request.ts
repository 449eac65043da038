import type { Dispatcher } from "undici";
import type { Header } from "../spec/exchange.ts";
import type { Outgoing } from "./transport.ts";

/** The call as undici takes it; the target already carries the endpoint's path. `last` ends the connection after it. */
export function undiciRequest(
  call: Outgoing,
  signed: readonly Header[],
  last = false,
): Dispatcher.DispatchOptions {
  return {
    method: call.method,
    path: call.target,
    headers: headerLines(call.headers, signed),
    body: bytesOf(call),
    // Said for POST already; for the others it keeps undici from trying again.
    idempotent: false,
    ...(last ? { reset: true } : {}),
  };
}

/** Name and value in turns, ours last; a compressed answer is never asked for. */
function headerLines(given: readonly Header[], signed: readonly Header[]): string[] {
  const lines: string[] = [];
  let encoding = false;
  for (const [name, value] of given) {
    lines.push(name, value);
    encoding ||= name.length === 15 && name.toLowerCase() === "accept-encoding";
  }
  if (!encoding) lines.push("Accept-Encoding", "identity");
  for (const [name, value] of signed) lines.push(name, value);
  return lines;
}

/** A text body stays text, which undici writes as UTF-8. */
function bytesOf(call: Outgoing): string | Buffer | null {
  if (call.body === null) return null;
  return call.encoding === "base64" ? Buffer.from(call.body, "base64") : call.body;
}

const reserved = /^(host|content-length|transfer-encoding|keep-alive|upgrade|expect)$/i;

/** Why undici would refuse or rewrite the call, which then needs a bare socket; null when it would not. */
export function unableUndici(call: Outgoing): string | null {
  if (!/^\/[\u0021-\u00ff]*$/.test(call.target)) return "the request-target needs raw framing";
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(call.method) || call.method === "CONNECT") {
    return "the method needs raw framing";
  }
  const odd = call.headers.find(
    ([name, value]) => reserved.test(name) || !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value),
  );
  return odd === undefined ? null : `the header ${odd[0]} needs raw framing`;
}
