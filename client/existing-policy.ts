import { jsonObject } from "../spec/answer.ts";
import { Fault } from "../spec/fault.ts";
import { canonicalJson } from "../spec/statement.ts";
import { additionOf, type Statement } from "./addition.ts";
import type { Journal } from "./journal.ts";
import { type PolicyOwner, replyText } from "./lambda-api.ts";
import {
  addStatement,
  ownerOf,
  pausesMs,
  readStatements,
  removeStatement,
  restore,
  restoreAll,
  type SavedPolicy,
} from "./policy.ts";
import type { Outgoing, Transport } from "./transport.ts";
import { type ExistingQualifiers, existingQualifiers, type Listed } from "./versions-and-aliases.ts";
import { type ArrangeContext, throwIfAborted, type WaitContext } from "./wait.ts";

/** Options for saving the policies of an existing function. */
export interface SavePolicyOptions {
  readonly functionName: string;
  /** The unqualified ARN of the function. */
  readonly arn: string;
  /** False if the target has no GetFunction. */
  readonly isDescribed: boolean;
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
type RestorePolicy = () => Promise<readonly string[]>;

/** A version or alias that a run uses, or a clause that says why it uses none. */
export type Chosen = { readonly qualifier: string } | { readonly why: string };

export interface SavedPolicies {
  readonly version: Chosen;
  readonly alias: Chosen;
  /** All versions and aliases of the function that are known. */
  readonly qualifiers: ExistingQualifiers;
  readonly restore: RestorePolicy;
}

/** The policies to save; a clause instead of one says why none is used. */
interface Saving {
  readonly own: SavedPolicy;
  readonly chosen: { version: SavedPolicy | string; alias: SavedPolicy | string };
  /** The policies that the run does not empty but may add to. */
  readonly others: SavedPolicy[];
}

/**
 * Saves the policies of a function, of one version and of one alias in the journal before a run empties them, after
 * testing that they can be restored. Leaves out a version or alias whose policy cannot. If that of the function
 * cannot, throws a Fault and leaves all as they were.
 */
export async function savePolicy(of: SavePolicyOptions): Promise<SavedPolicies> {
  const { functionName, context, journal, cleaning, sentIds } = of;
  await refuseIfInUse(of);
  const own = await ownPolicy(of);
  const qualifiers = await existingQualifiers(context, functionName);
  const chosen = {
    version: await choosePolicy(of, qualifiers.versions),
    alias: await choosePolicy(of, qualifiers.aliases),
  };
  const saving: Saving = { own, chosen, others: await otherPolicies(of, qualifiers, chosen) };
  await note(of, saving);
  const restorePolicies: RestorePolicy = async () => {
    const all = await restoreAll(cleaning, policiesIn(saving), sentIds);
    if (all.every(({ done }) => done)) await journal.removePolicies(functionName).catch(() => {});
    return all.flatMap(({ problems }) => problems);
  };
  const why = await testRestorable(of, saving).catch(async (error: unknown) => {
    await restorePolicies();
    throw error;
  });
  if (why === null) {
    const { version, alias } = chosen;
    return { version: asChosen(version), alias: asChosen(alias), qualifiers, restore: restorePolicies };
  }
  const problems = await restorePolicies();
  throwIfAborted(context);
  const end = problems.length === 0 ? "The policy is as it was." : `Besides, ${problems.join("; ")}.`;
  throw new Fault(`${cannotRestore(of, why)} ${end}`, { option: "functionName" });
}

function policiesIn({ own, chosen, others }: Saving): readonly SavedPolicy[] {
  const used = [chosen.version, chosen.alias].filter((one) => typeof one !== "string");
  return [own, ...used, ...others];
}

function note({ functionName, isDescribed, journal }: SavePolicyOptions, saving: Saving): Promise<void> {
  const policies = policiesIn(saving);
  return journal.notePolicies(
    functionName,
    isDescribed ? policies : policies.map((policy) => ({ ...policy, described: false })),
  );
}

/** Tests with copies that the policies can be restored; null, or a clause that names the obstacle. */
async function testRestorable(of: SavePolicyOptions, saving: Saving): Promise<string | null> {
  const { own, chosen, others } = saving;
  const why = await findNotRestorable(of, own);
  if (why !== null) return why;
  for (const kind of ["version", "alias"] as const) {
    const policy = chosen[kind];
    if (typeof policy === "string") continue;
    const obstacle = await findNotRestorable(of, policy);
    if (obstacle === null) continue;
    const { problems } = await restore(of.cleaning, policy, () => [of.copyId]);
    if (problems.length > 0) return obstacle;
    others.push({ ...policy, emptied: false });
    chosen[kind] = notRestorable(policy, obstacle);
    await note(of, saving);
  }
  return null;
}

function notRestorable(of: PolicyOwner, obstacle: string): string {
  return `the policy of ${ownerOf(of)} cannot be restored (${obstacle})`;
}

function asChosen(policy: SavedPolicy | string): Chosen {
  return typeof policy === "string" ? { why: policy } : { qualifier: policy.qualifier ?? "" };
}

/** The most versions, and the most aliases, whose policies are read to choose one. */
const mostRead = 10;

/** A version or alias whose policy can be saved, preferably an empty one; otherwise a clause that says why there is none. */
async function choosePolicy(of: SavePolicyOptions, listed: Listed): Promise<SavedPolicy | string> {
  if (typeof listed === "string") return listed;
  const { functionName, arn, context } = of;
  let held: SavedPolicy | null = null;
  let why = "none has a name that leaves a full ARN within 140 characters";
  // A qualified full ARN that is too long is refused, whatever the target does with qualifiers.
  for (const qualifier of listed.names
    .filter((one) => arn.length + 1 + one.length < 140)
    .slice(0, mostRead)) {
    const resource = `${arn}:${qualifier}`;
    const read = await readStatements(context, { functionName, qualifier });
    throwIfAborted(context);
    const statements = read.kind === "unreadable" ? [] : read.statements;
    const obstacle = read.kind === "unreadable" ? read.why : notExpressibleIn(statements, resource);
    if (obstacle !== null) {
      why = notRestorable({ functionName, qualifier }, obstacle);
      continue;
    }
    const policy = { functionName, qualifier, resource, statements, emptied: true };
    if (policy.statements.length === 0) return policy;
    held ??= policy;
  }
  return held ?? why;
}

/** Throws a Fault if the policy is in use: it now holds statements of another run, which must not be saved. */
export async function refuseIfInUse({
  functionName,
  journal,
}: Pick<SavePolicyOptions, "functionName" | "journal">): Promise<void> {
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
 * which is then `live`, and some take one qualifier of several, which may be `1`.
 */
const otherQualifiers = ["$LATEST", "live", "1"];

/** The policies that a run does not empty but may add to. */
async function otherPolicies(
  { functionName, arn, context }: SavePolicyOptions,
  { versions }: ExistingQualifiers,
  chosen: Saving["chosen"],
): Promise<SavedPolicy[]> {
  const used = Object.values(chosen).map((one) => (typeof one === "string" ? null : one.qualifier));
  const isPossible = (qualifier: string) =>
    !used.includes(qualifier) &&
    (qualifier !== "1" || (typeof versions !== "string" && versions.names.includes(qualifier)));
  const found: SavedPolicy[] = [];
  for (const qualifier of otherQualifiers.filter(isPossible)) {
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
export async function copyIn(
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

/** The statement as messages name it. */
export function named({ Sid }: Statement): string {
  return `statement ${JSON.stringify(Sid) ?? "without an id"}`;
}

/**
 * A transport for an existing function. It creates and deletes nothing, and records the id of each statement that it sends,
 * so that a statement can be removed even if the policy is no longer readable.
 */
export function recordStatementIds(transport: Transport) {
  const ids = new Set<string>();
  const recording: Transport = {
    ...transport,
    unable: (call) => createsOrDeletes(call) ?? transport.unable?.(call) ?? null,
    send(call, options) {
      const id = idIn(call);
      if (id !== null) {
        ids.delete(id);
        ids.add(id);
      }
      return transport.send(call, options);
    },
  };
  /** Each id once, the latest last. */
  return { transport: recording, ids: (): readonly string[] => [...ids] };
}

/** Why a call of a history is not sent to an existing function; null if it is. */
function createsOrDeletes({ method, target }: Outgoing): string | null {
  const isWrite =
    method !== "GET" && /\/functions(\/[^/?]*(\/(versions|aliases)(\/[^/?]*)?)?)?(\?|$)/.test(target);
  return isWrite ? "nothing but policies is changed on an existing function" : null;
}

function idIn({ method, target, body }: Outgoing): string | null {
  if (method !== "POST" || body === null || !/\/policy(\?|$)/.test(target)) return null;
  const id = jsonObject(body)?.StatementId;
  return typeof id === "string" ? id : null;
}
