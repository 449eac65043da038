import { columnsOf, type Rule } from "../oracle/rule.ts";
import { counts } from "../reports/verdict.ts";
import { causeOf } from "../rules/causes.ts";
import type { UnsupportedCapability } from "../spec/verdict.ts";
import type { TestCase } from "../suites/case.ts";
import type { Campaign } from "./campaign/campaign.ts";
import { type Candidate, singleAnswer, type Verdicts, verdicts } from "./candidates.ts";
import { isSearchForLimit } from "./capabilities.ts";
import { endingRule, type SuspectedEnding } from "./endings.ts";
import type { Gone, StopReason } from "./events.ts";
import type { Executed } from "./execute.ts";
import {
  confirmAll,
  type ExecutedPhase,
  executeAll,
  type Judging,
  type PhaseOfRun,
  surviving,
  withEndings,
} from "./phase.ts";
import type { Part, Plan } from "./plan.ts";
import type { WorkerPool } from "./pool.ts";
import { type Findings, resultKey } from "./rule-results.ts";
import type { RunOptions } from "./run.ts";

/** What a run has done and found so far. */
export interface RunProgress {
  workers: WorkerPool["workers"];
  findings: Findings;
  /** Why the target counts as gone for good; null if it is there. */
  away: Gone | null;
  /** The place of the next test case. */
  place: number;
  /** Everything planned was done. */
  isComplete: boolean;
  /** The test cases of the plan that were not worth their time, and those that would have shown nothing new. */
  leftOut: number;
  readonly settled: TestCase[];
}

/** Makes the function that executes the test cases of a part and confirms their candidates. It returns false if the run ends. */
export function partJudge(
  judging: Judging,
  { parts, places }: Plan,
  campaign: Campaign | null,
  progress: RunProgress,
): (part: Part) => Promise<boolean> {
  const { options, emit, judged } = judging;
  const bail = bailing(options);
  const newVerdicts = candidateCollector(judging, bail);
  const vain = vainAttempts();
  const notExecuted: Pick<Executed, "unsent" | "findingsOfCut">[] = [];
  const countNotExecuted = async (later: readonly TestCase[]) => {
    // Imported here, because most runs execute every test case and have nothing to count.
    const { emitNotExecuted } = await import("./expected.ts");
    await emitNotExecuted([...notExecuted, { unsent: later, findingsOfCut: [] }], judging);
  };
  /** Counts what was left out of the plan and not executed; the rounds of a campaign have no plan. */
  const count = async ({ phase, later }: Part, executed: ExecutedPhase, end: PartEnd) => {
    progress.leftOut += executed.leftOut;
    progress.settled.push(...executed.settled);
    if (!end.isPaused) notExecuted.push(executed);
    if (!end.isLast) return;
    await countNotExecuted(end.stopped === null ? [] : later);
    if (phase !== "ordinary" || end.stopped === null) emitUnlimited(parts, judging);
  };

  /** Returns the test cases that wait until `--bail` is decided; null if the run ends. */
  const judge = async (part: Part): Promise<readonly TestCase[] | null> => {
    const { phase, testCases } = part;
    const isRound = part.of === "round";
    const isOver = () => isRound && campaign?.isOver() === true;
    // One worker sends what may end the target, so that one test case is the cause.
    const workers = phase === "ordinary" ? progress.workers : progress.workers.slice(0, 1);
    const idle = progress.workers.slice(workers.length);
    const candidates = newVerdicts();
    const isLeftAlone = isRound ? vain.isWaiting : undefined;
    const one = { phase, testCases, firstPlace: progress.place, places, workers, candidates, isLeftAlone };
    const executed = await executeAll(one, judging, () => bail.mayEnd() || isOver());
    progress.place += testCases.length;
    progress.away = executed.away;
    progress.findings = withEndings(progress.findings, executed.confirmed, judging);
    const end = endOf(part, executed, bail.mayEnd());
    hurry(end.stopped, judging);
    if (!isRound) await count(part, executed, end);
    if (end.stopped !== null && !end.isSpent)
      emit({ type: "problem", problem: { code: "stopped", reason: end.stopped, phase } });

    const lost = await confirmPart(one, executed, idle, progress, judging);
    if (isRound) vain.ended(judged, candidates, progress.findings);
    await campaign?.partEnded();
    if (end.isSpent) campaign?.end("budget");
    const isUnfinished = end.stopped !== null && !end.isSpent;
    if (isUnfinished || progress.away !== null || lost.length > 0) progress.isComplete = false;
    if (end.stopped !== null || progress.away !== null) return null;
    return unlessBailed(part, executed, end);
  };

  /** The test cases that wait, none if all were executed; null if enough causes are confirmed. */
  const unlessBailed = async (part: Part, executed: ExecutedPhase, end: PartEnd) => {
    const enough = bail.ended(judged, progress.findings);
    if (enough === null) return end.isPaused ? executed.unsent : [];
    campaign?.end("bail");
    if (end.isLast || part.of === "round") return null;
    if (end.isPaused) notExecuted.push(executed);
    await countNotExecuted(part.later);
    emit({ type: "problem", problem: { code: "stopped", reason: enough, phase: part.phase } });
    progress.isComplete = false;
    return null;
  };

  return async (part) => {
    let left: readonly TestCase[] | null = part.testCases;
    while (left !== null && left.length > 0) left = await judge({ ...part, testCases: left });
    return left !== null;
  };
}

