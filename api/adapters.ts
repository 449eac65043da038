import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { Agent } from "undici";
import type { FetchHandler } from "./target.ts";

/**
 * An undici Dispatcher that hands every request to a function of (req, res), such as an Express app. It is real HTTP,
 * parsed by Node's own server, but over a pipe in this process: no port is opened.
 */
export function nodeListener(listener: RequestListener): Agent {
  const server = createServer(listener);
  return new Agent({
    connect: (_options, callback) => {
      const [near, far] = pipe();
      server.emit("connection", far);
      // Asynchronous, like a socket. undici uses only the stream methods of a socket.
      queueMicrotask(() => callback(null, near as Socket));
    },
  });
}

/** One end of a pipe, with the method by which the other end delivers data. */
interface PipeEnd {
  readonly stream: Duplex;
  /** Receives a chunk, or null for the end; calls `done` when there is room for more. */
  take(chunk: Buffer | null, done: () => void): void;
}

/** Two streams, each of which reads what the other writes. */
function pipe(): readonly [Duplex, Duplex] {
  const near: PipeEnd = end(() => far);
  const far: PipeEnd = end(() => near);
  return [near.stream, far.stream];
}

function end(peer: () => PipeEnd): PipeEnd {
  let onRoom: (() => void) | null = null;
  let hasEnded = false;
  const stream = new Duplex({
    read: () => {
      const done = onRoom;
      onRoom = null;
      done?.();
    },
    // Asynchronous, like a socket: undici cannot read an answer while it still writes the request.
    write: (chunk: Buffer, _encoding, done) => queueMicrotask(() => peer().take(chunk, done)),
    final: (done) => peer().take(null, done),
    destroy: (error, done) => {
      // A peer that waits for room must not wait forever.
      onRoom?.();
      const { stream: other, take } = peer();
      // What was written before still arrives.
      queueMicrotask(() => {
        if (other.readableLength === 0) return other.destroy();
        other.once("end", () => other.destroy());
        take(null, () => {});
      });
      done(error);
    },
  });
  return {
    stream,
    take: (chunk, done) => {
      if (stream.destroyed || hasEnded) return done();
      hasEnded = chunk === null;
      const room = stream.push(chunk);
      if (room || chunk === null) done();
      else onRoom = done;
    },
  };
}

/** The event of a function behind a function URL or an HTTP API, as far as a request determines it. */
export interface LambdaEvent {
  readonly version: "2.0";
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly path: string; readonly protocol: "HTTP/1.1" };
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** The result of such a function. */
export interface LambdaResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** A fetch-like function over a Lambda-shaped handler: events of payload version 2.0 in, results out. */
export function lambdaHandler(
  handler: (event: LambdaEvent, context: object) => LambdaResult | Promise<LambdaResult>,
): FetchHandler {
  return async (request) => responseOf(await handler(await eventOf(request), {}));
}

async function eventOf(request: Request): Promise<LambdaEvent> {
  const url = new URL(request.url);
  const text = await request.text();
  const query = [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key).join(",")]);
  return {
    version: "2.0",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    ...(query.length === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    requestContext: { http: { method: request.method, path: url.pathname, protocol: "HTTP/1.1" } },
    ...(text === "" ? {} : { body: text }),
    isBase64Encoded: false,
  };
}

function responseOf(result: LambdaResult): Response {
  const { statusCode = 200, headers = {}, body = "", isBase64Encoded = false } = result;
  const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]);
  const hasNoBody = statusCode === 204 || statusCode === 205 || statusCode === 304;
  const bytes = isBase64Encoded ? Buffer.from(body, "base64") : body;
  return new Response(hasNoBody ? null : bytes, { status: statusCode, headers: lines });
}
