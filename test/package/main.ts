import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../action-step.ts";
import { attempt, type Ended, install, megabytes, plainEnv, root, run, sizeOf, tool } from "./folder.ts";
import { journey } from "./journey.ts";
import { compile, nodes, runOn } from "./program.ts";

/** The packed project. */
interface Tarball {
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
}

const forUsers =
  /^package\/(dist\/|docs\/[a-z-]+\.md$|reports\/[a-z]+\.schema\.json$|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE$)/;
const notForUsers = /\/(test|examples|coverage|node_modules)\/|\.test\.|\.tsbuildinfo$|(?<!\.d)\.ts$|\.map$/;

/** Packs the project, installs it in an empty folder, and tests all of it there on every supported Node. */
const scratch = await mkdtemp(join(tmpdir(), "addpermission-conformance-"));
const folder = join(scratch, "empty");

const installing = nodes(join(scratch, "nodes"));
// It is awaited after the other checks.
installing.catch(() => {});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  const tarball = await pack(scratch);
  say("publint and attw find nothing wrong");

  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{"name":"empty","private":true,"type":"module"}\n');
  await writeFile(
    join(folder, "vitest.config.mjs"),
    'export default { test: { include: ["*.suite.mjs"] } };\n',
  );
  install([tarball.path], folder);
  run("npx", ["--no-install", "addpermission-conformance", "--seed", "1"], folder);
  const report = JSON.parse(await readFile(join(folder, "conformance-report", "report.json"), "utf8"));
  assert.equal(report.schema, "addpermission-conformance/report@1");
  assert.equal(report.incomplete, false);
  assert.equal(report.summary.document.violated, 0);
  say(`the installed command judged ${report.rules.length} rules with ${report.requests} requests: exit 0`);

  await journey(folder);
  say(
    "a maintainer's journey: judge, mend, replay, record, make worse, mend, interrupt, and a server that ends",
  );

  const modules = join(folder, "node_modules");
  const own = await sizeOf(join(modules, "addpermission-conformance"));
  const all = await sizeOf(modules);
  say(
    `packed ${megabytes(tarball.bytes)}, ${tarball.files} files; installed ${megabytes(own)}, with dependencies ${megabytes(all)}`,
  );

  const step = runStep(scratch, { target: "reference", runs: "2", package: tarball.path }, plainEnv());
  assert.equal(step.code, 0, step.log);
  assert.match(step.summary, /reference conforms to the document/);
  say("the GitHub Action's step runs it through npx and writes the job summary");

  needsPeers(folder);
  say("without its optional peers it says what to install: prism, credential chain, vitest");

  await compile(folder);
  say("its types are right without skipLibCheck, resolved as by Node and as by bundlers");
  for (const node of await installing) say(runOn(node, folder));
} finally {
  await installing.catch(() => {});
  await rm(scratch, { recursive: true, force: true });
}

/** Packs the project into a folder, and checks its files and its manifest. */
async function pack(folder: string): Promise<Tarball> {
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

/** Checks that each part without its optional peer fails with one sentence. */
function needsPeers(folder: string): void {
  const command = join(folder, "node_modules", ".bin", "addpermission-conformance");
  const endpoint = ["--endpoint", "http://127.0.0.1:9", "--sign"];
  says(attempt(command, ["--target", "prism"], folder), 2, /npm install @stoplight\/prism-cli@/);
  says(
    attempt(command, endpoint, folder, { AWS_PROFILE: "any" }),
    2,
    /npm install @aws-sdk\/credential-providers/,
  );
  const script =
    'import("addpermission-conformance/vitest").catch((e) => { console.error(e.name + ": " + e.message); process.exit(2); })';
  says(attempt(process.execPath, ["-e", script], folder), 2, /^Fault: .*npm install --save-dev vitest/);
}

function says({ code, err }: Ended, wanted: number, sentence: RegExp): void {
  assert.equal(code, wanted, err);
  assert.match(err, sentence);
  assert.equal(err.trim().split("\n").length, 1, `more than one line:\n${err}`);
}