/** How the execution of a part ended. */
interface PartEnd {
  /** Why the run ends; null if it goes on. */
  readonly stopped: StopReason | null;
  /** A round of a campaign spent the budget, so that the campaign ends as planned. */
  readonly isSpent: boolean;
  /** Test cases wait until it is known whether `--bail` ends the run. */
  readonly isPaused: boolean;
  /** Nothing of the plan follows. */
  readonly isLast: boolean;
}

function endOf({ of, later }: Part, executed: ExecutedPhase, mayEnd: boolean): PartEnd {
  const stopped = executed.away ?? executed.stopped;
  const isPaused = stopped === null && executed.unsent.length > 0 && mayEnd;
  return {
    stopped,
    isSpent: of === "round" && (stopped?.code === "budget-spent" || stopped?.code === "budget-kept"),
    isPaused,
    isLast: stopped !== null || (later.length === 0 && !isPaused),
  };
}

/** The deadline of calls to a target that no longer answers, in milliseconds. */
const silentMs = 2000;

/** Waits less for a target that no longer answers, or turns every request away. */
function hurry(stopped: StopReason | null, { options, pool }: Judging): void {
  if (stopped?.code === "silent") options.transport.hurry?.(silentMs);
  if (stopped?.code === "busy") pool.hurry();
}

/** Confirms the candidates of a part with the workers that are left. Returns the functions that were lost for no known cause. */
async function confirmPart(
  phase: PhaseOfRun,
  executed: ExecutedPhase,
  idle: WorkerPool["workers"],
  progress: RunProgress,
  judging: Judging,
): Promise<readonly string[]> {
  const { emit } = judging;
  const { isRestarted, away } = executed;
  const all = isRestarted ? [...executed.workers, ...idle] : executed.workers;
  const survived = away === null ? await surviving(all, judging) : { workers: all, lost: [] };
  const lost = [...executed.lost, ...(isRestarted ? [] : survived.lost)];
  if (lost.length > 0) emit({ type: "problem", problem: { code: "fixtures-lost", functions: lost } });
  const workers = [...survived.workers, ...(isRestarted ? [] : idle)];
  const confirmed = await confirmAll({ ...phase, workers }, progress.findings, judging);
  progress.workers = confirmed.workers;
  progress.findings = confirmed.findings;
  const suspected = executed.suspected ?? confirmed.suspected;
  if (suspected !== null) emitSuspected(suspected, progress.findings, judging);
  if (away === null && confirmed.away !== null) {
    progress.away = confirmed.away;
    emit({ type: "problem", problem: { code: "stopped", reason: confirmed.away, phase: phase.phase } });
  }
  return lost;
}

/** Makes a collection for each part of a run. The event of a candidate comes once for each rule of the run. */
function candidateCollector({ options, emit }: Judging, bail: ReturnType<typeof bailing>): () => Verdicts {
  const seen = new Set<string>();
  return () =>
    verdicts((candidate, rule, column) => {
      const { testCase, expected, seen: what } = candidate;
      bail.candidate(rule, candidate);
      if (!seen.has(rule.id))
        emit({ type: "candidate", rule, column, case: testCase.id, expected, seen: what });
      seen.add(rule.id);
    }, options.isNews);
}

