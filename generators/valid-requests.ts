import fc from "fast-check";
import type { AddPermissionRequest, RequestMembers } from "../spec/add-permission.ts";
import { type BodyMember, bodyMembers } from "../spec/constraint.ts";
import { services, tokenService } from "../spec/principal.ts";
import { validAction } from "./action.ts";
import { validEventSourceToken } from "./event-source-token.ts";
import { validFunctionName } from "./function-name.ts";
import { validPrincipal } from "./principal.ts";
import { validQualifier } from "./qualifier.ts";
import { validSourceAccount } from "./source-account.ts";
import { validSourceArn } from "./source-arn.ts";
import { validStatementId } from "./statement-id.ts";

/** The baseline: the three required members and nothing else, all certain to be accepted. */
export function canonicalBody(sid: string): AddPermissionRequest {
  return { Action: "lambda:InvokeFunction", Principal: services[0], StatementId: sid };
}

/** A valid value of each member; any text is a well-formed RevisionId, though hardly the current one. */
export const valid: { readonly [M in keyof RequestMembers]: fc.Arbitrary<RequestMembers[M]> } = {
  Action: validAction,
  EventSourceToken: validEventSourceToken,
  FunctionName: validFunctionName,
  Principal: validPrincipal,
  Qualifier: validQualifier,
  RevisionId: fc.uuid(),
  SourceAccount: validSourceAccount,
  SourceArn: validSourceArn,
  StatementId: validStatementId,
};

/** The members of a body but for those that depend on the state of the target: StatementId and RevisionId. */
export type Draft = Omit<AddPermissionRequest, "StatementId" | "RevisionId">;

/** A body as it is sent: member by member, in the document's order. */
export type Body = Partial<AddPermissionRequest>;

const source = {
  SourceAccount: valid.SourceAccount,
  SourceArn: valid.SourceArn,
};

const required = { Action: valid.Action, Principal: valid.Principal };

const withoutToken: fc.Arbitrary<Draft> = fc.record(
  { ...required, ...source },
  { requiredKeys: ["Action", "Principal"] },
);

const withToken: fc.Arbitrary<Draft> = fc.record({
  Action: valid.Action,
  EventSourceToken: valid.EventSourceToken,
  Principal: fc.constant(tokenService),
});

/** A request that must be accepted: any mix of optional members on which the document leaves no doubt. */
export function validRequest(): fc.Arbitrary<Draft> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: withoutToken },
    { weight: 1, arbitrary: withToken },
  );
}

/** A draft made into a body: a StatementId, and whatever else is to be added or changed. */
export function bodyOf(draft: Draft, sid: string, changes: Body = {}): Body {
  return ordered({ ...draft, StatementId: sid, ...changes });
}

/** The members of a body in the document's order, so that equal bodies have equal bytes. */
export function ordered(body: Body): Body {
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
