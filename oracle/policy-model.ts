import type { Model, Operation } from "./linearizability.ts";
import { awaits, hopeless, isEffect, links } from "./policy-outlook.ts";

/** A call on one policy. `statement` is canonical JSON of what an addition stores; absent when not known. */
export type PolicyInput =
  | { readonly kind: "add"; readonly sid: string; readonly statement?: string; readonly revision?: string }
  | { readonly kind: "remove"; readonly sid: string; readonly revision?: string }
  | { readonly kind: "read" };

/** What a call was answered. `refused` is any other documented refusal, which has no effect. */
export type PolicyOutput = "added" | "duplicate" | "removed" | "absent" | "stale" | "refused" | PolicyReading;

/** The policy as a read shows it; a policy that does not exist reads as no statements and no revision. */
export interface PolicyReading {
  readonly sids: readonly string[];
  /** Canonical JSON of each statement, in the order of `sids`; absent when it is not to be judged. */
  readonly statements?: readonly string[];
  /** Null when the target shows none. */
  readonly revision: string | null;
}

/** A call on a policy, as the checker takes it. */
export type PolicyOperation = Operation<PolicyInput, PolicyOutput>;

/** What is known of a policy between two operations. Made by `policyState`. */
export interface PolicyState {
  /** In the order of addition; by id where the target keeps no order. */
  readonly entries: readonly { readonly sid: string; readonly statement: string | null }[];
  /** The current revision; null while nobody has told. */
  readonly revision: string | null;
  /** Revisions that an unknown current one was seen to differ from. */
  readonly not: readonly string[];
  /** Revisions that a write has replaced; none of them comes back. */
  readonly spent: readonly string[];
}

/** How a target keeps its statements. */
export interface PolicyTraits {
  /** False for a target that shows its statements in no particular order. */
  readonly ordered: boolean;
}

/** A state to begin with: its ids in order, the revision or null if it is not known, and the statements if they are. */
export function policyState(
  sids: readonly string[],
  revision: string | null,
  statements: readonly string[] = [],
): PolicyState {
  const entries = sids.map((sid, index) => ({ sid, statement: statements[index] ?? null }));
  return { entries, revision, not: [], spent: [] };
}

/**
 * One policy as a sequential object: ids are unique, additions append, each write brings a revision the policy never
 * had, a given revision must be the current one, and refusals change nothing. While the revision is not known a
 * given one may match or not, so that only what no revision can explain is impossible.
 */
export function policyModel(
  initial: readonly PolicyState[],
  traits: PolicyTraits,
): Model<PolicyState, PolicyInput, PolicyOutput> {
  return {
    initial: initial.map((state) => arranged(state, traits)),
    step: (state, input, output) =>
      input.kind === "read" ? read(state, output, traits) : write(state, input, output, traits),
    key: visible,
    observes: (input, output) => input.kind === "read" || !(output === null || isEffect(output)),
    links: (pending) => links(pending, traits),
    awaits,
    hopeless: (state, pending) => hopeless(state, pending, traits),
  };
}

/** Splits a history by the policy each operation is on. A history is linearizable if and only if each part is. */
export function partition<I, O>(
  operations: readonly Operation<I, O>[],
  keyOf: (operation: Operation<I, O>) => string,
): ReadonlyMap<string, readonly Operation<I, O>[]> {
  const parts = new Map<string, Operation<I, O>[]>();
  for (const operation of operations) {
    const key = keyOf(operation);
    const part = parts.get(key);
    if (part) part.push(operation);
    else parts.set(key, [operation]);
  }
  return parts;
}

type Write = Exclude<PolicyInput, { readonly kind: "read" }>;

function write(
  state: PolicyState,
  input: Write,
  output: PolicyOutput | null,
  traits: PolicyTraits,
): readonly PolicyState[] {
  const present = state.entries.some((entry) => entry.sid === input.sid);
  const adds = input.kind === "add";
  if (output === "refused") return [state];
  if (output === "stale") return input.revision === undefined ? [] : differs(state, input.revision);
  if (output === "duplicate") return adds && present ? [state] : [];
  if (output === "absent") return !adds && !present ? [state] : [];
  // Without an answer only the effect is of interest: a call that had none is one that never happened.
  if (output !== null && output !== (adds ? "added" : "removed")) return [];
  if (present === adds || !mayMatch(state, input.revision)) return [];
  return [arranged(effect(state, input), traits)];
}

function effect(state: PolicyState, input: Write): PolicyState {
  const others = state.entries.filter((entry) => entry.sid !== input.sid);
  const current = state.revision ?? input.revision;
  return {
    entries:
      input.kind === "add" ? [...others, { sid: input.sid, statement: input.statement ?? null }] : others,
    revision: null,
    not: [],
    spent: current === undefined ? state.spent : withToken(state.spent, current),
  };
}

function read(state: PolicyState, output: PolicyOutput | null, traits: PolicyTraits): readonly PolicyState[] {
  if (output === null || output === "refused") return [state];
  if (typeof output === "string" || !shows(state, output, traits)) return [];
  if (output.revision === null) return [state];
  return mayMatch(state, output.revision) ? [{ ...state, revision: output.revision, not: [] }] : [];
}

function shows(state: PolicyState, reading: PolicyReading, traits: PolicyTraits): boolean {
  const { entries } = arranged(policyState(reading.sids, null, reading.statements), traits);
  return (
    entries.length === state.entries.length &&
    entries.every((entry, index) => {
      const stored = state.entries[index];
      if (stored?.sid !== entry.sid) return false;
      return entry.statement === null || stored.statement === null || entry.statement === stored.statement;
    })
  );
}

function arranged(state: PolicyState, traits: PolicyTraits): PolicyState {
  if (traits.ordered) return state;
  return { ...state, entries: state.entries.toSorted((a, b) => (a.sid < b.sid ? -1 : 1)) };
}

/** What the pending operations can see of a state: order only where a read shows it, old revisions only where one is named. */
function visible(state: PolicyState, pending: readonly PolicyOperation[]): string {
  const shown = new Set<string>();
  const named = new Set<string | undefined | null>();
  for (const { input, output } of pending) {
    if (input.kind !== "read") named.add(input.revision);
    if (output === null || typeof output === "string") continue;
    named.add(output.revision);
    for (const sid of output.sids) shown.add(sid);
  }
  const hidden = state.entries.filter((entry) => !shown.has(entry.sid)).map((entry) => entry.sid);
  return JSON.stringify([
    state.entries.filter((entry) => shown.has(entry.sid)).map((entry) => [entry.sid, entry.statement]),
    hidden.sort(),
    state.revision,
    state.not.filter((token) => named.has(token)),
    state.spent.filter((token) => named.has(token)),
  ]);
}

function mayMatch(state: PolicyState, revision: string | undefined): boolean {
  if (revision === undefined) return true;
  if (state.revision !== null) return state.revision === revision;
  return !state.not.includes(revision) && !state.spent.includes(revision);
}

function differs(state: PolicyState, revision: string): readonly PolicyState[] {
  if (state.revision !== null) return state.revision === revision ? [] : [state];
  if (!mayMatch(state, revision)) return [state];
  return [{ ...state, not: withToken(state.not, revision) }];
}

function withToken(tokens: readonly string[], token: string): readonly string[] {
  return [...tokens.filter((other) => other !== token), token].sort();
}
