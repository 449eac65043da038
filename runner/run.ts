import { judgeOf } from "../oracle/judge.ts";
import type { Problem } from "../reports/reason.ts";
import type { CoverageReport, Report } from "../reports/report.ts";
import { Fault } from "../spec/fault.ts";
import type { Unit } from "../suites/case.ts";
import { verdicts } from "./candidates.ts";
import { probe, sizeSearch, stageInabilities, unable } from "./capabilities.ts";
import { type Coverage, coverage } from "./coverage.ts";
import type { Unsent } from "./expected.ts";
import { explore } from "./explore.ts";
import { type Conclusion, conclusionKey, type Findings, provisional, settle } from "./findings.ts";
import { problemOf } from "./internal-error.ts";
import { forgottenText, type Lanes, raise, standing } from "./lanes.ts";
import type { Inability, RunOptions } from "./options.ts";
import { questionnaire } from "./questionnaire.ts";
import { makeReport } from "./report.ts";
import { openScope, type Scope } from "./scope.ts";
import { stopwatch } from "./stopwatch.ts";
import { snapshots, type Teller, teller } from "./teller.ts";

/**
 * Arranges, explores, shrinks what was found, cleans up, and tells. Throws a Fault when nothing could be judged at all,
 * such as a target that cannot be reached; whatever happens later ends up in the report, which then says it is incomplete.
 */
export async function run(options: RunOptions): Promise<Report> {
  const telling = teller(options);
  const scope = openScope(options.signal);
  const raised = await raise({ ...options, scope });
  const state: RunState = {
    cannot: [],
    findings: null,
    problems: [],
    incomplete: false,
    unsent: null,
    histories: { planned: 0, played: 0 },
  };
  const asked = questionnaire();
  const latencies = stopwatch();
  const covered = coverage();
  const stage = raised.lanes[0]?.stage ?? null;
  const tell = (of: RunState): Report =>
    makeReport(options, {
      ...of,
      questions: asked.answers(),
      latency: latencies.report(),
      coverage: { histories: of.histories, cells: covered.cells() },
      stage,
    });
  const middle = snapshots(options);
  let latest: Parameters<Listeners["soFar"]>[0] = () => ({});
  const soFar: Listeners["soFar"] = (now) => {
    latest = now;
    middle.perhaps(() =>
      tell({ ...state, ...now(), incomplete: true, problems: [...state.problems, stillRunning] }),
    );
  };
  try {
    await judgeTarget(options, scope, raised, state, { asked, latencies, covered, telling, soFar });
  } catch (error) {
    Object.assign(state, latest());
    state.incomplete = true;
    state.problems.push(problemOf(error, options.redact));
  }
  // Every part of the run has been awaited: nothing else sends while it is cleaned up.
  for (const message of await raised.undo()) state.problems.push({ code: "left-behind", message });
  scope.close();
  await middle.idle();
  return tell(state);
}

/** Stands in a report that was written in the middle of a run, and stays there if the run is killed. */
const stillRunning: Problem = {
  code: "going-on",
  message: "The run was still going on when this was written, or was killed since.",
};

/** The report of a run that could not begin: nothing was judged, and why. */
export function barrenReport(options: RunOptions, why: Fault): Report {
  return makeReport(options, {
    cannot: options.target.cannot,
    findings: null,
    problems: [{ code: "not-begun", message: why.message }],
    incomplete: true,
    questions: questionnaire().answers(),
    latency: null,
    coverage: { histories: { planned: 0, played: 0 }, cells: coverage().cells() },
    unsent: null,
    stage: null,
  });
}

/** What is known of a run at any moment. */
interface RunState {
  cannot: readonly Inability[];
  findings: Findings | null;
  readonly problems: Problem[];
  incomplete: boolean;
  /** What was never sent would have checked; null while that is not known. */
  unsent: Unsent | null;
  histories: CoverageReport["histories"];
}

/** Who hears every observation. */
interface Listeners {
  readonly asked: ReturnType<typeof questionnaire>;
  readonly latencies: ReturnType<typeof stopwatch>;
  readonly covered: Coverage;
  readonly telling: Teller;
  /** Hears how far the run is, after each history and each violation that was tried again. */
  readonly soFar: (now: () => Partial<RunState>) => void;
}

