/** Limits the batches in flight, so that a target that slows down with their number is asked for less at a time. */
export type InFlight = ReturnType<typeof inFlight>;

/**
 * Answers at one limit before it changes; the mean latency in milliseconds below which it only rises; the factor between
 * two latencies that differ; and how long a batch of one call and one of several keep their place: one that is never
 * answered must not keep others from being sent.
 */
const bounds = { answers: 16, fastMs: 10, factor: 2.2, placeMs: 500, togetherMs: 5000 } as const;

/**
 * The limit begins at one and doubles up to `most`, unless the mean latency grows by more than the limit does: then each
 * answer costs more at the higher limit, and the limit falls back. It stays there if the latency falls with it.
 */
export function inFlight(most: number) {
  const waiting: (() => void)[] = [];
  let highest = most;
  let limit = 1;
  let now = 0;
  let latencies: number[] = [];
  let before: number | null = null;
  let fellFrom: number | null = null;
  let sentBefore = 0;
  let together = 0;
  const change = (to: number, mean: number | null): void => {
    limit = to;
    before = mean;
    latencies = [];
    sentBefore = now;
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
      // Answers to batches from before the change show the latency at the old limit.
      if (sentBefore > 0) {
        sentBefore -= 1;
        return;
      }
      latencies.push(ms);
      if (latencies.length < bounds.answers) return;
      const mean = meanOfMost(latencies);
      latencies = [];
      if (fellFrom !== null) {
        const isFaster = bounds.factor * mean < fellFrom;
        fellFrom = null;
        if (!isFaster) highest = most;
      }
      if (before !== null && mean > bounds.fastMs && mean > bounds.factor * before && limit > 1) {
        fellFrom = mean;
        highest = Math.floor(limit / 2);
        change(highest, null);
      } else if (limit < highest) change(Math.min(highest, 2 * limit), mean);
    },
    /** Takes the milliseconds until the last answer to a batch of several calls came. */
    tookTogether(ms: number): void {
      together += ms;
    },
    /** How long such batches took in all, in milliseconds. */
    togetherMs: () => together,
  };
}

/**
 * The mean without the eighth that is slowest, so that a pause of the target does not count. A median would not do: it
 * jumps where half of the answers take long, as with a server in Python that writes head and body of an answer apart.
 */
function meanOfMost(latencies: readonly number[]): number {
  const most = latencies.toSorted((a, b) => a - b).slice(0, Math.ceil((latencies.length * 7) / 8));
  return most.reduce((sum, ms) => sum + ms, 0) / most.length;
}
