import { shrinkHistory } from "../reduce.ts";
import { regenerating, type Steps, stepsOf } from "../regenerate.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import type { OnPair, PairWorker } from "./pair.ts";
import type { DifferenceGroup } from "./search.ts";

/** The smallest history that shows a difference, with its last execution. */
export interface Shrunk extends OnPair {
  readonly compared: readonly Compared[];
  readonly difference: Compared;
  readonly reproduced: string;
}

/** The most reruns for shrinking one difference, and the final reruns. */
const most = { reruns: 120, confirmations: 3 } as const;

export interface ShrinkDifferenceOptions {
  readonly worker: PairWorker;
  /** All kinds of differences in the comparison. */
  readonly known: ReadonlySet<string>;
  readonly stop: () => boolean;
}

/** Shrinks and confirms a difference; null if it does not show again. */
export async function shrinkDifference(
  group: DifferenceGroup,
  options: ShrinkDifferenceOptions,
): Promise<Shrunk | null> {
  // Some effects outlast a reset, so a second attempt uses new fixtures.
  return (await attempt(group, options, false)) ?? (await attempt(group, options, true));
}

type ShownDifference = Omit<Shrunk, "reproduced">;

async function attempt(
  { origin, first }: DifferenceGroup,
  { worker, known, stop }: ShrinkDifferenceOptions,
  onNew: boolean,
): Promise<Shrunk | null> {
  const how = { regenerate: regenerating(origin), from: origin.fixture, onNew };
  const rerunSteps = async (steps: Steps): Promise<ShownDifference | null> => {
    const done = stop() ? null : await worker.rerun(steps, how);
    if (done === null) return null;
    const compared = compareAnswers(done);
    const difference = compared.find(({ kind, differs }) => differs && kind === first.kind);
    if (difference === undefined || dependsOnUnknown(compared, difference, known)) return null;
    return { ...done, compared, difference };
  };
  let reruns = 0;
  let smallest: { readonly shown: ShownDifference; readonly steps: Steps } | null = null;
  const shows = async (steps: Steps): Promise<boolean> => {
    reruns += 1;
    const shown = reruns > most.reruns ? null : await rerunSteps(steps);
    if (shown !== null) smallest = { shown, steps };
    return shown !== null;
  };
  if (!(await shows(stepsOf(origin)))) return null;
  await shrinkHistory(origin, shows, { shown: true });
  return smallest === null ? null : confirmed(smallest, rerunSteps, stop);
}

/** Says whether a shrunk history depends on another difference that no test case has shown. */
function dependsOnUnknown(
  compared: readonly Compared[],
  last: Compared,
  known: ReadonlySet<string>,
): boolean {
  return compared.some(({ index, diverges, kind }) => diverges && index < last.index && !known.has(kind));
}

async function confirmed(
  { shown: found, steps }: { readonly shown: ShownDifference; readonly steps: Steps },
  rerunSteps: (steps: Steps) => Promise<ShownDifference | null>,
  stop: () => boolean,
): Promise<Shrunk | null> {
  let shown = 0;
  let tried = 0;
  while (tried < most.confirmations && !stop()) {
    tried += 1;
    if ((await rerunSteps(steps)) !== null) shown += 1;
  }
  if (tried > 0 && shown === 0) return null;
  return { ...found, reproduced: `${shown} of ${tried}` };
}
