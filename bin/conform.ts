import { readFile, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { commandOptions, type Given } from "../api/check-options.ts";
import { judgeToday, readKnown } from "../api/conform.ts";
import { type CommandOptions, flagOf, options as table } from "../api/options.ts";
import { type RunOutcome, type RunSettings, runNotStarted, runOnce } from "../api/run.ts";
import { failedSession, type Session } from "../api/session.ts";
import { tool } from "../api/tool.ts";
import { github } from "../reports/annotations.ts";
import { collect, filesLine, type Out, prepareOut } from "../reports/collector.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { proveWritable, replace, unwritable } from "../reports/files.ts";
import { failsGate, type KnownFile, type KnownJudgement } from "../reports/known.ts";
import { parseKnown, updateKnown } from "../reports/known-file.ts";
import { problemsIn } from "../reports/read-report.ts";
import type { Report } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { quote } from "../reports/shell.ts";
import { exitCode } from "../reports/verdict.ts";
import { ruleIds } from "../rules/index.ts";
import { recorder } from "../runner/observe/recorder.ts";
import { Fault } from "../spec/fault.ts";
import { type CommandContext, commandIn, interruptible, terminalOf } from "./context.ts";
import { lockFolder } from "./lock.ts";
import { openTarget, progressOn } from "./session.ts";

/** The options of the command. */
type Options = CommandOptions<"run">;

/** Runs the suite against a target and writes the reports. */
export async function conformCommand(given: Given<"run">, context: CommandContext): Promise<number> {
  const { cwd } = context;
  const options = commandOptions(given);
  const chosen = choices(options);
  const known = await knownFile(options, cwd);
  const formats = options.formats ?? table.formats.default;
  const out = await prepareOut(outOf(options), cwd);
  const unlock = await lockFolders(options, out, cwd);
  const stopping = interruptible(context);
  try {
    const reports = await collect(out, formats);
    const snapshot = { everyMs: snapshotMs, write: reports.soFar };
    const settings = { ...chosen, snapshot, events: reports.event };
    const { report, fault } = await judged(options, { ...settings, signal: stopping.signal }, context);
    const end = { context, options, known, out, write: reports.end, interrupted: stopping.exitCode() };
    return await (fault === null ? printResult(report, end) : reportNotStarted(report, fault, end));
  } finally {
    stopping.done();
    await unlock();
  }
}

/** Locks the folders that this run writes to, so that no other run writes there. Returns the function that unlocks them. */
async function lockFolders({ record }: Options, out: Out, cwd: string): Promise<() => Promise<void>> {
  const unlockOut = await lockFolder(out.path, out.dir, "out");
  if (record === undefined || resolve(cwd, record) === out.path) return unlockOut;
  try {
    const unlockRecord = await lockFolder(resolve(cwd, record), record, "record");
    return async () => {
      await unlockRecord();
      await unlockOut();
    };
  } catch (error) {
    await unlockOut();
    throw error;
  }
}

/** The folder of the reports. A run of selected rules does not replace the report of a full run. */
function outOf({ out, rules }: Options): string {
  return out ?? (rules === undefined ? table.out.default : `${table.out.default}/selected`);
}

/** The interval between writings of the reports: a killed run leaves reports of what it found. */
const snapshotMs = 15_000;

/** The options that determine what is sent and judged. */
type Chosen = Omit<RunSettings, "replay">;

/** Where and how the result of a run is printed and written. */
interface OutputOptions {
  readonly context: CommandContext;
  readonly options: Options;
  readonly known: KnownFile | null;
  readonly out: Out;
  /** Writes the final reports. */
  readonly write: (report: Report) => Promise<void>;
  /** The exit code of the signal that ended the run; null if none did. */
  readonly interrupted: number | null;
}

async function printResult(report: Report, end: OutputOptions): Promise<number> {
  const { context, options, known, out, write, interrupted } = end;
  const { stdout, cwd } = context;
  const updated = options.updateKnown ? await withSeen(report, options.known ?? "", cwd) : null;
  const effective = updated?.known ?? known;
  const judged = effective === null ? null : judgeToday(report, effective);
  const final = judged?.report ?? report;
  const unwritten = await faultOf(write(final));
  const notUpdated = updated === null ? null : await faultOf(writeKnown(updated, cwd));
  const gate = judged === null ? null : knownSummary(judged);
  const code = interrupted ?? codeOf(final, gate?.fails ?? false);
  stdout.write(
    runText(final, {
      ...terminalOf(context),
      verbose: options.verbose ?? false,
      ...(code <= 3 ? { exit: asExit(code) } : {}),
    }),
  );
  if (gate !== null) stdout.write(gate.text);
  // The terminal has the result, even if a file could not be written.
  for (const fault of [unwritten, notUpdated]) if (fault !== null) throw fault;
  if (updated !== null)
    stdout.write(`\nUpdated known deviations: ${escapeTerminal(updated.known.fileName)}\n`);
  const formats = options.formats ?? table.formats.default;
  // GitHub takes annotations from the output of a step.
  if (formats.includes("github")) stdout.write(`\n${github(final)}`);
  stdout.write(`\n${filesLine(out, formats)}\n`);
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

async function judged(options: Options, chosen: Chosen, context: CommandContext): Promise<RunOutcome> {
  try {
    return await judgedIn(await openTarget({ ...options, ...chosen }, context), options, chosen, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { target, endpoint } = options;
    return runNotStarted(failedSession({ target, endpoint }), { ...chosen, replay: () => "" }, error);
  }
}

async function judgedIn(
  session: Session,
  options: Options,
  chosen: Chosen,
  context: CommandContext,
): Promise<RunOutcome> {
  try {
    const { record } = options;
    const recording = record === undefined ? null : await recorder(record, tool, context.cwd);
    const observers = recording === null ? [] : [recording];
    const outcome = await runWithProgress(session, options, { ...chosen, observers }, context);
    return { ...outcome, report: await recorded(outcome.report, recording) };
  } finally {
    await session.close();
  }
}

/** The report, with a problem if the recording could not be completed. */
async function recorded(
  report: Report,
  recording: Awaited<ReturnType<typeof recorder>> | null,
): Promise<Report> {
  try {
    await recording?.close(report);
    return report;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message } = error;
    return {
      ...report,
      faults: [...report.faults, message],
      problems: [...problemsIn(report), { code: "not-recorded", message }],
    };
  }
}

function asExit(code: number): 0 | 1 | 2 | 3 {
  return code === 0 || code === 1 || code === 3 ? code : 2;
}

function codeOf(report: Report, gateFails: boolean): number {
  const code = exitCode(report);
  return gateFails ? 1 : code;
}

/** Selects the options that determine what is sent and judged. */
function choices(options: Options): Chosen {
  const { seed = table.seed.default, profile, suites, rules, known, runs, rounds, settleMs } = options;
  return { seed, profile, suites, rules, known, runs, rounds, settleMs };
}

async function runWithProgress(
  session: Session,
  options: Options,
  chosen: Chosen,
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
function targetArguments(options: Options): string {
  const names = ["target", "endpoint", "region", "functionName", "role"] as const;
  const values = names.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [` ${flagOf(table[name])} ${quote(value)}`];
  });
  const switches = (["stateless", "sign"] as const).filter((name) => options[name]);
  return values.join("") + switches.map((name) => ` ${flagOf(table[name])}`).join("");
}

/** An updated known-file. */
interface Updated {
  readonly text: string;
  readonly known: KnownFile;
}

/**
 * The known-file that the options name; a relative path starts from `cwd`. Throws a Fault if the file is unreadable,
 * or not writable when it must be.
 */
async function knownFile(options: Options, cwd: string): Promise<KnownFile | null> {
  const { known: file, updateKnown: updates = false } = options;
  if (file === undefined) {
    if (updates)
      throw new Fault("--update-known needs the file to write: give --known FILE.", {
        option: "updateKnown",
      });
    return null;
  }
  const isNew = updates && (await existing(file, cwd)) === null;
  const known = isNew
    ? parseKnown("version: 1\ndeviations: []\n", file, ruleIds)
    : await readKnown(file, cwd, "give one that exists, or create it with --update-known");
  // Checked before the run, which may be long.
  if (updates) await proveWritable(dirname(resolve(cwd, file))).catch(unwritten(file));
  return known;
}

/** Null if there is no such file; {@link readKnown} reports an unreadable one. */
async function existing(file: string, cwd: string): Promise<string | null> {
  return readFile(resolve(cwd, file), "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : "",
  );
}

/** Writes the file atomically. A link stays a link: its target is replaced. */
async function writeKnown({ known, text }: Updated, cwd: string): Promise<void> {
  const file = known.fileName;
  const path = resolve(cwd, file);
  const target = await realpath(path).catch(() => path);
  await replace(target, text).catch(unwritten(file));
}

function unwritten(file: string): (cause: unknown) => never {
  return (cause) => {
    throw unwritable(`The file of known deviations ${JSON.stringify(file)}`, cause, "known");
  };
}

/** The known-file, updated with the results of a run. */
async function withSeen(report: Report, file: string, cwd: string): Promise<Updated> {
  const text = updateKnown(await existing(file, cwd), report, new Date().toISOString().slice(0, 10), file);
  return { text, known: parseKnown(text, file, ruleIds) };
}

/** The known-file's effect on a run: text for the terminal, and whether the gate fails. */
function knownSummary(judged: KnownJudgement): {
  readonly text: string;
  readonly fails: boolean;
} {
  const { stale, changed, expired, unseen } = judged;
  const lines = [
    ...stale.map(({ rule }) => `! stale    ${rule} no longer deviates: remove it from the file`),
    ...changed.map(({ entry, was, is }) => `! changed  ${entry.rule} was ${was}, is ${is}`),
    ...expired.map(({ rule, expires }) => `! expired  ${rule} was accepted until ${expires}`),
    ...unseen.map(
      ({ rule }) => `  not seen ${rule} was not fully judged by this run, so its entry stays valid`,
    ),
  ];
  const text =
    lines.length === 0 ? "" : `\nKnown deviations\n${lines.map((line) => escapeTerminal(line)).join("\n")}\n`;
  return { text, fails: failsGate(judged) };
}
