import { connect as connectPlain, isIP, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";

/** Open sockets between calls, by the name of their connection. */
export function socketPool() {
  const sockets = new Map<string, { readonly socket: Socket; readonly tookMs: number }>();
  let closed = false;
  return {
    /** Takes the socket of this name out of the pool, if there is a usable one. */
    async take(name: string): Promise<Socket | undefined> {
      const found = sockets.get(name);
      sockets.delete(name);
      if (found === undefined) return undefined;
      const { socket, tookMs } = found;
      if (await isQuiet(socket, Math.min(Math.max(moment.leastMs, 2 * tookMs), moment.mostMs))) return socket;
      socket.destroy();
      return undefined;
    },
    /** Adds a socket and closes the previous one of this name. `tookMs`: how long its last answer took. */
    put(name: string, socket: Socket, tookMs: number): void {
      sockets.get(name)?.socket.destroy();
      if (closed) socket.destroy();
      else sockets.set(name, { socket, tookMs });
    },
    release(name: string): void {
      sockets.get(name)?.socket.destroy();
      sockets.delete(name);
    },
    close(): void {
      closed = true;
      for (const { socket } of sockets.values()) socket.destroy();
      sockets.clear();
    },
  };
}

/**
 * How long a target may take to send more or to close the connection after an answer: twice as long as the answer took,
 * between these. A target that answers within a millisecond also closes at once.
 */
const moment = { leastMs: 2, mostMs: 10 } as const;

/** False if the target sent bytes or closed the connection; waits so long for either. */
async function isQuiet(socket: Socket, ms: number): Promise<boolean> {
  let quiet = true;
  const onActivity = (): void => {
    quiet = false;
  };
  socket.on("data", onActivity).on("end", onActivity).resume();
  await pause(ms);
  socket.off("data", onActivity).off("end", onActivity);
  return quiet && socket.writable && !socket.destroyed;
}

/** Opens a socket to the endpoint's host, returns it at once, and calls `done` when it is connected. */
export function dial(
  endpoint: URL,
  timeoutMs: number,
  done: (error: Error | null, socket: Socket) => void,
): Socket {
  const secure = endpoint.protocol === "https:";
  const host = endpoint.hostname.replace(/^\[|\]$/g, "");
  const port = endpoint.port === "" ? (secure ? 443 : 80) : Number(endpoint.port);
  const socket = secure ? secureSocket(host, port) : connectPlain({ host, port });
  socket.setNoDelay(true);
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error(`no connection within ${timeoutMs} ms`), { code: "ETIMEDOUT" }));
  }, timeoutMs);
  const finish = (error: Error | null): void => {
    clearTimeout(timer);
    socket
      .off(secure ? "secureConnect" : "connect", connected)
      .off("error", finish)
      .off("close", closed);
    // Later errors of this socket do not matter, but without a listener they end the process.
    if (error !== null) socket.on("error", () => {});
    done(error, socket);
  };
  const connected = (): void => finish(null);
  const closed = (): void =>
    finish(Object.assign(new Error("connecting was aborted"), { code: "UND_ERR_ABORTED" }));
  socket
    .once(secure ? "secureConnect" : "connect", connected)
    .once("error", finish)
    .once("close", closed);
  return socket;
}

function secureSocket(host: string, port: number): Socket {
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true, ...name });
}
