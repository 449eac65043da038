import { type ChildProcess, fork } from "node:child_process";
import { isRecord } from "../../spec/body.ts";
import { compiled } from "./command.ts";

/** A received request, with the time in milliseconds since 1970. */
export interface Arrival {
  readonly at: number;
  readonly method: string;
  readonly target: string;
}

/** A slow target in another process, which reports every request. */
export interface SlowTarget {
  readonly url: string;
  /** Every request so far, in the order of arrival. */
  readonly arrivals: readonly Arrival[];
  /** Delays the request with this number, and calls back when it arrives. */
  hold(number: number, then: () => void): void;
  close(): void;
}

/** One process serves many targets, because it takes longer to start than a short run. */
let server: ChildProcess | null = null;
const open = new Map<number, (message: Readonly<Record<string, unknown>>) => void>();
let last = 0;

/** Opens a new target in the process of slow targets, which exits with the last target. */
export async function slowTarget(): Promise<SlowTarget> {
  const file = await compiled("slow-server");
  last += 1;
  const id = last;
  const arrivals: Arrival[] = [];
  const waiting = new Map<number, () => void>();
  const hold = (number: number, then: () => void): void => {
    waiting.set(number, then);
    server?.send({ hold: id, number });
  };
  const close = (): void => {
    open.delete(id);
    if (open.size > 0) return;
    server?.disconnect();
    server = null;
  };
  return new Promise((resolve) => {
    open.set(id, ({ url, at, method, target }) => {
      if (typeof url === "string") resolve({ url, arrivals, hold, close });
      if (typeof at !== "number") return;
      arrivals.push({ at, method: String(method), target: String(target) });
      waiting.get(arrivals.length)?.();
    });
    server ??= start(file);
    server.send({ open: id });
  });
}

function start(file: string): ChildProcess {
  const child = fork(file, { execArgv: [] });
  child.on("message", (message) => {
    if (isRecord(message)) open.get(Number(message.id))?.(message);
  });
  return child;
}
