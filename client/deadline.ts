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
