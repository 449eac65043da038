import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import type { Counterexample, Report, RuleReport } from "../reports/report.ts";
import { ministack, moto } from "../targets/emulators.ts";
import { chromiumPath, launch } from "./browser/browser.ts";

/** The rules that an emulator is known to violate, with the maximum number of steps to show each. */
type Wrong = Readonly<Record<string, number>>;

const wrongWithMoto: Wrong = {
  "success.is-201": 1,
  "success.is-json": 1,
  "StatementId.duplicate": 2,
  "StatementId.required": 1,
  "Action.required": 1,
  "Principal.required": 1,
  "StatementId.pattern": 1,
  "StatementId.maxLength": 1,
  "Action.pattern": 1,
  "SourceArn.pattern": 1,
  "SourceAccount.pattern": 1,
  "EventSourceToken.pattern": 1,
  "EventSourceToken.maxLength": 1,
  "body.malformed-json": 1,
  "body.not-an-object": 1,
  "body.empty": 1,
  "FunctionName.partial-arn": 1,
  "statement.event-source-token": 1,
  "statement.account": 1,
  "policy.separate-qualifiers": 4,
  "published.starts-empty": 4,
  "policy.stays-readable": 3,
  "remove.changes-revision": 5,
};

const wrongWithMinistack: Wrong = {
  "FunctionName.pattern": 1,
  "FunctionName.partial-arn": 1,
  "Action.required": 1,
  "Action.type": 1,
  "Action.pattern": 1,
  "EventSourceToken.pattern": 1,
  "EventSourceToken.maxLength": 1,
  "Principal.required": 1,
  "RevisionId.type": 1,
  "SourceAccount.pattern": 1,
  "SourceArn.pattern": 1,
  "StatementId.required": 1,
  "StatementId.pattern": 1,
  "StatementId.minLength": 1,
  "StatementId.maxLength": 1,
  "body.malformed-json": 1,
  "body.empty": 1,
  "Principal.account-digits": 1,
  "Qualifier.disagrees": 1,
  "StatementId.on-other-qualifier": 2,
  "revision.changes": 3,
  "policy.separate-qualifiers": 2,
};

/** Emulators that pip can install, and their known violations. */
const emulators = new Map([
  [moto, wrongWithMoto],
  [ministack, wrongWithMinistack],
]);

const root = fileURLToPath(new URL("../", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

function run(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("error", reject).on("close", (code) => resolve({ code, out }));
  });
}

/** Runs the command in its own process. */
function conform(...args: readonly string[]): Promise<Ended> {
  return run(process.execPath, ["--import", "tsx", "bin/addpermission-conformance.ts", ...args]);
}

function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}

/** Why a printed line does not reproduce the report; null when it does. */
async function unlike({ steps }: Counterexample, line: string): Promise<string | null> {
  const { out } = await run("bash", ["--norc", "-c", line]);
  const wanted = steps.at(-1)?.response?.status;
  const status = /^HTTP\/1\.1 (\d+)/.exec(out)?.[1];
  return status === String(wanted) ? null : `it shows ${status} instead of ${wanted}`;
}

async function complaintsAbout(
  { id, counterexample: found }: RuleReport,
  most: number | undefined,
  report: Report,
  client: LambdaClient,
): Promise<string[]> {
  if (found === undefined) return [`${id} has no counterexample`];
  const length =
    found.steps.length > (most ?? Number.POSITIVE_INFINITY)
      ? `it takes ${found.steps.length} steps, not ${most}`
      : null;
  const together = [...(report.shell ?? []), found.play].join("\n");
  const complaints = [length];
  for (const line of [found.curl, together]) {
    await clear(client);
    complaints.push(await unlike(found, line));
  }
  return complaints.flatMap((complaint) => (complaint === null ? [] : [`${id}: ${complaint}`]));
}

/** Names of the functions at the target, listed with the official SDK. */
async function functionsAt(client: LambdaClient): Promise<readonly (string | undefined)[]> {
  const { Functions = [] } = await client.send(new ListFunctionsCommand());
  return Functions.map(({ FunctionName }) => FunctionName);
}

/** Empties the target, because each line must work on an empty one. */
async function clear(client: LambdaClient): Promise<void> {
  for (const FunctionName of await functionsAt(client))
    await client.send(new DeleteFunctionCommand({ FunctionName }));
}

/** The first screen of the report, as the README shows it. */
async function takeScreenshot(page: string, to: string): Promise<void> {
  const path = chromiumPath(process.env);
  assert.ok(path, "a screenshot needs Chromium: run apt-get install chromium or set CHROMIUM");
  const browser = await launch(path);
  try {
    const opened = await browser.open(page, { viewport: { width: 1180, height: 1130 } });
    await opened.page.screenshot({ path: to });
  } finally {
    await browser.close();
  }
}

// The second argument is the file for the README's screenshot.
const [name, screenshot] = process.argv.slice(2);
const [target, wrong] = [...emulators].find(([one]) => one.name === name) ?? [];
assert.ok(
  target && wrong,
  `${name} is no emulator: name one of ${[...emulators.keys()].map((one) => one.name).join(", ")}`,
);
await target.install({ say: console.log });
const folder = await mkdtemp(join(tmpdir(), `${name}-`));
let started = await target.start();
try {
  const judged = () => conform("--endpoint", started.endpoint, "--out", folder);
  let ended = await judged();
  // Its interpreter may crash.
  if (!(await answers(started.endpoint))) {
    console.log(
      `${ended.out}\nThe process of ${name} ended during the run: it is started and judged once more.`,
    );
    await started.stop();
    started = await target.start();
    ended = await judged();
  }
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };
  const client = new LambdaClient({ endpoint: started.endpoint, region: "us-east-1", credentials });
  console.log(ended.out.split("\n").slice(-13).join("\n"));
  assert.equal(ended.code, 1, `${name} breaks the document`);
  assert.deepEqual(await functionsAt(client), [], "the run left functions behind");
  const file = join(folder, "report.json");
  const report: Report = JSON.parse(await readFile(file, "utf8"));
  if (screenshot !== undefined)
    await takeScreenshot(await readFile(join(folder, "report.html"), "utf8"), screenshot);
  const violated = report.rules.filter(({ verdicts }) => verdicts.document === "violated");
  const missed = Object.keys(wrong).filter((id) => !violated.some((rule) => rule.id === id));
  const failures = missed.map((id) => `${id} is broken, but the report does not say so`);
  for (const rule of violated)
    failures.push(...(await complaintsAbout(rule, wrong[rule.id], report, client)));
  const replayed = await conform("replay", "--report", file, "--endpoint", started.endpoint);
  if (replayed.code !== 1) failures.push(`replay ends with ${replayed.code}, although ${name} is as it was`);
  const builtIn = await conform(
    "--target",
    target.name,
    "--rule",
    "Action.required",
    "--suite",
    "boundary",
    "--out",
    folder,
  );
  if (builtIn.code !== 1) failures.push(`--target ${name} ends with ${builtIn.code} instead of 1`);
  for (const failure of failures) console.log(`✗ ${failure}`);
  console.log(`${violated.length} rules broken; each curl line was run, alone and after the shared lines`);
  console.log(`${3 * violated.length + 2 - failures.length} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
  client.destroy();
} finally {
  await started.stop();
  await rm(folder, { recursive: true, force: true });
}
