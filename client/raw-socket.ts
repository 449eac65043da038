import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { Answer, Header } from "../spec/exchange.ts";
import type { Authorizer } from "./authorize.ts";
import { type CallLimits, untilEnded } from "./deadline.ts";
import { type NoAnswerReason, notSent, reasonOf } from "./no-answer.ts";
import { type ReadResponse, readResponse } from "./read-response.ts";
import { dial } from "./sockets.ts";
import { addressed, type Outgoing, type SendOptions } from "./transport.ts";

/** Options of a call over a raw socket. */
export interface RawOptions extends SendOptions, CallLimits {
  readonly endpoint: URL;
  readonly authorize: Authorizer;
  readonly connectTimeoutMs: number;
  /** A second signal that ends the call. */
  readonly closing: AbortSignal;
}

/** An answer, and the socket if it can take another call. */
interface AnsweredCall {
  readonly answer: Answer;
  readonly socket?: Socket;
}

/** Writes one call to an open or a new socket, byte for byte, and reads the answer. Never rejects. */
export function sendOver(
  open: Socket | undefined,
  call: Outgoing,
  options: RawOptions,
): Promise<AnsweredCall> {
  return untilEnded(options, [options.signal, options.closing], (ended) =>
    sendOn(open, call, options, ended),
  );
}

async function sendOn(
  open: Socket | undefined,
  call: Outgoing,
  options: RawOptions,
  ended: Promise<NoAnswerReason>,
): Promise<AnsweredCall> {
  const { clock, endpoint } = options;
  const full = addressed(call, endpoint);
  const signed = await signedHeaders(full, options);
  if ("kind" in signed) {
    open?.destroy();
    return { answer: signed };
  }
  const startedAt = clock();
  const socket = open ?? (await connected(options, ended));
  if (!("write" in socket))
    return { answer: { kind: "none", ...socket, sentAt: startedAt, answeredAt: clock() } };
  const sentAt = clock();
  const result = await converse(socket, framed(full, endpoint.host, signed), call, ended);
  const times = { sentAt, answeredAt: clock() };
  const isReusable = "status" in result && result.reusable && call.raw?.halfClose !== true;
  if (!isReusable) socket.destroy();
  if (!("status" in result)) return { answer: { kind: "none", ...result, ...times } };
  const { status, headers, body } = result;
  const answer: Answer = { kind: "response", status, headers, body, ...times };
  return isReusable ? { answer, socket } : { answer };
}

async function signedHeaders(call: Outgoing, options: RawOptions): Promise<readonly Header[] | Answer> {
  try {
    return await options.authorize(signable(call), options.endpoint.host, options.service ?? "lambda");
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    return notSent(`it could not be signed: ${why}`, options.clock());
  }
}

async function connected(
  options: RawOptions,
  ended: Promise<NoAnswerReason>,
): Promise<Socket | NoAnswerReason> {
  let socket: Socket | undefined;
  const dialled = new Promise<Socket | NoAnswerReason>((resolve) => {
    socket = dial(options.endpoint, options.connectTimeoutMs, (error, opened) => {
      resolve(error === null ? opened : reasonOf(error));
    });
  });
  const result = await Promise.race([dialled, ended]);
  if (!("write" in result)) socket?.destroy();
  // Without a listener of its own an idle socket that is reset would end the process.
  else result.on("error", ignore);
  return result;
}

async function converse(
  socket: Socket,
  pieces: readonly Buffer[],
  call: Outgoing,
  ended: Promise<NoAnswerReason>,
): Promise<ReadResponse | NoAnswerReason> {
  const reading = readResponse(socket, { head: call.method === "HEAD" });
  const answered = new AbortController();
  const writing = write(socket, pieces, call.raw?.halfClose === true, answered.signal);
  const result = await Promise.race([reading.result, ended]);
  reading.stop();
  answered.abort();
  const whole = await Promise.race([writing, turn(false)]);
  // After an answer to a partly written request, the target still waits for the rest of it.
  return "status" in result && !whole ? { ...result, reusable: false } : result;
}

const chunkBytes = 64 * 1024;

/** Writes in chunks and reads in between: a reset must not discard an early refusal. */
async function write(
  socket: Socket,
  pieces: readonly Buffer[],
  halfClose: boolean,
  answered: AbortSignal,
): Promise<boolean> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += chunkBytes) {
      if (answered.aborted || !socket.writable) return false;
      const chunk = piece.subarray(at, at + chunkBytes);
      if (!(await written(socket, chunk))) return false;
      await turn();
    }
  }
  if (halfClose) socket.end();
  return true;
}

function written(socket: Socket, chunk: Buffer): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const closed = (): void => resolve(false);
    socket.once("close", closed);
    socket.write(chunk, (error) => {
      socket.off("close", closed);
      resolve(error === null || error === undefined);
    });
  });
}

function ignore(): void {}

/**
 * The bytes of a call on a raw socket, the head first. Characters up to U+00FF are one byte each; any other text is
 * UTF-8. After a line with `{authorization}` come the other headers that authorize, such as X-Amz-Date.
 */
function framed(call: Outgoing, host: string, signed: readonly Header[]): readonly Buffer[] {
  const lines = call.raw?.lines ?? plainLines(call);
  const written = lines.flatMap((line) => filled(line, host, signed));
  const head = [`${call.method} ${call.target} HTTP/1.1`, ...written, "", ""].join("\r\n");
  const pieces = call.raw?.pieces.map((piece) => Buffer.from(piece, "base64")) ?? [bodyOf(call)];
  return [bytes(head), ...pieces.filter((piece) => piece.length > 0)];
}

/** The parts that a signature covers: the content type of the lines and the bytes of the body. */
function signable(call: Outgoing): Outgoing {
  if (call.raw === undefined) return call;
  const types = call.raw.lines.flatMap((line): readonly Header[] => {
    const found = /^content-type:[ \t]*(.*?)[ \t]*$/i.exec(line);
    return found === null ? [] : [["Content-Type", found[1] ?? ""]];
  });
  if (call.body !== null) return { ...call, headers: types };
  const body = Buffer.concat(call.raw.pieces.map((piece) => Buffer.from(piece, "base64")));
  return { ...call, headers: types, body: body.toString("base64"), encoding: "base64" };
}

function plainLines(call: Outgoing): readonly string[] {
  return [
    "Host: {host}",
    ...call.headers.map(([name, value]) => `${name}: ${value}`),
    "Authorization: {authorization}",
    ...(call.body === null && call.method === "GET" ? [] : [`Content-Length: ${bodyOf(call).length}`]),
  ];
}

function bodyOf(call: Outgoing): Buffer {
  return Buffer.from(call.body ?? "", call.encoding ?? "utf8");
}

function filled(line: string, host: string, signed: readonly Header[]): readonly string[] {
  const withHost = line.replaceAll("{host}", host);
  if (!withHost.includes("{authorization}")) return [withHost];
  const isAuthorization = ([name]: Header): boolean => name.toLowerCase() === "authorization";
  const value = signed.find(isAuthorization)?.[1] ?? "";
  const others = signed
    .filter((header) => !isAuthorization(header))
    .map(([name, each]) => `${name}: ${each}`);
  return [withHost.replaceAll("{authorization}", value), ...others];
}

function bytes(text: string): Buffer {
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? "latin1" : "utf8");
}
