import type { FormatName } from "../reports/collector.ts";
import type { ProgressEvent } from "../reports/progress.ts";
import type { RuleId } from "../rules/index.ts";
import type { UnsupportedCapability } from "../runner/options.ts";
import type { OptionSpelling } from "../spec/fault.ts";
import type { Column } from "../spec/verdict.ts";

/** Every subcommand with what it does and what it takes beside options; "run" is the command itself. */
export const commands = {
  run: {
    about: "Holds an implementation of AWS Lambda AddPermission to its documentation.",
    takesOnly: "name a subcommand first, or see --help",
  },
  rules: {
    about: "Lists every rule and question, and which clause of the document each one judges.",
    takesOnly: "leave it out, for all rules are listed",
  },
  replay: {
    about: "Resends the counterexample of a report. It ends with 1 when it still shows.",
    takesOnly: "name the report with --report",
  },
  mutants: {
    about: "Runs the suite against faulty variants of the reference: the kill matrix.",
    takesOnly: "name mutants with --only",
  },
  compare: {
    about: "Says what got better or worse between two reports. With more reports, it draws a matrix.",
    operands: "A.json B.json …",
  },
  diff: {
    about: "Shows where two targets answer the same requests differently. It ends with 1 when they do.",
    takesOnly: "name the two targets with --target and --endpoint",
  },
  sweep: {
    about: "Deletes what killed runs left behind, and gives back the policies that they emptied.",
    takesOnly: "name the target with --endpoint",
  },
  judge: {
    about: "Computes verdicts from a recording that --record made, without a target.",
    operands: "DIR",
  },
} as const satisfies Readonly<Record<string, CommandWords>>;

/** What is said of a subcommand: it takes operands, or options alone, and then what to do with an operand. */
type CommandWords = { readonly about: string } & (
  | { readonly operands: string }
  | { readonly takesOnly: string }
);

/** The name of a subcommand. */
export type CommandName = keyof typeof commands;

/** Who takes an option: a subcommand; `conform` and `defineConformance`, "library"; or the latter alone, "vitest". */
export type Taker = CommandName | "library" | "vitest";

/** Names that are too many to stand here: they are looked up when an option is checked. */
type LongList = "rules" | "mutants";

/** The values that an option takes. */
type Values =
  | { readonly type: "switch" }
  | { readonly type: "whole"; readonly least: number; readonly most?: number }
  | { readonly type: "choice"; readonly of: readonly string[] }
  | { readonly type: "names"; readonly of: readonly string[] | LongList; readonly mayBeEmpty?: true }
  | { readonly type: "text" | "file" | "folder"; readonly mayBeEmpty?: true }
  | { readonly type: "url" | "unsupported" | "signal" | "progress" };

/** One option. */
export type Option = Values & {
  /** Its spelling on the command line, with a name for its value; absent where only programs have it. */
  readonly flag?: `--${string}`;
  readonly takers: readonly Taker[];
  /** What it does: one sentence, without the default. */
  readonly about: string;
  /** What is used where it is not given: a value, or words for what is no constant. */
  readonly default?: number | string | readonly string[];
  /** What is said of it where it does something else for a taker; a default of null is none. */
  readonly for?: {
    readonly [T in Taker]?: { readonly about?: string; readonly default?: number | string | null };
  };
};

/** The longest time that a timer takes, in milliseconds: Node ends a longer one at once. */
const longestMs = 0x7fffffff;

const columns = ["document", "aws"] as const satisfies readonly Column[];

const targets = ["reference", "prism", "moto", "ministack"] as const;

const suiteNames: readonly string[] = [
  "spellings",
  "boundary",
  "state",
  "questions",
  "faults",
  "fuzz",
  "histories",
  "races",
  "size",
  "wire",
];

const formats = [
  "json",
  "html",
  "junit",
  "markdown",
  "github",
  "ndjson",
  "sarif",
] as const satisfies readonly FormatName[];

/** Those that send test cases, under limits. */
const senders = ["library", "run", "diff"] as const;

