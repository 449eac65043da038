import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
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
export function unwritable(what: string, cause: unknown, option: "out" | "record" | "known"): Fault {
  const message = `${what} cannot be written (${codeOf(cause)}): it must be in a folder that this user may write to, with room left; choose another with --${option}.`;
  return new Fault(message, { cause, option });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** A file that grows line by line while a run goes on, so that one of a killed run holds what had happened. */
export interface LineFile {
  add(text: string): void;
  /** Adds the last lines; throws the Fault when any line could not be written. A full disk never ends a run. */
  end(text: string): Promise<void>;
}

/** Begins the file anew; `failed` makes the Fault of what went wrong, which is thrown at once where it cannot be opened. */
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
