import { type Member, members } from "../../spec/constraint.ts";
import { type Draft, draftOf, type OperationContext } from "./draft.ts";
import type { Refusal } from "./errors.ts";
import type { HttpReply, HttpRequest, ReferenceRoute } from "./http.ts";
import { qualified } from "./names.ts";
import { policySize } from "./policies.ts";
import { lookUp, type Policy, policyAt, type State, type Stored, writePolicy } from "./state.ts";

/** Every check of an AddPermission request, in order. */
const order = [
  "encoding",
  "repeated",
  "media",
  "body",
  "constraints",
  "mismatch",
  "lookup",
  "latest",
  "principal",
  "revision",
  "duplicate",
  "size",
  "further",
] as const;

/** One check of an AddPermission request. */
export type RequestCheck = (typeof order)[number];

/** How the reference checks and writes an addition. */
export interface AdditionBehaviour {
  /** The checks in order; the first that refuses decides. */
  readonly checks: readonly RequestCheck[];
  /** An undocumented check, after all others. */
  readonly furtherCheck: (draft: Draft, policy: Policy) => Refusal | null;
  /** True if an id is already used. */
  readonly taken: (statements: readonly Stored[], sid: string, draft: Draft) => boolean;
  /** True if a given revision allows the call. */
  readonly revisionMatches: (given: string, current: string, draft: Draft) => boolean;
  /** Called after each written addition. */
  readonly added: (draft: Draft) => void;
  /** A pause between checking and writing, also of RemovePermission; null writes at once. */
  readonly pause: (operation: "AddPermission" | "RemovePermission", state: State) => Promise<void> | null;
  /** True if a check is repeated after the pause, also of RemovePermission. */
  readonly rechecks: (check: RequestCheck) => boolean;
  /** The policy that a write after a pause builds on, also of RemovePermission. */
  readonly base: (read: Policy, current: Policy) => Policy;
}

/** All checks, and no pause between checking and writing. */
export const faithfulAdditions: AdditionBehaviour = {
  checks: order,
  furtherCheck: () => null,
  taken: (statements, sid) => statements.some((statement) => statement.sid === sid),
  revisionMatches: (given, current) => given === current,
  added: () => {},
  pause: () => null,
  rechecks: () => true,
  base: (_read, current) => current,
};

/** Answers AddPermission; synchronously, unless the behaviour pauses between checking and writing. */
export function addPermission(
  context: OperationContext,
  request: HttpRequest,
  route: ReferenceRoute,
): HttpReply | Promise<HttpReply> {
  const draft = draftOf(context, request, route);
  const refusal = firstRefusal(context.behaviour.checks, draft, draft.read);
  if (refusal !== null) return refuse(draft, refusal);
  const pause = context.behaviour.pause("AddPermission", context.state);
  return pause === null ? add(draft, draft.read.statements) : pause.then(() => addLate(draft));
}

/** Refuses a draft; the faithful behaviour changes no policy. */
function refuse(draft: Draft, refusal: Refusal): HttpReply {
  const { behaviour, state, key } = draft;
  const written = behaviour.afterRefusal(refusal, draft);
  if (written !== null) writePolicy(state, key, written, behaviour.nextRevision);
  return behaviour.refuse(behaviour.named(refusal, draft), refusal.message, refusal);
}

const aboutState: readonly RequestCheck[] = ["lookup", "revision", "duplicate", "size"];

function addLate(draft: Draft): HttpReply {
  const { behaviour, state, key } = draft;
  const current = policyAt(state, key);
  const again = behaviour.checks.filter((check) => aboutState.includes(check) && behaviour.rechecks(check));
  const refusal = firstRefusal(again, draft, current);
  if (refusal !== null) return refuse(draft, refusal);
  return add(draft, behaviour.base(draft.read, current).statements);
}

function add(draft: Draft, statements: readonly Stored[]): HttpReply {
  const { behaviour, state, key } = draft;
  writePolicy(state, key, behaviour.append(statements, draft.stored()), behaviour.nextRevision);
  behaviour.added(draft);
  return behaviour.created(draft.json());
}

