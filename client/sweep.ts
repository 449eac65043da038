import { canonicalJson } from "../spec/statement.ts";
import { deleteFunction, type Leftover, leftoverTexts } from "./arrange.ts";
import { type Sleep, sleep } from "./deadline.ts";
import { journalsIn, type LeftJournal, removeJournal } from "./journal.ts";
import { lambdaApi, replyText } from "./lambda-api.ts";
import { isEmptied, ownerOf, type Restored, restoreAll, type SavedPolicy } from "./policy.ts";
import { type Clock, isLoopback, type Transport } from "./transport.ts";
import type { WaitContext } from "./wait.ts";

export interface SweepOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Only journals of this endpoint and region are processed. */
  readonly endpoint: string;
  readonly region: string;
  readonly journalDir: string;
  /** The prefix of our function names; `addperm-ct-` by convention. */
  readonly prefix: string;
  /** The minimum age, in milliseconds, of deleted functions that no journal names. */
  readonly olderThanMs: number;
  readonly now: Date;
  /** True while a process runs; its journal is skipped. */
  readonly isAlive: (pid: number) => boolean;
  /** The time limit of each request, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
}

export interface Swept {
  /** The names of deleted functions and roles. */
  readonly deleted: readonly string[];
  /** One sentence for each restored policy. */
  readonly restored: readonly string[];
  /** One sentence for each journal that was removed, because its target is gone and so is what it noted. */
  readonly forgotten: readonly string[];
  /** One sentence for each thing that was not deleted, with the reason. */
  readonly left: readonly string[];
}

type SweepProgress = Record<"deleted" | "restored" | "forgotten", string[]> & { readonly left: Leftover[] };

/**
 * Deletes what journals of killed runs list, restores the policies in them and, if functions can be listed, deletes
 * old ones with our prefix. Can be repeated.
 */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const done: SweepProgress = { deleted: [], restored: [], forgotten: [], left: [] };
  const { deleted, forgotten, left } = done;
  const found = await journalsIn(options.journalDir);
  const ours = found.filter(
    ({ entry }) => entry.endpoint === options.endpoint && entry.region === options.region,
  );
  const running = ours.filter((journal) => isRunning(journal, options));
  for (const { entry } of running) left.push(`the run ${entry.run} is still going on (process ${entry.pid})`);
  const others = ours.filter((each) => !running.includes(each));
  const isTargetGone = others.length > 0 && (await isGoneFromHere(options));
  for (const journal of others) {
    // A policy is never given up: only the journal holds it.
    if (isTargetGone && journal.entry.policies.length === 0) forgotten.push(await forget(journal));
    else await clear(journal, options, done);
  }
  if (forgotten.length > 0 && forgotten.length === ours.length) return { ...done, left: [] };
  const spared = new Set(running.flatMap(({ entry }) => entry.functions));
  const stale = await oldFunctions(options, left);
  for (const name of stale.filter((each) => !spared.has(each) && !deleted.includes(each))) {
    await remove(options, name, done);
  }
  return { ...done, left: leftoverTexts(left) };
}

/** True if the target was on this machine and nothing listens there any more, so that its functions are gone as well. */
async function isGoneFromHere(options: SweepOptions): Promise<boolean> {
  if (!isLoopback(new URL(options.endpoint).hostname)) return false;
  const reply = await contextOf(options).lambda.listFunctions(null);
  return !reply.ok && reply.answer.kind === "none" && reply.answer.reason === "refused";
}

async function forget({ path, entry }: LeftJournal): Promise<string> {
  await removeJournal(path);
  const [first = "", ...more] = [...entry.functions, ...entry.roles];
  const what = more.length === 0 ? first : `${first} and ${more.length} more`;
  return `${what}: nothing listens at ${entry.endpoint} any more, and the functions of a target on this machine end with it`;
}

function isRunning({ entry }: LeftJournal, options: SweepOptions): boolean {
  const age = options.now.getTime() - Date.parse(entry.startedAt);
  // Process ids are reused: an old journal may belong to another process.
  return options.isAlive(entry.pid) && age < options.olderThanMs;
}

