import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Up } from "./server.ts";

/** A named test that returns complaints. */
export interface Scenario {
  readonly name: string;
  run(): Promise<Tried>;
}

/** The result; no complaints is a pass. */
export interface Tried {
  readonly complaints: readonly string[];
  /** A short note for the log. */
  readonly note: string;
  /** The output of the command, printed after a complaint. */
  readonly output: string;
}

/** A check and its complaint. */
export type Check = readonly [good: boolean, complaint: string];

/** The complaints of the checks that fail. */
export function failing(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(([good, complaint]) => (good ? [] : [complaint]));
}

/** Runs the work in a temporary folder. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "hostile-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same while a server listens. */
export function onServer<T>(
  listen: () => Promise<Up>,
  work: (folder: string, server: Up) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const server = await listen();
    try {
      return await work(folder, server);
    } finally {
      await server.close();
    }
  });
}

/** Every file under the folder with its text. */
export async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  }
  return found;
}
