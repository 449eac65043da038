import type { AddPermissionRequest, DocumentedError, ErrorName, RequestMembers } from "./add-permission.ts";
import { constraints, documentedErrors } from "./contract.generated.ts";

type Constraints = typeof constraints;

/** What a request can carry: the function's name, the qualifier and the seven members of the body. */
export type Member = keyof RequestMembers;

/** The seven members of the body. */
export type BodyMember = keyof AddPermissionRequest;

/** A kind of constraint on a member. */
export type ConstraintKind = "required" | "type" | "pattern" | "minLength" | "maxLength";

/** All constraints of one member; an absent key means no constraint. */
export interface Constraint {
  readonly in: "path" | "query" | "body";
  readonly required: boolean;
  readonly type: "string";
  /** In characters, see `length`. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** As the document prints it: without anchors, but meant for the whole value. */
  readonly pattern?: string;
}

const kinds = ["required", "type", "pattern", "minLength", "maxLength"] as const satisfies ConstraintKind[];

const table: Readonly<Record<Member, Constraint>> = constraints;

/** Says whether a string is the name of a member. */
export function isMember(name: string): name is Member {
  return Object.hasOwn(constraints, name);
}

/** The status of each exception that the document lists. */
export const errorStatus: { readonly [E in DocumentedError as E["name"]]: E["status"] } = documentedErrors;

/** Says whether a string is the name of an exception that the document lists. */
export function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(errorStatus, name);
}

/** Every member, in the document's order. */
export const members: readonly Member[] = Object.keys(constraints).filter(isMember);

/** The members of the body, in the document's order. */
export const bodyMembers: readonly BodyMember[] = members.filter(isBodyMember);

function isBodyMember(member: Member): member is BodyMember {
  return constraints[member].in === "body";
}

/** The constraints of one member. */
export function constraintOf(member: Member): Constraint {
  return table[member];
}

/** Ids of all constraints, such as "Action.pattern", with those in `unjudgeable`. */
type PrintedId = {
  [M in Member]:
    | `${M}.${Extract<keyof Constraints[M], "type" | "pattern" | "minLength" | "maxLength">}`
    | (Constraints[M]["required"] extends true ? `${M}.required` : never);
}[Member];

/**
 * Constraints that no answer can break, each with the reason.
 * A rule for such a constraint could never fail.
 */
export const unjudgeable = {
  "FunctionName.required": "a path without a name is another route",
  "FunctionName.type": "everything in a path is a string",
  "FunctionName.minLength": "a path with an empty name is another route",
  "Qualifier.type": "everything in a query is a string",
  "Qualifier.minLength": "the pattern admits the empty value that the minimum length forbids",
  "EventSourceToken.minLength": "a minimum of 0 forbids nothing, and the pattern contradicts it",
  "Principal.pattern": "`.*` admits every line of text",
} as const satisfies Partial<Record<PrintedId, string>>;

/** The id of a constraint that has a rule, such as "StatementId.pattern". */
export type ConstraintRuleId = Exclude<PrintedId, keyof typeof unjudgeable>;

function printed(member: Member): readonly string[] {
  const constraint = table[member];
  return kinds
    .filter((kind) => (kind === "required" ? constraint.required : constraint[kind] !== undefined))
    .map((kind) => `${member}.${kind}`);
}

const printedIds: ReadonlySet<string> = new Set(members.flatMap(printed));

/** Says whether a string is the id of a constraint that has a rule. */
export function isConstraintRuleId(id: string): id is ConstraintRuleId {
  return printedIds.has(id) && !Object.hasOwn(unjudgeable, id);
}

/** Every constraint that has a rule: members in the document's order, then required, type, pattern, lengths. */
export const constraintIds: readonly ConstraintRuleId[] = [...printedIds].filter(isConstraintRuleId);

/**
 * Compiled once. JSON Schema validators use `u`; it changes no verdict here, because no class of these patterns
 * reaches beyond ASCII and `.*` takes a surrogate pair as well as its halves.
 */
const compiled: ReadonlyMap<Member, RegExp> = new Map(
  members.flatMap((member) => {
    const { pattern } = table[member];
    return pattern === undefined ? [] : [[member, new RegExp(`^(?:${pattern})$`, "u")] as const];
  }),
);

/** Says whether the whole value matches the member's pattern; true where the member has none. */
export function wholeMatch(member: Member, value: string): boolean {
  return compiled.get(member)?.test(value) ?? true;
}

/**
 * The length that limits are compared with: Unicode code points, as JSON Schema counts.
 * The document does not say what it counts. Every member with a limit is ASCII by its pattern, so a value that breaks
 * the length alone has the same length in bytes, UTF-16 units and code points.
 */
export function length(value: string): number {
  if (!/[\ud800-\udfff]/.test(value)) return value.length;
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/**
 * The constraints of a member that a present value breaks, `required` aside.
 * A value of another type breaks only `type`: patterns and lengths speak of strings.
 */
export function broken(member: Member, value: unknown): readonly ConstraintKind[] {
  if (typeof value !== "string") return ["type"];
  const { minLength, maxLength } = table[member];
  const size = length(value);
  const found: ConstraintKind[] = [];
  if (!wholeMatch(member, value)) found.push("pattern");
  if (minLength !== undefined && size < minLength) found.push("minLength");
  if (maxLength !== undefined && size > maxLength) found.push("maxLength");
  return found;
}
