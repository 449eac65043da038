import type { Addition, Observation } from "../spec/observation.ts";
import { type Feature, holds, type Judgement, type Rule, type Trigger } from "../spec/rule.ts";
import { rules as everyRule } from "../spec/rules/index.ts";
import type { Column } from "../spec/verdict.ts";
import type { ObservedRound } from "./observe.ts";
import { pointOf } from "./point.ts";
import { judgeLinearizability } from "./races.ts";

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

interface Asked {
  readonly rule: Rule;
  /** What is found when it holds, column by column: by far the most frequent finding, made once. */
  readonly held: readonly Finding[];
}

interface Of<On extends Trigger["on"]> extends Asked {
  readonly trigger: Extract<Trigger, { on: On }>;
}

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
    for (const asked of specific(of, byObjection, byFeature)) add(found, asked, asked.trigger.judge, of);
    const passive = of.result.kind === "added" ? onSuccess : of.result.kind === "refused" ? onRefusal : [];
    for (const asked of passive) add(found, asked, asked.trigger.judge, of);
    for (const asked of onAnswer) add(found, asked, asked.trigger.judge, of);
  };
  const ofObservation = (of: Observation, found: Finding[]): void => {
    if (of.kind === "addition") ofAddition(of, found);
    if (of.kind !== "policy-read") return;
    for (const asked of onRead) add(found, asked, asked.trigger.judge, of);
  };
  return {
    round: ({ before, observations }) => {
      const found: Finding[] = [];
      for (const of of observations) ofObservation(of, found);
      if (observations.length < 2) return found;
      const of = { before, members: observations };
      for (const asked of onRound) add(found, asked, asked.trigger.judge, of);
      return found;
    },
    history: (rounds) => {
      const found: Finding[] = [];
      for (const asked of onHistory) add(found, asked, judgeLinearizability, rounds);
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
  const [feature = "", ...more] = askedOf(point.features);
  return more.length > 0 ? [] : (byFeature.get(feature) ?? []);
}

/** Where an id is taken for one that is on another version or alias, only a request that names one shows it. */
function askedOf(features: readonly Feature[]): readonly Feature[] {
  return features.includes("StatementId.on-other-qualifier")
    ? features.filter((feature) => feature !== "Qualifier.version" && feature !== "Qualifier.alias")
    : features;
}

function add<T>(
  found: Finding[],
  { rule, held }: Asked,
  judge: (of: T, column: Column) => Judgement | null,
  of: T,
): void {
  let judgement: Judgement | null | undefined;
  for (const finding of held) {
    const { column } = finding;
    if (judgement === undefined || rule.differs) judgement = judge(of, column);
    if (judgement === null) continue;
    found.push(judgement.verdict === "holds" ? finding : { rule, column, judgement });
  }
}

const both: readonly Column[] = ["document", "aws"];

function pick<On extends Trigger["on"]>(rules: readonly Rule[], on: On): readonly Of<On>[] {
  return rules.flatMap((rule) => {
    if (!isOn(rule.trigger, on)) return [];
    const held = (rule.columns ?? both).map((column): Finding => ({ rule, column, judgement: holds }));
    return [{ rule, trigger: rule.trigger, held }];
  });
}

function isOn<On extends Trigger["on"]>(trigger: Trigger, on: On): trigger is Extract<Trigger, { on: On }> {
  return trigger.on === on;
}

function grouped<T>(list: readonly T[], key: (of: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}
