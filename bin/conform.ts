import { readFile, writeFile } from "node:fs/promises";
import { sleep } from "../client/sleep.ts";
import { prepareOut, writeReports } from "../reports/collector.ts";
import { parseFormats } from "../reports/formats.ts";
import { judgeKnown, parseKnown, updateKnown } from "../reports/known.ts";
import { progress } from "../reports/progress.ts";
import type { Column, Report } from "../reports/report.ts";
import { terminal } from "../reports/terminal.ts";
import { exitCode } from "../reports/verdict.ts";
import { recorder } from "../runner/recording.ts";
import { run } from "../runner/run.ts";
import { Fault } from "../spec/fault.ts";
import { ruleIds, rules } from "../spec/rules/index.ts";
import { suites, usualSuites } from "../suites/index.ts";
import { wire } from "../suites/wire.ts";
import { type Given, read } from "./arguments.ts";
import { knownSummary } from "./known-summary.ts";
import { optionDocs } from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { interruptible } from "./signals.ts";
import { command, tool } from "./tool.ts";

const columns: readonly Column[] = ["document", "aws"];

/** Runs the suite against a target and writes the reports. */
export async function conformCommand(args: readonly string[]): Promise<number> {
  const given = read(args, optionDocs[""]);
  if (given.rest.length > 0)
    throw new Fault(`${JSON.stringify(given.rest[0])} is neither an option nor a subcommand; see --help.`);
  const chosen = choices(given);
  const known = await knownFile(given);
  const out = await prepareOut(given.text("out") ?? "conformance-report");
  const tape = given.text("record") === undefined ? null : await recorder(given.text("record") ?? "", tool);
  const stopping = interruptible();
  const session = await openSession(given, chosen.seed, stopping.signal);
  try {
    const report = await runWith(session, given, chosen, stopping.signal, tape?.tape);
    await tape?.end(report);
    const today = new Date().toISOString().slice(0, 10);
    const judged = known === null ? null : judgeKnown(report, known, today);
    const final = judged?.report ?? report;
    await writeReports(out, final, parseFormats(given.text("format") ?? "json,html"));
    if (known !== null && given.on("update-known")) {
      const file = given.text("known") ?? "";
      await writeFile(file, updateKnown(await existing(file), report, today, file));
    }
    const gate = judged === null ? null : knownSummary(judged);
    const code =
      stopping.exitCode() ??
      (given.on("update-known") ? 0 : Math.max(0, codeOf(final, gate?.fails ?? false)));
    process.stdout.write(
      terminal(final, {
        columns: process.stdout.columns ?? 100,
        color: colorful(),
        verbose: given.on("verbose"),
        ...(code <= 3 ? { exit: asExit(code) } : {}),
      }),
    );
    if (gate !== null) process.stdout.write(gate.text);
    process.stdout.write(`\nReports: ${out.dir}/\n`);
    return code;
  } finally {
    await session.close();
    stopping.done();
  }
}

function asExit(code: number): 0 | 1 | 2 | 3 {
  return code === 0 || code === 1 || code === 3 ? code : 2;
}

function codeOf(report: Report, gateFails: boolean): number {
  const code = exitCode(report);
  return gateFails ? 1 : code;
}

interface Choices {
  readonly seed: number;
  readonly profile: Column;
  readonly suites: typeof suites;
  readonly rules: typeof rules;
}

function choices(given: Given): Choices {
  const wanted = given.names("rule", ruleIds);
  const sent = given.names("suite", [...suites.map(({ name }) => name), "all"]);
  return {
    seed: given.number("seed", 0, 0x7fffffff) ?? 1,
    profile: given.names("profile", columns)?.[0] ?? "document",
    suites:
      sent === undefined
        ? usualSuites
        : suites.filter(({ name }) => sent.includes("all") || sent.includes(name)),
    rules: wanted === undefined ? rules : rules.filter(({ id }) => wanted.some((one) => one === id)),
  };
}

async function runWith(
  session: Session,
  given: Given,
  chosen: Choices,
  signal: AbortSignal,
  tape: Parameters<typeof run>[0]["tape"],
): Promise<Report> {
  const tty = process.stderr.isTTY === true;
  const bar = progress({
    write: (text) => process.stderr.write(text),
    now: () => performance.now(),
    tty,
    columns: process.stderr.columns ?? 80,
  });
  try {
    return await run({
      ...session,
      ...chosen,
      tool,
      target: { name: session.name, endpoint: session.endpoint, cannot: session.cannot },
      lanes: given.text("function") === undefined ? lanesFor(session, given, chosen) : 1,
      runs: given.number("runs", 1) ?? 25,
      rounds: given.number("rounds", 1) ?? 6,
      settleMs: given.number("settle", 0) ?? 0,
      sleep: (ms) => sleep(ms, signal),
      signal,
      progress: bar.update,
      replay: (rule) =>
        `${command} replay --report ${given.text("out") ?? "conformance-report"}/report.json --rule ${rule}${targetArguments(given)}`,
      tape,
    });
  } finally {
    bar.end();
  }
}

/** Where odd requests may end the target, it gets one history at a time, so that none is blamed for another. */
function lanesFor(session: Session, given: Given, chosen: Choices): number {
  const mayEnd = session.revive !== undefined && chosen.suites.includes(wire);
  return given.number("concurrency", 1, 256) ?? (mayEnd ? 1 : 8);
}

/** The options that lead a replay to the same target. */
function targetArguments(given: Given): string {
  const values = ["target", "endpoint", "region", "function", "role"].flatMap((name) => {
    const value = given.text(name);
    return value === undefined ? [] : [` --${name} ${value}`];
  });
  return values.join("") + (given.on("sign") ? " --sign" : "");
}

async function knownFile(given: Given) {
  const file = given.text("known");
  if (file === undefined) {
    if (given.on("update-known"))
      throw new Fault("--update-known needs the file to write: give --known FILE.");
    return null;
  }
  const text = await existing(file);
  if (text !== null) return parseKnown(text, file, ruleIds);
  if (given.on("update-known")) return parseKnown("version: 1\ndeviations: []\n", file, ruleIds);
  throw new Fault(
    `The file of known deviations ${JSON.stringify(file)} cannot be read: give one that exists, or make it with --update-known.`,
  );
}

async function existing(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch(() => null);
}

function colorful(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
}
