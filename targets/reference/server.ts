import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { refused } from "./errors.ts";
import type { HttpReply, HttpRequest } from "./http.ts";

/** Answers a request or closes the connection. Never throws and never rejects. */
export type Handle = (request: HttpRequest) => HttpReply | "drop" | Promise<HttpReply | "drop">;

/** A listening server. */
export interface Listener {
  readonly endpoint: URL;
  readonly close: () => Promise<void>;
}

const largestBody = 16 * 1024 * 1024;

/** Serves a handler on a free port of 127.0.0.1 with keep-alive connections. */
export function listen(handle: Handle): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 120_000, highWaterMark: 65_536 }, (message, response) =>
    collect(message, response, (body) => serve(handle, { message, response, body })),
  );
  server.on("connect", (_message, socket) =>
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
  );
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ endpoint: new URL(`http://127.0.0.1:${port}`), close });
    });
  });
  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

function collect(message: IncomingMessage, response: ServerResponse, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
    else chunks.length = 0;
  });
  message.on("end", () => {
    if (size > largestBody) write(response, refused("body-too-large", "The body is too large."));
    else done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
  });
  message.on("error", () => response.destroy());
}

interface Served {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

function serve(handle: Handle, { message, response, body }: Served): void {
  const { method = "", url: target = "", headers } = message;
  const finish = (outcome: HttpReply | "drop") => {
    if (outcome === "drop") message.socket.destroy();
    else write(response, outcome);
  };
  const outcome = handle({ method, target, headers, body });
  if (outcome instanceof Promise) outcome.then(finish, (error) => message.socket.destroy(error));
  else finish(outcome);
}

function write(response: ServerResponse, { status, headers, body }: HttpReply): void {
  const lines: string[] = [];
  for (const [name, value] of headers) lines.push(name, value);
  if (status === 204) {
    response.writeHead(status, lines).end();
    return;
  }
  lines.push("Content-Length", String(Buffer.byteLength(body)));
  // A string is sent in one write with the head; bytes need a second write.
  response.writeHead(status, lines).end(body);
}
