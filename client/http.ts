import type { Socket } from "node:net";
import { Pool } from "undici";
import type { Answer, Header } from "../spec/exchange.ts";
import { type Authorizer, authorized } from "./authorize.ts";
import { deadlines } from "./deadline.ts";
import { type Bounds, dispatchOnce, unableUndici, undiciRequest } from "./dispatch.ts";
import { addressed } from "./endpoint.ts";
import { type RawOptions, sendOver, sendRaw } from "./raw.ts";
import { isUnaskedContinue, notSent } from "./silence.ts";
import { dial, keptSockets, type Tls } from "./sockets.ts";
import {
  type Clock,
  defaultMaxBodyBytes,
  maxHeaderBytes,
  type Outgoing,
  type SendOptions,
  type Transport,
} from "./transport.ts";

/** How to reach a target over HTTP. */
export interface HttpOptions {
  /** http or https; a path in it is put before every request-target. */
  readonly endpoint: URL;
  readonly clock: Clock;
  readonly authorize: Authorizer;
  /** Most sockets open at a time; 16 unless told otherwise. */
  readonly connections?: number | undefined;
  /** Largest response body that is kept, in bytes; 2 MiB unless told otherwise. */
  readonly maxBodyBytes?: number | undefined;
  /** Milliseconds until a connection must stand; 10 000 unless told otherwise. */
  readonly connectTimeoutMs?: number | undefined;
  readonly tls?: Tls | undefined;
}

/**
 * Sends over keep-alive HTTP/1.1 sockets. Calls with raw framing get a bare socket of their own, and calls that name a
 * connection share one for as long as the target keeps it open.
 */
export function httpTransport(options: HttpOptions): Transport {
  const { endpoint, clock, authorize } = options;
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const sockets = new Set<Socket>();
  const kept = keptSockets();
  const pool = poolOf(options, connectTimeoutMs, sockets);
  // Made when asked for: no connection of it is used twice.
  let unshared: Pool | undefined;
  const poolFor = ({ anew = false }: SendOptions): Pool => {
    if (!anew) return pool;
    unshared ??= poolOf(options, connectTimeoutMs, sockets);
    return unshared;
  };
  const closing = new AbortController();
  const limits = { clock, deadlines: deadlines(clock), maxBodyBytes };
  // A target that sends what undici cannot read is talked to without undici from then on.
  let bare = false;
  // Runs hand in the same options with every call, so that the bounds made of the last ones are kept.
  let last: { readonly how: SendOptions; readonly bounds: Bounds } | undefined;
  const boundsOf = (how: SendOptions): Bounds => {
    if (last?.how !== how) last = { how, bounds: { ...limits, ...how, failed } };
    return last.bounds;
  };
  const failed = (error: unknown): void => {
    bare ||= isUnaskedContinue(error);
  };
  const raw = { endpoint, clock, authorize, maxBodyBytes, connectTimeoutMs, tls: options.tls };
  const onConnection = async (name: string, call: Outgoing, how: RawOptions): Promise<Answer> => {
    const { answer, socket } = await sendOver(await kept.take(name), call, how);
    if (socket !== undefined) kept.keep(name, socket);
    return answer;
  };
  return {
    unable: (call) => (isBare(call) ? null : unableUndici(call)),
    send(call, how) {
      if (closing.signal.aborted) return Promise.resolve(notSent("the transport is closed", clock()));
      if (bare || isBare(call)) {
        const own = { ...raw, ...how, closing: closing.signal };
        return call.connection === undefined ? sendRaw(call, own) : onConnection(call.connection, call, own);
      }
      const why = unableUndici(call);
      if (why !== null) return Promise.resolve(notSent(why, clock()));
      const full = addressed(call, endpoint);
      const go = (signed: readonly Header[]): Promise<Answer> =>
        dispatchOnce(poolFor(how), undiciRequest(full, signed, how.anew), boundsOf(how));
      return authorized(authorize, full, endpoint.host, how, go, clock);
    },
    forget: kept.forget,
    async close() {
      closing.abort();
      kept.close();
      for (const socket of sockets) socket.destroy();
      const why = Object.assign(new Error("the transport was closed"), { code: "UND_ERR_ABORTED" });
      await Promise.all([pool.destroy(why), unshared?.destroy(why)]);
    },
  };
}

function isBare(call: Outgoing): boolean {
  return call.raw !== undefined || call.connection !== undefined;
}

function poolOf(options: HttpOptions, connectTimeoutMs: number, sockets: Set<Socket>): Pool {
  return new Pool(options.endpoint.origin, {
    connections: options.connections ?? 16,
    pipelining: 1,
    // The deadline of the call covers all of it; undici's own timers would only cost.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: maxHeaderBytes,
    connect: (_where, callback) => {
      const opened = dial(options.endpoint, options.tls ?? {}, connectTimeoutMs, (error, socket) => {
        sockets.delete(socket);
        if (error === null) callback(null, socket);
        else callback(error, null);
      });
      sockets.add(opened);
    },
  });
}
