import type { Environment } from "../client/authorize.ts";
import { type Progress, type ProgressInput, progress } from "../reports/progress.ts";

/** A stream that text is printed to, such as `process.stdout`. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters; absent where it is none. */
  readonly columns?: number;
}

/** Where signals come from, such as `process`. */
interface Signals {
  on(name: string, handler: () => void): unknown;
  off(name: string, handler: () => void): unknown;
}

/** All that a command has of the process in which it runs, so that it also runs inside another program. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** Folder from which the paths of arguments start; "." for that of the process. */
  readonly cwd: string;
  readonly signals: Signals;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** The context of a command that has this process to itself. */
export function processContext(): CommandContext {
  const { stdout, stderr, env } = process;
  return { stdout, stderr, env, cwd: ".", signals: process, exit: (code) => process.exit(code) };
}

/** How wide the standard output is, and whether it shows colours. */
export function terminalOf({ stdout, env }: Pick<CommandContext, "stdout" | "env">): {
  readonly columns: number;
  readonly color: boolean;
} {
  return {
    columns: stdout.columns ?? 100,
    color: stdout.isTTY === true && (env.NO_COLOR ?? "") === "",
  };
}

/** A line of progress on the standard error; `noun` is what is counted as it is found. */
export function progressOn(
  { stderr }: Pick<CommandContext, "stderr">,
  noun: ProgressInput["noun"],
): Progress {
  return progress({
    write: (text) => stderr.write(text),
    now: () => performance.now(),
    tty: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
    noun,
  });
}
