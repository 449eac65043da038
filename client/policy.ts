import { jsonObject } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import { canonicalJson, listedIn } from "../spec/statement.ts";
import { isRemovable } from "../spec/target.ts";
import { additionOf, type Statement, type StatementRequest } from "./addition.ts";
import { type PolicyOwner, type Reply, replyText } from "./lambda-api.ts";
import { isBusy, isOccupied, retryWhile, type WaitContext } from "./wait.ts";

/** A policy before the run, for restoring it later. Plain JSON. */
export interface SavedPolicy extends PolicyOwner {
  /** The ARN of the policy's owner. */
  readonly resource: string;
  readonly statements: readonly Statement[];
  /** True if the run empties the policy of this version or alias. It empties that of the function always. */
  readonly emptied?: boolean;
  /** False if the target has no GetFunction, so that its answer does not say whether the function exists. */
  readonly described?: boolean;
}

/** The result of reading a policy; `why` is a clause. */
export type ShownPolicy =
  | { readonly kind: "statements"; readonly statements: readonly Statement[] }
  | {
      readonly kind: "unreadable";
      readonly why: string;
      /** False if no answer came. */
      readonly isAnswered: boolean;
    };

/** Reads the statements of a policy; a GetPolicy that answers 404 means none. */
export async function readStatements(context: WaitContext, of: PolicyOwner): Promise<ShownPolicy> {
  const reply = await retryWhile(context, () => context.lambda.getPolicy(of), isBusy);
  if (!reply.ok && reply.status === 404) return { kind: "statements", statements: [] };
  if (!reply.ok) {
    const isAnswered = reply.status !== 0;
    const met = isAnswered ? "GetPolicy answered " : "GetPolicy had no answer, ";
    return { kind: "unreadable", why: met + replyText(reply), isAnswered };
  }
  const list = listedIn(reply.value);
  // An answer without a list of statements is no proof of an empty policy, and the run restores only what it read.
  const isShown = list !== null && (list.length > 0 || isEmpty(reply.value));
  return isShown && list.every(isRecord)
    ? { kind: "statements", statements: list }
    : { kind: "unreadable", why: "GetPolicy answered without a list of statements", isAnswered: true };
}

function isEmpty(policy: unknown): boolean {
  if (policy === null || policy === "") return true;
  const document = typeof policy === "string" ? jsonObject(policy) : policy;
  return isRecord(document) && Array.isArray(document.Statement);
}

export function addStatement(
  context: WaitContext,
  of: PolicyOwner,
  addition: StatementRequest,
): Promise<Reply<null>> {
  return retryWhile(context, () => context.lambda.addPermission(of, addition), isOccupied);
}

/** Removes one statement. Returns null when it is gone, else the reason. */
export async function removeStatement(
  context: WaitContext,
  of: PolicyOwner,
  sid: string,
): Promise<string | null> {
  const reply = await retryWhile(context, () => context.lambda.removePermission(of, sid), isOccupied);
  return reply.ok || reply.status === 404 ? null : replyText(reply);
}

export interface Restored {
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** One sentence for each remaining difference. */
  readonly problems: readonly string[];
  /** True if the original statements are all there and no removable statement is left over. */
  readonly done: boolean;
}

/** Says whether the run empties the policy. Only such a policy may be written without reading it. */
export function isEmptied({ qualifier, emptied }: SavedPolicy): boolean {
  return qualifier === null || emptied === true;
}

/** Pauses before a policy is written and read again, in milliseconds, as an answer may be lost or late. */
export const pausesMs: readonly number[] = [0, 300, 1500];

/**
 * Removes added statements from a policy and adds missing ones. Can be repeated. `sentIds` are the ids of statements
 * that may have been added: some statements make a policy unreadable.
 */
export async function restore(
  context: WaitContext,
  policy: SavedPolicy,
  sentIds: () => readonly string[] = () => [],
): Promise<Restored> {
  const removed = new Set<string>();
  const added = new Set<string>();
  const resultOf = (problems: readonly string[], done: boolean): Restored => ({
    removed: [...removed],
    added: [...added],
    problems,
    done,
  });
  let refusals: Refusals = new Map();
  let addedUnread: readonly Statement[] = [];
  let mayWriteUnread = isEmptied(policy);
  for (let attempt = 0; ; attempt += 1) {
    const now = await readStatements(context, policy);
    const pause = pausesMs[attempt];
    if (now.kind === "unreadable") {
      if (!now.isAnswered || (pause === undefined && !mayWriteUnread))
        return resultOf(unreadableProblems(policy, now.why, addedUnread), false);
      if (pause !== undefined) await context.sleep(pause);
      else {
        addedUnread = await writeUnread(context, policy, sentIds());
        mayWriteUnread = false;
        attempt = 0;
      }
      continue;
    }
    const difference = compare(now.statements, policy.statements);
    const done = difference.missing.length + difference.surplus.filter(canBeRemoved).length === 0;
    if (done || pause === undefined) return resultOf(problemsOf(policy, difference, refusals), done);
    await context.sleep(pause);
    refusals = await write(context, policy, difference, { removed, given: added });
  }
}

