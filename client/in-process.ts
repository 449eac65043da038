import type { Dispatcher } from "undici";
import type { Answer, Header } from "../spec/exchange.ts";
import { type Authorizer, authorized } from "./authorize.ts";
import { bodyBytes, bodyTooLarge } from "./body.ts";
import { deadlines, untilEnded } from "./deadline.ts";
import { type Bounds, dispatchOnce, unableUndici, undiciRequest } from "./http.ts";
import { type NoAnswerReason, notSent, printable } from "./no-answer.ts";
import { addressed, type Clock, type Outgoing, type Transport } from "./transport.ts";

/** Answers a request without a network, as `fetch` handlers of servers and mocks do. */
export type FetchLike = (request: Request) => unknown;

/** Options of a connection to a target in this process. */
export interface CarrierOptions {
  /** The address of the requests, such as http://lambda.test; nothing listens there. */
  readonly origin: URL;
  readonly clock: Clock;
  readonly authorize: Authorizer;
}

/** Sends to an undici dispatcher, such as a MockAgent. The dispatcher belongs to the caller and stays open. */
export function dispatcherTransport(dispatcher: Dispatcher, options: CarrierOptions): Transport {
  const unable = (call: Outgoing): string | null =>
    call.raw === undefined ? unableUndici(call) : "a dispatcher takes no raw bytes";
  return inProcess(options, unable, (call, signed, bounds) =>
    dispatchOnce(dispatcher, { ...undiciRequest(call, signed), origin: options.origin.origin }, bounds),
  );
}

/** Sends to a function. A Request holds a parsed URL, so a request-target that parsing would change is not sent. */
export function fetchTransport(handle: FetchLike, options: CarrierOptions): Transport {
  // Making a Request costs as much as sending it, and calls have few different heads.
  const known = new Map<string, string | null>();
  const unable = (call: Outgoing): string | null => {
    const why = unableTarget(call, options.origin);
    if (why !== null) return why;
    const head = JSON.stringify([call.method, call.headers]);
    const before = known.get(head);
    if (before !== undefined) return before;
    if (known.size >= mostHeads) known.clear();
    const whyNot = unableHead(call, options.origin);
    known.set(head, whyNot);
    return whyNot;
  };
  return inProcess(options, unable, (call, signed, bounds) =>
    ask(handle, options.origin, call, signed, bounds),
  );
}

type Deliver = (call: Outgoing, signed: readonly Header[], bounds: Bounds) => Promise<Answer>;

function inProcess(
  options: CarrierOptions,
  unable: (call: Outgoing) => string | null,
  deliver: Deliver,
): Transport {
  const { clock, origin } = options;
  const closing = new AbortController();
  const limits = { clock, deadlines: deadlines(clock) };
  const joined = signalJoiner(closing.signal);
  return {
    unable,
    send(call, how) {
      const why = closing.signal.aborted ? "the transport is closed" : unable(call);
      if (why !== null) return Promise.resolve(notSent(why, clock()));
      const full = addressed(call, origin);
      const signal = joined(how.signal);
      const go = (signed: readonly Header[]): Promise<Answer> =>
        deliver(full, signed, { ...limits, deadlineMs: how.deadlineMs, signal });
      return authorized(options.authorize, full, origin.host, how, go, clock);
    },
    async close() {
      closing.abort();
    },
  };
}

/** Joins two signals. A run passes the same signal with every call, so the last joined one is reused. */
function signalJoiner(own: AbortSignal): (given: AbortSignal | undefined) => AbortSignal {
  let last: { readonly given: AbortSignal; readonly joined: AbortSignal } | undefined;
  return (given) => {
    if (given === undefined) return own;
    if (last?.given !== given) last = { given, joined: AbortSignal.any([own, given]) };
    return last.joined;
  };
}

const mostHeads = 1000;

function unableTarget(call: Outgoing, origin: URL): string | null {
  if (call.raw !== undefined) return "a function takes no raw bytes";
  const { target } = addressed(call, origin);
  const text = `${origin.origin}${target}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || `${url.pathname}${url.search}` !== target)
    return "a Request would change the request-target";
  return call.body !== null && /^(GET|HEAD)$/i.test(call.method)
    ? `a Request has no body with ${call.method}`
    : null;
}

/** Any target that is left fits, and any body of a POST. */
function unableHead({ method, headers }: Outgoing, origin: URL): string | null {
  try {
    requestOf({ method, headers, target: "/", body: null }, origin, [], null);
    return null;
  } catch (error) {
    return `a Request cannot hold it: ${error instanceof Error ? error.message : "unknown"}`;
  }
}

function requestOf(
  call: Outgoing,
  origin: URL,
  signed: readonly Header[],
  signal: AbortSignal | null,
): Request {
  const headers = new Headers();
  for (const [name, value] of [...call.headers, ...signed]) headers.append(name, value);
  return new Request(`${origin.origin}${call.target}`, {
    method: call.method,
    headers,
    body: call.body === null ? null : Buffer.from(call.body, call.encoding ?? "utf8"),
    signal,
  });
}

async function ask(
  handle: FetchLike,
  origin: URL,
  call: Outgoing,
  signed: readonly Header[],
  bounds: Bounds,
): Promise<Answer> {
  const { clock, signal } = bounds;
  const sentAt = clock();
  const stop = new AbortController();
  const request = requestOf(call, origin, signed, stop.signal);
  let answered = false;
  const got = await untilEnded(bounds, [signal], (ended) => {
    const answer = answerOf(handle, request).finally(() => {
      answered = true;
    });
    return Promise.race([answer, ended]);
  });
  // The handler is aborted only while it has not answered.
  if (!answered) stop.abort();
  const times = { sentAt, answeredAt: clock() };
  return "status" in got ? { kind: "response", ...got, ...times } : { kind: "none", ...got, ...times };
}

interface Whole {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

async function answerOf(handle: FetchLike, request: Request): Promise<Whole | NoAnswerReason> {
  try {
    const response = await handle(request);
    if (!isResponse(response)) return { reason: "protocol", detail: "the function returned no Response" };
    const body = await bodyOf(response);
    if (body === null) return bodyTooLarge;
    return { status: response.status, headers: [...response.headers], body };
  } catch (error) {
    return { reason: "reset", detail: printable(`the function threw ${thrown(error)}`) };
  }
}

/** The error with the first line of its stack, which is in the user's code. */
function thrown(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is not an Error";
  const line = /^ +(at .*)$/m.exec(error.stack ?? "")?.[1];
  return `${error.name}: ${error.message}${line === undefined ? "" : ` (${line})`}`;
}

/** Not instanceof: a Response may come from another implementation. */
function isResponse(value: unknown): value is globalThis.Response {
  return (
    typeof value === "object" && value !== null && "status" in value && "headers" in value && "body" in value
  );
}

async function bodyOf(response: globalThis.Response): Promise<string | null> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const bytes = bodyBytes();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.text();
    if (!bytes.add(value)) {
      await reader.cancel().catch(() => {});
      return null;
    }
  }
}
