import { readFile, writeFile } from "node:fs/promises";
import { argv } from "node:process";

/** A generated file, or a file with generated parts: its path relative to the root, and its whole text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

const root = new URL("../", import.meta.url);

/** Paths of the files that are missing or have another text. */
export async function outOfDate(files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const checked = files.map(async ({ path, text }) => {
    const found = await readFile(new URL(path, root), "utf8").catch(() => null);
    return found === text ? [] : [path];
  });
  return (await Promise.all(checked)).flat();
}

/** Writes the files of a generator; with `--check` it only says which are out of date, and the process ends with 1. */
export async function writeOrCheck(files: readonly GeneratedFile[]): Promise<void> {
  if (!argv.includes("--check")) {
    for (const { path, text } of files) await writeFile(new URL(path, root), text);
    return;
  }
  const old = await outOfDate(files);
  if (old.length === 0) return;
  console.error(`${old.join(", ")} is out of date: run \`npm run generate\`.`);
  process.exitCode = 1;
}
