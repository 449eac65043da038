import { Command, CommanderError, Option as Flag } from "commander";
import type { Given } from "../api/check-options.ts";
import { type CommandName, commands, flagOf, onCommandLine, optionsOf, wordsFor } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import { exitMeanings } from "../spec/verdict.ts";

/** A parsed command line: a subcommand, or a text to print, such as the help. */
export type CommandLineRequest = { readonly given: Given<CommandName> } | { readonly text: string };

function exits(name: string): string {
  const meanings = name === "sweep" ? sweepExits : exitMeanings;
  return ["\nExit code:", ...Object.entries(meanings).map(([code, text]) => `  ${code}  ${text}`)].join("\n");
}

const sweepExits = {
  0: "nothing is left behind",
  2: exitMeanings[2],
  3: "something is left, or could not be looked for: see the lines that begin with left",
};

function examples(program: string): string {
  return [
    "",
    "Examples:",
    `  ${program} --endpoint http://127.0.0.1:5000`,
    `  ${program} --endpoint http://127.0.0.1:5000 --rule StatementId,'success.*'`,
    "",
  ].join("\n");
}

const names: readonly CommandName[] = Object.keys(commands).filter(isCommandName);

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** Parses a command line; `program` is the command as the user types it. Throws a Fault if it is invalid. */
export function readCommandLine(args: readonly string[], program: string): CommandLineRequest {
  const words = normalized(args);
  const [first = ""] = words;
  const called = isCommandName(first) ? first : "run";
  if (called === "run" && first !== "" && !first.startsWith("-")) throw unknownCommand(first);
  let given: Given<CommandName> | null = null;
  let text = "";
  const root = rootCommand(program, (printed) => {
    text += printed;
  });
  for (const name of names) {
    const command = name === "run" ? root : root.command(name);
    describe(command, name);
    const found = collect(command, name, words);
    command.action(() => {
      given = { command: name, options: found, operands: operandsOf(command, name) };
    });
  }
  try {
    root.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { text };
    throw usageError(error, called);
  }
  if (given === null) throw new Error("The command line has no subcommand.");
  return { given };
}

/** `help NAME` is another way to write `NAME --help`, and `run` may stand where no subcommand does. */
function normalized(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  if (first === "help") return normalized([...rest.slice(0, 1), "--help"]);
  return first === "run" ? rest : args;
}

/** The command itself, with settings that its subcommands inherit. */
function rootCommand(program: string, print: (text: string) => void): Command {
  return new Command(program)
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments()
    .showSuggestionAfterError(false)
    .helpCommand(false)
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .configureHelp({
      helpWidth: 80,
      optionTerm: ({ flags }) => flags.replace(/[<>]/g, ""),
      subcommandTerm: (command) => command.name(),
    })
    .addHelpText(
      "after",
      ({ command }) => (command.parent === null ? examples(program) : "") + exits(command.name()),
    );
}

function describe(command: Command, name: CommandName): void {
  const { about } = commands[name];
  command
    .description(about)
    .usage(`${operandsIn(name) ?? ""} [options]`.trim())
    .helpOption("-h, --help", "Print this help.");
  for (const [, option] of optionsOf(name)) {
    const words = wordsFor(option, name);
    const otherwise = words.default === null ? "" : ` (default: ${words.default})`;
    const flags = option.flag?.replace(/ (.+)$/, " <$1>") ?? "";
    command.addOption(new Flag(flags, `${words.about}${otherwise}`));
  }
  if (name === "run") command.version(tool.version, "--version", "Print the version of this package.");
}

function operandsIn(name: CommandName): string | null {
  const words = commands[name];
  return "operands" in words ? words.operands : null;
}

/** Collects the options of a command in the given order, with repetitions. */
function collect(
  command: Command,
  name: CommandName,
  words: readonly string[],
): Given<CommandName>["options"] {
  const found: Given<CommandName>["options"][number][] = [];
  for (const [option, row] of optionsOf(name)) {
    const flag = flagOf(row);
    command.on(`option:${flag.slice(2)}`, (text: string | null = null) => {
      // The next option took the place of a missing value. A value that begins with hyphens needs an equals sign.
      if (text?.startsWith("--") && !words.includes(`${flag}=${text}`))
        throw new Fault(`${flag} is followed by ${text}, but needs a value: give ${row.flag}.`, { option });
      found.push({ name: option, text });
    });
  }
  command.hook("preSubcommand", () => {
    const [{ name: before } = { name: null }] = found;
    if (before !== null)
      throw new Fault(`${onCommandLine(before)} is before a subcommand: put it after the subcommand.`, {
        option: before,
      });
  });
  return found;
}

function operandsOf({ args }: Command, name: CommandName): readonly string[] {
  const words = commands[name];
  const [first] = args;
  if (first === undefined || !("takesOnly" in words)) return args;
  const what = name === "run" ? "neither an option nor a subcommand" : `no option of ${name}`;
  throw new Fault(`${JSON.stringify(first)} is ${what}: ${words.takesOnly}.`);
}

function unknownCommand(name: string): Fault {
  // A word that a subcommand begins with is more likely than one of the same length, such as run.
  const hint = names.find((one) => name.length > 1 && one.startsWith(name)) ?? nearest(name, names);
  const remedy =
    hint === null ? `use one of ${names.join(", ")}, or none to run the suite.` : `did you mean ${hint}?`;
  return new Fault(`Unknown subcommand ${JSON.stringify(name)}: ${remedy}`);
}

/** The message for a commander error, which quotes the option. */
function usageError({ code, message }: CommanderError, name: CommandName): Fault {
  const quoted = /'(.*)'/s.exec(message)?.[1] ?? "";
  const [flag = ""] = quoted.split(/[= ]/);
  const found = optionsOf(name).find(([, option]) => flagOf(option) === flag);
  if (code === "commander.optionMissingArgument")
    return new Fault(`${flag} needs a value: give ${found?.[1].flag ?? flag}.`, { option: found?.[0] });
  if (found !== undefined)
    return new Fault(`${flag} takes no value, and got ${quoted}: give ${flag} alone.`, { option: found[0] });
  const hint = nearest(
    flag,
    optionsOf(name).map(([, option]) => flagOf(option)),
  );
  const of = name === "run" ? "" : ` of ${name}`;
  const help = name === "run" ? "--help" : `${name} --help`;
  return new Fault(
    `Unknown option ${flag}${of}: ${hint === null ? `see ${help} for the options.` : `did you mean ${hint}?`}`,
  );
}
