import type { TestCase } from "../../suites/case.ts";
import { truncateExchange } from "../batch.ts";
import type { Gone } from "../events.ts";
import { lacks } from "../execute.ts";
import { silenceCounter } from "../gone.ts";
import { goneText } from "../observe/problem.ts";
import type { Origin } from "../regenerate.ts";
import type { Scope } from "../scope.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import type { OnPair, Pair, PairWorker } from "./pair.ts";

/** The differences of one kind, with the cheapest history, up to the request that shows the difference, on x. */
export interface DifferenceGroup {
  readonly first: Compared;
  seen: number;
  origin: Origin;
  /** A lower cost means a better history. */
  cost: number;
}

export interface SearchOptions {
  readonly scope: Scope;
  readonly workers: readonly PairWorker[];
  readonly testCases: readonly TestCase[];
  /** The capabilities that one of the targets does not support. */
  readonly cannot: ReadonlySet<string>;
  readonly stop: () => string | null;
  readonly finished: (differences: number) => void;
}

/** Executes every test case on both targets, each on empty fixtures, and groups the differences by kind. */
export async function search(options: SearchOptions) {
  const { testCases, workers, stop } = options;
  const groups = new Map<string, DifferenceGroup>();
  const count = {
    executed: 0,
    compared: 0,
    /** Histories that ended early although no answer differed. */
    diverged: 0,
    /** Histories that were skipped, because a target had no empty fixture. */
    notEmptied: 0,
    /** Requests that neither target got, because only one of them returned a value for their slot. */
    unfilled: 0,
  };
  let gone: string | null = null;
  const onGone = (why: Gone) => {
    gone = goneText(why);
  };
  const stopping = () => stop() !== null || gone !== null;
  const compare = (done: OnPair, testCase: TestCase, place: number): void => {
    const { execution } = done;
    const found = compareAnswers(done);
    // A history that the end of the run may have cut does not count as executed.
    if (!stopping()) count.executed += 1;
    count.unfilled += execution.unfilled;
    count.compared += new Set(found.map(({ index }) => index)).size;
    if (execution.diverged && !found.some(({ differs }) => differs)) count.diverged += 1;
    note(groups, found, done, { testCase, place });
  };
  const work = async (worker: PairWorker, offset: number): Promise<void> => {
    const silent = { x: silenceCounter(onGone), y: silenceCounter(onGone) };
    for (let place = offset; place < testCases.length; place += workers.length) {
      const testCase = testCases[place];
      if (testCase === undefined || stopping()) break;
      if (!testCase.needs.some((need) => lacksEither(worker.pair(), need, options.cannot))) {
        const done = await worker.execute(testCase, (side, before) => {
          const last = before.at(-1);
          return !(last !== undefined && silent[side](last)) && !stopping();
        });
        if (done === null) count.notEmptied += 1;
        else compare(done, testCase, place);
      }
      options.finished(groups.size);
    }
  };
  await options.scope.all(workers, work);
  const sorted = [...groups.values()].sort((a, b) => (a.first.kind < b.first.kind ? -1 : 1));
  const stopped: string | null = stop() ?? gone;
  return { groups: sorted, ...count, stopped };
}

function lacksEither({ x, y }: Pair, need: TestCase["needs"][number], cannot: ReadonlySet<string>): boolean {
  return lacks(x, need, cannot) || lacks(y, need, cannot);
}

function note(
  groups: Map<string, DifferenceGroup>,
  found: readonly Compared[],
  { pair, execution }: OnPair,
  { testCase, place }: { readonly testCase: TestCase; readonly place: number },
): void {
  const divergence = found.find(({ diverges }) => diverges)?.index ?? Number.POSITIVE_INFINITY;
  for (const one of found) {
    if (!one.differs) continue;
    const batches = execution.x.batches.slice(0, one.index + 1).map((batch) => batch.map(truncateExchange));
    const origin: Origin = { testCase, fixture: pair.x.fixture, batches };
    // Prefer a history without an earlier difference, then a shorter one, then an earlier one, so the
    // result depends only on the seed.
    const cost = (one.index > divergence ? 1e9 : 0) + batches.length * 1e5 + place;
    const group = groups.get(one.kind);
    if (group === undefined) groups.set(one.kind, { first: one, seen: 1, origin, cost });
    else {
      group.seen += 1;
      if (cost < group.cost) Object.assign(group, { origin, cost });
    }
  }
}
