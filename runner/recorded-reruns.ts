import type { Judge } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Report } from "../reports/report.ts";
import type { Column } from "../spec/verdict.ts";
import type { Candidate } from "./candidates.ts";
import { asSeen, type Confirmed, confirmedAsSeen, unconfirmed } from "./confirm.ts";
import type { History } from "./recorded-cases.ts";
import { explainedOneByOne, readRerunName, violationIn } from "./rerun.ts";
import { type Confirmer, notRerun } from "./rule-results.ts";
import { failsAlone, withServing } from "./serving.ts";

/** The report of the shard of a worker. */
export type ShardOf = (worker: number) => Report;

/** A recorded rerun, with what its name says. */
type NamedRerun = History & NonNullable<ReturnType<typeof readRerunName>>;

/** Confirms a candidate with the last recorded rerun that shows it unexplained, which is the smallest. */
export function confirmFromRecording(
  histories: readonly History[],
  judge: Judge,
  shardOf: ShardOf | null,
): Confirmer {
  const all: readonly NamedRerun[] = histories
    .toSorted((a, b) => a.order - b.order)
    .flatMap((history) => {
      const name = readRerunName(history.id);
      return name === null ? [] : [{ ...history, ...name }];
    });
  return async (candidate, { rule, columns, explains, briefly }) => {
    const ofRule = all.filter((one) => one.rule === rule.id);
    const every = ofRule.filter(({ aim }) => aim === undefined || aim === "fine");
    const own = shardOf === null ? every : rerunsInShard(every, { candidate, rule, columns, shardOf });
    // The run may have rerun another kind of input only.
    if (candidate.news !== undefined && !own.some(({ place }) => place === candidate.place))
      return confirmedAsSeen(candidate);
    const replays = shardOf !== null && briefly ? own.filter(({ aim }) => aim !== "fine") : own;
    if (replays.length === 0) return { kind: "unconfirmed", why: notRerun(candidate) };
    const sought = { judge, rule, columns, unless: candidate.unless };
    /** The violation that a rerun shows, if nothing else in its attempt explains it. */
    const confirmedBy = ({ attempt, fixture, batches, observed }: NamedRerun): Confirmed | null => {
      const violation = violationIn(observed, { ...sought, explains });
      if (violation === null || violation.explainedBy !== null) return null;
      const alike = ofRule.filter((one) => one.attempt === attempt);
      if (alike.some((one) => one.aim === "one-by-one" && explainedOneByOne(one.observed, sought) !== null))
        return null;
      const { expected, whileServing } = violation;
      if (whileServing !== undefined && !isServing(alike)) return null;
      const seen = whileServing === undefined ? violation.seen : withServing(violation.seen);
      const execution = { batches: batches.slice(0, violation.batches), observed };
      return { kind: "confirmed", execution, fixture, expected, seen, reruns: null };
    };
    const found = replays.flatMap((one) => confirmedBy(one) ?? []).at(-1);
    return found ?? asSeen(candidate) ?? unconfirmed(`seen once (${candidate.seen}), not in reruns`);
  };
}

/**
 * The reruns by which the shard of a candidate confirmed the rule: those of its last attempt. None if it did not confirm it,
 * or tried this candidate before in vain.
 */
function rerunsInShard(
  reruns: readonly NamedRerun[],
  {
    candidate,
    rule,
    columns,
    shardOf,
  }: { candidate: Candidate; rule: Rule; columns: readonly Column[]; shardOf: ShardOf },
): readonly NamedRerun[] {
  const shard = shardOf(candidate.worker);
  const verdicts = shard.rules.find(({ id }) => id === rule.id)?.verdicts;
  if (!columns.some((column) => verdicts?.[column] === "violated")) return [];
  const own = reruns.filter(({ worker }) => shardOf(worker) === shard);
  const last = own.at(-1);
  const isTried = own.some(({ place }) => place === candidate.place);
  return isTried && last?.place !== candidate.place
    ? []
    : own.filter(({ attempt }) => attempt === last?.attempt);
}

/** Says whether the reruns of an attempt amid valid requests show that the target failed at nothing else. */
function isServing(reruns: readonly NamedRerun[]): boolean {
  const amidValid = reruns.filter(({ aim }) => aim === "amid-valid");
  return amidValid.length > 0 && amidValid.every(({ batches }) => failsAlone(batches));
}
