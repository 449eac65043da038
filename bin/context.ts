import type { Environment } from "../client/authorize.ts";

/** A stream that text is printed to, such as `process.stdout`. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The width of the terminal in characters; absent if the stream is not a terminal. */
  readonly columns?: number;
}

/** A source of signals, such as `process`. */
interface Signals {
  on(name: string, handler: () => void): unknown;
  off(name: string, handler: () => void): unknown;
}

/** Everything that a command needs from its process, so that it can also run inside another program. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** The folder that relative paths start from; "." is the working directory. */
  readonly cwd: string;
  readonly signals: Signals;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** The context of a command that runs as a process of its own. */
export function processContext(): CommandContext {
  const { stdout, stderr, env } = process;
  return { stdout, stderr, env, cwd: ".", signals: process, exit: (code) => process.exit(code) };
}

/** The width of the standard output, and whether it shows colours. */
export function terminalOf({ stdout, env }: Pick<CommandContext, "stdout" | "env">): {
  readonly columns: number;
  readonly color: boolean;
} {
  return {
    // A pseudo-terminal without a window has a width of 0.
    columns: stdout.columns === 0 ? 80 : (stdout.columns ?? 100),
    color: (stdout.isTTY === true || isSet(env.FORCE_COLOR)) && (env.NO_COLOR ?? "") === "",
  };
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== "" && text !== "0";
}

/** The command as the user types it in this environment, for messages. */
export function commandIn({ npm_lifecycle_event: script }: Environment): string {
  return script === "conform" ? "npm run -s conform --" : "npx addpermission-conformance";
}

/** The exit codes of an interrupted run: 128 plus the signal's number. */
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Turns the first signal into an abort, so that clean-up and reports still happen; a second signal exits at once. */
export function interruptible(
  { stderr, env, signals, exit }: Pick<CommandContext, "stderr" | "env" | "signals" | "exit">,
  out?: string,
): {
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
          `\nQuit (${name}) before clean-up was complete. To remove what is left on the target and restore an emptied policy, run\n  ${commandIn(env)} sweep\n${out === undefined ? "" : `${out} holds the reports as they were last written.\n`}`,
        );
        return exit(number);
      }
      code = number;
      stderr.write(
        `\nInterrupted (${name}): cleaning up and writing the reports. Press Ctrl-C again to quit now; then \`sweep\` removes what is left.\n`,
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
