import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { codeOf, makeFolder, proveWritable, replace, unwritable } from "../../reports/files.ts";
import { isRecord } from "../../spec/body.ts";
import { readDrawn } from "../../suites/drawn.ts";
import { type Behaviour, behaviourKinds } from "./behaviour.ts";
import type { CorpusStore } from "./campaign.ts";
import type { CorpusEntry } from "./corpus.ts";

/** The schema of every file of a corpus. A later one is not read, and its files are left alone. */
const schema = "addpermission-conformance/corpus@1";

/** The file that says with which seed the next campaign goes on. */
const seedFile = "next-seed.json";

/**
 * Opens the corpus in a folder, relative to `cwd`; the folder is created. Each entry has a file of its own, which is written to a
 * temporary file first, so that a run that is killed loses no entry. Throws a Fault if the folder cannot be read or written.
 */
export async function corpusFolder(folder: string, cwd = "."): Promise<CorpusStore> {
  const path = resolve(cwd, folder);
  const failed = (cause: unknown) =>
    unwritable(`The corpus folder ${JSON.stringify(folder)}`, cause, "corpus");
  let names: readonly string[];
  try {
    await makeFolder(path);
    await proveWritable(path);
    names = (await readdir(path)).filter((name) => /^[^.].*\.json$/.test(name)).sort();
  } catch (cause) {
    throw failed(cause);
  }
  const read = await Promise.all(names.map(async (name) => ({ name, file: await readFileOf(path, name) })));
  const entries = read.flatMap(({ file }) => (file.kind === "entry" ? [file.entry] : []));
  const unreadable = read.flatMap(({ name, file }) =>
    file.kind === "unreadable" ? [{ file: name, why: file.why }] : [],
  );
  const seeds = read.flatMap(({ file }) => (file.kind === "seed" ? [file.nextSeed] : []));
  const isLeftAlone = (name: string) => unreadable.some(({ file }) => file === name);
  const written = new Map(
    read.flatMap(({ name, file }) => (file.kind === "entry" ? [[name, textOf(file.entry)] as const] : [])),
  );
  let nextSeed = seeds[0] ?? 0;
  return {
    folder,
    entries,
    nextSeed,
    unreadable,
    async save(now, next) {
      const texts = new Map(now.map((entry) => [`${entry.id}.json`, textOf(entry)]));
      try {
        // What is new is written before what it replaces is deleted.
        for (const [name, text] of texts) {
          if (written.get(name) === text || isLeftAlone(name)) continue;
          await replace(join(path, name), text);
          written.set(name, text);
        }
        for (const name of [...written.keys()].filter((one) => !texts.has(one))) {
          await rm(join(path, name), { force: true });
          written.delete(name);
        }
        if (next === nextSeed || isLeftAlone(seedFile)) return;
        await replace(join(path, seedFile), `${JSON.stringify({ schema, nextSeed: next })}\n`);
        nextSeed = next;
      } catch (cause) {
        throw failed(cause);
      }
    },
  };
}

function textOf({ drawn, shows, violated }: CorpusEntry): string {
  return `${JSON.stringify({ schema, violated, shows, case: drawn }, null, 1)}\n`;
}

type CorpusFile =
  | { readonly kind: "entry"; readonly entry: CorpusEntry }
  | { readonly kind: "seed"; readonly nextSeed: number }
  | { readonly kind: "unreadable"; readonly why: string };

async function readFileOf(path: string, name: string): Promise<CorpusFile> {
  const unreadable = (why: string) => ({ kind: "unreadable", why }) as const;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(path, name), "utf8"));
  } catch (error) {
    return unreadable(
      error instanceof SyntaxError ? "it is not JSON" : `it cannot be read (${codeOf(error)})`,
    );
  }
  if (!isRecord(value) || value.schema === undefined) return unreadable("it is not a file of a corpus");
  if (value.schema !== schema)
    return unreadable(`its schema is ${JSON.stringify(value.schema)}, and this version reads ${schema}`);
  if (name === seedFile)
    return Number.isSafeInteger(value.nextSeed) && Number(value.nextSeed) >= 0
      ? { kind: "seed", nextSeed: Number(value.nextSeed) }
      : unreadable("nextSeed is not a whole number");
  const drawn = readDrawn(value.case);
  if (drawn === null) return unreadable("this version cannot make its case");
  const { shows, violated } = value;
  if (!Array.isArray(shows) || !shows.every(isBehaviour))
    return unreadable("shows is not a list of behaviours");
  if (!isTexts(violated)) return unreadable("violated is not a list of rules");
  return { kind: "entry", entry: { id: name.replace(/\.json$/, ""), drawn, shows, violated } };
}

function isBehaviour(value: unknown): value is Behaviour {
  if (!isRecord(value)) return false;
  const { answer, about, rules, kind } = value;
  return (
    typeof answer === "string" &&
    typeof about === "string" &&
    isTexts(rules) &&
    behaviourKinds.some((one) => one === kind)
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Says in a sentence which files of the corpus were left alone; null if there are none. */
export function unreadableText({ folder, unreadable }: CorpusStore): string | null {
  if (unreadable.length === 0) return null;
  const files = unreadable.map(({ file, why }) => `${file} (${why})`);
  return `Left alone in the corpus ${folder}: ${files.join("; ")}.`;
}
