import type { Fixture, FixtureFunction } from "../spec/fixture.ts";
import { equalInMeaning, type StatementModelState } from "../spec/statement.ts";

/** One possible state of a policy. */
export interface PossibleState {
  /** In the order of the last read, then in order of addition; null when unknown. */
  readonly statements: readonly StatementModelState[] | null;
  /** Revision shown by GetPolicy, with no write since; null when unknown. */
  readonly policyRevision: string | null;
  /** Revision shown by GetFunction or GetAlias, with no write since; null when not read, "" when the answer has none. */
  readonly resourceRevision: string | null;
}

/** An id, and the policy that it was added to. */
interface PlacedSid {
  readonly key: string;
  readonly sid: string;
}

/**
 * What a call writes: a statement, or an alias, version or function itself. `refused` and `open` stand for calls that
 * were refused, and for calls without a usable answer: each may have had an effect that it should not have. `reset`
 * stands for the removals between two histories, which are no part of either.
 */
export type Write = "addition" | "removal" | "alias" | "version" | "function" | "refused" | "open" | "reset";

/** What a version or alias held when the whole function was deleted, or what the function was given after that. */
interface Past {
  readonly sids: readonly string[];
  /** The function was deleted in this history, and not in an earlier one. */
  readonly here: boolean;
}

/** What happened to a policy since it was last read. */
export interface Since {
  /** Acknowledged additions, by sid. */
  readonly added: readonly string[];
  /** Acknowledged removals, by sid. */
  readonly removed: readonly string[];
  /** Sids of AddPermission calls that were refused; null for a request without a readable one. */
  readonly refused: readonly (string | null)[];
  /** Additions acknowledged on other policies of the fixture. */
  readonly elsewhere: readonly PlacedSid[];
  /** Sids that the policy holds, unless a removal from another policy of the function removed them here, too. */
  readonly doubted: readonly string[];
  /** Ids on the policies when the resource was created, or the alias updated; null when not all of them were known. */
  readonly around: readonly string[] | null;
  /** How the resource was created, when that was after the last read. */
  readonly origin: "published" | "re-created" | "aliased" | null;
  /** What a resource of this name held when the whole function was deleted, or was given after that. */
  readonly past: Past | null;
  /** The kinds of writes that were sent anywhere on the fixture. */
  readonly writes: readonly Write[];
  /** Additions were in flight together, so their order is not known. */
  readonly together: boolean;
}

/** A revision as it was shown. */
export interface ShownRevision {
  readonly revision: string;
  /** The statements that the policy held then; null when they were not known. */
  readonly statements: readonly StatementModelState[] | null;
}

/** An id on which a read and the acknowledged writes disagree: its statement may be there or not. */
export interface Disputed {
  readonly sid: string;
  /** By the acknowledged writes it is there. */
  readonly acknowledged: boolean;
  readonly text: string | null;
}

/** The model state of one policy: every possible state that the answers so far allow. */
export interface PolicyModelState {
  readonly possibleStates: readonly PossibleState[];
  /** True once there were more possible states than are kept; then nothing is concluded from them. */
  readonly capped: boolean;
  readonly since: Since;
  /** What acknowledged writes say against the last read. An answer that agrees with either is right. */
  readonly disputed: readonly Disputed[];
  /** The revisions shown so far, each with what the policy held. */
  readonly shown: readonly ShownRevision[];
  /** Superseded: shown earlier, and another revision was shown since. */
  readonly superseded: readonly string[];
  /** Consumed: a write that named it succeeded, and no later revision has been read. */
  readonly consumed: readonly string[];
  /** Possibly stale: current when they were shown, and now current or not. */
  readonly possiblyStale: readonly string[];
  /** Rejected: current, and still refused as stale. */
  readonly rejected: readonly string[];
  /** Sids that were removed and not added again. */
  readonly freed: readonly string[];
  /** Sids that earlier histories left behind and a reset has removed. */
  readonly tidied: readonly string[];
  /** Whether an addition was refused for the size of the policy, and whether a removal has made room since. */
  readonly overfull: "no" | "full" | "room-again";
}

/** The model state of one function. */
export interface FunctionModelState {
  readonly exists: boolean | null;
  readonly versions: readonly string[];
  /** False once a version may exist that no answer named. */
  readonly versionsKnown: boolean;
  readonly aliases: readonly string[];
  /** True when it existed and was deleted. */
  readonly deleted: boolean;
  /** What its versions and aliases held when it was deleted, and what it was given since, by policy. */
  readonly pasts?: Readonly<Record<string, Past>>;
}

