import {
  afresh,
  afterReset,
  initialModelState,
  knownFunction,
  type ModelState,
  policyOf,
} from "../oracle/model-state.ts";
import type { ObservedBatch, PolicyRead } from "../oracle/observe.ts";
import { jsonObject } from "../spec/answer.ts";
import { getPolicy, removePermission } from "../spec/calls.ts";
import type { Batch, Call, Exchange } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { addressee, isRemovable, route } from "../spec/target.ts";
import { type BatchOptions, type SentBatch, sendBatch } from "./batch.ts";
import type { Endings } from "./endings.ts";
import type { Emit, Purpose } from "./events.ts";

/** An executed history: its exchanges, batch by batch, and what the oracle observes in them. */
export interface Execution {
  readonly batches: readonly (readonly Exchange[])[];
  readonly observed: readonly ObservedBatch[];
}

/** Returns the next batch of a history after the batches that were answered; null ends it. */
export type NextBatch = (done: readonly (readonly Exchange[])[]) => Batch | null;

export interface StepOptions {
  /** The name of the test case or the rerun in events; absent for other requests. */
  readonly testCase: string;
  /** By default a rerun. */
  readonly purpose?: Purpose;
  readonly onNewConnection?: boolean;
}

/** A history that is executed batch by batch. */
export interface StartedHistory extends Execution {
  /** Sends the next batch; null if the run has ended. */
  send(batch: Batch): Promise<SentBatch | null>;
  /** Releases the named connections, so that this history does not affect the next one. */
  end(): void;
}

/** Chooses policies of a fixture by their keys. */
export type PolicyChoice = (key: string, fixture: Fixture) => boolean;

/** A fixture and its model state. A worker executes one history after another; workers run in parallel. */
export type Worker = ReturnType<typeof workerOn>;

export interface WorkerOptions extends BatchOptions {
  readonly index: number;
  readonly fixture: Fixture;
  /** True if the fixture was created for this run, so its policies are empty. */
  readonly fresh: boolean;
  /** Gets an event for each batch and each reset. */
  readonly emit?: Emit | undefined;
  readonly endings?: Pick<Endings, "instead" | "took"> | undefined;
  /** Whether a policy was readable on any fixture of the run; all workers share it. */
  readonly reads?: { wasReadable: boolean };
}

