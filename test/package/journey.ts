import assert from "node:assert/strict";
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../../reports/report.ts";
import { rulesThat } from "../../reports/verdict.ts";
import { type Behaviour, faithful, type Mutation } from "../../targets/reference/behaviour.ts";
import { mutants } from "../../targets/reference/mutants/index.ts";
import { change, overlooking, together } from "../../targets/reference/mutants/mutant.ts";
import { createReference } from "../../targets/reference/reference.ts";
import { attempt, type Ended, plainEnv } from "./folder.ts";

/** The states of an emulator while its maintainer works on it. */
const emulators = {
  "answers 200, and admits colons in ids": together(mutants["success.is-201"].mutate, colons()),
  "admits colons in ids": colons(),
  "admits anything in ids": overlooking("StatementId", "pattern"),
  "is right": (behaviour: Behaviour) => behaviour,
  "ends at a body null": change(({ intercept }) => ({
    intercept: (request) => (request.body.toString() === "null" ? process.exit(1) : intercept(request)),
  })),
} satisfies Readonly<Record<string, Mutation>>;

function colons(): Mutation {
  return overlooking("StatementId", "pattern", (value) => /^[\w:-]+$/.test(value));
}

/**
 * What a maintainer does with the installed command: judges a faulty emulator, mends a fault and replays it, records the rest,
 * makes it worse, mends it, interrupts a run, and judges an emulator that ends in the middle of a run.
 */
export async function journey(folder: string): Promise<void> {
  const command = join(folder, "node_modules", ".bin", "addpermission-conformance");
  const report = join("conformance-report", "report.json");
  const violated = async () => rulesThat(await read(join(folder, report)), "violated").map(({ id }) => id);
  const known = ["--known", "known.yaml"];
  const on = (name: keyof typeof emulators, use: (endpoint: string) => void | Promise<void>) =>
    serving(name, use);
  const judge = (endpoint: string, ...args: readonly string[]) =>
    attempt(command, ["--endpoint", endpoint, "--runs", "3", ...args], folder);

  await on("answers 200, and admits colons in ids", async (endpoint) => {
    ends(judge(endpoint), 1, /StatementId\.pattern/);
    assert.deepEqual((await violated()).toSorted(), ["StatementId.pattern", "success.is-201"]);
  });
  await on("admits colons in ids", (endpoint) => {
    const replay = (rule: string) =>
      attempt(command, ["replay", "--report", report, "--rule", rule, "--endpoint", endpoint], folder);
    ends(replay("success.is-201"), 0, /no longer shows/);
    ends(replay("StatementId.pattern"), 1, /still shows/);
    ends(judge(endpoint, ...known, "--update-known"), 0, /No new violation/);
    ends(judge(endpoint, ...known, "--seed", "2"), 0, /No new violation/);
  });
  await on("admits anything in ids", (endpoint) => {
    ends(judge(endpoint, ...known), 1, /! wider\s+StatementId\.pattern/);
  });
  await on("is right", async (endpoint) => {
    const files = ["report.html", "report.md", "junit.xml", "report.sarif", "github.txt", "report.json"];
    ends(judge(endpoint, ...known, "--format", "html,markdown,junit,sarif,github"), 1, /! stale/);
    for (const file of files) {
      const text = await readFile(join(folder, "conformance-report", file), "utf8");
      assert.match(text, /stale/, `${file} says nothing of the stale entry`);
    }
    const running = spawn(command, ["--endpoint", endpoint, "--rate", "100"], {
      cwd: folder,
      env: plainEnv(),
    });
    await sleep(3000);
    running.kill("SIGINT");
    assert.deepEqual(await once(running, "exit"), [130, null]);
    assert.equal((await read(join(folder, report))).incomplete, true);
    ends(attempt(command, ["sweep"], folder), 0, /nothing was left behind/);
  });
  await on("ends at a body null", async (endpoint) => {
    ends(judge(endpoint), 2, /answer\.arrives/);
    const { rules } = await read(join(folder, report));
    const arrives = rules.find(({ id }) => id === "answer.arrives");
    assert.equal(arrives?.unconfirmed?.steps[0]?.request.body, "null");
  });
}

async function read(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8"));
}

function ends({ code, out, err }: Ended, wanted: number, says: RegExp): void {
  assert.equal(code, wanted, `${out}\n${err}`);
  assert.match(out + err, says);
}

/** Serves an emulator from a process of its own, which it may end. */
async function serving(
  name: keyof typeof emulators,
  use: (endpoint: string) => void | Promise<void>,
): Promise<void> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ["--serve", name]);
  try {
    const [origin]: unknown[] = await once(child, "message");
    await use(String(origin));
  } finally {
    child.kill();
  }
}

if (argv[2] === "--serve") {
  const mutate: Mutation = emulators[argv[3] as keyof typeof emulators];
  const reference = createReference({ behaviour: mutate(faithful) });
  process.send?.((await reference.listen()).origin);
}
