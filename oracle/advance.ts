import { isSuccess, jsonObject, revisionIn, saysNothing, versionIn } from "../spec/answer.ts";
import { bodyBytes, type Call, type Operation } from "../spec/exchange.ts";
import { type StatementModelState, statementText } from "../spec/statement.ts";
import { type Addressee, addressee, percentDecoded, policyKey, removal, route } from "../spec/target.ts";
import { underTheirIds } from "./compare-policy.ts";
import {
  appended,
  asRead,
  consumedBy,
  type Disputed,
  type FunctionModelState,
  forget,
  inEveryPossibleState,
  isDisputed,
  knownFunction,
  latest,
  type ModelState,
  mapPolicies,
  maybe,
  newPolicy,
  noteWrite,
  type PolicyModelState,
  type PossibleState,
  policyOf,
  policyWith,
  possibleSids,
  possiblyStaleIn,
  unsettle,
  type Write,
  without,
  withoutDispute,
  withPolicy,
  withShown,
} from "./model-state.ts";
import type { Addition, Neighbour, Observation, PolicyRead } from "./observe.ts";

/** The model state after a call, from the model state before it. Pure. */
export function advance(before: ModelState, observation: Observation): ModelState {
  switch (observation.kind) {
    case "addition":
      return noteWrite(advanceAddition(before, observation), additionKind(observation));
    case "policy-read":
      return advanceRead(before, observation);
    case "neighbour": {
      const write = neighbourKind(observation);
      const after = advanceNeighbour(before, observation);
      return write === null ? after : noteWrite(after, write);
    }
  }
}

function additionKind({ result }: Addition): Write {
  if (result.kind === "added") return "addition";
  return result.kind === "refused" && result.status < 500 ? "refused" : "open";
}

function neighbourKind({ call, answer }: Neighbour): Write | null {
  const write = writes[call.operation];
  if (write === undefined) return null;
  if (saysNothing(answer)) return "open";
  if (!isSuccess(answer)) return "refused";
  return call.operation === "DeleteFunction" && addresseeOf(call)?.qualifier != null ? "version" : write;
}

function addresseeOf({ target }: Call): Addressee | null {
  const at = route(target);
  return at.kind === "neighbour" ? addressee(at) : null;
}

