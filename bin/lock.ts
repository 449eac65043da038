import { readFileSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder, unwritable } from "../reports/files.ts";
import { Fault } from "../spec/fault.ts";

/** The file that marks a folder as in use by a run. */
const lockFile = ".addpermission-conformance.lock";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** The option that names a folder which only one run may write to. */
type FolderOption = "out" | "record" | "corpus";

const folderNames: Readonly<Record<FolderOption, string>> = {
  out: "output",
  record: "recording",
  corpus: "corpus",
};

/**
 * Marks a folder as in use until the returned function is called, so that two runs cannot mix their files. The lock of a
 * process that has ended is taken over. Throws a Fault if another run uses the folder. A recording folder that cannot be
 * written gets no lock: the recorder says so, after it is known which reports to write.
 */
export async function lockFolder(
  path: string,
  dir: string,
  option: FolderOption,
): Promise<() => Promise<void>> {
  const file = join(path, lockFile);
  const name = `The ${folderNames[option]} folder ${JSON.stringify(dir)}`;
  const failed = (cause: unknown): (() => Promise<void>) => {
    if (option === "record") return async () => {};
    throw unwritable(name, cause, option);
  };
  try {
    await makeFolder(path);
  } catch (error) {
    return failed(error);
  }
  for (;;) {
    try {
      const lock = await open(file, "wx");
      await lock
        .writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder))
        .finally(() => lock.close());
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return failed(error);
    }
    const holder = await holderOf(file);
    if (holder !== null && (holder.host !== hostname() || isAlive(holder.pid))) {
      const on = holder.host === hostname() ? "" : ` on ${holder.host}`;
      throw new Fault(
        `${name} is in use by another run (process ${holder.pid}${on}): wait for its end, or choose another folder with --${option}. If that run was killed, delete ${JSON.stringify(join(dir, lockFile))}.`,
        { option },
      );
    }
    await rm(file, { force: true });
  }
}

/** The process that holds a lock; null if the lock is gone or unreadable. */
async function holderOf(file: string): Promise<Holder | null> {
  try {
    const { pid, host }: Holder = JSON.parse(await readFile(file, "utf8"));
    return { pid: Number(pid), host: String(host) };
  } catch {
    return null;
  }
}

/** True if a process is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isDefunct(pid);
  } catch {
    return false;
  }
}

/**
 * A zombie: a killed process whose parent has not collected it, as in containers without an init. Only where /proc
 * exists.
 */
function isDefunct(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
