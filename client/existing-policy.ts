import { jsonObject } from "../spec/answer.ts";
import { Fault } from "../spec/fault.ts";
import { canonicalJson } from "../spec/statement.ts";
import { additionOf, type Statement } from "./addition.ts";
import type { Journal } from "./journal.ts";
import { replyText } from "./lambda-api.ts";
import {
  addStatement,
  pausesMs,
  type Restored,
  readStatements,
  removeStatement,
  restore,
  type SavedPolicy,
} from "./policy.ts";
import type { Outgoing, Transport } from "./transport.ts";
import { type ArrangeContext, throwIfAborted, type WaitContext } from "./wait.ts";

/** Options for saving the policy of an existing function. */
export interface SavePolicyOptions {
  readonly functionName: string;
  /** The unqualified ARN of the function. */
  readonly arn: string;
  readonly journal: Journal;
  /** For reads before the run; the signal of the run aborts them. */
  readonly context: ArrangeContext;
  /** For writes and for restoring, which continue after the run was ended. */
  readonly cleaning: WaitContext;
  /** The ids of the statements that were sent so far. */
  readonly sentIds: () => readonly string[];
  /** The id of the copies that test whether a statement can be restored. */
  readonly copyId: string;
}

/** Restores the saved policies and returns one sentence for each problem. Never rejects; can be repeated. */
export type RestorePolicy = () => Promise<readonly string[]>;

/**
 * Saves the policy of a function in the journal before a run empties it, after testing that it can be restored.
 * Otherwise throws a Fault and leaves the policy as it was.
 */
export async function savePolicy(of: SavePolicyOptions): Promise<RestorePolicy> {
  const { functionName, journal, cleaning, sentIds } = of;
  await refuseIfInUse(of);
  const own = await ownPolicy(of);
  const policies = [own, ...(await otherPolicies(of))];
  await journal.notePolicies(functionName, policies);
  const restorePolicies: RestorePolicy = async () => {
    const all: Restored[] = [];
    for (const policy of policies) all.push(await restore(cleaning, policy, sentIds));
    if (all.every(({ done }) => done)) await journal.removePolicies(functionName).catch(() => {});
    return all.flatMap(({ problems }) => problems);
  };
  const why = await findNotRestorable(of, own).catch(async (error: unknown) => {
    await restorePolicies();
    throw error;
  });
  if (why === null) return restorePolicies;
  const problems = await restorePolicies();
  throwIfAborted(of.context);
  const end = problems.length === 0 ? "The policy is as it was." : `Besides, ${problems.join("; ")}.`;
  throw new Fault(`${cannotRestore(of, why)} ${end}`, { option: "functionName" });
}

/** The policy now holds statements of another run, which must not be saved. */
async function refuseIfInUse({ functionName, journal }: SavePolicyOptions): Promise<void> {
  const run = await journal.runWithPoliciesOf(functionName);
  if (run === null) return;
  throw new Fault(
    `The policy of ${functionName} is in use by the run ${run}, which is still going on or was killed: wait for its end, or restore the policy with the sweep subcommand. Nothing was changed.`,
  );
}

async function ownPolicy(of: SavePolicyOptions): Promise<SavedPolicy> {
  const { functionName, arn, context } = of;
  const read = await readStatements(context, { functionName, qualifier: null });
  throwIfAborted(context);
  if (read.kind === "unreadable")
    throw new Fault(
      `The policy of ${functionName} cannot be read (${read.why}), and a run that empties it could not restore it: name another function with ${context.optionName("functionName")}, or leave it out to have one created. Nothing was changed.`,
      { option: "functionName" },
    );
  const why = notExpressibleIn(read.statements, arn);
  if (why !== null)
    throw new Fault(`${cannotRestore(of, why)} Nothing was changed.`, { option: "functionName" });
  return { functionName, qualifier: null, resource: arn, statements: read.statements };
}

/**
 * Qualifiers whose policies a target may change as well: some accept $LATEST, some ignore the case of `qualifier`,
 * which is then `live`.
 */
const otherQualifiers = ["$LATEST", "live"];

/** The policies that a run does not empty but may add to. */
async function otherPolicies({
  functionName,
  arn,
  context,
}: SavePolicyOptions): Promise<readonly SavedPolicy[]> {
  const found: SavedPolicy[] = [];
  for (const qualifier of otherQualifiers) {
    const read = await readStatements(context, { functionName, qualifier });
    if (read.kind === "unreadable") continue;
    found.push({ functionName, qualifier, resource: `${arn}:${qualifier}`, statements: read.statements });
  }
  return found;
}

