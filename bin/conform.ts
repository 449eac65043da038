import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkCampaign } from "../api/campaign.ts";
import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, flagOf, onCommandLine, options as table } from "../api/options.ts";
import { type RunOutcome, type RunSettings, runNotStarted, runOnce } from "../api/run.ts";
import { failedSession, type Session } from "../api/session.ts";
import { tool } from "../api/tool.ts";
import { github } from "../reports/annotations.ts";
import { collect, filesLine, type Out, prepareOut } from "../reports/collector.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { readReport } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { quote } from "../reports/shell.ts";
import { exitCode, rulesThat } from "../reports/verdict.ts";
import { ruleIds } from "../rules/index.ts";
import type { CorpusStore } from "../runner/campaign/campaign.ts";
import { corpusFolder, unreadableText } from "../runner/campaign/corpus-folder.ts";
import { recorder, shardFile } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { type CommandContext, commandIn, interruptible, terminalOf } from "./context.ts";
import { type Gate, gateOf } from "./known.ts";
import { lockFolder } from "./lock.ts";
import { openTarget, progressOn } from "./session.ts";

/** The options of the command, and the report whose violated rules are the selected ones. */
type RunCommandOptions = CommandOptions<"run"> & { readonly violatedIn?: string };

/** Runs the suite against a target and writes the reports. */
export async function conformCommand(given: Given<"run">, context: CommandContext): Promise<number> {
  const { cwd } = context;
  const options = await withLastFailed(commandOptions(given), context);
  checkCampaign(options, onCommandLine);
  if (options.shard !== undefined && options.updateKnown === true)
    throw new Fault("A shard does not show every deviation: give --update-known to merge.", {
      option: "updateKnown",
    });
  const gate = await gateOf(options, cwd);
  const chosen = {
    ...options,
    seed: options.seed ?? table.seed.default,
    knownRules: gate.knownRules,
  };
  const formats = options.formats ?? table.formats.default;
  const out = await prepareOut(outOf(options), cwd);
  const unlock = await lockFolders(options, out, cwd);
  const stopping = interruptible(context, out.dir);
  try {
    const reports = await collect(out, formats);
    if (options.shard !== undefined) await rm(join(out.path, shardFile(options.shard)), { force: true });
    const snapshot = { everyMs: snapshotMs, write: reports.soFar };
    const store = options.corpus === undefined ? undefined : await corpusFolder(options.corpus, cwd);
    if (store !== undefined) sayUnreadable(store, context);
    const settings = { ...chosen, store, snapshot, isNews: gate.isNews, events: reports.event };
    const { report, fault } = await judged(options, { ...settings, signal: stopping.signal }, context);
    const end = { context, options, gate, out, write: reports.end, interrupted: stopping.exitCode() };
    return await (fault === null ? printResult(report, end) : reportNotStarted(report, fault, end));
  } finally {
    stopping.done();
    await unlock();
  }
}

function sayUnreadable(store: CorpusStore, { stderr }: CommandContext): void {
  const text = unreadableText(store);
  if (text !== null) stderr.write(`${escapeTerminal(text)}\n`);
}

/** Locks the folders that this run writes to, so that no other run writes there. Returns the function that unlocks them. */
async function lockFolders(
  { record, corpus }: RunCommandOptions,
  out: Out,
  cwd: string,
): Promise<() => Promise<void>> {
  const unlockOut = await lockFolder(out.path, out.dir, "out");
  // A campaign is not recorded.
  const other = record ?? corpus;
  if (other === undefined || resolve(cwd, other) === out.path) return unlockOut;
  try {
    const option = record === undefined ? "corpus" : "record";
    const unlockOther = await lockFolder(resolve(cwd, other), other, option);
    return async () => {
      await unlockOther();
      await unlockOut();
    };
  } catch (error) {
    await unlockOut();
    throw error;
  }
}

/** The folder of the reports. A run of selected rules does not replace the report of a full run. */
function outOf({ out, rules, violatedIn }: RunCommandOptions): string {
  if (violatedIn !== undefined) return `${out ?? table.out.default}/selected`;
  return out ?? (rules === undefined ? table.out.default : `${table.out.default}/selected`);
}

/**
 * With --last-failed, selects the rules that the report in the folder of --out says are violated. Where none is, all rules are
 * judged, as pytest does it.
 */
async function withLastFailed(
  options: CommandOptions<"run">,
  { cwd, stderr }: CommandContext,
): Promise<RunCommandOptions> {
  if (options.lastFailed !== true) return options;
  if (options.rules !== undefined)
    throw new Fault("--last-failed and --rule both select rules: give one of them.", {
      option: "lastFailed",
    });
  const path = join(options.out ?? table.out.default, "report.json");
  const text = await readFile(resolve(cwd, path), "utf8").catch((cause: unknown) => {
    throw new Fault(
      `--last-failed needs the report ${JSON.stringify(path)}, which cannot be read: run once without --last-failed, or name its folder with --out.`,
      { cause, option: "lastFailed" },
    );
  });
  const report = readReport(text, path);
  const rules = rulesThat({ ...report, profile: options.profile ?? report.profile }, "violated").flatMap(
    ({ id }) => ruleIds.find((one) => one === id) ?? [],
  );
  if (rules.length > 0) return { ...options, rules, violatedIn: path };
  stderr.write(escapeTerminal(`${path} says that no rule is violated, so all are judged.\n`));
  return options;
}

