import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../reports/report.ts";
import { exitCode } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { checkShards, joined, type ShardFile } from "../runner/join.ts";
import { rejudge } from "../runner/judge-recording.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { readRecordingFile, recorder } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn } from "../suites/bearing.ts";
import type { Suite } from "../suites/case.ts";
import { ordinarySuites, suites } from "../suites/index.ts";
import { state } from "../suites/state.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { together } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { runCommand } from "./command.ts";
import { partOf } from "./part-of.ts";
import { sampleReport } from "./sample-report.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const tool = { name: "kill-matrix", version: "0" };
const plan = { seed: 3, runs: 1, rounds: 1, workers: 2 } as const;

const folder = temporaryFolder();

/** The report of three shards that are executed one after another and then joined, and those of the shards. */
async function inShards(name: string, mutate: (behaviour: Behaviour) => Behaviour, chosen: readonly Suite[]) {
  const of = 3;
  const files = [];
  const reports: Report[] = [];
  for (let index = 1; index <= of; index += 1) {
    const path = `${name.replaceAll(/\W/g, "-")}-${index}`;
    const recording = await recorder(folder, tool, ".", path);
    const observers = () => [recording];
    const report = await judgeVariant(mutate, { ...plan, chosen, shard: { index, of }, observers });
    await recording.close(report);
    reports.push(report);
    files.unshift({ path, recording: await readRecordingFile(join(folder, path), "missing") });
  }
  const curl = { authorization: [], sign: false };
  const shards = joined(checkShards(files, tool), (rule) => rule);
  const report = await rejudge(shards, { rules, tool, profile: "document", curl });
  return { report, reports };
}

/** What a reader concludes from a report: the outcome of each rule, the causes, and each counterexample. */
function conclusions({ rules: all, causes = [], summary, incomplete, coverage, leftOut }: Report) {
  return {
    rules: all.map(({ id, verdicts, reasonCode, kinds, allKinds, counterexample }) => ({
      id,
      verdicts,
      reasonCode,
      kinds,
      allKinds,
      requests: counterexample?.steps.map(({ request: { method, path, body, round } }) => ({
        method,
        round,
        path: withoutNames(path),
        body: withoutNames(body ?? ""),
      })),
    })),
    causes: causes.map(({ id, rules: own, rule }) => ({ id, own, rule })),
    summary,
    incomplete,
    coverage,
    leftOut: leftOut?.map(({ violates }) => violates),
  };
}

/** Each run has functions of other names. */
function withoutNames(text: string): string {
  return text.replaceAll(/addperm-ct-[0-9a-z-]+/g, "NAME");
}

describe("Three shards, joined", () => {
  const severalRules = ["success.is-201", "StatementId.maxLength", "refusal.changes-no-statement"] as const;
  const several = together(...severalRules.map((id) => mutants[id].mutate));
  const named = (suite: string) => suites.find(({ name }) => name === suite) ?? expect.unreachable(suite);

  it.each([
    [
      "the reference",
      (behaviour: Behaviour) => behaviour,
      0,
      [
        partOf(state, /duplicate|removal|revision/),
        ...["questions", "histories", "races", "size"].map(named),
      ],
    ],
    [
      "a mutant whose versions share a policy",
      mutants["policy.separate-qualifiers"].mutate,
      1,
      [partOf(state, /qualifier|alias|live|three|two-functions/)],
    ],
    [
      "a mutant that takes an id twice",
      mutants["StatementId.duplicate"].mutate,
      1,
      [partOf(state, /duplicate|ids|id-/)],
    ],
    ["a mutant with several causes", several, 3, bearingOn(ordinarySuites, severalRules) ?? []],
  ])(
    "conclude what one run concludes on %s",
    async (name, mutate, causes, chosen) => {
      const one = await judgeVariant(mutate, { ...plan, chosen });
      const { report, reports } = await inShards(name, mutate, chosen);
      expect(conclusions(report)).toEqual(conclusions(one));
      expect(exitCode(report)).toBe(exitCode(one));
      const violated = one.summary.document.violated;
      if (causes === 0) expect(violated).toBe(0);
      else expect(one.causes?.length).toBeGreaterThanOrEqual(causes);
      // Each test case is in one shard.
      const cases = reports.map(({ shard }) => shard?.cases ?? 0);
      expect(cases.reduce((sum, own) => sum + own)).toBe(one.coverage?.histories.planned);
      // A shard that leaves rules to the others is no failure.
      if (causes === 0) expect(reports.map((own) => exitCode(own))).toEqual(reports.map(() => 0));
    },
    120_000,
  );
});

