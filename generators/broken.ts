import type { BodyMember } from "../spec/constraint.ts";
import { canonicalBody } from "./body.ts";
import { actionNearMisses } from "./near/action.ts";
import { eventSourceTokenNearMisses } from "./near/event-source-token.ts";
import { wrongTypes } from "./near/json-types.ts";
import type { NearMiss } from "./near/near-miss.ts";
import { principalNearMisses } from "./near/principal.ts";
import { qualifierNearMisses } from "./near/qualifier.ts";
import { sourceAccountNearMisses } from "./near/source-account.ts";
import { sourceArnNearMisses } from "./near/source-arn.ts";
import { statementIdNearMisses } from "./near/statement-id.ts";
import { documentationAccounts } from "./valid/account.ts";

export { functionNameNearMisses } from "./near/function-name.ts";
export type { NearMiss } from "./near/near-miss.ts";

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
