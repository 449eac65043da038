import { type BodyMember, broken } from "./constraint.ts";
import { isPadded } from "./function-name.ts";
import { type PrincipalQuestion, tokenService } from "./principal.ts";

/** Something about a request on which the document is silent or contradicts itself. */
export type BodyQuestion =
  | PrincipalQuestion
  | `${BodyMember}.padded`
  | "EventSourceToken.empty"
  | "EventSourceToken.other-principal"
  | "EventSourceToken.with-source"
  | "Action.wildcard"
  | "Action.unknown"
  | "SourceArn.line-break"
  | "SourceArn.region"
  | "SourceArn.control-character"
  | "RevisionId.empty"
  | "body.null-member"
  | "body.unknown-member"
  | "body.qualifier-member"
  | "body.duplicate-member"
  | "body.byte-order-mark"
  | "body.encoding"
  | "body.large"
  | "body.lone-surrogate";

/** What the document leaves open about the value of one member; null when it decides. */
export function openValue(member: BodyMember, value: string): BodyQuestion | null {
  if (member === "EventSourceToken" && value === "") return "EventSourceToken.empty";
  if (member === "RevisionId" && value === "") return "RevisionId.empty";
  if (member === "Principal" || member === "RevisionId") return null;
  if (member === "Action") return openAction(value);
  if (member === "SourceArn") return openSourceArn(value);
  return isPadded(member, value) ? `${member}.padded` : null;
}

function openAction(value: string): BodyQuestion | null {
  if (value === "*") return "Action.wildcard";
  if (isPadded("Action", value)) return "Action.padded";
  const known = ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:*"];
  return /^lambda:[a-zA-Z]+$/.test(value) && !known.includes(value) ? "Action.unknown" : null;
}

function openSourceArn(value: string): BodyQuestion | null {
  const fields = value.split(":");
  if (/^arn:aws/.test(value) && /[\n\r\u0085\u2028\u2029]/.test(fields.slice(5).join(":"))) {
    return "SourceArn.line-break";
  }
  if (broken("SourceArn", value).length === 0)
    return hasControl(value) ? "SourceArn.control-character" : null;
  if (isPadded("SourceArn", value)) return "SourceArn.padded";
  const regional = [...fields.slice(0, 3), "us-east-1", ...fields.slice(4)].join(":");
  return fields.length > 5 && broken("SourceArn", regional).length === 0 ? "SourceArn.region" : null;
}

/** Not a line break, which is a question of its own. */
function hasControl(value: string): boolean {
  return /\p{Cc}/u.test(value);
}

/** What it leaves open about members that are each valid. */
export function combinations(members: Readonly<Record<string, unknown>>): readonly BodyQuestion[] {
  if (members.EventSourceToken === undefined) return [];
  if (members.Principal !== tokenService) return ["EventSourceToken.other-principal"];
  const sourced = members.SourceArn !== undefined || members.SourceAccount !== undefined;
  return sourced ? ["EventSourceToken.with-source"] : [];
}
