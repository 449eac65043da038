import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Header } from "../spec/exchange.ts";
import { bodyBytes, bodyTooLarge } from "./body.ts";
import { type NoAnswerReason, noAnswer, reasonOf } from "./no-answer.ts";
import { maxHeaderBytes, maxInterimResponses } from "./transport.ts";

/** A complete response that was read from a socket. */
export interface ReadResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
  /** True if the target keeps the connection open for another request. */
  readonly reusable: boolean;
}

/**
 * Reads one response from a socket that other code writes to. Node's own client parses it: it gets a stream that
 * passes on the socket's bytes and discards the client's request. `stop` ends the reading and leaves the socket open.
 */
export function readResponse(socket: Socket, { head }: { readonly head: boolean }) {
  const tap = tapOf(socket);
  const result = new Promise<ReadResponse | NoAnswerReason>((resolve) => {
    const sent = request({
      createConnection: () => tap.stream,
      method: head ? "HEAD" : "POST",
      maxHeaderSize: maxHeaderBytes,
    });
    let interim = 0;
    sent.on("information", () => {
      interim += 1;
      if (interim > maxInterimResponses) resolve(noAnswer("protocol", "too many interim responses"));
    });
    sent.on("upgrade", () => resolve(noAnswer("protocol", "the protocol was changed")));
    let fail = (error: Error): void => resolve(reasonOf(error));
    sent.on("error", (error) => fail(error));
    sent.on("response", (response) => {
      fail = collect(response, resolve);
    });
    sent.end();
  }).finally(tap.remove);
  return { result, stop: tap.remove };
}

/** Reads the body of a response. Returns a function that takes an error of the connection. */
function collect(
  response: IncomingMessage,
  resolve: (result: ReadResponse | NoAnswerReason) => void,
): (error: Error) => void {
  const body = bodyBytes();
  response.on("data", (chunk: Buffer) => {
    if (!body.add(chunk)) resolve(bodyTooLarge);
  });
  const end = () => {
    const headers = pairs(response.rawHeaders);
    const connection = headers
      .filter(([name]) => name.toLowerCase() === "connection")
      .map(([, value]) => value);
    resolve({
      status: response.statusCode ?? 0,
      headers,
      body: body.text(),
      reusable: response.httpVersion === "1.1" && !/\bclose\b/i.test(connection.join(",")),
    });
  };
  response.on("end", end);
  const fail = (error: Error) => {
    const why = reasonOf(error);
    if (why.reason === "reset" && mayEndByReset(response.statusCode ?? 0, pairs(response.rawHeaders))) end();
    else resolve(why);
  };
  response.on("error", fail);
  return fail;
}

/**
 * Says whether a reset ends the response like a close: a server that refuses a request before it has read all of it closes
 * the connection, which resets it, and the end of the connection is the end of a body without a length.
 */
function mayEndByReset(status: number, headers: readonly Header[]): boolean {
  return status >= 400 && !headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
}

function pairs(raw: readonly string[]): readonly Header[] {
  const lines: Header[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return lines;
}

function tapOf(socket: Socket): { readonly stream: Duplex; readonly remove: () => void } {
  const stream = new Duplex({
    read() {
      socket.resume();
    },
    write(_chunk, _encoding, done) {
      done();
    },
  });
  // The result is settled by now, so later errors of the stream do not matter.
  stream.on("error", () => {});
  const data = (chunk: Buffer): void => {
    if (!stream.push(chunk)) socket.pause();
  };
  const end = (): void => {
    stream.push(null);
  };
  // The bytes received before the failure are parsed first.
  const fail = (error: Error): void => void setImmediate(() => stream.destroy(error));
  const close = (): void =>
    fail(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" }));
  socket.on("data", data).on("end", end).on("error", fail).on("close", close);
  return {
    stream,
    remove: () => {
      socket.off("data", data).off("end", end).off("error", fail).off("close", close);
      stream.destroy();
    },
  };
}
