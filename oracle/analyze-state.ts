import type { AddPermissionRequest, Received } from "../spec/add-permission.ts";
import type { Reading, Resource } from "../spec/request.ts";
import { policyKey } from "../spec/target.ts";
import { type Belief, mayHaveAgain, type PolicyBelief, type World } from "./model-state.ts";

/** A reason why a request must be refused that depends on what the target holds. */
export type StateObjection =
  | "resource.unknown-function"
  | "resource.deleted-function"
  | "resource.unknown-version"
  | "resource.unknown-alias"
  | "resource.other-region"
  | "resource.other-account"
  | "resource.other-partition"
  | "StatementId.duplicate"
  | "StatementId.duplicate-content"
  | "RevisionId.never-seen"
  | "RevisionId.stale"
  | "RevisionId.used"
  | "RevisionId.foreign";

/** A way in which the target's state makes a valid request differ from the canonical one. */
export type StateFeature =
  | "RevisionId.current"
  | "StatementId.shares-prefix"
  | "StatementId.freed"
  | "StatementId.on-other-function"
  | "StatementId.on-other-qualifier"
  | "policy.room-again";

/** Something about the state on which the document is silent. */
export type StateQuestion = "StatementId.letter-case" | "FunctionName.letter-case";

/** What the model state says of a request: which policy it is for, and which rules of that policy apply to it. */
export interface Situation {
  /** The policy the request is for; null when the resource does not exist or is not known to. */
  readonly key: string | null;
  readonly objections: readonly StateObjection[];
  readonly questions: readonly StateQuestion[];
  readonly features: readonly StateFeature[];
  /** An earlier history had this id on this policy; a target that never frees ids may still refuse it. */
  readonly reused: boolean;
  /** Another policy may hold the id, so a conflict may be about that one. */
  readonly perhapsElsewhere: boolean;
  /** Parts of the state that are not known well enough to conclude anything. */
  readonly unsure: readonly Unsure[];
}

/** What may be unknown. `too-many-open`: so many calls had no answer that the possible states are no longer kept. */
type Unsure =
  | "function"
  | "versions"
  | "policy"
  | "statements"
  | "StatementId"
  | "RevisionId"
  | "too-many-open";

const nothing: Situation = {
  key: null,
  objections: [],
  questions: [],
  features: [],
  reused: false,
  perhapsElsewhere: false,
  unsure: [],
};

/** Compares a request with the model state of the target. */
export function situate(reading: Reading, belief: Belief): Situation {
  const { resource } = reading;
  if (resource === null) return nothing;
  const abroad = elsewhere(resource, belief);
  if (abroad) return { ...nothing, objections: [abroad] };
  const missing = missingPart(resource, belief);
  if (missing) return { ...nothing, ...missing };
  const key = policyKey(resource.name, resource.qualifier);
  const policy = belief.policies[key];
  if (policy === undefined) return { ...nothing, unsure: ["policy"] };
  const members = reading.body.members ?? {};
  const sid = members.StatementId;
  const revision = members.RevisionId;
  const bySid = typeof sid === "string" ? situateSid(sid, key, policy, members, belief) : nothing;
  const byRevision = typeof revision === "string" ? situateRevision(revision, key, policy, belief) : nothing;
  return {
    key,
    objections: [...bySid.objections, ...byRevision.objections],
    questions: bySid.questions,
    features: [
      ...bySid.features,
      ...byRevision.features,
      ...(policy.overfull === "room-again" ? (["policy.room-again"] as const) : []),
    ],
    reused: typeof sid === "string" && policy.tidied.includes(sid),
    perhapsElsewhere: typeof sid === "string" && holdersOf(sid, key, belief, mayBeHeldBy).length > 0,
    unsure: [...bySid.unsure, ...byRevision.unsure],
  };
}

function elsewhere(resource: Resource, { home }: Belief): StateObjection | null {
  if (resource.partition !== null && resource.partition !== home.partition) return "resource.other-partition";
  if (resource.region !== null && resource.region !== home.region) return "resource.other-region";
  if (resource.account !== null && resource.account !== home.account) return "resource.other-account";
  return null;
}

function missingPart({ name, qualifier }: Resource, belief: Belief): Partial<Situation> | null {
  const known = belief.functions[name];
  if (known === undefined) {
    const lower = name.toLowerCase();
    if (Object.keys(belief.functions).some((other) => other.toLowerCase() === lower)) {
      return { questions: ["FunctionName.letter-case"] };
    }
    return { objections: ["resource.unknown-function"] };
  }
  if (known.exists === null) return { unsure: ["function"] };
  if (!known.exists)
    return { objections: [known.deleted ? "resource.deleted-function" : "resource.unknown-function"] };
  if (qualifier === null || known.versions.includes(qualifier) || known.aliases.includes(qualifier))
    return null;
  if (qualifier === "$LATEST") return {};
  if (!/^\d+$/.test(qualifier)) return { objections: ["resource.unknown-alias"] };
  return known.versionsKnown ? { objections: ["resource.unknown-version"] } : { unsure: ["versions"] };
}