async function clear(
  { path, entry }: LeftJournal,
  options: SweepOptions,
  done: SweepProgress,
): Promise<void> {
  const before = done.left.length;
  for (const name of entry.functions) await remove(options, name, done);
  for (const name of entry.roles) {
    const why = await contextOf(options).lambda.deleteRole(name);
    if (why === null) done.deleted.push(name);
    else done.left.push({ kind: "roles", name, why, noted: false });
  }
  const isClear = done.left.length === before;
  let isRestored = true;
  const restored = await restoreAll(contextOf(options), entry.policies);
  for (const [index, policy] of entry.policies.entries()) {
    const result = restored[index];
    if (result !== undefined)
      isRestored = (await reportRestored(options, policy, result, done)) && isRestored;
  }
  if (!isRestored)
    done.left.push(`${path} still holds the policy from before the run: delete the file to discard it`);
  if (!isClear) done.left.push(`${path} names what is left: delete the file if the target is gone for good`);
  if (isClear && isRestored) await removeJournal(path);
}

function contextOf({ transport, deadlineMs, signal, ...options }: SweepOptions): WaitContext {
  const lambda = lambdaApi(transport, { deadlineMs, signal, essential: true });
  return { lambda, clock: options.clock, sleep: options.sleep ?? sleep, waitTimeoutMs: 10_000, signal };
}

async function remove(options: SweepOptions, name: string, { deleted, left }: SweepProgress): Promise<void> {
  const why = await deleteFunction(contextOf(options), name);
  if (why === null) deleted.push(name);
  else left.push({ kind: "functions", name, why, noted: false });
}

/** Reports what restoring a policy did. True if the policy is restored or its owner no longer exists. */
async function reportRestored(
  options: SweepOptions,
  policy: SavedPolicy,
  { removed, added, problems, done }: Restored,
  to: SweepProgress,
): Promise<boolean> {
  const owner = ownerOf(policy);
  if (!done && (await isGone(options, policy))) {
    const held = policy.statements.map(canonicalJson).join(", ");
    to.restored.push(`nothing for ${owner}, which no longer exists${held && `; it held ${held}`}`);
    return true;
  }
  const changed = removed.length + added.length > 0;
  if (changed) to.restored.push(`the policy of ${owner} (removed ${named(removed)}; added ${named(added)})`);
  else if (done && isEmptied(policy)) to.restored.push(`the policy of ${owner}, which is as it was`);
  to.left.push(...problems);
  return done;
}

async function isGone(options: SweepOptions, policy: SavedPolicy): Promise<boolean> {
  const { functionName, qualifier, described = true } = policy;
  if (!described) return false;
  const reply = await contextOf(options).lambda.getFunction(functionName, qualifier);
  return !reply.ok && reply.error === "ResourceNotFoundException";
}

function named(sids: readonly string[]): string {
  return sids.length === 0 ? "nothing" : sids.map((sid) => JSON.stringify(sid)).join(", ");
}

const mostPages = 200;

/** The names of old functions with our prefix; none if the target cannot list functions. */
async function oldFunctions(options: SweepOptions, left: Leftover[]): Promise<readonly string[]> {
  const { lambda } = contextOf(options);
  const names: string[] = [];
  let marker: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const reply: Awaited<ReturnType<typeof lambda.listFunctions>> = await lambda.listFunctions(marker);
    if (!reply.ok) {
      left.push(
        `did not search for functions outside the journals: ListFunctions got no list (${replyText(reply)})`,
      );
      return names;
    }
    for (const { FunctionName: name = "", LastModified: modified = "" } of reply.value.Functions) {
      if (!name.startsWith(options.prefix)) continue;
      const age = options.now.getTime() - Date.parse(modified);
      if (age > options.olderThanMs) names.push(name);
      else if (Number.isNaN(age)) left.push(`the function ${name} is not deleted: its age is unreadable`);
    }
    marker = reply.value.NextMarker ?? "";
    if (marker === "") return names;
  }
  return names;
}
