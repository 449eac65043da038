import { createServer, type Socket } from "node:net";

/** A server on 127.0.0.1 that is told byte by byte what to do. */
export interface BareServer {
  readonly endpoint: URL;
  /** What each connection has sent, as Latin-1, in the order the connections came. */
  readonly received: string[];
  close(): Promise<void>;
}

/**
 * Starts a bare server. `serve` is called at each chunk with all that the connection sent since it was last answered;
 * what it returns is written, undefined waits for more.
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

/** A whole response with a Content-Length. */
export function response(body: string, status = "201 Created", headers: readonly string[] = []): string {
  const length = Buffer.byteLength(body);
  return [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${length}`, "", body].join("\r\n");
}

/** True once the head and the promised body of a request are there. */
export function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, end));
  return text.length >= end + 4 + Number(length?.[1] ?? 0);
}
