import type { TargetDifference } from "../../reports/diff.ts";
import type { Batch, Exchange } from "../../spec/exchange.ts";
import { onFixture } from "../rebase.ts";
import { openScope } from "../scope.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import { type DiffOptions, setUpBoth } from "./diff.ts";
import { type OnPair, pairWorker } from "./pair.ts";

/** What the requests of a reported difference show now. */
export interface ReplayedDifference {
  readonly difference: TargetDifference;
  /** The exchanges with each target, batch by batch. */
  readonly exchanges: Readonly<Record<"x" | "y", readonly (readonly Exchange[])[]>>;
  /** How the answers to the last request differ: as reported if they still do, otherwise in another way. Null if they do not. */
  readonly now: Pick<Compared, "x" | "y" | "where"> | null;
  readonly isAsReported: boolean;
  /** Why nothing is known of the difference, as a sentence; null if something is. */
  readonly notExecuted: string | null;
}

/** Sends differences to both targets again, on empty functions; `left` says what was left behind. */
export async function replayDifferences(
  differences: readonly TargetDifference[],
  { sides, sleep, signal }: Pick<DiffOptions, "sides" | "sleep" | "signal">,
): Promise<{ readonly replayed: readonly ReplayedDifference[]; readonly left: readonly string[] }> {
  const scope = openScope(signal);
  const pool = await setUpBoth(sides, { workers: 1, sleep, settleMs: 0, scope });
  const replayed: ReplayedDifference[] = [];
  const left: string[] = [];
  try {
    const [x] = pool.x.workers;
    const [y] = pool.y.workers;
    if (x === undefined || y === undefined) throw new Error("A target has no worker.");
    const worker = pairWorker({ x, y }, scope, (side, one) => pool[side].replace(one));
    for (const difference of differences) {
      if (scope.signal.aborted) break;
      const { history } = difference;
      const on = worker.pair().x.fixture;
      const steps = onFixture(history.batches, history.home, on);
      const done = await worker.rerun(steps, {
        regenerate: (_, fixture) => onFixture(history.batches, history.home, fixture),
        from: on,
        onNew: false,
      });
      replayed.push(resultOf(difference, steps, done));
    }
  } finally {
    for (const one of [pool.x, pool.y]) left.push(...(await one.tearDown()));
    scope.close();
  }
  return { replayed, left };
}

function resultOf(
  difference: TargetDifference,
  steps: readonly Batch[],
  done: OnPair | null,
): ReplayedDifference {
  if (done === null) {
    const why = "a target had no empty functions";
    return {
      ...{ difference, exchanges: { x: [], y: [] }, now: null, isAsReported: false },
      notExecuted: why,
    };
  }
  const { x, y } = done.execution;
  const last = compareAnswers(done).filter(({ differs, index }) => differs && index === steps.length - 1);
  const same = last.find(
    (one) => one.x === difference.x && one.y === difference.y && one.where === (difference.where ?? null),
  );
  const now = same ?? last[0] ?? null;
  return {
    difference,
    exchanges: { x: x.batches, y: y.batches },
    now,
    isAsReported: same !== undefined,
    notExecuted: now === null ? notExecuted(steps, [x.batches, y.batches]) : null,
  };
}

function notExecuted(
  steps: readonly Batch[],
  sides: readonly ReplayedDifference["exchanges"]["x"][],
): string | null {
  const count = steps.flat().length;
  if (sides.some((batches) => batches.flat().length < count))
    return "a request needs a revision or version that only one target returned";
  const silent = sides.flatMap((batches) => batches.flat()).find(({ answer }) => answer.kind === "none");
  return silent?.answer.kind === "none" ? `a request got no answer: ${silent.answer.detail}` : null;
}
