import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";

/** Whom to trust behind an https endpoint. */
export interface Tls {
  /** Certificates in PEM that are trusted besides the usual ones. */
  readonly ca?: string | undefined;
  /** True to accept any certificate, such as a self-signed one. */
  readonly insecure?: boolean | undefined;
}

/** Opens a socket to the endpoint's host; `done` is called once. The socket is returned at once, so that it can be ended. */
export function dial(
  endpoint: URL,
  tls: Tls,
  timeoutMs: number,
  done: (error: Error | null, socket: Socket) => void,
): Socket {
  const secure = endpoint.protocol === "https:";
  const host = endpoint.hostname.replace(/^\[|\]$/g, "");
  const port = endpoint.port === "" ? (secure ? 443 : 80) : Number(endpoint.port);
  const socket = secure ? secureSocket(host, port, tls) : connectPlain({ host, port });
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
    // A socket that fails after it was given up has nobody left to tell.
    if (error !== null) socket.on("error", () => {});
    done(error, socket);
  };
  const connected = (): void => finish(null);
  const closed = (): void =>
    finish(Object.assign(new Error("connecting was given up"), { code: "UND_ERR_ABORTED" }));
  socket
    .once(secure ? "secureConnect" : "connect", connected)
    .once("error", finish)
    .once("close", closed);
  return socket;
}

function secureSocket(host: string, port: number, tls: Tls): Socket {
  return connectTls({
    host,
    port,
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: tls.insecure !== true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.ca === undefined ? {} : { ca: [...rootCertificates, tls.ca] }),
  });
}