async function judgeTarget(
  options: RunOptions,
  scope: Scope,
  raised: Lanes,
  state: RunState,
  { asked, latencies, covered, telling, soFar }: Listeners,
): Promise<void> {
  const [first] = raised.lanes;
  if (first === undefined) throw new Fault("There is no stage to play on: --concurrency must be at least 1.");
  const stateless = options.target.cannot.some(({ needs }) => needs === "state");
  const found = stateless ? [] : await probe(first);
  state.cannot = [...options.target.cannot, ...stageInabilities(first, raised.missing), ...found];
  // A target that cannot be asked for a 429 or a 500 may answer one all the same.
  const lacking = state.cannot.filter(({ needs }) => needs !== "faults");
  const judged = options.rules.filter((rule) => unable(rule, lacking) === null);
  const judge = judgeOf(judged);
  const collected = verdicts(telling.suspected);
  const search = sizeSearch();
  const units = plan(options).map(search.watched);
  telling.planned(units, judged, state.cannot);
  const histories = { planned: units.length, played: 0 };
  const concluded = new Map<string, Conclusion>();
  const tellSoFar = () =>
    soFar(() => ({ findings: new Map([...provisional(judged, collected), ...concluded]), histories }));
  let ended = 0;
  const stop = () => stopReason(options, scope);
  const explored = await explore({
    scope,
    lanes: raised.lanes,
    renew: raised.renew,
    cannot: new Set(state.cannot.map(({ needs }) => needs)),
    units,
    judge: {
      round: (round) => {
        for (const of of round.observations) {
          asked.hear(of);
          latencies.hear(of);
          covered.hear(of);
        }
        return judge.round(round);
      },
      history: judge.history,
    },
    verdicts: collected,
    stop: () => stop() ?? keepForTrying(options, collected.violated()),
    ended: (unit, how) => {
      ended += 1;
      if (how.end === "complete") histories.played += 1;
      telling.ended(unit, how, collected.violated());
      tellSoFar();
    },
  });
  const { played, notEmptied } = explored;
  state.histories = { planned: units.length, played, ...(notEmptied > 0 ? { notEmptied } : {}) };
  if (options.signal?.aborted !== true) {
    // Loaded when asked for: most runs send everything, and then there is nothing to count.
    const { unsentChecks } = await import("./expected.ts");
    const whole = await unsentChecks(explored.unsent, options.rules);
    // Of a history that was cut short a part was checked.
    const checked = new Map<string, number>();
    for (const { rule, column } of explored.ofCut) {
      const key = conclusionKey(rule.id, column);
      checked.set(key, (checked.get(key) ?? 0) + 1);
    }
    state.unsent = (rule, column) =>
      Math.max(0, whole(rule, column) - (checked.get(conclusionKey(rule.id, column)) ?? 0));
  }
  if (explored.stopped !== null) {
    state.incomplete = true;
    state.problems.push({
      code: "stopped",
      message: `The run stopped after ${ended} of ${units.length} histories: ${explored.stopped}.`,
    });
  }
  const searched = ran(options, "size") && explored.stopped === null && search.cutShort() === null;
  if (searched && !asked.sawLimit()) {
    state.cannot = [
      ...state.cannot,
      { needs: "limit", reason: "has no size limit up to 1 MiB, or none that was reached" },
    ];
  }
  // Where nothing is kept there is nothing that could be forgotten.
  const still = stateless
    ? { lanes: explored.lanes, forgotten: [] }
    : await standing(explored.lanes, raised.renew, scope);
  if (still.forgotten.length > 0) {
    state.incomplete = true;
    state.problems.push({ code: "fixtures-lost", message: forgottenText(still.forgotten) });
  }
  const findings = await settle({
    scope,
    judged,
    judge,
    verdicts: collected,
    lanes: still.lanes,
    creates: options.fresh,
    renew: raised.renew,
    spare: raised.spare,
    stop,
    plays: (violations) => Math.floor(options.transport.left() / violations / requestsOfPlay),
    trying: telling.trying,
    concluded: (what) => {
      for (const column of what.columns) concluded.set(conclusionKey(what.rule.id, column), what.conclusion);
      telling.concluded(what);
      tellSoFar();
    },
  });
  state.findings = search.conclude(judged, findings);
}

function ran(options: RunOptions, suite: string): boolean {
  return options.suites.some(({ name }) => name === suite);
}

function plan({ suites, seed, runs, rounds, careful }: RunOptions): readonly Unit[] {
  const units = suites.flatMap((suite) => [...suite.units({ seed, runs, rounds })]);
  return careful ? units.filter(({ hazard }) => !hazard) : units;
}

/** Requests of a play that tries something again: the history, and what empties the stage for it. */
const requestsOfPlay = 10;

/** What was seen has to be tried again before it can be told: a part of the budget is kept for that. */
function keepForTrying({ transport }: RunOptions, suspicions: number): string | null {
  if (suspicions === 0 || transport.used() < 0.7) return null;
  return "the rest of the budget of requests is for trying again what was seen";
}

function stopReason({ transport, signal }: RunOptions, scope: Scope): string | null {
  if (signal?.aborted === true) return "it was interrupted";
  if (scope.signal.aborted) return "a part of it failed";
  return transport.spent() ? "the budget of requests is spent" : null;
}
