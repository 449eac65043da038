import { afresh, afterTidying, type Belief, initialBelief } from "../oracle/model-state.ts";
import type { ObservedRound, PolicyRead } from "../oracle/observe.ts";
import { getPolicy, removePermission } from "../spec/calls.ts";
import type { Call, Exchange, Round, Step } from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { isRemovable } from "../spec/target.ts";
import { type BatchOptions, sendBatch } from "./batch.ts";
import type { Emit, Purpose } from "./events.ts";

/** What was executed: what came back, batch by batch, and what the oracle observes in it. */
export interface Played {
  readonly rounds: readonly (readonly Exchange[])[];
  readonly observed: readonly ObservedRound[];
}

/** The next round of a history, given those that came back; null ends it. */
export type Script = (done: readonly (readonly Exchange[])[]) => Round | null;

/** A script that waits for something else before it gives the next round. */
type Waiting = (done: readonly (readonly Exchange[])[]) => Promise<Round | null>;

/** Is given each batch as it comes back. */
type Heard = (round: ObservedRound, exchanges: readonly Exchange[]) => void;

/** How steps are executed. */
interface PlayOptions {
  /** Names the test case or the rerun in events; what is sent for neither has no name. */
  readonly unit: string;
  /** A rerun, unless told otherwise. */
  readonly purpose?: Purpose;
  readonly heard?: Heard;
  /** Over new connections. */
  readonly onNewConnection?: boolean;
}

/** One fixture and what is known of it. A worker executes one history after the other; workers run side by side. */
export interface Lane {
  readonly index: number;
  readonly stage: Stage;
  /** Sends batches as `next` gives them, telling each as it comes back; null ends it, and so does the end of the run. */
  execute(next: Script | Waiting, how?: PlayOptions): Promise<Played>;
  /**
   * Empties the policies that hold something; `thorough` reads those that something was sent to, and then nothing that
   * earlier histories showed of them is believed any more. False when one could not be emptied, or was not seen to be empty.
   */
  tidy(thorough: boolean): Promise<boolean>;
  /**
   * Policies that nothing was sent to since they were seen to be empty, and that may hold something all the same: what was
   * added elsewhere may have leaked into them, or they are of what was made since.
   */
  unseen(): ReadonlySet<string>;
  /** Statements believed to stand on the fixture. */
  statements(): number;
  /** True when a policy could be read once and cannot be read any more, which nothing but a new fixture mends. */
  spoiled(): boolean;
}

/** What a worker needs. */
export interface LaneOptions extends BatchOptions {
  readonly index: number;
  readonly stage: Stage;
  /** True when the fixture was created for this run, so that its policies are empty. */
  readonly fresh: boolean;
  /** Is told of every batch and every reset. */
  readonly emit?: Emit | undefined;
}

