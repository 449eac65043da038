/** Everything of a run that is under way: it ends together, and nothing of it goes on once it has been awaited. */
export interface Scope {
  /** Given when the run is to end: a part of it failed, or whoever started the run ended it. */
  readonly signal: AbortSignal;
  /**
   * Works on all of these side by side. Where one fails the signal is given, every other is awaited all the same, and then
   * what failed first is thrown.
   */
  all<T, R>(list: readonly T[], work: (one: T, index: number) => Promise<R>): Promise<R[]>;
  /** Lets go of the signal that was handed in. */
  close(): void;
}

/** Opens a scope that also ends when the given signal says so. */
export function openScope(outer?: AbortSignal | undefined): Scope {
  const controller = new AbortController();
  const end = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) end();
  outer?.addEventListener("abort", end, { once: true });
  return {
    signal: controller.signal,
    async all<T, R>(list: readonly T[], work: (one: T, index: number) => Promise<R>): Promise<R[]> {
      const failures: unknown[] = [];
      const settled = await Promise.allSettled(
        list.map(async (one, index) => {
          try {
            return await work(one, index);
          } catch (error) {
            failures.push(error);
            controller.abort(error);
            throw error;
          }
        }),
      );
      if (failures.length > 0) throw failures[0];
      return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    },
    close: () => outer?.removeEventListener("abort", end),
  };
}
