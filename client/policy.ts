import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { isRecord } from "../spec/body.ts";
import { canonicalJson } from "../spec/statement.ts";
import { isRemovable } from "../spec/target.ts";
import { type Addition, additionOf, type Statement } from "./addition.ts";
import { type Ask, isBusy, type Patience, patiently, type Reply, said } from "./workshop.ts";

/** A policy as it was read, to be given back later. Plain JSON. */
export interface KeptPolicy {
  readonly functionName: string;
  /** null for the policy of the function itself. */
  readonly qualifier: string | null;
  /** ARN of what the policy belongs to. */
  readonly resource: string;
  readonly statements: readonly Statement[];
}

/** Whose policy it is. */
export type PolicyOwner = Pick<KeptPolicy, "functionName" | "qualifier">;

/** What it takes to read and write a policy at a target that may be busy. */
export type PolicyShop = Patience & { readonly ask: Ask };

/** What a read of a policy shows; `why` is a clause. */
export type PolicyReading =
  | { readonly kind: "statements"; readonly statements: readonly Statement[] }
  | {
      readonly kind: "unreadable";
      readonly why: string;
      /** False where no answer came. */
      readonly isAnswered: boolean;
    };

/** Reads the statements of a policy; there are none where GetPolicy answers 404. */
export async function readStatements(shop: PolicyShop, of: PolicyOwner): Promise<PolicyReading> {
  const reply = await asked(shop, (client) => client.send(new GetPolicyCommand(named(of))));
  if (!reply.ok && reply.status === 404) return { kind: "statements", statements: [] };
  if (!reply.ok) {
    const isAnswered = reply.status !== 0;
    const met = isAnswered ? "GetPolicy answered " : "GetPolicy had no answer, ";
    return { kind: "unreadable", why: met + said(reply), isAnswered };
  }
  const policy = parsed(reply.value.Policy ?? "");
  const list = isRecord(policy) ? policy.Statement : null;
  return Array.isArray(list) && list.every(isRecord)
    ? { kind: "statements", statements: list }
    : { kind: "unreadable", why: "GetPolicy answered without a list of statements", isAnswered: true };
}

/** Adds one statement. */
export function addStatement(shop: PolicyShop, of: PolicyOwner, addition: Addition): Promise<Reply<unknown>> {
  return asked(shop, (client) => client.send(new AddPermissionCommand({ ...named(of), ...addition })));
}

/** Removes one statement; null when it is gone, else why it is not. */
export async function removeStatement(
  shop: PolicyShop,
  of: PolicyOwner,
  sid: string,
): Promise<string | null> {
  const input = { ...named(of), StatementId: sid };
  const reply = await asked(shop, (client) => client.send(new RemovePermissionCommand(input)));
  return reply.ok || reply.status === 404 ? null : said(reply);
}

/** What came of giving a policy back. */
export interface Restored {
  /** Ids of the statements that were removed. */
  readonly removed: readonly string[];
  /** Ids of the statements that were added. */
  readonly given: readonly string[];
  /** What is not as it was, one sentence each. */
  readonly problems: readonly string[];
  /** True when nothing is left to do: what stood there stands again, and the rest is gone or can never be removed. */
  readonly done: boolean;
}

/** Waits before a policy is written and read once more, in milliseconds: an answer was lost, or the target lags. */
export const pausesMs: readonly number[] = [0, 300, 1500];

/**
 * Removes from a policy what was added to it, and adds what is missing. May be repeated. `sentIds` are the ids of
 * statements that may have been added: a target may be brought to store one with which it shows no policy any more.
 */
export async function restore(
  shop: PolicyShop,
  policy: KeptPolicy,
  sentIds: () => readonly string[] = () => [],
): Promise<Restored> {
  const removed = new Set<string>();
  const given = new Set<string>();
  const told = (problems: readonly string[], done: boolean): Restored => ({
    removed: [...removed],
    given: [...given],
    problems,
    done,
  });
  let refusals: Refusals = new Map();
  let addedUnread: readonly Statement[] = [];
  // Only what a run empties has to be written without a look.
  let mayWriteUnread = policy.qualifier === null;
  for (let round = 0; ; round += 1) {
    const now = await readStatements(shop, policy);
    const pause = pausesMs[round];
    if (now.kind === "unreadable") {
      if (!now.isAnswered || (pause === undefined && !mayWriteUnread))
        return told(unread(policy, now.why, addedUnread), false);
      if (pause !== undefined) await shop.sleep(pause);
      else {
        addedUnread = await writeUnread(shop, policy, sentIds());
        mayWriteUnread = false;
        round = 0;
      }
      continue;
    }
    const difference = compare(now.statements, policy.statements);
    const done = difference.missing.length + difference.surplus.filter(isWithinReach).length === 0;
    if (done || pause === undefined) return told(problemsOf(policy, difference, refusals), done);
    await shop.sleep(pause);
    refusals = await write(shop, policy, difference, { removed, given });
  }
}

