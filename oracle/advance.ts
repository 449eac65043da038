import { jsonObject, revisionIn } from "../spec/answer.ts";
import { bodyBytes } from "../spec/exchange.ts";
import { statementText } from "../spec/statement.ts";
import { addressee, percentDecoded, policyKey, removal, route } from "../spec/target.ts";
import {
  appended,
  type Belief,
  type FunctionBelief,
  fadedIn,
  forget,
  inEveryWorld,
  latest,
  mapPolicies,
  maybe,
  newPolicy,
  type PolicyBelief,
  policyWith,
  unsettle,
  usedUp,
  without,
  withPolicy,
  withShown,
} from "./model-state.ts";
import type { Addition, Neighbour, Observation, PolicyRead } from "./observe.ts";

/** The model state after a call, from the model state before it. Pure. */
export function believe(before: Belief, observation: Observation): Belief {
  switch (observation.kind) {
    case "addition":
      return believeAddition(before, observation);
    case "policy-read":
      return believeRead(before, observation);
    case "neighbour":
      return believeNeighbour(before, observation);
  }
}

function believeAddition(belief: Belief, observation: Addition): Belief {
  const { reading, situation, result } = observation;
  const { key } = situation;
  if (result.kind === "refused" && result.status < 500) return believeRefusal(belief, observation);
  const before = key === null ? belief : unsettle(belief, key.split(":")[0] ?? "", key);
  const objected = reading.objections.length + reading.questions.length > 0 && !isTakenAsMeant(observation);
  // The document does not say whether two ids may differ in letter case only. An id that was accepted counts as a statement.
  const questions = situation.questions.filter((question) => question !== "StatementId.letter-case");
  const unexpected = objected || situation.objections.length + questions.length > 0;
  const anywhere = reading.resource === null && reading.questions.length > 0;
  if (key === null) {
    if (result.kind === "added" || anywhere) return forgetAll(before);
    return forgetUnknown(before, reading);
  }
  const policy = before.policies[key];
  if (policy === undefined) return before;
  // The request was accepted, and its qualifier can mean more than one policy: each of them may hold the statement.
  if (result.kind === "added" && reading.questions.includes("body.qualifier-member"))
    return forgetAll(before);
  const sid = String(reading.body.members?.StatementId);
  if (unexpected) {
    const open = withPolicy(before, key, forget(policy));
    return result.kind === "added" ? noteElsewhere(open, key, sid) : open;
  }
  if (result.kind !== "added") return withPolicy(before, key, maybe(policy, appended({ sid, text: null })));
  const text = result.statement.parsed === null ? null : statementText(result.statement.parsed);
  return noteElsewhere(
    withPolicy(before, key, acknowledged(policy, sid, text, bodyBytes(observation.call))),
    key,
    sid,
  );
}

/** The HTTP framing was malformed, and the answer still shows the statement that was sent. */
function isTakenAsMeant({ reading, result }: Addition): boolean {
  const framing = reading.questions.every((question) => question === "request.framing");
  if (!framing || reading.objections.length > 0 || result.kind !== "added") return false;
  return result.statement.parsed?.Sid === reading.body.members?.StatementId;
}

/** The statement may be on a resource that may not exist. */
function forgetUnknown(before: Belief, { resource }: Addition["reading"]): Belief {
  const key = resource === null ? "" : policyKey(resource.name, resource.qualifier);
  const policy = before.policies[key];
  return policy === undefined ? before : withPolicy(before, key, forget(policy));
}

function acknowledged(policy: PolicyBelief, sid: string, text: string | null, size: number): PolicyBelief {
  return {
    ...inEveryWorld(policy, appended(text === null ? { sid, text, size } : { sid, text })),
    ...usedUp(policy),
    since: { ...policy.since, added: latest([...policy.since.added, sid]) },
    freed: policy.freed.filter((freed) => freed !== sid),
    spurned: [],
    overfull: "no",
  };
}

