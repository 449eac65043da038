import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { install, plainEnv, root, run, tool } from "./folder.ts";

const options = {
  module: "NodeNext",
  target: "ES2023",
  lib: ["ES2023"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};
const sources = ["consumer.mts", "consumer.suite.mts"] as const;

/** Type-checks a program and a Vitest suite against the installed package, including the declarations of libraries. */
export async function compile(folder: string): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  install([`vitest@${devDependencies.vitest}`, `@types/node@${devDependencies["@types/node"]}`], folder);
  for (const name of sources)
    await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  for (const resolution of [{}, { module: "Preserve", moduleResolution: "Bundler", noEmit: true }]) {
    const config = { compilerOptions: { ...options, ...resolution }, files: sources };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    run(tool("tsc"), ["-p", "."], folder);
  }
}

/** An installed version of Node. */
interface InstalledNode {
  readonly version: string;
  readonly path: string;
}

const majors = [20, 22, 24] as const;

/** Installs every supported Node from npm, beside what else is done meanwhile: that takes long and needs little of a core. */
export async function nodes(folder: string): Promise<readonly InstalledNode[]> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{"name":"nodes","private":true}\n');
  const packages = majors.map((major) => `node${major}@npm:node@${major}`);
  const npm = ["install", "--silent", "--no-audit", "--no-fund", ...packages];
  await promisify(execFile)("npm", npm, { cwd: folder, env: plainEnv() });
  return majors.map((major) => {
    const path = join(folder, "node_modules", `node${major}`, "bin", "node");
    const version = run(path, ["--version"], folder).trim();
    assert.match(version, new RegExp(`^v${major}\\.`));
    return { version, path };
  });
}

/** Runs the command, the program and the suite on one version of Node. */
export function runOn(node: InstalledNode, folder: string): string {
  const command = join(
    "node_modules",
    "addpermission-conformance",
    "dist",
    "bin",
    "addpermission-conformance.js",
  );
  run(node.path, [command, "--seed", "1"], folder);
  const printed = JSON.parse(run(node.path, ["consumer.mjs"], folder));
  assert.deepEqual(printed, {
    outcomes: ["Action.required violated", "success.is-201 holds"],
    exitCode: 1,
    facts: [true, true, true],
  });
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const config = ["--config", "vitest.config.mjs", "--reporter=json"];
  const suite = JSON.parse(run(node.path, [vitest, "run", ...config], folder));
  assert.deepEqual([suite.numPassedTests, suite.numPendingTests, suite.numFailedTests], [2, 1, 0]);
  return `${node.version}: command, library and vitest entry work`;
}
