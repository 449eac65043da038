import { located } from "../spec/error-place.ts";
import type { RequestQuestion } from "../spec/request.ts";
import type { Column } from "../spec/verdict.ts";
import type { StateQuestion } from "./analyze-state.ts";
import type { Addition, Observation, ObservedRound } from "./observe.ts";
import { judgeLinearizability } from "./races.ts";
import { type Feature, holds, type Judgement, type Objection, type Rule, type Trigger } from "./rule.ts";

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

/** A judge over these rules. A rule that throws is an internal error. */
export function judgeOf(rules: readonly Rule[]): Judge {
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
    if (judgement === undefined || rule.differs) judgement = asked(rule, judge, of, column);
    if (judgement === null) continue;
    found.push(judgement.verdict === "holds" ? finding : { rule, column, judgement });
  }
}

function asked<T>(
  { id }: Rule,
  judge: (of: T, column: Column) => Judgement | null,
  of: T,
  column: Column,
): Judgement | null {
  try {
    return judge(of, column);
  } catch (error) {
    throw located(error, { rule: id });
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

/** The one thing that a request puts to the test. */
export type Point =
  | { readonly kind: "objection"; readonly objection: Objection }
  | { readonly kind: "valid"; readonly features: readonly Feature[] }
  | { readonly kind: "open"; readonly question: RequestQuestion | StateQuestion };

/** What a request puts to the test; null when several things speak against it, or too little is known. */
export function pointOf(of: Addition): Point | null {
  const { reading, situation, together } = of;
  const byState = together ? [] : situation.objections;
  const [objection] = reading.objections.length > 0 ? reading.objections : byState;
  const against = reading.objections.length + byState.length;
  if (reading.questions.length + situation.questions.length > 0) {
    const [question, ...more] = [...reading.questions, ...situation.questions];
    return question !== undefined && more.length + against === 0 ? { kind: "open", question } : null;
  }
  if (objection !== undefined) {
    // Whether a revision just read counts depends on where the target takes it from, so that 412 may be right as well.
    const guarded = situation.features.includes("RevisionId.current");
    const sure = situation.unsure.length === 0 || reading.objections.length > 0;
    return !guarded && against === 1 && sure && !isExplainedByTheUnknown(of)
      ? { kind: "objection", objection }
      : null;
  }
  if (together || situation.key === null) return null;
  return { kind: "valid", features: [...reading.features, ...situation.features] };
}

/** Where it is not known what is there, a refusal may be for something missing, taken or stale just as well. */
function isExplainedByTheUnknown({ situation, result }: Addition): boolean {
  if (situation.perhapsElsewhere && result.kind === "refused" && result.status === 409) return true;
  return situation.unsure.length > 0 && result.kind === "refused" && [404, 409, 412].includes(result.status);
}
