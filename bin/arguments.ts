import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "../reports/known/shape.ts";
import { Fault } from "../spec/fault.ts";

/** Options of a command: name, how its value is called (absent for a switch), and what it does. */
export interface OptionDoc {
  readonly name: string;
  readonly value?: string;
  readonly about: string;
  /** All values there are, where they can be listed. */
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly several?: true;
}

/** What was given on the command line. */
export interface Given {
  text(name: string): string | undefined;
  on(name: string): boolean;
  /** A whole number from `least` on; a Fault names the value and what is expected. */
  number(name: string, least: number, most?: number): number | undefined;
  /** One of these values, and no list; a Fault names what was given instead. */
  choice<T extends string>(name: string, known: readonly T[]): T | undefined;
  /** A comma-separated list of known names; a Fault names an unknown one and the closest, or where a long list is. */
  names<T extends string>(name: string, known: readonly T[], listed?: string): readonly T[] | undefined;
  /** Every value of these options, in the order in which they were given. */
  each(names: readonly string[]): readonly { readonly name: string; readonly value: string }[];
  readonly rest: readonly string[];
}

/** Reads arguments strictly: every option must be known, and get a value exactly when it takes one. */
export function read(args: readonly string[], docs: readonly OptionDoc[]): Given {
  const options: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    docs.map(({ name, value }) => [name, { type: value === undefined ? "boolean" : "string" }]),
  );
  checkNames(args, docs);
  const { values, positionals, tokens } = parse(args, options);
  checkPlaces(values, docs);
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const each = (names: readonly string[]) =>
    tokens.flatMap((token) =>
      token.kind === "option" && names.includes(token.name) && token.value !== undefined
        ? [{ name: token.name, value: token.value }]
        : [],
    );
  return {
    text,
    on: (name) => values[name] === true,
    number: (name, least, most = Number.MAX_SAFE_INTEGER) => {
      const value = text(name);
      return value === undefined ? undefined : wholeNumber(name, value, least, most);
    },
    choice: (name, known) => {
      const value = text(name);
      if (value?.includes(","))
        throw new Fault(
          `--${name} takes one value, and got ${JSON.stringify(value)}: use ${known.join(" or ")}.`,
        );
      return value === undefined ? undefined : knownName(name, value, known);
    },
    names: (name, known, listed) =>
      text(name)
        ?.split(",")
        .map((one) => knownName(name, one.trim(), known, listed)),
    each,
    rest: positionals,
  };
}

function parse(args: readonly string[], options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    const text = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Fault(`${text.replace(/\.?$/, ".")} See --help for the options.`, { cause: error });
  }
}

function checkNames(args: readonly string[], docs: readonly OptionDoc[]): void {
  for (const arg of args) {
    if (arg === "--") return;
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined || docs.some((doc) => doc.name === name)) continue;
    const hint = nearest(
      name,
      docs.map((doc) => doc.name),
    );
    throw new Fault(
      `--${name} is no option here${hint === null ? "" : `: did you mean --${hint}?`} See --help for the options.`,
    );
  }
}

/** An empty path would be the folder that the command happens to run in. */
function checkPlaces(values: Readonly<Record<string, unknown>>, docs: readonly OptionDoc[]): void {
  for (const { name, value = "" } of docs) {
    if (!/^(DIR|FILE)$/.test(value) || values[name] !== "") continue;
    throw new Fault(`--${name} is empty: give it the name of a ${value === "DIR" ? "folder" : "file"}.`);
  }
}

/** Refuses what stands beside the options of a subcommand that takes nothing else; `remedy` ends the sentence. */
export function takesNothing(given: Given, name: string, remedy: string): void {
  if (given.rest.length === 0) return;
  throw new Fault(`${JSON.stringify(given.rest[0])} is no option of ${name}: ${remedy}.`);
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  throw new Fault(
    `--${name} is ${JSON.stringify(value)}, but must be a whole number, ${range}: give --${name} ${least}, for example.`,
  );
}

function knownName<T extends string>(
  option: string,
  name: string,
  known: readonly T[],
  listed = "see the rules subcommand for the list",
): T {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  const hint = nearest(name, known);
  const list = known.length > 15 ? listed : `use ${known.join(", ")}`;
  throw new Fault(
    `--${option} names ${JSON.stringify(name)}, which is unknown${hint === null ? "" : `: did you mean ${hint}?`}; ${list}.`,
  );
}
