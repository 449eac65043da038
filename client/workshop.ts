import { LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import { errorName, jsonObject } from "../spec/answer.ts";
import type { Answer, Header } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Sleep } from "./deadline.ts";
import type { Clock, Outgoing, SendOptions, Transport } from "./transport.ts";

/** What it takes to arrange something at a target. */
export interface Workshop {
  readonly transport: Transport;
  readonly ask: Ask;
  /** The endpoint as it is named in messages. */
  readonly endpoint: string;
  readonly how: SendOptions;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Longest wait for something that is on its way, in milliseconds. */
  readonly patienceMs: number;
  /** What to do when the target cannot be given what it needs, as the end of a sentence; by default it speaks of options. */
  readonly remedy?: string | undefined;
}

/** What waiting needs. */
export type Patience = Pick<Workshop, "how" | "clock" | "sleep" | "patienceMs">;

/** A reply that says no. */
export type Refused = Extract<Reply<never>, { ok: false }>;

/** Asks again while the reply is one that passes by itself, with growing pauses, until patience ends. */
export async function patiently<T>(
  shop: Patience,
  ask: () => Promise<Reply<T>>,
  passes: (reply: Refused) => boolean,
): Promise<Reply<T>> {
  const until = shop.clock() + shop.patienceMs;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    stopIfEnded(shop);
    const reply = await ask();
    if (reply.ok || !passes(reply) || shop.clock() + pause > until) return reply;
    await shop.sleep(pause, shop.how.signal);
  }
}

/** Too many requests, or a service that is not up yet. */
export function isBusy(reply: Refused): boolean {
  return reply.status === 429 || reply.status === 503 || /throttl|too ?many/i.test(reply.error ?? "");
}

/** Busy, or the thing that was just made is not to be seen or not ready everywhere. */
export function isSettling(reply: Refused): boolean {
  if (isBusy(reply) || reply.status === 404) return true;
  return reply.status === 409 && /pending|in progress|following state/i.test(reply.message);
}

/** Throws when the run is being ended. */
export function stopIfEnded(shop: Patience): void {
  if (shop.how.signal?.aborted !== true) return;
  throw new Fault("The run was ended while its functions were being arranged: start it again.");
}

/** The Fault for an endpoint that does not answer or is no Lambda API; null for a reply that a Lambda API may give. */
export function notLambda(shop: Workshop, operation: string, reply: Refused): Fault | null {
  const { answer } = reply;
  if (answer === null) return new Fault(`${operation} cannot be sent (${reply.message}): report this.`);
  if (answer.kind === "none") return unreachable(shop, operation, answer.reason, answer.detail);
  const page = /^\s*</.test(answer.body) || /html/i.test(contentType(answer.headers));
  const odd = answer.status < 400 || answer.status === 405 || answer.status === 501;
  const nameless404 = answer.status === 404 && reply.error === null;
  if (!(page || odd || nameless404)) return null;
  const what = page
    ? `${answer.status} and a page of markup`
    : `${answer.status} and nothing that a Lambda API says`;
  return new Fault(
    `${shop.endpoint} answered ${operation} with ${what}: ${shop.remedy ?? "give the URL of something that speaks the Lambda API"}.`,
  );
}

function unreachable(shop: Workshop, operation: string, reason: string, detail: string): Fault {
  const remedy: Readonly<Record<string, string>> = {
    timeout: "start the target, or give it longer with --timeout",
    tls: "correct the scheme of --endpoint, or trust its certificate with NODE_EXTRA_CA_CERTS",
    protocol: "give the URL of something that speaks the Lambda API over HTTP/1.1",
    "too-large": "give the URL of something that speaks the Lambda API",
    aborted: "start the run again, with a larger --budget if one is set",
  };
  return new Fault(
    `${shop.endpoint} gave no answer to ${operation}, ${detail}: ${shop.remedy ?? remedy[reason] ?? "start the target, or correct --endpoint"}.`,
  );
}

function contentType(headers: readonly (readonly [string, string])[]): string {
  return headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}

