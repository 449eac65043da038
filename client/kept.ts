import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Open sockets between two calls, by the name of their connection. */
export interface KeptSockets {
  /** The socket of that name, if there is one and it is still good for a call; it is no longer kept then. */
  take(name: string): Promise<Socket | undefined>;
  /** Keeps a socket in place of the one that had the name. */
  keep(name: string, socket: Socket): void;
  /** Ends the socket of that name. */
  forget(name: string): void;
  /** Ends every socket. */
  close(): void;
}

/** Makes an empty collection. */
export function keptSockets(): KeptSockets {
  const sockets = new Map<string, Socket>();
  let closed = false;
  return {
    async take(name) {
      const socket = sockets.get(name);
      sockets.delete(name);
      if (socket === undefined) return undefined;
      if (await isQuiet(socket)) return socket;
      socket.destroy();
      return undefined;
    },
    keep(name, socket) {
      sockets.get(name)?.destroy();
      if (closed) socket.destroy();
      else sockets.set(name, socket);
    },
    forget(name) {
      sockets.get(name)?.destroy();
      sockets.delete(name);
    },
    close() {
      closed = true;
      for (const socket of sockets.values()) socket.destroy();
      sockets.clear();
    },
  };
}

/** False when bytes came that nobody asked for, or the connection ended; waits a moment for either. */
export async function isQuiet(socket: Socket): Promise<boolean> {
  let quiet = true;
  const spoiled = (): void => {
    quiet = false;
  };
  socket.on("data", spoiled).on("end", spoiled).resume();
  await pause(10);
  socket.off("data", spoiled).off("end", spoiled);
  return quiet && socket.writable && !socket.destroyed;
}
