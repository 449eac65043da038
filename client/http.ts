import type { Socket } from "node:net";
import { type Dispatcher, Pool } from "undici";
import type { Answer, Header } from "../spec/exchange.ts";
import { type Authorizer, authorized } from "./authorize.ts";
import { bodyBytes, bodyTooLarge } from "./body.ts";
import { type Abortable, type CallLimits, deadlines, type Expiring, follow, unfollow } from "./deadline.ts";
import { isUnexpectedContinue, type NoAnswerReason, noAnswer, notSent, reasonOf } from "./no-answer.ts";
import { sendOver } from "./raw-socket.ts";
import { dial, socketPool } from "./sockets.ts";
import {
  addressed,
  type Clock,
  maxHeaderBytes,
  maxInterimResponses,
  type Outgoing,
  type SendOptions,
  type Transport,
} from "./transport.ts";

export interface HttpOptions {
  /** An http or https URL; its path is prepended to every request-target. */
  readonly endpoint: URL;
  readonly clock: Clock;
  readonly authorize: Authorizer;
  /** The number of sockets that calls share; 16 by default. Where more calls are in flight, the others get further sockets. */
  readonly connections?: number | undefined;
  /** The time limit for opening a connection, in milliseconds; 10 000 by default. */
  readonly connectTimeoutMs?: number | undefined;
}

/**
 * Sends over keep-alive HTTP/1.1 sockets. A call with raw framing uses a raw socket of its own. Calls that name a
 * connection share one as long as the target keeps it open.
 */
export function httpTransport(options: HttpOptions): Transport {
  const { endpoint, clock, authorize } = options;
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const sockets = new Set<Socket>();
  const namedSockets = socketPool();
  const { connections = 16 } = options;
  const most = Math.max(32, connections);
  const pool = poolOf(options, connections, connectTimeoutMs, sockets);
  // Created on first use: one for calls beyond the usual number, as in a race, and one that gives each call a new connection.
  let further: Pool | undefined;
  let unshared: Pool | undefined;
  let inFlight = 0;
  const poolFor = ({ onNewConnection = false }: SendOptions): Pool => {
    if (onNewConnection) {
      unshared ??= poolOf(options, most, connectTimeoutMs, sockets);
      return unshared;
    }
    if (inFlight < connections) return pool;
    further ??= poolOf(options, most, connectTimeoutMs, sockets);
    return further;
  };
  const closing = new AbortController();
  const limits = { clock, deadlines: deadlines(clock) };
  // After a response that undici cannot read, every call uses a raw socket.
  let useRawSocket = false;
  // A run passes few options objects, one for reads and one for writes, so their bounds are kept.
  const known = new WeakMap<SendOptions, Bounds>();
  const boundsOf = (how: SendOptions): Bounds => {
    const bounds = known.get(how) ?? { ...limits, ...how, failed, ended };
    known.set(how, bounds);
    return bounds;
  };
  const ended = (): void => {
    inFlight -= 1;
  };
  const failed = (error: unknown): void => {
    useRawSocket ||= isUnexpectedContinue(error);
  };
  const raw = { endpoint, authorize, connectTimeoutMs, closing: closing.signal, ...limits };
  const overSocket = async (call: Outgoing, given: SendOptions): Promise<Answer> => {
    const { connection: name } = call;
    const open =
      name === undefined || given.onNewConnection === true ? undefined : await namedSockets.take(name);
    const { answer, socket } = await sendOver(open, call, { ...raw, ...given });
    if (name === undefined) socket?.destroy();
    else if (socket !== undefined) namedSockets.put(name, socket, answer.answeredAt - answer.sentAt);
    return answer;
  };
  return {
    unable: (call) => (isBare(call) ? null : unableUndici(call)),
    send(call, how) {
      if (closing.signal.aborted) return Promise.resolve(notSent("the transport is closed", clock()));
      if (useRawSocket || isBare(call)) return overSocket(call, how);
      const why = unableUndici(call);
      if (why !== null) return Promise.resolve(notSent(why, clock()));
      const full = addressed(call, endpoint);
      const go = (signed: readonly Header[]): Promise<Answer> => {
        const chosen = poolFor(how);
        inFlight += 1;
        return dispatchOnce(chosen, undiciRequest(full, signed, how.onNewConnection), boundsOf(how));
      };
      return authorized(authorize, full, endpoint.host, how, go, clock);
    },
    release: namedSockets.release,
    async close() {
      closing.abort();
      namedSockets.close();
      for (const socket of sockets) socket.destroy();
      const why = Object.assign(new Error("the transport was closed"), { code: "UND_ERR_ABORTED" });
      await Promise.all([pool, further, unshared].map((one) => one?.destroy(why)));
    },
  };
}

function isBare(call: Outgoing): boolean {
  return call.raw !== undefined || call.connection !== undefined;
}

