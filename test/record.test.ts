import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, inject, it } from "vitest";
import { readReport } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { type RuleId, rules } from "../rules/index.ts";
import { rejudge } from "../runner/judge-recording.ts";
import { judgeVariant, type VariantOptions } from "../runner/kill-matrix.ts";
import {
  parsedLines,
  type RecordingLine,
  readRecording,
  recorder,
  recordingFile,
} from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn } from "../suites/bearing.ts";
import { ordinarySuites } from "../suites/index.ts";
import { wire } from "../suites/wire.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { runCommand } from "./command.ts";
import { fixture } from "./fixture.ts";
import { partOf } from "./part-of.ts";
import { sampleReport } from "./sample-report.ts";
import { add, added } from "./story.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const tool = { name: "addpermission-conformance", version: "0" };

const folder = temporaryFolder();

/** A recorded run, and the report of its recording. */
async function recorded(
  name: string,
  mutate: (behaviour: Behaviour) => Behaviour,
  only: Partial<VariantOptions> = {},
) {
  const dir = join(folder, name);
  const recording = await recorder(dir, tool);
  const observers = () => [recording];
  const live = await judgeVariant(mutate, { seed: 2, runs: 1, rounds: 1, workers: 2, observers, ...only });
  await recording.close(live);
  const again = await rejudge(await readRecording(dir), {
    rules,
    tool,
    profile: "document",
    curl: { authorization: [], sign: false },
  });
  return { live, again, dir };
}

let races: ReturnType<typeof recorded> | undefined;

/** A recorded run of races, for every test that looks at one. */
function ofRaces(): ReturnType<typeof recorded> {
  races ??= recorded("races", (faithful) => faithful, { suites: ["races"] });
  return races;
}

/** The test cases that bear on a rule, of all suites that SDKs can send. */
const bearing = (rule: RuleId) => bearingOn(ordinarySuites, [rule]) ?? [];

/** The parts of a report that do not depend on reruns: verdicts, counts and coverage. */
function judged({ rules: all, summary, coverage, questions, requests, incomplete }: Report) {
  const byRule = all.map(({ id, verdicts, observations, checks }) => ({
    id,
    verdicts,
    observations,
    checks,
  }));
  return { byRule, summary, coverage, questions, requests, incomplete };
}

