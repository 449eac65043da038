import { commandOptions, type Given } from "../api/check-options.ts";
import { options as table } from "../api/options.ts";
import { tool } from "../api/tool.ts";
import { prepareOut } from "../reports/collector.ts";
import { quote } from "../reports/shell.ts";
import { rules } from "../rules/index.ts";
import { checkShards, joined, type ShardFile } from "../runner/join.ts";
import { readRecordingFile } from "../runner/recording.ts";
import { Fault } from "../spec/fault.ts";
import { commandIn } from "./context.ts";
import { type JudgeContext, judgeInto } from "./judge.ts";
import { gateOf } from "./known.ts";

/** Judges the recordings of all shards as one run and writes the reports, without a target. */
export async function mergeCommand(given: Given<"merge">, context: JudgeContext): Promise<number> {
  const { cwd, env } = context;
  const options = commandOptions(given);
  if (given.operands.length === 0)
    throw new Fault(
      "merge takes the files of all shards, and got none: give conformance-report/shard-*.ndjson, for example.",
    );
  const gate = await gateOf(options, cwd);
  const files: ShardFile[] = [];
  // In order, so that the message names the first unreadable file.
  for (const path of given.operands) files.push({ path, recording: await shardAt(path, cwd) });
  const shards = checkShards(files, tool);
  const out = await prepareOut(options.out ?? table.out.default, cwd);
  const report = quote(`${out.dir}/report.json`);
  const replay = (rule: string, targetArguments: string) =>
    `${commandIn(env)} replay --report ${report} --rule ${rule}${targetArguments}`;
  const recording = joined(shards, replay);
  const judged = rules.filter(({ id }) => recording.report.rules.some((rule) => rule.id === id));
  return judgeInto(out, { recording, rules: judged }, gate, options, context);
}

function shardAt(path: string, cwd: string): ReturnType<typeof readRecordingFile> {
  const missing = `The file ${JSON.stringify(path)} cannot be read: give a file that a run with --shard wrote, such as conformance-report/shard-1-of-3.ndjson.`;
  return readRecordingFile(path, missing, cwd);
}
