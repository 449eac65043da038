import type { Addition } from "../spec/observation.ts";
import type { RequestQuestion } from "../spec/reading.ts";
import type { Feature, Objection } from "../spec/rule.ts";
import type { StateQuestion } from "../spec/situation.ts";

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
