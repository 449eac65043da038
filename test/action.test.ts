import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { flagOf, optionsOf } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { action, inputOf, runStep, type StepResult } from "./action-step.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const parent = temporaryFolder();
const root = fileURLToPath(new URL("../", import.meta.url));

/** A fake npx that runs the command of this checkout and records its arguments. */
beforeAll(() => {
  mkdirSync(join(parent, "bin"));
  const npx = join(parent, "bin", "npx");
  const command = `"${process.execPath}" "${inject("bin")}"`;
  writeFileSync(npx, `#!/bin/bash\nprintf '%s\\n' "$@" >>asked\nshift 4\nexec ${command} "$@"\n`);
  chmodSync(npx, 0o755);
});

function run(inputs: Readonly<Record<string, string>>): StepResult {
  return runStep(parent, inputs, {
    PATH: `${join(parent, "bin")}${delimiter}${process.env.PATH}`,
    HOME: parent,
  });
}

function asked({ folder }: StepResult): readonly string[] {
  return readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
}

const small = { target: "reference", suite: "histories", rule: "success.is-201", runs: "1" };

describe("The action", () => {
  it("passes every input as environment, never as script text", () => {
    const [step] = action.runs.steps;
    expect(action.runs.using).toBe("composite");
    expect(step?.run).not.toContain("${{");
    const handed = Object.values(step?.env ?? {}).map(inputOf);
    expect([...handed, "artifact"].sort()).toEqual(Object.keys(action.inputs).sort());
  });

  it("uses only options of the command, and this version", () => {
    const given = [...(action.runs.steps[0]?.run ?? "").matchAll(/give ([a-z]+) "/g)].map(([, name]) => name);
    const options: readonly string[] = optionsOf("run").map(([, option]) => flagOf(option).slice(2));
    expect(given.length).toBeGreaterThan(8);
    expect(given.filter((name) => name === undefined || !options.includes(name))).toEqual([]);
    expect(action.inputs.version?.default).toBe(tool.version);
  });

  it("writes the summary and annotations of a run, and exits with its code", () => {
    const result = run(small);
    expect(result.log).toContain(
      "::notice title=addpermission-conformance::The selected rule holds for reference",
    );
    expect(result.summary).toMatch(/^## addpermission-conformance/);
    expect(result.outputs).toBe("exit-code=0\nreport=conformance-report/report.json\n");
    expect(result.code).toBe(0);
    expect(readdirSync(join(result.folder, "conformance-report"))).toContain("report.html");
    expect(asked(result).slice(0, 4)).toEqual([
      "--yes",
      `--package=addpermission-conformance@${tool.version}`,
      "--",
      "addpermission-conformance",
    ]);
  });

  it("returns the other exit codes", () => {
    const unexercised = run({ ...small, suite: "faults", rule: "StatementId.pattern" });
    expect([unexercised.code, unexercised.outputs.split("\n")[0]]).toEqual([3, "exit-code=3"]);
    const unreachable = run({ endpoint: "http://127.0.0.1:9" });
    expect(unreachable.code).toBe(2);
    expect(unreachable.summary).toContain("incomplete: no verdict");
    expect(unreachable.log).toContain("127.0.0.1:9");
  });

  it("treats hostile inputs as text", () => {
    const hostile = "http://x/$(touch pwned)`touch pwned`\"; touch pwned; '";
    const result = run({ endpoint: hostile, known: "--update-known", package: "a b\nc" });
    expect(asked(result)).toContain(`--endpoint=${hostile}`);
    expect(asked(result)).toContain("--known=--update-known");
    expect(readdirSync(result.folder)).not.toContain("pwned");
    expect(result.code).toBe(2);
  });
});

describe("Every workflow", () => {
  const folder = join(root, ".github", "workflows");
  it.each(readdirSync(folder))("%s is valid, has read permissions and a time limit", (name) => {
    const workflow = parse(readFileSync(join(folder, name), "utf8"));
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const job of Object.values<{ "timeout-minutes": number; steps: { run?: string }[] }>(
      workflow.jobs,
    )) {
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      expect(job.steps.filter(({ run: script }) => script?.includes("${{"))).toEqual([]);
    }
  });

  it("that calls the real service runs on a schedule or manually, one at a time, and always sweeps", () => {
    const nightly = parse(readFileSync(join(folder, "nightly.yml"), "utf8"));
    expect(Object.keys(nightly.on)).toEqual(["schedule", "workflow_dispatch"]);
    expect(nightly.concurrency.group).toBe("aws-nightly");
    expect(nightly.jobs.aws.environment).toBe("aws-nightly");
    expect(nightly.jobs.aws.permissions).toEqual({ contents: "read", "id-token": "write" });
    const sweep = nightly.jobs.aws.steps.find(({ run: script = "" }) => script.includes("sweep"));
    expect(sweep.if).toMatch(/^always\(\)/);
  });
});
