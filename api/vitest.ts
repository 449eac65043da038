import type * as Vitest from "vitest";
import type { Rule } from "../oracle/rule.ts";
import { causeLine, shownCauses } from "../reports/causes.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { becauseText, findingText, gateText, reasonText } from "../reports/finding.ts";
import type { RuleReport } from "../reports/report.ts";
import { counts, gateFailures, ruleStatus } from "../reports/verdict.ts";
import { Fault } from "../spec/fault.ts";
import { checkOptions } from "./check-options.ts";
import { asFault, type ConformanceRun, conform } from "./conform.ts";
import { options as table } from "./options.ts";
import type { ConformanceTestOptions, ConformOptions } from "./program-options.ts";
import { rulesNamed } from "./run.ts";
import type { ConformTarget } from "./target.ts";

export type { ConformanceTestOptions } from "./program-options.ts";

const { beforeAll, describe, test } = await vitest();

/**
 * Registers one test for each rule; the run itself happens once, before the first test. A rule that is violated or
 * was not judged fails. A rule that is known, or that the target cannot satisfy, is skipped with the reason.
 */
export function defineConformance(target: ConformTarget, options: ConformanceTestOptions = {}): void {
  const { runTimeoutMs = table.runTimeoutMs.default, ...run } = options;
  checked(options);
  describe(`AddPermission of ${run.name ?? (typeof target === "string" ? target : "the target")}`, () => {
    let done: ConformanceRun | undefined;
    const finished = (): ConformanceRun => {
      if (done !== undefined) return done;
      throw new Fault("The run did not finish, so nothing was judged: see the error above.");
    };
    // The hook waits longer than the run may last, so that the message names the option.
    beforeAll(async () => {
      done = await within(runTimeoutMs, run.signal, (signal) => conform(target, { ...run, signal }));
    }, runTimeoutMs + 60_000);
    for (const { id, title } of deciding(run)) {
      test(`${id}: ${title}`, (context) => ruleTest(finished(), id, context));
    }
    test("the run is complete", () => complete(finished()));
    if (run.known !== undefined)
      test("the known deviations still are as recorded", () => upToDate(finished()));
  });
}

/** Ends a run after a time, and says so. The clean-up of the run still happens. */
async function within(
  ms: number,
  own: AbortSignal | undefined,
  go: (signal: AbortSignal) => Promise<ConformanceRun>,
): Promise<ConformanceRun> {
  const late = AbortSignal.timeout(ms);
  const reached = () =>
    new Fault(
      `The run reached runTimeoutMs, ${ms} ms, before it was complete: give more time with runTimeoutMs, or send less with rules, suites or runs.`,
      {
        option: "runTimeoutMs",
      },
    );
  const run = await go(own === undefined ? late : AbortSignal.any([own, late])).catch((error: unknown) => {
    throw late.aborted ? reached() : error;
  });
  if (late.aborted && run.incomplete) throw reached();
  return run;
}

async function vitest(): Promise<typeof Vitest> {
  return import("vitest").catch((cause: unknown) => {
    throw new Fault(
      "addpermission-conformance/vitest registers tests with vitest, which is not installed: run npm install --save-dev vitest.",
      { cause },
    );
  });
}

function checked(options: ConformanceTestOptions): void {
  try {
    checkOptions(options, "vitest");
  } catch (error) {
    throw asFault(error);
  }
}

/** Rules that can fail a run in the column that decides. */
function deciding({ profile = table.profile.default, rules }: ConformOptions): readonly Rule[] {
  return rulesNamed(rules).filter((rule) => counts(rule, profile));
}

type SkippableTest = Pick<Vitest.TestContext, "skip">;

function ruleTest(run: ConformanceRun, id: string, context: SkippableTest): void {
  const rule = run.rules.find((one) => one.id === id);
  if (rule === undefined) throw new Fault(`The run has no result for the rule ${id}: please report this.`);
  const how = ruleStatus(rule, run);
  if (how === "holds") return;
  if (how === "known") {
    const because = becauseText(rule);
    const seen = rule.counterexample?.seen ?? "violated";
    context.skip(`known deviation: ${seen}${because === "" ? "" : ` (${because})`}`);
  }
  if (how === "recorded") context.skip(`not judged, as the known-file records: ${becauseText(rule)}`);
  if (how === "excused" || how === "explained") context.skip(reasonText(rule));
  // The user left out the suites that test it.
  if (how === "unexercised" && rule.reasonCode === "not-exercised" && run.only?.suites !== undefined)
    context.skip(`not tested by the suites ${run.only.suites.join(", ")}`);
  throw failure(how === "violated" ? failureText(rule, run) : `${how}: ${reasonText(rule)}`);
}

/** The finding, the cause that it shares with others, and the command that runs its test alone. */
function failureText(rule: RuleReport, run: ConformanceRun): string {
  const command = `test: npx vitest run -t ${JSON.stringify(`${rule.id}:`)}`;
  return [findingText(rule), ...causeLine(rule, shownCauses(run)), command].join("\n");
}

function complete(run: ConformanceRun): void {
  if (run.faults.length > 0 || run.incomplete) {
    const lines = run.problems.flatMap(({ message, stack = [] }) => [message, ...stack]);
    throw failure(["The run is incomplete, so there is no verdict:", ...lines].join("\n"));
  }
}

function upToDate(run: ConformanceRun): void {
  const lines = gateFailures(run).map(gateText);
  if (lines.length > 0) throw failure(lines.join("\n"));
}

/** An error without a stack, which would only show this file. */
function failure(text: string): Error {
  const error = new Error(text.split("\n").map(escapeTerminal).join("\n"));
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
