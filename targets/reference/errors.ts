import type { AddPermissionError, DocumentedError, ErrorHeader } from "../../spec/add-permission.ts";
import type { Draft } from "./draft.ts";
import type { HttpReply } from "./http.ts";
import type { Stored } from "./state.ts";

/** The constraints that a member can break. */
export type BrokenConstraint = "required" | "type" | "minLength" | "maxLength" | "pattern";

/** The reasons for which the reference refuses a request. */
export type RefusalKind =
  | BrokenConstraint
  | "encoding"
  | "repeated"
  | "body-empty"
  | "body-encoding"
  | "body-syntax"
  | "body-not-object"
  | "body-too-large"
  | "media-type"
  | "mismatch"
  | "elsewhere"
  | "no-function"
  | "no-version"
  | "no-alias"
  | "no-policy"
  | "no-statement"
  | "latest"
  | "principal"
  | "revision"
  | "duplicate"
  | "exists"
  | "in-use"
  | "size"
  | "route"
  | "throttled"
  | "internal";

/** A refusal, not yet an answer. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** The member that causes the refusal, if there is one. */
  readonly member?: string;
  readonly message: string;
}

/** The status and the exception name of a refusal. */
export interface NamedStatus {
  readonly status: number;
  readonly name: string;
}

/** How the reference answers a refused AddPermission, and what it writes. */
export interface RefusalBehaviour {
  /** The status and name of a refusal; without a draft, the client requested the fault. */
  readonly named: (refusal: Refusal, draft?: Draft) => NamedStatus;
  /** The answer to a refused AddPermission. */
  readonly refuse: (named: NamedStatus, message: string, refusal: Refusal) => HttpReply;
  /** The statements of the policy after a refusal; null writes nothing. */
  readonly afterRefusal: (refusal: Refusal, draft: Draft) => readonly Stored[] | null;
}

/** The documented exceptions; nothing is written. */
export const faithfulRefusals: RefusalBehaviour = {
  named: (refusal) => namedRefusal(refusal),
  refuse: errorReply,
  afterRefusal: () => null,
};

const invalid: DocumentedError = { status: 400, name: "InvalidParameterValueException" };
const missing: DocumentedError = { status: 404, name: "ResourceNotFoundException" };
const conflict: DocumentedError = { status: 409, name: "ResourceConflictException" };

/** Undocumented: the live service answers like this before the operation runs. */
const tooLarge = { status: 413, name: "RequestEntityTooLargeException" } as const;

const names: Readonly<Partial<Record<RefusalKind, DocumentedError | typeof tooLarge>>> = {
  elsewhere: missing,
  "no-function": missing,
  "no-version": missing,
  "no-alias": missing,
  "no-policy": missing,
  "no-statement": missing,
  route: missing,
  duplicate: conflict,
  exists: conflict,
  "in-use": conflict,
  revision: { status: 412, name: "PreconditionFailedException" },
  size: { status: 400, name: "PolicyLengthExceededException" },
  "body-too-large": tooLarge,
  throttled: { status: 429, name: "TooManyRequestsException" },
  internal: { status: 500, name: "ServiceException" },
};

/** The documented status and name of a refusal; 400 if the document gives none. */
function namedRefusal(refusal: Refusal): NamedStatus {
  return names[refusal.kind] ?? invalid;
}

/** An error answer with the name in a header and a message in the body. */
function errorReply(named: NamedStatus, message: string): HttpReply {
  const header: Lowercase<ErrorHeader> = "x-amzn-errortype";
  const body: AddPermissionError = { Type: named.status >= 500 ? "Service" : "User", message };
  return {
    status: named.status,
    headers: [
      ["Content-Type", "application/json"],
      [header, named.name],
    ],
    body: JSON.stringify(body),
  };
}

/** A documented refusal, for the other operations, which no mutant changes. */
export function refused(kind: RefusalKind, message: string): HttpReply {
  return errorReply(namedRefusal({ kind, message }), message);
}
