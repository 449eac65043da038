import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Addition } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import { html } from "../reports/html/report.ts";
import { junit } from "../reports/junit.ts";
import { ndjson } from "../reports/ndjson.ts";
import type { Report } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitCode } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { stackOf } from "../runner/observe/problem.ts";
import { boundary } from "../suites/boundary.ts";
import { state } from "../suites/state.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { partOf } from "./part-of.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** All rules, one of which throws while `when` returns true. */
function throwing(id: string, error: () => Error, when: (of: Addition) => boolean): readonly Rule[] {
  return rules.map((rule): Rule => {
    const { trigger } = rule;
    if (rule.id !== id || trigger.on !== "success") return rule;
    return {
      ...rule,
      trigger: {
        on: "success",
        judge: (of, column) => {
          if (when(of)) throw error();
          return trigger.judge(of, column);
        },
      },
    };
  });
}

const signature = `Signature=${"0f".repeat(32)}`;

function broken(): Error {
  const cause = new TypeError("of is not iterable");
  return new Error(`no rule in '/home/some body/suite/rule.json', ${signature}`, { cause });
}

async function diedIn(when: (of: Addition) => boolean): Promise<Report> {
  return judgeVariant((faithful) => faithful, {
    seed: 1,
    chosen: [partOf(boundary, /StatementId|SourceAccount/)],
    rules: throwing("success.is-201", broken, when),
  });
}

describe("An error of the suite itself", () => {
  it("is reported with its rule, test case and stack", async () => {
    const report = await diedIn(({ analysis }) => analysis.body.members?.SourceAccount !== undefined);
    const [problem, ...more] = report.problems ?? [];
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "internal", rule: "success.is-201" });
    expect(problem?.case).toMatch(/^boundary\/.*SourceAccount/);
    expect(report.faults).toEqual([problem?.message]);
    expect(problem?.message).toContain(`at the rule success.is-201 in the test case ${problem?.case}.`);
    expect(problem?.stack?.[0]).toBe("Error: no rule in 'rule.json', Signature=[redacted]");
    expect(problem?.stack?.[1]).toMatch(/^at broken \(test\/internal-error\.test\.ts:\d+:\d+\)$/);
    expect(problem?.stack).toContainEqual(expect.stringMatching(/^at .*\(oracle\/judge\.ts:\d+:\d+\)$/));
    expect(problem?.stack).toContain("caused by TypeError: of is not iterable");
    expect([exitCode(report), report.incomplete]).toEqual([2, true]);
  });

  it("contains no folder of the machine and no secret", async () => {
    const { problems } = await diedIn(() => true);
    const text = JSON.stringify(problems);
    for (const folder of [root, process.cwd(), homedir(), "some body", "file://"]) {
      expect(text).not.toContain(folder);
    }
    expect(text).not.toContain(signature);
  });

  it("is reported with its rule and test case also during a rerun", async () => {
    let explored = false;
    const report = await judgeVariant(mutants["success.is-201"].mutate, {
      seed: 1,
      chosen: [partOf(state, /duplicate/)],
      rules: throwing("success.is-201", broken, () => explored),
      observers: () => [
        {
          on: ({ type }) => {
            if (type === "confirming") explored = true;
          },
        },
      ],
    });
    expect(report.problems).toMatchObject([
      { code: "internal", rule: "success.is-201", case: expect.stringMatching(/^state\//) },
    ]);
  });

  it("shows its stack in the files, and on the terminal with --verbose only", async () => {
    const report = await diedIn(() => true);
    const frame = "at broken (test/internal-error.test.ts:";
    const page = { columns: 400, color: false };
    expect(runText(report, { ...page, verbose: true })).toContain(frame);
    expect(runText(report, page)).not.toContain(frame);
    expect(runText(report, page)).toContain("at the rule success.is-201 in the test case boundary/");
    for (const text of [html(report), junit(report), ndjson(report)]) expect(text).toContain(frame);
  });
});

describe("A stack without folders", () => {
  const framed = (message: string, ...frames: readonly string[]): readonly string[] => {
    const error = new Error(message);
    error.stack = [`Error: ${message}`, ...frames.map((frame) => `    ${frame}`)].join("\n");
    return stackOf(error);
  };

  it.each([
    ["at run (/home/u/my app (copy)/src/x.ts:1:2)", "at run (x.ts:1:2)"],
    ["at async file:///home/u/x.ts:1:2", "at async x.ts:1:2"],
    ["at new A (C:\\Users\\u\\x.js:1:2)", "at new A (x.js:1:2)"],
    ["at f (file:///C:/Users/u/x.js:1:2)", "at f (x.js:1:2)"],
    [
      "at g (/home/u/app/node_modules/.pnpm/undici@7/node_modules/undici/lib/pool.js:3:4)",
      "at g (node_modules/undici/lib/pool.js:3:4)",
    ],
    [`at h (file://${root}runner/run.ts:5:6)`, "at h (runner/run.ts:5:6)"],
    [`at h (${root}runner/run.ts:5:6)`, "at h (runner/run.ts:5:6)"],
    ["at process.processTicksAndRejections (node:internal/process/task_queues:95:5)", null],
    ["at async node:internal/modules/run_main:123:12", null],
    ["at Array.map (<anonymous>)", null],
    ["at async Promise.all (index 0)", null],
    [
      "at eval (eval at f (/home/u/x.js:1:2), <anonymous>:1:1)",
      "at eval (eval at f (x.js:1:2), <anonymous>:1:1)",
    ],
  ])("%s", (frame, short) => {
    expect(framed("m", frame)).toEqual(["Error: m", short ?? frame]);
  });

  it.each([
    ["ENOENT: no such file, open '/home/u/a b/x.json'", "ENOENT: no such file, open 'x.json'"],
    ["cannot load file:///home/u/x.ts", "cannot load x.ts"],
    ["cannot load C:\\Users\\u\\x.ts now", "cannot load x.ts now"],
    ["POST /2015-03-31/functions/f/policy at http://h:1/a/b", null],
    ["1 / 2 is not 3 / 4, and /^a+$/ matches a/b", null],
  ])("%s", (message, short) => {
    expect(framed(message)).toEqual([`Error: ${short ?? message}`]);
  });

  it("is finite for an endless chain of causes", () => {
    const loop = new Error("round");
    loop.cause = loop;
    expect(stackOf(loop).filter((line) => line.includes("Error: round"))).toHaveLength(5);
    expect(stackOf("thrown as it is")).toEqual(["thrown as it is"]);
  });
});
