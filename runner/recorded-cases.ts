import { afresh, afterReset, initialModelState, type ModelState } from "../oracle/model-state.ts";
import { type ObservedBatch, observeBatch } from "../oracle/observe.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Fixture } from "../spec/fixture.ts";
import type { Emit, Purpose } from "./events.ts";
import type { RecordingLine } from "./recording.ts";

/** A test case or a rerun from a recording, up to its last recorded batch. */
export interface History {
  readonly worker: number;
  /** The name of the test case or the rerun. */
  readonly id: string;
  readonly purpose: Purpose;
  /** Orders histories by their first batch; they end in another order, as workers run side by side. */
  readonly order: number;
  readonly fixture: Fixture;
  readonly batches: (readonly Exchange[])[];
  readonly observed: ObservedBatch[];
}

export type CaseEnd = Pick<
  Extract<RecordingLine, { readonly type: "case-finished" }>,
  "case" | "place" | "phase" | "end" | "lost" | "began"
>;

/** The state of a worker while the recording is read. */
interface WorkerState {
  readonly fixture: Fixture;
  modelState: ModelState;
  current: History | null;
  /** The number of test cases that have ended on it. */
  finished: number;
}

/**
 * Yields test cases and reruns in the order in which they ended, as soon as each has. Emits the stored events of
 * everything but test cases. Batches of neither only advance the model state.
 */
export async function* historiesOf(
  lines: AsyncIterable<RecordingLine>,
  emit: Emit,
): AsyncGenerator<EndedHistory> {
  const reading: Reading = { workers: new Map(), begun: 0, isConfirming: false };
  for await (const line of lines) {
    if (line.type === "header" || line.type === "footer") continue;
    if (line.type === "fixture-ready") yield* takeFixture(line, reading, emit);
    else yield* takeLine(line, reading, emit);
  }
  for (const on of reading.workers.values()) yield* finishCurrent(on);
}

/** The state of a recording while it is read. */
interface Reading {
  readonly workers: Map<number, WorkerState>;
  /** The number of batches so far. */
  begun: number;
  isConfirming: boolean;
}

type LineOf<Type extends RecordingLine["type"]> = Extract<RecordingLine, { readonly type: Type }>;

type EndedHistory = readonly [History, CaseEnd];

/** Gives a worker its fixture, and yields the history that ends with that. */
function* takeFixture(
  line: LineOf<"fixture-ready">,
  { workers }: Reading,
  emit: Emit,
): Generator<EndedHistory> {
  const on = workers.get(line.worker);
  yield* finishCurrent(on);
  emit(line);
  const { fixture, empty } = line;
  const modelState = initialModelState(fixture, empty);
  workers.set(line.worker, { fixture, modelState, current: null, finished: on?.finished ?? 0 });
}

/** Takes a line of a worker with a fixture, and yields the histories that end with it. */
function* takeLine(
  line: LineOf<"batch" | "fixture-reset" | "case-finished">,
  reading: Reading,
  emit: Emit,
): Generator<EndedHistory> {
  const on = reading.workers.get(line.worker);
  if (on === undefined)
    throw new Fault(
      `The recording sends on worker ${line.worker} before its fixture is ready: record again.`,
    );
  if (line.type === "fixture-reset") {
    emit(line);
    on.modelState = line.empty ? afresh(on.modelState) : afterReset(on.modelState);
  } else if (line.type === "case-finished") {
    for (const [history] of finishCurrent(on)) yield [history, line];
  } else {
    if (on.current !== null && on.current.id !== line.case) yield* finishCurrent(on);
    // Another phase begins when all reruns of the one before have ended, and reruns when all test cases have.
    const isTurn = line.purpose === (reading.isConfirming ? "execute" : "confirm");
    if (isTurn) for (const one of reading.workers.values()) yield* finishCurrent(one);
    reading.isConfirming = line.purpose === "confirm" || (reading.isConfirming && line.purpose === "arrange");
    reading.begun += 1;
    takeBatch(line, on, reading.begun, emit);
  }
}

/** Ends the test case or the rerun of a worker, as if it was complete; none if there is none. */
function finishCurrent(on: WorkerState | undefined): readonly EndedHistory[] {
  const history = on?.current ?? null;
  if (on === undefined || history === null) return [];
  on.current = null;
  const place = on.finished;
  if (history.purpose === "execute") on.finished += 1;
  return [[history, { case: { id: history.id, clean: false }, place, end: "complete", began: "used" }]];
}

/** Observes a batch, and adds it to the test case or the rerun of the worker. */
function takeBatch(line: LineOf<"batch">, on: WorkerState, order: number, emit: Emit): void {
  const observed = observeBatch(on.modelState, line.exchanges);
  on.modelState = observed.after;
  // Test cases that ran in parallel are emitted one by one after they end, so their batches are not emitted here.
  if (line.purpose !== "execute") emit({ ...line, observed });
  // Requests that may end the target are tried under a name.
  if (line.purpose === "arrange" && line.case === "") return;
  on.current ??= newHistory(line, on.fixture, order);
  on.current.batches.push(line.exchanges);
  on.current.observed.push(observed);
}

function newHistory(
  { worker, case: id, purpose }: LineOf<"batch">,
  fixture: Fixture,
  order: number,
): History {
  return { worker, id, purpose, order, fixture, batches: [], observed: [] };
}
