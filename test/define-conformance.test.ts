import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const config = fileURLToPath(new URL("./vitest-entry/vitest.config.ts", import.meta.url));
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

interface Outcome {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

let folder = "";
let outcomes: readonly Outcome[] = [];
let printed = "";

/** Runs a user's suite as the user would, and tells how every test ended. */
function runVitest(...more: readonly string[]): Promise<string> {
  const file = join(folder, "results.json");
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  const env = { ...process.env, KNOWN_FILE: join(folder, "known.yaml"), NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    const args = [vitest, "run", "--config", config, ...reporters, ...more];
    execFile(process.execPath, args, { env }, (_error, stdout, stderr) => {
      readFile(file, "utf8").then((text) => {
        outcomes = JSON.parse(text).testResults.flatMap(
          (one: { assertionResults: Outcome[] }) => one.assertionResults,
        );
        resolve(stdout + stderr);
      }, reject);
    });
  });
}

function statuses(name: string): Readonly<Record<string, string>> {
  const own = outcomes.filter(({ ancestorTitles }) => ancestorTitles.at(-1) === `AddPermission of ${name}`);
  return Object.fromEntries(own.map(({ title, status }) => [title.split(":")[0] ?? title, status]));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "define-conformance-"));
  const entry = '{ rule: success.is-201, because: old, date: 2026-01-01, seen: "200" }';
  await writeFile(join(folder, "known.yaml"), `version: 1\ndeviations:\n  - ${entry}\n`);
  printed = await runVitest();
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("defineConformance registers one test for every rule that can fail", () => {
  it("passes what holds, skips what the target cannot do, and fails what nothing exercised", () => {
    expect(statuses("sound")).toEqual({
      "StatementId.pattern": "passed",
      "success.is-201": "passed",
      "errors.ServiceException": "skipped",
      "race.linearizable": "failed",
      "the run is complete": "passed",
    });
    expect(printed).toContain("cannot be asked for a fault");
  });

  it("asks nothing of a rule that the column which decides does not have", () => {
    const asked = Object.keys(statuses("by the live service"));
    expect(asked).toContain("observed.arn-like");
    expect(asked).not.toContain("race.linearizable");
  });

  it("fails what is violated, and says what was expected, what came, and how to see it again", () => {
    const found = outcomes.find(
      ({ title, ancestorTitles }) =>
        title.startsWith("success.is-201") && /faulty/.test(ancestorTitles.join()),
    );
    expect(found?.status).toBe("failed");
    const message = found?.failureMessages.join("\n") ?? "";
    expect(message).toMatch(/expected: 201\nseen: 200/);
    expect(message).toMatch(/1\. POST \/2015-03-31\/functions\/.*\/policy \{/);
    expect(message).toMatch(/replay: await conform\(target, \{.*"success\.is-201"/);
    expect(message).toContain('test: npx vitest run -t "success.is-201:"');
    expect(message).not.toMatch(/^ {4}at /m);
  });

  it("fails everything with the reason when there was no run, and completeness when it was cut short", () => {
    expect(Object.values(statuses("unreachable"))).not.toContain("passed");
    expect(printed).toMatch(/Fault: .*stateless: true/);
    expect(statuses("cut short")["the run is complete"]).toBe("failed");
  });

  it("skips what is known, and fails when an entry is stale", () => {
    const last = "the known deviations still are as recorded";
    expect([statuses("known")["success.is-201"], statuses("known")[last]]).toEqual(["skipped", "passed"]);
    expect([statuses("stale")["success.is-201"], statuses("stale")[last]]).toEqual(["passed", "failed"]);
    expect(printed).toContain("success.is-201 no longer deviates");
  });

  it("leaves choosing to the filters of vitest", async () => {
    await runVitest("-t", "faulty StatementId.pattern:");
    expect(
      outcomes.filter(({ status }) => status === "passed").map(({ title }) => title.split(":")[0]),
    ).toEqual(["StatementId.pattern"]);
    expect(outcomes.filter(({ status }) => status === "failed")).toEqual([]);
  }, 60_000);
});