export function workerOn(options: WorkerOptions) {
  const { index: worker, fixture, transport } = options;
  let modelState: ModelState = initialModelState(fixture, options.fresh);
  const reads: Reads = {
    ofRun: options.reads ?? { wasReadable: false },
    unreadable: new Set(),
    leaks: false,
  };
  const mayBeGone = new Set<string>();

  const start = (stepOptions: Partial<StepOptions> = {}): StartedHistory => {
    const { testCase = "", onNewConnection = false } = stepOptions;
    const { purpose = testCase === "" ? "arrange" : "confirm" } = stepOptions;
    const batches: (readonly Exchange[])[] = [];
    const observed: ObservedBatch[] = [];
    const { endings } = options;
    const how = onNewConnection ? { ...options.how, onNewConnection } : options.how;
    const watched: Pick<BatchOptions, "instead" | "onAnswer"> =
      endings === undefined
        ? {}
        : {
            instead: endings.instead,
            onAnswer: (exchange, done, before) => endings.took({ exchange, done, before, fixture, testCase }),
          };
    const sending = { ...options, ...watched, how };
    return {
      batches,
      observed,
      async send(batch) {
        if (options.how.signal?.aborted === true) return null;
        const sent = await sendBatch(batch, batches, modelState, purpose, sending);
        const { exchanges, observed: one } = sent;
        modelState = one.after;
        batches.push(exchanges);
        observed.push(one);
        noteReads(one, reads);
        noteDeletions(exchanges, mayBeGone);
        options.emit?.({ type: "batch", worker, case: testCase, purpose, exchanges, observed: one });
        return sent;
      },
      end() {
        for (const { call } of batches.flat())
          if (call.connection !== undefined) transport.release?.(call.connection);
      },
    };
  };
  const execute = async (next: NextBatch, stepOptions?: Partial<StepOptions>): Promise<Execution> => {
    const history = start(stepOptions);
    for (let batch = next([]); batch !== null; batch = next(history.batches))
      if ((await history.send(batch)) === null) break;
    history.end();
    return history;
  };
  const sendOne = (key: string, call: Call) => execute(inTurn([[{ key, call }]]));
  // These include versions and aliases that a history has created.
  const keys = () => Object.keys(modelState.policies);

  // After a leak between policies, read them all. That takes one read for each, and most targets do not
  // leak.
  const isToRead = (key: string, mayLeak: boolean) =>
    wasSentTo(modelState, key) || (mayLeak && reads.leaks && mayHaveChanged(modelState, key));
  const isKnown = (key: string, thorough: boolean, mayLeak = true) =>
    sidsOf(modelState, key) !== null && !(thorough && isToRead(key, mayLeak));

  /** False if a statement is not found: then the others may be gone, too, and the policy has to be read. */
  const removeAll = async (name: string, qualifier: string | null, sids: readonly string[]) => {
    for (const sid of sids) {
      const { batches } = await sendOne("tidy", removePermission(name, sid, { qualifier }));
      const answer = batches[0]?.[0]?.answer;
      if (answer?.kind === "response" && answer.status === 404) return false;
    }
    return true;
  };

  /** Removes the statements that can be. Says whether the policy counts as empty; null if it has to be read. */
  const removeSome = async (
    name: string,
    qualifier: string | null,
    sids: ReadonlySet<string>,
    thorough: boolean,
  ): Promise<boolean | null> => {
    const removable = [...sids].filter(isRemovable);
    // Other ids are unsafe in a path, so only a new fixture removes them. An existing function has none.
    if (removable.length === 0) return !options.fresh;
    const areGone = await removeAll(name, qualifier, removable);
    if (options.fresh && removable.length < sids.size) return false;
    return !thorough && areGone ? true : null;
  };

  const emptyPolicy = async (key: string, thorough: boolean): Promise<boolean> => {
    const [name = "", qualifier = null] = key.split(":");
    // What is known to be there is removed first, so that one read shows that the policy is empty.
    if ((sidsOf(modelState, key) ?? []).length === 0) await sendOne("tidy-read", getPolicy(name, qualifier));
    // Read again after removing, because a target may acknowledge a removal and keep the statement.
    for (let pass = 0; pass < 3; pass += 1) {
      const sids = sidsOf(modelState, key);
      // An answer without a policy does not prove that it is empty.
      if (sids === null) return false;
      if (sids.length === 0) return isKnown(key, thorough);
      const isEmpty = await removeSome(name, qualifier, new Set(sids), thorough);
      if (isEmpty !== null) return isEmpty;
      await sendOne("tidy-read", getPolicy(name, qualifier));
    }
    return false;
  };

  return {
    index: options.index,
    fixture,
    /** Starts a history, of which the caller sends each batch. */
    start,
    /** Sends the batches that `next` returns until it returns null or the run ends. */
    execute,
    /** True if a policy is no longer readable, or a deletion may have taken a function along. */
    isSpoiled: () => (reads.ofRun.wasReadable && reads.unreadable.size > 0) || mayBeGone.size > 0,
    /** True if a history deleted a function of the fixture, or a version, with which some targets delete the function. */
    mayHaveDeleted: () => mayBeGone.size > 0 || isDeleted(modelState, fixture),
    /** About how many bytes the policies of the fixture hold, by its model state. */
    bytes: () => keys().reduce((sum, key) => sum + bytesOf(modelState, key), 0),
    /** About how many requests a thorough reset takes. */
    requestsOfReset: () => {
      const toReset = keys().filter((key) => sidsOf(modelState, key)?.length !== 0 || !isKnown(key, true));
      return toReset.length + statementsOf(modelState, toReset);
    },
    /** Policies that were not used since they were seen empty, but may hold statements. */
    possiblyChanged: (): ReadonlySet<string> =>
      new Set(keys().filter((key) => mayHaveChanged(modelState, key))),
    /**
     * Removes all statements from the fixture. With `thorough`, also reads policies that may have changed, and
     * forgets what earlier histories showed. False if a policy could not be emptied, or was not seen to be empty.
     * Statements with ids that no path can name remain on an existing function. Policies that are not among those `of`
     * interest are read only if something was sent to them.
     */
    reset: async (thorough: boolean, of: PolicyChoice = () => true): Promise<boolean> => {
      // Only a new fixture has a function again that a history deleted.
      let clean = !isDeleted(modelState, fixture) && mayBeGone.size === 0;
      for (const key of keys()) {
        if (sidsOf(modelState, key)?.length === 0 && isKnown(key, thorough, of(key, fixture))) continue;
        clean = (await emptyPolicy(key, thorough)) && clean;
      }
      const empty = thorough && clean && keys().every((key) => sidsOf(modelState, key)?.length === 0);
      modelState = empty ? afresh(modelState) : afterReset(modelState);
      options.emit?.({ type: "fixture-reset", worker, empty });
      return clean;
    },
  };
}