function advanceAddition(modelState: ModelState, observation: Addition): ModelState {
  const { analysis, stateAnalysis, result } = observation;
  const { key } = stateAnalysis;
  if (result.kind === "refused" && result.status < 500) return advanceRefusal(modelState, observation);
  const before = key === null ? modelState : unsettle(modelState, key.split(":")[0] ?? "", key);
  const objected =
    analysis.refusalReasons.length + analysis.questions.length > 0 && !isTakenAsMeant(observation);
  const unexpected = objected || stateAnalysis.refusalReasons.length + stateAnalysis.questions.length > 0;
  const anywhere = analysis.resource === null && analysis.questions.length > 0;
  if (key === null) {
    const given = withGiven(before, analysis);
    if (result.kind === "added" || anywhere) return forgetAll(given);
    return forgetUnknown(given, analysis);
  }
  const policy = policyOf(before, key);
  if (policy === undefined) return before;
  // The request was accepted, and its qualifier can mean more than one policy: each of them may hold the statement.
  if (result.kind === "added" && analysis.questions.includes("body.qualifier-member"))
    return forgetAll(before);
  const sid = String(analysis.body.members?.StatementId);
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
function isTakenAsMeant({ analysis, result }: Addition): boolean {
  const framing = analysis.questions.every((question) => question === "request.framing");
  if (!framing || analysis.refusalReasons.length > 0 || result.kind !== "added") return false;
  return result.statement.parsed?.Sid === analysis.body.members?.StatementId;
}

/** What a deleted function is given may show when it is created again, by the fault of the addition. */
function withGiven(before: ModelState, { resource, body }: Addition["analysis"]): ModelState {
  const { name = "", qualifier = null } = resource ?? {};
  const known = knownFunction(before, name);
  if (qualifier !== null || known?.deleted !== true) return before;
  const sids = [...(known.pasts?.[name]?.sids ?? []), String(body.members?.StatementId)];
  const pasts = { ...known.pasts, [name]: { sids: latest(sids), here: false } };
  return withFunction(before, name, { ...known, pasts });
}

/** The statement may be on a resource that may not exist. */
function forgetUnknown(before: ModelState, { resource }: Addition["analysis"]): ModelState {
  const key = resource === null ? "" : policyKey(resource.name, resource.qualifier);
  const policy = policyOf(before, key);
  return policy === undefined ? before : withPolicy(before, key, forget(policy));
}

function acknowledged(
  policy: PolicyModelState,
  sid: string,
  text: string | null,
  size: number,
): PolicyModelState {
  // A read showed the statement after its removal; it was not there when this one was added.
  const free = isDisputed(policy, sid) ? inEveryPossibleState(policy, without(sid)) : policy;
  return {
    ...inEveryPossibleState(
      withoutDispute(free, sid),
      appended(text === null ? { sid, text, size } : { sid, text }),
    ),
    ...consumedBy(policy),
    since: {
      ...policy.since,
      added: latest([...policy.since.added, sid]),
      doubted: policy.since.doubted.filter((one) => one !== sid),
    },
    freed: policy.freed.filter((freed) => freed !== sid),
    rejected: [],
    overfull: "no",
  };
}

function advanceRefusal(before: ModelState, { analysis, stateAnalysis, result }: Addition): ModelState {
  const members = analysis.body.members ?? {};
  const sid = typeof members.StatementId === "string" ? members.StatementId : null;
  const revision = members.RevisionId;
  const error = result.kind === "refused" ? result.error : null;
  const refusedOn = (policy: PolicyModelState): PolicyModelState => ({
    ...policy,
    since: { ...policy.since, refused: latest([...policy.since.refused, sid]) },
  });
  const { key } = stateAnalysis;
  // It is not known which policy the removal was for, so each policy may be as it was.
  if (key === null) return mapPolicies(before, refusedOn);
  const policy = policyOf(before, key);
  if (policy === undefined) return before;
  const stale = error === "PreconditionFailedException" && typeof revision === "string";
  return withPolicy(before, key, {
    ...refusedOn(policy),
    rejected: stale ? [...policy.rejected, revision] : policy.rejected,
    overfull: error === "PolicyLengthExceededException" ? "full" : policy.overfull,
  });
}

function advanceRead(before: ModelState, observation: PolicyRead): ModelState {
  const { key, policy: seen, difference, together } = observation;
  const known = policyOf(before, key);
  if (key === null || known === undefined || together) return before;
  if (seen.kind === "unreadable" || seen.kind === "unsettled") return before;
  const statements = seen.kind === "policy" ? underTheirIds(known, seen.statements) : [];
  const revision = seen.kind === "policy" ? seen.revision : null;
  const kept = {
    shown: withShown(known, revision, statements),
    freed: known.freed,
    tidied: known.tidied,
    overfull: known.overfull,
  };
  const disputed = disputedAfter(known, statements, difference);
  if (disputed.length > 0) {
    // What is shown may be late, so no revision is known to be current.
    const revisions = [
      ...possiblyStaleIn(known),
      ...known.consumed,
      ...(revision === null ? [] : [revision]),
    ];
    return withPolicy(before, key, {
      ...policyWith(statements),
      ...kept,
      disputed,
      superseded: known.superseded,
      possiblyStale: latest([...new Set(revisions)]),
    });
  }
  const replaced = [...currentPolicyRevisions(known), ...known.consumed].filter(
    (shown) => shown !== revision,
  );
  const same = known.possibleStates.length === 1 && currentPolicyRevisions(known).includes(revision ?? "");
  const resourceRevision = unwritten(known);
  return withPolicy(before, key, {
    ...policyWith(statements),
    ...kept,
    possibleStates: [{ statements, policyRevision: revision, resourceRevision }],
    possiblyStale: possiblyStaleIn(known).filter(
      (shown) => ![...replaced, revision, resourceRevision].includes(shown),
    ),
    superseded:
      revision === null ? known.superseded : latest([...new Set([...known.superseded, ...replaced])]),
    consumed: revision === null ? known.consumed : [],
    rejected: same ? known.rejected : [],
  });
}

/** The ids on which the acknowledged writes and this read disagree. */
function disputedAfter(
  { disputed, since }: PolicyModelState,
  shown: readonly StatementModelState[],
  found: PolicyRead["difference"],
): readonly Disputed[] {
  if (disputed.length + since.doubted.length === 0 && found === null) return disputed;
  const isShown = (sid: string) => shown.some((one) => one.sid === sid);
  const disputeOf = (acknowledged: boolean) => (one: StatementModelState) =>
    one.sid === null ? [] : [{ sid: one.sid, acknowledged, text: one.text }];
  const lost = [...(found?.lostNew ?? []), ...(found?.lostOld ?? [])];
  const surplus = [...(found?.extra ?? []), ...(found?.kept ?? [])];
  const isNamed = (sid: string) => [...disputed, ...lost, ...surplus].some((one) => one.sid === sid);
  const doubted = since.doubted.filter((sid) => !isShown(sid) && !isNamed(sid));
  return latest([
    ...disputed.filter(({ sid, acknowledged }) => isShown(sid) !== acknowledged),
    ...lost.flatMap(disputeOf(true)),
    ...doubted.map((sid) => ({ sid, acknowledged: true, text: null })),
    ...surplus.flatMap(disputeOf(false)),
  ]);
}

function unwritten(policy: PolicyModelState): string | null {
  return policy.possibleStates.length === 1 ? (policy.possibleStates[0]?.resourceRevision ?? null) : null;
}

function currentPolicyRevisions(policy: PolicyModelState): readonly string[] {
  return policy.possibleStates.flatMap(({ policyRevision }) =>
    policyRevision === null ? [] : [policyRevision],
  );
}

function noteElsewhere(modelState: ModelState, key: string, sid: string): ModelState {
  return mapPolicies(modelState, (policy, other) => {
    if (other === key) return policy;
    const { since } = policy;
    return { ...policy, since: { ...since, elsewhere: latest([...since.elsewhere, { key, sid }]) } };
  });
}

function forgetAll(modelState: ModelState): ModelState {
  return mapPolicies(modelState, forget);
}

/** The model state after calls that were in flight together: each acknowledged call took effect, in some order. */
export function advanceBatch(before: ModelState, members: readonly Observation[]): ModelState {
  let modelState = before;
  const acknowledgedSids = new Map<string, number>();
  for (const member of members) {
    if (member.kind !== "addition") continue;
    const sid = member.analysis.body.members?.StatementId;
    const id = JSON.stringify([member.stateAnalysis.key, String(sid)]);
    if (member.result.kind === "added") acknowledgedSids.set(id, (acknowledgedSids.get(id) ?? 0) + 1);
    modelState = advance(modelState, member);
  }
  for (const member of members) if (member.kind === "neighbour") modelState = advance(modelState, member);
  const touched = touchedKeys(members);
  const confused = [...acknowledgedSids.values()].some((count) => count > 1) || removesWhatItAdds(members);
  return mapPolicies(modelState, (policy, key) => {
    if (!touched.has(key)) return policy;
    return confused ? forget(policy) : { ...policy, since: { ...policy.since, together: true } };
  });
}

function touchedKeys(members: readonly Observation[]): ReadonlySet<string> {
  const keys = members.map((member) =>
    member.kind === "addition" ? member.stateAnalysis.key : removal(member.call)?.key,
  );
  return new Set(keys.filter((key): key is string => typeof key === "string"));
}

function removesWhatItAdds(members: readonly Observation[]): boolean {
  const added = members.flatMap((member) =>
    member.kind === "addition"
      ? [{ key: member.stateAnalysis.key, sid: String(member.analysis.body.members?.StatementId) }]
      : [],
  );
  return members.some((member) => {
    const removed = removal(member.call);
    return added.some(({ key, sid }) => removed?.key === key && removed?.sid === sid);
  });
}

/** The model state after a call that arranges or observes. Only acknowledged effects count. */
function advanceNeighbour(before: ModelState, observation: Neighbour): ModelState {
  const { call, answer } = observation;
  const done = isSuccess(answer);
  const open = saysNothing(answer);
  if (call.operation === "RemovePermission") return advanceRemoval(before, observation, done, open);
  if (!done) return open && writes[call.operation] !== undefined ? blur(before, observation) : before;
  switch (call.operation) {
    case "GetFunction":
    case "GetAlias":
      return advanceRevision(before, observation);
    case "PublishVersion":
      return advanceVersion(before, observation);
    case "CreateAlias":
      return advanceAlias(before, observation);
    case "UpdateAlias":
      return advanceAliasUpdate(before, observation);
    case "DeleteAlias":
      return advanceNoAlias(before, observation);
    case "CreateFunction":
      return advanceFunction(before, observation);
    case "UpdateFunctionConfiguration":
      return unsettle(before, functionOf(observation));
    case "DeleteFunction":
      return advanceDeletion(before, observation);
    default:
      return before;
  }
}

const writes: Readonly<Partial<Record<Operation, Write>>> = {
  RemovePermission: "removal",
  PublishVersion: "version",
  CreateAlias: "alias",
  UpdateAlias: "alias",
  DeleteAlias: "alias",
  CreateFunction: "function",
  UpdateFunctionConfiguration: "function",
  DeleteFunction: "function",
};

function advanceRemoval(
  modelState: ModelState,
  observation: Neighbour,
  done: boolean,
  open: boolean,
): ModelState {
  const target = removal(observation.call);
  const policy = policyOf(modelState, target?.key ?? null);
  if (target === null || policy === undefined) return modelState;
  const before = done || open ? unsettleNeighbours(modelState, target) : modelState;
  if (open) return withPolicy(before, target.key, maybe(policy, without(target.sid)));
  const disputed = isDisputed(policy, target.sid);
  const { answer } = observation;
  const decides = done || (answer.kind === "response" && answer.status === 404);
  const settled = decides
    ? inEveryPossibleState(withoutDispute(policy, target.sid), without(target.sid))
    : policy;
  if (!done) return disputed ? withPolicy(before, target.key, settled) : before;
  const held = policy.possibleStates.every((one) => holds(one, target.sid));
  if (!held && !disputed) return withPolicy(before, target.key, forget(policy));
  return withPolicy(before, target.key, {
    ...settled,
    ...consumedBy(policy),
    since: {
      ...policy.since,
      added: policy.since.added.filter((sid) => sid !== target.sid),
      doubted: policy.since.doubted.filter((sid) => sid !== target.sid),
      removed: latest([...policy.since.removed, target.sid]),
    },
    freed: latest([...policy.freed, target.sid]),
    rejected: [],
    overfull: policy.overfull === "full" ? "room-again" : policy.overfull,
  });
}

/**
 * A removal may also have changed another policy of the function. That is no fault of AddPermission, so from now on
 * the statement may be missing there; the next read tells.
 */
function unsettleNeighbours(
  modelState: ModelState,
  { key, sid }: NonNullable<ReturnType<typeof removal>>,
): ModelState {
  const name = nameIn(key);
  return mapPolicies(unsettle(modelState, name, key), (policy, other) => {
    if (other === key || nameIn(other) !== name || !mayHold(policy, sid)) return policy;
    const { since, possibleStates } = policy;
    const isSure = possibleStates.every((one) => holds(one, sid)) && !isDisputed(policy, sid);
    const doubted = isSure ? latest([...since.doubted, sid]) : since.doubted;
    return { ...maybe(policy, without(sid)), since: { ...since, doubted } };
  });
}

function mayHold({ possibleStates }: PolicyModelState, sid: string): boolean {
  return possibleStates.some((one) => holds(one, sid));
}

function holds({ statements }: PossibleState, wanted: string): boolean {
  return statements?.some(({ sid }) => sid === wanted) === true;
}

function nameIn(key: string): string {
  return key.split(":")[0] ?? "";
}

function functionOf({ call }: Neighbour): string {
  const named = addresseeOf(call);
  if (named !== null) return named.name;
  const inBody = jsonObject(call.body ?? "")?.FunctionName;
  return typeof inBody === "string" ? inBody : "";
}

function advanceRevision(before: ModelState, observation: Neighbour): ModelState {
  const at = route(observation.call.target);
  const of = at.kind === "neighbour" ? addressee(at) : null;
  if (at.kind !== "neighbour" || of === null) return before;
  const alias = percentDecoded(at.rest[1] ?? "");
  const key = policyKey(of.name, observation.call.operation === "GetAlias" ? alias : of.qualifier);
  const policy = policyOf(before, key);
  if (policy === undefined) return before;
  const resourceRevision = revisionIn(observation.answer) ?? "";
  const [possibleState, ...others] = policy.possibleStates;
  const statements = others.length === 0 ? (possibleState?.statements ?? null) : null;
  return withPolicy(before, key, {
    ...inEveryPossibleState(policy, (one) => ({ ...one, resourceRevision })),
    shown: withShown(policy, resourceRevision, asRead(policy, statements)),
  });
}

function advanceVersion(before: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const version = versionIn(observation.answer);
  const known = knownFunction(before, name);
  if (known === undefined || version === null) return before;
  const unread = unsettle(before, name);
  if (known.versions.includes(version)) return unread;
  const versions = [...known.versions, version];
  const { past, pasts } = takePast(known, policyKey(name, version));
  const grown = withFunction(unread, name, { ...known, ...pasts, versions });
  return withPolicy(grown, policyKey(name, version), newPolicy(before, "published", past));
}

function advanceAlias(before: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const alias = jsonObject(observation.call.body ?? "")?.Name;
  const known = knownFunction(before, name);
  if (known === undefined || typeof alias !== "string") return before;
  // A target that creates an alias again may take that as an update.
  if (known.aliases.includes(alias)) return unsettle(before, name);
  const { past, pasts } = takePast(known, policyKey(name, alias));
  const aliases = [...known.aliases, alias];
  const grown = withFunction(unsettle(before, name), name, { ...known, ...pasts, aliases });
  return withPolicy(grown, policyKey(name, alias), newPolicy(before, "aliased", past));
}

/** What a version or alias of this name held when the function was deleted, and what is left of that for others. */
function takePast({ pasts = {} }: Pick<FunctionModelState, "pasts">, key: string) {
  const { [key]: past = null, ...others } = pasts;
  return { past, pasts: past === null ? {} : { pasts: others } };
}

/** The update may have given the alias the statements of another policy. */
function advanceAliasUpdate(modelState: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const key = policyKey(name, aliasIn(observation));
  const before = unsettle(modelState, name);
  const policy = policyOf(before, key);
  if (policy === undefined) return before;
  const { around } = newPolicy(before, null).since;
  return withPolicy(before, key, { ...policy, since: { ...policy.since, around } });
}

/** The alias that a path names. */
function aliasIn({ call }: Neighbour): string | null {
  const at = route(call.target);
  return at.kind === "neighbour" ? percentDecoded(at.rest[1] ?? "") : null;
}

function advanceNoAlias(before: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const alias = aliasIn(observation);
  const known = knownFunction(before, name);
  if (known === undefined || alias === null) return before;
  const { [policyKey(name, alias)]: _gone, ...policies } = unsettle(before, name).policies;
  return {
    ...withFunction(before, name, { ...known, aliases: known.aliases.filter((one) => one !== alias) }),
    policies,
  };
}

function advanceFunction(before: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const known = knownFunction(before, name);
  const again = known?.deleted === true;
  const { past, pasts } = takePast(known ?? {}, name);
  const grown = withFunction(before, name, {
    exists: true,
    versions: [],
    versionsKnown: true,
    aliases: [],
    deleted: false,
    ...(known?.pasts && { pasts: known.pasts }),
    ...pasts,
  });
  return withPolicy(grown, name, newPolicy(before, again ? "re-created" : null, past));
}

/** The whole function, or one version of it. */
function advanceDeletion(before: ModelState, observation: Neighbour): ModelState {
  const of = addresseeOf(observation.call);
  if (of === null) return before;
  const { name, qualifier } = of;
  if (qualifier === null) return advanceNoFunction(before, name);
  const known = knownFunction(before, name);
  if (known === undefined) return before;
  const { [policyKey(name, qualifier)]: _gone, ...policies } = unsettle(before, name).policies;
  const versions = known.versions.filter((one) => one !== qualifier);
  return { ...withFunction(before, name, { ...known, versions }), policies };
}

function advanceNoFunction(before: ModelState, name: string): ModelState {
  const known = knownFunction(before, name);
  if (known === undefined) return before;
  const policies = Object.entries(before.policies).filter(([key]) => nameIn(key) !== name);
  const held = Object.entries(before.policies)
    .filter(([key]) => key.startsWith(`${name}:`))
    .map(([key, policy]) => [key, { sids: possibleSids(policy), here: true }] as const)
    .filter(([, { sids }]) => sids.length > 0);
  const pasts = { ...known.pasts, ...Object.fromEntries(held) };
  const gone = {
    exists: false,
    versions: [],
    versionsKnown: true,
    aliases: [],
    deleted: true,
    ...(Object.keys(pasts).length > 0 && { pasts }),
  };
  return { ...withFunction(before, name, gone), policies: Object.fromEntries(policies) };
}

/** A write without an answer: until the fixture is created again, the function may exist or not, with any versions. */
function blur(before: ModelState, observation: Neighbour): ModelState {
  const name = functionOf(observation);
  const known = knownFunction(before, name);
  if (known === undefined) return before;
  const open = withFunction(before, name, { ...known, exists: null, versionsKnown: false });
  const own = Object.entries(open.policies).filter(([key]) => key.split(":")[0] === name);
  return own.reduce((modelState, [key, policy]) => withPolicy(modelState, key, forget(policy)), open);
}

function withFunction(modelState: ModelState, name: string, known: FunctionModelState): ModelState {
  return { ...modelState, functions: { ...modelState.functions, [name]: known } };
}
