import type { Member } from "../../spec/constraint.ts";
import type { Draft } from "./draft.ts";
import { type ConstraintKind, errorReply, type Named, namedRefusal, type Refusal } from "./errors.ts";
import { type HttpReply, type HttpRequest, percentDecoded } from "./http.ts";
import { policyDocument, policySize, sizeLimit, without } from "./policy.ts";
import { type Home, isHere, qualified, type Spelled, spelled } from "./resolve.ts";
import { type Lookup, type NextRevision, type Policy, revisionOf, type Stored } from "./state.ts";
import {
  type ConditionElement,
  conditionElement,
  type PrincipalElement,
  principalElement,
  type StatementParts,
  statementOf,
} from "./statement.ts";
import { type BodyReading, faultsOf, ownMember, readBody } from "./validate.ts";

/** One step of judging an AddPermission request. */
export type Check =
  | "encoding"
  | "repeated"
  | "media"
  | "body"
  | "constraints"
  | "mismatch"
  | "lookup"
  | "latest"
  | "principal"
  | "revision"
  | "duplicate"
  | "size"
  | "whim";

/**
 * Every decision of the reference that an implementer could get wrong, as a value or a small function.
 * A mutant is a function from one behaviour to another; it may keep its own state in a closure.
 */
export interface Behaviour {
  /** Sees every request first: answers it, drops the connection, or lets it pass with null. Any operation. */
  readonly intercept: (request: HttpRequest) => HttpReply | "drop" | Promise<HttpReply | "drop"> | null;
  /** Sees every answer last. `operation` is null where no route matched. */
  readonly finish: (reply: HttpReply, request: HttpRequest, operation: string | null) => HttpReply;
  /** The method that a method is taken for. */
  readonly method: (method: string) => string;
  /** The path that a path is taken for, still encoded. */
  readonly path: (path: string) => string;

  /** What a percent-encoded FunctionName or Qualifier stands for; null where it is broken. AddPermission only. */
  readonly decode: (raw: string) => string | null;
  /** The qualifier, of all values in the query; the body for those who look there. */
  readonly qualifier: (
    values: readonly string[],
    body: Readonly<Record<string, unknown>>,
  ) => string | undefined;
  /** Whether a Content-Type will do. */
  readonly acceptsMedia: (contentType: string | undefined) => boolean;
  /** Bytes to object. */
  readonly readBody: (bytes: Buffer) => BodyReading;
  /** The value of one member of the body. */
  readonly pick: (body: Readonly<Record<string, unknown>>, member: Member) => unknown;
  /** The constraints that a value breaks; undefined is an absent member. */
  readonly faults: (member: Member, value: unknown) => readonly ConstraintKind[];
  /** The text of a value that passed; undefined where it counts as absent. */
  readonly text: (member: Member, value: unknown) => string | undefined;

  /** Reads a function's name. */
  readonly resolve: (name: string) => Spelled;
  /** Whether a name of another account or region is out of reach. */
  readonly reaches: (name: Spelled, home: Home) => boolean;
  /** Whether the qualifier in the name and the one in the query agree. */
  readonly agree: (inName: string, inQuery: string) => boolean;
  /** What AddPermission makes of a look-up. */
  readonly found: (lookup: Lookup, draft: Draft) => Lookup;
  /** Whether statements may be added to `$LATEST`. */
  readonly allowsLatest: boolean;

  /** The checks, in order. The first that refuses decides. */
  readonly checks: readonly Check[];
  /** A refusal that no faithful behaviour knows, after every other check; null has none. */
  readonly whim: ((draft: Draft, policy: Policy) => Refusal | null) | null;
  /** Status and name of a refusal; no draft where the fault was asked for. */
  readonly named: (refusal: Refusal, draft?: Draft) => Named;
  /** The answer to a refused AddPermission. */
  readonly refuse: (named: Named, message: string, refusal: Refusal) => HttpReply;
  /** Statements to write although the request is refused; null writes nothing. */
  readonly afterRefusal: ((refusal: Refusal, draft: Draft) => readonly Stored[] | null) | null;

  /** The Principal element; null refuses. */
  readonly principal: (value: string, partition: string) => PrincipalElement | null;
  /** The Condition element; undefined leaves it out. */
  readonly condition: (parts: StatementParts) => ConditionElement | undefined;
  /** The Resource element; `label` is the FunctionName as it stands in the path, still encoded. */
  readonly resource: (arn: string, qualifier: string | undefined, label: string) => string;
  /** The whole statement. */
  readonly statement: (
    parts: StatementParts,
    condition: ConditionElement | undefined,
  ) => Readonly<Record<string, unknown>>;
  /** What is stored, given the statement's JSON as it is returned. */
  readonly stored: (sid: string, json: string) => Stored;
  /** The answer to an accepted AddPermission. */
  readonly created: (statementJson: string) => HttpReply;