function cannotRestore({ functionName, context }: SavePolicyOptions, why: string): string {
  return `A run empties the policy of ${functionName}, and AddPermission could not restore it (${why}): take the statement out, name another function with ${context.optionName("functionName")}, or leave it out to have one created.`;
}

/** The first statement that AddPermission cannot write, with the member; null if it can write all. */
function notExpressibleIn(statements: readonly Statement[], resource: string): string | null {
  const ids = new Set<unknown>();
  for (const statement of statements) {
    const { Sid } = statement;
    const read = additionOf(statement, resource);
    if (read.kind === "not-expressible") return `${named(statement)}, ${read.member}: ${read.why}`;
    if (ids.has(Sid))
      return `${named(statement)}, Sid: AddPermission writes each id once, and two statements have it`;
    ids.add(Sid);
  }
  return null;
}

/**
 * Adds a copy of each statement under another id, compares it and removes it. Only this shows whether the target
 * still writes the statement: it may refuse a deleted principal or write another form. Returns the first statement
 * whose copy differs, with the reason, or null.
 */
async function findNotRestorable(
  { context, cleaning, copyId }: SavePolicyOptions,
  policy: SavedPolicy,
): Promise<string | null> {
  for (const statement of policy.statements) {
    const read = additionOf(statement, policy.resource);
    if (read.kind === "not-expressible") return `${named(statement)}, ${read.member}: ${read.why}`;
    // No signal aborts a write: its effect could come after the policy was restored.
    const reply = await addStatement(cleaning, policy, { ...read.addition, StatementId: copyId });
    if (!reply.ok) return `${named(statement)}: the target answered to a copy of it with ${replyText(reply)}`;
    const copy = await copyIn(context, policy, copyId);
    if (typeof copy === "string") return `${named(statement)}: ${copy}`;
    const differs = differingMember({ ...copy, Sid: statement.Sid }, statement);
    if (differs !== null)
      return `${named(statement)}, ${differs}: AddPermission writes ${JSON.stringify(copy[differs])} there`;
    const stays = await removeStatement(cleaning, policy, copyId);
    if (stays !== null)
      return `${named(statement)}: the target answered to the removal of a copy with ${stays}`;
  }
  return null;
}

/** The copy in the policy, or a clause that says why there is none. */
async function copyIn(
  context: WaitContext,
  policy: SavedPolicy,
  copyId: string,
): Promise<Statement | string> {
  for (const pause of pausesMs) {
    await context.sleep(pause);
    const now = await readStatements(context, policy);
    if (now.kind === "unreadable") return now.why;
    const copy = now.statements.find(({ Sid }) => Sid === copyId);
    if (copy !== undefined) return copy;
  }
  return "a copy of it was acknowledged and is not in the policy";
}

function differingMember(one: Statement, other: Statement): string | null {
  const members = Object.keys({ ...other, ...one });
  return members.find((member) => canonicalJson(one[member]) !== canonicalJson(other[member])) ?? null;
}

function named({ Sid }: Statement): string {
  return `statement ${JSON.stringify(Sid) ?? "without an id"}`;
}

/** A transport that records the id of each statement it sends. */
export interface StatementIdRecorder {
  readonly transport: Transport;
  /** Each id once, the latest last. */
  ids(): readonly string[];
}

/** Records ids, so that a statement can be removed even if the policy is no longer readable. */
export function recordStatementIds(transport: Transport): StatementIdRecorder {
  const ids = new Set<string>();
  return {
    transport: {
      unable: (call) => transport.unable?.(call) ?? null,
      release: (connection) => transport.release?.(connection),
      close: () => transport.close(),
      send(call, options) {
        const id = idIn(call);
        if (id !== null) {
          ids.delete(id);
          ids.add(id);
        }
        return transport.send(call, options);
      },
    },
    ids: () => [...ids],
  };
}

function idIn({ method, target, body }: Outgoing): string | null {
  if (method !== "POST" || body === null || !/\/policy(\?|$)/.test(target)) return null;
  const id = jsonObject(body)?.StatementId;
  return typeof id === "string" ? id : null;
}
