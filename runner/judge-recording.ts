import { type Finding, type Judge, judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Reason, Report } from "../reports/report.ts";
import { within } from "../spec/error-place.ts";
import type { Exchange } from "../spec/exchange.ts";
import { columns } from "../spec/verdict.ts";
import { scripted, type TestCase } from "../suites/case.ts";
import { type Verdicts, verdicts } from "./candidates.ts";
import { type SizeLimit, sizeLimit } from "./capabilities.ts";
import { endingIn, endingRule, withEnding } from "./endings.ts";
import type { Emit, RunHead, Spent } from "./events.ts";
import type { IsNews } from "./kinds.ts";
import { reportObserver } from "./observe/report.ts";
import { emitResults, isSettled, settledKinds } from "./phase.ts";
import { type CaseEnd, type History, historiesOf } from "./recorded-cases.ts";
import { confirmFromRecording, type ShardOf } from "./recorded-reruns.ts";
import type { Recording } from "./recording.ts";
import type { ReportOptions } from "./report.ts";
import { confirmCandidates, type Findings } from "./rule-results.ts";
import { openScope } from "./scope.ts";

export interface RejudgeOptions {
  readonly rules: readonly Rule[];
  readonly tool: ReportOptions["tool"];
  readonly profile: ReportOptions["profile"];
  readonly curl: ReportOptions["curl"];
  /** Says which kinds of input the file of known deviations does not list of a rule that it lists. */
  readonly isNews?: IsNews | undefined;
}

/** The recordings of the shards of a run, joined. */
export interface Joined extends Pick<Recording, "report"> {
  /** Test cases in the order of the plan, each phase before its reruns. Emits what `historiesOf` emits. */
  histories(emit: Emit): AsyncIterable<readonly [History, CaseEnd]>;
  readonly shardOf: ShardOf;
}

/**
 * Judges a recorded run by the given rules without sending anything. Stored events go through the engine's judge
 * and to the same observers. Recorded reruns confirm the violations. Only these reruns and the current test case of
 * each worker are in memory.
 */
export async function rejudge(recording: Recording | Joined, options: RejudgeOptions): Promise<Report> {
  const { report: live } = recording;
  const notJudgedReason = notJudgedReasonOf(live);
  const head = headOfRecorded(live, options);
  const report = reportObserver({ ...head, ...presentationOf(live, options), notJudgedReason });
  const emit = report.on;
  emit({ type: "run-started", head });
  const judged = options.rules.filter((rule) => notJudgedReason(rule) === null);
  const judge = judgeOf(judged);
  const newVerdicts = () => verdicts(undefined, options.isNews);
  let candidates = newVerdicts();
  const limit = sizeLimit();
  const spent = { requests: live.requests, ms: live.durationMs };
  emit({ type: "planned", cases: live.coverage?.histories.planned ?? 0, rules: judged, unsupported: [] });
  const shardOf = "shardOf" in recording ? recording.shardOf : null;
  const settled: TestCase[] = [];
  let reruns: History[] = [];
  let before: Findings = new Map();
  const trials: History[] = [];
  const keepsFunctions = live.target.unsupported?.every(({ needs }) => needs !== "state") ?? true;
  const withEndingOf = (known: Findings): Findings => {
    const rule = judged.find(({ id }) => id === endingRule);
    const ending = endingIn(trials, keepsFunctions);
    return rule === undefined || ending === null ? known : withEnding(known, ending, rule);
  };
  const confirm = () =>
    confirmCandidates({
      scope: openScope(),
      judged,
      judge,
      verdicts: candidates,
      before: withEndingOf(before),
      stop: () => null,
      confirmers: () => [confirmFromRecording(reruns, judge, shardOf)],
    });
  for await (const [history, end] of "histories" in recording
    ? recording.histories(emit)
    : historiesOf(recording.lines(), emit)) {
    if (history.purpose === "arrange") {
      trials.push(history);
      continue;
    }
    if (history.purpose === "confirm") {
      reruns.push(history);
      continue;
    }
    // A test case after reruns begins another phase.
    if (reruns.length > 0) {
      before = await confirm();
      candidates = newVerdicts();
      reruns = [];
    }
    if (shardOf !== null && isLeftOut(end, judged, candidates)) {
      const { breaks } = end.case;
      settled.push(scripted(history.id, { breaks }, () => []));
      const at = { worker: history.worker, case: end.case, place: end.place };
      emit({ type: "case-skipped", ...at, lacks: "news", spent });
      continue;
    }
    within({ case: history.id }, () => judgeCase(history, end, { judge, candidates, limit, emit, spent }));
  }
  const findings = await confirm();
  emitResults(judged, limit.applyTo(judged, findings), emit);
  emitFooter(live, options.rules, emit);
  emit({ type: "run-finished", complete: !live.incomplete, spent });
  return withFooterFacts(report.report(), live, settled);
}

