import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Packs the project, installs it in an empty folder as a user would, and judges the embedded reference there. */
const root = fileURLToPath(new URL("../", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "addpermission-conformance-"));

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", env: plainEnv() });
  assert.equal(status, 0, `${command} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Without what npm tells its own scripts, which would reach the inner npm as settings. */
function plainEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

try {
  run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  assert.ok(tarball, "npm pack left no tarball");
  const listed = run("tar", ["-tzf", join(folder, tarball)], folder)
    .trim()
    .split("\n");
  const stray = listed.filter(
    (path) =>
      !/^package\/(dist\/|reports\/[a-z]+\.schema\.json$|package\.json|README|CHANGELOG|LICENSE)/.test(path),
  );
  assert.deepEqual(stray, [], "the tarball holds files that are not for users");
  assert.ok(!listed.some((path) => path.includes("/test/")), "the tarball holds tests");

  await writeFile(join(folder, "package.json"), '{"name":"empty","private":true}\n');
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", `./${tarball}`], folder);
  run("npx", ["--no-install", "addpermission-conformance", "--seed", "1"], folder);
  const report = JSON.parse(await readFile(join(folder, "conformance-report", "report.json"), "utf8"));
  assert.equal(report.schema, "addpermission-conformance/report@1");
  assert.equal(report.incomplete, false);
  assert.equal(report.summary.document.violated, 0);

  const modules = join(folder, "node_modules");
  const sizes = {
    packed: (await stat(join(folder, tarball))).size,
    own: await sizeOf(join(modules, "addpermission-conformance")),
    all: await sizeOf(modules),
  };
  process.stdout.write(
    `packed ${megabytes(sizes.packed)}, ${listed.length} files; installed ${megabytes(sizes.own)}, with dependencies ${megabytes(sizes.all)}\n` +
      `the installed command judged ${report.rules.length} rules with ${report.requests} requests: exit 0\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
