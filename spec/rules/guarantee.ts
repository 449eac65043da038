import type { AnswerReading } from "../answer.ts";
import type { Addition } from "../observation.ts";
import type { Judgement, RuleBody } from "../rule.ts";
import type { Basis } from "../verdict.ts";

/** An addition that was acknowledged. */
export interface Added extends Addition {
  readonly result: Extract<AnswerReading, { kind: "added" }>;
}

/** Said where more states are possible than are kept. */
export const tooManyOpen = "too many calls without an answer";

/** A rule on every successful answer to a request on which the document speaks clearly. */
export function guarantee(
  title: string,
  clauses: readonly string[],
  source: string,
  basis: Basis,
  judge: (of: Added) => Judgement | null,
  needs: RuleBody["needs"] = [],
): RuleBody {
  return {
    title,
    clauses,
    source,
    basis,
    needs,
    trigger: { on: "success", judge: (of) => (isAdded(of) && isClear(of) ? judge(of) : null) },
  };
}

function isClear({ reading }: Addition): boolean {
  return reading.resource !== null && reading.objections.length + reading.questions.length === 0;
}

/** Says whether an addition was acknowledged. */
export function isAdded(of: Addition): of is Added {
  return of.result.kind === "added";
}

/** The judgement that a rule is violated. */
export function violated(expected: string, seen: string): Extract<Judgement, { verdict: "violated" }> {
  return { verdict: "violated", expected, seen };
}

/** A refusal that is another than it should be; whoever refuses the canonical request too has not looked at this one. */
export function refusedOtherwise(expected: string, seen: string): ReturnType<typeof violated> {
  return { ...violated(expected, seen), unless: ["request.accepted"] };
}

/** A value as a reader sees it, cut where it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}
