import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { inject } from "vitest";
import type { CommandContext } from "../bin/context.ts";
import { main } from "../bin/main.ts";

/** The exit code and output of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The folder, environment and signals of a command. */
type Place = Partial<Pick<CommandContext, "cwd" | "env" | "signals">>;

/** Runs the command in this process with its own environment; never rejects. */
export async function runCommand(args: readonly string[], place: Place = {}): Promise<Ran> {
  const printed = { out: "", err: "" };
  const code = await main(args, {
    stdout: {
      write: (text) => {
        printed.out += text;
      },
    },
    stderr: {
      write: (text) => {
        printed.err += text;
      },
    },
    env: {},
    cwd: ".",
    signals: new EventEmitter(),
    exit: (ended) => {
      throw new Error(`The command ended the process with ${ended}.`);
    },
    ...place,
  });
  return { code, ...printed };
}

/** Starts the command in its own process, like a user. */
export function startCommand(
  args: readonly string[],
  { stdio, cwd = "." }: { readonly stdio: StdioOptions; readonly cwd?: string },
): ChildProcess {
  const { AWS_ACCESS_KEY_ID: _key, AWS_REGION: _region, ...env } = process.env;
  return spawn(process.execPath, [inject("bin"), ...args], { cwd, env, stdio });
}

/** Runs the command in its own process; never rejects. */
export function runProcess(args: readonly string[], cwd?: string): Promise<Ran> {
  const where = cwd === undefined ? {} : { cwd };
  const child = startCommand(args, { ...where, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    printed.err += text;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, ...printed })));
}