function situateSid(
  sid: string,
  key: string,
  policy: PolicyBelief,
  members: Received<AddPermissionRequest>,
  belief: Belief,
): Situation {
  if (policy.capped) return { ...nothing, unsure: ["too-many-open"] };
  const holds = policy.worlds.map((world) => holdsSid(world, sid));
  if (holds.some((held) => held === null)) return { ...nothing, unsure: ["statements"] };
  if (holds.every((held) => held)) {
    return {
      ...nothing,
      objections: [
        sameContent(policy.worlds, sid, members) ? "StatementId.duplicate-content" : "StatementId.duplicate",
      ],
    };
  }
  if (holds.some((held) => held)) return { ...nothing, unsure: ["StatementId"] };
  const others = policy.worlds.flatMap(
    ({ statements }) => statements?.map((statement) => statement.sid) ?? [],
  );
  const lower = sid.toLowerCase();
  if (others.some((other) => other.length === sid.length && other.toLowerCase() === lower)) {
    return { ...nothing, questions: ["StatementId.letter-case"] };
  }
  return { ...nothing, features: sidFeatures(sid, key, policy, others, belief) };
}

function holdsSid(world: World, sid: string): boolean | null {
  return world.statements === null ? null : world.statements.some((statement) => statement.sid === sid);
}

function sameContent(
  worlds: readonly World[],
  sid: string,
  members: Received<AddPermissionRequest>,
): boolean {
  const principal = String(members.Principal);
  const action = JSON.stringify(members.Action);
  return worlds.every((world) =>
    world.statements?.some(
      ({ sid: other, text }) =>
        other === sid && text !== null && text.includes(`"Action":${action}`) && text.includes(principal),
    ),
  );
}

function sidFeatures(
  sid: string,
  key: string,
  policy: PolicyBelief,
  others: readonly string[],
  belief: Belief,
): readonly StateFeature[] {
  const found: StateFeature[] = [];
  if (others.some((other) => commonPrefix(other, sid) >= 32)) found.push("StatementId.shares-prefix");
  if (policy.freed.includes(sid)) found.push("StatementId.freed");
  const holders = holdersOf(sid, key, belief, isHeldBy);
  if (holders.length === 0) return found;
  const [name = ""] = key.split(":");
  const same = holders.some((other) => other.split(":")[0] === name);
  found.push(same ? "StatementId.on-other-qualifier" : "StatementId.on-other-function");
  return found;
}

type Holding = (policy: PolicyBelief, sid: string) => boolean;

function holdersOf(sid: string, key: string, { policies }: Belief, holding: Holding): readonly string[] {
  return Object.entries(policies).flatMap(([other, policy]) =>
    other !== key && holding(policy, sid) ? [other] : [],
  );
}

function isHeldBy({ worlds }: PolicyBelief, sid: string): boolean {
  return worlds.every((world) => holdsSid(world, sid));
}

/** The id may be there, or it is not known what the policy holds. */
function mayBeHeldBy(policy: PolicyBelief, sid: string): boolean {
  return (
    policy.capped || (!isHeldBy(policy, sid) && policy.worlds.some((world) => holdsSid(world, sid) !== false))
  );
}

function commonPrefix(a: string, b: string): number {
  let size = 0;
  while (size < a.length && a[size] === b[size]) size += 1;
  return size;
}

function situateRevision(revision: string, key: string, policy: PolicyBelief, belief: Belief): Situation {
  if (revision === "") return nothing;
  if (policy.capped) return { ...nothing, unsure: ["too-many-open"] };
  const current = policy.worlds.map(
    (world) => world.policyRevision === revision || world.resourceRevision === revision,
  );
  if (current.every((is) => is)) return { ...nothing, features: ["RevisionId.current"] };
  if (current.some((is) => is)) return { ...nothing, unsure: ["RevisionId"] };
  const replaced = policy.used.includes(revision) || policy.past.includes(revision);
  // The policy may again hold what it held at that revision.
  if (replaced && policy.worlds.some(({ statements }) => mayHaveAgain(policy, revision, statements)))
    return { ...nothing, unsure: ["RevisionId"] };
  if (policy.used.includes(revision)) return { ...nothing, objections: ["RevisionId.used"] };
  if (policy.past.includes(revision)) {
    const known = policy.worlds.every((world) => world.policyRevision !== null);
    return known ? { ...nothing, objections: ["RevisionId.stale"] } : { ...nothing, unsure: ["RevisionId"] };
  }
  if (policy.faded.includes(revision)) return { ...nothing, unsure: ["RevisionId"] };
  if (!shownElsewhere(revision, key, belief)) return { ...nothing, objections: ["RevisionId.never-seen"] };
  // A target that only counts may give equal revisions to two policies.
  const known = policy.worlds.every(
    (world) => world.policyRevision !== null && world.resourceRevision !== null,
  );
  return known ? { ...nothing, objections: ["RevisionId.foreign"] } : { ...nothing, unsure: ["RevisionId"] };
}

function shownElsewhere(revision: string, key: string, belief: Belief): boolean {
  return Object.keys(belief.policies).some((other) => {
    const policy = belief.policies[other];
    if (policy === undefined || other === key) return false;
    const { past, used, faded, spurned, worlds } = policy;
    return (
      [past, used, faded, spurned].some((shown) => shown.includes(revision)) ||
      worlds.some((world) => world.policyRevision === revision || world.resourceRevision === revision)
    );
  });
}
