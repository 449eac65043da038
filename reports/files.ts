import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Fault } from "../spec/fault.ts";

/** Creates a folder and its parents. Node's own recursive mkdir never returns on file systems such as /proc, which answer ENOENT in an existing folder. */
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

/** Writes or replaces a file atomically. */
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

/** Checks that files can be written and replaced in a folder, by writing one. */
export async function proveWritable(dir: string): Promise<void> {
  const probe = join(dir, `.probe-${process.pid}`);
  await replace(probe, "");
  await rm(probe);
}

/** The Fault for a failed write: the path, the cause, and the option that sets another path. */
export function unwritable(
  what: string,
  cause: unknown,
  option: "out" | "record" | "known" | "corpus",
): Fault {
  const message = `${what} cannot be written (${codeOf(cause)}): it must be in a writable folder on a disk with free space; choose another with --${option}.`;
  return new Fault(message, { cause, option });
}

/** The code of a system error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** A file that is appended line by line during a run. After a killed run it holds the events so far. */
export interface LineFile {
  add(text: string): void;
  /** Adds the last lines. Throws the Fault of the first failed write; earlier failures do not stop a run. */
  end(text: string): Promise<void>;
}

/** Truncates and opens the file. `failed` creates the Fault of an error; it is thrown at once when opening fails. */
export async function lineFile(path: string, failed: (cause: unknown) => Fault): Promise<LineFile> {
  let file: FileHandle;
  try {
    file = await open(path, "w");
  } catch (cause) {
    throw failed(cause);
  }
  const lines = file.createWriteStream();
  let broken: Fault | null = null;
  lines.on("error", (cause) => {
    broken ??= failed(cause);
  });
  return {
    add: (text) => {
      if (broken === null) lines.write(text);
    },
    end: async (text) => {
      if (broken === null) await new Promise<void>((resolve) => lines.end(text, resolve));
      if (broken !== null) throw broken;
    },
  };
}
