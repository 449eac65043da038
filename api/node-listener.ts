import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { Agent } from "undici";

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
      // Later, as a socket would; of one, undici uses only what every stream has.
      queueMicrotask(() => callback(null, near as Socket));
    },
  });
}

/** One end of a pipe, and how its peer hands over what it wrote. */
interface End {
  readonly stream: Duplex;
  /** Takes a chunk, or null for the end; calls back when there is room for more. */
  take(chunk: Buffer | null, done: () => void): void;
}

/** Two streams, each of which reads what the other writes. */
function pipe(): readonly [Duplex, Duplex] {
  const near: End = end(() => far);
  const far: End = end(() => near);
  return [near.stream, far.stream];
}

function end(peer: () => End): End {
  let emptied: (() => void) | null = null;
  const stream = new Duplex({
    read: () => {
      const done = emptied;
      emptied = null;
      done?.();
    },
    write: (chunk: Buffer, _encoding, done) => peer().take(chunk, done),
    final: (done) => peer().take(null, done),
    destroy: (error, done) => {
      // Whoever waits for this end to read must not wait for ever.
      emptied?.();
      peer().stream.destroy();
      done(error);
    },
  });
  return {
    stream,
    take: (chunk, done) => {
      if (stream.destroyed) return done();
      const room = stream.push(chunk);
      if (room || chunk === null) done();
      else emptied = done;
    },
  };
}
