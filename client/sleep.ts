import { setTimeout as wait } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal is given. Never rejects. */
export type Sleep = (ms: number, signal?: AbortSignal | undefined) => Promise<void>;

/** Waits by the clock on the wall. */
export const sleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
};

/** The longest time that a timer takes, in milliseconds: Node ends a longer one at once. */
export const longestMs = 0x7fffffff;