interface Difference {
  readonly surplus: readonly Statement[];
  readonly missing: readonly Statement[];
}

/** Why a statement could not be removed or added, by its text. */
type Refusals = ReadonlyMap<string, string>;

function compare(now: readonly Statement[], before: readonly Statement[]): Difference {
  const missing = new Map(before.map((statement) => [canonicalJson(statement), statement]));
  const surplus = now.filter((statement) => !missing.delete(canonicalJson(statement)));
  return { surplus, missing: [...missing.values()] };
}

async function write(
  shop: PolicyShop,
  policy: KeptPolicy,
  { surplus, missing }: Difference,
  done: { readonly removed: Set<string>; readonly given: Set<string> },
): Promise<Refusals> {
  const refusals = new Map<string, string>();
  for (const statement of surplus.filter(isWithinReach)) {
    const why = await removeStatement(shop, policy, statement.Sid);
    if (why === null) done.removed.add(statement.Sid);
    else refusals.set(canonicalJson(statement), why);
  }
  for (const statement of missing) {
    const read = additionOf(statement, policy.resource);
    const reply = read.kind === "addition" ? await addStatement(shop, policy, read.addition) : null;
    if (reply?.ok) done.given.add(String(statement.Sid));
    else refusals.set(canonicalJson(statement), reply === null ? "AddPermission cannot say it" : said(reply));
  }
  return refusals;
}

/**
 * Adds what stood in a policy that cannot be read, and removes what may have been added, as long as patience lasts.
 * Gives the statements of which the target acknowledged the addition.
 */
async function writeUnread(
  shop: PolicyShop,
  policy: KeptPolicy,
  sentIds: readonly string[],
): Promise<readonly Statement[]> {
  const added: Statement[] = [];
  for (const statement of policy.statements) {
    const read = additionOf(statement, policy.resource);
    const reply = read.kind === "addition" ? await addStatement(shop, policy, read.addition) : null;
    if (reply?.ok) added.push(statement);
  }
  const own = new Set(policy.statements.map(({ Sid }) => Sid));
  const until = shop.clock() + shop.patienceMs;
  for (const sid of [...new Set(sentIds)].reverse()) {
    if (shop.clock() > until) break;
    if (!own.has(sid) && isRemovable(sid)) await removeStatement(shop, policy, sid);
  }
  return added;
}

/** A path can name the id of the statement without being taken for something else. */
function isWithinReach(statement: Statement): statement is Statement & { readonly Sid: string } {
  return typeof statement.Sid === "string" && isRemovable(statement.Sid);
}

function problemsOf(
  policy: KeptPolicy,
  { surplus, missing }: Difference,
  refusals: Refusals,
): readonly string[] {
  const owner = ownerOf(policy);
  const why = (statement: Statement) =>
    refusals.get(canonicalJson(statement)) ?? "the target acknowledged the request and did not do it";
  const stuck = surplus.map((statement) => {
    const reason = isWithinReach(statement) ? why(statement) : "no path can name its id safely";
    return `${JSON.stringify(statement.Sid)} (${reason})`;
  });
  const behind = `${stuck.length} statements of ${owner} are left behind: ${stuck.slice(0, 5).join(", ")}${stuck.length > 5 ? ", …" : ""}`;
  const lost = missing.map(
    (statement) =>
      `${owner} has lost a statement that stood there before (${why(statement)}): ${canonicalJson(statement)}`,
  );
  return stuck.length > 0 ? [behind, ...lost] : lost;
}

function unread(policy: KeptPolicy, why: string, added: readonly Statement[]): readonly string[] {
  const owner = ownerOf(policy);
  const held = policy.statements.map((statement) => {
    const text = canonicalJson(statement);
    return added.includes(statement) ? `${text} (added again, which cannot be seen)` : text;
  });
  return [
    `what was added to ${owner} may be left behind: its policy cannot be read (${why})`,
    ...(held.length === 0 ? [] : [`${owner} may have lost what stood there before: ${held.join(", ")}`]),
  ];
}

/** How messages name the owner of a policy. */
export function ownerOf({ functionName, qualifier }: PolicyOwner): string {
  return qualifier === null ? functionName : `${functionName}:${qualifier}`;
}

/** Asks again while the target is busy. */
function asked<T>(shop: PolicyShop, request: Parameters<typeof shop.ask<T>>[0]): Promise<Reply<T>> {
  return patiently(shop, () => shop.ask(request), isBusy);
}

function named({ functionName, qualifier }: PolicyOwner) {
  return { FunctionName: functionName, ...(qualifier === null ? {} : { Qualifier: qualifier }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
