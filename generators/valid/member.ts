import fc from "fast-check";
import type { RequestMembers } from "../../spec/add-permission.ts";
import { validAction } from "./action.ts";
import { validEventSourceToken } from "./event-source-token.ts";
import { validFunctionName } from "./function-name.ts";
import { validPrincipal } from "./principal.ts";
import { validQualifier } from "./qualifier.ts";
import { validSourceAccount } from "./source-account.ts";
import { validSourceArn } from "./source-arn.ts";
import { validStatementId } from "./statement-id.ts";

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
