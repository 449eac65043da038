import type { RuleBody } from "../oracle/rule.ts";
import {
  type ConstraintRuleId,
  constraintIds,
  constraintOf,
  isMember,
  type Member,
} from "../spec/constraint.ts";
import { type Admissible, anyClientError, anyClientErrorOrStale, exception, refuses } from "./define.ts";

/** The clauses that each derived rule judges. */
const clauses: Readonly<Record<ConstraintRuleId, readonly string[]>> = {
  "FunctionName.pattern": ["R032", "R033", "R035", "R036", "R037", "R038", "R039"],
  "FunctionName.maxLength": ["R026"],
  "Qualifier.pattern": ["R050", "R051"],
  "Qualifier.maxLength": ["R047"],
  "Action.required": ["R064", "R011"],
  "Action.type": ["R012"],
  "Action.pattern": ["R070", "R071", "R072", "R073"],
  "EventSourceToken.type": ["R012"],
  "EventSourceToken.pattern": ["R079"],
  "EventSourceToken.maxLength": ["R077"],
  "Principal.required": ["R082", "R011"],
  "Principal.type": ["R012"],
  "RevisionId.type": ["R012"],
  "SourceAccount.type": ["R012"],
  "SourceAccount.pattern": ["R107", "R108", "R109"],
  "SourceArn.type": ["R012"],
  "SourceArn.pattern": ["R115", "R116", "R118", "R119", "R122"],
  "StatementId.required": ["R123", "R011"],
  "StatementId.type": ["R012"],
  "StatementId.minLength": ["R125"],
  "StatementId.maxLength": ["R127"],
  "StatementId.pattern": ["R128", "R129"],
};

/** One rule for each constraint of each member, derived from the contract. */
export const constraintRules = Object.fromEntries(
  constraintIds.map((id) => [id, constraintRule(id)]),
) as Readonly<Record<ConstraintRuleId, RuleBody>>;

function constraintRule(id: ConstraintRuleId): RuleBody {
  const [member = "", kind = ""] = id.split(".");
  if (!isMember(member)) throw new Error(`${id} names no member of the contract`);
  return refuses(id, admissible(member, kind), {
    title: title(member, kind),
    basis: kind === "type" ? "implied" : "stated",
    source: `${place(member)}, ${member}: ${demand(member, kind)}`,
    clauses: clauses[id],
    // The live service has admitted 256 characters since 2025-12. An alias with a long name shows the limit.
    ...(id === "FunctionName.maxLength"
      ? { needs: ["alias-lengths", "full-arn"], columns: ["document"] }
      : {}),
    // Only the empty id breaks it.
    ...(id === "StatementId.minLength" ? { needs: ["discard"] } : {}),
  });
}

/** A name that breaks a constraint names nothing that exists, so 404 is admissible beside 400. */
function admissible(member: Member, kind: string): Admissible {
  if (kind === "type") return member === "RevisionId" ? anyClientErrorOrStale : anyClientError;
  return constraintOf(member).in === "body"
    ? exception("InvalidParameterValueException")
    : exception("InvalidParameterValueException", "ResourceNotFoundException");
}

function place(member: Member): string {
  return constraintOf(member).in === "body" ? "Request Body" : "URI Request Parameters";
}

function demand(member: Member, kind: string): string {
  const { minLength, maxLength } = constraintOf(member);
  switch (kind) {
    case "required":
      return "required";
    case "type":
      return "type String";
    case "minLength":
      return `minimum length ${minLength}`;
    case "maxLength":
      return `maximum length ${maxLength}`;
    default:
      return "pattern";
  }
}

function title(member: Member, kind: string): string {
  const { minLength, maxLength } = constraintOf(member);
  switch (kind) {
    case "required":
      return `A request without ${member} is refused`;
    case "type":
      return `${article(member)} ${member} that is not a string is refused`;
    case "minLength":
      return `${article(member)} ${member} shorter than ${minLength} is refused`;
    case "maxLength":
      return member === "FunctionName"
        ? `A full ARN longer than ${maxLength} characters is refused`
        : `${article(member)} ${member} longer than ${maxLength} characters is refused`;
    default:
      return `${article(member)} ${member} that does not match its pattern is refused`;
  }
}

function article(member: Member): "A" | "An" {
  return /^[AE]/.test(member) ? "An" : "A";
}