/** The model state of the target. Keys of `policies` are `policyKey`s. Plain JSON. */
export interface ModelState {
  readonly home: { readonly partition: string; readonly region: string; readonly account: string };
  readonly functions: Readonly<Record<string, FunctionModelState>>;
  readonly policies: Readonly<Record<string, PolicyModelState>>;
}

/** The policy with a key. Properties that every object has, such as `toString`, are no policies. */
export function policyOf({ policies }: ModelState, key: string | null): PolicyModelState | undefined {
  return key !== null && Object.hasOwn(policies, key) ? policies[key] : undefined;
}

/** The function with a name. Properties that every object has are no functions. */
export function knownFunction({ functions }: ModelState, name: string): FunctionModelState | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** Says whether two lists hold the same statements in any order. A statement whose text is not known equals any of its id. */
function isSameContent(one: readonly StatementModelState[], other: readonly StatementModelState[]): boolean {
  const isSame = (a: StatementModelState, b: StatementModelState) =>
    a.sid === b.sid && (a.text === null || b.text === null || equalInMeaning(a.text, b.text));
  const isIn = (a: StatementModelState, list: typeof one) => list.some((b) => isSame(a, b));
  return one.length === other.length && one.every((a) => isIn(a, other)) && other.every((b) => isIn(b, one));
}

/** The statements, without the texts that only the answers to additions have shown: a target may store other ones. */
export function asRead(
  { since }: Pick<PolicyModelState, "since">,
  statements: readonly StatementModelState[] | null,
): readonly StatementModelState[] | null {
  if (statements === null || since.added.length === 0) return statements;
  return statements.map((one) =>
    one.sid !== null && since.added.includes(one.sid) ? { ...one, text: null } : one,
  );
}

/**
 * Whether a policy with these statements may have an earlier revision again. A revision that is computed from the
 * content returns with the content; no revision may stay or return with other statements.
 */
export function mayHaveAgain(
  { shown }: PolicyModelState,
  revision: string,
  now: readonly StatementModelState[] | null,
): boolean {
  const then = shown.filter((one) => one.revision === revision);
  return (
    now === null ||
    then.length === 0 ||
    then.some(({ statements }) => statements === null || isSameContent(statements, now))
  );
}

/** The most possible states that are kept; a policy with more is `capped`. */
export const mostPossibleStates = 32;

const noSince: Since = {
  added: [],
  removed: [],
  refused: [],
  elsewhere: [],
  doubted: [],
  around: [],
  origin: null,
  past: null,
  writes: [],
  together: false,
};

/** A policy of which only the statements are known, or null when not even those. */
export function policyWith(
  statements: readonly StatementModelState[] | null,
  since: Partial<Since> = {},
): PolicyModelState {
  return {
    possibleStates: [{ statements, policyRevision: null, resourceRevision: null }],
    capped: false,
    since: { ...noSince, ...since },
    disputed: [],
    shown: [],
    superseded: [],
    consumed: [],
    possiblyStale: [],
    rejected: [],
    freed: [],
    tidied: [],
    overfull: "no",
  };
}

/** The model state of a fixture that has just been set up. `fresh`: the functions are new, so their policies are empty. */
export function initialModelState(fixture: Fixture, fresh: boolean): ModelState {
  const fixtureFunction = [fixture.main, ...(fixture.other ? [fixture.other] : [])];
  const functions = fixtureFunction.map((one): [string, FunctionModelState] => {
    const { versions = null, aliases = [] } = one.unused ?? {};
    const known = {
      exists: true,
      versions: [...one.versions, ...(versions ?? [])],
      versionsKnown: fresh || versions !== null,
      aliases: [...Object.values(one.aliases ?? {}), ...aliases],
      deleted: false,
    };
    return [one.name, known];
  });
  const keys = fixtureFunction.flatMap(policyKeys);
  const { partition, region, account } = fixture;
  return {
    home: { partition, region, account },
    functions: Object.fromEntries(functions),
    policies: Object.fromEntries(keys.map((key) => [key, policyWith(fresh ? [] : null)])),
  };
}

/** Keys of all policies of a fixture function, its versions and its aliases. */
function policyKeys(fixtureFunction: FixtureFunction): readonly string[] {
  const qualifiers = [...fixtureFunction.versions, ...Object.values(fixtureFunction.aliases ?? {})];
  return [fixtureFunction.name, ...qualifiers.map((qualifier) => `${fixtureFunction.name}:${qualifier}`)];
}

