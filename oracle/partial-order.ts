import type { Model } from "./linearizability.ts";
import type { Node, Pending } from "./order-search.ts";

/**
 * Leaves out the operations that can wait. A set of operations will do in place of all if one of them has to happen
 * and the first of them can, in every explanation, be swapped to the front. So it has, for each member that is
 * possible now, all that are linked to it, and for each that is not, something that must come before it.
 */
export function narrowed<S, I, O>(
  node: Node<S, I, O>,
  ready: readonly Pending<I, O>[],
  model: Model<S, I, O>,
): readonly Pending<I, O>[] {
  const needs = requirements(node, model);
  if (needs === null) return ready;
  let best = ready;
  for (const seed of node.pending.filter((call) => !call.optional)) {
    if (best.length <= 1) break;
    const members = new Set([seed]);
    for (const member of members) for (const other of needs(member)) members.add(other);
    const kinds = new Set([...members].map((call) => call.kind));
    const choice = ready.filter((call) => kinds.has(call.kind));
    if (choice.length < best.length) best = choice;
  }
  return best;
}

/** What a set must hold if it holds a given operation; null if the model does not tell. */
function requirements<S, I, O>(node: Node<S, I, O>, model: Model<S, I, O>) {
  const pending = node.pending.map((call) => call.operation);
  const linked = model.links?.(pending);
  if (linked === undefined) return null;
  const known = new Map<Pending<I, O>, readonly Pending<I, O>[]>();
  const find = ({ operation }: Pending<I, O>): readonly Pending<I, O>[] => {
    // Sent too late to come next: the pending one that returns first precedes it.
    if (operation.invokedAt > horizon(node.pending)) return node.pending.slice(0, 1);
    const before = model.awaits?.(node.state, operation, pending);
    return node.pending.filter(
      (other) => before?.includes(other.operation) ?? linked(operation, other.operation),
    );
  };
  return (call: Pending<I, O>): readonly Pending<I, O>[] => {
    const found = known.get(call) ?? find(call);
    known.set(call, found);
    return found;
  };
}

/** The latest time at which an operation can have been sent if it may come next. */
export function horizon<I, O>(pending: readonly Pending<I, O>[]): number {
  return pending[0]?.end ?? Number.POSITIVE_INFINITY;
}
