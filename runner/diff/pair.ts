import type { Batch, Exchange, Step } from "../../spec/exchange.ts";
import type { Fixture } from "../../spec/fixture.ts";
import type { TestCase } from "../../suites/case.ts";
import { isFillable } from "../batch.ts";
import type { Regenerate, Steps } from "../regenerate.ts";
import { fixtureFor } from "../rerun.ts";
import type { Scope } from "../scope.ts";
import type { Execution, Worker } from "../worker.ts";

/** A worker on each target. Both execute the same histories, batch by batch. */
export type Pair = BothSides<Worker>;

/** The execution of a history on both targets. */
interface PairExecution {
  readonly x: Execution;
  readonly y: Execution;
  /** It ended early, because different answers led to different requests. */
  readonly diverged: boolean;
  /** Steps that neither target got, because only one of them returned a value for their slot. */
  readonly unfilled: number;
}

/** An execution on both targets, and its workers. */
export interface OnPair {
  readonly pair: Pair;
  readonly execution: PairExecution;
}

/** Executes histories on both targets, each on empty fixtures. */
export type PairWorker = ReturnType<typeof pairWorker>;

/** Makes a worker for a pair; `replace` replaces the fixture of one side, or returns null if it cannot. */
export function pairWorker(
  start: Pair,
  scope: Scope,
  replace: (side: "x" | "y", worker: Worker) => Promise<Worker | null>,
) {
  let pair = start;
  let reruns = 0;
  /** Both fixtures must be empty, or a difference would prove nothing. */
  const ready = async (isNew: boolean): Promise<Pair | null> => {
    const resets = isNew ? [false] : await scope.all([pair.x, pair.y], (worker) => worker.reset(true));
    if (resets.every((clean) => clean)) return pair;
    // Both fixtures are replaced together, so that their names and version numbers stay alike.
    const [x, y] = await scope.all(["x", "y"] as const, (side) => replace(side, pair[side]));
    if (!x || !y) return null;
    pair = { x, y };
    return pair;
  };
  return {
    pair: () => pair,
    /** Executes a test case; null if there are no empty fixtures. `continues` is called before each batch. */
    execute: async (
      testCase: TestCase,
      continues: (side: "x" | "y", done: Answered) => boolean,
    ): Promise<OnPair | null> => {
      const on = await ready(false);
      if (on === null) return null;
      const next = bothSides(testCase, on);
      const execution = await executePair(
        on,
        (done) => (continues("x", done.x) && continues("y", done.y) ? next(done) : null),
        testCase.id,
      );
      return { pair: on, execution };
    },
    /** Executes steps of a test case; null if that is not possible. `from` is the fixture of the original history. */
    rerun: async (
      steps: Steps,
      {
        regenerate,
        from,
        onNew,
      }: { readonly regenerate: Regenerate; readonly from: Fixture; readonly onNew: boolean },
    ): Promise<OnPair | null> => {
      const on = await ready(fixtureFor(steps, from, onNew).isNew);
      if (on === null) return null;
      const [x, y] = [regenerate(steps, on.x.fixture), regenerate(steps, on.y.fixture)];
      if (x === null || y === null) return null;
      reruns += 1;
      const next: NextPairBatch = ({ x: { length } }) => {
        const batches = { x: x[length], y: y[length] };
        return batches.x === undefined || batches.y === undefined ? null : { x: batches.x, y: batches.y };
      };
      return { pair: on, execution: await executePair(on, next, `diff/${reruns}`) };
    },
  };
}

type Answered = readonly (readonly Exchange[])[];
type BothSides<T> = Readonly<Record<"x" | "y", T>>;

/** The next batch of each side after the answers of both; null ends the history, "diverged" says that they differ. */
type NextPairBatch = (done: BothSides<Answered>) => BothSides<Batch> | "diverged" | null;

/**
 * The batches of a test case on both fixtures. They diverge when the answers of x would lead to other requests on y
 * than the answers of y.
 */
function bothSides(testCase: TestCase, { x, y }: Pair): NextPairBatch {
  const onX = testCase.start(inCommon(x.fixture, y.fixture));
  const onY = testCase.start(inCommon(y.fixture, x.fixture));
  return (done) => {
    const next = { x: onX(done.x), y: onY(done.y) };
    if (next.x === null || next.y === null) return null;
    return JSON.stringify(next.y) === JSON.stringify(onY(done.x)) ? { x: next.x, y: next.y } : "diverged";
  };
}

/** Removes from a fixture what the other one lacks, so a test case makes the same steps on both. */
function inCommon(one: Fixture, other: Fixture): Fixture {
  const { main } = one;
  return {
    ...one,
    main: {
      ...main,
      versions: main.versions.slice(0, other.main.versions.length),
      aliases: other.main.aliases && main.aliases,
    },
    other: other.other && one.other,
    recipe: other.recipe && one.recipe,
  };
}

/** Executes a history on both sides, batch by batch. A step that one side cannot fill is sent to neither. */
async function executePair(
  { x, y }: Pair,
  nextPairBatch: NextPairBatch,
  testCase: string,
): Promise<PairExecution> {
  const on = { x: x.start({ testCase }), y: y.start({ testCase }) };
  let diverged = false;
  let unfilled = 0;
  for (;;) {
    const done = { x: on.x.batches, y: on.y.batches };
    const next = nextPairBatch(done);
    diverged = next === "diverged";
    if (next === null || next === "diverged") break;
    const unfillable = (side: "x" | "y") =>
      next[side].filter((step) => !isFillable(step, done[side])).map(({ key }) => key);
    const keys = { x: unfillable("x"), y: unfillable("y") };
    const either = new Set([...keys.x, ...keys.y]);
    // A step that neither side can fill is no difference.
    unfilled += [...either].filter((key) => keys.x.includes(key) !== keys.y.includes(key)).length;
    const sent = ({ key }: Step) => !either.has(key);
    // If one side fails, the other ends after its current answer.
    const [ofX, ofY] = await Promise.allSettled([
      on.x.send(next.x.filter(sent)),
      on.y.send(next.y.filter(sent)),
    ]);
    if (ofX.status === "rejected") throw ofX.reason;
    if (ofY.status === "rejected") throw ofY.reason;
    if (ofX.value === null || ofY.value === null) break;
  }
  for (const history of [on.x, on.y]) history.end();
  return { ...on, diverged, unfilled };
}
