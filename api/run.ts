import { sleep } from "../client/deadline.ts";
import type { PublishedEvent } from "../reports/ndjson.ts";
import type { Report } from "../reports/report.ts";
import { type RuleId, rules } from "../rules/index.ts";
import type { CorpusStore } from "../runner/campaign/campaign.ts";
import type { Observer } from "../runner/events.ts";
import { progressObserver, publishedObserver } from "../runner/observe/published.ts";
import { reportObserver, type SnapshotOptions, snapshots } from "../runner/observe/report.ts";
import type { RunOptions } from "../runner/run.ts";
import { failToRun, runFor } from "../runner/run.ts";
import { Fault } from "../spec/fault.ts";
import { bearingOn, countOf } from "../suites/bearing.ts";
import { ordinarySuites, suites } from "../suites/index.ts";
import { options as table } from "./options.ts";
import type { ConformOptions } from "./program-options.ts";
import type { Session } from "./session.ts";
import { tool } from "./tool.ts";

type RunSettingName =
  | "profile"
  | "suites"
  | "rules"
  | "known"
  | "bail"
  | "runs"
  | "rounds"
  | "minutes"
  | "settleMs"
  | "signal"
  | "progress";

/** Settings of a run: what is sent and judged. */
export interface RunSettings extends Pick<ConformOptions, RunSettingName> {
  readonly seed: number;
  readonly replay: RunOptions["replay"];
  /** Says which kinds of input the file of known deviations does not list of a rule that it lists. */
  readonly isNews?: RunOptions["isNews"];
  /** The rules that are known to be violated. */
  readonly knownRules?: readonly string[] | undefined;
  /** The report whose violated rules these are, as a user names it. */
  readonly violatedIn?: string | undefined;
  readonly shard?: RunOptions["shard"];
  /** Receives the published events, as in report.ndjson. */
  readonly events?: ((event: PublishedEvent) => void) | undefined;
  /** The corpus of the campaign. */
  readonly store?: CorpusStore | undefined;
  /** Receives a report at intervals during the run. */
  readonly snapshot?: SnapshotOptions | undefined;
  /** Observers of the engine's own events. */
  readonly observers?: readonly Observer[] | undefined;
}

/** The report of a run, and the Fault if it could not start. */
export interface RunOutcome {
  readonly report: Report;
  readonly fault: Fault | null;
}

/** Runs the suite in a session; throws a Fault if the run cannot start. */
export async function runOrThrow(session: Session, options: RunSettings): Promise<Report> {
  const { report, fault } = await runOnce(session, options);
  if (fault !== null) throw fault;
  return report;
}

/** The same, but a run that cannot start also returns a report. */
export async function runOnce(session: Session, options: RunSettings): Promise<RunOutcome> {
  return outcomeOf(session, options, runFor);
}

/** The outcome of a run that could not start. */
export async function runNotStarted(session: Session, options: RunSettings, why: Fault): Promise<RunOutcome> {
  const failing = async (observers: readonly Observer[], how: RunOptions) => {
    await failToRun(observers, how, why);
    throw why;
  };
  return outcomeOf(session, options, failing);
}

async function outcomeOf(
  session: Session,
  options: RunSettings,
  running: typeof runFor,
): Promise<RunOutcome> {
  const how = runOptions(session, options);
  const report = reportObserver(how);
  const { progress, events, snapshot, observers = [] } = options;
  const all: readonly Observer[] = [
    report,
    ...observers,
    ...(events === undefined ? [] : [publishedObserver(how, events)]),
    ...(progress === undefined ? [] : [progressObserver(progress)]),
    ...(snapshot === undefined ? [] : [snapshots(snapshot, how.clock, report.report)]),
  ];
  try {
    await running(all, how);
    return { report: report.report(), fault: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { report: report.report(), fault: error };
  }
}

/** Makes the options of a run, both for the command and for programs. */
function runOptions(session: Session, options: RunSettings): RunOptions {
  const { signal } = options;
  // A real account gets what no SDK sends only on request.
  const isAccount = session.safeMode && options.suites === undefined;
  const named = isAccount ? ordinarySuites : suitesNamed(options.suites);
  const plan = {
    seed: options.seed,
    runs: options.runs ?? table.runs.default,
    rounds: options.rounds ?? table.rounds.default,
  };
  const narrowed = narrowedTo(options, named);
  const testCases = narrowed === null ? null : countOf(narrowed, plan);
  const workers = session.workers ?? table.concurrency.default;
  return {
    ...session,
    tool,
    ...plan,
    profile: options.profile ?? table.profile.default,
    suites: narrowed ?? named,
    only: restrictionOf(options, named, testCases),
    // Each worker needs functions of its own, which few test cases are not worth.
    workers:
      testCases === null ? workers : Math.min(workers, Math.max(1, Math.ceil(testCases / casesOfWorker))),
    rules: rulesNamed(options.rules),
    campaign:
      options.minutes === undefined
        ? undefined
        : { minutes: options.minutes, store: options.store, known: options.knownRules },
    shard: options.shard,
    settleMs: options.settleMs ?? table.settleMs.default,
    isNews: options.isNews,
    bail: options.bail === undefined ? undefined : { causes: options.bail, known: options.knownRules ?? [] },
    sleep: (ms) => sleep(ms, signal),
    signal,
    replay: options.replay,
  };
}

/** The fewest test cases for which a further worker is set up in a run of selected rules. */
const casesOfWorker = 8;

/**
 * The test cases that bear on the selected rules; null if all are sent: suites that the user names are sent in full, the
 * entries of a known-file are of full runs, and a campaign looks for what nobody thought of.
 */
function narrowedTo(
  { rules: judged, suites: named, known, minutes }: RunSettings,
  chosen: RunOptions["suites"],
): RunOptions["suites"] | null {
  return judged === undefined || named !== undefined || known !== undefined || minutes !== undefined
    ? null
    : bearingOn(chosen, judged);
}

function restrictionOf(
  { suites: named, rules: judged, violatedIn }: RunSettings,
  chosen: RunOptions["suites"],
  testCases: number | null,
): RunOptions["only"] {
  const sent = named === undefined || suites.every((suite) => chosen.includes(suite));
  if (sent && judged === undefined) return undefined;
  return {
    ...(judged === undefined ? {} : { rules: judged.length }),
    ...(violatedIn === undefined ? {} : { violatedIn }),
    ...(testCases === null ? {} : { testCases }),
    ...(sent ? {} : { suites: chosen.map(({ name }) => name) }),
  };
}

function suitesNamed(names: readonly string[] | undefined): RunOptions["suites"] {
  if (names === undefined) return suites;
  return suites.filter(({ name }) => names.includes("all") || names.includes(name));
}

/** The rules with these ids in the catalogue's order; all rules if there are no ids. */
export function rulesNamed(ids: readonly RuleId[] | undefined): RunOptions["rules"] {
  return ids === undefined ? rules : rules.filter(({ id }) => ids.some((one) => one === id));
}
