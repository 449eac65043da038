import type {
  PolicyOperation,
  PolicyOutput,
  PolicyReading,
  PolicyState,
  PolicyTraits,
} from "./policy-model.ts";

/** How many pending additions and removals of one id must and may still take effect, up to a read or in all. */
interface Flow {
  readonly mustAdd: number;
  readonly mayAdd: number;
  readonly mustRemove: number;
  readonly mayRemove: number;
}

const still: Flow = { mustAdd: 0, mayAdd: 0, mustRemove: 0, mayRemove: 0 };

/**
 * True only when the pending operations cannot all follow from this state, in no order at all: a read wants an id
 * that nothing can bring, lacks one that nothing can take away, or shows an order or a revision that cannot come any more.
 * Without it a search would try every order of many concurrent additions before it meets the read that tells.
 */
export function hopeless(
  state: PolicyState,
  pending: readonly PolicyOperation[],
  traits: PolicyTraits,
): boolean {
  const overall = flows(pending, null);
  for (const [sid, flow] of overall) {
    const [least, most] = reach(state, sid, flow);
    if (least > 1 || most < 0) return true;
  }
  return (
    guardsClash(state, pending) ||
    pending.some((operation) => isOutOfReach(state, operation, pending, traits))
  );
}

function isOutOfReach(
  state: PolicyState,
  operation: PolicyOperation,
  pending: readonly PolicyOperation[],
  traits: PolicyTraits,
): boolean {
  const { output } = operation;
  if (output === null || typeof output === "string") return false;
  if (output.revision !== null && state.spent.includes(output.revision)) return true;
  const until = flows(pending, operation);
  const sids = new Set([...state.entries.map((entry) => entry.sid), ...output.sids, ...until.keys()]);
  const wanted = new Set(output.sids);
  for (const sid of sids) {
    const [least, most] = reach(state, sid, until.get(sid) ?? still);
    const want = wanted.has(sid) ? 1 : 0;
    if (want < least || want > most) return true;
  }
  return !keepsPlace(state, output, until, traits);
}

/** What stays where it is must be shown in its order and as it is, before all that is still to be added. */
function keepsPlace(
  state: PolicyState,
  reading: PolicyReading,
  until: ReadonlyMap<string, Flow>,
  traits: PolicyTraits,
): boolean {
  const places = new Map(state.entries.map((entry, place) => [entry.sid, { place, entry }]));
  const unchanged = reading.revision !== null && reading.revision === state.revision;
  if (unchanged && reading.sids.some((sid) => !places.has(sid))) return false;
  let last = -1;
  for (const [index, sid] of reading.sids.entries()) {
    const found = places.get(sid);
    const flow = until.get(sid) ?? still;
    if (found && flow.mayAdd > 0 && flow.mayRemove > 0 && !unchanged) continue;
    const statement = reading.statements?.[index] ?? null;
    const stored = found?.entry.statement ?? null;
    if (statement !== null && stored !== null && statement !== stored) return false;
    const place = found?.place ?? state.entries.length;
    if (traits.ordered && place < last) return false;
    last = place;
  }
  return !unchanged || reading.sids.length === state.entries.length;
}

function reach(state: PolicyState, sid: string, flow: Flow): readonly [least: number, most: number] {
  const present = state.entries.some((entry) => entry.sid === sid) ? 1 : 0;
  return [present + flow.mustAdd - flow.mayRemove, present + flow.mayAdd - flow.mustRemove];
}

function flows(pending: readonly PolicyOperation[], read: PolicyOperation | null): ReadonlyMap<string, Flow> {
  const all = new Map<string, Flow>();
  for (const operation of pending) {
    const { input, output } = operation;
    if (input.kind === "read") continue;
    if (!(output === null || output === "added" || output === "removed")) continue;
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

/** A revision lets one write through, and only while it is current. */
function guardsClash(state: PolicyState, pending: readonly PolicyOperation[]): boolean {
  const used = new Set(state.spent);
  for (const { input, output } of pending) {
    if (input.kind === "read" || input.revision === undefined) continue;
    if (output !== "added" && output !== "removed") continue;
    if (used.has(input.revision)) return true;
    used.add(input.revision);
  }
  return false;
}

/** Which pending operations cannot be swapped: those on one id, those that see the whole policy, and additions whose order is read. */
export function links(pending: readonly PolicyOperation[], traits: PolicyTraits) {
  const shown = pending.flatMap(({ output }) =>
    traits.ordered && output !== null && typeof output !== "string" ? [new Set(output.sids)] : [],
  );
  return (one: PolicyOperation, other: PolicyOperation): boolean => {
    if (one.output === "refused" || other.output === "refused") return false;
    if (seesAll(one) || seesAll(other)) return true;
    const [first, second] = [sidOf(one), sidOf(other)];
    // Additions of two ids differ in the order they leave, which only a read of both can see.
    return first === second || shown.some((sids) => sids.has(first) && sids.has(second));
  };
}

/** The pending operations of which one must take effect before this one can get its answer; null if an id is not what it lacks. */
export function awaits(
  state: PolicyState,
  { input, output }: PolicyOperation,
  pending: readonly PolicyOperation[],
): readonly PolicyOperation[] | null {
  const present = new Set(state.entries.map((entry) => entry.sid));
  const bringing = (sid: string) => pending.filter((other) => mayWrite(other, "add", sid));
  const taking = (sid: string) => pending.filter((other) => mayWrite(other, "remove", sid));
  if (output !== null && typeof output !== "string") {
    const missing = output.sids.find((sid) => !present.has(sid));
    if (missing !== undefined) return bringing(missing);
    const extra = [...present].find((sid) => !output.sids.includes(sid));
    return extra === undefined ? null : taking(extra);
  }
  if (input.kind === "read" || output === "stale" || output === "refused") return null;
  const wanted = (input.kind === "remove") !== (output === "duplicate" || output === "absent");
  if (present.has(input.sid) === wanted) return null;
  return wanted ? bringing(input.sid) : taking(input.sid);
}

function mayWrite({ input, output }: PolicyOperation, kind: "add" | "remove", sid: string): boolean {
  return input.kind === kind && input.sid === sid && (output === null || isEffect(output));
}

function seesAll({ input }: PolicyOperation): boolean {
  return input.kind === "read" || input.revision !== undefined;
}

function sidOf({ input }: PolicyOperation): string {
  return input.kind === "read" ? "" : input.sid;
}

/** Whether an answer says that the policy has changed. */
export function isEffect(output: PolicyOutput): boolean {
  return output === "added" || output === "removed";
}
