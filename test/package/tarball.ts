import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { root, run, tool } from "./folder.ts";

/** The packed project. */
export interface Tarball {
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
}

const forUsers =
  /^package\/(dist\/|docs\/[a-z-]+\.md$|reports\/[a-z]+\.schema\.json$|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE$)/;
const notForUsers = /\/(test|examples|coverage|node_modules)\/|\.test\.|\.tsbuildinfo$|(?<!\.d)\.ts$|\.map$/;

/** Packs the project into a folder, and checks its files and its manifest. */
export async function pack(folder: string): Promise<Tarball> {
  run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const name = (await readdir(folder)).find((one) => one.endsWith(".tgz"));
  assert.ok(name, "npm pack left no tarball");
  const path = join(folder, name);
  const listed = run("tar", ["-tzf", path], folder).trim().split("\n");
  const stray = listed.filter((file) => !forUsers.test(file) || notForUsers.test(file));
  assert.deepEqual(stray, [], "the tarball holds files that are not for users");
  run(tool("publint"), ["--strict", path], root);
  run(tool("attw"), [path, "--profile", "esm-only"], root);
  return { path, bytes: (await stat(path)).size, files: listed.length };
}
