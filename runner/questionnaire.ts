import type { Addition, Observation } from "../oracle/observe.ts";
import type { Question } from "../oracle/rule.ts";
import type { QuestionReport } from "../reports/report.ts";
import { sizeRules } from "../rules/policy.ts";
import { questions } from "../rules/unspecified.ts";
import { within } from "../spec/error-place.ts";

/** Collects what a target does where the document is silent. */
export interface Questionnaire {
  hear(of: Observation): void;
  answers(): readonly QuestionReport[];
  /** A policy was refused for its size. */
  sawLimit(): boolean;
}

const tooLarge = sizeRules["policy.too-large"];

function isTooLarge(of: Addition): boolean {
  return within({ rule: "policy.too-large" }, () => tooLarge.trigger.judge(of) !== null);
}

/** Different answers that are told apart for one question. */
const mostAnswers = 12;

const byPoint: ReadonlyMap<string, Question> = new Map(
  questions.filter(({ pointed }) => pointed).map((question) => [question.id, question]),
);
const always = questions.filter(({ pointed }) => !pointed);

/** The question that a request raises when it raises no other: the only one that it can answer. */
function pointedBy({ reading, situation }: Addition): Question | undefined {
  const [open] = reading.questions.length > 0 ? reading.questions : situation.questions;
  const alone = reading.questions.length + situation.questions.length === 1;
  return alone && open !== undefined ? byPoint.get(open) : undefined;
}

/** Makes an empty one. */
export function questionnaire(): Questionnaire {
  const heard = new Map<string, Map<string, number>>();
  let full = false;
  const note = ({ id, answer }: Question, of: Observation): void => {
    const said = within({ rule: id }, () => answer(of));
    if (said === null) return;
    const counts = heard.get(id) ?? new Map<string, number>();
    heard.set(id, counts);
    if (counts.has(said) || counts.size < mostAnswers) counts.set(said, (counts.get(said) ?? 0) + 1);
  };
  return {
    hear: (of) => {
      // Also where the policy cannot be read, or the refusal has another name than it should.
      if (of.kind === "addition") full ||= isTooLarge(of);
      const pointed = of.kind === "addition" ? pointedBy(of) : undefined;
      if (pointed !== undefined) note(pointed, of);
      for (const question of always) note(question, of);
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
