import { escapeTerminal } from "../reports/escape.ts";
import { nearest } from "../reports/known/shape.ts";
import { placeOf, placeText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";
import type { CommandContext } from "./context.ts";
import { commandIn, help, version } from "./help.ts";

/** A subcommand: arguments in, exit code out. */
type Command = (args: readonly string[], context: CommandContext) => Promise<number>;

/** Loaded when asked for, so that a listing does not wait for what a run needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./conform.ts")).conformCommand,
  rules: async () => (await import("./rules.ts")).rulesCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  mutants: async () => (await import("./mutants.ts")).mutantsCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  diff: async () => (await import("./diff.ts")).diffCommand,
  sweep: async () => (await import("./sweep.ts")).sweepCommand,
  judge: async () => (await import("./judge.ts")).judgeCommand,
  completion: async () => (await import("./completion.ts")).completionCommand,
};

/** The command. Only here are faults turned into a sentence and an exit code. */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const [first = ""] = args;
  const named = first !== "" && !first.startsWith("-");
  const say = (text: string): number => {
    context.stdout.write(`${text.trimEnd()}\n`);
    return 0;
  };
  const command = commandIn(context.env);
  try {
    if (args.includes("--version")) return say(version);
    if (first === "help") return say(helpOn(args[1], command));
    const name = named ? first : "run";
    if (args.includes("--help") || args.includes("-h")) return say(helpOn(name, command));
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) throw unknownCommand(name);
    return await (await load())(named ? args.slice(1) : args, context);
  } catch (error) {
    return tell(error, args.includes("--verbose"), context);
  }
}

function helpOn(name = "run", command: string): string {
  if (name.startsWith("-")) return help("", command);
  if (!Object.hasOwn(commands, name)) throw unknownCommand(name);
  return help(name === "run" ? "" : name, command);
}

function unknownCommand(name: string): Fault {
  const names = Object.keys(commands);
  const hint = nearest(name, names);
  return new Fault(
    `"${name}" is no subcommand; use one of ${names.join(", ")}, or none to run the suite${hint === null ? "" : `: did you mean ${hint}?`}`,
  );
}

function tell(error: unknown, verbose: boolean, { stderr }: CommandContext): number {
  const text = error instanceof Error ? error.message : String(error);
  const isFault = error instanceof Fault;
  const ours = isFault ? "" : "This is a fault of the suite itself, please report it: ";
  const where = isFault ? "" : placeText(placeOf(error));
  stderr.write(`addpermission-conformance: ${ours}${escapeTerminal(`${text}${where}`)}\n`);
  if (verbose) stderr.write(stacksOf(error));
  return 2;
}

/** The stack of an error and of what caused it. What a message quotes may come from a target; the line breaks between the frames are ours. */
function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const stack = (error.stack ?? "").split("\n").map(escapeTerminal).join("\n");
  const behind = stacksOf(error.cause);
  return `${stack}\n${behind === "" ? "" : `caused by ${behind}`}`;
}
