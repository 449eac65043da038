import { isRecord } from "../spec/body.ts";
import { broken, type Member } from "../spec/constraint.ts";

/** One statement of a policy, as it was read. */
export type Statement = Readonly<Record<string, unknown>>;

/** The members of an AddPermission request that make a statement what it is. */
export type StatementRequest = { readonly [M in "StatementId" | "Action" | "Principal"]: string } & Sources;

type Sources = { readonly [M in SourceMember]?: string };
type SourceMember = "SourceArn" | "SourceAccount" | "EventSourceToken";

/** What to ask AddPermission for so that it writes a statement, or the member of it that no request can say. */
export type AdditionOf =
  | { readonly kind: "addition"; readonly addition: StatementRequest }
  | {
      readonly kind: "not-expressible";
      /** The member of the statement. */
      readonly member: string;
      /** Why, as a clause: "AddPermission writes …". */
      readonly why: string;
    };

/** Every condition that a documented member makes: its key, and the operators that it is known under, in lower case. */
const conditions: ReadonlyMap<
  string,
  { readonly source: SourceMember; readonly operators: readonly string[] }
> = new Map([
  [
    "aws:sourcearn",
    { source: "SourceArn", operators: ["arnlike", "stringlike", "arnequals", "stringequals"] },
  ],
  ["aws:sourceaccount", { source: "SourceAccount", operators: ["stringequals", "stringlike"] }],
  ["lambda:eventsourcetoken", { source: "EventSourceToken", operators: ["stringequals", "stringlike"] }],
]);

const written = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

/**
 * Reads a statement as the request that would write it. `resource` is the ARN of what the policy belongs to, because
 * AddPermission writes no other.
 */
export function additionOf(statement: Statement, resource: string): AdditionOf {
  const { Sid, Effect, Condition } = statement;
  const unknown = Object.keys(statement).find((member) => !written.includes(member));
  if (unknown !== undefined) return notExpressible(unknown, "AddPermission writes no such member");
  if (!isAllowed("StatementId", Sid)) return notExpressible("Sid", "a StatementId cannot have this value");
  if (Effect !== "Allow") return notExpressible("Effect", "AddPermission writes Allow alone");
  const Action = only(statement.Action);
  if (!isAllowed("Action", Action)) return notExpressible("Action", "an Action cannot have this value");
  if (only(statement.Resource) !== resource)
    return notExpressible("Resource", `AddPermission writes ${resource} there`);
  const Principal = principalOf(statement.Principal);
  if (!isAllowed("Principal", Principal))
    return notExpressible("Principal", "a Principal is one account, user, role or service, or everyone");
  const sources = Condition === undefined ? {} : sourcesOf(Condition);
  if (typeof sources === "string") return notExpressible("Condition", sources);
  return { kind: "addition", addition: { StatementId: Sid, Action, Principal, ...sources } };
}

function notExpressible(member: string, why: string): AdditionOf {
  return { kind: "not-expressible", member, why };
}

function isAllowed(member: Member, value: unknown): value is string {
  return broken(member, value).length === 0;
}

/** The value itself; of a list of one, which some targets write, that one. */
function only(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function principalOf(principal: unknown): unknown {
  if (!isRecord(principal)) return principal;
  const [[kind, value] = [], ...others] = Object.entries(principal);
  return others.length === 0 && (kind === "AWS" || kind === "Service") ? only(value) : null;
}

/** The members that make these conditions; a clause that says why there are none. */
function sourcesOf(condition: unknown): Sources | string {
  const sources: { [M in SourceMember]?: string } = {};
  const operators = isRecord(condition) ? Object.entries(condition) : [];
  if (operators.length === 0) return "AddPermission writes no empty condition";
  for (const [operator, keys] of operators) {
    const pairs = isRecord(keys) ? Object.entries(keys) : [];
    if (pairs.length === 0) return `AddPermission writes no ${operator} without a key`;
    for (const [key, given] of pairs) {
      const known = conditions.get(key.toLowerCase());
      if (known === undefined || !known.operators.includes(operator.toLowerCase()))
        return `AddPermission has no member for ${operator} ${key}`;
      const value = only(given);
      if (!isAllowed(known.source, value)) return `a ${known.source} cannot have this value`;
      if (sources[known.source] !== undefined)
        return `AddPermission takes one ${known.source}, and two stand there`;
      sources[known.source] = value;
    }
  }
  return sources;
}
