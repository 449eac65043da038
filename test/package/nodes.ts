import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { install, run } from "./folder.ts";

/** An installed version of Node. */
export interface InstalledNode {
  readonly version: string;
  readonly path: string;
}

const majors = [20, 22, 24] as const;

/** Installs every supported Node from npm. */
export async function nodes(folder: string): Promise<readonly InstalledNode[]> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{"name":"nodes","private":true}\n');
  install(
    majors.map((major) => `node${major}@npm:node@${major}`),
    folder,
  );
  return majors.map((major) => {
    const path = join(folder, "node_modules", `node${major}`, "bin", "node");
    const version = run(path, ["--version"], folder).trim();
    assert.match(version, new RegExp(`^v${major}\\.`));
    return { version, path };
  });
}
