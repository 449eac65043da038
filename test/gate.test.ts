import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordingFile } from "../runner/recording.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { together } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Ran, runCommand } from "./command.ts";

/** Credentials that open nothing, for runs that sign. */
const credentials = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret-key-of-nobody-0123456789abcdefghi",
  AWS_SESSION_TOKEN: "session-token-of-nobody-0123456789",
};

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gate-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command in a folder of its own; never rejects. */
function run(...args: readonly string[]): Promise<Ran> {
  return runCommand(args, { cwd: folder, env: credentials });
}

const watched = "success.is-201,Action.required,StatementId.duplicate,StatementId.maxLength";

/** Judges a variant of the reference behind a port by a few rules that need no other suites. */
async function judge(breaking: readonly (keyof typeof mutants)[], ...args: readonly string[]): Promise<Ran> {
  return judgeByAll(breaking, "--suite", "spellings,boundary,state", ...args);
}

/** The same by all suites. */
async function judgeByAll(
  breaking: readonly (keyof typeof mutants)[],
  ...args: readonly string[]
): Promise<Ran> {
  const mutate = together(...breaking.map((id) => mutants[id].mutate));
  const reference = createReference({ behaviour: mutate(faithful) });
  const endpoint = await reference.listen();
  try {
    return await run("--endpoint", endpoint.href, "--rule", watched, "--concurrency", "2", ...args);
  } finally {
    await reference.close();
  }
}

/** The text with its lines unwrapped. */
function flat(text: string): string {
  return text.replace(/\s+/g, " ");
}

