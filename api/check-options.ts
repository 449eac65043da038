import { ruleIds } from "../rules/index.ts";
import { Fault, type OptionSpelling } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import { capabilities } from "../spec/verdict.ts";
import {
  boundsOf,
  type CommandName,
  type CommandOptions,
  inPrograms,
  type Option,
  type OptionName,
  onCommandLine,
  options,
  optionsOf,
} from "./options.ts";
import type { ConformanceTestOptions } from "./program-options.ts";

/** The unchecked arguments of a subcommand. */
export interface Given<C extends CommandName> {
  readonly command: C;
  /** Options with their values in the given order; a switch has no value. */
  readonly options: readonly { readonly name: OptionName; readonly text: string | null }[];
  /** The operands: arguments that are not options. */
  readonly operands: readonly string[];
}

/** A long list of names, and how a user looks them up, as the end of a sentence. */
interface NameList {
  readonly names: readonly string[];
  readonly where: string;
}

const listedRules: NameList = { names: ruleIds, where: "run the rules subcommand, which lists them" };

/** How messages write options: as in a program or as on the command line. */
interface Words {
  readonly spelt: OptionSpelling;
  /** An option with a value, as a user writes it. */
  readonly example: (name: OptionName, value: string | number | boolean) => string;
  /** The names of mutants; only `mutants` fills them in. */
  readonly mutants: NameList;
}

const none: NameList = { names: [], where: "" };

const program: Words = {
  spelt: inPrograms,
  example: (name, value) => `${name}: ${JSON.stringify(options[name].type === "names" ? [value] : value)}`,
  mutants: none,
};

const commandLine: Words = {
  spelt: onCommandLine,
  example: (name, value) => `${onCommandLine(name)} ${value}`,
  mutants: none,
};

/** Why a value is invalid: what it is, what it must be, and what to do, each as a part of a sentence. */
interface OptionError {
  readonly is: string;
  readonly must: string;
  readonly remedy: string;
}

/** Throws a Fault that names the first unknown or invalid option of a program. */
export function checkOptions(given: ConformanceTestOptions, taker: "library" | "vitest" = "library"): void {
  const known = new Map<string, OptionName>(optionsOf(taker).map(([name]) => [name, name]));
  for (const [key, value] of Object.entries(given)) {
    const name = known.get(key);
    if (name === undefined) {
      const hint = nearest(key, [...known.keys()]);
      const remedy = hint === null ? "remove it, or see ConformOptions" : `did you mean ${hint}?`;
      throw new Fault(withFullStop(`${JSON.stringify(key)} is no option of conform: ${remedy}`), {
        option: key,
      });
    }
    if (value !== undefined) check(name, value, program);
  }
}

/** The values of a subcommand's options; throws a Fault that names the first invalid one. */
export function commandOptions<C extends CommandName>(
  given: Given<C>,
  mutants: NameList = none,
): CommandOptions<C> {
  const values = given.options.map(({ name, text }): [OptionName, unknown] => {
    const written = text === null ? true : valueOfText(options[name], text);
    const value =
      name === "rules" && Array.isArray(written) ? written.flatMap((one: string) => rulesLike(one)) : written;
    check(name, value, { ...commandLine, mutants });
    return [name, value];
  });
  // Each value passed the check of the table row that its type derives from.
  return Object.fromEntries(values) as CommandOptions<C>;
}

/** The rules of an id, of the first part of ids, such as `StatementId`, or of a pattern with `*`; itself if there are none. */
export function rulesLike(name: string, ids: readonly string[] = ruleIds): readonly string[] {
  if (ids.some((id) => id === name)) return [name];
  const parts = name.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(parts.length > 1 ? `^${parts.join(".*")}$` : `^${parts.join("")}\\.`, "s");
  const found = ids.filter((id) => pattern.test(id));
  return found.length === 0 ? [name] : found;
}

