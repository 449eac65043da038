import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "./fault.ts";

/** What a run has created and not yet removed, as it stands on disk. */
export interface JournalEntry {
  readonly run: string;
  /** The endpoint's URL, as it was given. */
  readonly endpoint: string;
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Process that wrote it. */
  readonly pid: number;
  readonly functions: readonly string[];
  readonly roles: readonly string[];
}

/** What is created for a run. */
export type Created = "functions" | "roles";

/** The journal of one run: what is noted before a creation is found by the next sweep, whatever happens to us. */
export interface Journal {
  note(kind: Created, name: string): Promise<void>;
  forget(kind: Created, name: string): Promise<void>;
}

/** A journal that keeps nothing, for targets that end with the run. */
export const noJournal: Journal = { note: async () => {}, forget: async () => {} };

/** Opens the journal of a run in `folder`, which is made when needed; the file is gone when nothing is left. */
export function journalIn(
  folder: string,
  run: Pick<JournalEntry, "run" | "endpoint" | "region" | "startedAt" | "pid">,
): Journal {
  const path = join(folder, `${run.run.replace(/[^\w.-]/g, "_")}.json`);
  const kept: Record<Created, Set<string>> = { functions: new Set(), roles: new Set() };
  let last: Promise<void> = Promise.resolve();
  // One write after the other, so that the file never goes back to an older state.
  const save = (): Promise<void> => {
    const entry: JournalEntry = { ...run, functions: [...kept.functions], roles: [...kept.roles] };
    last = last.catch(() => {}).then(() => write(folder, path, entry));
    return last;
  };
  return {
    note(kind, name) {
      kept[kind].add(name);
      return save();
    },
    forget(kind, name) {
      kept[kind].delete(name);
      return save();
    },
  };
}

/** A journal that was left behind. */
export interface LeftJournal {
  readonly path: string;
  readonly entry: JournalEntry;
}

/** The journals that are in `folder`; none when there is no such folder. Files that are no journals are passed over. */
export async function journalsIn(folder: string): Promise<readonly LeftJournal[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const found: LeftJournal[] = [];
  for (const name of names.filter((each) => each.endsWith(".json")).sort()) {
    const path = join(folder, name);
    const entry = await readEntry(path);
    if (entry !== null) found.push({ path, entry });
  }
  return found;
}

/** Removes a journal whose things are all gone. */
export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function write(folder: string, path: string, entry: JournalEntry): Promise<void> {
  try {
    if (entry.functions.length + entry.roles.length === 0) return await rm(path, { force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(entry, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new Fault(
      `The journal ${path} cannot be written, so nothing would find what a broken run leaves behind: give a folder that can be written.`,
      { cause },
    );
  }
}

async function readEntry(path: string): Promise<JournalEntry | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const texts = ["run", "endpoint", "region", "startedAt"].every(
    (key) => typeof fields.get(key) === "string",
  );
  return (
    texts &&
    typeof fields.get("pid") === "number" &&
    isNames(fields.get("functions")) &&
    isNames(fields.get("roles"))
  );
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