describe("A known-file as a gate", () => {
  const known = ["--known", "known.yaml"] as const;

  it("passes what is written down, fails on a repair and on a new fault, and names only that", async () => {
    const baseline = await judge(["Action.required", "StatementId.maxLength"], ...known, "--update-known");
    expect(baseline.code).toBe(0);
    const written = await readFile(join(folder, "known.yaml"), "utf8");
    expect([...written.matchAll(/rule: (\S+)/g)].map(([, rule]) => rule)).toEqual([
      "Action.required",
      "StatementId.maxLength",
    ]);

    expect((await judge(["Action.required", "StatementId.maxLength"], ...known)).code).toBe(0);

    const partly = await judge(["StatementId.maxLength"], ...known);
    expect(partly.code).toBe(0);
    expect(partly.out).toContain("not seen Action.required was not judged in full by this run");

    const repaired = await judgeByAll(["StatementId.maxLength"], "--runs", "2", ...known);
    expect(repaired.code).toBe(1);
    expect(repaired.out).toContain("! stale    Action.required no longer deviates");
    expect(repaired.out.match(/^! .*/gm)).toHaveLength(1);

    const worse = await judge(
      ["Action.required", "StatementId.maxLength", "StatementId.duplicate"],
      ...known,
    );
    expect(worse.code).toBe(1);
    expect(worse.out.match(/^✗ \S+/gm)).toEqual(["✗ StatementId.duplicate"]);
    expect(worse.out).not.toMatch(/^! /m);
  }, 120_000);

  it("is written also by a run that exercised nothing or was cut short, which is no success for that", async () => {
    const update = [...known.slice(0, 1), "barren.yaml", "--update-known"];
    const nothing = await run("--rule", "StatementId.duplicate", "--suite", "questions", ...update);
    expect([nothing.code, nothing.out]).toEqual([3, expect.stringContaining("seen: barren.yaml")]);
    const cut = await run("--budget", "150", ...update);
    expect([cut.code, cut.out]).toEqual([2, expect.stringContaining("seen: barren.yaml")]);
    expect(await readFile(join(folder, "barren.yaml"), "utf8")).toContain("deviations: []");
  }, 120_000);

  it("fails on a deviation of another shape and shows both", async () => {
    const file = join(folder, "known.yaml");
    await judge(["Action.required"], ...known, "--update-known");
    const text = await readFile(file, "utf8");
    const seen = /seen: (.*)/.exec(text)?.[1] ?? "";
    expect(seen).toMatch(/201/);
    await writeFile(join(folder, "other.yaml"), text.replace(seen, '"500 ServiceException"'));
    const changed = await judge(["Action.required"], "--known", "other.yaml");
    expect(changed.code).toBe(1);
    expect(flat(changed.out)).toContain("! changed Action.required was 500 ServiceException, is 201");
  }, 120_000);

  it("fails once an entry has expired", async () => {
    await judge(["Action.required"], "--known", "dated.yaml", "--update-known");
    const text = await readFile(join(folder, "dated.yaml"), "utf8");
    await writeFile(join(folder, "dated.yaml"), text.replace(/( +)date: .*/, "$&\n$1expires: 2020-01-01"));
    const expired = await judge(["Action.required"], "--known", "dated.yaml");
    expect(expired.code).toBe(1);
    expect(expired.out).toContain("! expired  Action.required was excused until 2020-01-01");
  }, 120_000);

  it("refuses an unknown rule before anything is sent, with its line and column and the one that was meant", async () => {
    const entry = '  - {rule: sucess.is-201, because: x, date: 2026-01-01, seen: "200"}';
    await writeFile(join(folder, "typo.yaml"), `version: 1\ndeviations:\n${entry}\n`);
    const { code, err } = await run("--known", "typo.yaml", "--out", join(folder, "typo"));
    expect(code).toBe(2);
    expect(err).toMatch(/typo\.yaml:3:12: .*"sucess\.is-201".*did you mean "success\.is-201"/);
    expect(err.trim().split("\n")).toHaveLength(1);
    await expect(readFile(join(folder, "typo"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("The command on a recording", () => {
  it("judges it as the live run was judged, and refuses it in one sentence once it is cut off", async () => {
    const live = await judge(["Action.required"], "--sign", "--record", "tape", "--out", "live");
    expect(live.code).toBe(1);
    const again = await run("judge", "tape", "--out", "again");
    const verdicts = async (name: string) => {
      const report = JSON.parse(await readFile(join(folder, name, "report.json"), "utf8"));
      const judged: readonly { readonly id: string; readonly verdicts: unknown }[] = report.rules;
      return {
        rules: judged
          .filter(({ id }) => watched.split(",").includes(id))
          .map(({ id, verdicts: both }) => [id, both]),
        coverage: report.coverage,
      };
    };
    expect(again.code).toBe(live.code);
    expect(await verdicts("again")).toEqual(await verdicts("live"));

    const file = join(folder, "tape", recordingFile);
    const text = await readFile(file, "utf8");
    for (const secret of [credentials.AWS_SECRET_ACCESS_KEY, credentials.AWS_SESSION_TOKEN])
      expect(text).not.toContain(secret);
    const exchanges = text.split("\n").filter((line) => line.startsWith('{"type":"round"'));
    expect(exchanges.length).toBeGreaterThan(100);
    expect(exchanges.join("\n")).not.toMatch(/authorization/i);
    await writeFile(file, text.slice(0, text.length - 100));
    const cut = await run("judge", "tape", "--out", "cut");
    expect(cut.code).toBe(2);
    expect(cut.err).toMatch(/exchanges\.ndjson:\d+ is not JSON, so the recording is cut off/);
    expect(cut.err.trim().split("\n")).toHaveLength(1);
    await expect(readFile(join(folder, "cut"))).rejects.toMatchObject({ code: "ENOENT" });
  }, 120_000);

  it("refuses a report of another version in one sentence", async () => {
    await writeFile(join(folder, "next.json"), '{"schema":"addpermission-conformance/report@2"}');
    for (const args of [
      ["compare", "next.json", "next.json"],
      ["replay", "--report", "next.json"],
    ]) {
      const { code, err } = await run(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/next\.json has the schema "addpermission-conformance\/report@2", expected/);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });
});
