import { createServer as createHttp, type IncomingMessage } from "node:http";
import { createServer as createNet, type Server, type Socket } from "node:net";
import type { HttpReply, HttpRequest } from "../../targets/reference/http.ts";
import { createReference, type Reference } from "../../targets/reference/reference.ts";

/** A running server. */
export interface Up {
  readonly url: string;
  close(): Promise<void>;
}

/** What the server does instead of answering. */
export type Misdeed = (socket: Socket, request: HttpRequest, reference: Reference) => void | Promise<void>;

/** A server that treats every new connection in the same way. */
export function fromTheStart(serve: (socket: Socket) => void, host = "127.0.0.1"): () => Promise<Up> {
  return () => up(createNet(serve), host);
}

/** A server that treats every request in the same way, after its head has arrived. */
export function toEveryRequest(serve: (socket: Socket) => void): () => Promise<Up> {
  return fromTheStart((socket) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      text = "";
      serve(socket);
    });
  });
}

/** The reference behind a server that misbehaves for the requests that `picks` selects. */
export function behind(
  picks: (request: HttpRequest, number: number, reference: Reference) => boolean,
  misdeed: Misdeed,
): (host?: string) => Promise<Up> {
  return (host = "127.0.0.1") => {
    const reference = createReference();
    let number = 0;
    const server = createHttp({ keepAliveTimeout: 0 }, (message, _response) => {
      void bodyOf(message).then(async (body) => {
        const { method = "", url: target = "", headers, socket } = message;
        const request: HttpRequest = { method, target, headers, body };
        number += 1;
        // Part of a body is no request.
        if (!message.complete) return;
        if (picks(request, number, reference)) await misdeed(socket, request, reference);
        else await honestly(socket, request, reference);
      });
    });
    return up(server, host);
  };
}

/** The reference behind a server that misbehaves for every AddPermission. */
export function onAddPermission(misdeed: Misdeed): () => Promise<Up> {
  return behind(isAddPermission, misdeed);
}

/** The request is an AddPermission. */
export function isAddPermission({ method, target }: HttpRequest): boolean {
  return method === "POST" && /\/policy(\?|$)/.test(target);
}

/** Answers like the reference. */
export async function honestly(socket: Socket, request: HttpRequest, reference: Reference): Promise<void> {
  const reply = await reference.handle(request);
  if (reply === "drop") socket.destroy();
  else socket.write(wire(request.method === "HEAD" ? { ...reply, body: "" } : reply));
}

/** The bytes of a reply; `more` are header lines to add. */
export function wire({ status, headers, body }: HttpReply, more: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    `HTTP/1.1 ${status} ${status === 429 ? "Too Many Requests" : "Said"}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...more,
    ...(status === 204 ? [] : [`Content-Length: ${bytes.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

/** A complete response with a body. */
export function said(status: number, body: string | Buffer, headers: readonly string[] = []): Buffer {
  return wire({ status, headers: [], body }, headers);
}

/** The body of a request, or the part of it that came before the connection was lost. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
  } catch {
    // The connection is lost, and the answer with it.
  }
  return Buffer.concat(chunks);
}

/** Listens on a free port; closing ends every connection. */
export function up(server: Server, host: string, scheme = "http"): Promise<Up> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) server.close(() => resolve());
      else resolve();
    });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`, close });
    });
  });
}
