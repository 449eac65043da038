import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A step of a workflow or of an action. */
interface ActionStep {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The parts of action.yml that tests check. */
export interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

/** The action of this project. */
export const action: ActionFile = parse(readFileSync(new URL("../action.yml", import.meta.url), "utf8"));

/** The result of a run of the action's shell step. */
export interface StepResult {
  readonly code: number | null;
  readonly log: string;
  readonly summary: string;
  readonly outputs: string;
  readonly folder: string;
}

/** Runs the shell step like a GitHub runner: in its own folder, with the inputs as environment. */
export function runStep(
  parent: string,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): StepResult {
  const folder = mkdtempSync(join(parent, "step-"));
  const step = action.runs.steps.find(({ run }) => run !== undefined);
  const given = Object.entries(step?.env ?? {}).map(([name, expression]) => {
    const input = inputOf(expression);
    return [name, inputs[input] ?? String(action.inputs[input]?.default)];
  });
  const files = { GITHUB_STEP_SUMMARY: join(folder, "summary.md"), GITHUB_OUTPUT: join(folder, "outputs") };
  const { status, stdout, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", step?.run ?? "exit 99"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...environment, ...Object.fromEntries(given), ...files },
  });
  const textOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const [summary, outputs] = [textOf(files.GITHUB_STEP_SUMMARY), textOf(files.GITHUB_OUTPUT)];
  return { code: status, log: stdout + stderr, summary, outputs, folder };
}

/** The input that an expression names; empty for any other expression. */
export function inputOf(expression: string): string {
  return /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? "";
}
