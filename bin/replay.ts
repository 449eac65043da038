import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { commandOptions, type Given } from "../api/check-options.ts";
import { options as table } from "../api/options.ts";
import type { Session } from "../api/session.ts";
import { leftoverTexts } from "../client/arrange.ts";
import { sleep } from "../client/deadline.ts";
import { judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { readReportOrDiff } from "../reports/read-report.ts";
import type { Column, Counterexample, Report, RuleReport } from "../reports/report.ts";
import { rules } from "../rules/index.ts";
import { rebased } from "../runner/rebase.ts";
import { type Replayed, replayEnding, replayHistory } from "../runner/replay.ts";
import { workerOn } from "../runner/worker.ts";
import type { Call, Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import { type CommandContext, interruptible } from "./context.ts";
import { answerLine, type ResendOptions, replayDiff, requestLine } from "./replay-diff.ts";
import { openTarget, targetIn } from "./session.ts";

interface ReplayedFinding {
  readonly rule: Rule;
  readonly column: Column;
  readonly counterexample: Counterexample;
}

/**
 * Resends the counterexample of a report to the target that the report names, or differences of a diff.json to both targets.
 * Exit code 1: still violated, 0: no longer violated, 2: the requests could not be sent.
 */
export async function replayCommand(given: Given<"replay">, context: CommandContext): Promise<number> {
  const { report: path = table.report.default } = commandOptions(given);
  const file = readReportOrDiff(await textOf(path, context.cwd), path);
  const stopping = interruptible(context);
  try {
    const code =
      file.kind === "diff"
        ? await replayDiff(file.diff, path, given, stopping.signal, context)
        : await replayReport(file.report, path, given, stopping.signal, context);
    return stopping.exitCode() ?? code;
  } finally {
    stopping.done();
  }
}

async function replayReport(
  report: Report,
  path: string,
  given: Given<"replay">,
  signal: AbortSignal,
  context: CommandContext,
): Promise<0 | 1 | 2> {
  const { report: _, rule, ...options } = commandOptions(given);
  const finding = findingIn(report, rule, path);
  const target = targetOptions(options, report.target, path);
  const session = await openTarget({ ...target, seed: report.seed, signal }, context);
  try {
    context.stdout.write(`${escapeTerminal(askedText(session, target))}\n\n`);
    const replayed = await replayOn(session, finding, signal, context);
    context.stdout.write(replayText(finding, replayed));
    return codeOf(replayed);
  } finally {
    await session.close();
  }
}

/**
 * The options of the connection: those of the user, and for the rest what the report says of its target. Keys are used
 * only with --sign.
 */
function targetOptions(options: ResendOptions, of: Report["target"], path: string): ResendOptions {
  // A user who names a target may mean another one, with other functions.
  if (options.endpoint !== undefined || options.target !== undefined) return options;
  if (of.kind === "in-process")
    throw new Fault(
      `${path} is about a target inside a program, which a command cannot reach: make the call that the report prints as "replay", or give --endpoint URL.`,
      { option: "endpoint" },
    );
  if (of.endpoint === "")
    throw new Fault(`${path} names no endpoint of its target: give --endpoint URL.`, { option: "endpoint" });
  const where = targetIn(of, options, path);
  const stateless = of.kind === "endpoint" && of.unsupported?.some(({ needs }) => needs === "state");
  return { region: of.region, functionName: of.uses?.function, stateless, ...options, ...where };
}

function askedText({ target: { name, endpoint } }: Session, { functionName }: ResendOptions): string {
  const on = functionName === undefined ? "" : `, with the function ${functionName}`;
  return `target   ${name} at ${endpoint}${on}`;
}

function codeOf({ violation, notExecuted }: Replayed): 0 | 1 | 2 {
  if (violation !== null) return 1;
  return notExecuted === null ? 0 : 2;
}

async function textOf(path: string, cwd: string): Promise<string> {
  return readFile(resolve(cwd, path), "utf8").catch((cause: unknown) => {
    throw new Fault(
      `The report ${JSON.stringify(path)} cannot be read: name a report.json that a run wrote with --report.`,
      { cause, option: "report" },
    );
  });
}

function findingIn(report: Report, ruleId: string | undefined, path: string): ReplayedFinding {
  const chosen = ruleId === undefined ? firstViolated(report, path) : ruleNamed(report, ruleId, path);
  const rule = rules.find(({ id }) => id === chosen.id);
  if (rule === undefined)
    throw new Fault(
      `This version has no rule ${chosen.id} any more: replay ${path} with the one that wrote it.`,
    );
  const { counterexample = chosen.unconfirmed, verdicts } = chosen;
  if (counterexample === undefined || counterexample.steps.length === 0)
    throw new Fault(
      `${path} has no counterexample for ${chosen.id}: name with --rule a rule that is violated there.`,
      { option: "rule" },
    );
  const other: Column = report.profile === "document" ? "aws" : "document";
  return { rule, counterexample, column: verdicts[report.profile] === "violated" ? report.profile : other };
}

function firstViolated({ rules: all, profile }: Report, path: string): RuleReport {
  const isShown = ({ counterexample, unconfirmed }: RuleReport) => counterexample ?? unconfirmed;
  const withCounterexample = all.filter((rule) => isShown(rule) !== undefined);
  const found =
    withCounterexample.find(({ verdicts }) => verdicts[profile] === "violated") ?? withCounterexample[0];
  if (found !== undefined) return found;
  throw new Fault(`${path} has no counterexample, so there is nothing to send again: name another report.`);
}

function ruleNamed({ rules: all }: Report, ruleId: string, path: string): RuleReport {
  const found = all.find(({ id }) => id === ruleId);
  if (found !== undefined) return found;
  const ids = all.map(({ id }) => id);
  const hint = nearest(ruleId, ids);
  throw new Fault(
    `${path} has no rule ${JSON.stringify(ruleId)}${hint === null ? "" : `: did you mean ${hint}?`} The rules subcommand lists them.`,
    { option: "rule" },
  );
}

async function replayOn(
  session: Session,
  { rule, column, counterexample }: ReplayedFinding,
  signal: AbortSignal,
  { stderr }: CommandContext,
): Promise<Replayed> {
  // The suffix is as long as in a run, because the length of a name affects limits.
  const arranged = await session.arrange("0000");
  try {
    const { fixture } = arranged;
    const worker = workerOn({
      index: 0,
      fixture,
      fresh: session.fresh,
      transport: session.transport,
      how: session.how,
      settleMs: 0,
      sleep: (ms) => sleep(ms, signal),
    });
    if (!session.fresh) await worker.reset(true);
    const unable = (call: Call) => session.transport.unable?.(call) ?? null;
    if (counterexample.ends === true) return await replayEnding(rebased(counterexample, fixture), worker);
    const on = { worker, judge: judgeOf([rule]), rule, column, unable };
    return await replayHistory(rebased(counterexample, fixture), on, () => signal.aborted);
  } finally {
    for (const problem of leftoverTexts(await arranged.tearDown()))
      stderr.write(`${escapeTerminal(problem)}\n`);
  }
}

function replayText(finding: ReplayedFinding, replayed: Replayed): string {
  const { rule } = finding;
  const { batches } = replayed.execution;
  const lines = [
    `${rule.id}  ${rule.title}`,
    "",
    ...batches.flatMap((batch, index) => batch.flatMap((one) => exchangeLines(one, index, batch.length))),
    "",
    ...ruleResult(finding, replayed),
  ];
  return `${lines.map((line) => escapeTerminal(line)).join("\n")}\n`;
}

function ruleResult(
  { counterexample }: ReplayedFinding,
  { violation, notExecuted }: Replayed,
): readonly string[] {
  if (violation !== null)
    return [`expected ${violation.expected}`, `seen     ${violation.seen}`, "still shows"];
  const { seen, expected } = counterexample;
  const before = `the report saw ${seen} where ${expected} is expected`;
  return notExecuted === null
    ? [`no longer shows: ${before}`]
    : [`could not be tried: ${notExecuted}`, `so nothing is known of it: ${before}`];
}

function exchangeLines(exchange: Exchange, index: number, together: number): readonly string[] {
  const mark = together > 1 ? `${index + 1}. (one of ${together} together)` : `${index + 1}.`;
  return [`${mark} ${requestLine(exchange)}`, `   ${answerLine(exchange)}`];
}
