/** A statement that the target acknowledged or showed. */
export interface StatementBelief {
  readonly sid: string;
  /** The statement by `statementText`; null when it was acknowledged without being shown. */
  readonly text: string | null;
  /** Bytes of the request that added it, where the text is not known. */
  readonly size?: number;
}

/** One world: what a policy may hold. */
export interface World {
  /** As they were last shown, then in order of addition; null when unknown. */
  readonly statements: readonly StatementBelief[] | null;
  /** Revision shown by GetPolicy and not written over since; null when unknown. */
  readonly policyRevision: string | null;
  /** Revision shown by GetFunction or GetAlias and not written over since; null when not asked, "" when it shows none. */
  readonly resourceRevision: string | null;
}

/** What happened to a policy since it was last read. */
export interface Since {
  /** Acknowledged additions, by sid. */
  readonly added: readonly string[];
  /** Acknowledged removals, by sid. */
  readonly removed: readonly string[];
  /** Sids of AddPermission calls that were refused; "" for a request without a readable one. */
  readonly refused: readonly string[];
  /** Additions acknowledged on other policies of the stage, as "policy sid". */
  readonly elsewhere: readonly string[];
  /** Ids that stood on other policies when the resource was made; null when not all of them were known. */
  readonly around: readonly string[] | null;
  /** How the resource came to be, when that was after the last read. */
  readonly origin: "published" | "re-created" | null;
  /** Additions were in flight together, so that their order is not known. */
  readonly together: boolean;
}

/** A revision as it was shown. */
export interface ShownRevision {
  readonly revision: string;
  /** Made of the ids that the policy held, by `contentOf`; null where they were not known. */
  readonly content: string | null;
}

/** What is believed of one policy: every world that the answers so far allow. */
export interface PolicyBelief {
  readonly worlds: readonly World[];
  /** True once there were more worlds than are kept; then nothing is concluded from them. */
  readonly capped: boolean;
  readonly since: Since;
  /** The revisions shown so far, each with what the policy held. */
  readonly shown: readonly ShownRevision[];
  /** Revisions shown earlier and replaced since by another one. */
  readonly past: readonly string[];
  /** A current revision that a success has used up, while no later one has been read. */
  readonly used: readonly string[];
  /** Revisions that were current when they were shown, while it is not known whether they still are. */
  readonly faded: readonly string[];
  /** Current revisions that were refused as stale. */
  readonly spurned: readonly string[];
  /** Sids that were removed and not added again. */
  readonly freed: readonly string[];
  /** Sids that earlier histories left behind and tidying up has removed. */
  readonly tidied: readonly string[];
  /** An addition was refused because the policy would grow too large, and what happened since. */
  readonly overfull: "no" | "full" | "room-again";
}

/** What is believed of one function. */
export interface FunctionBelief {
  readonly exists: boolean | null;
  readonly versions: readonly string[];
  /** False once a version may have been published that no answer named. */
  readonly versionsKnown: boolean;
  readonly aliases: readonly string[];
  /** True when it existed before and was deleted. */
  readonly deleted: boolean;
}

/** What is believed of the target. Keys of `policies` are `policyKey`s. Plain JSON. */
export interface Belief {
  readonly home: { readonly partition: string; readonly region: string; readonly account: string };
  readonly functions: Readonly<Record<string, FunctionBelief>>;
  readonly policies: Readonly<Record<string, PolicyBelief>>;
}

/** Names one policy: a function's own, or that of one of its versions or aliases. */
export function policyKey(name: string, qualifier: string | null): string {
  return qualifier === null ? name : `${name}:${qualifier}`;
}

/** The ids of statements in whatever order: other ids are another content, the same ids need not be the same. */
export function contentOf(statements: readonly StatementBelief[] | null): string | null {
  return statements === null ? null : JSON.stringify(statements.map(({ sid }) => sid).sort());
}

/**
 * Whether a policy that holds these statements may have again a revision that was shown earlier. One that is made of
 * what the policy holds comes back with it; no revision stays, or comes back, with other statements.
 */
export function mayHaveAgain(
  { shown }: PolicyBelief,
  revision: string,
  statements: readonly StatementBelief[] | null,
): boolean {
  const now = contentOf(statements);
  const then = shown.filter((one) => one.revision === revision);
  return now === null || then.length === 0 || then.some(({ content }) => content === null || content === now);
}

/** JSON with sorted keys, so that equal statements have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}
