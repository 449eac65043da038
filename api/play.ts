import { sleep } from "../client/deadline.ts";
import type { Column, Report } from "../reports/report.ts";
import { type RuleId, rules } from "../rules/index.ts";
import type { RunOptions } from "../runner/options.ts";
import { barrenReport, run } from "../runner/run.ts";
import { Fault } from "../spec/fault.ts";
import { suites, usualPlan, usualSuites } from "../suites/index.ts";
import { wire } from "../suites/wire.ts";
import { type Session, usualLanes } from "./session.ts";
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
  readonly snapshot?: RunOptions["snapshot"];
  readonly events?: RunOptions["events"];
}

/** What a run came to, and why it could not begin if it could not. */
export interface Outcome {
  readonly report: Report;
  readonly fault: Fault | null;
}

/** Runs the suite in a session; throws a Fault when it cannot begin. */
export function play(session: Session, options: Play): Promise<Report> {
  return run(runOptions(session, options));
}

/** The same, but a run that cannot begin has a report too, which says so. */
export async function attempt(session: Session, options: Play): Promise<Outcome> {
  try {
    return { report: await play(session, options), fault: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return barren(session, options, error);
  }
}

/** What a run comes to that could not begin. */
export function barren(session: Session, options: Play, fault: Fault): Outcome {
  return { report: barrenReport(runOptions(session, options), fault), fault };
}

/** The one way to make a run, for the command and for programs. */
function runOptions(session: Session, options: Play): RunOptions {
  const { signal } = options;
  const chosen = suitesNamed(options.suites);
  return {
    ...session,
    tool,
    target: { name: session.name, endpoint: session.endpoint, cannot: session.cannot },
    seed: options.seed,
    profile: options.profile ?? "document",
    suites: chosen,
    only: leftOut(options, chosen),
    lanes: session.lanes ?? lanesFor(session, chosen),
    rules: rulesNamed(options.rules),
    runs: options.runs ?? usualPlan.runs,
    rounds: options.rounds ?? usualPlan.rounds,
    settleMs: options.settleMs ?? 0,
    sleep: (ms) => sleep(ms, signal),
    signal,
    progress: options.progress ?? (() => {}),
    replay: options.replay,
    tape: options.tape,
    snapshot: options.snapshot,
    events: options.events,
  };
}

function leftOut({ suites: named, rules: judged }: Play, chosen: RunOptions["suites"]): RunOptions["only"] {
  const sent = named === undefined || usualSuites.every((suite) => chosen.includes(suite));
  if (sent && judged === undefined) return undefined;
  return {
    ...(judged === undefined ? {} : { rules: judged.length }),
    ...(sent ? {} : { suites: chosen.map(({ name }) => name) }),
  };
}

function suitesNamed(names: readonly string[] | undefined): RunOptions["suites"] {
  if (names === undefined) return usualSuites;
  return suites.filter(({ name }) => names.includes("all") || names.includes(name));
}

/** A target that odd requests may end gets one history at a time, so that each ending has one cause. */
function lanesFor({ revive }: Session, chosen: RunOptions["suites"]): number {
  return revive !== undefined && chosen.includes(wire) ? 1 : usualLanes;
}

/** The rules of these ids, in the catalogue's order; all of them when none are named. */
export function rulesNamed(ids: readonly RuleId[] | undefined): RunOptions["rules"] {
  return ids === undefined ? rules : rules.filter(({ id }) => ids.some((one) => one === id));
}
