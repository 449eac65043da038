import { type Member, members } from "../../spec/constraint.ts";
import type { Check } from "./behaviour.ts";
import type { Draft } from "./draft.ts";
import type { Refusal } from "./errors.ts";
import { qualified } from "./resolve.ts";
import { lookUp, type Policy } from "./state.ts";

type Judge = (draft: Draft, policy: Policy) => Refusal | null;

const judges: Readonly<Record<Check, Judge>> = {
  encoding: (draft) =>
    draft.decodable
      ? null
      : { kind: "encoding", message: "The path and the query must be percent-encoded UTF-8." },
  repeated: (draft) =>
    draft.qualifiers <= 1
      ? null
      : { kind: "repeated", member: "Qualifier", message: "Qualifier may be given once." },
  media: (draft) =>
    draft.behaviour.acceptsMedia(draft.contentType)
      ? null
      : { kind: "media-type", message: "The body must be application/json." },
  body: ({ reading }) =>
    reading.kind === "object"
      ? null
      : { kind: reading.why, message: "The body must be one JSON object in UTF-8." },
  constraints,
  mismatch,
  lookup,
  latest: (draft) =>
    draft.qualifier !== "$LATEST" || draft.behaviour.allowsLatest
      ? null
      : { kind: "latest", member: "Qualifier", message: "$LATEST takes no policy." },
  principal: (draft) =>
    draft.principal !== null
      ? null
      : {
          kind: "principal",
          member: "Principal",
          message: "Principal must be an account, a service, an identity or *.",
        },
  revision,
  duplicate,
  size,
  whim: (draft, policy) => draft.behaviour.whim?.(draft, policy) ?? null,
};

/** The first check of a list that refuses, in order; null where none does. */
export function firstRefusal(checks: readonly Check[], draft: Draft, policy: Policy): Refusal | null {
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

function mismatch({ name, values, behaviour }: Draft): Refusal | null {
  if (name.qualifier === undefined || values.Qualifier === undefined) return null;
  if (behaviour.agree(name.qualifier, values.Qualifier)) return null;
  return { kind: "mismatch", member: "Qualifier", message: "FunctionName and Qualifier disagree." };
}

function lookup(draft: Draft): Refusal | null {
  if (!draft.behaviour.reaches(draft.name, draft.home)) {
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
  const { behaviour, key } = draft;
  const bytes = behaviour.size(behaviour.append(policy.statements, draft.stored(), key));
  if (bytes <= behaviour.sizeLimit) return null;
  return {
    kind: "size",
    message: `The policy would have ${bytes} bytes; the limit is ${behaviour.sizeLimit}.`,
  };
}
