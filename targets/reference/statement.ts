import type {
  AddPermissionRequest,
  AddPermissionResponse,
  SuccessStatus,
} from "../../spec/add-permission.ts";
import { type HttpReply, jsonReply } from "./http.ts";
import { qualified } from "./names.ts";
import type { Stored } from "./state.ts";

/** The Principal element of a statement. */
export type PrincipalElement = string | Readonly<Record<string, string>>;

/** The parts of a statement, each as given. */
export interface StatementParts {
  readonly sid: AddPermissionRequest["StatementId"];
  readonly principal: PrincipalElement;
  readonly action: AddPermissionRequest["Action"];
  readonly resource: string;
  readonly sourceAccount: AddPermissionRequest["SourceAccount"];
  readonly sourceArn: AddPermissionRequest["SourceArn"];
  readonly eventSourceToken: AddPermissionRequest["EventSourceToken"];
}

/** The Condition element: operator, key, value. */
export type ConditionElement = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the reference grants a permission and answers. */
export interface StatementBehaviour {
  /** The Principal element; null refuses. */
  readonly principal: (value: string, partition: string) => PrincipalElement | null;
  /** The Condition element; undefined leaves it out. */
  readonly condition: (parts: StatementParts) => ConditionElement | undefined;
  /** The Resource element; `label` is the percent-encoded FunctionName from the path. */
  readonly resource: (arn: string, qualifier: string | undefined, label: string) => string;
  /** The whole statement. */
  readonly statement: (
    parts: StatementParts,
    condition: ConditionElement | undefined,
  ) => Readonly<Record<string, unknown>>;
  /** The stored form of the statement's JSON. */
  readonly stored: (sid: string, json: string) => Stored;
  /** The answer to an accepted AddPermission. */
  readonly created: (statementJson: string) => HttpReply;
}

/** Writes statements like AWS; stored and returned statements are equal. */
export const faithfulStatements: StatementBehaviour = {
  principal: principalElement,
  condition: conditionElement,
  resource: (arn, qualifier) => qualified(arn, qualifier),
  statement: statementOf,
  stored: (sid, json) => ({ sid, json }),
  created: createdReply,
};

/** The answer 201 with the statement in a string. */
export function createdReply(statementJson: string): HttpReply {
  const status: SuccessStatus = 201;
  const body: AddPermissionResponse = { Statement: statementJson };
  return jsonReply(status, body);
}

const account = /^\d{12}$/;
const service = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)$/;
const identity =
  /^arn:aws[a-zA-Z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)\/[A-Za-z0-9_+=,.@/-]+)$/;

/** The Principal element of a value; null unless it is a service, an account, an identity or everyone. */
function principalElement(value: string, partition = "aws"): PrincipalElement | null {
  if (service.test(value)) return { Service: value };
  if (account.test(value)) return { AWS: `arn:${partition}:iam::${value}:root` };
  if (identity.test(value)) return { AWS: value };
  return value === "*" ? "*" : null;
}

/** The conditions of the request; undefined if it has none. */
function conditionElement(parts: StatementParts): ConditionElement | undefined {
  const { sourceAccount, sourceArn, eventSourceToken } = parts;
  if (sourceAccount === undefined && sourceArn === undefined && eventSourceToken === undefined) return;
  const equals = {
    ...(sourceAccount !== undefined && { "AWS:SourceAccount": sourceAccount }),
    ...(eventSourceToken !== undefined && { "lambda:EventSourceToken": eventSourceToken }),
  };
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(sourceArn !== undefined && { ArnLike: { "AWS:SourceArn": sourceArn } }),
  };
}

/** The statement with its members in the order of AWS. */
function statementOf(
  parts: StatementParts,
  condition: ConditionElement | undefined,
): Readonly<Record<string, unknown>> {
  return {
    Sid: parts.sid,
    Effect: "Allow",
    Principal: parts.principal,
    Action: parts.action,
    Resource: parts.resource,
    ...(condition !== undefined && { Condition: condition }),
  };
}
