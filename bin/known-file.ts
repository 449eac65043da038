import { readFile, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readKnown } from "../api/conform.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { proveWritable, replace, unwritable } from "../reports/files.ts";
import { failsGate, type Judgement, type KnownFile, parseKnown, updateKnown } from "../reports/known.ts";
import type { Report } from "../reports/report.ts";
import { ruleIds } from "../rules/index.ts";
import { Fault } from "../spec/fault.ts";
import type { Given } from "./arguments.ts";

/** A known-file as it is to be written. */
interface Updated {
  readonly text: string;
  readonly known: KnownFile;
}

/** The known-file that the options name, by a path from `cwd`; it can be written when it is to be. Throws a Fault. */
export async function knownFile(given: Given, cwd: string): Promise<KnownFile | null> {
  const file = given.text("known");
  const updates = given.on("update-known");
  if (file === undefined) {
    if (updates) throw new Fault("--update-known needs the file to write: give --known FILE.");
    return null;
  }
  const isNew = updates && (await existing(file, cwd)) === null;
  const known = isNew
    ? parseKnown("version: 1\ndeviations: []\n", file, ruleIds)
    : await readKnown(file, cwd);
  // Before the run, which may be long.
  if (updates) await proveWritable(dirname(resolve(cwd, file))).catch(unwritten(file));
  return known;
}

/** Null where there is no such file yet; what is there and cannot be read is left to {@link readKnown}. */
async function existing(file: string, cwd: string): Promise<string | null> {
  return readFile(resolve(cwd, file), "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : "",
  );
}

/** Writes it in one step. A link stays one: the file that it leads to is replaced. */
export async function writeKnown({ known, text }: Updated, cwd: string): Promise<void> {
  const file = known.fileName;
  const path = resolve(cwd, file);
  const there = await realpath(path).catch(() => path);
  await replace(there, text).catch(unwritten(file));
}

function unwritten(file: string): (cause: unknown) => never {
  return (cause) => {
    throw unwritable(`The file of known deviations ${JSON.stringify(file)}`, cause, "--known");
  };
}

/** The known-file with what a run saw. */
export async function withSeen(report: Report, file: string, cwd: string): Promise<Updated> {
  const text = updateKnown(await existing(file, cwd), report, new Date().toISOString().slice(0, 10), file);
  return { text, known: parseKnown(text, file, ruleIds) };
}

/** What the known-file makes of a run, for the terminal, and whether it fails the gate. */
export function knownSummary(judged: Judgement): {
  readonly text: string;
  readonly fails: boolean;
} {
  const { stale, changed, expired, unseen } = judged;
  const lines = [
    ...stale.map(({ rule }) => `! stale    ${rule} no longer deviates: take it out of the file`),
    ...changed.map(({ entry, was, is }) => `! changed  ${entry.rule} was ${was}, is ${is}`),
    ...expired.map(({ rule, expires }) => `! expired  ${rule} was excused until ${expires}`),
    ...unseen.map(({ rule }) => `  not seen ${rule} was not judged in full by this run, so its entry stands`),
  ];
  const text =
    lines.length === 0 ? "" : `\nKnown deviations\n${lines.map((line) => escapeTerminal(line)).join("\n")}\n`;
  return { text, fails: failsGate(judged) };
}
