import { type Judge, judgeOf } from "../oracle/judge.ts";
import { afresh, afterTidying, type Belief, initialBelief } from "../oracle/model-state.ts";
import { type ObservedRound, observeRound } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import { problemsIn, reasonIn } from "../reports/old-report.ts";
import type { Reason } from "../reports/reason.ts";
import type { Report } from "../reports/report.ts";
import { within } from "../spec/error-place.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import type { Stage } from "../spec/stage.ts";
import { scripted } from "../suites/case.ts";
import { verdicts } from "./candidates.ts";
import { sizeSearch } from "./capabilities.ts";
import { type Confirmed, type confirm, unconfirmed } from "./confirm.ts";
import { coverage } from "./coverage.ts";
import { notRerun, settle } from "./findings.ts";
import { laneOn } from "./lane.ts";
import { questionnaire } from "./questionnaire.ts";
import type { Line, Recording } from "./recording.ts";
import { makeReport, type ReportOptions } from "./report.ts";
import { replayUnit, violationIn } from "./rerun.ts";

/** How a recording is judged. */
export interface RejudgeOptions {
  readonly rules: readonly Rule[];
  readonly tool: ReportOptions["tool"];
  readonly profile: ReportOptions["profile"];
  readonly curl: ReportOptions["curl"];
}

/** A history of a recording. */
interface History {
  readonly lane: number;
  readonly unit: string;
  readonly stage: Stage;
  readonly rounds: (readonly Exchange[])[];
  readonly observed: ObservedRound[];
}

type Retry = typeof confirm;

/**
 * The report of a recorded run by the given rules; nothing is sent. Violations are confirmed by the recorded replays. Of the
 * recording only these are held, and the history of each lane that goes on.
 */
export async function rejudge(recording: Recording, options: RejudgeOptions): Promise<Report> {
  const { report: live, stage } = recording;
  const excuse = excuseOf(live);
  const judged = options.rules.filter((rule) => excuse(rule) === null);
  const judge = judgeOf(judged);
  const asked = questionnaire();
  const collected = verdicts();
  const covered = coverage();
  const search = sizeSearch();
  const replays: History[] = [];
  const ended = new Map<number, number>();
  for await (const history of historiesOf(recording.lines())) {
    if (history.unit.startsWith(replayUnit)) {
      replays.push(history);
      continue;
    }
    const rounds: (readonly Exchange[])[] = [];
    const place = ended.get(history.lane) ?? 0;
    ended.set(history.lane, place + 1);
    // A recording says neither which histories began on an empty stage nor their places in the plan, only on the worker.
    const { lane, stage: fixture } = history;
    const testCase = scripted(history.unit, () => rounds.map((round) => round.map(({ step }) => step)));
    const at = { lane, place, clean: false, testCase, fixture, rounds };
    within({ case: history.unit }, () => {
      for (const [index, round] of history.observed.entries()) {
        rounds.push(history.rounds[index] ?? []);
        for (const of of round.observations) {
          asked.hear(of);
          covered.hear(of);
        }
        collected.hear(judge.round(round), at);
      }
      collected.hear(judge.history(history.observed), at);
      search.hear(history.unit, history.rounds);
    });
  }
  const findings = await settle({
    judged,
    judge,
    verdicts: collected,
    lanes: stage === null ? [] : [silentLane(stage)],
    stop: () => null,
    renew: async () => null,
    retry: recorded(replays, judge),
  });
  const report = makeReport(reportOptions(live, options), {
    cannot: [],
    excuse,
    findings: search.conclude(judged, findings),
    problems: problemsIn(live),
    incomplete: live.incomplete,
    questions: asked.answers(),
    latency: live.latency ?? null,
    // What was never sent is not in the recording: the live run counted it.
    coverage: {
      histories: live.coverage?.histories ?? { planned: 0, played: 0 },
      cells: covered.cells(),
    },
    unsent: unsentIn(live),
    stage,
  });
  return { ...report, target: live.target };
}

