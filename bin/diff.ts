import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, flagOf, options as table } from "../api/options.ts";
import { runPrefix, type Session } from "../api/session.ts";
import { tool } from "../api/tool.ts";
import { sleep } from "../client/deadline.ts";
import { prepareOut } from "../reports/collector.ts";
import { type DiffReport, diffJson, diffMarkdown, diffText } from "../reports/diff.ts";
import { quote } from "../reports/shell.ts";
import { ruleIds } from "../rules/index.ts";
import { comparedSuites, diff } from "../runner/diff/diff.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn } from "../suites/bearing.ts";
import { suites } from "../suites/index.ts";
import { type CommandContext, commandIn, interruptible, terminalOf } from "./context.ts";
import { lockFolder } from "./lock.ts";
import { openTarget, progressOn, type TargetOptions } from "./session.ts";

/** The options of this subcommand. */
type Options = CommandOptions<"diff">;

/** Sends the same requests to two targets. Exit code 0: no difference, 1: differences. */
export async function diffCommand(given: Given<"diff">, context: CommandContext): Promise<number> {
  const { stdout, cwd } = context;
  const options = commandOptions(given);
  const { diffFormat: format = table.diffFormat.default, verbose = false } = options;
  const [x, y] = twoOf(given);
  const out = await prepareOut(options.out ?? table.out.default, cwd);
  const stopping = interruptible(context);
  try {
    const report = await compareTargets(options, [x, y], stopping.signal, context);
    const unlock = await lockFolder(out.path, out.dir, "out");
    try {
      await out.write("diff.json", diffJson(report));
      await out.write("diff.md", diffMarkdown(report));
    } finally {
      await unlock();
    }
    const code = stopping.exitCode() ?? codeOf(report);
    stdout.write(printed(report, format, { ...terminalOf(context), verbose }));
    if (format === "text") stdout.write(`\nReports: ${out.dir}/diff.json, ${out.dir}/diff.md\n`);
    return code;
  } finally {
    stopping.done();
  }
}

/** A run that compared nothing, or that was cut short without a difference, is not a success. */
function codeOf({ differences, incomplete, compared, faults }: DiffReport): 0 | 1 | 2 {
  if (differences.length > 0) return 1;
  return incomplete || compared === 0 || faults.length > 0 ? 2 : 0;
}

function printed(
  report: DiffReport,
  format: NonNullable<Options["diffFormat"]>,
  how: Parameters<typeof diffText>[1],
): string {
  if (format === "json") return diffJson(report);
  if (format === "markdown") return diffMarkdown(report);
  return diffText(report, how);
}

/** A target as the command line names it. */
type NamedTarget = Pick<Options, "target" | "endpoint">;

/** The two targets in the given order. */
function twoOf(given: Given<"diff">): readonly [NamedTarget, NamedTarget] {
  const named = given.options.filter(({ name }) => name === "target" || name === "endpoint");
  const [x, y, ...more] = named.map((one) => commandOptions({ ...given, options: [one] }));
  if (x !== undefined && y !== undefined && more.length === 0) return [x, y];
  throw new Fault(
    `diff compares two targets, and got ${named.length}: give --target or --endpoint twice in all, such as --target reference --target moto.`,
    { option: "target" },
  );
}

async function compareTargets(
  options: Options,
  [x, y]: readonly [NamedTarget, NamedTarget],
  signal: AbortSignal,
  context: CommandContext,
): Promise<DiffReport> {
  const { seed = table.seed.default, comparedSuites: wanted, rules: about } = options;
  const named =
    wanted === undefined ? comparedSuites : suites.filter(({ name }) => wanted.some((one) => one === name));
  const bearing = about === undefined || wanted !== undefined ? null : bearingOn(named, about);
  // What is compared leaves some suites out, which may be all that bear on a rule.
  const chosen = bearing === null || bearing.length === 0 ? named : bearing;
  const prefix = runPrefix(x.target !== undefined && y.target !== undefined, seed).slice(0, -1);
  // The two prefixes have equal length, so that both targets get the same requests. They differ because both
  // targets may be the same.
  const first = await openTarget(
    { ...connectOptions(options, x), seed, signal, prefix: `${prefix}x` },
    context,
  );
  try {
    const second = await openTarget(
      { ...connectOptions(options, y), seed, signal, prefix: `${prefix}y` },
      context,
    );
    try {
      return await withProgress(options, { x: first, y: second }, { seed, suites: chosen, signal }, context);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** The connection options of one target; signing and roles apply only to endpoints. */
function connectOptions(options: Options, one: NamedTarget): Omit<TargetOptions, "seed"> {
  const { region, timeoutMs, budget, rate, concurrency, role, sign } = options;
  const limits = { region, timeoutMs, budget, rate, concurrency };
  return one.endpoint === undefined
    ? { ...limits, target: one.target }
    : { ...limits, endpoint: one.endpoint, role, sign };
}

/** The options that compare the two targets again on one topic. */
function repeated(
  options: Options,
  sides: { readonly x: Session; readonly y: Session },
  sent: typeof suites,
  topic: string,
): string {
  const targets = [sides.x, sides.y].map(({ target: { kind, name, endpoint } }) =>
    kind === "builtin" ? `--target ${name}` : `--endpoint ${quote(endpoint)}`,
  );
  const values = (["region", "role", "seed", "runs"] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`${flagOf(table[name])} ${quote(`${value}`)}`];
  });
  const rule = ruleIds.some((id) => id === topic) ? [`--rule ${topic}`] : [];
  // Suites that are named are sent in full, so that the request which showed the difference is among them.
  const named = `--suite ${sent.map(({ name }) => name).join(",")}`;
  const all = [...targets, ...values, ...(options.sign ? ["--sign"] : []), named, ...rule];
  return all.map((one) => ` ${one}`).join("");
}

async function withProgress(
  options: Options,
  sessions: { readonly x: Session; readonly y: Session },
  chosen: { readonly seed: number; readonly suites: typeof suites; readonly signal: AbortSignal },
  context: CommandContext,
): Promise<DiffReport> {
  const bar = progressOn(context, "difference");
  const { x, y } = sessions;
  try {
    return await diff({
      tool,
      ...chosen,
      sides: { x, y },
      clock: x.clock,
      startedAt: x.startedAt,
      sleep: (ms) => sleep(ms, chosen.signal),
      runs: options.runs ?? table.runs.default,
      rounds: table.rounds.default,
      workers: options.concurrency ?? table.concurrency.default,
      safeMode: x.safeMode || y.safeMode,
      progress: bar.update,
      about: options.rules,
      again: (topic) => `${commandIn(context.env)} diff${repeated(options, sessions, chosen.suites, topic)}`,
    });
  } finally {
    bar.end();
  }
}
