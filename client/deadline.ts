import { setTimeout as wait } from "node:timers/promises";
import { type NoAnswerReason, noAnswer } from "./no-answer.ts";
import type { Clock } from "./transport.ts";

export interface Expiring {
  /** By the clock of the transport. */
  readonly expiresAt: number;
  expire(): void;
}

type Deadlines = ReturnType<typeof deadlines>;

/** How exact deadlines are, in milliseconds. */
const tickMs = 20;

/** One ticking timer for all calls of a transport: one for each call would cost a tenth of the throughput. */
export function deadlines(clock: Clock) {
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
    add(entry: Expiring): void {
      waiting.add(entry);
      timer ??= setInterval(tick, tickMs);
    },
    delete(entry: Expiring): void {
      waiting.delete(entry);
    },
  };
}

export interface Abortable {
  abort(): void;
}

const followers = new WeakMap<AbortSignal, Set<Abortable>>();

/** Aborts the entry with the signal. One listener serves all calls in flight: thousands would be slow. */
export function follow(signal: AbortSignal | undefined, entry: Abortable): void {
  if (signal === undefined) return;
  if (signal.aborted) entry.abort();
  else followersOf(signal).add(entry);
}

/** Removes an entry that `follow` added. */
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

export interface CallLimits {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly deadlineMs: number;
}

/** Works with a promise that resolves when the deadline or one of the signals ends the call. */
export async function untilEnded<T>(
  { clock, deadlines: all, deadlineMs }: CallLimits,
  signals: readonly (AbortSignal | undefined)[],
  work: (ended: Promise<NoAnswerReason>) => Promise<T>,
): Promise<T> {
  let end: (why: NoAnswerReason) => void = () => {};
  const ended = new Promise<NoAnswerReason>((resolve) => {
    end = resolve;
  });
  const entry = {
    expiresAt: clock() + deadlineMs,
    expire: () => end(noAnswer("timeout", `${deadlineMs} ms`)),
    abort: () => end(noAnswer("aborted")),
  };
  all.add(entry);
  for (const signal of signals) follow(signal, entry);
  try {
    return await work(ended);
  } finally {
    all.delete(entry);
    for (const signal of signals) unfollow(signal, entry);
  }
}

/** Waits this many milliseconds, or until the signal is aborted. Never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal | undefined) => Promise<void>;

export const sleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
};
