import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { deleteFunction } from "./arrange.ts";
import { journalsIn, type LeftJournal, removeJournal } from "./journal.ts";
import { deleteRole } from "./role.ts";
import { said, sdkOver } from "./sdk.ts";
import { type Sleep, sleep } from "./sleep.ts";
import type { Clock, Transport } from "./transport.ts";

/** What sweeping needs. */
export interface SweepOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Only journals of this endpoint and region are worked off. */
  readonly endpoint: string;
  readonly region: string;
  readonly journalDir: string;
  /** Functions whose names begin so are ours; `addperm-ct-` by convention. */
  readonly prefix: string;
  /** Functions that no journal names are only deleted when they are older, in milliseconds. */
  readonly olderThanMs: number;
  readonly now: Date;
  /** True while a process runs: its journal is left alone. */
  readonly isAlive: (pid: number) => boolean;
  /** Milliseconds for each request. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
}

/** What a sweep did. */
export interface Swept {
  /** Names of what was deleted. */
  readonly deleted: readonly string[];
  /** One sentence for each thing that could not be deleted or was left on purpose. */
  readonly left: readonly string[];
}

/** Deletes what journals of broken runs list and, where functions can be listed, old ones with our prefix. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const deleted: string[] = [];
  const left: string[] = [];
  const found = await journalsIn(options.journalDir);
  const ours = found.filter(
    ({ entry }) => entry.endpoint === options.endpoint && entry.region === options.region,
  );
  const running = ours.filter((journal) => isRunning(journal, options));
  for (const { entry } of running) left.push(`the run ${entry.run} is still going on (process ${entry.pid})`);
  for (const journal of ours.filter((each) => !running.includes(each))) {
    await clear(journal, options, deleted, left);
  }
  const spared = new Set(running.flatMap(({ entry }) => entry.functions));
  const stale = await listed(options, left);
  for (const name of stale.filter((each) => !spared.has(each) && !deleted.includes(each))) {
    await remove(options, name, deleted, left);
  }
  return { deleted, left };
}

function isRunning({ entry }: LeftJournal, options: SweepOptions): boolean {
  const age = options.now.getTime() - Date.parse(entry.startedAt);
  // Process numbers are used again: an old journal does not belong to whoever has the number now.
  return options.isAlive(entry.pid) && age < options.olderThanMs;
}

async function clear(
  { path, entry }: LeftJournal,
  options: SweepOptions,
  deleted: string[],
  left: string[],
): Promise<void> {
  const before = left.length;
  for (const name of entry.functions) await remove(options, name, deleted, left);
  for (const name of entry.roles) {
    const why = await deleteRole(options.transport, name, { deadlineMs: options.deadlineMs });
    if (why === null) deleted.push(name);
    else left.push(`the role ${name} is left behind (${why})`);
  }
  if (left.length === before) await removeJournal(path);
}

async function remove(options: SweepOptions, name: string, deleted: string[], left: string[]): Promise<void> {
  const how = { deadlineMs: options.deadlineMs, signal: options.signal, essential: true };
  const ask = sdkOver(options.transport, options.region, how);
  const shop = { ask, how, clock: options.clock, sleep: options.sleep ?? sleep, patienceMs: 10_000 };
  const why = await deleteFunction(shop, name);
  if (why === null) deleted.push(name);
  else left.push(`the function ${name} is left behind (${why})`);
}

const mostPages = 200;

/** Names of old functions with our prefix; a target that cannot list has none. */
async function listed(options: SweepOptions, left: string[]): Promise<readonly string[]> {
  const ask = sdkOver(options.transport, options.region, {
    deadlineMs: options.deadlineMs,
    signal: options.signal,
  });
  const names: string[] = [];
  let marker: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new ListFunctionsCommand(marker === undefined ? {} : { Marker: marker });
    const reply = await ask((client) => client.send(command));
    if (!reply.ok) {
      left.push(`functions that no journal names were not looked for: ListFunctions answered ${said(reply)}`);
      return names;
    }
    for (const { FunctionName: name = "", LastModified: modified = "" } of reply.value.Functions ?? []) {
      if (!name.startsWith(options.prefix)) continue;
      const age = options.now.getTime() - Date.parse(modified);
      if (age > options.olderThanMs) names.push(name);
      else if (Number.isNaN(age)) left.push(`the function ${name} is left alone: its age cannot be read`);
    }
    marker = reply.value.NextMarker;
    if (marker === undefined || marker === "") return names;
  }
  return names;
}
