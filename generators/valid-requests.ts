// Valid requests: the canonical body, and bodies of random valid members. Other requests differ from these in one thing.

import fc from "fast-check";
import type { AddPermissionRequest } from "../spec/add-permission.ts";
import { type BodyMember, bodyMembers } from "../spec/constraint.ts";
import { services, tokenService } from "../spec/principal.ts";
import { memberValues } from "./members.ts";

/** The canonical body: the three required members and nothing else, all certain to be accepted. */
export function canonicalBody(sid: string): AddPermissionRequest {
  return { Action: "lambda:InvokeFunction", Principal: services[0], StatementId: sid };
}

const optional: readonly Partial<AddPermissionRequest>[] = [
  {},
  { SourceArn: "arn:aws:s3:::bucket" },
  { SourceAccount: "123456789012" },
  { SourceAccount: "123456789012", SourceArn: "arn:aws:s3:::bucket" },
  { EventSourceToken: "a.valid-token_1", Principal: tokenService },
];

/** Valid members to send beside the one under test, in turn: none, a source, or a token, but never a source and a token. */
export function otherMembers(member: BodyMember, nth: number): Partial<AddPermissionRequest> {
  const isSource = member === "SourceAccount" || member === "SourceArn";
  const valid = optional.filter(
    (one) => (member === "EventSourceToken" || !(member in one)) && !(isSource && "EventSourceToken" in one),
  );
  return valid[nth % valid.length] ?? {};
}

/** The members of a body, without those that depend on the state of the target: StatementId and RevisionId. */
export type StatelessBody = Omit<AddPermissionRequest, "StatementId" | "RevisionId">;

const withoutToken: fc.Arbitrary<StatelessBody> = fc.record(
  {
    Action: memberValues.Action.valid,
    Principal: memberValues.Principal.valid,
    SourceAccount: memberValues.SourceAccount.valid,
    SourceArn: memberValues.SourceArn.valid,
  },
  { requiredKeys: ["Action", "Principal"] },
);

const withToken: fc.Arbitrary<StatelessBody> = fc.record({
  Action: memberValues.Action.valid,
  EventSourceToken: memberValues.EventSourceToken.valid,
  Principal: fc.constant(tokenService),
});

/** A request that must be accepted: any mix of optional members with valid values. */
export const validRequest: fc.Arbitrary<StatelessBody> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: withoutToken },
  { weight: 1, arbitrary: withToken },
);

/** The body of a draft with a StatementId: members in the document's order, so that equal bodies have equal bytes. */
export function bodyOf(draft: StatelessBody, sid: string): Partial<AddPermissionRequest> {
  const body: Partial<AddPermissionRequest> = { ...draft, StatementId: sid };
  return Object.fromEntries(
    bodyMembers.flatMap((member) => (body[member] === undefined ? [] : [[member, body[member]]])),
  );
}

/** A body with one member set to any value at all; undefined leaves it out. */
export function withMember(
  body: Readonly<Record<string, unknown>>,
  member: BodyMember,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const { [member]: _, ...others } = body;
  return value === undefined ? others : { ...body, [member]: value };
}
