import { type FinalEvent, finalEvents, type PublishedEvent } from "../reports/ndjson.ts";
import { type ConformanceRun, conformWithEvents } from "./conform.ts";
import type { ConformOptions } from "./program-options.ts";
import type { ConformTarget } from "./target.ts";

/** What happens in a run, as report.ndjson has it; `run-end` also says what the run comes to. */
export type ConformanceEvent = PublishedEvent | FinalEvent<ConformanceRun>;

/**
 * Runs the suite against a target and gives what happens while it happens. Events wait for whoever takes them, so that
 * a slow reader never slows the run. To leave the loop ends the run: nothing more is sent, and what was created is
 * removed before the loop is left. Throws a Fault where {@link conform} throws one.
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

/** Events that nobody has taken yet. */
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
    /** No more will come; the failure is thrown once all have been taken. */
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
