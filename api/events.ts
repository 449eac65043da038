import { type FinalEvent, finalEvents, type PublishedEvent } from "../reports/ndjson.ts";
import { type ConformanceRun, conformWithEvents } from "./conform.ts";
import type { ConformOptions } from "./program-options.ts";
import type { ConformTarget } from "./target.ts";

/** An event of a run, as in report.ndjson; `run-end` also has the result of the run. */
export type ConformanceEvent = PublishedEvent | FinalEvent<ConformanceRun>;

/**
 * Runs the suite against a target and yields events during the run. The queue of events is unbounded, so a slow
 * reader does not slow the run. Leaving the loop ends the run: nothing more is sent, and clean-up finishes first.
 * Throws a Fault like {@link conform}.
 */
export async function* events(
  target: ConformTarget,
  options: ConformOptions = {},
): AsyncGenerator<ConformanceEvent, void, undefined> {
  const leaving = new AbortController();
  const signals = options.signal === undefined ? [] : [options.signal];
  const signal = AbortSignal.any([leaving.signal, ...signals]);
  const queue = waitingEvents();
  const running = conformWithEvents(target, { ...options, signal }, queue.add).then(
    (run) => {
      for (const event of finalEvents(run)) queue.add(event);
      queue.close();
    },
    (error: unknown) => queue.close({ error }),
  );
  try {
    yield* queue.taken();
  } finally {
    leaving.abort();
    await running;
  }
}

function waitingEvents() {
  let waiting: ConformanceEvent[] = [];
  let isClosed = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  return {
    add(event: ConformanceEvent): void {
      waiting.push(event);
      wake();
    },
    /** Closes the queue; the reader gets the failure after the last event. */
    close(why?: { readonly error: unknown }): void {
      isClosed = true;
      failure = why;
      wake();
    },
    async *taken(): AsyncGenerator<ConformanceEvent, void, undefined> {
      for (;;) {
        const ready = waiting;
        waiting = [];
        yield* ready;
        if (waiting.length > 0) continue;
        if (failure !== undefined) throw failure.error;
        if (isClosed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
