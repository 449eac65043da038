import type { QuestionReport } from "../reports/report.ts";
import type { Observation } from "../spec/observation.ts";
import { questions } from "../spec/rules/questions.ts";
import { sizeRules } from "../spec/rules/size-rules.ts";

/** Collects what a target does where the document is silent. */
export interface Questionnaire {
  hear(of: Observation): void;
  answers(): readonly QuestionReport[];
  /** A policy was refused for its size. */
  sawLimit(): boolean;
}

const tooLarge = sizeRules["policy.too-large"];

/** Different answers that are told apart for one question. */
const mostAnswers = 12;

/** Makes an empty one. */
export function questionnaire(): Questionnaire {
  const heard = new Map<string, Map<string, number>>();
  let full = false;
  return {
    hear: (of) => {
      // Also where the policy cannot be read, or the refusal has another name than it should.
      if (of.kind === "addition") full ||= tooLarge.trigger.judge(of) !== null;
      for (const { id, answer } of questions) {
        const said = answer(of);
        if (said === null) continue;
        const counts = heard.get(id) ?? new Map<string, number>();
        heard.set(id, counts);
        if (counts.has(said) || counts.size < mostAnswers) counts.set(said, (counts.get(said) ?? 0) + 1);
      }
    },
    answers: () =>
      questions.map(({ id, title, source }) => {
        const counts = [...(heard.get(id) ?? [])].sort(([, a], [, b]) => b - a);
        return {
          id,
          title,
          source,
          answer:
            counts.length === 0
              ? "not asked"
              : counts.map(([said, times]) => (times === 1 ? said : `${said} (${times}×)`)).join("; "),
          observations: counts.reduce((sum, [, times]) => sum + times, 0),
        };
      }),
    sawLimit: () => full,
  };
}
