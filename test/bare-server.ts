import { createServer, type Socket } from "node:net";

/** A server on 127.0.0.1 whose answers are raw bytes. */
export interface BareServer {
  readonly endpoint: URL;
  /** The bytes that each connection has sent, as Latin-1, in the order of connections. */
  readonly received: string[];
  close(): Promise<void>;
}

/**
 * Starts a raw server. For each chunk it calls `serve` with all bytes since the last answer, and writes the result;
 * undefined waits for more bytes.
 */
export async function bareServer(
  serve: (unanswered: string, socket: Socket, connection: number) => string | Buffer | undefined,
): Promise<BareServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = received.push("") - 1;
    let unanswered = "";
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      received[connection] += text;
      unanswered += text;
      const answer = serve(unanswered, socket, connection);
      if (answer === undefined) return;
      unanswered = "";
      if (answer.length > 0)
        socket.write(typeof answer === "string" ? Buffer.from(answer, "latin1") : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: new URL(`http://127.0.0.1:${port}`),
    received,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A complete response with a Content-Length. */
export function response(body: string, status = "201 Created", headers: readonly string[] = []): string {
  const length = Buffer.byteLength(body);
  return [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${length}`, "", body].join("\r\n");
}

/** True when the head and the announced body of a request are complete. */
export function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, end));
  return text.length >= end + 4 + Number(length?.[1] ?? 0);
}
