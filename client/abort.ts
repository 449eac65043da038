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
