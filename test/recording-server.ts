import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** One request as it arrived: the bytes before and after the empty line. */
export interface Arrival {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** A server that keeps the bytes of every request and answers each with the same JSON body, then closes. */
export interface RecordingServer {
  readonly endpoint: string;
  readonly port: number;
  readonly arrivals: readonly Arrival[];
  close(): Promise<void>;
}

/** Starts a server on a free loopback port. */
export async function startRecordingServer(answer: string): Promise<RecordingServer> {
  const arrivals: Arrival[] = [];
  const server = createServer((socket) => receive(socket, answer, (arrival) => arrivals.push(arrival)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    port: address.port,
    arrivals,
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

function receive(socket: Socket, answer: string, keep: (arrival: Arrival) => void): void {
  let bytes = Buffer.alloc(0);
  let answered = false;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const arrival = answered ? null : parse(bytes);
    if (arrival === null) return;
    answered = true;
    keep(arrival);
    const length = Buffer.byteLength(answer);
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
    socket.end(head + answer);
  });
}

function parse(bytes: Buffer): Arrival | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [line = "", ...headers] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const length = headers
    .map((header) => /^content-length: *(\d+)$/i.exec(header)?.[1])
    .find((value) => value);
  const body = bytes.subarray(end + 4);
  return body.length < Number(length ?? 0) ? null : { line, headers, body };
}
