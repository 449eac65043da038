import { phrase } from "../answer.ts";
import type { Addition } from "../observation.ts";
import { holds, type Judgement, type RuleBody } from "../rule.ts";
import { policySize, sizeFrom } from "./acceptance-rules.ts";
import { refusedOtherwise } from "./guarantee.ts";

/** What holds where a policy has become too large; the document does not say how large that is. */
export const sizeRules = {
  "policy.too-large": {
    title: "A statement that makes the policy too large is refused as PolicyLengthExceededException",
    basis: "stated",
    source: "Errors, PolicyLengthExceededException",
    clauses: ["R157"],
    needs: ["state", "remove", "limit"],
    trigger: { on: "refusal", judge: judgeTooLarge },
  },
} as const satisfies Record<string, RuleBody>;

function judgeTooLarge(of: Addition): Judgement | null {
  const { reading, situation, result, answer, together } = of;
  if (together || result.kind !== "refused" || situation.key === null) return null;
  const against = reading.objections.length + reading.questions.length + situation.objections.length;
  if (against + situation.questions.length + situation.unsure.length > 0) return null;
  if (policySize(of) < sizeFrom(result.error)) return null;
  const right =
    result.status === 400 && (result.error === "PolicyLengthExceededException" || result.error === null);
  return right ? holds : refusedOtherwise("400 PolicyLengthExceededException", phrase(answer));
}
