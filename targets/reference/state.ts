import { createHash } from "node:crypto";
import { qualified } from "./names.ts";

/** A statement of a policy: its id, and its JSON as GetPolicy returns it. */
export interface Stored {
  readonly sid: string;
  readonly json: string;
}

/** The policy of one function, version or alias; without statements it does not exist. */
export interface Policy {
  readonly statements: readonly Stored[];
  readonly revision: string;
}

/** An alias and its version. */
export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** A function; `versions` has the published numbers, oldest first. */
export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly versions: readonly string[];
  readonly nextVersion: number;
  readonly aliases: ReadonlyMap<string, Alias>;
}

/** The state of the reference: functions by unqualified ARN, policies by policy key. */
export interface State {
  readonly functions: Map<string, FunctionRecord>;
  readonly policies: Map<string, Policy>;
  /** The number of writes and deletions of each policy. It outlives the policy, so that no revision repeats. */
  readonly writes: Map<string, number>;
}

/** Makes the next revision of a policy from its key, the number of writes and the current revision. */
export type NextRevision = (key: string, writes: number, current: string) => string;

/** The result of looking up a function, version or alias. */
export type Lookup = "present" | "no-function" | "no-version" | "no-alias";

/** How all operations store policies and revisions, and when policies are created and deleted. */
export interface StateBehaviour {
  /** The key of the policy of a function, version or alias. */
  readonly policyKey: (arn: string, qualifier: string | undefined) => string;
  /** The revision after a write. */
  readonly nextRevision: NextRevision;
  /** The revision that a read returns. */
  readonly revisionShown: (
    operation: "GetPolicy" | "GetFunction" | "GetAlias",
    current: string,
    key: string,
  ) => string;
  /** True if deleting a function, version or alias deletes its policy. */
  readonly dropsPolicy: (key: string) => boolean;
  /** The statements of a new version, given those of its function. */
  readonly published: (statements: readonly Stored[]) => readonly Stored[];
  /** What else an operation does to policies, after its own effect on the function, version, alias or statement. */
  readonly sideEffect: (operation: SideOperation, on: SideEffect) => void;
}

/** Operations other than AddPermission that a policy could be affected by. */
export type SideOperation =
  | "RemovePermission"
  | "GetPolicy"
  | "CreateFunction"
  | "UpdateFunctionConfiguration"
  | "DeleteFunction"
  | "PublishVersion"
  | "CreateAlias"
  | "UpdateAlias"
  | "DeleteAlias";

/** The state after an operation, and the policy of what it was about. */
export interface SideEffect {
  readonly state: State;
  readonly key: string;
  /** The id of RemovePermission. */
  readonly sid?: string;
  /** The version of CreateAlias and UpdateAlias. */
  readonly version?: string;
}

/** One policy for each function, version and alias; every write makes a new revision, and all reads return it. */
export const faithfulState: StateBehaviour = {
  policyKey: qualified,
  nextRevision: (key, writes) => revisionOf(key, writes),
  revisionShown: (_operation, current) => current,
  dropsPolicy: () => true,
  published: () => [],
  sideEffect: () => {},
};

/** An empty state. */
export function emptyState(): State {
  return { functions: new Map(), policies: new Map(), writes: new Map() };
}

/** A revision in the form of a UUID, unique for each key and number of writes. */
export function revisionOf(key: string, writes: number): string {
  const hex = createHash("sha256").update(`${key}\n${writes}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The policy of a key; without statements if nothing was written. */
export function policyAt(state: State, key: string): Policy {
  return state.policies.get(key) ?? { statements: [], revision: revisionOf(key, state.writes.get(key) ?? 0) };
}

/** Replaces the statements of a key and makes a new revision. */
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

/** Deletes the policy of a key; a later policy of this key gets another revision. */
export function dropPolicy(state: State, key: string): void {
  state.policies.delete(key);
  state.writes.set(key, (state.writes.get(key) ?? 0) + 1);
}

/** Looks up the function, and the version or alias of the qualifier. */
export function lookUp(state: State, arn: string, qualifier: string | undefined): Lookup {
  const record = state.functions.get(arn);
  if (record === undefined) return "no-function";
  if (qualifier === undefined || qualifier === "$LATEST") return "present";
  if (record.aliases.has(qualifier) || record.versions.includes(qualifier)) return "present";
  return /^\d+$|\$/.test(qualifier) ? "no-version" : "no-alias";
}