  /** Under which key the policy of a function, version or alias is kept. All operations. */
  readonly policyKey: (arn: string, qualifier: string | undefined) => string;
  /** Whether two statement ids are one. AddPermission only. */
  readonly sameSid: (a: string, b: string) => boolean;
  /** Whether an id is taken. */
  readonly taken: (statements: readonly Stored[], sid: string, draft: Draft) => boolean;
  /** Whether a given revision lets the call pass. AddPermission only. */
  readonly revisionMatches: (given: string, current: string, draft: Draft) => boolean;
  /** The revision after a write. */
  readonly nextRevision: NextRevision;
  /** Whether an addition moves the revision on. */
  readonly movesRevision: (draft: Draft) => boolean;
  /** The revision that a read shows. */
  readonly revisionShown: (
    operation: "GetPolicy" | "GetFunction" | "GetAlias",
    current: string,
    key: string,
  ) => string;
  /** The largest policy, in bytes. */
  readonly sizeLimit: number;
  /** The size of a policy that would hold these statements, in bytes. */
  readonly size: (statements: readonly Stored[]) => number;
  /** The statements after an addition. */
  readonly append: (statements: readonly Stored[], added: Stored, key: string) => readonly Stored[];
  /** Hears of each addition once it is written; null does nothing. */
  readonly added: ((draft: Draft) => void) | null;
  /** The statements after a removal. */
  readonly remove: (statements: readonly Stored[], sid: string, key: string) => readonly Stored[];
  /** The statements that GetPolicy shows. */
  readonly shown: (statements: readonly Stored[], key: string) => readonly Stored[];
  /** Whether GetPolicy shows a policy without statements, instead of answering that there is none. */
  readonly showsEmpty: boolean;
  /** The policy document that GetPolicy shows. */
  readonly document: (statements: readonly Stored[]) => string;

  /** Time between checking and writing; null writes at once. */
  readonly pause: (operation: "AddPermission" | "RemovePermission") => Promise<void> | null;
  /** Whether a check is made again after the pause. */
  readonly rechecks: (check: Check) => boolean;
  /** What a write after a pause builds on. */
  readonly base: (read: Policy, current: Policy) => Policy;

  /** Whether the deletion of a function, version or alias takes its policy with it. */
  readonly dropsPolicy: (scope: "function" | "version" | "alias", key: string) => boolean;
  /** The statements of the function and of the version after PublishVersion. */
  readonly published: (statements: readonly Stored[]) => {
    readonly ofFunction: readonly Stored[];
    readonly ofVersion: readonly Stored[];
  };
}

/** A defect: one behaviour made into another. */
export type Mutation = (behaviour: Behaviour) => Behaviour;

/** The answer 201 with the statement in a string. */
export function createdReply(statementJson: string): HttpReply {
  return {
    status: 201,
    headers: [["Content-Type", "application/json"]],
    body: JSON.stringify({ Statement: statementJson }),
  };
}

/** The document, followed in everything; where it is silent the choices are described in the README. */
export const faithful: Behaviour = {
  intercept: () => null,
  finish: (reply) => reply,
  method: (method) => method,
  path: (path) => path,

  decode: percentDecoded,
  qualifier: (values) => values[0],
  acceptsMedia: () => true,
  readBody,
  pick: ownMember,
  faults: faultsOf,
  text: (_member, value) => textOf(value),

  resolve: spelled,
  reaches: isHere,
  agree: (inName, inQuery) => inName === inQuery,
  found: (lookup) => lookup,
  allowsLatest: false,

  checks: [
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
    "whim",
  ],
  whim: null,
  named: (refusal) => namedRefusal(refusal),
  refuse: errorReply,
  afterRefusal: null,

  principal: principalElement,
  condition: conditionElement,
  resource: (arn, qualifier) => qualified(arn, qualifier),
  statement: statementOf,
  stored: (sid, json) => ({ sid, json }),
  created: createdReply,

  policyKey: qualified,
  sameSid: (a, b) => a === b,
  taken: (statements, sid, draft) =>
    statements.some((statement) => draft.behaviour.sameSid(statement.sid, sid)),
  revisionMatches: (given, current) => given === current,
  nextRevision: (key, writes) => revisionOf(key, writes),
  movesRevision: () => true,
  revisionShown: (_operation, current) => current,
  sizeLimit,
  size: policySize,
  append: (statements, added) => [...statements, added],
  added: null,
  remove: without,
  shown: (statements) => statements,
  showsEmpty: false,
  document: policyDocument,

  pause: () => null,
  rechecks: () => true,
  base: (_read, current) => current,

  dropsPolicy: () => true,
  published: (statements) => ({ ofFunction: statements, ofVersion: [] }),
};

/** An object never passes, and one that is nested deeply enough cannot be written out. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === "object") return undefined;
  return typeof value === "string" ? value : String(value);
}
