import { isRecord } from "../spec/body.ts";
import { canonicalJson } from "../spec/statement.ts";
import { isRemovable } from "../spec/target.ts";
import { additionOf, type Statement, type StatementRequest } from "./addition.ts";
import { type PolicyOwner, type Reply, replyText } from "./lambda-api.ts";
import { isBusy, retryWhile, type WaitContext } from "./wait.ts";

/** A policy as it was read, to be given back later. Plain JSON. */
export interface SavedPolicy extends PolicyOwner {
  /** ARN of what the policy belongs to. */
  readonly resource: string;
  readonly statements: readonly Statement[];
}

/** What a read of a policy shows; `why` is a clause. */
export type ShownPolicy =
  | { readonly kind: "statements"; readonly statements: readonly Statement[] }
  | {
      readonly kind: "unreadable";
      readonly why: string;
      /** False where no answer came. */
      readonly isAnswered: boolean;
    };

/** Reads the statements of a policy; there are none where GetPolicy answers 404. */
export async function readStatements(context: WaitContext, of: PolicyOwner): Promise<ShownPolicy> {
  const reply = await retryWhile(context, () => context.lambda.getPolicy(of), isBusy);
  if (!reply.ok && reply.status === 404) return { kind: "statements", statements: [] };
  if (!reply.ok) {
    const isAnswered = reply.status !== 0;
    const met = isAnswered ? "GetPolicy answered " : "GetPolicy had no answer, ";
    return { kind: "unreadable", why: met + replyText(reply), isAnswered };
  }
  const policy = parsed(reply.value.Policy ?? "");
  const list = isRecord(policy) ? policy.Statement : null;
  return Array.isArray(list) && list.every(isRecord)
    ? { kind: "statements", statements: list }
    : { kind: "unreadable", why: "GetPolicy answered without a list of statements", isAnswered: true };
}

/** Adds one statement. */
export function addStatement(
  context: WaitContext,
  of: PolicyOwner,
  addition: StatementRequest,
): Promise<Reply<null>> {
  return retryWhile(context, () => context.lambda.addPermission(of, addition), isBusy);
}

/** Removes one statement; null when it is gone, else why it is not. */
export async function removeStatement(
  context: WaitContext,
  of: PolicyOwner,
  sid: string,
): Promise<string | null> {
  const reply = await retryWhile(context, () => context.lambda.removePermission(of, sid), isBusy);
  return reply.ok || reply.status === 404 ? null : replyText(reply);
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
  context: WaitContext,
  policy: SavedPolicy,
  sentIds: () => readonly string[] = () => [],
): Promise<Restored> {
  const removed = new Set<string>();
  const added = new Set<string>();
  const resultOf = (problems: readonly string[], done: boolean): Restored => ({
    removed: [...removed],
    given: [...added],
    problems,
    done,
  });
  let refusals: Refusals = new Map();
  let addedUnread: readonly Statement[] = [];
  // Only what a run empties has to be written without a look.
  let mayWriteUnread = policy.qualifier === null;
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

interface PolicyChange {
  readonly surplus: readonly Statement[];
  readonly missing: readonly Statement[];
}

/** Why a statement could not be removed or added, by its text. */
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
        reply === null ? "AddPermission cannot say it" : replyText(reply),
      );
  }
  return refusals;
}

/**
 * Adds what stood in a policy that cannot be read, and removes what may have been added, as long as patience lasts.
 * Gives the statements of which the target acknowledged the addition.
 */
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

/** A path can name the id of the statement without being taken for something else. */
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
    refusals.get(canonicalJson(statement)) ?? "the target acknowledged the request and did not do it";
  const notRemoved = surplus.map((statement) => {
    const reason = canBeRemoved(statement) ? why(statement) : "no path can name its id safely";
    return `${JSON.stringify(statement.Sid)} (${reason})`;
  });
  const behind = `${notRemoved.length} statements of ${owner} are left behind: ${notRemoved.slice(0, 5).join(", ")}${notRemoved.length > 5 ? ", …" : ""}`;
  const lost = missing.map(
    (statement) =>
      `${owner} has lost a statement that stood there before (${why(statement)}): ${canonicalJson(statement)}`,
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
