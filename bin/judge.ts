import { constantAuthorizer } from "../client/authorize.ts";
import { parseFormats, prepareOut, writeReports } from "../reports/collector.ts";
import type { Column } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitCode } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { readRecording } from "../runner/recording.ts";
import { rejudge } from "../runner/rejudge.ts";
import { Fault } from "../spec/fault.ts";
import { read } from "./arguments.ts";
import { type CommandContext, terminalOf } from "./context.ts";
import { tool } from "./help.ts";
import { optionDocs } from "./options.ts";

const columns: readonly Column[] = ["document", "aws"];

/** Judges a recording by today's rules and writes the reports, without a target. */
export async function judgeCommand(
  args: readonly string[],
  context: Pick<CommandContext, "stdout" | "env" | "cwd">,
): Promise<number> {
  const { stdout, cwd } = context;
  const given = read(args, optionDocs.judge);
  const [dir, ...more] = given.rest;
  if (dir === undefined || more.length > 0)
    throw new Fault(`judge takes one folder, and got ${given.rest.length}: give the one made with --record.`);
  const formats = parseFormats(given.text("format") ?? "json,html");
  const recording = await readRecording(dir, cwd);
  const out = await prepareOut(given.text("out") ?? "conformance-report", cwd);
  const { endpoint } = recording.report.target;
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : "";
  const report = await rejudge(recording, {
    rules,
    tool,
    profile: given.choice("profile", columns) ?? recording.report.profile,
    curl: {
      authorization: await constantAuthorizer("us-east-1")(
        { method: "GET", target: "/", headers: [], body: null },
        host,
        "lambda",
      ),
      sign: false,
    },
  });
  await writeReports(out, report, formats);
  const code = exitCode(report);
  stdout.write(runText(report, { ...terminalOf(context), verbose: given.on("verbose"), exit: code }));
  stdout.write(`\nReports: ${out.dir}/\n`);
  return code;
}
