import type { Model, TimedCall } from "./linearizability.ts";

/** A call on one policy, reduced to the ids of its statements. */
export type PolicyInput =
  | { readonly kind: "add" | "remove"; readonly sid: string }
  | { readonly kind: "read" };

/** The answer to a call; a read gives ids. `refused` is any refusal of an addition: it has no effect. */
export type PolicyOutput = "added" | "refused" | "removed" | "absent" | readonly string[];

/** A call on a policy, in the form of the checker. */
export type PolicyOperation = TimedCall<PolicyInput, PolicyOutput>;

/** The ids that a policy holds, sorted. */
export type PolicySet = readonly string[];

/**
 * One policy as a sequential set of ids: an addition succeeds only where its id is absent, a removal only where it is
 * present, a read shows every id once, and a refusal changes nothing. `initial` lists every set that the policy may have
 * held at the start. Order, contents and revisions have rules of their own.
 */
export function policySetModel(
  initial: readonly (readonly string[])[],
): Model<PolicySet, PolicyInput, PolicyOutput> {
  return {
    initial: initial.map((sids) => sids.toSorted()),
    step,
    key: (state) => JSON.stringify(state),
    observes: (input, output) => input.kind === "read" || output === "refused" || output === "absent",
    links: () => links,
    awaits,
    hopeless,
  };
}

function step(state: PolicySet, input: PolicyInput, output: PolicyOutput | null): readonly PolicySet[] {
  if (output === "refused") return [state];
  if (input.kind === "read") {
    if (output === null) return [state];
    return isReading(output) && JSON.stringify(output.toSorted()) === JSON.stringify(state) ? [state] : [];
  }
  const adds = input.kind === "add";
  const present = state.includes(input.sid);
  if (output === "absent") return !adds && !present ? [state] : [];
  // Without an answer only the effect matters, and a call without an effect is as good as none.
  if (output !== null && output !== (adds ? "added" : "removed")) return [];
  if (present === adds) return [];
  return [adds ? [...state, input.sid].sort() : state.filter((sid) => sid !== input.sid)];
}

function isReading(output: PolicyOutput | null): output is readonly string[] {
  return output !== null && typeof output !== "string";
}

/** Two calls cannot be swapped when they are on one id, or when one of them reads the whole policy. */
function links(one: PolicyOperation, other: PolicyOperation): boolean {
  if (one.output === "refused" || other.output === "refused") return false;
  if (one.input.kind === "read" || other.input.kind === "read") return true;
  return one.input.sid === other.input.sid;
}

/** Pending operations of which one must take effect before this answer is possible; null if no such operation is needed. */
function awaits(
  state: PolicySet,
  { input, output }: PolicyOperation,
  pending: readonly PolicyOperation[],
): readonly PolicyOperation[] | null {
  const writes = (kind: "add" | "remove", sid: string) =>
    pending.filter((other) => other.input.kind === kind && other.input.sid === sid && mayHaveEffect(other));
  if (isReading(output)) {
    const missing = output.find((sid) => !state.includes(sid));
    if (missing !== undefined) return writes("add", missing);
    const extra = state.find((sid) => !output.includes(sid));
    return extra === undefined ? null : writes("remove", extra);
  }
  if (input.kind === "read" || output === "refused") return null;
  const wanted = input.kind === "remove" && output !== "absent";
  if (state.includes(input.sid) === wanted) return null;
  return writes(wanted ? "add" : "remove", input.sid);
}

function mayHaveEffect({ output }: PolicyOperation): boolean {
  return output === null || output === "added" || output === "removed";
}

/** How many pending additions and removals of one id must, and may, still take effect. */
interface Flow {
  readonly mustAdd: number;
  readonly mayAdd: number;
  readonly mustRemove: number;
  readonly mayRemove: number;
}

const still: Flow = { mustAdd: 0, mayAdd: 0, mustRemove: 0, mayRemove: 0 };

/**
 * True only when no order of the pending operations is possible from this state: a read shows an id that nothing can
 * add, or lacks an id that nothing can remove. Without this hint a search tries every order of many
 * concurrent additions before it reaches that read.
 */
function hopeless(state: PolicySet, pending: readonly PolicyOperation[]): boolean {
  for (const [sid, flow] of flows(pending, null)) {
    const [least, most] = connect(state, sid, flow);
    if (least > 1 || most < 0) return true;
  }
  return pending.some((operation) => isOutOfReach(state, operation, pending));
}

function isOutOfReach(
  state: PolicySet,
  operation: PolicyOperation,
  pending: readonly PolicyOperation[],
): boolean {
  const { output } = operation;
  if (!isReading(output)) return false;
  const wanted = new Set(output);
  if (wanted.size < output.length) return true;
  const until = flows(pending, operation);
  return [...new Set([...state, ...output, ...until.keys()])].some((sid) => {
    const [least, most] = connect(state, sid, until.get(sid) ?? still);
    const want = wanted.has(sid) ? 1 : 0;
    return want < least || want > most;
  });
}

function connect(state: PolicySet, sid: string, flow: Flow): readonly [least: number, most: number] {
  const present = state.includes(sid) ? 1 : 0;
  return [present + flow.mustAdd - flow.mayRemove, present + flow.mayAdd - flow.mustRemove];
}

function flows(pending: readonly PolicyOperation[], read: PolicyOperation | null): ReadonlyMap<string, Flow> {
  const all = new Map<string, Flow>();
  for (const operation of pending) {
    const { input, output } = operation;
    if (input.kind === "read" || !mayHaveEffect(operation)) continue;
    if (read && precedes(read, operation)) continue;
    const must = output !== null && (read === null || precedes(operation, read)) ? 1 : 0;
    const flow = all.get(input.sid) ?? still;
    all.set(
      input.sid,
      input.kind === "add"
        ? { ...flow, mustAdd: flow.mustAdd + must, mayAdd: flow.mayAdd + 1 }
        : { ...flow, mustRemove: flow.mustRemove + must, mayRemove: flow.mayRemove + 1 },
    );
  }
  return all;
}

function precedes(one: PolicyOperation, other: PolicyOperation): boolean {
  return one.output !== null && one.returnedAt !== null && one.returnedAt < other.invokedAt;
}
