import fc from "fast-check";
import {
  type BodyMember,
  type ConstraintKind,
  constraintOf,
  type Member,
  wholeMatch,
} from "../spec/constraint.ts";
import { readName } from "../spec/function-name.ts";
import { actionNearMisses } from "./action.ts";
import { alphabet, documentationAccount, documentationAccounts, place } from "./arbitraries.ts";
import { eventSourceTokenNearMisses } from "./event-source-token.ts";
import {
  breaksOnly,
  foreignCharacters,
  type NearMiss,
  otherZeros,
  withCaseFlipped,
  withDigitsFrom,
  withFullWidthLetter,
  wrongTypes,
} from "./near-miss.ts";
import { principalNearMisses } from "./principal.ts";
import { qualifierNearMisses } from "./qualifier.ts";
import { sourceAccountNearMisses } from "./source-account.ts";
import { sourceArnNearMisses } from "./source-arn.ts";
import { statementIdNearMisses } from "./statement-id.ts";
import { canonicalBody, valid } from "./valid-requests.ts";

export { functionNameNearMisses } from "./function-name.ts";
export type { NearMiss } from "./near-miss.ts";

/**
 * Every near-miss of a member, always the same ones in the same order.
 * `fresh` is a new, valid value of StatementId, EventSourceToken or RevisionId that the misses are built around;
 * for Qualifier it is a qualifier that exists, so that nothing but the fault can be in the way. Others ignore it.
 */
export function nearMisses(member: BodyMember | "Qualifier", fresh: string): readonly NearMiss[] {
  if (member === "Qualifier") return qualifierNearMisses(fresh);
  return [...byValue(member, fresh), ...wrongTypes(member, right(member, fresh))];
}

function byValue(member: BodyMember, fresh: string): readonly NearMiss[] {
  switch (member) {
    case "Action":
      return actionNearMisses;
    case "EventSourceToken":
      return eventSourceTokenNearMisses(fresh);
    case "Principal":
      return principalNearMisses;
    case "RevisionId":
      return [];
    case "SourceAccount":
      return sourceAccountNearMisses;
    case "SourceArn":
      return sourceArnNearMisses;
    case "StatementId":
      return statementIdNearMisses(fresh);
  }
}

/** A valid value, to be wrapped in an array or an object: the nearest that a wrong type can come. */
function right(member: BodyMember, fresh: string): string {
  const canonical = canonicalBody(fresh);
  switch (member) {
    case "Action":
    case "Principal":
    case "StatementId":
      return canonical[member];
    case "SourceAccount":
      return documentationAccounts[0];
    case "SourceArn":
      return "arn:aws:s3:::bucket";
    case "EventSourceToken":
    case "RevisionId":
      return fresh;
  }
}

/**
 * Random values that break that constraint of a member and no other; null where the member has no such constraint,
 * or where the document leaves open whether breaking it must be refused. `undefined` means leaving the member out.
 */
export function brokenBy(member: Member, constraint: ConstraintKind): fc.Arbitrary<unknown> | null {
  const demanded = constraintOf(member);
  switch (constraint) {
    case "required":
      return demanded.required && demanded.in === "body" ? fc.constant(undefined) : null;
    case "type":
      return demanded.in === "body" ? otherTypes(member) : null;
    case "minLength":
      return member === "StatementId" ? fc.constant("") : null;
    case "maxLength":
      return demanded.maxLength === undefined ? null : tooLong(member, demanded.maxLength);
    case "pattern":
      return demanded.pattern === undefined || member === "Principal" ? null : offPattern(member);
  }
}

function otherTypes(member: Member): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.boolean(),
    fc.array(valid[member], { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("value", "Ref", "S", member), valid[member], {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  );
}

function tooLong(member: Member, limit: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...alphabet(member));
  if (member !== "FunctionName") {
    return fc.string({ unit, minLength: limit + 1, maxLength: 4 * limit, size: "max" });
  }
  const name = fc.string({ unit, minLength: 1, maxLength: 64 });
  const qualifier = fc.string({ unit, minLength: limit, maxLength: 4 * limit, size: "max" });
  return fc
    .tuple(place, documentationAccount, name, qualifier)
    .map(
      ([at, account, core, tail]) =>
        `arn:${at.partition}:lambda:${at.region}:${account}:function:${core}:${tail}`,
    );
}

type Mutation = (value: string, at: number) => string;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.constantFrom(...Object.values(foreignCharacters)),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }),
      )
      .map(
        (piece): Mutation =>
          (value, at) =>
            value.slice(0, at) + piece + value.slice(at),
      ),
  },
  fc.constant<Mutation>((value, at) => withCaseFlipped(value, Math.min(at, value.length - 1))),
  fc.constantFrom(...Object.values(otherZeros)).map(
    (zero): Mutation =>
      (value, at) =>
        value.slice(0, at) + withDigitsFrom(zero, value.slice(at)),
  ),
  fc.constant<Mutation>((value, at) => value.slice(0, at) + withFullWidthLetter(value.slice(at))),
  fc.constant<Mutation>((value, at) => value.slice(0, at) + value.slice(at + 1)),
  fc.constant<Mutation>((value, at) => value.slice(0, at)),
  fc.constant<Mutation>((value, at) => value + value.slice(0, at)),
);

/** A valid value with one thing done to it, somewhere. */
function offPattern(member: Member): fc.Arbitrary<string> {
  return fc
    .tuple(valid[member], mutation, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([value, change, where]) => change(value, Math.round(where * value.length)))
    .filter((value) => breaksOnly(member, "pattern", value) && !disputed(member, value));
}

/** Values whose refusal the document leaves open, or that a path or JSON cannot carry as meant. */
function disputed(member: Member, value: string): boolean {
  if (/\p{Cs}/u.test(value)) return true;
  if (member === "FunctionName") {
    return value === "" || value === "." || value === ".." || readName(value).kind !== "broken";
  }
  if (member === "SourceArn") return wholeMatch(member, value.replace(/[\n\r\u2028\u2029]+(?=[^:]*$)/g, ""));
  return value === "" && (member === "EventSourceToken" || member === "Qualifier");
}
