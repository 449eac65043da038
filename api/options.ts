import type { FormatName } from "../reports/collector.ts";
import type { ProgressEvent } from "../reports/progress.ts";
import type { RuleId } from "../rules/index.ts";
import type { Shard } from "../runner/plan.ts";
import type { OptionSpelling } from "../spec/fault.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import { columns } from "../spec/verdict.ts";

/** Every subcommand with its description and operands; "run" is the command itself. */
export const commands = {
  run: {
    about: "Tests an implementation of AWS Lambda AddPermission against its documentation.",
    takesOnly: "name a subcommand first, or see --help",
  },
  rules: {
    about:
      "Lists rules and unspecified behaviours with their sources; RULE is an id, the first part of ids, or a pattern with *. One rule is explained.",
    operands: "[RULE …]",
  },
  replay: {
    about:
      "Resends the counterexample of a report, or the differences of a diff.json, to the targets that the file names. It ends with 1 when one still shows.",
    takesOnly: "name the report with --report",
  },
  mutants: {
    about: "Runs the suite against faulty variants of the reference: the kill matrix.",
    takesOnly: "name mutants with --only",
  },
  compare: {
    about: "Shows what got better or worse between two reports. With more reports, it draws a matrix.",
    operands: "A.json B.json …",
  },
  diff: {
    about: "Shows where two targets answer the same requests differently. It ends with 1 when they do.",
    takesOnly: "name the two targets with --target and --endpoint",
  },
  sweep: {
    about: "Deletes what killed runs left behind, and restores the policies that they emptied.",
    takesOnly: "name the target with --endpoint",
  },
  target: {
    about:
      "Installs a built-in target, moto or ministack, into .targets in this folder; needs Python 3.10 or newer.",
    operands: "NAME",
  },
  merge: {
    about: "Joins the recordings of all shards of a run, which --shard made, into the reports of one run.",
    operands: "FILE …",
  },
  judge: {
    about: "Computes verdicts from a recording that --record made, without a target.",
    operands: "DIR",
  },
} as const satisfies Readonly<Record<string, CommandWords>>;

/** The description of a subcommand: its operands, or what a user should do in place of an operand. */
type CommandWords = { readonly about: string } & (
  | { readonly operands: string }
  | { readonly takesOnly: string }
);

/** The name of a subcommand. */
export type CommandName = keyof typeof commands;

/**
 * Where an option exists: in a subcommand, in `conform` and `defineConformance` ("library"), or in the latter alone
 * ("vitest").
 */
export type Taker = CommandName | "library" | "vitest";

/** Lists of names that are too long for this table; the check of an option looks them up. */
type LongList = "rules" | "mutants";

type Values =
  | { readonly type: "switch" }
  | { readonly type: "whole"; readonly least: number; readonly most?: number }
  | { readonly type: "choice"; readonly of: readonly string[] }
  | { readonly type: "names"; readonly of: readonly string[] | LongList; readonly mayBeEmpty?: true }
  | { readonly type: "text" | "file" | "folder"; readonly mayBeEmpty?: true }
  | { readonly type: "url" | "unsupported" | "signal" | "progress" | "shard" };

/** One option. */
export type Option = Values & {
  /** Its spelling on the command line, with a name for its value; absent if only programs have the option. */
  readonly flag?: `--${string}`;
  readonly takers: readonly Taker[];
  /** A description in one sentence, without the default. */
  readonly about: string;
  /** The default: a value, or a description if it is not constant. */
  readonly default?: number | string | readonly string[];
  /** Differences for one taker; a null default means none. */
  readonly for?: {
    readonly [T in Taker]?: { readonly about?: string; readonly default?: number | string | null };
  };
};

/** The longest time of a timer, in milliseconds: Node fires a longer one at once. */
const longestMs = 0x7fffffff;

const targets = ["reference", "prism", "moto", "ministack"] as const;

const suiteNames = [
  "spellings",
  "state",
  "boundary",
  "questions",
  "faults",
  "fuzz",
  "histories",
  "races",
  "size",
  "wire",
] as const;

