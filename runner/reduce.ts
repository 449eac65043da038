import { type Origin, type Shows, type Steps, stepsOf } from "./regenerate.ts";
import { simplifyCalls } from "./simplify.ts";

interface ShrinkOptions {
  /** True if the whole history is known to show the violation. */
  readonly shown: boolean;
  /** False to keep all concurrent calls. */
  readonly calls?: boolean;
  /** False to leave the values of members as they are where the canonical ones do not show the violation. */
  readonly values?: boolean;
  /** Called when nothing but such values is left to shrink. */
  readonly onValues?: () => void;
}

/**
 * Shrinks a history as far as it shows what it showed: fewer steps, then canonical calls, then fewer steps again, since a
 * canonical call may need fewer steps before it.
 */
export async function shrinkHistory(
  origin: Origin,
  shows: Shows,
  { shown, calls = true, values = true, onValues }: ShrinkOptions,
): Promise<void> {
  let isShown = shown;
  const showsStill: Shows = async (steps) => {
    const here = await shows(steps);
    isShown ||= here;
    return here;
  };
  const fewer = await reduceHistory(stepsOf(origin), showsStill, { calls });
  if (!isShown) return;
  const simplified = async (steps: Steps, ofValues: boolean): Promise<Steps> => {
    const plain = await simplifyCalls(steps, origin, showsStill, ofValues);
    return plain.length > 1 ? withoutBatches(plain, showsStill, { calls, from: 1 }) : plain;
  };
  // Each further round makes a race show less often.
  const isRacing = fewer.some((batch) => batch.length > 1);
  const simple = await simplified(fewer, isRacing && values);
  if (isRacing || !values) return;
  onValues?.();
  await simplified(simple, true);
}

/**
 * Finds the smallest history that still shows the violation: first only its end, then without single batches, then,
 * if wanted, with fewer concurrent calls. Within the bound, removing any one batch or call would lose the
 * violation.
 */
export async function reduceHistory(
  batches: Steps,
  shows: Shows,
  { calls = true }: { readonly calls?: boolean } = {},
): Promise<Steps> {
  let smallest = batches;
  for (let size = 1; size < batches.length; size *= 2) {
    const end = withoutOrphans(batches.slice(-size));
    if (await shows(end)) {
      smallest = end;
      break;
    }
  }
  return withoutBatches(smallest, shows, { calls, from: Math.ceil(smallest.length / 2) });
}

/** Leaves out `from` batches at a time, then half as many, and so on; then single calls, if wanted. */
async function withoutBatches(
  batches: Steps,
  shows: Shows,
  { calls, from }: { readonly calls: boolean; readonly from: number },
): Promise<Steps> {
  const fewer = await withoutChunks(batches, shows, from);
  return calls ? withoutCalls(await withFewCalls(fewer, shows), shows) : fewer;
}

async function withoutChunks(batches: Steps, shows: Shows, from: number): Promise<Steps> {
  let current = batches;
  for (let size = from; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < current.length && current.length > 1; ) {
      const fewer = withoutOrphans([...current.slice(0, start), ...current.slice(start + size)]);
      if (fewer.length > 0 && fewer.length < current.length && (await shows(fewer))) current = fewer;
      else start += size;
    }
  }
  return current;
}

/** Tries only the first 2, 4, 8 … of the concurrent calls. */
async function withFewCalls(batches: Steps, shows: Shows): Promise<Steps> {
  let current = batches;
  for (const index of batches.keys()) {
    for (let size = 2; size < (current[index]?.length ?? 0); size *= 2) {
      const few = withoutOrphans(current.map((batch, at) => (at === index ? batch.slice(0, size) : batch)));
      if (few.length < current.length || !(await shows(few))) continue;
      current = few;
      break;
    }
  }
  return current;
}

/** Larger batches hold similar calls, and each removed call makes the race show less often. */
const maxConcurrent = 4;

async function withoutCalls(batches: Steps, shows: Shows): Promise<Steps> {
  let current = batches;
  for (let index = 0; index < current.length; index += 1) {
    if ((current[index]?.length ?? 0) > maxConcurrent) continue;
    for (let call = 0; call < (current[index]?.length ?? 0) && (current[index]?.length ?? 0) > 1; ) {
      const fewer = withoutOrphans(
        current.map((batch, at) => (at === index ? batch.filter((_, other) => other !== call) : batch)),
      );
      if (await shows(fewer)) current = fewer;
      else call += 1;
    }
  }
  return current;
}

/** Removes the steps that need the answer to a removed step, and empty batches. */
function withoutOrphans(batches: Steps): Steps {
  const keys = new Set(batches.flat().map(({ key }) => key));
  const isKept = (key: string | undefined) => key === undefined || keys.has(key);
  const kept = batches
    .map((batch) => batch.filter((step) => isKept(step.revisionFrom) && isKept(step.versionFrom)))
    .filter((batch) => batch.length > 0);
  // Another step may have needed a step that is removed now.
  return kept.flat().length === batches.flat().length ? kept : withoutOrphans(kept);
}
