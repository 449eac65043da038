import { sleep } from "../client/sleep.ts";
import type { Column, Report } from "../reports/report.ts";
import type { RunOptions } from "../runner/options.ts";
import { run } from "../runner/run.ts";
import { type RuleId, rules } from "../spec/rules/index.ts";
import { suites, usualSuites } from "../suites/index.ts";
import type { Session } from "./session.ts";
import { tool } from "./tool.ts";

/** What is sent and judged; what is absent has the default that the README names. */
export interface Play {
  readonly seed: number;
  readonly profile?: Column | undefined;
  /** Names of suites. */
  readonly suites?: readonly string[] | undefined;
  readonly rules?: readonly RuleId[] | undefined;
  readonly runs?: number | undefined;
  readonly rounds?: number | undefined;
  readonly settleMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: RunOptions["progress"] | undefined;
  readonly replay: RunOptions["replay"];
  readonly tape?: RunOptions["tape"];
}

/** Runs the suite in a session: the one way, for the command and for programs. */
export function play(session: Session, options: Play): Promise<Report> {
  const { signal } = options;
  return run({
    ...session,
    tool,
    target: { name: session.name, endpoint: session.endpoint, cannot: session.cannot },
    seed: options.seed,
    profile: options.profile ?? "document",
    suites: suitesNamed(options.suites),
    rules: rulesNamed(options.rules),
    runs: options.runs ?? 25,
    rounds: options.rounds ?? 6,
    settleMs: options.settleMs ?? 0,
    sleep: (ms) => sleep(ms, signal),
    signal,
    progress: options.progress ?? (() => {}),
    replay: options.replay,
    tape: options.tape,
  });
}

function suitesNamed(names: readonly string[] | undefined): RunOptions["suites"] {
  return names === undefined ? usualSuites : suites.filter(({ name }) => names.includes(name));
}

/** The rules of these ids, in the catalogue's order; all of them when none are named. */
export function rulesNamed(ids: readonly RuleId[] | undefined): RunOptions["rules"] {
  return ids === undefined ? rules : rules.filter(({ id }) => ids.some((one) => one === id));
}