const formats = [
  "json",
  "html",
  "junit",
  "markdown",
  "github",
  "ndjson",
  "sarif",
] as const satisfies readonly FormatName[];

/** The takers that send test cases with limits. */
const senders = ["library", "run", "diff"] as const;

/**
 * Every option by its name in programs. The command line, its help, the types and checks of options and the tables
 * of the documentation derive from this table.
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
      replay: { default: "the target that the report names" },
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
        default: "every endpoint that a journal in this folder names",
      },
    },
  },
  origin: {
    type: "url",
    takers: ["library"],
    about: "Address requests to a target in this process with this URL, at which nothing needs to listen.",
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
      "Use this existing function and create none; its policy, and that of one version and one alias, is emptied during the run and restored afterwards.",
  },
  disposable: {
    flag: "--disposable",
    type: "switch",
    takers: ["library", "run"],
    about:
      "Declare that the existing function may keep a statement that no request removes; a loopback address needs no declaration.",
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
    flag: "--stateless",
    type: "switch",
    takers: ["library", "run", "replay"],
    about:
      "Declare that the target answers only AddPermission and stores nothing: any name is a function, and no rule about state applies.",
  },
  cannot: {
    type: "unsupported",
    takers: ["library"],
    about: "Declare what else the target cannot do, each with a reason for the report.",
  },
  profile: {
    flag: "--profile document|aws",
    type: "choice",
    of: columns,
    takers: ["library", "run", "compare", "judge", "merge"],
    about: "Let this column decide the exit code.",
    default: "document",
    for: { judge: { default: "that of the recorded run" }, merge: { default: "that of the shards" } },
  },
  suites: {
    flag: "--suite A,B",
    type: "names",
    of: [...suiteNames, "all"],
    takers: ["library", "run"],
    about: `Send only these suites: ${suiteNames.join(", ")}, or all.`,
    default: "all, with wire last; a signed run sends all but wire",
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
    takers: ["library", "run", "diff"],
    about: "Judge only these rules, and send only test cases that bear on them.",
    default: "all",
    for: {
      diff: {
        about: "Show only differences about these rules, and send only test cases that bear on them.",
      },
      run: {
        about:
          "Judge only these rules, and send only test cases that bear on them; StatementId or 'success.*' names several. With --suite or --known, their test cases are all sent.",
      },
    },
  },
  lastFailed: {
    flag: "--last-failed",
    type: "switch",
    takers: ["run"],
    about:
      "Judge only the rules that report.json in the folder of --out says are violated, as --rule does; all if there are none. The new report goes to its subfolder selected.",
  },
  bail: {
    flag: "--bail N",
    type: "whole",
    least: 1,
    takers: ["library", "run"],
    about:
      "End the run once this many causes of violations are confirmed; those of known deviations do not count.",
    default: "no limit",
  },
  rule: {
    flag: "--rule ID",
    type: "text",
    takers: ["replay"],
    about: "Resend the counterexample of this rule, or from diff.json every difference about it.",
    default: "the first that is violated; from diff.json the smallest of each cause",
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
    takers: [...senders, "mutants"],
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
  minutes: {
    flag: "--minutes N",
    type: "whole",
    least: 1,
    most: 1440,
    takers: ["library", "run"],
    about:
      "After the usual test cases go on with new seeds until this many minutes are up; it ends earlier when nothing new has come for 10 minutes, or for a fifth of the time if that is longer.",
    default: "no campaign",
  },
  corpus: {
    flag: "--corpus DIR",
    type: "folder",
    takers: ["library", "run"],
    about:
      "Keep the smallest random test case of each behaviour in this folder, and send those first that are there; needs --minutes.",
  },
  shard: {
    flag: "--shard I/N",
    type: "shard",
    takers: ["run"],
    about:
      "Execute only part I of N of the test cases, and write its recording to the folder of --out, for the merge subcommand.",
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
      "Reread a policy for up to this many milliseconds before it is judged, for a target with delayed reads.",
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
    takers: ["library", "run", "judge", "merge"],
    about: "Accept the deviations that this YAML file records; they are still tested and must still deviate.",
  },
  updateKnown: {
    flag: "--update-known",
    type: "switch",
    takers: ["run", "judge", "merge"],
    about:
      "Write the deviations of this run into the file of --known, keeping its comments and order; it decides the exit code.",
  },
  out: {
    flag: "--out DIR",
    type: "folder",
    takers: ["run", "judge", "merge", "diff"],
    about: "Write reports to this folder.",
    default: "conformance-report",
    for: { diff: { about: "Write diff.json and diff.md to this folder." } },
  },
  formats: {
    flag: "--format LIST",
    type: "names",
    of: formats,
    mayBeEmpty: true,
    takers: ["run", "judge", "merge"],
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
    about: "Store every exchange in this folder, for the judge subcommand.",
  },
  report: {
    flag: "--report FILE",
    type: "file",
    takers: ["replay"],
    about: "Take the counterexample from this report, or the differences from this diff.json.",
    default: "conformance-report/report.json",
  },
  olderThanHours: {
    flag: "--older HOURS",
    type: "whole",
    least: 0,
    takers: ["sweep"],
    about: "Delete functions that no journal names if they are older than this many hours.",
    default: 24,
  },
  json: {
    flag: "--json",
    type: "switch",
    takers: ["rules", "mutants"],
    about: "Print the catalogue and the ledger as data.",
    for: { mutants: { about: "Print the kill matrix as data." } },
  },
  narrow: {
    flag: "--narrow",
    type: "switch",
    takers: ["mutants"],
    about:
      "Send mutants what bears on their recorded rules, and correct variants fewer random test cases; send all where that shows a difference.",
  },
  update: {
    flag: "--update",
    type: "switch",
    takers: ["mutants"],
    about: "Write the results into the committed kill matrix.",
  },
  signal: {
    type: "signal",
    takers: ["library"],
    about: "End the run when this signal is aborted; the report is then incomplete.",
  },
  progress: {
    type: "progress",
    takers: ["library"],
    about: "Call this function with the progress of the run.",
  },
  verbose: {
    flag: "--verbose",
    type: "switch",
    takers: ["run", "rules", "replay", "mutants", "compare", "diff", "sweep", "target", "judge", "merge"],
    about: "Print more detail, and the stack traces of errors.",
  },
} as const satisfies Readonly<Record<string, Option>>;

type OptionTable = typeof options;

/** The name of an option in programs. */
export type OptionName = keyof OptionTable;

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
  readonly shard: Shard;
}

