import type { Node, Pending } from "./order-search.ts";
import { after, enabled, search, trail } from "./order-search.ts";

/** One call on the object under test. Times are of one monotonic clock, in any unit. */
export interface Operation<I, O> {
  /** Unique in its history. */
  readonly id: string;
  readonly input: I;
  /** Null when no answer came: the call may take effect at any later time, or never. */
  readonly output: O | null;
  readonly invokedAt: number;
  readonly returnedAt: number | null;
}

/**
 * What the object may do, one operation at a time. States, inputs and outputs are plain JSON.
 * The optional members are hints: they make the check fast and must never change a verdict.
 */
export interface Model<S, I, O> {
  /** Every state in which the history may have begun. */
  readonly initial: readonly S[];
  /** The states after the operation; empty if this input cannot get this output here. Null asks for the effect without an answer. */
  step(state: S, input: I, output: O | null): readonly S[];
  /** Equal for states that none of the pending operations can tell apart. */
  key(state: S, pending: readonly Operation<I, O>[]): string;
  /** True when the operation changes nothing in whatever state it is met; it may add to what is known. */
  observes?(input: I, output: O | null): boolean;
  /** Says of two pending operations whether they are linked; false only if swapping them, wherever they are neighbours, changes nothing that is seen. */
  links?(pending: readonly Operation<I, O>[]): (one: Operation<I, O>, other: Operation<I, O>) => boolean;
  /** For an operation that is impossible in this state: pending ones of which at least one must come first. Else null. */
  awaits?(
    state: S,
    operation: Operation<I, O>,
    pending: readonly Operation<I, O>[],
  ): readonly Operation<I, O>[] | null;
  /** True only when the pending operations can certainly not all follow from here. */
  hopeless?(state: S, pending: readonly Operation<I, O>[]): boolean;
}

/** Whether a history can be explained by calls that take effect one after the other, each between its sending and its answer. */
export type Linearizability =
  | { readonly verdict: "linearizable"; readonly order: readonly string[] }
  | {
      readonly verdict: "violated";
      /** The longest order that was found before nothing fits any more. */
      readonly longest: readonly string[];
      /** The operations of which one would have to come next, and none can. */
      readonly stuck: readonly string[];
    }
  | { readonly verdict: "unknown"; readonly reason: string };

/** Steps that a violated history may cost once more, to show a reader how far it can be explained. */
const stepsToExplain = 5000;

/**
 * Decides whether a history is linearizable; beyond about `maxSteps` calls of `model.step` it is unknown.
 * Throws when a hint of the model contradicts its steps.
 * One operation precedes another only if it returned strictly before the other was sent: at equal
 * timestamps the clock was too coarse to tell, and an order that is not certain must not raise an alarm.
 */
export function check<S, I, O>(
  history: readonly Operation<I, O>[],
  model: Model<S, I, O>,
  bound: { readonly maxSteps: number },
): Linearizability {
  const calls = arrange(history, model);
  const witness = inOrderOfAnswers(calls, model);
  if (witness !== null) return { verdict: "linearizable", order: trail(witness) };
  const found = search(calls, model, bound.maxSteps);
  if (found.end === "complete") return { verdict: "linearizable", order: trail(found.node) };
  if (found.end === "spent") {
    return { verdict: "unknown", reason: `not decided within ${bound.maxSteps} steps` };
  }
  return explain(calls, model, bound.maxSteps);
}

/**
 * The order in which the answers came, with what cannot come next put off: it explains nearly every history of an object
 * that is right, at the cost of one look at each call. Null when it explains this one not; then there may be another.
 */
function inOrderOfAnswers<S, I, O>(
  calls: readonly Pending<I, O>[],
  model: Model<S, I, O>,
): Node<S, I, O> | null {
  const [state] = model.initial;
  if (state === undefined || model.initial.length > 1) return null;
  let node: Node<S, I, O> = { state, done: 0n, pending: calls, depth: 0, last: null };
  while (node.pending.some((call) => !call.optional)) {
    const next = firstPossible(node, model);
    if (next === null) return null;
    node = next;
  }
  return node;
}

function firstPossible<S, I, O>(node: Node<S, I, O>, model: Model<S, I, O>): Node<S, I, O> | null {
  for (const call of enabled(node.pending)) {
    const [next] = call.optional ? [] : after(node, call, model);
    if (next !== undefined) return next;
  }
  return null;
}

function arrange<S, I, O>(
  history: readonly Operation<I, O>[],
  model: Model<S, I, O>,
): readonly Pending<I, O>[] {
  return history
    .map((operation, index) => pendingOf(operation, index, model))
    .filter((call) => !(call.optional && call.observes))
    .sort((a, b) => Number(a.optional) - Number(b.optional) || compare(a.end, b.end));
}

function pendingOf<S, I, O>(operation: Operation<I, O>, index: number, model: Model<S, I, O>): Pending<I, O> {
  const { input, output, invokedAt, returnedAt } = operation;
  const open = output === null || returnedAt === null;
  return {
    operation,
    end: open ? Number.POSITIVE_INFINITY : Math.max(returnedAt, invokedAt),
    bit: 1n << BigInt(index),
    optional: output === null,
    observes: model.observes?.(input, output) ?? false,
    kind: JSON.stringify([input, output]),
  };
}

// Subtraction will not do: the difference of two infinities is not a number.
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// The hints cut a hopeless search short, often at its very start; a reader wants to see how far one gets.
function explain<S, I, O>(
  calls: readonly Pending<I, O>[],
  model: Model<S, I, O>,
  maxSteps: number,
): Linearizability {
  const { hopeless: _, links: __, awaits: ___, ...plain } = model;
  const found = search(calls, plain, Math.min(maxSteps, stepsToExplain));
  if (found.end === "complete") throw new Error("the model's hints contradict its steps");
  const node = found.deepest;
  const longest = node === null ? [] : trail(node);
  const next = node === null ? calls : enabled(node.pending).filter((call) => !call.optional);
  const stuck = next.filter((call) => node === null || after(node, call, model).length === 0);
  return { verdict: "violated", longest, stuck: stuck.map((call) => call.operation.id) };
}