/**
 * Every option there is, by its name in programs. The command line, its help, the types of options, their checks and the
 * tables of the documentation follow from it.
 */
export const options = {
  name: {
    type: "text",
    takers: ["library"],
    about: "Call the target by this name in reports.",
    default: "the host of its endpoint",
  },
  target: {
    flag: "--target NAME",
    type: "choice",
    of: targets,
    takers: ["run", "replay", "diff"],
    about: `Use this built-in target: ${targets.join(", ")}.`,
    default: "reference",
    for: {
      diff: {
        about: `Compare this built-in target, given once or twice: ${targets.join(", ")}.`,
        default: null,
      },
    },
  },
  endpoint: {
    flag: "--endpoint URL",
    type: "text",
    takers: ["run", "replay", "diff", "sweep"],
    about: "Use the target at this URL, which must speak the Lambda API.",
    for: {
      diff: { about: "Compare the target at this URL, given once or twice." },
      sweep: {
        about: "Clean up at this URL.",
        default: "wherever a run in this folder noted that it left something",
      },
    },
  },
  origin: {
    type: "url",
    takers: ["library"],
    about: "Address requests to a target in this process with this URL, where nothing need listen.",
    default: "http://lambda.test",
  },
  region: {
    flag: "--region R",
    type: "text",
    mayBeEmpty: true,
    takers: ["library", "run", "replay", "diff", "sweep"],
    about: "Sign requests for this region.",
    default: "AWS_REGION, else us-east-1",
    for: { sweep: { about: "Sign requests to --endpoint for this region." } },
  },
  functionName: {
    flag: "--function NAME",
    type: "text",
    takers: ["library", "run", "replay"],
    about:
      "Use this existing function and create none; its policy is emptied while the run goes on, and given back.",
  },
  role: {
    flag: "--role ARN",
    type: "text",
    takers: ["library", "run", "replay", "diff"],
    about: "Create functions with this execution role.",
    for: { diff: { about: "Create functions at an --endpoint with this execution role." } },
  },
  sign: {
    flag: "--sign",
    type: "switch",
    takers: ["library", "run", "replay", "diff", "sweep"],
    about: "Sign each request with SigV4, with the keys in AWS_ACCESS_KEY_ID and its companions.",
    for: { diff: { about: "Sign each request to an --endpoint with SigV4." } },
  },
  stateless: {
    type: "switch",
    takers: ["library"],
    about:
      "Say that the target answers AddPermission alone and keeps nothing: any name is a function, and no rule about state applies.",
  },
  cannot: {
    type: "unsupported",
    takers: ["library"],
    about: "Say what else the target cannot do, each with the reason that the report gives.",
  },
  profile: {
    flag: "--profile document|aws",
    type: "choice",
    of: columns,
    takers: ["library", "run", "compare", "judge"],
    about: "Let this column decide the exit code.",
    default: "document",
    for: { judge: { default: "that of the recorded run" } },
  },
  suites: {
    flag: "--suite A,B",
    type: "names",
    of: [...suiteNames, "all"],
    takers: ["library", "run"],
    about: `Send only these suites: ${suiteNames.join(", ")}, or all.`,
    default: "all but wire, which some targets do not survive",
  },
  comparedSuites: {
    flag: "--suite A,B",
    type: "names",
    of: suiteNames,
    takers: ["diff"],
    about: `Send only these suites: ${suiteNames.join(", ")}.`,
    default: "all but races, faults, size and wire",
  },
  rules: {
    flag: "--rule ID,…",
    type: "names",
    of: "rules",
    takers: ["library", "run"],
    about: "Judge only these rules.",
    default: "all",
  },
  rule: {
    flag: "--rule ID",
    type: "text",
    takers: ["replay"],
    about: "Resend the counterexample of this rule.",
    default: "the first that is violated",
  },
  only: {
    flag: "--only NAME,…",
    type: "names",
    of: "mutants",
    takers: ["mutants"],
    about: "Run only these mutants.",
    default: "all",
  },
  seed: {
    flag: "--seed N",
    type: "whole",
    least: 0,
    most: 0x7fffffff,
    takers: ["library", "run", "diff", "mutants"],
    about: "Draw test cases from this seed; the same seed gives the same requests, byte for byte.",
    default: 1,
  },
  runs: {
    flag: "--runs N",
    type: "whole",
    least: 1,
    takers: senders,
    about: "Test each property with this many random cases.",
    default: 25,
  },
  rounds: {
    flag: "--rounds N",
    type: "whole",
    least: 1,
    takers: ["library", "run"],
    about: "Run each kind of race this many times.",
    default: 6,
  },
  budget: {
    flag: "--budget N",
    type: "whole",
    least: 1,
    takers: senders,
    about: "Send at most this many requests in all.",
    default: "no limit",
    for: { diff: { about: "Send at most this many requests to each target." } },
  },
  rate: {
    flag: "--rate N",
    type: "whole",
    least: 1,
    takers: senders,
    about: "Send at most this many requests a second.",
    default: "no limit",
  },
  concurrency: {
    flag: "--concurrency N",
    type: "whole",
    least: 1,
    most: 256,
    takers: senders,
    about: "Execute this many test cases side by side.",
    default: 8,
  },
  timeoutMs: {
    flag: "--timeout MS",
    type: "whole",
    least: 1,
    most: longestMs,
    takers: [...senders, "replay", "sweep"],
    about: "Wait at most this many milliseconds for an answer.",
    default: 10_000,
  },
  settleMs: {
    flag: "--settle MS",
    type: "whole",
    least: 0,
    most: longestMs,
    takers: ["library", "run"],
    about:
      "Read a policy again for up to this many milliseconds before it is judged, for a target that lags.",
    default: 0,
  },
  runTimeoutMs: {
    type: "whole",
    least: 1,
    most: longestMs,
    takers: ["vitest"],
    about: "Wait at most this many milliseconds for the whole run.",
    default: 120_000,
  },
  known: {
    flag: "--known FILE",
    type: "file",
    takers: ["library", "run"],
    about: "Excuse the deviations that this YAML file records; they are tested, and must still deviate.",
  },
  updateKnown: {
    flag: "--update-known",
    type: "switch",
    takers: ["run"],
    about:
      "Write what was seen into the file of --known, and keep its comments and order; the run ends as with that file.",
  },
  out: {
    flag: "--out DIR",
    type: "folder",
    takers: ["run", "judge", "diff"],
    about: "Write reports to this folder.",
    default: "conformance-report",
    for: { diff: { about: "Write diff.json and diff.md to this folder." } },
  },
  formats: {
    flag: "--format LIST",
    type: "names",
    of: formats,
    mayBeEmpty: true,
    takers: ["run", "judge"],
    about: `Write reports in these formats: ${formats.join(", ")}; json is always written.`,
    default: ["json", "html"],
  },
  comparisonFormat: {
    flag: "--format NAME",
    type: "choice",
    of: ["text", "markdown", "html"],
    takers: ["compare"],
    about: "Print this format: text, markdown or html.",
    default: "text",
  },
  diffFormat: {
    flag: "--format NAME",
    type: "choice",
    of: ["text", "markdown", "json"],
    takers: ["diff"],
    about: "Print this format: text, markdown or json.",
    default: "text",
  },
  record: {
    flag: "--record DIR",
    type: "folder",
    takers: ["run"],
    about: "Store every exchange in this folder, to be judged again by judge.",
  },
  report: {
    flag: "--report FILE",
    type: "file",
    takers: ["replay"],
    about: "Take the counterexample from this report.",
    default: "conformance-report/report.json",
  },
  olderThanHours: {
    flag: "--older HOURS",
    type: "whole",
    least: 0,
    takers: ["sweep"],
    about: "Delete functions that no journal names from this age in hours on.",
    default: 24,
  },
  json: {
    flag: "--json",
    type: "switch",
    takers: ["rules", "mutants"],
    about: "Print the catalogue and the ledger as data.",
    for: { mutants: { about: "Print the kill matrix as data." } },
  },
  update: {
    flag: "--update",
    type: "switch",
    takers: ["mutants"],
    about: "Write what is found into the committed kill matrix.",
  },
  signal: {
    type: "signal",
    takers: ["library"],
    about: "End the run early when this signal is given; the report then says that it is incomplete.",
  },
  progress: {
    type: "progress",
    takers: ["library"],
    about: "Call this function with how far the run is.",
  },
  verbose: {
    flag: "--verbose",
    type: "switch",
    takers: ["run", "rules", "replay", "mutants", "compare", "diff", "sweep", "judge"],
    about: "Print more detail, and the stack traces of errors.",
  },
} as const satisfies Readonly<Record<string, Option>>;