/**
 * Says which rules to leave alone in the rounds of a campaign: a rule that was not confirmed in n rounds is left alone in the
 * next n, because each attempt may take hundreds of requests.
 */
function vainAttempts() {
  let round = 0;
  const times = new Map<string, number>();
  const next = new Map<string, number>();
  const isWaiting = ({ id }: Rule) => (next.get(id) ?? 0) > round;
  return {
    isWaiting,
    ended(judged: readonly Rule[], candidates: Verdicts, findings: Findings): void {
      for (const rule of judged) {
        const isOpen = columnsOf(rule).some(
          (column) =>
            candidates.of(rule, column).violated > 0 &&
            findings.get(resultKey(rule.id, column))?.outcome !== "violated",
        );
        if (!isOpen || isWaiting(rule)) continue;
        const all = (times.get(rule.id) ?? 0) + 1;
        times.set(rule.id, all);
        next.set(rule.id, round + 1 + all);
      }
      round += 1;
    },
  };
}

/** Emits the requests of which one ended the target for good, as a violation that was seen and could not be tried again. */
function emitSuspected(suspected: SuspectedEnding, findings: Findings, { emit, judged }: Judging): void {
  const rule = judged.find(({ id }) => id === endingRule);
  if (rule === undefined) return;
  for (const column of columnsOf(rule)) {
    const known = findings.get(resultKey(rule.id, column));
    if (known?.outcome === "violated") continue;
    const { observations = 0, decided = 0 } = known ?? {};
    const { seen, suites } = suspected;
    const why = { code: "not-rerun", seen, because: "gone", suites } as const;
    const result = { outcome: "inconclusive", observations, decided, why, suspected } as const;
    emit({ type: "rule-result", rule, columns: [column], result, hadCandidates: true });
  }
}

/** Emits the missing size limit if every test case was executed, with the search for it, and none met a limit. */
function emitUnlimited(parts: Plan["parts"], { options, emit, limit }: Judging): void {
  const isPlanned = parts.some(
    ({ of, testCases }) => of === "plan" && testCases.some(({ id }) => isSearchForLimit(id)),
  );
  const isSought = options.suites.some(({ name }) => name === "size");
  const isElsewhere = options.shard !== undefined && !isPlanned;
  const what: UnsupportedCapability | null = isSought && !isElsewhere ? limit.unsupported() : null;
  if (what !== null) emit({ type: "unsupported", what });
}

/** Ends a run once enough causes of violations are confirmed; never unless the user asked for it. */
function bailing({ bail, profile }: RunOptions) {
  const { causes: most = Number.POSITIVE_INFINITY, known = [] } = bail ?? {};
  const tried = new Set<string>();
  const candidates = new Map<string, string>();
  let confirmed: ReadonlySet<string> = new Set();
  const isCounted = (rule: Rule) => counts(rule, profile) && !known.includes(rule.id);
  const causeIn = (rule: Rule, batches: Candidate["batches"]) =>
    causeOf({ rule, answer: singleAnswer(batches) }).id;
  return {
    /** Notes the first violation of a rule by the requests of a part of the run. */
    candidate: (rule: Rule, { batches }: Candidate): void => {
      if (isCounted(rule) && !tried.has(rule.id)) candidates.set(rule.id, causeIn(rule, batches));
    },
    /** True once enough causes may be confirmed, if their candidates are. */
    mayEnd: () => bail !== undefined && new Set([...confirmed, ...candidates.values()]).size >= most,
    /** Why the run ends after these results; null if it goes on. */
    ended: (judged: readonly Rule[], findings: Findings): StopReason | null => {
      // A rule that was not confirmed may have other candidates later, for which no other test case waits.
      for (const id of candidates.keys()) tried.add(id);
      candidates.clear();
      const found = judged.filter(isCounted).flatMap((rule) => {
        const { outcome, confirmed } = findings.get(resultKey(rule.id, profile)) ?? {};
        return outcome === "violated" && confirmed !== undefined
          ? [causeIn(rule, confirmed.execution.batches)]
          : [];
      });
      confirmed = new Set(found);
      return confirmed.size >= most ? { code: "bail", causes: confirmed.size } : null;
    },
  };
}