/** The statements are unknown until the next read. */
export function forget(policy: PolicyModelState): PolicyModelState {
  return {
    ...policyWith(null),
    shown: policy.shown,
    superseded: policy.superseded,
    consumed: policy.consumed,
    possiblyStale: possiblyStaleIn(policy),
    tidied: policy.tidied,
    freed: [],
    overfull: policy.overfull,
  };
}

/** The same change in every possible state. */
export function inEveryPossibleState(
  policy: PolicyModelState,
  change: (possibleState: PossibleState) => PossibleState,
): PolicyModelState {
  return { ...policy, possibleStates: distinct(policy.possibleStates.map(change)) };
}

/** The change may or may not have happened: both states stay possible. */
export function maybe(
  policy: PolicyModelState,
  change: (possibleState: PossibleState) => PossibleState,
): PolicyModelState {
  const possibleStates = distinct([...policy.possibleStates, ...policy.possibleStates.map(change)]);
  return possibleStates.length > mostPossibleStates
    ? { ...policy, capped: true }
    : { ...policy, possibleStates };
}

function distinct(possibleStates: readonly PossibleState[]): readonly PossibleState[] {
  if (possibleStates.length === 1) return possibleStates;
  const byText = new Map(
    possibleStates.map((possibleState) => [JSON.stringify(possibleState), possibleState]),
  );
  return [...byText.values()];
}

/** The state after a statement was appended; the revisions shown before are no longer current. */
export function appended(statement: StatementModelState): (possibleState: PossibleState) => PossibleState {
  return (possibleState) => ({
    statements: possibleState.statements === null ? null : [...possibleState.statements, statement],
    policyRevision: null,
    resourceRevision: null,
  });
}

/** The state after a statement was removed. */
export function without(sid: string): (possibleState: PossibleState) => PossibleState {
  return (possibleState) => ({
    statements:
      possibleState.statements === null
        ? null
        : possibleState.statements.filter((statement) => statement.sid !== sid),
    policyRevision: null,
    resourceRevision: null,
  });
}

/** Revisions that are current in some possible state: a write consumes them. */
function currentRevisions(policy: PolicyModelState): readonly string[] {
  const shown = policy.possibleStates.flatMap((possibleState) => [
    possibleState.policyRevision,
    possibleState.resourceRevision,
  ]);
  return [...new Set(shown.filter((revision): revision is string => revision !== null && revision !== ""))];
}

/** The shown revisions, with this one and its statements added. */
export function withShown(
  { shown }: PolicyModelState,
  revision: string | null,
  statements: readonly StatementModelState[] | null,
): readonly ShownRevision[] {
  if (revision === null || revision === "") return shown;
  const known = shown.some(
    (one) => one.revision === revision && JSON.stringify(one.statements) === JSON.stringify(statements),
  );
  return known ? shown : latest([...shown, { revision, statements }]);
}

/** The possibly stale revisions once the current ones may be stale too. */
export function possiblyStaleIn(policy: PolicyModelState): readonly string[] {
  return latest([...new Set([...policy.possiblyStale, ...currentRevisions(policy)])]);
}

/** What an acknowledged write consumes: every revision shown before it that is not superseded. */
export function consumedBy(policy: PolicyModelState): Pick<PolicyModelState, "consumed" | "possiblyStale"> {
  return {
    consumed: latest([...new Set([...policy.consumed, ...possiblyStaleIn(policy)])]),
    possiblyStale: [],
  };
}

/** The shown revisions may be stale now, and earlier ones may be current again. */
function forgetRevisions(policy: PolicyModelState): PolicyModelState {
  const blankAlready = policy.possibleStates.every(
    ({ policyRevision, resourceRevision }) => policyRevision === null && resourceRevision === null,
  );
  if (blankAlready && policy.consumed.length === 0) return policy;
  const blank = inEveryPossibleState(policy, (possibleState) => ({
    ...possibleState,
    policyRevision: null,
    resourceRevision: null,
  }));
  return {
    ...blank,
    possiblyStale: latest([...new Set([...possiblyStaleIn(policy), ...policy.consumed])]),
    consumed: [],
  };
}

/**
 * The model state after a change on a function. A revision may belong to the function, so the revisions
 * of the function, its versions and its aliases may be stale now. One policy can be excepted.
 */
export function unsettle(modelState: ModelState, name: string, except: string | null = null): ModelState {
  return mapPolicies(modelState, (policy, key) =>
    key !== except && key.split(":")[0] === name ? forgetRevisions(policy) : policy,
  );
}