type OptionTable = typeof options;

/** The name of an option in programs. */
export type OptionName = keyof OptionTable;

/** The TypeScript type of the values of each type of option. */
interface ValueTypes {
  readonly switch: boolean;
  readonly whole: number;
  readonly text: string;
  readonly file: string;
  readonly folder: string;
  readonly url: string;
  readonly unsupported: readonly UnsupportedCapability[];
  readonly signal: AbortSignal;
  readonly progress: (far: ProgressEvent) => void;
}

/** A program may name a file by a URL, too. */
interface ProgramValueTypes extends Omit<ValueTypes, "file"> {
  readonly file: string | URL;
}

type NamesOf<List> = List extends readonly (infer Name)[] ? Name : List extends "rules" ? RuleId : string;

type ValueOf<O, Types> = O extends { readonly type: "choice"; readonly of: infer List }
  ? NamesOf<List>
  : O extends { readonly type: "names"; readonly of: infer List }
    ? readonly NamesOf<List>[]
    : O extends { readonly type: infer Type extends keyof Types }
      ? Types[Type]
      : never;

/** The options of a taker, each of which may be left out. */
type OptionsOf<T extends Taker, Types> = {
  readonly [Name in OptionName as T extends OptionTable[Name]["takers"][number] ? Name : never]?:
    | ValueOf<OptionTable[Name], Types>
    | undefined;
};

