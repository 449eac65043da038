import type { Model, Operation } from "./linearizability.ts";
import { horizon, narrowed } from "./partial-order.ts";

/** An operation that a search has still to place. */
export interface Pending<I, O> {
  readonly operation: Operation<I, O>;
  readonly end: number;
  readonly bit: bigint;
  readonly optional: boolean;
  readonly observes: boolean;
  /** Equal for operations of equal input and output. */
  readonly kind: string;
}

/** A point of a search: what has been placed, in which order, and the state it leads to. */
export interface Node<S, I, O> {
  readonly state: S;
  readonly done: bigint;
  /** Sorted: answered before unanswered, early answers before late ones. */
  readonly pending: readonly Pending<I, O>[];
  readonly depth: number;
  readonly last: { readonly id: string; readonly before: Node<S, I, O> } | null;
}

/** How a search ended: an order that explains everything, none at all, or too much work. */
export type Search<S, I, O> =
  | { readonly end: "complete"; readonly node: Node<S, I, O> }
  | { readonly end: "exhausted" | "spent"; readonly deepest: Node<S, I, O> | null };

/** Looks for an order of the operations that the model allows, depth first, in about `maxSteps` calls of `model.step`. */
export function search<S, I, O>(
  calls: readonly Pending<I, O>[],
  model: Model<S, I, O>,
  maxSteps: number,
): Search<S, I, O> {
  const budget = { left: maxSteps };
  const counted: Model<S, I, O> = {
    ...model,
    step: (state, input, output) => {
      budget.left -= 1;
      return model.step(state, input, output);
    },
  };
  const seen = new Set<string>();
  const roots = model.initial.map((state) => ({ state, done: 0n, pending: calls, depth: 0, last: null }));
  const all = calls.map((call) => call.operation);
  const stack: Node<S, I, O>[] = roots.filter((root) => !model.hopeless?.(root.state, all)).reverse();
  let deepest: Node<S, I, O> | null = roots[0] ?? null;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.pending.every((call) => call.optional)) return { end: "complete", node };
    if (budget.left <= 0) return { end: "spent", deepest };
    if (deepest === null || node.depth > deepest.depth) deepest = node;
    for (const next of successors(node, counted).reverse()) {
      const pending = next.pending.map((call) => call.operation);
      const key = `${next.done.toString(36)} ${model.key(next.state, pending)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!model.hopeless?.(next.state, pending)) stack.push(next);
    }
  }
  return { end: "exhausted", deepest };
}

function successors<S, I, O>(node: Node<S, I, O>, model: Model<S, I, O>): Node<S, I, O>[] {
  const ready = enabled(node.pending);
  const pending = node.pending.map((call) => call.operation);
  // Whatever explanation places such an operation later can just as well place it here: it is never a choice.
  for (const call of ready.filter((each) => each.observes)) {
    const [next, ...others] = after(node, call, model);
    if (next === undefined || others.length > 0) continue;
    if (model.key(next.state, pending) === model.key(node.state, pending)) return [next];
  }
  const choice = ready.length > 1 ? narrowed(node, ready, model) : ready;
  return choice.flatMap((call) => after(node, call, model));
}

/** The operations that real time allows to come next, one of each kind. */
export function enabled<I, O>(pending: readonly Pending<I, O>[]): readonly Pending<I, O>[] {
  const latest = horizon(pending);
  const kinds = new Set<string>();
  return pending.filter((call) => {
    if (call.operation.invokedAt > latest) return false;
    // Of equal operations the one that ends first goes first: exchanging them never spoils an order.
    if (kinds.has(call.kind)) return false;
    kinds.add(call.kind);
    return true;
  });
}

/** The points that placing one more operation leads to. */
export function after<S, I, O>(
  node: Node<S, I, O>,
  call: Pending<I, O>,
  model: Model<S, I, O>,
): readonly Node<S, I, O>[] {
  const { id, input, output } = call.operation;
  return model.step(node.state, input, output).map((state) => ({
    state,
    done: node.done | call.bit,
    pending: node.pending.filter((other) => other !== call),
    depth: node.depth + 1,
    last: { id, before: node },
  }));
}

/** The ids of the operations placed so far, in order. */
export function trail<S, I, O>(node: Node<S, I, O>): readonly string[] {
  const ids: string[] = [];
  for (let link = node.last; link !== null; link = link.before.last) ids.push(link.id);
  return ids.reverse();
}
