import { grouped } from "../spec/collections.ts";
import { errorStatus } from "../spec/constraint.ts";
import { located } from "../spec/error-place.ts";
import type { RequestQuestion } from "../spec/request.ts";
import type { Column } from "../spec/verdict.ts";
import type { StateQuestion } from "./analyze-state.ts";
import type { Addition, Observation, ObservedBatch } from "./observe.ts";
import { judgeLinearizability } from "./races.ts";
import {
  columnsOf,
  holds,
  type Judgement,
  type RefusalReason,
  type Rule,
  type Trigger,
  type Variation,
} from "./rule.ts";

/** What one rule says, in one column, of one observation, batch or history. */
export interface Finding {
  readonly rule: Rule;
  readonly column: Column;
  readonly judgement: Judgement;
  /** The observation, batch or history that violates the rule; absent if it does not. Findings about one request share it. */
  readonly of?: object;
}

/** Asks only the rules that an observation can concern. */
export interface Judge {
  /** All that the rules say of one batch. */
  batch(batch: ObservedBatch): readonly Finding[];
  /** All that the rules say of a whole history. */
  history(batches: readonly ObservedBatch[]): readonly Finding[];
}

interface JudgedRule {
  readonly rule: Rule;
  /** The findings for "holds", one a column. Nearly every finding is one of them, so they are made once. */
  readonly held: readonly Finding[];
}

interface Of<On extends Trigger["on"]> extends JudgedRule {
  readonly trigger: Extract<Trigger, { on: On }>;
}

/** A judge that asks these rules. A rule that throws is an internal error. */
export function judgeOf(rules: readonly Rule[]): Judge {
  const byRefusalReason = new Map(
    grouped(pick(rules, "refusal-reason"), ({ trigger }) => trigger.refusalReason),
  );
  const byVariation = new Map(grouped(pick(rules, "variation"), ({ trigger }) => trigger.variation ?? ""));
  const onSuccess = pick(rules, "success");
  const onRefusal = pick(rules, "refusal");
  const onAnswer = pick(rules, "answer");
  const onRead = pick(rules, "read");
  const onRound = pick(rules, "round");
  const onHistory = pick(rules, "history");

  const ofAddition = (of: Addition, found: Finding[]): void => {
    for (const asked of specific(of, byRefusalReason, byVariation))
      add(found, asked, asked.trigger.judge, of);
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
    batch: ({ before, observations }) => {
      const found: Finding[] = [];
      for (const of of observations) ofObservation(of, found);
      if (observations.length < 2) return found;
      const of = { before, members: observations };
      for (const asked of onRound) add(found, asked, asked.trigger.judge, of);
      return found;
    },
    history: (batches) => {
      const found: Finding[] = [];
      for (const asked of onHistory) add(found, asked, judgeLinearizability, batches);
      return found;
    },
  };
}

/** The rules for the one subject of a request; none when the request has several subjects. */
function specific(
  of: Addition,
  byRefusalReason: ReadonlyMap<string, readonly Of<"refusal-reason">[]>,
  byVariation: ReadonlyMap<string, readonly Of<"variation">[]>,
): readonly (Of<"refusal-reason"> | Of<"variation">)[] {
  const subject = subjectOf(of);
  if (subject === null || subject.kind === "open") return [];
  if (subject.kind === "refusal-reason") return byRefusalReason.get(subject.refusalReason) ?? [];
  const [variation = "", ...more] = askedOf(subject.variations);
  return more.length > 0 ? [] : (byVariation.get(variation) ?? []);
}

/** An id on another version or alias can be mistaken only in a request with a qualifier, so the qualifier is no second subject. */
function askedOf(variations: readonly Variation[]): readonly Variation[] {
  return variations.includes("StatementId.on-other-qualifier")
    ? variations.filter((variation) => variation !== "Qualifier.version" && variation !== "Qualifier.alias")
    : variations;
}

function add<T extends object>(
  found: Finding[],
  { rule, held }: JudgedRule,
  judge: (of: T, column: Column) => Judgement | null,
  of: T,
): void {
  let judgement: Judgement | null | undefined;
  for (const finding of held) {
    const { column } = finding;
    if (judgement === undefined || rule.differs) judgement = asked(rule, judge, of, column);
    if (judgement === null) continue;
    if (judgement.verdict === "holds") found.push(finding);
    else
      found.push(
        judgement.verdict === "violated" ? { rule, column, judgement, of } : { rule, column, judgement },
      );
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

function pick<On extends Trigger["on"]>(rules: readonly Rule[], on: On): readonly Of<On>[] {
  return rules.flatMap((rule) => {
    if (!isOn(rule.trigger, on)) return [];
    const held = columnsOf(rule).map((column): Finding => ({ rule, column, judgement: holds }));
    return [{ rule, trigger: rule.trigger, held }];
  });
}

function isOn<On extends Trigger["on"]>(trigger: Trigger, on: On): trigger is Extract<Trigger, { on: On }> {
  return trigger.on === on;
}

/** The one thing that a request tests. */
export type Subject =
  | { readonly kind: "refusal-reason"; readonly refusalReason: RefusalReason }
  | { readonly kind: "valid"; readonly variations: readonly Variation[] }
  | { readonly kind: "open"; readonly question: RequestQuestion | StateQuestion };

/** What a request tests; null when it has several faults, or when too little is known. */
export function subjectOf(of: Addition): Subject | null {
  const { analysis, stateAnalysis, together } = of;
  const byState = together ? [] : stateAnalysis.refusalReasons;
  const [refusalReason] = analysis.refusalReasons.length > 0 ? analysis.refusalReasons : byState;
  const against = analysis.refusalReasons.length + byState.length;
  if (analysis.questions.length + stateAnalysis.questions.length > 0) {
    const [question, ...more] = [...analysis.questions, ...stateAnalysis.questions];
    return question !== undefined && more.length + against === 0 ? { kind: "open", question } : null;
  }
  if (refusalReason !== undefined) {
    // The target may take the revision from another operation than the one that was read, so 412 may be right too.
    const stale =
      of.answer.kind === "response" && of.answer.status === errorStatus.PreconditionFailedException;
    const guarded = stale && stateAnalysis.variations.includes("RevisionId.current");
    const sure = stateAnalysis.unsure.length === 0 || analysis.refusalReasons.length > 0;
    return !guarded && against === 1 && sure && !isExplainedByTheUnknown(of)
      ? { kind: "refusal-reason", refusalReason }
      : null;
  }
  if (together || stateAnalysis.key === null) return null;
  return { kind: "valid", variations: [...analysis.variations, ...stateAnalysis.variations] };
}

/** The state is not known: the refusal may be right because something is missing, taken or stale. */
function isExplainedByTheUnknown({ stateAnalysis, result }: Addition): boolean {
  if (stateAnalysis.perhapsElsewhere && result.kind === "refused" && result.status === 409) return true;
  return (
    stateAnalysis.unsure.length > 0 && result.kind === "refused" && [404, 409, 412].includes(result.status)
  );
}
