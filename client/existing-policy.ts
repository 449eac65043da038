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

/** What is kept of a function, and how. */
export interface SavePolicyOptions {
  readonly functionName: string;
  /** ARN of the function, unqualified. */
  readonly arn: string;
  readonly journal: Journal;
  /** For reads before the run, which end with it. */
  readonly context: ArrangeContext;
  /** For writes and for giving back, also once the run was ended. */
  readonly cleaning: WaitContext;
  /** Ids of the statements that were sent so far. */
  readonly sentIds: () => readonly string[];
  /** Id of the copies that show whether a statement can be given back. */
  readonly copyId: string;
}

/** Gives back what is kept; tells what it could not, one sentence each. Never rejects; may be repeated. */
export type RestorePolicy = () => Promise<readonly string[]>;

/**
 * Reads the policy of a function that a run will empty, makes sure that it can be given back, and notes it in the
 * journal. Throws a Fault where it cannot be read or could not be given back; the policy is then as it was.
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

/** What stands in the policy now is what another run put there. */
async function refuseIfInUse({ functionName, journal }: SavePolicyOptions): Promise<void> {
  const run = await journal.runWithPoliciesOf(functionName);
  if (run === null) return;
  throw new Fault(
    `The policy of ${functionName} is kept by the run ${run}, which is still going on or was broken: wait for its end, or give the policy back with the sweep subcommand. Nothing was changed.`,
  );
}

async function ownPolicy(of: SavePolicyOptions): Promise<SavedPolicy> {
  const { functionName, arn, context } = of;
  const read = await readStatements(context, { functionName, qualifier: null });
  throwIfAborted(context);
  if (read.kind === "unreadable")
    throw new Fault(
      `The policy of ${functionName} cannot be read (${read.why}), and a run empties it, so that nothing could be given back: name another function with ${context.optionName("functionName")}, or leave it out to have one created. Nothing was changed.`,
      { option: "functionName" },
    );
  const why = notExpressibleIn(read.statements, arn);
  if (why !== null)
    throw new Fault(`${cannotRestore(of, why)} Nothing was changed.`, { option: "functionName" });
  return { functionName, qualifier: null, resource: arn, statements: read.statements };
}

/** Where a target may write besides: some take $LATEST, and some read `qualifier` as `Qualifier`, which is then `live`. */
const otherQualifiers = ["$LATEST", "live"];

/** The policies that no run empties, and that may be added to. */
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
  return `A run empties the policy of ${functionName}, and AddPermission could not give it back (${why}): take the statement out, name another function with ${context.optionName("functionName")}, or leave it out to have one created.`;
}

/** The first statement that AddPermission cannot say, with the member; null when it can say them all. */
function notExpressibleIn(statements: readonly Statement[], resource: string): string | null {
  const ids = new Set<unknown>();
  for (const statement of statements) {
    const { Sid } = statement;
    const read = additionOf(statement, resource);
    if (read.kind === "not-expressible") return `${named(statement)}, ${read.member}: ${read.why}`;
    if (ids.has(Sid)) return `${named(statement)}, Sid: AddPermission writes each id once, and two have it`;
    ids.add(Sid);
  }
  return null;
}

/**
 * Adds a copy of each statement under another id and removes it again: nothing else shows whether this target writes
 * the statement as it stands. It may refuse a principal that was deleted since, or write a condition in another form.
 * Gives the first statement that has no true copy, and why; null when all have.
 */
async function findNotRestorable(
  { context, cleaning, copyId }: SavePolicyOptions,
  policy: SavedPolicy,
): Promise<string | null> {
  for (const statement of policy.statements) {
    const read = additionOf(statement, policy.resource);
    if (read.kind === "not-expressible") return `${named(statement)}, ${read.member}: ${read.why}`;
    // No signal cuts a write off: it could have its effect after the policy was given back.
    const reply = await addStatement(cleaning, policy, { ...read.addition, StatementId: copyId });
    if (!reply.ok) return `${named(statement)}: a copy of it was answered ${replyText(reply)}`;
    const copy = await copyIn(context, policy, copyId);
    if (typeof copy === "string") return `${named(statement)}: ${copy}`;
    const differs = differingMember({ ...copy, Sid: statement.Sid }, statement);
    if (differs !== null)
      return `${named(statement)}, ${differs}: AddPermission writes ${JSON.stringify(copy[differs])} there`;
    const stays = await removeStatement(cleaning, policy, copyId);
    if (stays !== null) return `${named(statement)}: the removal of a copy was answered ${stays}`;
  }
  return null;
}

/** The copy as it stands in the policy; a clause where it does not. */
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
  return "a copy of it was acknowledged and does not stand in the policy";
}

function differingMember(one: Statement, other: Statement): string | null {
  const members = Object.keys({ ...other, ...one });
  return members.find((member) => canonicalJson(one[member]) !== canonicalJson(other[member])) ?? null;
}

function named({ Sid }: Statement): string {
  return `statement ${JSON.stringify(Sid) ?? "without an id"}`;
}

/** A transport that notes the id of each statement that is sent over it. */
export interface StatementIdRecorder {
  readonly transport: Transport;
  /** Each id once, the latest last. */
  ids(): readonly string[];
}

/** Notes ids, so that a statement can be removed where the policy cannot be read any more. */
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