/** The interval between writings of the reports: a killed run leaves reports of what it found. */
const snapshotMs = 15_000;

type ChosenSettings = Omit<RunSettings, "replay">;

/** Where and how the result of a run is printed and written. */
interface OutputOptions {
  readonly context: CommandContext;
  readonly options: RunCommandOptions;
  readonly gate: Gate;
  readonly out: Out;
  /** Writes the final reports. */
  readonly write: (report: Report) => Promise<void>;
  /** The exit code of the signal that ended the run; null if none did. */
  readonly interrupted: number | null;
}

async function printResult(report: Report, end: OutputOptions): Promise<number> {
  const { context, options, gate, out, write, interrupted } = end;
  const { stdout } = context;
  const { report: final, updates, write: update } = await gate.judge(report);
  const unwritten = await faultOf(write(final));
  const notUpdated = await faultOf(update());
  const code = interrupted ?? exitCode(final);
  stdout.write(
    runText(final, {
      ...terminalOf(context),
      verbose: options.verbose ?? false,
      exit: code,
    }),
  );
  // The terminal has the result, even if a file could not be written.
  for (const fault of [unwritten, notUpdated]) if (fault !== null) throw fault;
  if (updates !== null) stdout.write(`\nUpdated known deviations: ${escapeTerminal(updates)}\n`);
  const formats = options.formats ?? table.formats.default;
  // GitHub takes annotations from the output of a step.
  if (formats.includes("github")) stdout.write(`\n${github(final)}`);
  const { shard } = options;
  stdout.write(`\n${filesLine(out, formats, shard === undefined ? [] : [shardFile(shard)])}\n`);
  return code;
}

/** The error of a promise, for a later throw; null if it succeeds. */
async function faultOf(done: Promise<void>): Promise<unknown> {
  return done.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Writes the reports of a run that could not start, in place of those of an earlier run. */
async function reportNotStarted(
  report: Report,
  fault: Fault,
  { context, write, interrupted }: OutputOptions,
): Promise<number> {
  await write(report);
  if (interrupted === null) throw fault;
  context.stderr.write(`${escapeTerminal(fault.message)}\n`);
  return interrupted;
}

async function judged(
  options: RunCommandOptions,
  chosen: ChosenSettings,
  context: CommandContext,
): Promise<RunOutcome> {
  try {
    return await judgedIn(await openTarget({ ...options, ...chosen }, context), options, chosen, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { target, endpoint } = options;
    return runNotStarted(failedSession(target, endpoint), { ...chosen, replay: () => "" }, error);
  }
}

async function judgedIn(
  session: Session,
  options: RunCommandOptions,
  chosen: ChosenSettings,
  context: CommandContext,
): Promise<RunOutcome> {
  try {
    const observers = await recorders(options, context.cwd);
    const outcome = await runWithProgress(session, options, { ...chosen, observers }, context);
    let { report } = outcome;
    for (const recording of observers) report = await recorded(report, recording);
    return { ...outcome, report };
  } finally {
    await session.close();
  }
}

type Recorder = Awaited<ReturnType<typeof recorder>>;

async function recorders(options: RunCommandOptions, cwd: string): Promise<readonly Recorder[]> {
  const { record, shard } = options;
  return [
    ...(record === undefined ? [] : [await recorder(record, tool, cwd)]),
    ...(shard === undefined ? [] : [await recorder(outOf(options), tool, cwd, shardFile(shard))]),
  ];
}

/** The report, with a problem if the recording could not be completed. */
async function recorded(report: Report, recording: Recorder): Promise<Report> {
  try {
    await recording.close(report);
    return report;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message } = error;
    return {
      ...report,
      faults: [...report.faults, message],
      problems: [...report.problems, { code: "not-recorded", message }],
    };
  }
}

async function runWithProgress(
  session: Session,
  options: RunCommandOptions,
  chosen: ChosenSettings,
  context: CommandContext,
): Promise<RunOutcome> {
  const bar = progressOn(context, "candidate");
  const command = commandIn(context.env);
  const out = outOf(options);
  try {
    return await runOnce(session, {
      ...chosen,
      progress: bar.update,
      replay: (rule) =>
        `${command} replay --report ${quote(`${out}/report.json`)} --rule ${rule}${targetArguments(options)}`,
    });
  } finally {
    bar.end();
  }
}

/** The options by which a replay finds the same target. */
function targetArguments(options: RunCommandOptions): string {
  const names = ["target", "endpoint", "region", "functionName", "role"] as const;
  const values = names.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [` ${flagOf(table[name])} ${quote(value)}`];
  });
  const switches = (["stateless", "sign"] as const).filter((name) => options[name]);
  return values.join("") + switches.map((name) => ` ${flagOf(table[name])}`).join("");
}
