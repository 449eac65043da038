import type { Socket } from "node:net";
import { promisify } from "node:util";
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from "node:zlib";
import type { HttpReply } from "../../targets/reference/http.ts";
import { type Misdeed, said, wire } from "./server.ts";

const json = ["Content-Type: application/json"];

/** Executes the request, and then changes the answer. */
export function instead(change: (reply: HttpReply) => string | Buffer | Promise<Buffer>): Misdeed {
  return async (socket, request, reference) => {
    const reply = await reference.handle(request);
    if (reply !== "drop") socket.write(await change(reply));
  };
}

/** Executes the request, and then answers with the given body. */
export function body(text: string | Buffer, headers: readonly string[] = json): Misdeed {
  return instead(({ status }) => said(status < 300 ? 201 : status, text, headers));
}

/** Does not execute the request, and always gives the same answer. */
export function always(bytes: string | Buffer): (socket: Socket) => void {
  return (socket) => void socket.write(bytes);
}

/** Writes some bytes and then resets the connection. */
export function thenReset(bytes: string): (socket: Socket) => void {
  return (socket) => {
    if (bytes === "") socket.resetAndDestroy();
    else socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 20));
  };
}

/** Writes one piece every `ms` milliseconds, until the pieces or the connection end. */
export function drip(ms: number, piece: (index: number) => string | null): (socket: Socket) => void {
  return (socket) => {
    let index = 0;
    const timer = setInterval(() => {
      const next = socket.destroyed ? null : piece(index);
      index += 1;
      if (next === null) clearInterval(timer);
      else socket.write(next);
    }, ms);
    socket.on("close", () => clearInterval(timer));
  };
}

/** Writes a head and then the same bytes until the connection ends. */
export function endless(head: string): (socket: Socket) => void {
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  return (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk)) if (socket.writableLength > 1024 * 1024) break;
    };
    socket.on("drain", more).write(head);
    more();
  };
}

/** Compresses the answer without a request for it. */
export function compressed(encoding: "gzip" | "br"): Misdeed {
  const pack = encoding === "gzip" ? gzipSync : brotliCompressSync;
  return instead((reply) => wire({ ...reply, body: pack(reply.body) }, [`Content-Encoding: ${encoding}`]));
}

/** 64 MiB of spaces in a few kilobytes. They are packed in a thread, because servers of other scenarios run in this one. */
export function bomb(encoding: "gzip" | "br"): Misdeed {
  let packing: Promise<Buffer> | undefined;
  return instead(async ({ status }) => {
    packing ??= pack(encoding, Buffer.alloc(64 * 1024 * 1024, 0x20));
    return said(status < 300 ? 201 : status, await packing, [...json, `Content-Encoding: ${encoding}`]);
  });
}

/** Brotli's default quality would take two seconds for a bomb, and would make it no smaller. */
function pack(encoding: "gzip" | "br", bytes: Buffer): Promise<Buffer> {
  if (encoding === "gzip") return promisify(gzip)(bytes);
  return promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

/** Executes the request, and then adds a member before and after the others, in the JSON text of the statement. */
export function around(before: string, after: string): Misdeed {
  return instead((reply) => {
    const { status, body: text } = reply;
    const statement = statementIn(String(text));
    if (statement === null) return wire(reply);
    const odd = `{${before}${before === "" ? "" : ","}${statement.slice(1, -1)}${after === "" ? "" : ","}${after}}`;
    return said(status, JSON.stringify({ Statement: odd }), json);
  });
}

/** Executes the request, and then changes the text of the statement. */
export function rewritten(change: (statement: string) => string): Misdeed {
  return instead((reply) => {
    const statement = statementIn(String(reply.body));
    return statement === null
      ? wire(reply)
      : said(reply.status, JSON.stringify({ Statement: change(statement) }), json);
  });
}

function statementIn(text: string): string | null {
  const { Statement: found } = JSON.parse(text) as { readonly Statement?: unknown };
  return typeof found === "string" ? found : null;
}

/** Answers twice. */
export function twice(): Misdeed {
  return instead((reply) => Buffer.concat([wire(reply), wire(reply)]));
}

/** Gives each request the answer to the previous request on the same function. */
export function answersForAnother(): Misdeed {
  const last = new Map<string, HttpReply>();
  return async (socket, request, reference) => {
    const reply = await reference.handle(request);
    if (reply === "drop") return;
    const [, name = ""] = /functions\/([^/?]*)/.exec(request.target) ?? [];
    socket.write(wire(last.get(name) ?? reply));
    last.set(name, reply);
  };
}

/** The documented answer of a throttling target. */
export function tooMany(): Buffer {
  return said(429, '{"Reason":"CallerRateLimitExceeded","message":"slow down"}', [
    ...json,
    "x-amzn-errortype: TooManyRequestsException",
  ]);
}
