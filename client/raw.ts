import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { Answer, Header } from "../spec/exchange.ts";
import type { Authorizer } from "./authorize.ts";
import { follow, unfollow } from "./deadline.ts";
import { addressed } from "./endpoint.ts";
import { framed, type ReadResponse, readResponse, signable } from "./read-response.ts";
import { because, notSent, type Reason, reasonOf } from "./silence.ts";
import { dial, isQuiet, type Tls } from "./sockets.ts";
import { type Clock, defaultMaxBodyBytes, type Outgoing, type SendOptions } from "./transport.ts";

/** How to send over a bare socket. */
export interface RawOptions extends SendOptions {
  readonly endpoint: URL;
  readonly clock: Clock;
  readonly authorize: Authorizer;
  readonly maxBodyBytes?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly tls?: Tls | undefined;
  /** Another reason to end early. */
  readonly closing?: AbortSignal | undefined;
}

/** Writes one call to a socket of its own, byte for byte, and reads the answer. Never rejects. */
export async function sendRaw(call: Outgoing, options: RawOptions): Promise<Answer> {
  const [answer] = await sendRawSequence([call], options);
  return answer ?? notSent("there was no call", options.clock());
}

/**
 * Writes calls one after the other to the same socket, each after the answer to the one before; the deadline is for
 * each call. null stands for a call that could not be tried, because the target closed the connection or answered
 * out of turn. Only a call that promises exactly what it sends may be followed by another. Never rejects.
 */
export async function sendRawSequence(
  calls: readonly Outgoing[],
  options: RawOptions,
): Promise<readonly (Answer | null)[]> {
  const answers: (Answer | null)[] = [];
  let socket: Socket | undefined;
  for (const [index, call] of calls.entries()) {
    if (index > 0 && (socket === undefined || !(await isQuiet(socket)))) {
      answers.push(null);
      continue;
    }
    const sent = await sendOver(socket, call, options);
    answers.push(sent.answer);
    socket = sent.socket;
  }
  socket?.destroy();
  return answers;
}

/** Writes one call to an open socket, or to a new one, and gives the socket back where it can take another call. Never rejects. */
export async function sendOver(
  open: Socket | undefined,
  call: Outgoing,
  options: RawOptions,
): Promise<{ readonly answer: Answer; readonly socket: Socket | undefined }> {
  const { answer, socket, reusable } = await within(options, (ended) => sendOn(open, call, options, ended));
  if (!reusable) socket?.destroy();
  return { answer, socket: reusable ? socket : undefined };
}

interface Sent {
  readonly answer: Answer;
  readonly socket: Socket | undefined;
  readonly reusable: boolean;
}

async function sendOn(
  open: Socket | undefined,
  call: Outgoing,
  options: RawOptions,
  ended: Promise<Reason>,
): Promise<Sent> {
  const { clock, endpoint } = options;
  const full = addressed(call, endpoint);
  const signed = await signedHeaders(full, options);
  if ("kind" in signed) return { answer: signed, socket: open, reusable: false };
  const began = clock();
  const socket = open ?? (await connected(options, ended));
  if (!("write" in socket)) {
    return {
      answer: { kind: "none", ...socket, sentAt: began, answeredAt: clock() },
      socket: open,
      reusable: false,
    };
  }
  const sentAt = clock();
  const result = await converse(socket, framed(full, endpoint.host, signed), call, options, ended);
  const answeredAt = clock();
  if (!("status" in result))
    return { answer: { kind: "none", ...result, sentAt, answeredAt }, socket, reusable: false };
  const { status, headers, body } = result;
  const answer: Answer = { kind: "response", status, headers, body, sentAt, answeredAt };
  return { answer, socket, reusable: result.reusable && call.raw?.halfClose !== true };
}

async function signedHeaders(call: Outgoing, options: RawOptions): Promise<readonly Header[] | Answer> {
  try {
    return await options.authorize(signable(call), options.endpoint.host, options.service ?? "lambda");
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    return notSent(`it could not be signed: ${why}`, options.clock());
  }
}

async function connected(options: RawOptions, ended: Promise<Reason>): Promise<Socket | Reason> {
  let socket: Socket | undefined;
  const dialled = new Promise<Socket | Reason>((resolve) => {
    socket = dial(
      options.endpoint,
      options.tls ?? {},
      options.connectTimeoutMs ?? 10_000,
      (error, opened) => {
        resolve(error === null ? opened : reasonOf(error));
      },
    );
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
  options: RawOptions,
  ended: Promise<Reason>,
): Promise<ReadResponse | Reason> {
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
  const reading = readResponse(socket, { head: call.method === "HEAD", maxBodyBytes });
  const answered = new AbortController();
  const writing = write(socket, pieces, call.raw?.halfClose === true, answered.signal);
  const result = await Promise.race([reading.result, ended]);
  reading.stop();
  answered.abort();
  const whole = await Promise.race([writing, turn(false)]);
  // A request that was answered before it was written leaves the target in the middle of it.
  return "status" in result && !whole ? { ...result, reusable: false } : result;
}

const chunkBytes = 64 * 1024;

/** Writes in chunks and lets what comes back be read in between: an early refusal must not be lost to a reset. */
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

/** Does the work with a promise that tells when deadline, signal or closing end it. */
async function within<T>(options: RawOptions, work: (ended: Promise<Reason>) => Promise<T>): Promise<T> {
  const signals = [options.signal, options.closing];
  let finish = ignore;
  const ended = new Promise<Reason>((resolve) => {
    const entry = { abort: () => resolve(because("aborted")) };
    const expired = (): void => resolve(because("timeout", `${options.deadlineMs} ms`));
    const timer = setTimeout(expired, options.deadlineMs);
    for (const signal of signals) follow(signal, entry);
    finish = () => {
      clearTimeout(timer);
      for (const signal of signals) unfollow(signal, entry);
    };
  });
  return work(ended).finally(() => finish());
}

function ignore(): void {}