/** The model state with one policy replaced. */
export function withPolicy(modelState: ModelState, key: string, policy: PolicyModelState): ModelState {
  return { ...modelState, policies: { ...modelState.policies, [key]: policy } };
}

/** The model state with every policy changed. What is returned unchanged is shared: most writes change few policies. */
export function mapPolicies(
  modelState: ModelState,
  change: (policy: PolicyModelState, key: string) => PolicyModelState,
): ModelState {
  let policies: Record<string, PolicyModelState> | null = null;
  for (const key of Object.keys(modelState.policies)) {
    const policy = policyOf(modelState, key);
    const changed = policy === undefined ? policy : change(policy, key);
    if (changed === policy || changed === undefined) continue;
    policies ??= { ...modelState.policies };
    policies[key] = changed;
  }
  return policies === null ? modelState : { ...modelState, policies };
}

/**
 * The policy of a resource that has just been created: empty, whatever other policies hold, and whatever one of its name
 * held in the `past`.
 */
export function newPolicy(
  modelState: ModelState,
  origin: Since["origin"],
  past: Past | null = null,
): PolicyModelState {
  const policies = Object.values(modelState.policies);
  const held = policies.flatMap(({ possibleStates }) => possibleStates);
  if (policies.some(({ capped }) => capped) || held.some(({ statements }) => statements === null))
    return policyWith([], { origin, past, around: null });
  const sids = policies.flatMap(possibleSids);
  return policyWith([], { origin, past, around: latest([...new Set(sids)]) });
}

/** The ids that a policy holds in some possible state. */
export function possibleSids({ possibleStates }: PolicyModelState): readonly string[] {
  const sids = possibleStates.flatMap(({ statements }) => statements ?? []).map(({ sid }) => sid);
  return [...new Set(sids.filter((sid) => sid !== null))];
}

/** Says whether a read and the acknowledged writes disagree about an id. */
export function isDisputed({ disputed }: Pick<PolicyModelState, "disputed">, sid: string | null): boolean {
  return disputed.some((one) => one.sid === sid);
}

/** The policy once a write or an answer has decided about an id. */
export function withoutDispute(policy: PolicyModelState, sid: string): PolicyModelState {
  if (!isDisputed(policy, sid)) return policy;
  return { ...policy, disputed: policy.disputed.filter((one) => one.sid !== sid) };
}

/** The model state after a write of this kind, whatever it did. */
export function noteWrite(modelState: ModelState, write: Write): ModelState {
  return mapPolicies(modelState, (policy) =>
    policy.since.writes.includes(write)
      ? policy
      : { ...policy, since: { ...policy.since, writes: [...policy.since.writes, write] } },
  );
}

/** Only the latest few notes are kept, so a call of a long history costs no more than a call of a short one. */
export function latest<T>(list: readonly T[]): readonly T[] {
  return list.length > 64 ? list.slice(-64) : list;
}

/** The model state at the start of a history on a fixture that was reset: ids freed earlier no longer count as freed. */
export function afterReset(modelState: ModelState): ModelState {
  return mapPolicies(noteWrite(withOldDeletions(modelState), "reset"), (policy) => {
    if (policy.freed.length === 0 && policy.overfull === "no") return policy;
    const tidied = latest([...new Set([...policy.tidied, ...policy.freed])]);
    return { ...policy, freed: [], tidied, overfull: "no" };
  });
}

/**
 * The model state of a fixture that was emptied, as if it were new: a history must show a violation by itself, so
 * what earlier histories showed is dropped. Only the ids that they used are kept.
 */
export function afresh(modelState: ModelState): ModelState {
  return mapPolicies(
    withOldDeletions(modelState),
    ({ freed, tidied, since: { elsewhere, around, origin, past } }) => ({
      // A policy that was never read, or that something may have leaked into since its last read, stays unknown.
      ...policyWith([], { elsewhere, around, origin, past: past && { ...past, here: false } }),
      tidied: latest([...new Set([...tidied, ...freed])]),
    }),
  );
}

/** The functions that were deleted so far were deleted in an earlier history. */
function withOldDeletions(modelState: ModelState): ModelState {
  const functions = Object.entries(modelState.functions).map(([name, known]) => {
    if (known.pasts === undefined) return [name, known] as const;
    const old = Object.entries(known.pasts).map(([key, { sids }]) => [key, { sids, here: false }] as const);
    return [name, { ...known, pasts: Object.fromEntries(old) }] as const;
  });
  return { ...modelState, functions: Object.fromEntries(functions) };
}
