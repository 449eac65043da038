import { judgeToday } from "../api/conform.ts";
import { unreached } from "../api/contact.ts";
import { attempt, barren, type Outcome, type Play } from "../api/play.ts";
import { longestMs } from "../client/deadline.ts";
import { collect, type Out, parseFormats, prepareOut } from "../reports/collector.ts";
import { escapeTerminal } from "../reports/escape.ts";
import type { KnownFile } from "../reports/known.ts";
import { problemsIn } from "../reports/old-report.ts";
import type { Column, Report } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { quote } from "../reports/shell.ts";
import { exitCode } from "../reports/verdict.ts";
import { ruleIds } from "../rules/index.ts";
import { recorder } from "../runner/observe/recorder.ts";
import { Fault } from "../spec/fault.ts";
import { suites } from "../suites/index.ts";
import { type Given, read } from "./arguments.ts";
import { type CommandContext, progressOn, terminalOf } from "./context.ts";
import { commandIn, tool } from "./help.ts";
import { knownFile, knownSummary, withSeen, writeKnown } from "./known-file.ts";
import { optionDocs } from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { interruptible } from "./signals.ts";

const columns: readonly Column[] = ["document", "aws"];

/** Runs the suite against a target and writes the reports. */
export async function conformCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { cwd } = context;
  const given = read(args, optionDocs[""]);
  if (given.rest.length > 0)
    throw new Fault(`${JSON.stringify(given.rest[0])} is neither an option nor a subcommand; see --help.`);
  const chosen = choices(given);
  const formats = parseFormats(given.text("format") ?? "json,html");
  const known = await knownFile(given, cwd);
  const out = await prepareOut(given.text("out") ?? "conformance-report", cwd);
  const reports = await collect(out, formats);
  const stopping = interruptible(context);
  try {
    const snapshot = { everyMs: snapshotMs, write: reports.soFar };
    const telling = { ...chosen, snapshot, events: reports.event };
    const { report, fault } = await judged(given, { ...telling, signal: stopping.signal }, context);
    const end = { context, given, known, out, write: reports.end, interrupted: stopping.exitCode() };
    return await (fault === null ? tell(report, end) : tellBarren(report, fault, end));
  } finally {
    stopping.done();
  }
}

/** How often the reports of a run that goes on are written anew, so that one which is killed leaves what it had found. */
const snapshotMs = 15_000;

/** What is sent and judged. */
type Chosen = Omit<Play, "replay">;

/** How a run is to be told of. */
interface End {
  readonly context: CommandContext;
  readonly given: Given;
  readonly known: KnownFile | null;
  readonly out: Out;
  /** Writes the last word. */
  readonly write: (report: Report) => Promise<void>;
  /** The exit code of the signal that ended it; null when none did. */
  readonly interrupted: number | null;
}

async function tell(report: Report, end: End): Promise<number> {
  const { context, given, known, out, write, interrupted } = end;
  const { stdout, cwd } = context;
  const updated = given.on("update-known") ? await withSeen(report, given.text("known") ?? "", cwd) : null;
  const held = updated?.known ?? known;
  const judged = held === null ? null : judgeToday(report, held);
  const final = judged?.report ?? report;
  const unwritten = await faultOf(write(final));
  const notUpdated = updated === null ? null : await faultOf(writeKnown(updated, cwd));
  const gate = judged === null ? null : knownSummary(judged);
  const code = interrupted ?? codeOf(final, gate?.fails ?? false);
  stdout.write(
    runText(final, {
      ...terminalOf(context),
      verbose: given.on("verbose"),
      ...(code <= 3 ? { exit: asExit(code) } : {}),
    }),
  );
  if (gate !== null) stdout.write(gate.text);
  // What the files cannot say, the terminal has said.
  for (const fault of [unwritten, notUpdated]) if (fault !== null) throw fault;
  if (updated !== null)
    stdout.write(`\nWritten with what was seen: ${escapeTerminal(updated.known.fileName)}\n`);
  stdout.write(`\nReports: ${out.dir}/\n`);
  return code;
}

/** What went wrong in the end, for when the rest is told; null when nothing did. */
async function faultOf(done: Promise<void>): Promise<unknown> {
  return done.then(
    () => null,
    (error: unknown) => error,
  );
}

/** A run that could not begin leaves reports that say so, in place of those of an earlier run. */
async function tellBarren(
  report: Report,
  fault: Fault,
  { context, write, interrupted }: End,
): Promise<number> {
  await write(report);
  if (interrupted === null) throw fault;
  context.stderr.write(`${escapeTerminal(fault.message)}\n`);
  return interrupted;
}

async function judged(given: Given, chosen: Chosen, context: CommandContext): Promise<Outcome> {
  try {
    return await judgedIn(await openSession(given, context, chosen), given, chosen, context);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const named = { target: given.text("target"), endpoint: given.text("endpoint") };
    return barren(unreached(named), { ...chosen, replay: () => "" }, error);
  }
}

async function judgedIn(
  session: Session,
  given: Given,
  chosen: Chosen,
  context: CommandContext,
): Promise<Outcome> {
  try {
    const folder = given.text("record");
    const recording = folder === undefined ? null : await recorder(folder, tool, context.cwd);
    const observers = recording === null ? [] : [recording];
    const outcome = await playWith(session, given, { ...chosen, observers }, context);
    return { ...outcome, report: await recorded(outcome.report, recording) };
  } finally {
    await session.close();
  }
}

/** The report; where the recording could not be written to its end, it says so. */
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

/** What the options say of what is sent and judged. */
function choices(given: Given): Chosen {
  return {
    seed: given.number("seed", 0, 0x7fffffff) ?? 1,
    profile: given.choice("profile", columns),
    suites: given.names("suite", [...suites.map(({ name }) => name), "all"]),
    rules: given.names("rule", ruleIds),
    runs: given.number("runs", 1),
    rounds: given.number("rounds", 1),
    settleMs: given.number("settle", 0, longestMs),
  };
}

async function playWith(
  session: Session,
  given: Given,
  chosen: Chosen,
  context: CommandContext,
): Promise<Outcome> {
  const bar = progressOn(context, "candidate");
  const command = commandIn(context.env);
  const out = given.text("out") ?? "conformance-report";
  try {
    return await attempt(session, {
      ...chosen,
      progress: bar.update,
      replay: (rule) =>
        `${command} replay --report ${quote(`${out}/report.json`)} --rule ${rule}${targetArguments(given)}`,
    });
  } finally {
    bar.end();
  }
}

/** The options that lead a replay to the same target. */
function targetArguments(given: Given): string {
  const values = ["target", "endpoint", "region", "function", "role"].flatMap((name) => {
    const value = given.text(name);
    return value === undefined ? [] : [` --${name} ${quote(value)}`];
  });
  return values.join("") + (given.on("sign") ? " --sign" : "");
}
