import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Fault } from "../spec/fault.ts";
import { type FormatName, formats } from "./formats.ts";
import type { Report } from "./report.ts";

/** A folder that was proven writable. */
export interface Out {
  readonly dir: string;
  /** Replaces the file in one step, so that no reader ever sees half of it; throws a Fault. */
  write(name: string, text: string): Promise<void>;
}

/** Makes the folder and proves, by doing it, that files can be written and replaced there; throws a Fault. */
export async function prepareOut(dir: string): Promise<Out> {
  const probe = `.probe-${process.pid}`;
  try {
    await makeFolder(resolve(dir));
    await replace(dir, probe, "");
    await rm(join(dir, probe));
  } catch (error) {
    throw fault(`The output folder ${JSON.stringify(dir)}`, error);
  }
  return {
    dir,
    write: async (name, text) => {
      await replace(dir, name, text).catch((error: unknown) => {
        throw fault(`The report ${JSON.stringify(join(dir, name))}`, error);
      });
    },
  };
}

/** Writes the report in the given formats, `json` always and first. */
export async function writeReports(out: Out, report: Report, names: readonly FormatName[]): Promise<void> {
  for (const name of new Set<FormatName>(["json", ...names])) {
    const { file, render } = formats[name];
    await out.write(file, render(report));
  }
}

/** Node's own recursive mkdir never returns on file systems that answer ENOENT in an existing folder, such as /proc. */
async function makeFolder(dir: string): Promise<void> {
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

async function replace(dir: string, name: string, text: string): Promise<void> {
  written += 1;
  const temporary = join(dir, `.${name}.${process.pid}.${written}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, join(dir, name));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

function fault(what: string, cause: unknown): Fault {
  const message = `${what} cannot be written (${codeOf(cause)}): it must be in a folder that this user may write to; choose another with --out.`;
  return new Fault(message, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