function believeRefusal(before: Belief, { reading, situation, result }: Addition): Belief {
  const members = reading.body.members ?? {};
  const sid = typeof members.StatementId === "string" ? members.StatementId : "";
  const revision = members.RevisionId;
  const error = result.kind === "refused" ? result.error : null;
  const refusedOn = (policy: PolicyBelief): PolicyBelief => ({
    ...policy,
    since: { ...policy.since, refused: latest([...policy.since.refused, sid]) },
  });
  const { key } = situation;
  // It is not known which policy the removal was for, so each policy may be as it was.
  if (key === null) return mapPolicies(before, refusedOn);
  const policy = before.policies[key];
  if (policy === undefined) return before;
  const stale = error === "PreconditionFailedException" && typeof revision === "string";
  return withPolicy(before, key, {
    ...refusedOn(policy),
    spurned: stale ? [...policy.spurned, revision] : policy.spurned,
    overfull: error === "PolicyLengthExceededException" ? "full" : policy.overfull,
  });
}

function believeRead(before: Belief, { key, policy: seen, together }: PolicyRead): Belief {
  const known = key === null ? undefined : before.policies[key];
  if (key === null || known === undefined || together) return before;
  if (seen.kind === "unreadable" || seen.kind === "unsettled") return before;
  const statements = seen.kind === "policy" ? seen.statements : [];
  const revision = seen.kind === "policy" ? seen.revision : null;
  const replaced = [...currentPolicyRevisions(known), ...known.used].filter((shown) => shown !== revision);
  const same = known.worlds.length === 1 && currentPolicyRevisions(known).includes(revision ?? "");
  const resourceRevision = unwritten(known);
  return withPolicy(before, key, {
    ...policyWith(statements),
    shown: withShown(known, revision, statements),
    worlds: [{ statements, policyRevision: revision, resourceRevision }],
    faded: fadedIn(known).filter((shown) => ![...replaced, revision, resourceRevision].includes(shown)),
    past: revision === null ? known.past : latest([...new Set([...known.past, ...replaced])]),
    used: revision === null ? known.used : [],
    spurned: same ? known.spurned : [],
    freed: known.freed,
    tidied: known.tidied,
    overfull: known.overfull,
  });
}

function unwritten(policy: PolicyBelief): string | null {
  return policy.worlds.length === 1 ? (policy.worlds[0]?.resourceRevision ?? null) : null;
}

function currentPolicyRevisions(policy: PolicyBelief): readonly string[] {
  return policy.worlds.flatMap(({ policyRevision }) => (policyRevision === null ? [] : [policyRevision]));
}

function noteElsewhere(belief: Belief, key: string, sid: string): Belief {
  return mapPolicies(belief, (policy, other) => {
    if (other === key) return policy;
    const { since } = policy;
    return { ...policy, since: { ...since, elsewhere: latest([...since.elsewhere, { key, sid }]) } };
  });
}

function forgetAll(belief: Belief): Belief {
  return mapPolicies(belief, forget);
}

/** The model state after calls that were in flight together: each acknowledged call took effect, in some order. */
export function believeRound(before: Belief, members: readonly Observation[]): Belief {
  let belief = before;
  const acknowledgedSids = new Map<string, number>();
  for (const member of members) {
    if (member.kind !== "addition") continue;
    const sid = member.reading.body.members?.StatementId;
    const id = JSON.stringify([member.situation.key, String(sid)]);
    if (member.result.kind === "added") acknowledgedSids.set(id, (acknowledgedSids.get(id) ?? 0) + 1);
    belief = believe(belief, member);
  }
  for (const member of members) if (member.kind === "neighbour") belief = believe(belief, member);
  const touched = touchedKeys(members);
  const confused = [...acknowledgedSids.values()].some((count) => count > 1) || removesWhatItAdds(members);
  return mapPolicies(belief, (policy, key) => {
    if (!touched.has(key)) return policy;
    return confused ? forget(policy) : { ...policy, since: { ...policy.since, together: true } };
  });
}