describe("The files of shards", () => {
  /** The recording of a shard, of which only the report is read. */
  const file = (path: string, index: number, change: Partial<Report> = {}): ShardFile => {
    const shard = { index, of: 3, cases: 5, planned: 15, plan: "abc" };
    const report = { ...sampleReport(), tool, shard, ...change };
    return { path, recording: { report, lines: async function* () {} } };
  };
  const refused = (...files: readonly ShardFile[]) => {
    try {
      checkShards(files, tool);
      return "";
    } catch (error) {
      return error instanceof Fault ? error.message : String(error);
    }
  };
  const [a, b, c] = [file("a", 1), file("b", 2), file("c", 3)];

  it("are taken in any order", () => {
    expect(checkShards([c, a, b], tool)).toEqual([a.recording, b.recording, c.recording]);
  });

  it("are refused if one is missing, there twice, or no shard", () => {
    const { shard: _, ...whole } = sampleReport();
    expect(refused(a, c)).toBe("Shard 2 of 3 is missing: run it, and give the files of all shards.");
    expect(refused(b)).toBe("Shards 1, 3 of 3 are missing: run them, and give the files of all shards.");
    expect(refused(a, b, file("d", 2), c)).toBe("b and d are both shard 2 of 3: give one of them.");
    const recording = { ...a.recording, report: { ...whole, tool } };
    expect(refused(a, b, { path: "d", recording })).toBe(
      "d is the recording of a whole run, not of a shard: judge it with judge.",
    );
  });

  it("are refused if they are of different runs", () => {
    const { target, shard } = c.recording.report;
    const differing = (change: Partial<Report>) => refused(a, b, file("d", 3, change));
    const remedy = ": run each shard with the same options.";
    expect(differing({ seed: 8 })).toBe(
      `a and d are not of one run, as they differ in the seed, ${sampleReport().seed} and 8${remedy}`,
    );
    expect(differing({ target: { ...target, name: "x" } })).toMatch(/differ in the target, moto and x: /);
    expect(differing({ profile: "aws" })).toMatch(/differ in the profile, document and aws: /);
    expect(differing({ only: { rules: 1 } })).toMatch(/differ in the selection of rules or suites: /);
    if (shard === undefined) throw new Error("The sample has a shard.");
    expect(differing({ shard: { ...shard, of: 4 } })).toMatch(/differ in the number of shards, 3 and 4: /);
    expect(differing({ shard: { ...shard, plan: "x" } })).toMatch(
      /differ in the plan of test cases, such as /,
    );
    expect(differing({ tool: { ...tool, version: "9" } })).toBe(
      "d was made by version 9, and this is 0: merge with the version of the shards.",
    );
  });
});

describe("The command with shards", () => {
  const run = (...args: readonly string[]) => runCommand([...args, "--format", "json"], { cwd: folder });
  const report = async (dir: string): Promise<Report> =>
    JSON.parse(await readFile(join(folder, dir, "report.json"), "utf8"));

  it("finds in each what it shows, leaves the rest to merge, and judges known deviations there", async () => {
    const reference = createReference({ behaviour: mutants["StatementId.duplicate"].mutate(faithful) });
    const endpoint = (await reference.listen()).href;
    const what = [
      "--endpoint",
      endpoint,
      "--rule",
      "StatementId.duplicate,Action.required",
      "--concurrency",
      "1",
    ];
    const codes = [];
    const files = [];
    for (const index of [1, 2]) {
      const done = await run(...what, "--shard", `${index}/2`, "--out", `s${index}`);
      expect(done.out).toMatch(new RegExp(`shard +${index} of 2, with \\d+ of \\d+ test cases`));
      codes.push(done.code);
      files.push(`s${index}/shard-${index}-of-2.ndjson`);
    }
    expect(codes).toContain(1);
    const one = await run(...what, "--out", "one");
    await reference.close();
    const merged = await run("merge", ...files, "--out", "merged");
    expect(merged.code).toBe(one.code);
    expect(conclusions(await report("merged"))).toEqual(conclusions(await report("one")));
    const { rules: all, shards, requests } = await report("merged");
    expect({ shards, requests }).toEqual({ shards: 2, requests: expect.any(Number) });
    const shown = all.find(({ id }) => id === "StatementId.duplicate")?.counterexample;
    expect(shown?.replay).toContain(
      `replay --report merged/report.json --rule StatementId.duplicate --endpoint ${endpoint}`,
    );

    const updated = await run("merge", ...files, "--out", "gated", "--known", "k.yaml", "--update-known");
    const known = await run("merge", ...files, "--out", "gated", "--known", "k.yaml");
    expect([updated.code, known.code]).toEqual([0, 0]);
    expect(known.out).toMatch(/except 1 that\s+is\s+known to be violated/);
    expect((await report("gated")).summary.document).toMatchObject({ violated: 0, known: 1 });
    const alone = await run("merge", files[0] ?? "", "--out", "alone");
    expect(alone).toMatchObject({ code: 2, err: expect.stringMatching(/Shard 2 of 2 is missing/) });
  });

  it("refuses what makes no sense for a part", async () => {
    const faults = [
      [["--shard", "4/3"], /--shard is .+, but must be a part and the number of parts/],
      [["--shard", "1"], /--shard is "1", but must be .+: give --shard 1\/3 for the first of three/],
      [["--shard", "1/2", "--known", "k", "--update-known"], /give --update-known to merge/],
      [["merge"], /merge takes the files of all shards, and got none/],
      [
        ["merge", "nothing.ndjson"],
        /"nothing\.ndjson" cannot be read: give a file that a run with --shard wrote/,
      ],
    ] as const;
    for (const [args, message] of faults)
      expect(await runCommand(args, { cwd: folder })).toMatchObject({
        code: 2,
        err: expect.stringMatching(message),
      });
  });
});
