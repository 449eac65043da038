import { commandOptions, type Given } from "../api/check-options.ts";
import { type CommandOptions, options as table } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { constantAuthorizer } from "../client/authorize.ts";
import { github } from "../reports/annotations.ts";
import { filesLine, type Out, prepareOut, removeOther, writeReports } from "../reports/collector.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitCode } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { type Joined, rejudge } from "../runner/judge-recording.ts";
import { type Recording, readRecording } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { type CommandContext, terminalOf } from "./context.ts";
import { type Gate, gateOf } from "./known.ts";
import { lockFolder } from "./lock.ts";

/** What judging a recording needs of the process. */
export type JudgeContext = Pick<CommandContext, "stdout" | "env" | "cwd">;

type JudgeOptions = Pick<CommandOptions<"judge">, "profile" | "formats" | "verbose">;

/** Judges a recording by this version's rules and writes the reports, without a target. */
export async function judgeCommand(given: Given<"judge">, context: JudgeContext): Promise<number> {
  const { cwd } = context;
  const options = commandOptions(given);
  const [dir, ...more] = given.operands;
  if (dir === undefined || more.length > 0)
    throw new Fault(
      `judge takes one folder, and got ${given.operands.length}: give the one that --record made.`,
    );
  const gate = await gateOf(options, cwd);
  const recording = await readRecording(dir, cwd);
  const out = await prepareOut(options.out ?? table.out.default, cwd);
  return judgeInto(out, { recording, rules }, gate, options, context);
}

/** Judges a recording, writes the reports and prints the result. Returns the exit code. */
export async function judgeInto(
  out: Out,
  { recording, rules: judged }: { readonly recording: Recording | Joined; readonly rules: typeof rules },
  gate: Gate,
  { profile, formats = table.formats.default, verbose = false }: JudgeOptions,
  context: JudgeContext,
): Promise<number> {
  const { stdout } = context;
  const { endpoint } = recording.report.target;
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : "";
  const rejudged = await rejudge(recording, {
    rules: judged,
    tool,
    isNews: gate.isNews,
    profile: profile ?? recording.report.profile,
    curl: {
      authorization: await constantAuthorizer("us-east-1")(
        { method: "GET", target: "/", headers: [], body: null },
        host,
        "lambda",
      ),
      sign: false,
    },
  });
  const { report, updates, write: update } = await gate.judge(rejudged);
  const unlock = await lockFolder(out.path, out.dir, "out");
  try {
    await removeOther(out, formats);
    await writeReports(out, report, formats);
  } finally {
    await unlock();
  }
  await update();
  const code = exitCode(report);
  stdout.write(runText(report, { ...terminalOf(context), verbose, exit: code }));
  if (updates !== null) stdout.write(`\nUpdated known deviations: ${escapeTerminal(updates)}\n`);
  if (formats.includes("github")) stdout.write(`\n${github(report)}`);
  stdout.write(`\n${filesLine(out, formats)}\n`);
  return code;
}
