/** One call on the object under test. Times are of one monotonic clock, in any unit. */
export interface TimedCall<I, O> {
  /** Unique in its history. */
  readonly id: string;
  readonly input: I;
  /** Null when no answer came: the call may take effect at any later time, or never. */
  readonly output: O | null;
  readonly invokedAt: number;
  readonly returnedAt: number | null;
}

/**
 * The object's behaviour, one operation at a time. States, inputs and outputs are plain JSON.
 * The optional members are hints: they make the check fast and must never change a verdict.
 */
export interface Model<S, I, O> {
  /** Every state in which the history may have begun. */
  readonly initial: readonly S[];
  /** The states after the operation; empty if this input cannot get this output here. Null asks for the effect without an answer. */
  step(state: S, input: I, output: O | null): readonly S[];
  /** Equal for states that none of the pending operations can tell apart. */
  key(state: S, pending: readonly TimedCall<I, O>[]): string;
  /** True when the operation changes no state; its output may still rule out some states. */
  observes?(input: I, output: O | null): boolean;
  /** Says whether two pending operations are linked. False only if swapping two neighbours changes no output and no state. */
  links?(pending: readonly TimedCall<I, O>[]): (one: TimedCall<I, O>, other: TimedCall<I, O>) => boolean;
  /** For an operation that is impossible in this state: pending operations of which one must come first. Else null. */
  awaits?(
    state: S,
    operation: TimedCall<I, O>,
    pending: readonly TimedCall<I, O>[],
  ): readonly TimedCall<I, O>[] | null;
  /** True only when it is certain that the pending operations cannot all follow. */
  hopeless?(state: S, pending: readonly TimedCall<I, O>[]): boolean;
}

/** Whether the calls of a history can take effect one after another, each between its sending and its answer. */
export type Linearizability =
  | { readonly verdict: "linearizable"; readonly order: readonly string[] }
  | {
      readonly verdict: "violated";
      /** The longest order that was found. */
      readonly longest: readonly string[];
      /** The operations that are left: one must come next, and none can. */
      readonly stuck: readonly string[];
    }
  | { readonly verdict: "unknown"; readonly reason: string };

/** Extra steps for a violated history, to find the longest order that can be shown. */
const stepsToExplain = 5000;

/**
 * Decides whether a history is linearizable; beyond about `maxSteps` calls of `model.step` it is unknown.
 * Throws when a hint of the model contradicts its steps.
 * One operation precedes another only if it returned strictly before the other was sent: at equal
 * timestamps the clock was too coarse, and an uncertain order must not cause a violation.
 */
export function check<S, I, O>(
  history: readonly TimedCall<I, O>[],
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
 * Tries the order of the answers and postpones what cannot come next. This explains nearly every correct history at the
 * cost of one step a call. Null when it fails; another order may still exist.
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
  history: readonly TimedCall<I, O>[],
  model: Model<S, I, O>,
): readonly Pending<I, O>[] {
  return history
    .map((operation, index) => pendingOf(operation, index, model))
    .filter((call) => !(call.optional && call.observes))
    .sort((a, b) => Number(a.optional) - Number(b.optional) || compare(a.end, b.end));
}

function pendingOf<S, I, O>(operation: TimedCall<I, O>, index: number, model: Model<S, I, O>): Pending<I, O> {
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

// No subtraction here: the difference of two infinities is not a number.
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// The hints end a hopeless search early, so the longest order is searched again without them.
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

/** An operation that the search has not placed yet. */
interface Pending<I, O> {
  readonly operation: TimedCall<I, O>;
  readonly end: number;
  readonly bit: bigint;
  readonly optional: boolean;
  readonly observes: boolean;
  /** Equal for operations of equal input and output. */
  readonly kind: string;
}

/** A node of the search: the operations placed so far, their order, and the state after them. */
interface Node<S, I, O> {
  readonly state: S;
  readonly done: bigint;
  /** Sorted: answered before unanswered, early answers before late ones. */
  readonly pending: readonly Pending<I, O>[];
  readonly depth: number;
  readonly last: { readonly id: string; readonly before: Node<S, I, O> } | null;
}

/** How a search ended: with an order, with proof that there is none, or at the limit of steps. */
type Search<S, I, O> =
  | { readonly end: "complete"; readonly node: Node<S, I, O> }
  | { readonly end: "exhausted" | "spent"; readonly deepest: Node<S, I, O> | null };

/** Searches depth first for an order that the model allows, in about `maxSteps` calls of `model.step`. */
function search<S, I, O>(
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
  // An explanation that places such an operation later can place it here too, so there is nothing to choose.
  for (const call of ready.filter((each) => each.observes)) {
    const [next, ...others] = after(node, call, model);
    if (next === undefined || others.length > 0) continue;
    if (model.key(next.state, pending) === model.key(node.state, pending)) return [next];
  }
  const choice = ready.length > 1 ? narrowed(node, ready, model) : ready;
  return choice.flatMap((call) => after(node, call, model));
}

/** The operations that may come next by their times, one of each kind. */
function enabled<I, O>(pending: readonly Pending<I, O>[]): readonly Pending<I, O>[] {
  const latest = horizon(pending);
  const kinds = new Set<string>();
  return pending.filter((call) => {
    if (call.operation.invokedAt > latest) return false;
    // Of equal operations the one that ends first goes first: exchanging them keeps an order valid.
    if (kinds.has(call.kind)) return false;
    kinds.add(call.kind);
    return true;
  });
}

/** The nodes that follow when one more operation is placed. */
function after<S, I, O>(
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
function trail<S, I, O>(node: Node<S, I, O>): readonly string[] {
  const ids: string[] = [];
  for (let link = node.last; link !== null; link = link.before.last) ids.push(link.id);
  return ids.reverse();
}

/**
 * Drops operations that can wait (partial-order reduction). A subset is enough if one of its operations must happen
 * and the first of them can be swapped to the front in every explanation. So the subset holds, for each member that is
 * possible now, all operations linked to it, and for each other member, something that must come before it.
 */
function narrowed<S, I, O>(
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

/** What a subset must hold if it holds this operation; null if the model does not say. */
function requirements<S, I, O>(node: Node<S, I, O>, model: Model<S, I, O>) {
  const pending = node.pending.map((call) => call.operation);
  const linked = model.links?.(pending);
  if (linked === undefined) return null;
  const known = new Map<Pending<I, O>, readonly Pending<I, O>[]>();
  const find = ({ operation }: Pending<I, O>): readonly Pending<I, O>[] => {
    // It was sent too late to come next: the pending operation that returns first precedes it.
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
function horizon<I, O>(pending: readonly Pending<I, O>[]): number {
  return pending[0]?.end ?? Number.POSITIVE_INFINITY;
}
