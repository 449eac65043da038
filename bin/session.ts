import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, onCommandLine, options as table } from "../api/options.ts";
import {
  connectionAt,
  declared,
  openSession,
  runPrefix,
  type Session,
  type SessionOptions,
  type TargetConnection,
} from "../api/session.ts";
import { type Progress, type ProgressInput, progress } from "../reports/progress.ts";
import type { Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { CommandContext } from "./context.ts";

/** The options that name a target and determine the connection. */
export type TargetOptions = Pick<CommandOptions<"run">, "target" | "endpoint" | "stateless"> &
  Omit<SessionOptions, "env" | "cwd" | "optionName"> & {
    /** False leaves a target with functions ended by a request: without them, a comparison would find differences. */
    readonly restarts?: boolean;
  };

/** Starts or finds the target of the options and opens a session. */
export async function openTarget(
  options: TargetOptions,
  { env, cwd }: Pick<CommandContext, "env" | "cwd">,
): Promise<Session> {
  const connection = declared(await connectionOf(options), options);
  return openSession(connection, { ...options, env, cwd, optionName: onCommandLine });
}

async function connectionOf({
  target: named,
  endpoint,
  restarts = true,
}: TargetOptions): Promise<TargetConnection> {
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
    restart: restarts || !target.arranges ? started.restart : undefined,
  };
}

/** A target as the command line names it. */
export type NamedTarget = Pick<TargetOptions, "target" | "endpoint">;

/** Every target that the options name, in the given order. */
export function namedTargets(given: Given<"diff"> | Given<"replay">): readonly NamedTarget[] {
  return given.options
    .filter(({ name }) => name === "target" || name === "endpoint")
    .map((one) => commandOptions({ command: "diff", options: [one], operands: [] }));
}

/**
 * The target that a report or diff.json names. Throws a Fault if this version does not have it, or if its requests were signed
 * and the user does not allow that: keys are used only on request.
 */
export function targetIn(
  { name, kind, endpoint, signed }: Pick<Report["target"], "name" | "kind" | "endpoint" | "signed">,
  { sign }: Pick<TargetOptions, "sign">,
  path: string,
): NamedTarget {
  if (signed === true && sign !== true)
    throw new Fault(
      `The requests to ${endpoint} were signed, and keys are used only on request: give --sign as well.`,
      { option: "sign" },
    );
  if (kind !== "builtin") return { endpoint };
  const target = table.target.of.find((one) => one === name);
  if (target !== undefined) return { target };
  throw new Fault(`${path} names the target ${JSON.stringify(name)}, which this version does not have.`);
}

/** Two targets, and what the same requests to both need. */
interface TwoTargets {
  readonly x: Omit<TargetOptions, "seed">;
  readonly y: Omit<TargetOptions, "seed">;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Opens sessions with two targets and closes them after `use`. */
export async function withTwoTargets<T>(
  { x, y, seed, signal }: TwoTargets,
  context: Pick<CommandContext, "env" | "cwd">,
  use: (sides: Readonly<Record<"x" | "y", Session>>) => Promise<T>,
): Promise<T> {
  const prefix = runPrefix(x.target !== undefined && y.target !== undefined, seed).slice(0, -1);
  // The two prefixes have equal length, so that both targets get the same requests. They differ because both
  // targets may be the same.
  const first = await openTarget({ ...x, seed, signal, prefix: `${prefix}x`, restarts: false }, context);
  try {
    const second = await openTarget({ ...y, seed, signal, prefix: `${prefix}y`, restarts: false }, context);
    try {
      return await use({ x: first, y: second });
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
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
