import type { Given } from "../api/check-options.ts";
import type { CommandName } from "../api/options.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { internalErrorText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";
import { readCommandLine } from "./command-line.ts";
import { type CommandContext, commandIn } from "./context.ts";

type Subcommand<C extends CommandName> = (given: Given<C>, context: CommandContext) => Promise<number>;

/** Subcommands are loaded on demand, so that the help does not load the code of a run. */
const subcommands: { readonly [C in CommandName]: () => Promise<Subcommand<C>> } = {
  run: async () => (await import("./conform.ts")).conformCommand,
  rules: async () => (await import("./rules.ts")).rulesCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  mutants: async () => (await import("./mutants.ts")).mutantsCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  diff: async () => (await import("./diff.ts")).diffCommand,
  sweep: async () => (await import("./sweep.ts")).sweepCommand,
  target: async () => (await import("./target.ts")).targetCommand,
  merge: async () => (await import("./merge.ts")).mergeCommand,
  judge: async () => (await import("./judge.ts")).judgeCommand,
};

/** The command. Only this function turns errors into a message and an exit code. */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    const request = readCommandLine(args, commandIn(context.env));
    if ("given" in request) return await execute(request.given, context);
    context.stdout.write(request.text);
    return 0;
  } catch (error) {
    return printError(error, args.includes("--verbose"), context);
  }
}

async function execute<C extends CommandName>(given: Given<C>, context: CommandContext): Promise<number> {
  const subcommand = await subcommands[given.command]();
  return subcommand(given, context);
}

function printError(error: unknown, verbose: boolean, { stderr }: CommandContext): number {
  const text = error instanceof Fault ? error.message : internalErrorText(error);
  stderr.write(`addpermission-conformance: ${escapeTerminal(text)}\n`);
  if (verbose) stderr.write(stacksOf(error));
  return 2;
}

/** The stacks of an error and of its causes. A message may quote a target, so each line is escaped. */
function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const stack = (error.stack ?? "").split("\n").map(escapeTerminal).join("\n");
  const cause = stacksOf(error.cause);
  return `${stack}\n${cause === "" ? "" : `caused by ${cause}`}`;
}
