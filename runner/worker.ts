import { afresh, afterReset, initialModelState, type ModelState } from "../oracle/model-state.ts";
import type { ObservedBatch, PolicyRead } from "../oracle/observe.ts";
import { getPolicy, removePermission } from "../spec/calls.ts";
import type { Batch, Call, Exchange, Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { isRemovable } from "../spec/target.ts";
import { type BatchOptions, sendBatch } from "./batch.ts";
import type { Emit, Purpose } from "./events.ts";

/** What was executed: what came back, batch by batch, and what the oracle observes in it. */
export interface Execution {
  readonly batches: readonly (readonly Exchange[])[];
  readonly observed: readonly ObservedBatch[];
}

/** The next round of a history, given those that came back; null ends it. */
export type NextBatch = (done: readonly (readonly Exchange[])[]) => Batch | null;

/** A script that waits for something else before it gives the next round. */
type AsyncNextBatch = (done: readonly (readonly Exchange[])[]) => Promise<Batch | null>;

/** Is given each batch as it comes back. */
type OnBatch = (batch: ObservedBatch, exchanges: readonly Exchange[]) => void;

/** How steps are executed. */
interface StepOptions {
  /** Names the test case or the rerun in events; what is sent for neither has no name. */
  readonly testCase: string;
  /** A rerun, unless told otherwise. */
  readonly purpose?: Purpose;
  readonly onBatch?: OnBatch;
  /** Over new connections. */
  readonly onNewConnection?: boolean;
}

/** One fixture and what is known of it. A worker executes one history after the other; workers run side by side. */
export interface Worker {
  readonly index: number;
  readonly fixture: Fixture;
  /** Sends batches as `next` gives them, telling each as it comes back; null ends it, and so does the end of the run. */
  execute(next: NextBatch | AsyncNextBatch, how?: StepOptions): Promise<Execution>;
  /**
   * Empties the policies that hold something; `thorough` reads those that something was sent to, and then nothing that
   * earlier histories showed of them is believed any more. False when one could not be emptied, or was not seen to be empty.
   */
  reset(thorough: boolean): Promise<boolean>;
  /**
   * Policies that nothing was sent to since they were seen to be empty, and that may hold something all the same: what was
   * added elsewhere may have leaked into them, or they are of what was made since.
   */
  possiblyChanged(): ReadonlySet<string>;
  /** Statements believed to stand on the fixture. */
  statements(): number;
  /** True when a policy could be read once and cannot be read any more, which nothing but a new fixture mends. */
  becameUnreadable(): boolean;
}

/** What a worker needs. */
export interface WorkerOptions extends BatchOptions {
  readonly index: number;
  readonly fixture: Fixture;
  /** True when the fixture was created for this run, so that its policies are empty. */
  readonly fresh: boolean;
  /** Is told of every batch and every reset. */
  readonly emit?: Emit | undefined;
}

/** Makes a worker. */
export function workerOn(options: WorkerOptions): Worker {
  const { index: worker, fixture, transport } = options;
  let modelState: ModelState = initialModelState(fixture, options.fresh);
  const reads = { wasReadable: false, isReadable: true, leaks: false };
  const hasEnded = () => options.how.signal?.aborted === true;

  const execute: Worker["execute"] = async (next, stepOptions: Partial<StepOptions> = {}) => {
    const {
      testCase = "",
      purpose = testCase === "" ? "arrange" : "confirm",
      onBatch,
      onNewConnection = false,
    } = stepOptions;
    const batches: (readonly Exchange[])[] = [];
    const observed: ObservedBatch[] = [];
    const sending = onNewConnection ? { ...options, how: { ...options.how, onNewConnection } } : options;
    for (;;) {
      const upcoming = next(batches);
      const batch = upcoming instanceof Promise ? await upcoming : upcoming;
      if (batch === null || hasEnded()) break;
      const { exchanges, observed: one } = await sendBatch(batch, batches, modelState, sending);
      modelState = one.after;
      batches.push(exchanges);
      observed.push(one);
      noteReads(one, reads);
      options.emit?.({ type: "batch", worker, case: testCase, purpose, exchanges, observed: one });
      onBatch?.(one, exchanges);
    }
    // The next history begins on connections of its own: what this one did to them must not reach it.
    for (const batch of batches) {
      for (const { call } of batch) if (call.connection !== undefined) transport.release?.(call.connection);
    }
    return { batches, observed };
  };
  const sendOne = (key: string, call: Call) => execute(singleStep({ key, call }));
  // Versions and aliases that a history has made are among them.
  const keys = () => Object.keys(modelState.policies);

  // Where one policy was seen to leak into another all are read: that costs a read each, and most targets keep them apart.
  const isToRead = (key: string) =>
    wasSentTo(modelState, key) || (reads.leaks && mayHaveChanged(modelState, key));
  const isKnown = (key: string, thorough: boolean) =>
    sidsOf(modelState, key) !== null && !(thorough && isToRead(key));

  const emptyPolicy = async (key: string, thorough: boolean): Promise<boolean> => {
    const [name = "", qualifier = null] = key.split(":");
    if (!isKnown(key, thorough)) await sendOne("tidy-read", getPolicy(name, qualifier));
    // Read again after removing: a target may have acknowledged a removal and kept the statement.
    for (let pass = 0; pass < 3; pass += 1) {
      const sids = sidsOf(modelState, key);
      // An answer that shows no policy does not show that it is empty either.
      if (sids === null || !isKnown(key, thorough)) return false;
      if (sids.length === 0) return true;
      const removable = [...new Set(sids)].filter(isRemovable);
      for (const sid of removable) await sendOne("tidy", removePermission(name, sid, { qualifier }));
      // Any other id is left to a new fixture.
      if (sids.some((sid) => !isRemovable(sid))) return false;
      if (!thorough) return true;
      await sendOne("tidy-read", getPolicy(name, qualifier));
    }
    return false;
  };

  return {
    index: options.index,
    fixture,
    execute: execute,
    becameUnreadable: () => reads.wasReadable && !reads.isReadable,
    statements: () => keys().reduce((sum, key) => sum + (sidsOf(modelState, key)?.length ?? 0), 0),
    possiblyChanged: () => new Set(keys().filter((key) => mayHaveChanged(modelState, key))),
    reset: async (thorough) => {
      let clean = true;
      for (const key of keys()) {
        if (sidsOf(modelState, key)?.length === 0 && isKnown(key, thorough)) continue;
        clean = (await emptyPolicy(key, thorough)) && clean;
      }
      const empty = thorough && clean;
      modelState = empty ? afresh(modelState) : afterReset(modelState);
      options.emit?.({ type: "fixture-reset", worker, empty });
      return clean;
    },
  };
}

/** A script of one step. */
export function singleStep(step: Step): NextBatch {
  return (done) => (done.length === 0 ? [step] : null);
}

function noteReads(
  { observations }: ObservedBatch,
  reads: { wasReadable: boolean; isReadable: boolean; leaks: boolean },
): void {
  for (const of of observations) {
    if (of.kind !== "policy-read" || of.policy.kind === "unsettled") continue;
    reads.isReadable = of.policy.kind !== "unreadable";
    reads.wasReadable ||= reads.isReadable;
    reads.leaks ||= showsLeak(of);
  }
}

/** The policy has a statement that was added elsewhere alone. */
function showsLeak({ before, key, policy }: PolicyRead): boolean {
  const known = key === null ? undefined : before.policies[key];
  if (known === undefined || policy.kind !== "policy") return false;
  const elsewhere = new Set(known.since.elsewhere.map(({ sid }) => sid));
  const mayHold = (sid: string) =>
    known.possibleStates.some(
      ({ statements }) => statements === null || statements.some((one) => one.sid === sid),
    );
  return policy.statements.some(({ sid }) => elsewhere.has(sid) && !mayHold(sid));
}

/** Ids that every possible state agrees on; null when they are not known. */
function sidsOf(modelState: ModelState, key: string): readonly string[] | null {
  const possibleStates = modelState.policies[key]?.possibleStates ?? [];
  const [first] = possibleStates;
  if (first === undefined) return [];
  if (possibleStates.length > 1 || first.statements === null) return null;
  return first.statements.map(({ sid }) => sid);
}

/** Something was sent to the policy, or near it, that the last read does not cover. */
function wasSentTo(modelState: ModelState, key: string): boolean {
  const since = modelState.policies[key]?.since;
  return since !== undefined && since.refused.length + since.added.length + since.removed.length > 0;
}

function mayHaveChanged(modelState: ModelState, key: string): boolean {
  const since = modelState.policies[key]?.since;
  if (since === undefined) return false;
  const { elsewhere, around, origin } = since;
  return elsewhere.length > 0 || origin !== null || around === null || around.length > 0;
}
