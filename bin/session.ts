import { type CommandOptions, onCommandLine } from "../api/options.ts";
import {
  connectionAt,
  declared,
  openSession,
  type Session,
  type SessionOptions,
  type TargetConnection,
} from "../api/session.ts";
import { type Progress, type ProgressInput, progress } from "../reports/progress.ts";
import { Fault } from "../spec/fault.ts";
import type { CommandContext } from "./context.ts";

/** The options that name a target and determine the connection. */
export type TargetOptions = Pick<CommandOptions<"run">, "target" | "endpoint" | "stateless"> &
  Omit<SessionOptions, "env" | "cwd" | "optionName">;

/** Starts or finds the target of the options and opens a session. */
export async function openTarget(
  options: TargetOptions,
  { env, cwd }: Pick<CommandContext, "env" | "cwd">,
): Promise<Session> {
  const connection = declared(await connectionOf(options), options);
  return openSession(connection, { ...options, env, cwd, optionName: onCommandLine });
}

async function connectionOf({ target: named, endpoint }: TargetOptions): Promise<TargetConnection> {
  if (endpoint !== undefined && named !== undefined) {
    throw new Fault(`--target ${named} and --endpoint ${endpoint} name two targets: give one of them.`, {
      option: "endpoint",
    });
  }
  if (endpoint !== undefined) return connectionAt(endpoint);
  const { targetNamed } = await import("../targets/builtin.ts");
  const target = targetNamed(named ?? "reference");
  const started = await target.start();
  return {
    name: target.name,
    endpoint: started.endpoint,
    cannot: target.cannot,
    kind: "builtin",
    arranges: target.arranges,
    own: true,
    stop: () => started.stop(),
    restart: started.restart,
  };
}

/** A progress line on the standard error; `noun` is what the line counts. */
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
