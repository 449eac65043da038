import type { Environment } from "../client/authorize.ts";

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

/** How the command is called in this environment, for messages that tell what to run. */
export function commandIn({ npm_lifecycle_event: script }: Environment): string {
  return script === "conform" ? "npm run -s conform --" : "npx addpermission-conformance";
}

/** What an interrupted run ends with: 128 and the signal's number. */
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Turns the first signal into an abort, so that clean-up and reports still happen; a second one ends at once. */
export function interruptible({
  stderr,
  env,
  signals,
  exit,
}: Pick<CommandContext, "stderr" | "env" | "signals" | "exit">): {
  readonly signal: AbortSignal;
  exitCode(): number | null;
  done(): void;
} {
  const controller = new AbortController();
  let code: number | null = null;
  const handlers = Object.entries(codes).map(([name, number]) => {
    const handler = () => {
      if (code !== null) {
        stderr.write(
          `\n${name}: ended before everything was cleaned up; what is left on the target is removed, and an emptied policy given back, by\n  ${commandIn(env)} sweep\n`,
        );
        return exit(number);
      }
      code = number;
      stderr.write(
        `\n${name}: cleaning up and writing the reports; once more ends at once, and leaves the rest to \`sweep\`\n`,
      );
      controller.abort();
    };
    signals.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    done: () => {
      for (const [name, handler] of handlers) signals.off(name, handler);
    },
  };
}
