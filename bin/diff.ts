import { sleep } from "../client/deadline.ts";
import { prepareOut } from "../reports/collector.ts";
import { type DiffReport, diffJson, diffMarkdown, diffText } from "../reports/diff.ts";
import { comparedSuites, diff } from "../runner/diff/diff.ts";
import { Fault } from "../spec/fault.ts";
import { suites } from "../suites/index.ts";
import { type Given, read, takesNothing } from "./arguments.ts";
import { type CommandContext, progressOn, terminalOf } from "./context.ts";
import { tool } from "./help.ts";
import { optionDocs } from "./options.ts";
import { openSession, runPrefix, type Session } from "./session.ts";
import { interruptible } from "./signals.ts";

const looks = ["text", "markdown", "json"] as const;

/** Sends the same requests to two targets: 0 when nothing differs, 1 when something does. */
export async function diffCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, cwd } = context;
  const given = read(args, optionDocs.diff);
  takesNothing(given, "diff", "name the two targets with --target and --endpoint");
  const [x, y] = twoOf(given);
  const look = given.choice("format", looks) ?? "text";
  const out = await prepareOut(given.text("out") ?? "conformance-report", cwd);
  const stopping = interruptible(context);
  try {
    const report = await compareTargets(given, [x, y], stopping.signal, context);
    await out.write("diff.json", diffJson(report));
    await out.write("diff.md", diffMarkdown(report));
    const code = stopping.exitCode() ?? codeOf(report);
    stdout.write(printed(report, look, { ...terminalOf(context), verbose: given.on("verbose") }));
    if (look === "text") stdout.write(`\nReports: ${out.dir}/diff.json, ${out.dir}/diff.md\n`);
    return code;
  } finally {
    stopping.done();
  }
}

/** A run that compared nothing is no success, and neither is one that was cut short before it found anything. */
function codeOf({ differences, incomplete, compared, faults }: DiffReport): 0 | 1 | 2 {
  if (differences.length > 0) return 1;
  return incomplete || compared === 0 || faults.length > 0 ? 2 : 0;
}

function printed(
  report: DiffReport,
  look: (typeof looks)[number],
  how: Parameters<typeof diffText>[1],
): string {
  if (look === "json") return diffJson(report);
  if (look === "markdown") return diffMarkdown(report);
  return diffText(report, how);
}

/** A target as it was named on the command line. */
type NamedTarget = ReturnType<Given["each"]>[number];

function twoOf(given: Given): readonly [NamedTarget, NamedTarget] {
  const named = given.each(["target", "endpoint"]);
  const [x, y, ...more] = named;
  if (x !== undefined && y !== undefined && more.length === 0) return [x, y];
  throw new Fault(
    `diff compares two targets, and got ${named.length}: give --target or --endpoint twice in all, such as --target reference --target moto.`,
  );
}

async function compareTargets(
  given: Given,
  [x, y]: readonly [NamedTarget, NamedTarget],
  signal: AbortSignal,
  context: CommandContext,
): Promise<DiffReport> {
  const seed = given.number("seed", 0, 0x7fffffff) ?? 1;
  const wanted = given.names(
    "suite",
    suites.map(({ name }) => name),
  );
  const chosen = wanted === undefined ? comparedSuites : suites.filter(({ name }) => wanted.includes(name));
  const prefix = runPrefix(x.name === "target" && y.name === "target", seed).slice(0, -1);
  // Names of equal length, so that both get the same requests; different ones, for it may be the same target twice.
  const first = await openSession(only(given, x), context, { seed, signal, prefix: `${prefix}x` });
  try {
    const second = await openSession(only(given, y), context, { seed, signal, prefix: `${prefix}y` });
    try {
      return await withProgress(given, { x: first, y: second }, { seed, suites: chosen, signal }, context);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** What was given, with one target; signing and roles are for endpoints, never for what we start ourselves. */
function only(given: Given, { name, value }: NamedTarget): Pick<Given, "text" | "number" | "on"> {
  const theirs = name === "endpoint";
  return {
    number: given.number,
    on: (option) => given.on(option) && (theirs || option !== "sign"),
    text: (option) => {
      if (option === "target" || option === "endpoint") return option === name ? value : undefined;
      return theirs || option !== "role" ? given.text(option) : undefined;
    },
  };
}

async function withProgress(
  given: Given,
  sessions: { readonly x: Session; readonly y: Session },
  chosen: { readonly seed: number; readonly suites: typeof suites; readonly signal: AbortSignal },
  context: CommandContext,
): Promise<DiffReport> {
  const bar = progressOn(context, "difference");
  const side = (session: Session) => ({
    ...session,
    target: { name: session.name, endpoint: session.endpoint, cannot: session.cannot },
  });
  const { x, y } = sessions;
  try {
    return await diff({
      tool,
      ...chosen,
      sides: { x: side(x), y: side(y) },
      clock: x.clock,
      startedAt: x.startedAt,
      sleep: (ms) => sleep(ms, chosen.signal),
      runs: given.number("runs", 1) ?? 25,
      rounds: 6,
      lanes: given.number("concurrency", 1, 256) ?? 8,
      careful: x.careful || y.careful,
      progress: bar.update,
    });
  } finally {
    bar.end();
  }
}
