import type { CommandContext } from "./context.ts";
import { commandIn } from "./help.ts";

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
