import { createHash } from "node:crypto";
import { qualified } from "./names.ts";

/** A statement of a policy: its id and its JSON, as GetPolicy prints it. */
export interface Stored {
  readonly sid: string;
  readonly json: string;
}

/** The policy of one function, version or alias; without statements it counts as absent. */
export interface Policy {
  readonly statements: readonly Stored[];
  readonly revision: string;
}

/** An alias and the version it points at. */
export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** A function; `versions` holds the published numbers, oldest first. */
export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly versions: readonly string[];
  readonly nextVersion: number;
  readonly aliases: ReadonlyMap<string, Alias>;
}

/** What the reference remembers. Functions by unqualified ARN, policies by policy key. */
export interface State {
  readonly functions: Map<string, FunctionRecord>;
  readonly policies: Map<string, Policy>;
  /** How often each policy was written or dropped; it outlives the policy, so that no revision comes back. */
  readonly writes: Map<string, number>;
}

/** How the next revision of a policy is made: its key, the count of writes so far, the revision it replaces. */
export type NextRevision = (key: string, writes: number, current: string) => string;

/** Whether a function, version or alias is there. */
export type Lookup = "present" | "no-function" | "no-version" | "no-alias";

/** Where policies are kept, how their revisions move, and when they come and go. All operations. */
export interface StateBehaviour {
  /** Under which key the policy of a function, version or alias is kept. */
  readonly policyKey: (arn: string, qualifier: string | undefined) => string;
  /** The revision after a write. */
  readonly nextRevision: NextRevision;
  /** The revision that a read shows. */
  readonly revisionShown: (
    operation: "GetPolicy" | "GetFunction" | "GetAlias",
    current: string,
    key: string,
  ) => string;
  /** Whether the deletion of a function, version or alias takes its policy with it. */
  readonly dropsPolicy: (key: string) => boolean;
  /** The statements of a new version, given those of its function. */
  readonly published: (statements: readonly Stored[]) => readonly Stored[];
}

/** One policy for each function, version and alias; every write has a revision of its own, shown by all reads. */
export const faithfulState: StateBehaviour = {
  policyKey: qualified,
  nextRevision: (key, writes) => revisionOf(key, writes),
  revisionShown: (_operation, current) => current,
  dropsPolicy: () => true,
  published: () => [],
};

/** A memory with nothing in it. */
export function emptyState(): State {
  return { functions: new Map(), policies: new Map(), writes: new Map() };
}

/** A revision in the shape of a UUID: the same key and count give the same one, others never do. */
export function revisionOf(key: string, writes: number): string {
  const hex = createHash("sha256").update(`${key}\n${writes}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The policy under a key; one without statements where nothing was written yet. */
export function policyAt(state: State, key: string): Policy {
  return state.policies.get(key) ?? { statements: [], revision: revisionOf(key, state.writes.get(key) ?? 0) };
}

/** Replaces the statements under a key and moves its revision on. */
export function writePolicy(
  state: State,
  key: string,
  statements: readonly Stored[],
  next: NextRevision,
): void {
  const current = policyAt(state, key).revision;
  const writes = (state.writes.get(key) ?? 0) + 1;
  state.writes.set(key, writes);
  state.policies.set(key, { statements, revision: next(key, writes, current) });
}

/** Forgets the policy under a key; whatever is created there later starts with another revision. */
export function dropPolicy(state: State, key: string): void {
  state.policies.delete(key);
  state.writes.set(key, (state.writes.get(key) ?? 0) + 1);
}

/** Whether the function, and the version or alias that the qualifier names, is there. */
export function lookUp(state: State, arn: string, qualifier: string | undefined): Lookup {
  const record = state.functions.get(arn);
  if (record === undefined) return "no-function";
  if (qualifier === undefined || qualifier === "$LATEST") return "present";
  if (record.aliases.has(qualifier) || record.versions.includes(qualifier)) return "present";
  return /^\d+$|\$/.test(qualifier) ? "no-version" : "no-alias";
}
