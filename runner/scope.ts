/** The parallel work of a run. It ends as a whole, and nothing continues after it has been awaited. */
export type Scope = ReturnType<typeof openScope>;

/** Opens a scope that also ends when the outer signal aborts. */
export function openScope(outer?: AbortSignal) {
  const controller = new AbortController();
  const signal: AbortSignal = controller.signal;
  const end = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) end();
  outer?.addEventListener("abort", end, { once: true });
  return {
    /** Aborts when the run has to end: a part of it failed, or the caller aborted it. */
    signal,
    /** Works on all items. If one fails, aborts the signal, awaits all, and throws the first error. */
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
    /** Removes the listener from the outer signal. */
    close: () => outer?.removeEventListener("abort", end),
  };
}
