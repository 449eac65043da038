import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type ChangedEntry,
  judgeKnown,
  type KnownEntry,
  type KnownFile,
  type KnownJudgement,
  newsIn,
  type OtherKinds,
  rulesIn,
} from "../reports/known.ts";
import { parseKnown } from "../reports/known-file.ts";
import type { Report } from "../reports/report.ts";
import { type ExitCode, exitCode } from "../reports/verdict.ts";
import { ruleIds } from "../rules/index.ts";
import { corpusFolder } from "../runner/campaign/corpus-folder.ts";
import { internalErrorText } from "../spec/error-place.ts";
import { Fault } from "../spec/fault.ts";
import { checkCampaign } from "./campaign.ts";
import { checkOptions } from "./check-options.ts";
import { inPrograms, options as table } from "./options.ts";
import type { ConformOptions } from "./program-options.ts";
import { type RunSettings, runOrThrow } from "./run.ts";
import { declared, openSession } from "./session.ts";
import { type ConformTarget, connectionFor } from "./target.ts";

/** A run as data: the contents of report.json and the exit code. */
export interface ConformanceRun extends Report {
  /** The exit code of the command: 0 conforms, 1 violated, 2 incomplete, 3 not everything was judged. */
  readonly exitCode: ExitCode;
  /** Entries of the known-file that fail the run; absent without a known-file. */
  readonly deviations?: Deviations;
}

/** Entries of the known-file that the run contradicts. */
export interface Deviations {
  /** Entries whose rule now holds. */
  readonly stale: readonly KnownEntry[];
  /** Violations that have an entry with another answer. */
  readonly changed: readonly ChangedEntry[];
  /** Violations that more kinds of input show than their entry records. */
  readonly wider: readonly OtherKinds[];
  /** Entries whose expiry date has passed. */
  readonly expired: readonly KnownEntry[];
}

/**
 * Runs the suite against a target and returns the result, including what the target violates. Throws only a Fault of
 * one sentence, when an option is invalid or nothing could be judged.
 */
export function conform(target: ConformTarget, options: ConformOptions = {}): Promise<ConformanceRun> {
  return conformWithEvents(target, options, undefined);
}

/** The same, with published events during the run. */
export async function conformWithEvents(
  target: ConformTarget,
  options: ConformOptions,
  events: RunSettings["events"],
): Promise<ConformanceRun> {
  try {
    checkOptions(options);
    checkCampaign(options, inPrograms);
    const known = options.known === undefined ? null : await readKnown(options.known);
    const isNews = known === null ? undefined : newsIn(known);
    const knownRules = known === null ? [] : rulesIn(known);
    const report = await reportOn(target, options, { events, isNews, knownRules });
    return known === null ? { ...report, exitCode: exitCode(report) } : gated(judgeToday(report, known));
  } catch (error) {
    throw asFault(error);
  }
}

function gated(judged: KnownJudgement): ConformanceRun {
  const { report, stale, changed, wider, expired } = judged;
  return { ...report, exitCode: exitCode(report), deviations: { stale, changed, wider, expired } };
}

async function reportOn(
  target: ConformTarget,
  options: ConformOptions,
  settings: Pick<RunSettings, "events" | "isNews" | "knownRules">,
): Promise<Report> {
  const { seed = table.seed.default, ...rest } = options;
  const connection = declared(connectionFor(target, options), options);
  const session = await openSession(connection, { ...rest, env: process.env, seed: seedFor(target, seed) });
  try {
    const replay = (rule: string) => rerunCall(target, options, rule);
    const store = options.corpus === undefined ? undefined : await corpusFolder(options.corpus);
    const report = await runOrThrow(session, { ...rest, ...settings, seed, replay, store });
    const wrong = connection.diagnose?.() ?? null;
    if (wrong !== null) throw wrong;
    return report;
  } catch (error) {
    throw connection.diagnose?.() ?? error;
  } finally {
    await session.close();
  }
}

const runsOn = new WeakMap<object, number>();

/** A target in this process may remember names of an earlier run, so each run gets others. */
function seedFor(target: ConformTarget, seed: number): string {
  if (typeof target === "string") return `${seed}`;
  const before = runsOn.get(target) ?? 0;
  runsOn.set(target, before + 1);
  return before === 0 ? `${seed}` : `${seed} again ${before}`;
}

/** The options that decide what is sent, in the order of the printed call. */
const repeated = [
  "seed",
  "runs",
  "rounds",
  "suites",
  "profile",
  "origin",
  "stateless",
  "functionName",
  "disposable",
  "rules",
] satisfies (keyof ConformOptions)[];

/** The call that sends the same requests again and judges one rule. */
function rerunCall(target: ConformTarget, options: ConformOptions, rule: string): string {
  const whom = typeof target === "string" || target instanceof URL ? JSON.stringify(`${target}`) : "target";
  // With suites, every test case is sent again: one that does not bear on the rule may have shown it, too.
  const { seed = table.seed.default, suites = ["all"] } = options;
  const same = { ...options, seed, suites, rules: [rule] };
  return `await conform(${whom}, ${JSON.stringify(same, repeated)})`;
}

/** Wraps every error except a Fault as an internal error. */
export function asFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault(internalErrorText(error), { cause: error });
}

/**
 * Reads a file of known deviations; relative paths start from `cwd`. Throws a Fault if the file is missing or
 * invalid. `remedy` says what to do if it is missing.
 */
export async function readKnown(
  file: string | URL,
  cwd = ".",
  remedy = "give the path of a file that exists",
): Promise<KnownFile> {
  const name = `${file}`;
  const text = await readFile(typeof file === "string" ? resolve(cwd, file) : file, "utf8").catch(
    (cause: unknown) => {
      throw new Fault(`The file of known deviations ${JSON.stringify(name)} cannot be read: ${remedy}.`, {
        cause,
        option: "known",
      });
    },
  );
  return parseKnown(text, name, ruleIds);
}

/** Compares a run with the known deviations of its target, as of today. */
export function judgeToday(report: Report, known: KnownFile): KnownJudgement {
  return judgeKnown(report, known, new Date().toISOString().slice(0, 10));
}