describe("A recording", () => {
  it("gives the verdicts of the live run on the reference, rule by rule, and the same coverage", async () => {
    const all = { seed: 5, chosen: ordinarySuites };
    const { live, again } = await recorded("reference", (faithful) => faithful, all);
    const standings = live.rules.map((rule) => ruleStatus(rule, live));
    expect(standings.filter((one) => !["holds", "ignored"].includes(one))).toEqual([]);
    expect(judged(again)).toEqual(judged(live));
    expect(again.coverage?.cells.length).toBeGreaterThan(50);
  });

  it("gives the verdicts of a live run with requests that no SDK sends", async () => {
    // Without large bodies.
    const small = partOf(wire, /^wire\/(types|ending-targets)\//);
    const { live, again } = await recorded("wire", mutants["success.is-201"].mutate, { chosen: [small] });
    expect(live.coverage?.histories.played).toBe(2);
    expect(live.summary.document.violated).toBeGreaterThan(0);
    expect(judged(again)).toEqual(judged(live));
  });

  it.each([
    "success.is-201",
    "StatementId.duplicate",
    "policy.others-untouched",
    "refusal.changes-no-statement",
  ] as const)(
    "gives the verdicts of the live run on the mutant of %s, with a history that shows it",
    async (id) => {
      const { live, again } = await recorded(`mutant-${id}`, mutants[id].mutate, { chosen: bearing(id) });
      expect(live.rules.find((rule) => rule.id === id)?.verdicts.document).toBe("violated");
      expect(judged(again)).toEqual(judged(live));
      const shown = again.rules.find((rule) => rule.id === id)?.counterexample;
      const before = live.rules.find((rule) => rule.id === id)?.counterexample;
      expect(shown?.expected).toBe(before?.expected);
      expect(shown?.seen).toBe(before?.seen);
    },
  );

  it("of a run with a spent budget gives its verdicts and expected checks", async () => {
    const { live, again } = await recorded("budget", (faithful) => faithful, {
      budget: 200,
      suites: ["state", "races"],
    });
    expect(live.incomplete).toBe(true);
    expect(judged(again)).toEqual(judged(live));
  });

  it("of a target with an unsupported capability excuses the same rules", async () => {
    const silent = change(({ finish }) => ({
      finish: (reply, request, operation) =>
        finish(
          operation === "GetPolicy" ? { status: 501, headers: [], body: "" } : reply,
          request,
          operation,
        ),
    }));
    const { live, again } = await recorded("no-policy", silent, { suites: ["state"] });
    const excused = (report: Report) =>
      report.rules.filter((rule) => ruleStatus(rule, report) === "excused").map(({ id }) => id);
    expect(again.target).toEqual(live.target);
    expect(live.target.unsupported).toContainEqual({ needs: "policy", reason: expect.any(String) });
    expect(excused(live).length).toBeGreaterThan(5);
    expect(excused(again)).toEqual(excused(live));
    expect(exitCode(again)).toBe(exitCode(live));
  });

  it("of a failed search for the size limit gives its verdicts and the reason", async () => {
    const failure = { status: 503, headers: [], body: "" };
    const failing = change(() => ({
      sizeLimit: Number.POSITIVE_INFINITY,
      intercept: ({ body }) => (body.length > 8000 ? failure : null),
    }));
    const { live, again } = await recorded("search", failing, { suites: ["size"] });
    expect(judged(again)).toEqual(judged(live));
    const limited = again.rules.find(({ id }) => id === "policy.room-again");
    expect(limited?.reason).toMatch(/^the search for the size limit met 503/);
  });

  it("of a search for the size limit that the budget ended gives its verdicts", async () => {
    const endless = change(() => ({ sizeLimit: Number.POSITIVE_INFINITY }));
    const { live, again } = await recorded("cut-search", endless, { suites: ["size"], budget: 63 });
    expect(live.incomplete).toBe(true);
    expect(judged(again)).toEqual(judged(live));
    const limited = live.rules.find(({ id }) => id === "policy.too-large");
    expect(limited).toMatchObject({ verdicts: { document: "inconclusive" }, reasonCode: "unsettled" });
  });

  it("begins with a header and ends with a footer", async () => {
    const { dir } = await ofRaces();
    const lines = (await readFile(join(dir, recordingFile), "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ type: "header", tool });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "footer" });
  });

  it("is refused in one sentence with line and place, wherever it was edited", async () => {
    const dir = join(folder, "edited");
    await (await recorder(dir, tool)).close(sampleReport());
    const [header = "", footer = ""] = (await readFile(join(dir, recordingFile), "utf8")).split("\n");
    const cases = [
      ['{"type":"batch"}', "(worker is missing, expected a whole number)"],
      [
        '{"type":"batch","worker":0,"case":"","purpose":"x","exchanges":[]}',
        '(purpose is "x", expected one of execute, confirm, arrange)',
      ],
      ['{"type":"fixture-ready","worker":0,"empty":true}', "(fixture is missing, expected an object)"],
      [
        '{"type":"fixture-ready","worker":0,"empty":true,"fixture":{}}',
        "(fixture.partition is missing, expected a string)",
      ],
      ['{"type":"footer"}', "(report is missing, expected an object)"],
      [
        '{"type":"rond"}',
        '(type is "rond", expected one of header, fixture-ready, fixture-reset, batch, case-finished, footer)',
      ],
      ["7", "(it is 7, expected an object)"],
      [
        '{"type":"batch","worker":0,"case":"a","purpose":"execute","exchanges":[{}]}',
        "(exchanges[0].step is missing, expected an object)",
      ],
    ];
    for (const [line = "", why = ""] of cases) {
      await writeFile(join(dir, recordingFile), [header, line, footer, ""].join("\n"));
      const refused = await readRecording(dir).catch((error: unknown) => error);
      expect(refused, line).toBeInstanceOf(Fault);
      const message = `${join(dir, recordingFile)}:2 is not a line of a recording ${why}: record again.`;
      expect(String(refused)).toBe(`Fault: ${message}`);
    }
  });

  it("is refused in one sentence wherever it is truncated", async () => {
    const { dir } = await ofRaces();
    const text = await readFile(join(dir, recordingFile), "utf8");
    const cut = join(folder, "cut");
    await (await recorder(cut, tool)).close(sampleReport());
    const ends = [0, 1, 40, text.indexOf("\n") + 1, Math.floor(text.length / 2), text.length - 2];
    for (const end of ends) {
      await writeFile(join(cut, recordingFile), text.slice(0, end));
      const refused = await readRecording(cut).then(
        () => null,
        (error: unknown) => error,
      );
      expect(refused, `cut at ${end}`).toBeInstanceOf(Fault);
      expect(String(refused)).toMatch(/record again/);
      expect(String(refused).split("\n")).toHaveLength(1);
    }
    expect(await readdir(cut)).toEqual([recordingFile]);
  });
});

/** The first and last line of every recording in these tests. */
const header: RecordingLine = { type: "header", schema: "addpermission-conformance/recording@2", tool };
const footer: RecordingLine = { type: "footer", report: { ...sampleReport(), faults: [], problems: [] } };

const text = (...lines: readonly RecordingLine[]) =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** One history of one call, with `filler` extra bytes in a header of the answer. */
function history(testCase: string, filler = 0): RecordingLine {
  const call = add(testCase);
  const given = added(testCase);
  const headers = [["X-Filler", "x".repeat(filler)] as const];
  const answer = given.kind === "none" ? given : { ...given, headers: [...given.headers, ...headers] };
  const exchanges = [{ step: { key: "a", call }, call, answer }];
  return { type: "batch", worker: 0, case: testCase, purpose: "execute", exchanges };
}

async function all(pieces: readonly string[]): Promise<readonly RecordingLine[]> {
  const lines: RecordingLine[] = [];
  for await (const line of parsedLines(Readable.from(pieces), "here")) lines.push(line);
  return lines;
}

describe("The lines of a recording", () => {
  it("do not depend on the chunks of the text, and only the line end of the file ends a line", async () => {
    const wanted = [header, history("u\u2028\u2029\u0085\r"), footer];
    const whole = text(...wanted);
    expect(await all([whole])).toEqual(wanted);
    expect(await all([...whole])).toEqual(wanted);
    expect(await all([`${whole.trimEnd().replaceAll("\n", "\n\n")}`])).toEqual(wanted);
    expect(await all([])).toEqual([]);
  });

  it("are read one by one, so that an endless text is read only as far as needed", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1;
        yield text(history(`u${given}`));
      }
    }
    const lines = parsedLines(endless(), "here");
    for (let taken = 1; taken <= 3; taken += 1) {
      expect((await lines.next()).value).toEqual(history(`u${taken}`));
      expect(given).toBe(taken);
    }
  });

  it("before a damaged line are read, and then the fault names its number", async () => {
    const lines = parsedLines(Readable.from([`${text(header)}{"type":"rou`]), "here");
    expect((await lines.next()).value).toEqual(header);
    await expect(lines.next()).rejects.toEqual(
      new Fault("here:2 is not JSON, so the recording is cut off or damaged: record again."),
    );
  });
});