function touchedKeys(members: readonly Observation[]): ReadonlySet<string> {
  const keys = members.map((member) =>
    member.kind === "addition" ? member.situation.key : removal(member.call)?.key,
  );
  return new Set(keys.filter((key): key is string => typeof key === "string"));
}

function removesWhatItAdds(members: readonly Observation[]): boolean {
  const added = members.flatMap((member) =>
    member.kind === "addition"
      ? [{ key: member.situation.key, sid: String(member.reading.body.members?.StatementId) }]
      : [],
  );
  return members.some((member) => {
    const removed = removal(member.call);
    return added.some(({ key, sid }) => removed?.key === key && removed?.sid === sid);
  });
}

/** The model state after a call that arranges or observes. Only acknowledged effects count. */
function believeNeighbour(before: Belief, observation: Neighbour): Belief {
  const { call, answer } = observation;
  const done = answer.kind === "response" && answer.status >= 200 && answer.status < 300;
  const open = answer.kind === "none" || answer.status === 429 || answer.status >= 500;
  if (call.operation === "RemovePermission") return believeRemoval(before, observation, done, open);
  if (!done) return open && writes.has(call.operation) ? blur(before, observation) : before;
  switch (call.operation) {
    case "GetFunction":
    case "GetAlias":
      return believeRevision(before, observation);
    case "PublishVersion":
      return believeVersion(before, observation);
    case "CreateAlias":
      return believeAlias(before, observation);
    case "DeleteAlias":
      return believeNoAlias(before, observation);
    case "CreateFunction":
      return believeFunction(before, observation);
    case "DeleteFunction":
      return believeDeletion(before, observation);
    default:
      return before;
  }
}

const writes: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateAlias",
  "DeleteAlias",
  "CreateFunction",
  "DeleteFunction",
]);

function believeRemoval(belief: Belief, observation: Neighbour, done: boolean, open: boolean): Belief {
  const target = removal(observation.call);
  const policy = target === null ? undefined : belief.policies[target.key];
  if (target === null || policy === undefined) return belief;
  const before = done || open ? unsettleNeighbours(belief, target) : belief;
  if (open) return withPolicy(before, target.key, maybe(policy, without(target.sid)));
  if (!done) return before;
  const held = policy.worlds.every((world) => world.statements?.some(({ sid }) => sid === target.sid));
  if (!held) return withPolicy(before, target.key, forget(policy));
  return withPolicy(before, target.key, {
    ...inEveryWorld(policy, without(target.sid)),
    ...usedUp(policy),
    since: {
      ...policy.since,
      added: policy.since.added.filter((sid) => sid !== target.sid),
      removed: latest([...policy.since.removed, target.sid]),
    },
    freed: latest([...policy.freed, target.sid]),
    spurned: [],
    overfull: policy.overfull === "full" ? "room-again" : policy.overfull,
  });
}

/**
 * A removal may also have changed another policy of the function. That is no fault of AddPermission, so from now on
 * the statement may be missing there.
 */
function unsettleNeighbours(belief: Belief, { key, sid }: NonNullable<ReturnType<typeof removal>>): Belief {
  const name = nameIn(key);
  return mapPolicies(unsettle(belief, name, key), (policy, other) =>
    other !== key && nameIn(other) === name && mayHold(policy, sid) ? maybe(policy, without(sid)) : policy,
  );
}

function nameIn(key: string): string {
  return key.split(":")[0] ?? "";
}

function mayHold({ worlds }: PolicyBelief, wanted: string): boolean {
  return worlds.some(({ statements }) => statements?.some(({ sid }) => sid === wanted));
}

function functionOf({ call }: Neighbour): string {
  const at = route(call.target);
  const named = at.kind === "neighbour" ? addressee(at) : null;
  if (named !== null) return named.name;
  const inBody = jsonObject(call.body ?? "")?.FunctionName;
  return typeof inBody === "string" ? inBody : "";
}

