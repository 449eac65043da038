import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./transport.ts";

/** What is ended when its time has come. */
export interface Expiring {
  /** On the clock of the transport. */
  readonly expiresAt: number;
  expire(): void;
}

/** Watches over calls in flight. */
export interface Deadlines {
  add(entry: Expiring): void;
  delete(entry: Expiring): void;
}

/**
 * One ticking timer for all calls of a transport, exact to about `tickMs` milliseconds.
 * A timer for each call costs a tenth of the throughput at tens of thousands of calls a second.
 */
export function deadlines(clock: Clock, tickMs = 20): Deadlines {
  const waiting = new Set<Expiring>();
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    const now = clock();
    for (const entry of waiting) {
      if (now < entry.expiresAt) continue;
      waiting.delete(entry);
      entry.expire();
    }
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    add(entry) {
      waiting.add(entry);
      timer ??= setInterval(tick, tickMs);
    },
    delete(entry) {
      waiting.delete(entry);
    },
  };
}

/** What is ended when a signal is given. */
export interface Abortable {
  abort(): void;
}

const followers = new WeakMap<AbortSignal, Set<Abortable>>();

/**
 * Ends the entry once the signal is given, at once if it was. One listener serves all calls in flight: thousands of
 * them on the signal of a run would be slow, and Node warns of more than ten.
 */
export function follow(signal: AbortSignal | undefined, entry: Abortable): void {
  if (signal === undefined) return;
  if (signal.aborted) entry.abort();
  else followersOf(signal).add(entry);
}

/** Undoes `follow`. */
export function unfollow(signal: AbortSignal | undefined, entry: Abortable): void {
  if (signal !== undefined) followers.get(signal)?.delete(entry);
}

function followersOf(signal: AbortSignal): Set<Abortable> {
  const known = followers.get(signal);
  if (known !== undefined) return known;
  const waiting = new Set<Abortable>();
  followers.set(signal, waiting);
  const ended = (): void => {
    for (const entry of waiting) entry.abort();
  };
  signal.addEventListener("abort", ended, { once: true });
  return waiting;
}

/** Waits so many milliseconds, or until the signal is given. Never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal | undefined) => Promise<void>;

/** Waits by the clock on the wall. */
export const sleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
};