/** Restores the policies of one function, in this order. */
export async function restoreAll(
  context: WaitContext,
  policies: readonly SavedPolicy[],
  sentIds?: () => readonly string[],
): Promise<readonly Restored[]> {
  const all: Restored[] = [];
  for (const policy of policies) all.push(await restore(context, policy, sentIds));
  // A target may keep one policy for several owners: what was removed for a later one may be missing from an earlier one.
  for (const [index, policy] of policies.entries()) {
    const first = all[index];
    const isSafe = all.slice(index + 1).every(({ removed }) => removed.length === 0);
    if (first === undefined || isSafe || !first.done || policy.statements.length === 0) continue;
    const again = await restore(context, policy, sentIds);
    const both = (ids: "removed" | "added") => [...new Set([...first[ids], ...again[ids]])];
    all[index] = { ...again, removed: both("removed"), added: both("added") };
  }
  return all;
}

interface PolicyChange {
  readonly surplus: readonly Statement[];
  readonly missing: readonly Statement[];
}

/** The reason why each statement could not be removed or added, by its text. */
type Refusals = ReadonlyMap<string, string>;

function compare(now: readonly Statement[], before: readonly Statement[]): PolicyChange {
  const missing = new Map(before.map((statement) => [canonicalJson(statement), statement]));
  const surplus = now.filter((statement) => !missing.delete(canonicalJson(statement)));
  return { surplus, missing: [...missing.values()] };
}

async function write(
  context: WaitContext,
  policy: SavedPolicy,
  { surplus, missing }: PolicyChange,
  done: { readonly removed: Set<string>; readonly given: Set<string> },
): Promise<Refusals> {
  const refusals = new Map<string, string>();
  for (const statement of surplus.filter(canBeRemoved)) {
    const why = await removeStatement(context, policy, statement.Sid);
    if (why === null) done.removed.add(statement.Sid);
    else refusals.set(canonicalJson(statement), why);
  }
  for (const statement of missing) {
    const read = additionOf(statement, policy.resource);
    const reply = read.kind === "addition" ? await addStatement(context, policy, read.addition) : null;
    if (reply?.ok) done.given.add(String(statement.Sid));
    else
      refusals.set(
        canonicalJson(statement),
        reply === null ? "AddPermission cannot write it" : replyText(reply),
      );
  }
  return refusals;
}

/** Restores a policy without reading it; returns the statements whose addition was acknowledged. */
async function writeUnread(
  context: WaitContext,
  policy: SavedPolicy,
  sentIds: readonly string[],
): Promise<readonly Statement[]> {
  const added: Statement[] = [];
  for (const statement of policy.statements) {
    const read = additionOf(statement, policy.resource);
    const reply = read.kind === "addition" ? await addStatement(context, policy, read.addition) : null;
    if (reply?.ok) added.push(statement);
  }
  const own = new Set(policy.statements.map(({ Sid }) => Sid));
  const until = context.clock() + context.waitTimeoutMs;
  for (const sid of [...new Set(sentIds)].reverse()) {
    if (context.clock() > until) break;
    if (!own.has(sid) && isRemovable(sid)) await removeStatement(context, policy, sid);
  }
  return added;
}

/** True if a path can hold the id of the statement without being read as another path. */
function canBeRemoved(statement: Statement): statement is Statement & { readonly Sid: string } {
  return typeof statement.Sid === "string" && isRemovable(statement.Sid);
}

function problemsOf(
  policy: SavedPolicy,
  { surplus, missing }: PolicyChange,
  refusals: Refusals,
): readonly string[] {
  const owner = ownerOf(policy);
  const why = (statement: Statement) =>
    refusals.get(canonicalJson(statement)) ?? "the target acknowledged the request and did not execute it";
  const notRemoved = surplus.map((statement) => {
    const reason = canBeRemoved(statement) ? why(statement) : "a path cannot hold its id safely";
    return `${JSON.stringify(statement.Sid)} (${reason})`;
  });
  const behind = `${notRemoved.length} statements of ${owner} are left behind: ${notRemoved.slice(0, 5).join(", ")}${notRemoved.length > 5 ? ", …" : ""}`;
  const lost = missing.map(
    (statement) =>
      `${owner} has lost a statement that it had before the run (${why(statement)}): ${canonicalJson(statement)}`,
  );
  return notRemoved.length > 0 ? [behind, ...lost] : lost;
}

function unreadableProblems(
  policy: SavedPolicy,
  why: string,
  added: readonly Statement[],
): readonly string[] {
  const owner = ownerOf(policy);
  const held = policy.statements.map((statement) => {
    const text = canonicalJson(statement);
    return added.includes(statement) ? `${text} (added again, but not verified)` : text;
  });
  return [
    `what was added to ${owner} may be left behind: its policy cannot be read (${why})`,
    ...(held.length === 0 ? [] : [`${owner} may have lost what it had before the run: ${held.join(", ")}`]),
  ];
}

/** The name of a policy's owner in messages. */
export function ownerOf({ functionName, qualifier }: PolicyOwner): string {
  return qualifier === null ? functionName : `${functionName}:${qualifier}`;
}
