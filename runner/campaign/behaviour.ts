import { subjectOf } from "../../oracle/judge.ts";
import type { Addition, Observation } from "../../oracle/observe.ts";
import { errorName } from "../../spec/answer.ts";
import type { Answer } from "../../spec/exchange.ts";
import { removal } from "../../spec/target.ts";

/** What a target was seen to do at one request, without the values of the request. */
export interface Behaviour {
  /** Status and error name, such as "409 ResourceConflictException"; the reason where no answer came. */
  readonly answer: string;
  /** The member and constraint that the request tests, such as "StatementId.maxLength", or the operation. */
  readonly about: string;
  /** The rules that it violated, in the column that decides. */
  readonly rules: readonly string[];
  readonly kind: BehaviourKind;
}

/** The kinds of behaviours, as a report counts them. */
export const behaviourKinds = ["violation", "acceptance", "refusal", "unspecified", "other"] as const;
type BehaviourKind = (typeof behaviourKinds)[number];

/** Equal for equal behaviours. */
export function behaviourKey({ answer, about, rules }: Omit<Behaviour, "kind">): string {
  return `${answer} | ${about} | ${rules.join(" ")}`;
}

/** What an observation shows, of a valid request for each variation; `rules` are those that it violates. */
export function behavioursOf(of: Observation, rules: readonly string[]): readonly Behaviour[] {
  const answer = answerOf(of.answer);
  const kind = rules.length > 0 ? "violation" : kindOf(of);
  const own = [...new Set(rules)].sort();
  return aboutOf(of).map((about) => ({ answer, about, rules: own, kind }));
}

export function behaviourOfSeveral(about: "calls in flight together" | "history", rules: readonly string[]) {
  return { answer: "", about, rules: [...new Set(rules)].sort(), kind: "violation" } satisfies Behaviour;
}

/** The longest error name that is told from others. Where names contain numbers, as ids of requests do, these are left out. */
const longestName = 60;

function answerOf(answer: Answer): string {
  if (answer.kind === "none") return `no answer: ${answer.reason}`;
  const name = errorName(answer);
  return answer.status < 400 || name === null
    ? `${answer.status}`
    : `${answer.status} ${name.slice(0, longestName).replaceAll(/\d+/g, "#")}`;
}

function aboutOf(of: Observation): readonly string[] {
  if (of.kind === "addition") {
    const subject = subjectOf(of);
    if (subject?.kind !== "valid" || of.together) return [subjectText(of)];
    return subject.variations.length === 0 ? ["canonical"] : [...new Set(subject.variations)];
  }
  if (of.kind === "neighbour") return [of.call.operation];
  const { difference, policy } = of;
  const differing = Object.entries(difference ?? {}).flatMap(([what, found]) =>
    found === true || (Array.isArray(found) && found.length > 0) ? [what] : [],
  );
  return [["GetPolicy", policy.kind, ...differing].join(" ")];
}

function subjectText(of: Addition): string {
  if (of.together) return "AddPermission in flight with others";
  const subject = subjectOf(of);
  if (subject === null) {
    const { analysis, stateAnalysis } = of;
    const faults = [...analysis.refusalReasons, ...stateAnalysis.refusalReasons];
    return `several: ${[...new Set(faults)].sort().slice(0, 3).join(" ")}`;
  }
  if (subject.kind === "refusal-reason") return subject.refusalReason;
  return subject.kind === "open" ? subject.question : "valid";
}

function kindOf(of: Observation): BehaviourKind {
  if (of.kind !== "addition") return "other";
  const subject = subjectOf(of);
  if (subject?.kind === "open") return "unspecified";
  return of.result.kind === "added" ? "acceptance" : of.result.kind === "refused" ? "refusal" : "other";
}

/**
 * The transitions of a history: for each policy, what is done to it and how it is answered, with the two steps before. They
 * tell histories apart that show the same behaviours.
 */
export function transitionsIn(observations: readonly Observation[]): readonly string[] {
  const last = new Map<string, readonly [string, string]>();
  return observations.flatMap((of) => {
    const key = policyOf(of);
    if (key === null) return [];
    const [before, previous] = last.get(key) ?? ["", ""];
    const now = `${stepText(of)} ${of.answer.kind === "none" ? of.answer.reason : of.answer.status}`;
    last.set(key, [previous, now]);
    return [`${policyKind(key)}: ${before} > ${previous} > ${now}`];
  });
}

function policyOf(of: Observation): string | null {
  if (of.kind === "addition") return of.stateAnalysis.key;
  return of.kind === "policy-read" ? of.key : (removal(of.call)?.key ?? null);
}

function stepText(of: Observation): string {
  if (of.kind === "neighbour") return "remove";
  if (of.kind === "policy-read") return "read";
  const subject = subjectOf(of);
  // Of valid requests only what they depend on counts, and not how they are spelled.
  if (subject?.kind !== "valid") return `add ${subject === null ? "" : subjectText(of)}`;
  return ["add", ...subject.variations.filter((one) => /^(StatementId|RevisionId)\./.test(one))].join(" ");
}

function policyKind(key: string): string {
  const [, qualifier] = key.split(":");
  return qualifier === undefined ? "function" : /^\d+$/.test(qualifier) ? "version" : "alias";
}
