import type { Addition, Observation } from "../spec/observation.ts";
import type { Judgement, Rule, Trigger } from "../spec/rule.ts";
import { rules as everyRule } from "../spec/rules/index.ts";
import type { Column } from "../spec/verdict.ts";
import { judgeLinearizability } from "./judge-linearizability.ts";
import type { ObservedRound } from "./observe.ts";
import { pointOf } from "./point.ts";

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
  const point = pointOf(of);
  if (point === null || point.kind === "open") return [];
  if (point.kind === "objection") return byObjection.get(point.objection) ?? [];
  const { features } = point;
  return features.length > 1 ? [] : (byFeature.get(features[0] ?? "") ?? []);
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
