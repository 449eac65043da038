import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, options as table } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { sleep } from "../client/deadline.ts";
import { prepareOut } from "../reports/collector.ts";
import { type DiffReport, diffJson, diffMarkdown, diffText } from "../reports/diff.ts";
import { quote } from "../reports/shell.ts";
import { comparedSuites, diff } from "../runner/diff/diff.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn } from "../suites/bearing.ts";
import { suites } from "../suites/index.ts";
import { type CommandContext, commandIn, interruptible, terminalOf } from "./context.ts";
import { lockFolder } from "./lock.ts";
import { type NamedTarget, namedTargets, progressOn, type TargetOptions, withTwoTargets } from "./session.ts";

type DiffCommandOptions = CommandOptions<"diff">;

/** Sends the same requests to two targets. Exit code 0: no difference, 1: differences. */
export async function diffCommand(given: Given<"diff">, context: CommandContext): Promise<number> {
  const { stdout, cwd } = context;
  const options = commandOptions(given);
  const { diffFormat: format = table.diffFormat.default, verbose = false } = options;
  const [x, y] = twoOf(given);
  const out = await prepareOut(options.out ?? table.out.default, cwd);
  const stopping = interruptible(context);
  try {
    const report = await compareTargets(options, [x, y], { signal: stopping.signal, dir: out.dir }, context);
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
  format: NonNullable<DiffCommandOptions["diffFormat"]>,
  how: Parameters<typeof diffText>[1],
): string {
  if (format === "json") return diffJson(report);
  if (format === "markdown") return diffMarkdown(report);
  return diffText(report, how);
}

function twoOf(given: Given<"diff">): readonly [NamedTarget, NamedTarget] {
  const named = namedTargets(given);
  const [x, y, ...more] = named;
  if (x !== undefined && y !== undefined && more.length === 0) return [x, y];
  throw new Fault(
    `diff compares two targets, and got ${named.length}: give --target or --endpoint twice in all, such as --target reference --target moto.`,
    { option: "target" },
  );
}

async function compareTargets(
  options: DiffCommandOptions,
  [x, y]: readonly [NamedTarget, NamedTarget],
  { signal, dir }: { readonly signal: AbortSignal; readonly dir: string },
  context: CommandContext,
): Promise<DiffReport> {
  const { seed = table.seed.default, comparedSuites: wanted, rules: about } = options;
  const named =
    wanted === undefined ? comparedSuites : suites.filter(({ name }) => wanted.some((one) => one === name));
  const bearing = about === undefined || wanted !== undefined ? null : bearingOn(named, about);
  // What is compared leaves some suites out, which may be all that bear on a rule.
  const chosen = bearing === null || bearing.length === 0 ? named : bearing;
  const targets = { x: connectOptions(options, x), y: connectOptions(options, y), seed, signal };
  return withTwoTargets(targets, context, async (sides) => {
    const bar = progressOn(context, "difference");
    try {
      return await diff({
        tool,
        seed,
        suites: chosen,
        signal,
        sides,
        clock: sides.x.clock,
        startedAt: sides.x.startedAt,
        sleep: (ms) => sleep(ms, signal),
        runs: options.runs ?? table.runs.default,
        rounds: table.rounds.default,
        workers: options.concurrency ?? table.concurrency.default,
        safeMode: sides.x.safeMode || sides.y.safeMode,
        progress: bar.update,
        about,
        replay: (topic) =>
          `${commandIn(context.env)} replay --report ${quote(`${dir}/diff.json`)} --rule ${topic}${options.sign ? " --sign" : ""}`,
      });
    } finally {
      bar.end();
    }
  });
}

/** The connection options of one target; signing and roles apply only to endpoints. */
function connectOptions(options: DiffCommandOptions, one: NamedTarget): Omit<TargetOptions, "seed"> {
  const { region, timeoutMs, budget, rate, concurrency, role, sign } = options;
  const limits = { region, timeoutMs, budget, rate, concurrency };
  return one.endpoint === undefined
    ? { ...limits, target: one.target }
    : { ...limits, endpoint: one.endpoint, role, sign };
}
