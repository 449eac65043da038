import { commandOptions, type Given } from "../api/check-options.ts";
import { options as table } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { constantAuthorizer } from "../client/authorize.ts";
import { github } from "../reports/annotations.ts";
import { filesLine, prepareOut, removeOther, writeReports } from "../reports/collector.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitCode } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { rejudge } from "../runner/judge-recording.ts";
import { readRecording } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { type CommandContext, terminalOf } from "./context.ts";
import { gateOf } from "./known.ts";
import { lockFolder } from "./lock.ts";

/** Judges a recording by this version's rules and writes the reports, without a target. */
export async function judgeCommand(
  given: Given<"judge">,
  context: Pick<CommandContext, "stdout" | "env" | "cwd">,
): Promise<number> {
  const { stdout, cwd } = context;
  const options = commandOptions(given);
  const { formats = table.formats.default, verbose = false } = options;
  const [dir, ...more] = given.operands;
  if (dir === undefined || more.length > 0)
    throw new Fault(
      `judge takes one folder, and got ${given.operands.length}: give the one that --record made.`,
    );
  const gate = await gateOf(options, cwd);
  const recording = await readRecording(dir, cwd);
  const out = await prepareOut(options.out ?? table.out.default, cwd);
  const { endpoint } = recording.report.target;
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : "";
  const rejudged = await rejudge(recording, {
    rules,
    tool,
    isNews: gate.isNews,
    profile: options.profile ?? recording.report.profile,
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
