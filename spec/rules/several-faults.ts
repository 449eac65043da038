import type { Addition } from "../observation.ts";
import { holds, type Judgement, type RuleBody } from "../rule.ts";

/** Which fault is named is open; that the request is refused is not. */
export const severalFaults: RuleBody = {
  title: "A request with several faults is refused",
  basis: "implied",
  source: "Request Body; Errors: no fault excuses another",
  clauses: ["R165", "R011"],
  needs: [],
  trigger: { on: "answer", judge },
};

function judge({ reading, situation, result, together }: Addition): Judgement | null {
  if (together || reading.questions.length + situation.questions.length > 0) return null;
  const { objections } = reading;
  if (new Set(objections).size < 2 || result.kind === "unsettled") return null;
  if (result.kind === "refused") return holds;
  return {
    verdict: "violated",
    expected: "a refusal",
    seen: `${result.response.status}, accepted`,
    // Whoever overlooks a fault that stands alone is told so there.
    unless: objections,
  };
}
