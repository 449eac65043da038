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
import { confirmAll, executeAll, type Judging, surviving, withEndings } from "./phase.ts";
import type { Part, Plan } from "./plan.ts";
import type { WorkerPool } from "./pool.ts";
import { type Findings, resultKey } from "./rule-results.ts";
import type { RunOptions } from "./run.ts";

/** What a run has done and found so far. */
export interface Progress {
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

/** The deadline of calls to a target that no longer answers, in milliseconds. */
const silentMs = 2000;

/** Makes the function that executes the test cases of a part and confirms their candidates. It returns false if the run ends. */
export function partJudge(
  judging: Judging,
  { parts, places }: Plan,
  campaign: Campaign | null,
  progress: Progress,
): (part: Part) => Promise<boolean> {
  const { options, pool, emit, judged } = judging;
  const bail = bailing(options);
  const newVerdicts = candidateCollector(judging, bail);
  const vain = vainAttempts();
  const notExecuted: Pick<Executed, "unsent" | "findingsOfCut">[] = [];
  const countNotExecuted = async (later: readonly TestCase[]) => {
    // Imported here, because most runs execute every test case and have nothing to count.
    const { emitNotExecuted } = await import("./expected.ts");
    await emitNotExecuted([...notExecuted, { unsent: later, findingsOfCut: [] }], judging);
  };

  /** Returns the test cases that wait until `--bail` is decided; null if the run ends. */
  const judge = async ({ of, phase, testCases, later }: Part): Promise<readonly TestCase[] | null> => {
    const isRound = of === "round";
    // One worker sends what may end the target, so that one test case is the cause.
    const workers = phase === "ordinary" ? progress.workers : progress.workers.slice(0, 1);
    const idle = progress.workers.slice(workers.length);
    const candidates = newVerdicts();
    const isLeftAlone = isRound ? vain.isWaiting : undefined;
    const one = { phase, testCases, firstPlace: progress.place, places, workers, candidates, isLeftAlone };
    const executed = await executeAll(
      one,
      judging,
      () => bail.mayEnd() || (isRound && campaign?.isOver() === true),
    );
    progress.place += testCases.length;
    progress.away = executed.away;
    progress.findings = withEndings(progress.findings, executed.confirmed, judging);
    const stopped = executed.away ?? executed.stopped;
    const isSpent = isRound && (stopped?.code === "budget-spent" || stopped?.code === "budget-kept");
    const isPaused = stopped === null && executed.unsent.length > 0 && bail.mayEnd();
    const isLast = stopped !== null || (later.length === 0 && !isPaused);
    if (stopped?.code === "silent") options.transport.hurry?.(silentMs);
    if (stopped?.code === "busy") pool.hurry();
    if (!isRound) {
      progress.leftOut += executed.leftOut;
      progress.settled.push(...executed.settled);
      if (!isPaused) notExecuted.push(executed);
      if (isLast) await countNotExecuted(stopped === null ? [] : later);
      if (isLast && (phase !== "ordinary" || stopped === null)) emitUnlimited(parts, judging);
    }
    if (stopped !== null && !isSpent)
      emit({ type: "problem", problem: { code: "stopped", reason: stopped, phase } });

    const all = executed.isRestarted ? [...executed.workers, ...idle] : executed.workers;
    const survived = executed.away === null ? await surviving(all, judging) : { workers: all, lost: [] };
    const lost = [...executed.lost, ...(executed.isRestarted ? [] : survived.lost)];
    if (lost.length > 0) emit({ type: "problem", problem: { code: "fixtures-lost", functions: lost } });
    const standing = [...survived.workers, ...(executed.isRestarted ? [] : idle)];
    const confirmed = await confirmAll({ ...one, workers: standing }, progress.findings, judging);
    progress.workers = confirmed.workers;
    progress.findings = confirmed.findings;
    const suspected = executed.suspected ?? confirmed.suspected;
    if (suspected !== null) emitSuspected(suspected, progress.findings, judging);
    if (executed.away === null && confirmed.away !== null) {
      progress.away = confirmed.away;
      emit({ type: "problem", problem: { code: "stopped", reason: confirmed.away, phase } });
    }

    if (isRound) vain.ended(judged, candidates, progress.findings);
    await campaign?.partEnded();
    if ((stopped !== null && !isSpent) || progress.away !== null || lost.length > 0)
      progress.isComplete = false;
    if (isSpent) campaign?.end("budget");
    if (stopped !== null || progress.away !== null) return null;
    const enough = bail.ended(judged, progress.findings);
    if (enough === null) return isPaused ? executed.unsent : [];
    campaign?.end("bail");
    if (isLast || isRound) return null;
    if (isPaused) notExecuted.push(executed);
    await countNotExecuted(later);
    emit({ type: "problem", problem: { code: "stopped", reason: enough, phase } });
    progress.isComplete = false;
    return null;
  };

  return async (part) => {
    let left: readonly TestCase[] | null = part.testCases;
    while (left !== null && left.length > 0) left = await judge({ ...part, testCases: left });
    return left !== null;
  };
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
