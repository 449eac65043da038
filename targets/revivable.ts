import { setTimeout as sleep } from "node:timers/promises";
import { isListening } from "./port.ts";
import { type ServerProcess, startServer } from "./process.ts";

/** A server that is started again once it has ended. */
export interface Revivable {
  stop(): Promise<void>;
  /** Starts it again where it does not listen any more; true when it listens. */
  revive(): Promise<boolean>;
}

/** Starts a server that keeps nothing, so that one which was started again is as good as the first. */
export async function startRevivable(server: ServerProcess): Promise<Revivable> {
  let stop = await startServer(server);
  let stopped = false;
  let reviving: Promise<boolean> | null = null;
  const startAgain = async (): Promise<boolean> => {
    if (stopped) return false;
    if (await keepsListening(server.port)) return true;
    await stop();
    stop = await startServer(server);
    return true;
  };
  return {
    stop: async () => {
      stopped = true;
      await reviving?.catch(() => false);
      await stop();
    },
    revive: () => {
      reviving ??= startAgain().finally(() => {
        reviving = null;
      });
      return reviving;
    },
  };
}

/** A process that is ending drops its connections before the socket that it listens on. */
async function keepsListening(port: number): Promise<boolean> {
  if (!(await isListening(port))) return false;
  await sleep(100);
  return isListening(port);
}
