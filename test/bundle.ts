import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The file of the command, for tests that start it as a process. */
    readonly bin: string;
    /** The folder of the compiled entries, for tests that load one in another process or thread. */
    readonly compiled: string;
  }
}

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Compiles what other processes and threads load into a new folder: they start in a quarter of the time that tsx takes. With one
 * entry, that is `entries/NAME.js`; with several, each is in the folder that it has in the checkout.
 */
export async function compile(entryPoints: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  await build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    ...(entryPoints.length === 1 ? { entryNames: "entries/[name]" } : {}),
    outdir: folder,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  await copyFile(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/** Compiles for the tests once. */
export default async function bundle(project: TestProject): Promise<() => Promise<void>> {
  const folder = await compile([
    "bin/addpermission-conformance.ts",
    "api/vitest.ts",
    "runner/kill-matrix-threads.ts",
  ]);
  project.provide("compiled", folder);
  project.provide("bin", join(folder, "bin", "addpermission-conformance.js"));
  return () => rm(folder, { recursive: true });
}