/** Converts text to a value; the check rejects text that has none. */
function valueOfText({ type }: Option, text: string): unknown {
  const [, index, of] = type === "shard" ? (/^(\d+)\/(\d+)$/.exec(text) ?? []) : [];
  if (index !== undefined) return { index: Number(index), of: Number(of) };
  if (type === "whole") return /^\d+$/.test(text) ? Number(text) : text;
  if (type !== "names") return text;
  const names = text.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

function check(name: OptionName, value: unknown, words: Words): void {
  const error = errorIn(name, value, words);
  if (error === null) return;
  const { is, must, remedy } = error;
  throw new Fault(withFullStop(`${words.spelt(name)} ${is}, but must ${must}: ${remedy}`), { option: name });
}

function withFullStop(sentence: string): string {
  return sentence.endsWith("?") ? sentence : `${sentence}.`;
}

function errorIn(name: OptionName, value: unknown, words: Words): OptionError | null {
  const option: Option = options[name];
  const is = `is ${printed(value)}`;
  const give = (example: string | number | boolean) => `give ${words.example(name, example)}, for example`;
  const leaveOut = `leave ${words.spelt(name)} out, or give one`;
  const unless = (right: boolean, must: string, remedy: string) => (right ? null : { is, must, remedy });
  switch (option.type) {
    case "whole": {
      const { least, most = Number.MAX_SAFE_INTEGER } = option;
      const right = Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
      return unless(right, `be a whole number, ${boundsOf(option)}`, give(exampleOf(option) ?? least));
    }
    case "choice": {
      const right = option.of.some((one) => one === value);
      const hint = nearest(String(value), option.of);
      const remedy = hint === null ? give(option.of[0] ?? "") : `did you mean ${hint}?`;
      return unless(right, `be ${listed(option.of, "or")}`, remedy);
    }
    case "names":
      return namesError(option, value, { is, give, words });
    case "text": {
      const right = typeof value === "string" && (value !== "" || option.mayBeEmpty === true);
      return unless(right, option.mayBeEmpty ? "be text" : "be text that is not empty", leaveOut);
    }
    case "file":
    case "folder": {
      const right =
        (typeof value === "string" && value !== "") || (words === program && value instanceof URL);
      return unless(right, `be the path of a ${option.type}`, give(exampleOf(option) ?? `my-${option.type}`));
    }
    case "switch":
      return unless(typeof value === "boolean", "be true or false", give(true));
    case "url": {
      const right = typeof value === "string" && /^https?:\/\/[^/?#]+\/?$/.test(value) && URL.canParse(value);
      return unless(right, "be a URL without a path", give(exampleOf(option) ?? ""));
    }
    case "unsupported":
      return unsupportedError(value, is);
    case "shard":
      return unless(
        isShard(value),
        "be a part and the number of parts",
        "give --shard 1/3 for the first of three",
      );
    case "signal":
      return unless(
        value instanceof AbortSignal,
        "be an AbortSignal",
        "give the signal of an AbortController",
      );
    case "progress":
      return unless(typeof value === "function", "be a function", "give a function of one argument");
  }
}

function isShard(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("index" in value && "of" in value)) return false;
  const [index, of] = [Number(value.index), Number(value.of)];
  return Number.isSafeInteger(of) && index >= 1 && index <= of;
}

/** The default if it is a value, not a description. */
function exampleOf({ type, default: value }: Option): string | number | undefined {
  return (type === "whole" && typeof value === "string") || typeof value === "object" ? undefined : value;
}

function namesError(
  option: Extract<Option, { readonly type: "names" }>,
  value: unknown,
  {
    is,
    give,
    words,
  }: { readonly is: string; readonly give: (name: string) => string; readonly words: Words },
): OptionError | null {
  const { of, mayBeEmpty = false } = option;
  const long = of === "rules" ? listedRules : of === "mutants" ? words.mutants : null;
  const names = long?.names ?? (typeof of === "string" ? [] : of);
  const example = give(names[0] ?? "");
  if (!Array.isArray(value)) return { is, must: "be an array of names", remedy: example };
  if (value.length === 0 && !mayBeEmpty)
    return { is: "is empty", must: "hold at least one name", remedy: example };
  const unknown: unknown = value.find((one: unknown) => !names.some((name) => name === one));
  if (unknown === undefined) return null;
  const hint = nearestName(String(unknown), names);
  return {
    is: `holds ${printed(unknown)}`,
    must: `hold only names of ${long === null ? `this list: ${names.join(", ")}` : of}`,
    remedy: hint !== null ? `did you mean ${hint}?` : (long?.where ?? example),
  };
}

/** A name that is close; of a name with parts, such as StatementId.dupl, one that begins with it is closest. */
function nearestName(asked: string, names: readonly string[]): string | null {
  const longer = asked === "" ? [] : names.filter((name) => name.startsWith(asked));
  return longer[0] ?? nearest(asked, names);
}

function unsupportedError(value: unknown, is: string): OptionError | null {
  const remedy = 'give cannot: [{ needs: "policy", reason: "there is no GetPolicy" }], for example';
  if (!Array.isArray(value)) return { is, must: "be an array", remedy };
  for (const element of value) {
    const holds = `holds ${printed(element)}`;
    if (typeof element !== "object" || element === null || !("needs" in element && "reason" in element))
      return { is: holds, must: "hold objects with the members needs and reason", remedy };
    const { needs, reason } = element;
    if (!capabilities.some((one) => one === needs)) {
      const hint = nearest(String(needs), capabilities);
      const must = `hold objects whose needs is one of ${capabilities.join(", ")}`;
      return { is: holds, must, remedy: hint === null ? remedy : `did you mean ${hint}?` };
    }
    if (typeof reason !== "string" || reason.trim() === "")
      return { is: holds, must: "hold objects whose reason is text that is not empty", remedy };
  }
  return null;
}

function listed(names: readonly string[], word: string): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}

function printed(value: unknown): string {
  const text = typeof value === "bigint" || typeof value === "symbol" ? String(value) : JSON.stringify(value);
  return (text ?? String(value)).slice(0, 200);
}