/** Makes a worker. */
export function laneOn(options: LaneOptions): Lane {
  const { index: worker, stage, transport } = options;
  let belief: Belief = initialBelief(stage, options.fresh);
  const reads = { wasReadable: false, isReadable: true, leaks: false };
  const hasEnded = () => options.how.signal?.aborted === true;

  const play: Lane["execute"] = async (next, asked: Partial<PlayOptions> = {}) => {
    const {
      unit = "",
      purpose = unit === "" ? "arrange" : "confirm",
      heard,
      onNewConnection: anew = false,
    } = asked;
    const rounds: (readonly Exchange[])[] = [];
    const observed: ObservedRound[] = [];
    const sending = anew ? { ...options, how: { ...options.how, anew } } : options;
    for (;;) {
      const given = next(rounds);
      const round = given instanceof Promise ? await given : given;
      if (round === null || hasEnded()) break;
      const { exchanges, observed: one } = await sendBatch(round, rounds, belief, sending);
      belief = one.after;
      rounds.push(exchanges);
      observed.push(one);
      noteReads(one, reads);
      options.emit?.({ type: "batch", worker, case: unit, purpose, exchanges, observed: one });
      heard?.(one, exchanges);
    }
    // The next history begins on connections of its own: what this one did to them must not reach it.
    for (const round of rounds) {
      for (const { call } of round) if (call.connection !== undefined) transport.forget?.(call.connection);
    }
    return { rounds, observed };
  };
  const alone = (key: string, call: Call) => play(once({ key, call }));
  // Versions and aliases that a history has made are among them.
  const keys = () => Object.keys(belief.policies);

  // Where one policy was seen to leak into another all are read: that costs a read each, and most targets keep them apart.
  const isToRead = (key: string) => wasSentTo(belief, key) || (reads.leaks && isUnseen(belief, key));
  const isKnown = (key: string, thorough: boolean) =>
    sidsOf(belief, key) !== null && !(thorough && isToRead(key));

  const tidyPolicy = async (key: string, thorough: boolean): Promise<boolean> => {
    const [name = "", qualifier = null] = key.split(":");
    if (!isKnown(key, thorough)) await alone("tidy-read", getPolicy(name, qualifier));
    // Read again after removing: a target may have acknowledged a removal and kept the statement.
    for (let pass = 0; pass < 3; pass += 1) {
      const sids = sidsOf(belief, key);
      // An answer that shows no policy does not show that it is empty either.
      if (sids === null || !isKnown(key, thorough)) return false;
      if (sids.length === 0) return true;
      const removable = [...new Set(sids)].filter(isRemovable);
      for (const sid of removable) await alone("tidy", removePermission(name, sid, { qualifier }));
      // Any other id is left to a new fixture.
      if (sids.some((sid) => !isRemovable(sid))) return false;
      if (!thorough) return true;
      await alone("tidy-read", getPolicy(name, qualifier));
    }
    return false;
  };

  return {
    index: options.index,
    stage,
    execute: play,
    spoiled: () => reads.wasReadable && !reads.isReadable,
    statements: () => keys().reduce((sum, key) => sum + (sidsOf(belief, key)?.length ?? 0), 0),
    unseen: () => new Set(keys().filter((key) => isUnseen(belief, key))),
    tidy: async (thorough) => {
      let clean = true;
      for (const key of keys()) {
        if (sidsOf(belief, key)?.length === 0 && isKnown(key, thorough)) continue;
        clean = (await tidyPolicy(key, thorough)) && clean;
      }
      const empty = thorough && clean;
      belief = empty ? afresh(belief) : afterTidying(belief);
      options.emit?.({ type: "fixture-reset", worker, empty });
      return clean;
    },
  };
}

/** A script of one step. */
export function once(step: Step): Script {
  return (done) => (done.length === 0 ? [step] : null);
}

function noteReads(
  { observations }: ObservedRound,
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
    known.worlds.some(({ statements }) => statements === null || statements.some((one) => one.sid === sid));
  return policy.statements.some(({ sid }) => elsewhere.has(sid) && !mayHold(sid));
}

/** Ids that every world agrees on; null when they are not known. */
function sidsOf(belief: Belief, key: string): readonly string[] | null {
  const worlds = belief.policies[key]?.worlds ?? [];
  const [first] = worlds;
  if (first === undefined) return [];
  if (worlds.length > 1 || first.statements === null) return null;
  return first.statements.map(({ sid }) => sid);
}

/** Something was sent to the policy, or near it, that the last read does not cover. */
function wasSentTo(belief: Belief, key: string): boolean {
  const since = belief.policies[key]?.since;
  return since !== undefined && since.refused.length + since.added.length + since.removed.length > 0;
}

function isUnseen(belief: Belief, key: string): boolean {
  const since = belief.policies[key]?.since;
  if (since === undefined) return false;
  const { elsewhere, around, origin } = since;
  return elsewhere.length > 0 || origin !== null || around === null || around.length > 0;
}
