import { readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { readKnown } from "../api/known-file.ts";
import { proveWritable, replace, unwritable } from "../reports/file-system.ts";
import { type KnownFile, parseKnown, updateKnown } from "../reports/known.ts";
import type { Report } from "../reports/report.ts";
import { ruleIds } from "../rules/index.ts";
import { Fault } from "../spec/fault.ts";
import type { Given } from "./arguments.ts";

/** A known-file as it is to be written. */
interface Updated {
  readonly text: string;
  readonly known: KnownFile;
}

/** The known-file that the options name; it can be written when it is to be. Throws a Fault. */
export async function knownFile(given: Given): Promise<KnownFile | null> {
  const file = given.text("known");
  const updates = given.on("update-known");
  if (file === undefined) {
    if (updates) throw new Fault("--update-known needs the file to write: give --known FILE.");
    return null;
  }
  const isNew = updates && (await existing(file)) === null;
  const known = isNew ? parseKnown("version: 1\ndeviations: []\n", file, ruleIds) : await readKnown(file);
  // Before the run, which may be long.
  if (updates) await proveWritable(dirname(file)).catch(unwritten(file));
  return known;
}

/** Null where there is no such file yet; what is there and cannot be read is left to {@link readKnown}. */
async function existing(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : "",
  );
}

/** Writes it in one step. A link stays one: the file that it leads to is replaced. */
export async function writeKnown({ known, text }: Updated): Promise<void> {
  const file = known.fileName;
  const there = await realpath(file).catch(() => file);
  await replace(there, text).catch(unwritten(file));
}

function unwritten(file: string): (cause: unknown) => never {
  return (cause) => {
    throw unwritable(`The file of known deviations ${JSON.stringify(file)}`, cause, "--known");
  };
}

/** The known-file with what a run saw. */
export async function withSeen(report: Report, file: string): Promise<Updated> {
  const text = updateKnown(await existing(file), report, new Date().toISOString().slice(0, 10), file);
  return { text, known: parseKnown(text, file, ruleIds) };
}
