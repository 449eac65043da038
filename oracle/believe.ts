import { type Belief, type PolicyBelief, policyKey } from "../spec/belief.ts";
import { bodyBytes } from "../spec/bytes.ts";
import type { Addition, Observation, PolicyRead } from "../spec/observation.ts";
import { removal } from "../spec/removal.ts";
import { statementText } from "../spec/statement-text.ts";
import { believeNeighbour } from "./believe-neighbour.ts";
import {
  appended,
  fadedIn,
  forget,
  inEveryWorld,
  latest,
  mapPolicies,
  maybe,
  policyWith,
  unsettle,
  usedUp,
  withPolicy,
  withShown,
} from "./worlds.ts";

/** What is believed after a call, given what was believed before it. Pure. */
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
  // Whether ids may differ in letter case only is open; once such a one is accepted, it is a statement like any other.
  const questions = situation.questions.filter((question) => question !== "StatementId.letter-case");
  const unexpected = objected || situation.objections.length + questions.length > 0;
  const anywhere = reading.resource === null && reading.questions.length > 0;
  if (key === null) {
    if (result.kind === "added" || anywhere) return forgetAll(before);
    return forgetUnknown(before, reading);
  }
  const policy = before.policies[key];
  if (policy === undefined) return before;
  // Accepted although its qualifier can be read in more than one way: any policy may have got the statement.
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

/** Framed oddly, and yet the answer shows the statement that was sent. */
function isTakenAsMeant({ reading, result }: Addition): boolean {
  const framing = reading.questions.every((question) => question === "request.framing");
  if (!framing || reading.objections.length > 0 || result.kind !== "added") return false;
  return result.statement.parsed?.Sid === reading.body.members?.StatementId;
}

/** It may have been added to a resource of which it is not known whether it exists. */
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
  // It is not known whose statement it would have been: none may have changed.
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
  const note = `${key} ${sid}`;
  return mapPolicies(belief, (policy, other) => {
    if (other === key) return policy;
    const { since } = policy;
    return { ...policy, since: { ...since, elsewhere: latest([...since.elsewhere, note]) } };
  });
}

function forgetAll(belief: Belief): Belief {
  return mapPolicies(belief, forget);
}

/** What is believed after calls that were in flight together: every acknowledged one happened, in some order. */
export function believeRound(before: Belief, members: readonly Observation[]): Belief {
  let belief = before;
  const acknowledgedSids = new Map<string, number>();
  for (const member of members) {
    if (member.kind !== "addition") continue;
    const sid = member.reading.body.members?.StatementId;
    const id = `${member.situation.key} ${String(sid)}`;
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
      ? [`${member.situation.key} ${String(member.reading.body.members?.StatementId)}`]
      : [],
  );
  return members.some((member) => {
    const removed = removal(member.call);
    return removed !== null && added.includes(`${removed.key} ${removed.sid}`);
  });
}
