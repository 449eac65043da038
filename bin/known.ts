import { readFile, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { judgeToday, readKnown } from "../api/conform.ts";
import { proveWritable, replace, unwritable } from "../reports/files.ts";
import { type KnownFile, newsIn, rulesIn } from "../reports/known.ts";
import { parseKnown } from "../reports/known-file.ts";
import { isBlank, updateKnown } from "../reports/known-update.ts";
import type { Report } from "../reports/report.ts";
import { ruleIds } from "../rules/index.ts";
import { Fault } from "../spec/fault.ts";

interface KnownOptions {
  readonly known?: string | undefined;
  readonly updateKnown?: boolean | undefined;
}

/** A report compared with the known-file, which an update may have changed. */
interface Gated {
  readonly report: Report;
  /** The name of the file that is updated; null without an update. */
  readonly updates: string | null;
  /** Writes the updated file, if there is one. */
  readonly write: () => Promise<void>;
}

const notUpdated: Omit<Gated, "report"> = { updates: null, write: async () => {} };

/** The known-file of a command. */
export interface Gate {
  /** Says which kinds of input the file does not list of a rule that it lists; undefined where none is news. */
  readonly isNews: ReturnType<typeof newsIn> | undefined;
  /** The rules that the file lists. */
  readonly knownRules: readonly string[];
  /** Compares a report with the file, and updates the file first if the options say so. */
  readonly judge: (report: Report) => Promise<Gated>;
}

/**
 * The known-file that the options name; a relative path starts from `cwd`. Throws a Fault if the file is unreadable,
 * or not writable when it must be.
 */
export async function gateOf(
  { known: file, updateKnown: updates = false }: KnownOptions,
  cwd: string,
): Promise<Gate> {
  if (file === undefined) {
    if (updates)
      throw new Fault("--update-known needs the file to write: give --known FILE.", {
        option: "updateKnown",
      });
    return { isNews: undefined, knownRules: [], judge: async (report) => ({ report, ...notUpdated }) };
  }
  const known = await knownFile(file, updates, cwd);
  if (!updates) {
    return {
      isNews: newsIn(known),
      knownRules: rulesIn(known),
      judge: async (report) => ({ report: judgeToday(report, known).report, ...notUpdated }),
    };
  }
  // Checked before the run, which may be long.
  await proveWritable(dirname(resolve(cwd, file))).catch(unwritten(file));
  return {
    // An update records what is news.
    isNews: undefined,
    knownRules: rulesIn(known),
    judge: async (report) => {
      const { text } = await existing(file, cwd);
      const updated = updateKnown(text, report, new Date().toISOString().slice(0, 10), file);
      const judged = judgeToday(report, parseKnown(updated, file, ruleIds));
      return { report: judged.report, updates: file, write: () => writeKnown(file, updated, cwd) };
    },
  };
}

async function knownFile(file: string, updates: boolean, cwd: string): Promise<KnownFile> {
  const { text, isReadable } = await existing(file, cwd);
  return updates && isReadable && (text === null || isBlank(text))
    ? parseKnown("version: 1\ndeviations: []\n", file, ruleIds)
    : readKnown(file, cwd, "give one that exists, or create it with --update-known");
}

/** The text of the file, null if there is no such file; {@link readKnown} reports an unreadable one. */
async function existing(
  file: string,
  cwd: string,
): Promise<{ readonly text: string | null; readonly isReadable: boolean }> {
  return readFile(resolve(cwd, file), "utf8").then(
    (text) => ({ text, isReadable: true }),
    (error: NodeJS.ErrnoException) => ({ text: null, isReadable: error.code === "ENOENT" }),
  );
}

/** Writes the file atomically. A link stays a link: its target is replaced. */
async function writeKnown(file: string, text: string, cwd: string): Promise<void> {
  const path = resolve(cwd, file);
  const target = await realpath(path).catch(() => path);
  await replace(target, text).catch(unwritten(file));
}

function unwritten(file: string): (cause: unknown) => never {
  return (cause) => {
    throw unwritable(`The file of known deviations ${JSON.stringify(file)}`, cause, "known");
  };
}
