import type { Addition, Observation } from "../spec/observation.ts";
import type { Judgement, Rule, Trigger } from "../spec/rule.ts";
import { rules as everyRule } from "../spec/rules/index.ts";
import type { Column } from "../spec/verdict.ts";
import { judgeLinearizability } from "./judge-linearizability.ts";
import type { ObservedRound } from "./observe.ts";

/** What one rule says in one column of one observation, round or history. */
export interface Finding {
  readonly rule: Rule;
  readonly column: Column;
  readonly judgement: Judgement;
}

/** Asks the rules that an observation can concern, and no others. */
export interface Judge {
  /** Everything the rules say of one round. */
  round(round: ObservedRound): readonly Finding[];
  /** Everything the rules say of a whole history. */
  history(rounds: readonly ObservedRound[]): readonly Finding[];
}

type Of<On extends Trigger["on"]> = { readonly rule: Rule; readonly trigger: Extract<Trigger, { on: On }> };

/** A judge over some rules; over all of them unless told otherwise. A rule that throws is a fault of ours. */
export function judgeOf(rules: readonly Rule[] = everyRule): Judge {
  const byObjection = grouped(pick(rules, "objection"), ({ trigger }) => trigger.objection);
  const byFeature = grouped(pick(rules, "feature"), ({ trigger }) => trigger.feature ?? "");
  const onSuccess = pick(rules, "success");
  const onRefusal = pick(rules, "refusal");
  const onAnswer = pick(rules, "answer");
  const onRead = pick(rules, "read");
  const onRound = pick(rules, "round");
  const onHistory = pick(rules, "history");

  const ofAddition = (of: Addition, found: Finding[]): void => {
    for (const asked of specific(of, byObjection, byFeature))
      add(found, asked.rule, (column) => asked.trigger.judge(of, column));
    const passive = of.result.kind === "added" ? onSuccess : of.result.kind === "refused" ? onRefusal : [];
    for (const { rule, trigger } of passive) add(found, rule, (column) => trigger.judge(of, column));
    for (const { rule, trigger } of onAnswer) add(found, rule, (column) => trigger.judge(of, column));
  };
  const ofObservation = (of: Observation, found: Finding[]): void => {
    if (of.kind === "addition") ofAddition(of, found);
    if (of.kind !== "policy-read") return;
    for (const { rule, trigger } of onRead) add(found, rule, (column) => trigger.judge(of, column));
  };
  return {
    round: ({ before, observations }) => {
      const found: Finding[] = [];
      for (const of of observations) ofObservation(of, found);
      if (observations.length < 2) return found;
      for (const { rule, trigger } of onRound) {
        add(found, rule, (column) => trigger.judge({ before, members: observations }, column));
      }
      return found;
    },
    history: (rounds) => {
      const found: Finding[] = [];
      for (const { rule } of onHistory) add(found, rule, () => judgeLinearizability(rounds));
      return found;
    },
  };
}

/** The one rule for the one thing that is special about a request; none when several things are. */
function specific(
  of: Addition,
  byObjection: ReadonlyMap<string, readonly Of<"objection">[]>,
  byFeature: ReadonlyMap<string, readonly Of<"feature">[]>,
): readonly (Of<"objection"> | Of<"feature">)[] {
  const { reading, situation, together } = of;
  if (reading.questions.length + situation.questions.length > 0) return [];
  const [objection, ...more] = [...reading.objections, ...(together ? [] : situation.objections)];
  if (objection !== undefined) {
    // Whether a revision just read counts depends on where the target takes it from, so that 412 may be right as well.
    const guarded = situation.features.includes("RevisionId.current");
    const alone =
      !guarded && more.length === 0 && (situation.unsure.length === 0 || reading.objections.length > 0);
    return alone && !explainedByTheUnknown(of) ? (byObjection.get(objection) ?? []) : [];
  }
  if (together || situation.key === null) return [];
  const special = [...reading.features, ...situation.features];
  return special.length > 1 ? [] : (byFeature.get(special[0] ?? "") ?? []);
}

/** Where it is not known what is there, a refusal may be for something missing, taken or stale just as well. */
function explainedByTheUnknown({ situation, result }: Addition): boolean {
  return situation.unsure.length > 0 && result.kind === "refused" && [404, 409, 412].includes(result.status);
}

function add(found: Finding[], rule: Rule, judge: (column: Column) => Judgement | null): void {
  const columns = rule.columns ?? (["document", "aws"] as const);
  let judgement: Judgement | null | undefined;
  for (const column of columns) {
    if (judgement === undefined || rule.differs) judgement = judge(column);
    if (judgement !== null) found.push({ rule, column, judgement });
  }
}

function pick<On extends Trigger["on"]>(rules: readonly Rule[], on: On): readonly Of<On>[] {
  return rules.flatMap((rule) => (isOn(rule.trigger, on) ? [{ rule, trigger: rule.trigger }] : []));
}

function isOn<On extends Trigger["on"]>(trigger: Trigger, on: On): trigger is Extract<Trigger, { on: On }> {
  return trigger.on === on;
}

function grouped<T>(list: readonly T[], key: (of: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}