describe("A file that is no recording", () => {
  it("is named, with what to give instead", async () => {
    const report = JSON.stringify({ schema: "addpermission-conformance/report@1" }, null, 2);
    await expect(parsedLines(Readable.from([report]), "report.json").next()).rejects.toEqual(
      new Fault(
        "report.json is no recording, because its first line is not JSON: give a file that --record or --shard wrote.",
      ),
    );
  });
});

describe("The command on a recording", () => {
  /** Invalid credentials for a run that signs. */
  const env = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret-key-of-nobody-0123456789abcdefghi",
    AWS_SESSION_TOKEN: "session-token-of-nobody-0123456789",
  };
  const run = (...args: readonly string[]) => runCommand([...args, "--format", "json"], { cwd: folder, env });
  const reportIn = async (name: string) =>
    readReport(await readFile(join(folder, name, "report.json"), "utf8"), name);

  it("gives the verdicts of a signed run on a mutant, and refuses a truncated recording in one sentence", async () => {
    const reference = createReference({ behaviour: mutants["StatementId.maxLength"].mutate(faithful) });
    const where = ["--endpoint", (await reference.listen()).href, "--concurrency", "1", "--sign"];
    const watched = ["success.is-201", "Action.required", "StatementId.duplicate", "StatementId.maxLength"];
    const what = ["--suite", "fuzz", "--runs", "1", "--rule", watched.join()];
    const live = await run(...where, ...what, "--record", "recorded", "--out", "live");
    await reference.close();
    expect(live.code).toBe(1);
    const again = await run("judge", "recorded", "--out", "again");
    const verdicts = async (name: string) => {
      const { rules: all, coverage } = await reportIn(name);
      const own = all.filter(({ id }) => watched.includes(id));
      return { rules: own.map(({ id, verdicts: both }) => [id, both]), coverage };
    };
    expect(again.code).toBe(live.code);
    expect(await verdicts("again")).toEqual(await verdicts("live"));

    const file = join(folder, "recorded", recordingFile);
    const recording = await readFile(file, "utf8");
    for (const secret of [env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN])
      expect(recording).not.toContain(secret);
    const exchanges = recording.split("\n").filter((line) => line.startsWith('{"type":"batch"'));
    expect(exchanges.length).toBeGreaterThan(50);
    expect(exchanges.join("\n")).not.toMatch(/authorization/i);
    await writeFile(file, recording.slice(0, recording.length - 100));
    const cut = await run("judge", "recorded", "--out", "unjudged");
    expect(cut.code).toBe(2);
    expect(cut.err).toMatch(/exchanges\.ndjson:\d+ is not JSON, so the recording is cut off/);
    expect(cut.err.trim().split("\n")).toHaveLength(1);
    await expect(readFile(join(folder, "unjudged"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("A recording that is larger than the memory", () => {
  const megabyte = 1024 * 1024;
  // Smaller than the recording, and large enough to limit the time for garbage collection.
  const heap = 64;

  it("can still be judged", async () => {
    const dir = join(folder, "large");
    await mkdir(dir);
    async function* large() {
      yield text(header, { type: "fixture-ready", worker: 0, fixture, empty: true });
      const one = text(history("NAME", megabyte / 16), { type: "fixture-reset", worker: 0, empty: true });
      for (let index = 0; index < 1152; index += 1) yield one.replaceAll("NAME", `u${index}`);
      yield text(footer);
    }
    await pipeline(large, createWriteStream(join(dir, recordingFile)));
    expect((await stat(join(dir, recordingFile))).size).toBeGreaterThan(1.1 * heap * megabyte);
    const out = join(folder, "large-report");
    const said = await judgeWithin(heap, dir, "--out", out, "--format", "json");
    expect(said).toMatch(/Exit code 3/);
    const { rules: judgedRules }: Report = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    const accepted = judgedRules.find(({ id }) => id === "request.accepted");
    expect(accepted).toMatchObject({ observations: 1152, verdicts: { document: "holds" } });
  }, 120_000);
});

/** The output of the command judge with a limited heap, in mebibytes. */
function judgeWithin(heap: number, ...args: readonly string[]): Promise<string> {
  const limit = `--max-old-space-size=${heap}`;
  return new Promise((resolve) => {
    execFile(process.execPath, [limit, inject("bin"), "judge", ...args], (_error, out, err) => {
      resolve(`${out}${err}`);
    });
  });
}