function reportOptions(live: Report, options: RejudgeOptions): ReportOptions {
  const replays = new Map(live.rules.map(({ id, counterexample }) => [id, counterexample?.replay ?? ""]));
  return {
    ...options,
    target: { ...live.target, cannot: [] },
    only: live.only,
    seed: live.seed,
    startedAt: new Date(live.startedAt),
    clock: () => live.durationMs,
    transport: { requests: () => live.requests },
    replay: (rule) => replays.get(rule) ?? "",
    // Secrets were taken out when it was recorded.
    redact: (text) => text,
  };
}

function unsentIn({ rules, coverage: known }: Report): ((rule: Rule) => number) | null {
  const interrupted = known !== undefined && rules.every(({ checks }) => checks === undefined);
  if (interrupted) return null;
  const counts = new Map(
    rules.map(({ id, checks, observations }) => [id, (checks?.expected ?? observations) - observations]),
  );
  return ({ id }) => counts.get(id) ?? 0;
}

/** What kept the live run from judging a rule. */
function excuseOf(live: Report): (rule: Rule) => Reason | null {
  const excuses = new Map(
    live.rules.flatMap((rule) => {
      const { reasonCode: code, excusedBy: needs } = reasonIn(rule, live);
      return code === "unsupported" ? [[rule.id, { code, needs, detail: rule.reason ?? "" }] as const] : [];
    }),
  );
  return ({ id }) => excuses.get(id) ?? null;
}

/** Histories in the order in which they ended; what was sent to tidy up only moves the belief on. */
async function* historiesOf(lines: AsyncIterable<Line>): AsyncGenerator<History> {
  const lanes = new Map<number, { stage: Stage; belief: Belief; current: History | null }>();
  for await (const line of lines) {
    if (line.type === "stage") {
      const before = lanes.get(line.lane)?.current ?? null;
      if (before !== null) yield before;
      lanes.set(line.lane, {
        stage: line.stage,
        belief: initialBelief(line.stage, line.fresh),
        current: null,
      });
    }
    if (line.type === "tidied") {
      const lane = lanes.get(line.lane);
      if (lane !== undefined) lane.belief = line.empty ? afresh(lane.belief) : afterTidying(lane.belief);
    }
    if (line.type !== "round") continue;
    const lane = lanes.get(line.lane);
    if (lane === undefined)
      throw new Fault(`The recording plays on lane ${line.lane} before its stage: record again.`);
    if (lane.current !== null && lane.current.unit !== line.unit) {
      yield lane.current;
      lane.current = null;
    }
    const observed = observeRound(lane.belief, line.exchanges);
    lane.belief = observed.after;
    if (line.unit === "") continue;
    lane.current ??= {
      lane: line.lane,
      unit: line.unit,
      stage: lane.stage,
      rounds: [],
      observed: [],
    };
    lane.current.rounds.push(line.exchanges);
    lane.current.observed.push(observed);
  }
  for (const { current } of lanes.values()) if (current !== null) yield current;
}

/** A violation is confirmed when a recorded replay shows it for its own reason; the last that did is the smallest. */
function recorded(all: readonly History[], judge: Judge): Retry {
  return async (candidate, { rule, columns, explains }) => {
    const replays = all.filter(({ unit }) => unit.startsWith(`${replayUnit}${rule.id}/`));
    if (replays.length === 0) return { kind: "unconfirmed", why: notRerun(candidate) };
    const { unless } = candidate;
    let found: Confirmed | null = null;
    for (const { stage, rounds, observed } of replays) {
      const violation = violationIn(observed, { judge, rule, columns, unless, explains });
      if (violation === null || violation.explainedBy !== null) continue;
      const { expected, seen } = violation;
      found = { kind: "confirmed", played: { rounds, observed }, stage, expected, seen, reruns: null };
    }
    return found ?? unconfirmed(`seen once (${candidate.seen}), not when it was tried again`);
  };
}

/** Settling goes lane by lane; nothing is ever sent on this one. */
function silentLane(stage: Stage): ReturnType<typeof laneOn> {
  return laneOn({
    index: 0,
    stage,
    fresh: true,
    transport: {
      send: () => Promise.reject(new Fault("A recording is judged without sending anything.")),
      close: async () => {},
    },
    how: { deadlineMs: 1 },
    settleMs: 0,
    sleep: async () => {},
  });
}
