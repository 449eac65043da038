import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../reports/report.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { readRecording, recorder, recordingFile } from "../runner/recording.ts";
import { rejudge } from "../runner/rejudge.ts";
import { Fault } from "../spec/fault.ts";
import { rules } from "../spec/rules/index.ts";
import type { Behaviour } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { sampleReport } from "./sample-report.ts";

const tool = { name: "addpermission-conformance", version: "0" };

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "record-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A run that is recorded, and the report that its recording gives. */
async function recorded(name: string, mutate: (behaviour: Behaviour) => Behaviour, budget?: number) {
  const dir = join(folder, name);
  const { tape, end } = await recorder(dir, tool);
  const cut = budget === undefined ? {} : { budget };
  const live = await judgeVariant(mutate, { seed: 2, runs: 5, rounds: 2, tape, ...cut });
  await end(live);
  const again = await rejudge(await readRecording(dir), {
    rules,
    tool,
    profile: "document",
    curl: { authorization: [], sign: false },
  });
  return { live, again, dir };
}

/** Everything that does not come from trying again: verdicts, counts and what was exercised. */
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
    const { live, again } = await recorded("reference", (faithful) => faithful);
    expect(judged(again)).toEqual(judged(live));
    expect(again.coverage?.cells.length).toBeGreaterThan(50);
  });

  it.each([
    "success.is-201",
    "StatementId.duplicate",
    "policy.others-untouched",
    "refusal.changes-no-statement",
  ] as const)(
    "gives the verdicts of the live run on the mutant of %s, with a history that shows it",
    async (id) => {
      const { live, again } = await recorded(`mutant-${id}`, mutants[id].mutate);
      expect(live.rules.find((rule) => rule.id === id)?.verdicts.document).toBe("violated");
      expect(judged(again)).toEqual(judged(live));
      const shown = again.rules.find((rule) => rule.id === id)?.counterexample;
      const before = live.rules.find((rule) => rule.id === id)?.counterexample;
      expect(shown?.expected).toBe(before?.expected);
      expect(shown?.seen).toBe(before?.seen);
    },
  );

  it("of a run that the budget ended is judged as that run was, with what it still expected", async () => {
    const { live, again } = await recorded("budget", (faithful) => faithful, 700);
    expect(live.incomplete).toBe(true);
    expect(judged(again)).toEqual(judged(live));
  });

  it("begins with a header and ends with a footer", async () => {
    const { dir } = await recorded("framed", (faithful) => faithful, 300);
    const lines = (await readFile(join(dir, recordingFile), "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ type: "header", tool });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "footer" });
  });

  it("is refused in one sentence that names the line and the place, wherever it was edited", async () => {
    const dir = join(folder, "edited");
    const { end } = await recorder(dir, tool);
    await end(sampleReport());
    const [header = "", footer = ""] = (await readFile(join(dir, recordingFile), "utf8")).split("\n");
    const cases = [
      ['{"type":"round"}', "(lane is not a number)"],
      ['{"type":"stage","lane":0,"fresh":true}', "(stage is not an object)"],
      ['{"type":"stage","lane":0,"fresh":true,"stage":{}}', "(stage.partition is not a string)"],
      ['{"type":"footer"}', "(report is not an object)"],
      ['{"type":"rond"}', "(type is not one of header, stage, round, tidied, footer)"],
      ["7", "(it is not an object)"],
      ['{"type":"round","lane":0,"unit":"a","exchanges":[{}]}', "(exchanges[0].step is not an object)"],
    ];
    for (const [line = "", why = ""] of cases) {
      await writeFile(join(dir, recordingFile), [header, line, footer, ""].join("\n"));
      const refused = await readRecording(dir).catch((error: unknown) => error);
      expect(refused, line).toBeInstanceOf(Fault);
      const message = `${join(dir, recordingFile)}:2 is not a line of a recording ${why}: record again.`;
      expect(String(refused)).toBe(`Fault: ${message}`);
    }
  });

  it("is refused in one sentence wherever it was cut off", async () => {
    const { dir } = await recorded("whole", (faithful) => faithful, 300);
    const text = await readFile(join(dir, recordingFile), "utf8");
    const cut = join(folder, "cut");
    await recorder(cut, tool);
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