function believeRevision(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const of = at.kind === "neighbour" ? addressee(at) : null;
  if (at.kind !== "neighbour" || of === null) return before;
  const alias = percentDecoded(at.rest[1] ?? "");
  const key = policyKey(of.name, observation.call.operation === "GetAlias" ? alias : of.qualifier);
  const policy = before.policies[key];
  if (policy === undefined) return before;
  const resourceRevision = revisionIn(observation.answer) ?? "";
  const [world, ...others] = policy.worlds;
  const statements = others.length === 0 ? (world?.statements ?? null) : null;
  return withPolicy(before, key, {
    ...inEveryWorld(policy, (one) => ({ ...one, resourceRevision })),
    shown: withShown(policy, resourceRevision, statements),
  });
}

function believeVersion(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const version = jsonObject(textOf(observation))?.Version;
  const known = before.functions[name];
  if (known === undefined || typeof version !== "string") return before;
  const unread = unsettle(before, name);
  if (known.versions.includes(version)) return unread;
  const versions = [...known.versions, version];
  const grown = withFunction(unread, name, { ...known, versions });
  return withPolicy(grown, policyKey(name, version), newPolicy(before, "published"));
}

function believeAlias(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const alias = jsonObject(observation.call.body ?? "")?.Name;
  const known = before.functions[name];
  if (known === undefined || typeof alias !== "string") return before;
  const grown = withFunction(unsettle(before, name), name, {
    ...known,
    aliases: [...known.aliases, alias],
  });
  return withPolicy(grown, policyKey(name, alias), newPolicy(before, null));
}

function believeNoAlias(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const name = functionOf(observation);
  const alias = at.kind === "neighbour" ? percentDecoded(at.rest[1] ?? "") : null;
  const known = before.functions[name];
  if (known === undefined || alias === null) return before;
  const { [policyKey(name, alias)]: _gone, ...policies } = unsettle(before, name).policies;
  return {
    ...withFunction(before, name, { ...known, aliases: known.aliases.filter((one) => one !== alias) }),
    policies,
  };
}

function believeFunction(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const again = before.functions[name]?.deleted === true;
  const grown = withFunction(before, name, {
    exists: true,
    versions: [],
    versionsKnown: true,
    aliases: [],
    deleted: false,
  });
  return withPolicy(grown, name, newPolicy(before, again ? "re-created" : null));
}

/** The whole function, or one version of it. */
function believeDeletion(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const of = at.kind === "neighbour" ? addressee(at) : null;
  if (of === null) return before;
  const { name, qualifier } = of;
  if (qualifier === null) return believeNoFunction(before, name);
  const known = before.functions[name];
  if (known === undefined) return before;
  const { [policyKey(name, qualifier)]: _gone, ...policies } = unsettle(before, name).policies;
  const versions = known.versions.filter((one) => one !== qualifier);
  return { ...withFunction(before, name, { ...known, versions }), policies };
}

function believeNoFunction(before: Belief, name: string): Belief {
  const known = before.functions[name];
  if (known === undefined) return before;
  const policies = Object.entries(before.policies).filter(([key]) => key.split(":")[0] !== name);
  const gone = { exists: false, versions: [], versionsKnown: true, aliases: [], deleted: true };
  return { ...withFunction(before, name, gone), policies: Object.fromEntries(policies) };
}

/** A write without an answer: until the fixture is created again, the function may exist or not, with any versions. */
function blur(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const known = before.functions[name];
  if (known === undefined) return before;
  const open = withFunction(before, name, { ...known, exists: null, versionsKnown: false });
  const own = Object.entries(open.policies).filter(([key]) => key.split(":")[0] === name);
  return own.reduce((belief, [key, policy]) => withPolicy(belief, key, forget(policy)), open);
}

function withFunction(belief: Belief, name: string, known: FunctionBelief): Belief {
  return { ...belief, functions: { ...belief.functions, [name]: known } };
}

function textOf({ answer }: Neighbour): string {
  return answer.kind === "response" ? answer.body : "";
}