/** Says whether a function of the fixture does not exist any more. */
function isDeleted(modelState: ModelState, { main, other }: Fixture): boolean {
  return [main, other].some((one) => one !== null && knownFunction(modelState, one.name)?.exists === false);
}

/** Notes the functions of which one version was deleted, because some targets then delete the function, until it is created. */
function noteDeletions(exchanges: readonly Exchange[], mayBeGone: Set<string>): void {
  for (const { call } of exchanges) {
    if (call.operation === "CreateFunction")
      mayBeGone.delete(String(jsonObject(call.body ?? "")?.FunctionName));
    if (call.operation !== "DeleteFunction") continue;
    const at = route(call.target);
    const of = at.kind === "none" ? null : addressee(at);
    if (of !== null && of.qualifier !== null) mayBeGone.add(of.name);
  }
}

/** A history of these batches, whatever is answered. */
export function inTurn(batches: readonly Batch[]): NextBatch {
  return (done) => batches[done.length] ?? null;
}

/** What reads of the policies of a fixture showed. */
interface Reads {
  /** What the reads of all fixtures showed. */
  readonly ofRun: { wasReadable: boolean };
  /** The policies that are not readable any more, by their keys. */
  readonly unreadable: Set<string | null>;
  leaks: boolean;
}

function noteReads({ observations }: ObservedBatch, reads: Reads): void {
  for (const of of observations) {
    if (of.kind !== "policy-read" || of.policy.kind === "unsettled") continue;
    const isReadable = of.policy.kind !== "unreadable";
    if (isReadable) reads.unreadable.delete(of.key);
    else reads.unreadable.add(of.key);
    reads.ofRun.wasReadable ||= isReadable;
    reads.leaks ||= showsLeak(of);
  }
}

/** Says whether the policy has a statement that was added only to another policy. */
function showsLeak({ before, key, policy }: PolicyRead): boolean {
  const known = policyOf(before, key);
  if (known === undefined || policy.kind !== "policy") return false;
  const elsewhere = new Set(known.since.elsewhere.map(({ sid }) => sid));
  const mayHold = (sid: string) =>
    known.possibleStates.some(
      ({ statements }) => statements === null || statements.some((one) => one.sid === sid),
    );
  return policy.statements.some(({ sid }) => sid !== null && elsewhere.has(sid) && !mayHold(sid));
}

/** The ids in a policy, "" for none that is a text, also hidden ones; null if the possible states differ. */
function sidsOf(modelState: ModelState, key: string): readonly string[] | null {
  const { possibleStates = [], disputed = [] } = policyOf(modelState, key) ?? {};
  const [first] = possibleStates;
  if (first === undefined) return [];
  if (possibleStates.length > 1 || first.statements === null) return null;
  const hidden = disputed.filter(({ acknowledged }) => acknowledged).map(({ sid }) => sid);
  return [...first.statements.map(({ sid }) => sid ?? ""), ...hidden];
}

/** How many statements some policies may hold; ids that versions and aliases of a function share count once. */
function statementsOf(modelState: ModelState, keys: readonly string[]): number {
  const known = new Set<string>();
  let unknown = 0;
  for (const key of keys) {
    const sids = sidsOf(modelState, key);
    for (const sid of sids ?? []) known.add(JSON.stringify([key.split(":")[0], sid]));
    const counts = policyOf(modelState, key)?.possibleStates.map(({ statements }) => statements?.length ?? 1);
    if (sids === null) unknown += Math.max(1, ...(counts ?? []));
  }
  return known.size + unknown;
}

/** About how many bytes the statements of a policy have in the largest of its possible states. */
function bytesOf(modelState: ModelState, key: string): number {
  const { possibleStates = [] } = policyOf(modelState, key) ?? {};
  const sizes = possibleStates.map(({ statements }) =>
    (statements ?? []).reduce((sum, { text, size = 0 }) => sum + (text?.length ?? size + 200), 0),
  );
  return Math.max(0, ...sizes);
}

/** Says whether something was sent to the policy after the last read. */
function wasSentTo(modelState: ModelState, key: string): boolean {
  const since = policyOf(modelState, key)?.since;
  return since !== undefined && since.refused.length + since.added.length + since.removed.length > 0;
}

function mayHaveChanged(modelState: ModelState, key: string): boolean {
  const since = policyOf(modelState, key)?.since;
  if (since === undefined) return false;
  const { elsewhere, around, origin } = since;
  return elsewhere.length > 0 || origin !== null || around === null || around.length > 0;
}