type Refusing = (draft: Draft, policy: Policy) => Refusal | null;

const judges: Readonly<Record<RequestCheck, Refusing>> = {
  encoding: ({ decodable }) =>
    decodable ? null : { kind: "encoding", message: "The path and the query must be percent-encoded UTF-8." },
  repeated: ({ qualifiers }) =>
    qualifiers <= 1
      ? null
      : { kind: "repeated", member: "Qualifier", message: "Only one Qualifier is allowed." },
  media: ({ behaviour, contentType }) =>
    behaviour.acceptsMedia(contentType)
      ? null
      : { kind: "media-type", message: "The body must be application/json." },
  body: ({ analysis }) =>
    analysis.kind === "object"
      ? null
      : { kind: analysis.why, message: "The body must be one JSON object in UTF-8." },
  constraints,
  mismatch,
  lookup,
  latest: ({ qualifier }) =>
    qualifier !== "$LATEST"
      ? null
      : { kind: "latest", member: "Qualifier", message: "$LATEST cannot have a policy." },
  principal: ({ principal }) =>
    principal !== null
      ? null
      : {
          kind: "principal",
          member: "Principal",
          message: "Principal must be an account, a service, an identity or *.",
        },
  revision,
  duplicate,
  size,
  further: (draft, policy) => draft.behaviour.furtherCheck(draft, policy),
};

/** The refusal of the first check that refuses; null if all pass. */
function firstRefusal(checks: readonly RequestCheck[], draft: Draft, policy: Policy): Refusal | null {
  for (const check of checks) {
    const refusal = judges[check](draft, policy);
    if (refusal !== null) return refusal;
  }
  return null;
}

function constraints(draft: Draft): Refusal | null {
  for (const member of members) {
    const [kind] = draft.behaviour.faults(member, draft.given[member]);
    if (kind !== undefined) return { kind, member, message: sentence(member, kind) };
  }
  return null;
}

function sentence(member: Member, kind: string): string {
  return kind === "required" ? `${member} is missing.` : `The value of ${member} breaks its ${kind}.`;
}

function mismatch({ name, values }: Draft): Refusal | null {
  const given = [name.qualifier, values.Qualifier];
  if (given.includes(undefined) || given[0] === given[1]) return null;
  return { kind: "mismatch", member: "Qualifier", message: "FunctionName and Qualifier disagree." };
}

function lookup(draft: Draft): Refusal | null {
  if (!draft.behaviour.isAccessible(draft.name, draft.home)) {
    return { kind: "elsewhere", member: "FunctionName", message: "That function is not in this region." };
  }
  const kind = draft.behaviour.found(lookUp(draft.state, draft.arn, draft.qualifier), draft);
  if (kind === "present") return null;
  const message = `There is no ${qualified(draft.arn, draft.qualifier)}.`;
  return { kind, member: kind === "no-function" ? "FunctionName" : "Qualifier", message };
}

function revision(draft: Draft, policy: Policy): Refusal | null {
  const given = draft.values.RevisionId;
  if (given === undefined || draft.behaviour.revisionMatches(given, policy.revision, draft)) return null;
  return { kind: "revision", member: "RevisionId", message: "RevisionId is not the latest one." };
}

function duplicate(draft: Draft, policy: Policy): Refusal | null {
  const sid = draft.values.StatementId ?? "";
  if (!draft.behaviour.taken(policy.statements, sid, draft)) return null;
  return { kind: "duplicate", member: "StatementId", message: `The statement ${sid} exists already.` };
}

function size(draft: Draft, policy: Policy): Refusal | null {
  const { behaviour } = draft;
  const bytes = policySize(behaviour.append(policy.statements, draft.stored()));
  if (bytes <= behaviour.sizeLimit) return null;
  return {
    kind: "size",
    message: `The policy would have ${bytes} bytes; the limit is ${behaviour.sizeLimit}.`,
  };
}
