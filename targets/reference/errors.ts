import type { AddPermissionError, DocumentedError, ErrorHeader } from "../../spec/add-permission.ts";
import type { Draft } from "./draft.ts";
import type { HttpReply } from "./http.ts";
import type { Stored } from "./state.ts";

/** The ways in which a member can break its constraint. */
export type BrokenConstraint = "required" | "type" | "minLength" | "maxLength" | "pattern";

/** Everything the reference refuses a request for. */
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

/** A refusal before it becomes an answer. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** The member that is to blame, where one is. */
  readonly member?: string;
  readonly message: string;
}

/** Status and exception name of a refusal. */
export interface NamedStatus {
  readonly status: number;
  readonly name: string;
}

/** How a refused AddPermission is answered, and what it leaves behind. */
export interface RefusalBehaviour {
  /** Status and name of a refusal; no draft where the fault was asked for. */
  readonly named: (refusal: Refusal, draft?: Draft) => NamedStatus;
  /** The answer to a refused AddPermission. */
  readonly refuse: (named: NamedStatus, message: string, refusal: Refusal) => HttpReply;
  /** The statements of the policy after a refusal; null writes nothing. */
  readonly afterRefusal: (refusal: Refusal, draft: Draft) => readonly Stored[] | null;
}

/** The documented exceptions, and nothing is written. */
export const faithfulRefusals: RefusalBehaviour = {
  named: (refusal) => namedRefusal(refusal),
  refuse: errorReply,
  afterRefusal: () => null,
};

const invalid: DocumentedError = { status: 400, name: "InvalidParameterValueException" };
const missing: DocumentedError = { status: 404, name: "ResourceNotFoundException" };
const conflict: DocumentedError = { status: 409, name: "ResourceConflictException" };

/** The document does not list it: the live service answers so before the operation is reached. */
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

/** The documented status and name for a refusal; what the document leaves silent is a 400. */
function namedRefusal(refusal: Refusal): NamedStatus {
  return names[refusal.kind] ?? invalid;
}

/** An error answer: the name in a header, a message in the body. */
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

/** A refusal as the document words it, for the neighbours that no mutant touches. */
export function refused(kind: RefusalKind, message: string): HttpReply {
  return errorReply(namedRefusal({ kind, message }), message);
}
