import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { canonicalJson } from "../spec/belief.ts";
import { isRecord } from "../spec/body.ts";
import { isRemovable } from "../spec/removal.ts";
import { type Ask, said } from "./sdk.ts";

/** One statement of a policy, as it was read. */
type Statement = Readonly<Record<string, unknown>>;

/** The statements of a function's policy; null when they cannot be read. */
export async function statementsOf(ask: Ask, name: string): Promise<readonly Statement[] | null> {
  const reply = await ask((client) => client.send(new GetPolicyCommand({ FunctionName: name })));
  if (!reply.ok) return reply.status === 404 && reply.error !== null ? [] : null;
  try {
    const policy: unknown = JSON.parse(reply.value.Policy ?? "");
    const list = isRecord(policy) && Array.isArray(policy.Statement) ? policy.Statement : null;
    return list?.every(isRecord) ? list : null;
  } catch {
    return null;
  }
}

/** Gives a policy back what it held before; tells what stays behind and what could not be given back, one sentence each. */
export async function restore(
  ask: Ask,
  name: string,
  before: readonly Statement[] | null,
): Promise<readonly string[]> {
  const now = await statementsOf(ask, name);
  if (now === null)
    return before === null ? [] : [`what was added to ${name} may be left behind: its policy cannot be read`];
  const wanted = new Map((before ?? []).map((statement) => [canonicalJson(statement), statement]));
  const problems: string[] = [];
  const stuck: string[] = [];
  for (const statement of now) {
    if (wanted.delete(canonicalJson(statement))) continue;
    const why = await remove(ask, name, statement.Sid);
    if (why !== null) stuck.push(`${JSON.stringify(statement.Sid)} (${why})`);
  }
  if (stuck.length > 0)
    problems.push(
      `${stuck.length} statements of ${name} are left behind: ${stuck.slice(0, 5).join(", ")}${stuck.length > 5 ? ", …" : ""}`,
    );
  for (const statement of wanted.values()) {
    const input = additionOf(statement);
    const reply =
      input &&
      (await ask((client) => client.send(new AddPermissionCommand({ FunctionName: name, ...input }))));
    if (reply?.ok) continue;
    const why = reply === null ? "AddPermission cannot say it" : said(reply);
    problems.push(
      `${name} has lost a statement that stood there before (${why}): ${canonicalJson(statement)}`,
    );
  }
  return problems;
}

/** Removes one statement; null when it is gone, else why it is not. */
async function remove(ask: Ask, name: string, sid: unknown): Promise<string | null> {
  if (typeof sid !== "string" || !isRemovable(sid)) return "no path can name its id safely";
  const input = { FunctionName: name, StatementId: sid };
  const reply = await ask((client) => client.send(new RemovePermissionCommand(input)));
  return reply.ok || reply.status === 404 ? null : said(reply);
}

/** The conditions that AddPermission writes, by operator and key in lower case, and the members that say them. */
const conditions: ReadonlyMap<string, "SourceArn" | "SourceAccount" | "PrincipalOrgID" | "EventSourceToken"> =
  new Map([
    ["arnlike aws:sourcearn", "SourceArn"],
    ["stringequals aws:sourceaccount", "SourceAccount"],
    ["stringequals aws:principalorgid", "PrincipalOrgID"],
    ["stringequals lambda:eventsourcetoken", "EventSourceToken"],
  ]);

/** What to ask AddPermission for, so that it writes this statement; null when no request does. */
function additionOf(statement: Statement) {
  const { Sid, Effect, Action, Condition = {}, Resource: _, ...rest } = statement;
  const { Principal, ...unknown } = rest;
  const principal = principalOf(Principal);
  const members: Record<string, string> = {};
  for (const [operator, keys] of Object.entries(isRecord(Condition) ? Condition : {})) {
    for (const [key, value] of Object.entries(isRecord(keys) ? keys : {})) {
      const member = conditions.get(`${operator} ${key}`.toLowerCase());
      if (member === undefined || typeof value !== "string") return null;
      members[member] = value;
    }
  }
  const plain = typeof Sid === "string" && typeof Action === "string" && Effect === "Allow";
  if (!plain || principal === null || Object.keys(unknown).length > 0) return null;
  return { StatementId: Sid, Action, Principal: principal, ...members };
}

function principalOf(principal: unknown): string | null {
  if (typeof principal === "string") return principal;
  const [only, ...others] = isRecord(principal) ? Object.values(principal) : [];
  return typeof only === "string" && others.length === 0 ? only : null;
}
