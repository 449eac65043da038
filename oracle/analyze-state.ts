import type { AddPermissionRequest, Received } from "../spec/add-permission.ts";
import { jsonObject } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import type { RequestAnalysis, Resource } from "../spec/request.ts";
import { conditional } from "../spec/statement.ts";
import { policyKey } from "../spec/target.ts";
import {
  asRead,
  isDisputed,
  knownFunction,
  type ModelState,
  mayHaveAgain,
  type PolicyModelState,
  type PossibleState,
  policyOf,
} from "./model-state.ts";

/** A reason why a request must be refused that depends on what the target holds. */
export type StateRefusalReason =
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
export type StateVariation =
  | "RevisionId.current"
  | "StatementId.shares-prefix"
  | "StatementId.letter-case"
  | "StatementId.freed"
  | "StatementId.on-other-function"
  | "StatementId.on-other-qualifier"
  | "policy.room-again";

/** Something about the state on which the document is silent. */
export type StateQuestion = "FunctionName.letter-case";

/** What the model state says of a request: which policy it is for, and which rules of that policy apply to it. */
export interface StateAnalysis {
  /** The policy the request is for; null when the resource does not exist or is not known to. */
  readonly key: string | null;
  readonly refusalReasons: readonly StateRefusalReason[];
  readonly questions: readonly StateQuestion[];
  readonly variations: readonly StateVariation[];
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

const nothing: StateAnalysis = {
  key: null,
  refusalReasons: [],
  questions: [],
  variations: [],
  reused: false,
  perhapsElsewhere: false,
  unsure: [],
};

/** Compares a request with the model state of the target. */
export function analyzeAgainstState(analysis: RequestAnalysis, modelState: ModelState): StateAnalysis {
  const { resource } = analysis;
  if (resource === null) return nothing;
  const foreign = elsewhere(resource, modelState);
  if (foreign) return { ...nothing, refusalReasons: [foreign] };
  const missing = missingPart(resource, modelState);
  if (missing) return { ...nothing, ...missing };
  const key = policyKey(resource.name, resource.qualifier);
  const policy = policyOf(modelState, key);
  if (policy === undefined) return { ...nothing, unsure: ["policy"] };
  const members = analysis.body.members ?? {};
  const sid = members.StatementId;
  const revision = members.RevisionId;
  const bySid = typeof sid === "string" ? analyzeSid(sid, key, policy, members, modelState) : nothing;
  const byRevision =
    typeof revision === "string" ? analyzeRevision(revision, key, policy, modelState) : nothing;
  return {
    key,
    refusalReasons: [...bySid.refusalReasons, ...byRevision.refusalReasons],
    questions: bySid.questions,
    variations: [
      ...bySid.variations,
      ...byRevision.variations,
      ...(policy.overfull === "room-again" ? (["policy.room-again"] as const) : []),
    ],
    reused: typeof sid === "string" && policy.tidied.includes(sid),
    perhapsElsewhere: typeof sid === "string" && holdersOf(sid, key, modelState, mayBeHeldBy).length > 0,
    unsure: [...bySid.unsure, ...byRevision.unsure],
  };
}

function elsewhere(resource: Resource, { home }: ModelState): StateRefusalReason | null {
  if (resource.partition !== null && resource.partition !== home.partition) return "resource.other-partition";
  if (resource.region !== null && resource.region !== home.region) return "resource.other-region";
  if (resource.account !== null && resource.account !== home.account) return "resource.other-account";
  return null;
}

function missingPart({ name, qualifier }: Resource, modelState: ModelState): Partial<StateAnalysis> | null {
  const known = knownFunction(modelState, name);
  if (known === undefined) {
    const lower = name.toLowerCase();
    if (Object.keys(modelState.functions).some((other) => other.toLowerCase() === lower)) {
      return { questions: ["FunctionName.letter-case"] };
    }
    return { refusalReasons: ["resource.unknown-function"] };
  }
  if (known.exists === null) return { unsure: ["function"] };
  if (!known.exists)
    return { refusalReasons: [known.deleted ? "resource.deleted-function" : "resource.unknown-function"] };
  if (qualifier === null || known.versions.includes(qualifier) || known.aliases.includes(qualifier))
    return null;
  if (qualifier === "$LATEST") return {};
  if (!/^\d+$/.test(qualifier)) return { refusalReasons: ["resource.unknown-alias"] };
  return known.versionsKnown ? { refusalReasons: ["resource.unknown-version"] } : { unsure: ["versions"] };
}

function analyzeSid(
  sid: string,
  key: string,
  policy: PolicyModelState,
  members: Received<AddPermissionRequest>,
  modelState: ModelState,
): StateAnalysis {
  if (policy.capped) return { ...nothing, unsure: ["too-many-open"] };
  // An answer that agrees with an acknowledged write is right, whatever a read showed.
  if (isDisputed(policy, sid)) return { ...nothing, unsure: ["StatementId"] };
  const holds = policy.possibleStates.map((possibleState) => holdsSid(possibleState, sid));
  if (holds.some((held) => held === null)) return { ...nothing, unsure: ["statements"] };
  if (holds.every((held) => held)) {
    return {
      ...nothing,
      refusalReasons: [
        sameContent(policy.possibleStates, sid, members)
          ? "StatementId.duplicate-content"
          : "StatementId.duplicate",
      ],
    };
  }
  if (holds.some((held) => held)) return { ...nothing, unsure: ["StatementId"] };
  const others = policy.possibleStates.flatMap(
    ({ statements }) => statements?.flatMap((statement) => statement.sid ?? []) ?? [],
  );
  return { ...nothing, variations: sidVariations(sid, key, policy, others, modelState) };
}

function holdsSid(possibleState: PossibleState, sid: string): boolean | null {
  return possibleState.statements === null
    ? null
    : possibleState.statements.some((statement) => statement.sid === sid);
}

function sameContent(
  possibleStates: readonly PossibleState[],
  sid: string,
  members: Received<AddPermissionRequest>,
): boolean {
  return possibleStates.every(({ statements }) =>
    statements?.some(({ sid: other, text }) => other === sid && text !== null && isMadeOf(text, members)),
  );
}

/** Says whether the members of a request, each in its place, are what a statement holds. */
function isMadeOf(text: string, members: Received<AddPermissionRequest>): boolean {
  const { Action, Principal, Condition } = jsonObject(text) ?? {};
  const principals = isRecord(Principal) ? Object.values(Principal) : [Principal];
  const conditions = membersOf(Condition).flatMap(([, keys]) => membersOf(keys));
  return (
    Action === members.Action &&
    principals.length === 1 &&
    String(principals[0]).includes(String(members.Principal)) &&
    conditional.every((member) => {
      const found = conditions.filter(([key]) => key.toLowerCase().endsWith(`:${member.toLowerCase()}`));
      const sent = members[member];
      return found.length === (sent === undefined ? 0 : 1) && found.every(([, value]) => `${value}` === sent);
    })
  );
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

function sidVariations(
  sid: string,
  key: string,
  policy: PolicyModelState,
  others: readonly string[],
  modelState: ModelState,
): readonly StateVariation[] {
  const found: StateVariation[] = [];
  if (others.some((other) => commonPrefix(other, sid) >= 32)) found.push("StatementId.shares-prefix");
  const lower = sid.toLowerCase();
  if (others.some((other) => other.length === sid.length && other.toLowerCase() === lower))
    found.push("StatementId.letter-case");
  if (policy.freed.includes(sid)) found.push("StatementId.freed");
  const holders = holdersOf(sid, key, modelState, isHeldBy);
  if (holders.length === 0) return found;
  const [name = ""] = key.split(":");
  const same = holders.some((other) => other.split(":")[0] === name);
  found.push(same ? "StatementId.on-other-qualifier" : "StatementId.on-other-function");
  return found;
}

type Holding = (policy: PolicyModelState, sid: string) => boolean;

function holdersOf(sid: string, key: string, { policies }: ModelState, holding: Holding): readonly string[] {
  return Object.keys(policies).filter((other) => {
    const policy = policies[other];
    return other !== key && policy !== undefined && holding(policy, sid);
  });
}

function isHeldBy(policy: PolicyModelState, sid: string): boolean {
  return (
    !isDisputed(policy, sid) && policy.possibleStates.every((possibleState) => holdsSid(possibleState, sid))
  );
}

/** The id may be there, or it is not known what the policy holds. */
function mayBeHeldBy(policy: PolicyModelState, sid: string): boolean {
  return (
    policy.capped ||
    isDisputed(policy, sid) ||
    (!isHeldBy(policy, sid) &&
      policy.possibleStates.some((possibleState) => holdsSid(possibleState, sid) !== false))
  );
}

function commonPrefix(a: string, b: string): number {
  let size = 0;
  while (size < a.length && a[size] === b[size]) size += 1;
  return size;
}

function analyzeRevision(
  revision: string,
  key: string,
  policy: PolicyModelState,
  modelState: ModelState,
): StateAnalysis {
  if (revision === "") return nothing;
  if (policy.capped) return { ...nothing, unsure: ["too-many-open"] };
  const current = policy.possibleStates.map(
    (possibleState) =>
      possibleState.policyRevision === revision || possibleState.resourceRevision === revision,
  );
  if (current.every((is) => is)) return { ...nothing, variations: ["RevisionId.current"] };
  if (current.some((is) => is)) return { ...nothing, unsure: ["RevisionId"] };
  const replaced = policy.consumed.includes(revision) || policy.superseded.includes(revision);
  // The policy may again hold what it held at that revision.
  const isPossible = ({ statements }: PossibleState) =>
    mayHaveAgain(policy, revision, asRead(policy, statements));
  if (replaced && policy.possibleStates.some(isPossible)) return { ...nothing, unsure: ["RevisionId"] };
  if (policy.consumed.includes(revision)) return { ...nothing, refusalReasons: ["RevisionId.used"] };
  if (policy.superseded.includes(revision)) {
    const known = policy.possibleStates.every((possibleState) => possibleState.policyRevision !== null);
    return known
      ? { ...nothing, refusalReasons: ["RevisionId.stale"] }
      : { ...nothing, unsure: ["RevisionId"] };
  }
  if (policy.possiblyStale.includes(revision)) return { ...nothing, unsure: ["RevisionId"] };
  if (!shownElsewhere(revision, key, modelState))
    return mayBegin(revision, policy)
      ? { ...nothing, unsure: ["RevisionId"] }
      : { ...nothing, refusalReasons: ["RevisionId.never-seen"] };
  // A target that only counts may give equal revisions to two policies.
  const known = policy.possibleStates.every(
    (possibleState) => possibleState.policyRevision !== null && possibleState.resourceRevision !== null,
  );
  return known
    ? { ...nothing, refusalReasons: ["RevisionId.foreign"] }
    : { ...nothing, unsure: ["RevisionId"] };
}

/** A target that counts may give zeros to a policy without statements, and its revision may not have been read. */
function mayBegin(revision: string, { possibleStates }: PolicyModelState): boolean {
  return (
    /^[0-]+$/.test(revision) &&
    possibleStates.some(
      ({ statements, policyRevision, resourceRevision }) =>
        (statements ?? []).length === 0 && policyRevision === null && resourceRevision === null,
    )
  );
}

function shownElsewhere(revision: string, key: string, modelState: ModelState): boolean {
  return Object.keys(modelState.policies).some((other) => {
    const policy = policyOf(modelState, other);
    if (policy === undefined || other === key) return false;
    const { superseded, consumed, possiblyStale, rejected, possibleStates } = policy;
    return (
      [superseded, consumed, possiblyStale, rejected].some((shown) => shown.includes(revision)) ||
      possibleStates.some(
        (possibleState) =>
          possibleState.policyRevision === revision || possibleState.resourceRevision === revision,
      )
    );
  });
}
