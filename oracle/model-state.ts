import type { Stage, StagedFunction } from "../spec/stage.ts";
import type { StatementBelief } from "../spec/statement.ts";

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

/** The ids of statements in whatever order: other ids are another content, the same ids need not be the same. */
function contentOf(statements: readonly StatementBelief[] | null): string | null {
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

/** More worlds than these are not kept: a policy with so many open calls is `capped`. */
export const mostWorlds = 32;

const noSince: Since = {
  added: [],
  removed: [],
  refused: [],
  elsewhere: [],
  around: [],
  origin: null,
  together: false,
};

/** A policy of which only the statements are known, or null when not even those. */
export function policyWith(
  statements: readonly StatementBelief[] | null,
  since: Partial<Since> = {},
): PolicyBelief {
  return {
    worlds: [{ statements, policyRevision: null, resourceRevision: null }],
    capped: false,
    since: { ...noSince, ...since },
    shown: [],
    past: [],
    used: [],
    faded: [],
    spurned: [],
    freed: [],
    tidied: [],
    overfull: "no",
  };
}

/** What is believed when a stage has just been arranged. `fresh`: the functions are new, so their policies are empty. */
export function initialBelief(stage: Stage, fresh: boolean): Belief {
  const staged = [stage.main, ...(stage.other ? [stage.other] : [])];
  const functions: Record<string, FunctionBelief> = {};
  const policies: Record<string, PolicyBelief> = {};
  for (const one of staged) {
    const aliases = Object.values(one.aliases ?? {});
    functions[one.name] = {
      exists: true,
      versions: one.versions,
      versionsKnown: fresh,
      aliases,
      deleted: false,
    };
    for (const key of policyKeys(one)) policies[key] = policyWith(fresh ? [] : null);
  }
  const { partition, region, account } = stage;
  return { home: { partition, region, account }, functions, policies };
}

/** Keys of every policy that a staged function, its versions and its aliases can have. */
function policyKeys(staged: StagedFunction): readonly string[] {
  const qualifiers = [...staged.versions, ...Object.values(staged.aliases ?? {})];
  return [staged.name, ...qualifiers.map((qualifier) => `${staged.name}:${qualifier}`)];
}

/** Nothing is known of the statements until the next read. */
export function forget(policy: PolicyBelief): PolicyBelief {
  return {
    ...policyWith(null),
    shown: policy.shown,
    past: policy.past,
    used: policy.used,
    faded: fadedIn(policy),
    tidied: policy.tidied,
    freed: [],
    overfull: policy.overfull,
  };
}

/** The same change in every world. */
export function inEveryWorld(policy: PolicyBelief, change: (world: World) => World): PolicyBelief {
  return { ...policy, worlds: distinct(policy.worlds.map(change)) };
}

/** The change may or may not have happened: both worlds stay open. */
export function maybe(policy: PolicyBelief, change: (world: World) => World): PolicyBelief {
  const worlds = distinct([...policy.worlds, ...policy.worlds.map(change)]);
  return worlds.length > mostWorlds ? { ...policy, capped: true } : { ...policy, worlds };
}

function distinct(worlds: readonly World[]): readonly World[] {
  if (worlds.length === 1) return worlds;
  const byText = new Map(worlds.map((world) => [JSON.stringify(world), world]));
  return [...byText.values()];
}

/** The world after a statement was appended; the revisions shown before are no longer current. */
export function appended(statement: StatementBelief): (world: World) => World {
  return (world) => ({
    statements: world.statements === null ? null : [...world.statements, statement],
    policyRevision: null,
    resourceRevision: null,
  });
}

/** The world after a statement was removed. */
export function without(sid: string): (world: World) => World {
  return (world) => ({
    statements:
      world.statements === null ? null : world.statements.filter((statement) => statement.sid !== sid),
    policyRevision: null,
    resourceRevision: null,
  });
}

/** Revisions that are current in some world: a write uses them up. */
function currentRevisions(policy: PolicyBelief): readonly string[] {
  const shown = policy.worlds.flatMap((world) => [world.policyRevision, world.resourceRevision]);
  return [...new Set(shown.filter((revision): revision is string => revision !== null && revision !== ""))];
}

/** What has been shown, and now this revision with these statements. */
export function withShown(
  { shown }: PolicyBelief,
  revision: string | null,
  statements: readonly StatementBelief[] | null,
): readonly ShownRevision[] {
  if (revision === null || revision === "") return shown;
  const content = contentOf(statements);
  const known = shown.some((one) => one.revision === revision && one.content === content);
  return known ? shown : latest([...shown, { revision, content }]);
}

/** What is faded once it is open whether the current revisions still are. */
export function fadedIn(policy: PolicyBelief): readonly string[] {
  return latest([...new Set([...policy.faded, ...currentRevisions(policy)])]);
}

/** What is used up by a write that was acknowledged: every revision shown before it that was not replaced already. */
export function usedUp(policy: PolicyBelief): Pick<PolicyBelief, "used" | "faded"> {
  return { used: latest([...new Set([...policy.used, ...fadedIn(policy)])]), faded: [] };
}

/** It is open whether the revisions shown are still current, and whether those before them are not again. */
function forgetRevisions(policy: PolicyBelief): PolicyBelief {
  const blankAlready = policy.worlds.every(
    ({ policyRevision, resourceRevision }) => policyRevision === null && resourceRevision === null,
  );
  if (blankAlready && policy.used.length === 0) return policy;
  const blank = inEveryWorld(policy, (world) => ({ ...world, policyRevision: null, resourceRevision: null }));
  return { ...blank, faded: latest([...new Set([...fadedIn(policy), ...policy.used])]), used: [] };
}

/**
 * The belief after something changed on a function: a revision may be the function's own, so that it is open whether
 * those shown of it, its versions and its aliases are still current. What is known of one of the policies is kept.
 */
export function unsettle(belief: Belief, name: string, except: string | null = null): Belief {
  return mapPolicies(belief, (policy, key) =>
    key !== except && key.split(":")[0] === name ? forgetRevisions(policy) : policy,
  );
}

/** The belief with one policy replaced. */
export function withPolicy(belief: Belief, key: string, policy: PolicyBelief): Belief {
  return { ...belief, policies: { ...belief.policies, [key]: policy } };
}

/** The belief with every policy changed; one that is returned as it was is not copied. */
export function mapPolicies(
  belief: Belief,
  change: (policy: PolicyBelief, key: string) => PolicyBelief,
): Belief {
  const policies: Record<string, PolicyBelief> = {};
  for (const key of Object.keys(belief.policies)) {
    const policy = belief.policies[key];
    if (policy !== undefined) policies[key] = change(policy, key);
  }
  return { ...belief, policies };
}

/** A policy of something that has just been made: empty, whatever stands on other policies. */
export function newPolicy(belief: Belief, origin: Since["origin"]): PolicyBelief {
  const policies = Object.values(belief.policies);
  const held = policies.flatMap(({ worlds }) => worlds);
  if (policies.some(({ capped }) => capped) || held.some(({ statements }) => statements === null))
    return policyWith([], { origin, around: null });
  const sids = held.flatMap(({ statements }) => statements ?? []).map(({ sid }) => sid);
  return policyWith([], { origin, around: latest([...new Set(sids)]) });
}

/** Notes about the past are kept for the latest few only, so that a long history costs no more a call than a short one. */
export function latest<T>(list: readonly T[]): readonly T[] {
  return list.length > 64 ? list.slice(-64) : list;
}

/** The belief at the start of a history on a stage that was tidied: what earlier histories freed is no longer news. */
export function afterTidying(belief: Belief): Belief {
  return mapPolicies(belief, (policy) => {
    if (policy.freed.length === 0 && policy.overfull === "no") return policy;
    const tidied = latest([...new Set([...policy.tidied, ...policy.freed])]);
    return { ...policy, freed: [], tidied, overfull: "no" };
  });
}

/**
 * The belief on a stage that was emptied, as if it were new: what earlier histories showed of its policies must not
 * decide about one that has to show something by itself. Ids that they used up are still known.
 */
export function afresh(belief: Belief): Belief {
  return mapPolicies(belief, ({ freed, tidied, since: { elsewhere, around, origin } }) => ({
    // What has leaked into a policy since it was last read, or stands on one that was never read, is not known.
    ...policyWith([], { elsewhere, around, origin }),
    tidied: latest([...new Set([...tidied, ...freed])]),
  }));
}
