import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../spec/body.ts";
import { Fault } from "../spec/fault.ts";
import type { SavedPolicy } from "./policy.ts";

/** A journal file: what a run has created and not yet removed, and the policies that it has not yet restored. */
export interface JournalEntry {
  readonly run: string;
  /** The endpoint's URL, as it was given. */
  readonly endpoint: string;
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly pid: number;
  readonly functions: readonly string[];
  readonly roles: readonly string[];
  readonly policies: readonly SavedPolicy[];
}

/** The kinds of things that a run creates. */
export type Created = "functions" | "roles";

/** The journal of one run. Each note is written before its action, so that `sweep` finds what a killed run left. */
export interface Journal {
  note(kind: Created, name: string): Promise<void>;
  removeNote(kind: Created, name: string): Promise<void>;
  /** Notes the policies of a function before the run empties them. */
  notePolicies(functionName: string, policies: readonly SavedPolicy[]): Promise<void>;
  /** Removes the policies of a function after they were restored. */
  removePolicies(functionName: string): Promise<void>;
  /** The other run at this endpoint that has noted policies of the function; null if there is none. */
  runWithPoliciesOf(functionName: string): Promise<string | null>;
}

/** A journal that writes nothing, for targets that end with the run. */
export const noJournal: Journal = {
  note: async () => {},
  removeNote: async () => {},
  notePolicies: async () => {},
  removePolicies: async () => {},
  runWithPoliciesOf: async () => null,
};

/** Opens the journal of a run in `folder`, which it creates. The file exists while something is noted. */
export function journalIn(
  folder: string,
  run: Pick<JournalEntry, "run" | "endpoint" | "region" | "startedAt" | "pid">,
): Journal {
  const path = join(folder, `${run.run.replace(/[^\w.-]/g, "_")}.json`);
  const created: Record<Created, Set<string>> = { functions: new Set(), roles: new Set() };
  const policies = new Map<string, readonly SavedPolicy[]>();
  let last: Promise<void> = Promise.resolve();
  // Writes are sequential, so that the file never returns to an older state.
  const save = (): Promise<void> => {
    const entry: JournalEntry = {
      ...run,
      functions: [...created.functions],
      roles: [...created.roles],
      policies: [...policies.values()].flat(),
    };
    last = last.catch(() => {}).then(() => write(folder, path, entry));
    return last;
  };
  return {
    note(kind, name) {
      created[kind].add(name);
      return save();
    },
    removeNote(kind, name) {
      created[kind].delete(name);
      return save();
    },
    notePolicies(functionName, list) {
      policies.set(functionName, list);
      return save();
    },
    removePolicies(functionName) {
      policies.delete(functionName);
      return save();
    },
    async runWithPoliciesOf(functionName) {
      const other = (await journalsIn(folder)).find(
        ({ entry }) =>
          entry.run !== run.run &&
          entry.endpoint === run.endpoint &&
          entry.region === run.region &&
          entry.policies.some((policy) => policy.functionName === functionName),
      );
      return other?.entry.run ?? null;
    },
  };
}

export interface LeftJournal {
  readonly path: string;
  readonly entry: JournalEntry;
}

/** The journals in `folder`; none if the folder does not exist. Skips files that are not journals. */
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

/** Removes a journal after everything in it was cleaned up, also what a run left that was killed while it wrote. */
export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.new`, { force: true });
}

async function write(folder: string, path: string, entry: JournalEntry): Promise<void> {
  try {
    const size = entry.functions.length + entry.roles.length + entry.policies.length;
    if (size === 0) return await rm(path, { force: true });
    await mkdir(folder, { recursive: true });
    // A policy may hold a token, and after the run has emptied it the journal is the only copy.
    const how = { mode: 0o600, flush: true };
    await writeFile(`${path}.new`, `${JSON.stringify(entry, null, 2)}\n`, how);
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new Fault(
      `The journal ${path} cannot be written, so sweep could not clean up after a killed run: give a writable folder.`,
      { cause },
    );
  }
}

async function readEntry(path: string): Promise<JournalEntry | null> {
  try {
    const entry: unknown = JSON.parse(await readFile(path, "utf8"));
    return isEntry(entry) ? entry : null;
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isRecord(value)) return false;
  const texts = ["run", "endpoint", "region", "startedAt"].every((key) => typeof value[key] === "string");
  const { pid, functions, roles, policies } = value;
  return (
    texts &&
    typeof pid === "number" &&
    isNames(functions) &&
    isNames(roles) &&
    Array.isArray(policies) &&
    policies.every(isPolicy)
  );
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isPolicy(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { functionName, qualifier, resource, statements, emptied = true, described = true } = value;
  const names = typeof functionName === "string" && typeof resource === "string";
  const whose = qualifier === null || typeof qualifier === "string";
  const flags = typeof emptied === "boolean" && typeof described === "boolean";
  return names && whose && flags && Array.isArray(statements) && statements.every(isRecord);
}