/** What the SDK made of an answer. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T; readonly answer: Answer | null }
  | {
      readonly ok: false;
      /** null when the SDK refused to send. */
      readonly answer: Answer | null;
      /** HTTP status; 0 without a response. */
      readonly status: number;
      /** The error's name as the target gave it; null when it gave none. */
      readonly error: string | null;
      /** What the target or the SDK said, one line of at most 200 characters. */
      readonly message: string;
    };

/** Asks the target through the official SDK, one request at a time. Never rejects. */
export type Ask = <T>(request: (client: LambdaClient) => Promise<T>) => Promise<Reply<T>>;

/** The official SDK over one of our transports, so that deadlines, limits and authorization are ours. */
export function sdkOver(transport: Transport, region: string, how: SendOptions): Ask {
  let answer: Answer | null = null;
  const client = quietly({
    region,
    // The transport knows the endpoint and authorizes; these only keep the SDK from looking for its own.
    endpoint: "http://lambda.invalid",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "unused" },
    maxAttempts: 1,
    defaultsMode: "standard",
    retryMode: "standard",
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      async handle(request: SdkRequest) {
        answer = await sendSurely(transport, outgoing(request), how);
        if (answer.kind === "none") throw new Error(answer.detail);
        const { status: statusCode, headers, body } = answer;
        return { response: { statusCode, headers: joined(headers), body: Buffer.from(body) } };
      },
    },
  });
  return async (request) => {
    answer = null;
    try {
      return { ok: true, value: await request(client), answer };
    } catch (error) {
      return refusal(answer, error);
    }
  };
}

/**
 * A connection that was idle may be closed just when a call is sent, and then nobody knows whether it had an effect.
 * What has none when it is sent twice is sent again; anything else begins on a connection of its own.
 */
async function sendSurely(transport: Transport, call: Outgoing, how: SendOptions): Promise<Answer> {
  const anew = { ...how, anew: true };
  if (call.method !== "GET" && call.method !== "DELETE") return transport.send(call, anew);
  const answer = await transport.send(call, how);
  return answer.kind === "none" && answer.reason === "reset" ? transport.send(call, anew) : answer;
}

/** The SDK announces the end of its support for Node 20 whenever a client is made; nobody can act on that here. */
function quietly(config: LambdaClientConfig): LambdaClient {
  const name = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
  const before = process.env[name];
  process.env[name] ??= "true";
  try {
    return new LambdaClient(config);
  } finally {
    // A program that uses us may use the SDK itself, and is warned as ever.
    if (before === undefined) delete process.env[name];
  }
}

/** The reply in a few words: "400 InvalidParameterValueException: …", or why there was none. */
export function said(reply: Reply<unknown>): string {
  if (reply.ok) return "success";
  if (reply.status === 0) return reply.message;
  const name =
    reply.error === null ? `${reply.status} without an error name` : `${reply.status} ${reply.error}`;
  return reply.message === "" ? name : `${name}: ${reply.message}`;
}

function refusal(answer: Answer | null, error: unknown): Extract<Reply<never>, { ok: false }> {
  const fallback = error instanceof Error ? error.message : "unknown";
  if (answer === null) return { ok: false, answer, status: 0, error: null, message: line(fallback) };
  if (answer.kind === "none")
    return { ok: false, answer, status: 0, error: null, message: line(answer.detail) };
  const body = jsonObject(answer.body);
  const message = body?.message ?? body?.Message ?? "";
  return {
    ok: false,
    answer,
    status: answer.status,
    error: errorName(answer),
    message: line(typeof message === "string" ? message : ""),
  };
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function outgoing(request: SdkRequest): Outgoing {
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value ?? ""].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  const type = request.headers["content-type"];
  return {
    method: request.method,
    target: query.length === 0 ? request.path : `${request.path}?${query.join("&")}`,
    headers: type === undefined ? [] : [["Content-Type", type]],
    body: textOf(request.body),
  };
}

function textOf(body: unknown): string | null {
  if (typeof body === "string") return body;
  // Not through Buffer: the SDK's bytes warn when they are asked for anything that a string has.
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : null;
}

function joined(headers: readonly Header[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    record[key] = record[key] === undefined ? value : `${record[key]}, ${value}`;
  }
  return record;
}

function line(text: string): string {
  const one = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return one.length > 200 ? `${one.slice(0, 199)}…` : one;
}
