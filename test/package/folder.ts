import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** A command of the development dependencies. */
export function tool(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

/** The exit code and output of a command. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in a folder. Never throws for an exit code. */
export function attempt(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...plainEnv(), ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Runs a command that must exit with 0, and returns its output. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { code, out, err } = attempt(command, args, cwd);
  assert.equal(code, 0, `${command} ${args.join(" ")} ended with ${code}:\n${out}\n${err}`);
  return out;
}

/** Installs packages with npm. */
export function install(packages: readonly string[], cwd: string): void {
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", ...packages], cwd);
}

/** The environment without variables of npm and vitest, which would change nested processes. */
export function plainEnv(): NodeJS.ProcessEnv {
  const ours = /^(npm_|NODE_|VITEST|AWS_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** Bytes of all files under a folder. */
export async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Bytes as text. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
