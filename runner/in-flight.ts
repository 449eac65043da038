/** Limits the batches in flight, so that a target that slows down with their number is asked for less at a time. */
export type InFlight = ReturnType<typeof inFlight>;

/**
 * Answers at one limit before it changes; the median latency in milliseconds below which it only rises; and how long a
 * batch of one call and one of several keep their place: one that is never answered must not keep others from being sent.
 */
const bounds = { answers: 16, fastMs: 10, placeMs: 500, togetherMs: 5000 } as const;

/**
 * The limit begins at one and doubles up to `most`, unless the median latency grows by more than the limit does: then
 * each answer costs more at the higher limit, and the limit falls back for good.
 */
export function inFlight(most: number) {
  const waiting: (() => void)[] = [];
  let highest = most;
  let limit = 1;
  let now = 0;
  let latencies: number[] = [];
  let before: number | null = null;
  let together = 0;
  const change = (to: number, median: number | null): void => {
    limit = to;
    before = median;
    latencies = [];
    while (now < limit && waiting.length > 0) {
      now += 1;
      waiting.shift()?.();
    }
  };
  const leave = (): void => {
    const next = now > limit ? undefined : waiting.shift();
    if (next === undefined) now -= 1;
    else next();
  };
  return {
    /** Waits for a free place for a batch of this many calls, and returns the function that frees it again. */
    async enter(calls: number): Promise<() => void> {
      if (now < limit) now += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      if (limit === most) return leave;
      let left = false;
      const leaveOnce = () => {
        clearTimeout(timer);
        if (!left) leave();
        left = true;
      };
      const timer = setTimeout(leaveOnce, calls > 1 ? bounds.togetherMs : bounds.placeMs);
      return leaveOnce;
    },
    /** Takes the milliseconds until the answer to a batch of one call came. */
    took(ms: number): void {
      latencies.push(ms);
      if (latencies.length < bounds.answers) return;
      const median = latencies.sort((a, b) => a - b)[bounds.answers / 2] ?? 0;
      if (before !== null && median > bounds.fastMs && median > 2.2 * before && limit > 1) {
        highest = Math.floor(limit / 2);
        change(highest, null);
      } else if (limit < highest) change(Math.min(highest, 2 * limit), median);
      else latencies = [];
    },
    /** Takes the milliseconds until the last answer to a batch of several calls came. */
    tookTogether(ms: number): void {
      together += ms;
    },
    /** How long such batches took in all, in milliseconds. */
    togetherMs: () => together,
  };
}