function poolOf(
  options: HttpOptions,
  connections: number,
  connectTimeoutMs: number,
  sockets: Set<Socket>,
): Pool {
  return new Pool(options.endpoint.origin, {
    connections,
    pipelining: 1,
    // The deadline of the call covers everything; undici's own timers only cost time.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: maxHeaderBytes,
    connect: (_where, callback) => {
      const opened = dial(options.endpoint, connectTimeoutMs, (error, socket) => {
        sockets.delete(socket);
        if (error === null) callback(null, socket);
        else callback(error, null);
      });
      sockets.add(opened);
    },
  });
}

export interface Bounds extends CallLimits {
  readonly signal?: AbortSignal | undefined;
  /** Receives the error of a call that ended without a response. */
  readonly failed?: (error: unknown) => void;
  /** Called once, when the call has an answer or can get none. */
  readonly ended?: () => void;
}

/** Sends one request through an undici dispatcher and waits for the whole response. Never rejects. */
export function dispatchOnce(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  bounds: Bounds,
): Promise<Answer> {
  return new Promise((resolve) => {
    const attempt = attemptOf(bounds, resolve);
    bounds.deadlines.add(attempt);
    follow(bounds.signal, attempt);
    if (attempt.settled()) return;
    try {
      dispatcher.dispatch(request, attempt);
    } catch (error) {
      attempt.fail(reasonOf(error));
    }
  });
}

interface Attempt extends Dispatcher.DispatchHandler, Expiring, Abortable {
  settled(): boolean;
  fail(why: NoAnswerReason): void;
}

/** One object handles every event of a call: this code runs thousands of times a second. */
function attemptOf(bounds: Bounds, resolve: (answer: Answer) => void): Attempt {
  const { clock } = bounds;
  const body = bodyBytes();
  let sentAt = clock();
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  let status = 0;
  let headers: readonly Header[] = [];
  let interim = 0;
  const attempt: Attempt = {
    expiresAt: sentAt + bounds.deadlineMs,
    settled: () => settled,
    expire() {
      attempt.fail(noAnswer("timeout", `${bounds.deadlineMs} ms`));
    },
    abort() {
      attempt.fail(noAnswer("aborted"));
    },
    fail(why) {
      if (settled) return;
      settled = true;
      release(bounds, attempt);
      resolve({ kind: "none", ...why, sentAt, answeredAt: clock() });
      controller?.abort(new Error(why.detail));
    },
    onRequestStart(given) {
      if (settled) return given.abort(new Error("the call was aborted before it was sent"));
      controller = given;
      sentAt = clock();
    },
    onRequestUpgrade(_controller, code, _headers, socket) {
      socket.destroy();
      attempt.fail(noAnswer("protocol", `the protocol was changed with ${code}`));
    },
    onResponseStart(given, code, parsed) {
      if (code < 200) {
        interim += 1;
        if (interim > maxInterimResponses) attempt.fail(noAnswer("protocol", "too many interim responses"));
        return;
      }
      status = code;
      headers = rawHeaders(given, parsed);
    },
    onResponseData(_controller, chunk) {
      if (!body.add(chunk)) attempt.fail(bodyTooLarge);
    },
    onResponseEnd() {
      if (settled) return;
      settled = true;
      release(bounds, attempt);
      resolve({ kind: "response", status, headers, body: body.text(), sentAt, answeredAt: clock() });
    },
    onResponseError(_controller, error) {
      if (!settled) bounds.failed?.(error);
      attempt.fail(reasonOf(error));
    },
  };
  return attempt;
}

function release(bounds: Bounds, attempt: Attempt): void {
  bounds.ended?.();
  bounds.deadlines.delete(attempt);
  unfollow(bounds.signal, attempt);
}

/** The header lines as received if the dispatcher has them, else the parsed ones. */
function rawHeaders(
  controller: Dispatcher.DispatchController,
  parsed: Readonly<Record<string, string | string[] | undefined>>,
): readonly Header[] {
  const raw: unknown = "rawHeaders" in controller ? controller.rawHeaders : null;
  if (!Array.isArray(raw)) {
    return Object.entries(parsed).flatMap(([name, value]) =>
      [value ?? []].flat().map((each): Header => [name, each]),
    );
  }
  const lines: Header[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([latin1(raw[at]), latin1(raw[at + 1])]);
  return lines;
}

function latin1(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
}

/** The call in undici's form, with the endpoint's path in its target; `last` closes the connection afterwards. */
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
    // undici never repeats a POST; this keeps it from repeating other methods.
    idempotent: false,
    ...(last ? { reset: true } : {}),
  };
}

/** Names and values in turn, ours last. The client never requests compression. */
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

/** A text body stays text: undici writes it as UTF-8. */
function bytesOf(call: Outgoing): string | Buffer | null {
  if (call.body === null) return null;
  return call.encoding === "base64" ? Buffer.from(call.body, "base64") : call.body;
}

const reserved = /^(host|content-length|transfer-encoding|keep-alive|upgrade|expect)$/i;

/** The reason why undici would refuse or rewrite the call, which then needs a raw socket; null if there is none. */
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
