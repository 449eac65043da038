import { isRecord } from "../spec/body.ts";
import { broken, type Member } from "../spec/constraint.ts";
import { sole } from "../spec/statement.ts";

/** A statement as GetPolicy returns it. */
export type Statement = Readonly<Record<string, unknown>>;

/** The members of an AddPermission request that determine a statement. */
export type StatementRequest = { readonly [M in "StatementId" | "Action" | "Principal"]: string } & Sources;

type Sources = { readonly [M in SourceMember]?: string };
type SourceMember = "SourceArn" | "SourceAccount" | "EventSourceToken";

/** The AddPermission request that writes a statement, or the member of the statement that no request produces. */
export type AdditionOf =
  | { readonly kind: "addition"; readonly addition: StatementRequest }
  | {
      readonly kind: "not-expressible";
      readonly member: string;
      /** The reason, as a clause: "AddPermission writes …". */
      readonly why: string;
    };

/** The conditions that documented members produce: each key with its accepted operators, in lower case. */
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

/** Finds the request that writes a statement. `resource`: the ARN that AddPermission writes as Resource. */
export function additionOf(statement: Statement, resource: string): AdditionOf {
  const { Sid, Effect, Condition } = statement;
  const unknown = Object.keys(statement).find((member) => !written.includes(member));
  if (unknown !== undefined) return notExpressible(unknown, "AddPermission writes no such member");
  if (!isAllowed("StatementId", Sid)) return notExpressible("Sid", "a StatementId cannot have this value");
  if (Effect !== "Allow") return notExpressible("Effect", "AddPermission always writes Allow");
  const Action = sole(statement.Action);
  if (!isAllowed("Action", Action)) return notExpressible("Action", "an Action cannot have this value");
  if (sole(statement.Resource) !== resource)
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

function principalOf(principal: unknown): unknown {
  if (!isRecord(principal)) return principal;
  const [[kind, value] = [], ...others] = Object.entries(principal);
  return others.length === 0 && (kind === "AWS" || kind === "Service") ? sole(value) : null;
}

/** The members that produce these conditions, or a clause with the reason why no members do. */
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
        return `no member of AddPermission is known to write ${operator} ${key}`;
      const value = sole(given);
      if (!isAllowed(known.source, value)) return `a ${known.source} cannot have this value`;
      if (sources[known.source] !== undefined)
        return `AddPermission takes one ${known.source}, and the statement has two`;
      sources[known.source] = value;
    }
  }
  return sources;
}