/** A program may also name a file by a URL. */
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

type OptionsOf<T extends Taker, Types> = {
  readonly [Name in OptionName as T extends OptionTable[Name]["takers"][number] ? Name : never]?:
    | ValueOf<OptionTable[Name], Types>
    | undefined;
};

/** The checked options of a subcommand. */
export type CommandOptions<C extends CommandName> = OptionsOf<C, ValueTypes>;

/** The types of the options of programs. `ConformOptions` and `ConformanceTestOptions` add the descriptions. */
export type ProgramOptions = OptionsOf<"library", ProgramValueTypes> & OptionsOf<"vitest", ProgramValueTypes>;

/** The options of a taker with their names, in the order of the table. */
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

/** The description and default of an option for a taker; a null default means none. */
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

/** The range of a whole number, in words. */
export function boundsOf({ least, most }: Extract<Option, { readonly type: "whole" }>): string {
  return most === undefined ? `${least} or more` : `${least} to ${most}`;
}

/** The name of an option in programs, or of what programs have in its place. */
export const inPrograms: OptionSpelling = (name) =>
  optionsOf("vitest").some(([one]) => one === name) ? name : `the ${name}`;

/** The name of an option on the command line. */
export const onCommandLine: OptionSpelling = (name) =>
  isOptionName(name) ? flagOf(options[name]) || name : name;

/** The flag of an option without its value; empty if only programs have the option. */
export function flagOf({ flag }: Option): string {
  return flag?.split(" ")[0] ?? "";
}