/** What judging recorded test cases needs. */
interface CaseJudging {
  readonly judge: Judge;
  readonly candidates: Verdicts;
  readonly limit: SizeLimit;
  readonly emit: Emit;
  readonly spent: Spent;
}

/** Judges a test case, as the engine does while it executes it. */
function judgeCase(
  { worker, id, fixture, batches, observed }: History,
  how: CaseEnd,
  { judge, candidates, limit, emit, spent }: CaseJudging,
): void {
  const soFar: (readonly Exchange[])[] = [];
  const { place, began } = how;
  const { clean, breaks } = how.case;
  const testCase = scripted(id, { clean, breaks }, () => soFar.map((batch) => batch.map(({ step }) => step)));
  const start = { clean: began === "empty", notEmptied: began === "not-emptied" };
  const at = { testCase, fixture, worker, place, ...start };
  const findings: Finding[] = [];
  const observe = (found: readonly Finding[]) => {
    findings.push(...found);
    candidates.observe(found, { ...at, batches: soFar });
  };
  for (const [index, batch] of observed.entries()) {
    const exchanges = batches[index] ?? [];
    soFar.push(exchanges);
    emit({ type: "batch", worker, case: id, purpose: "execute", exchanges, observed: batch });
    if (how.lost !== true) observe(judge.batch(batch));
  }
  if (how.lost !== true) {
    observe(judge.history(observed));
    limit.caseEnded(id, batches);
  }
  emit({ type: "case-finished", worker, ...how, findings, spent });
}

/** Emits what no exchange shows: the checks that were not executed, and the problems. */
function emitFooter(live: Report, rules: readonly Rule[], emit: Emit): void {
  const unsent = unsentIn(live);
  const checks = rules.flatMap((rule) =>
    columns.map((column) => ({ rule: rule.id, column, checks: unsent?.(rule) ?? 0 })),
  );
  if (unsent !== null) emit({ type: "not-executed", checks });
  for (const problem of live.problems) emit({ type: "problem", problem: { code: "recorded", problem } });
}

/** Takes over from the live report what a recording does not hold: the target, the waits and the numbers of test cases. */
function withFooterFacts(report: Report, live: Report, settled: readonly TestCase[]): Report {
  const { target, shard, shards, waits, coverage: known } = live;
  const { planned, played, ...others } = known?.histories ?? { planned: 0, played: 0 };
  const histories = { planned, played: played - settled.length, ...others };
  const leftOut = [...(live.leftOut ?? []), ...settledKinds(settled)];
  // Which requests were in flight when the target ended is not recorded.
  const { unconfirmed } = live.rules.find(({ id }) => id === endingRule) ?? {};
  const rules = report.rules.map((rule) =>
    rule.id !== endingRule || unconfirmed === undefined || rule.counterexample !== undefined
      ? rule
      : { ...rule, unconfirmed },
  );
  const { coverage } = report;
  return {
    ...report,
    rules,
    target,
    ...(shard && { shard }),
    ...(shards && { shards }),
    ...(waits && { waits }),
    ...(leftOut.length > 0 && { leftOut }),
    ...(coverage === undefined ? {} : { coverage: { ...coverage, histories } }),
  };
}

function headOfRecorded(live: Report, { rules, tool, profile }: RejudgeOptions): RunHead {
  return {
    tool,
    target: { ...live.target, cannot: [] },
    rules,
    profile,
    only: live.only,
    seed: live.seed,
    startedAt: new Date(live.startedAt),
  };
}

function presentationOf(
  live: Report,
  { curl }: RejudgeOptions,
): Pick<ReportOptions, "replay" | "redact" | "curl"> {
  const replays = new Map(live.rules.map(({ id, counterexample }) => [id, counterexample?.replay ?? ""]));
  return {
    curl,
    replay: (rule) => replays.get(rule) ?? "",
    // The recorder already removed all secrets.
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

/** The reasons why the live run did not judge a rule. */
function notJudgedReasonOf(live: Report): (rule: Rule) => Reason | null {
  const reasons = new Map(
    live.rules.flatMap(({ id, reasonCode: code, excusedBy: needs, reason: detail = "" }) =>
      code === "unsupported" ? [[id, { code, needs, detail }] as const] : [],
    ),
  );
  return ({ id }) => reasons.get(id) ?? null;
}

/** Says whether an unsharded run would have left out a test case, by what it saw before. */
function isLeftOut({ case: { breaks } }: CaseEnd, judged: readonly Rule[], candidates: Verdicts): boolean {
  const rule = judged.find(({ id }) => id === breaks);
  return rule !== undefined && isSettled(rule, candidates);
}
