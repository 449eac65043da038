import type { Addition, BatchObservation, Observation } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import { isConflict, isInProgress, phrase, saysItExists } from "../spec/answer.ts";
import { grouped } from "../spec/collections.ts";
import { errorStatus } from "../spec/constraint.ts";
import type { Answer } from "../spec/exchange.ts";
import { violated } from "./define.ts";

/** Rules on additions that were in flight together. */
export const raceRules = {
  "race.one-id-once": {
    title: "Exactly one of several concurrent additions of one id succeeds",
    basis: "implied",
    source: "Request Body, StatementId; Errors, ResourceConflictException",
    clauses: ["R167"],
    needs: ["state"],
    trigger: { on: "round", judge: judgeOneId },
  },
  "race.one-revision-once": {
    title: "Exactly one of several concurrent additions with one RevisionId succeeds",
    basis: "implied",
    source: "Request Body, RevisionId; Errors, PreconditionFailedException",
    clauses: ["R168"],
    needs: ["state", "policy", "revisions"],
    trigger: { on: "round", judge: judgeOneRevision },
  },
  "race.linearizable": {
    title: "Concurrent calls have the effect of some sequential order",
    basis: "implied",
    source: "introduction: the operation adds a statement; Errors, ResourceConflictException",
    clauses: ["R166", "R167", "R168"],
    needs: ["state", "policy"],
    columns: ["document"],
    trigger: { on: "history", checker: "linearizability" },
  },
} as const satisfies Record<string, RuleBody>;

function judgeOneId(batch: BatchObservation): Judgement | null {
  const groups = groupsOf(batch, ({ stateAnalysis, analysis }) => {
    const sid = analysis.body.members?.StatementId;
    const revision = analysis.body.members?.RevisionId;
    const fresh = stateAnalysis.refusalReasons.length + stateAnalysis.unsure.length === 0;
    return fresh && revision === undefined ? JSON.stringify([stateAnalysis.key, String(sid)]) : null;
  });
  // If the target takes ids twice in calls one after another, concurrency is not the cause.
  const unless = ["StatementId.duplicate", "StatementId.duplicate-content"];
  return judgeGroups(groups, "exactly one 201, the others 409 ResourceConflictException", unless);
}

function judgeOneRevision(batch: BatchObservation): Judgement | null {
  const groups = groupsOf(batch, ({ stateAnalysis, analysis }) =>
    stateAnalysis.variations.includes("RevisionId.current")
      ? JSON.stringify([stateAnalysis.key, String(analysis.body.members?.RevisionId)])
      : null,
  );
  const accepted = groups.filter((group) => group.some(({ result }) => result.kind === "added"));
  // A target that ignores revisions, or never changes them, violates rules on single calls already.
  const unless = ["RevisionId.never-seen", "RevisionId.used", "RevisionId.stale", "revision.changes"];
  return judgeGroups(accepted, "exactly one 201, the others 412 PreconditionFailedException", unless);
}

function judgeGroups(
  groups: readonly (readonly Addition[])[],
  expected: string,
  unless: readonly string[] = [],
): Judgement | null {
  const races = groups.filter((group) => group.length > 1);
  if (races.length === 0) return null;
  let open: string | null = null;
  for (const race of races) {
    const wins = race.filter(({ result }) => result.kind === "added").length;
    const unsettled = race.find(
      ({ result, answer }) =>
        (result.kind === "unsettled" && !isThrottled(answer)) || (wins === 0 && mayPass(answer)),
    );
    if (wins > 1) return { ...violated(expected, tally(race)), unless };
    if (wins === 0 && !unsettled)
      return {
        ...violated(expected, tally(race)),
        unless: [...unless, "StatementId.freed", "request.accepted", "Qualifier.version", "Qualifier.alias"],
      };
    if (unsettled) open = phrase(unsettled.answer);
  }
  return open === null ? holds : { verdict: "inconclusive", why: open };
}

/**
 * Says whether the refusal may pass by itself: too many requests, or a conflict whose message does not say that the id is
 * there, so that another operation may be in progress.
 */
function mayPass(answer: Answer): boolean {
  return isThrottled(answer) || isInProgress(answer) || (isConflict(answer) && !saysItExists(answer.body));
}

/** Whether one addition alone succeeds, such an answer to another one does not change. */
function isThrottled(answer: Answer): boolean {
  return answer.kind === "response" && answer.status === errorStatus.TooManyRequestsException;
}

function tally(race: readonly Addition[]): string {
  const answers = grouped(race, ({ answer }) => phrase(answer));
  return answers.map(([what, { length }]) => `${length} × ${what}`).join(", ");
}

function additions(batch: BatchObservation): readonly Addition[] {
  return batch.members.filter(
    (member: Observation): member is Addition => member.kind === "addition" && clear(member),
  );
}

function clear({ analysis }: Addition): boolean {
  return analysis.refusalReasons.length + analysis.questions.length === 0;
}

/** The additions of a batch by their key, without those that have none. */
function groupsOf(
  batch: BatchObservation,
  keyOf: (of: Addition) => string | null,
): readonly (readonly Addition[])[] {
  const keyed = additions(batch).filter((of) => keyOf(of) !== null);
  return grouped(keyed, (of) => keyOf(of) ?? "").map(([, group]) => group);
}