/** What was given to a subcommand. */
export type CommandOptions<C extends CommandName> = OptionsOf<C, ValueTypes>;

/** The types of the options of programs; `ConformOptions` and `ConformanceTestOptions` have them with their sentences. */
export type ProgramOptions = OptionsOf<"library", ProgramValueTypes> & OptionsOf<"vitest", ProgramValueTypes>;

/** Every option of a taker with its name, in the order of the table. */
export function optionsOf(taker: Taker): readonly (readonly [name: OptionName, option: Option])[] {
  const takers: readonly Taker[] = taker === "vitest" ? ["library", "vitest"] : [taker];
  return optionNames
    .map((name): [OptionName, Option] => [name, options[name]])
    .filter(([, option]) => option.takers.some((one) => takers.includes(one)));
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

const optionNames: readonly OptionName[] = Object.keys(options).filter(isOptionName);

/** What an option does for a taker, and what is used where it is not given: null where that is nothing. */
export function wordsFor(
  { about, for: differing = {}, ...option }: Option,
  taker: Taker,
): { readonly about: string; readonly default: number | string | null } {
  const own = differing[taker];
  const usual = typeof option.default === "object" ? option.default.join() : option.default;
  return {
    about: own?.about ?? about,
    default: own?.default === undefined ? (usual ?? null) : own.default,
  };
}

/** The range of the values of a whole number, in words. */
export function boundsOf({ least, most }: Extract<Option, { readonly type: "whole" }>): string {
  return most === undefined ? `${least} or more` : `${least} to ${most}`;
}

/** What a program calls an option, and what it has in place of an option of the command. */
export const inPrograms: OptionSpelling = (name) =>
  optionsOf("vitest").some(([one]) => one === name) ? name : `the ${name}`;

/** What the command line calls an option. */
export const onCommandLine: OptionSpelling = (name) =>
  isOptionName(name) ? flagOf(options[name]) || name : name;

/** The flag of an option without its value; empty where only programs have it. */
export function flagOf({ flag }: Option): string {
  return flag?.split(" ")[0] ?? "";
}
