import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Fault } from "../spec/fault.ts";

/** Makes a folder and those above it. Node's own recursive mkdir never returns on file systems that answer ENOENT in an existing folder, such as /proc. */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await mkdir(dir);
  }
}

let written = 0;

/** Writes a file, or replaces it, in one step, so that no reader ever sees half of it. */
export async function replace(path: string, text: string): Promise<void> {
  written += 1;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${written}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Proves, by doing it, that files can be written and replaced in a folder. */
export async function proveWritable(dir: string): Promise<void> {
  const probe = join(dir, `.probe-${process.pid}`);
  await replace(probe, "");
  await rm(probe);
}

/** Says that something cannot be written, why, and which option chooses another place. */
export function unwritable(what: string, cause: unknown, option: string): Fault {
  const message = `${what} cannot be written (${codeOf(cause)}): it must be in a folder that this user may write to, with room left; choose another with ${option}.`;
  return new Fault(message, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
