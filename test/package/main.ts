import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../action-step.ts";
import { install, megabytes, plainEnv, run, sizeOf } from "./folder.ts";
import { journey } from "./journey.ts";
import { nodes } from "./nodes.ts";
import { needsPeers } from "./peers.ts";
import { compile, runOn } from "./program.ts";
import { pack } from "./tarball.ts";

/** Packs the project, installs it in an empty folder, and tests all of it there on every supported Node. */
const scratch = await mkdtemp(join(tmpdir(), "addpermission-conformance-"));
const folder = join(scratch, "empty");

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
  for (const node of await nodes(join(scratch, "nodes"))) say(runOn(node, folder));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
