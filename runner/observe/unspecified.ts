import type { Addition, Observation } from "../../oracle/observe.ts";
import type { Question } from "../../oracle/rule.ts";
import type { QuestionReport } from "../../reports/report.ts";
import { questions } from "../../rules/unspecified.ts";
import { within } from "../../spec/error-place.ts";
import { executedIn, type Observer } from "../events.ts";

/** What a target does where the document leaves it unspecified. */
interface Unspecified extends Observer {
  answers(): readonly QuestionReport[];
}

/** Different answers that are told apart for one question. */
const maxAnswers = 12;

const probedQuestions: ReadonlyMap<string, Question> = new Map(
  questions.filter(({ pointed }) => pointed).map((question) => [question.id, question]),
);
const always = questions.filter(({ pointed }) => !pointed);

/** The question that a request raises when it raises no other: the only one that it can answer. */
function questionProbedBy({ analysis, stateAnalysis }: Addition): Question | undefined {
  const [open] = analysis.questions.length > 0 ? analysis.questions : stateAnalysis.questions;
  const alone = analysis.questions.length + stateAnalysis.questions.length === 1;
  return alone && open !== undefined ? probedQuestions.get(open) : undefined;
}

/** Makes an empty one. */
export function unspecified(): Unspecified {
  const answersByQuestion = new Map<string, Map<string, number>>();
  const note = ({ id, answer }: Question, of: Observation): void => {
    const answerText = within({ rule: id }, () => answer(of));
    if (answerText === null) return;
    const counts = answersByQuestion.get(id) ?? new Map<string, number>();
    answersByQuestion.set(id, counts);
    if (counts.has(answerText) || counts.size < maxAnswers)
      counts.set(answerText, (counts.get(answerText) ?? 0) + 1);
  };
  return {
    on: (event) => {
      for (const of of executedIn(event)) {
        const probed = of.kind === "addition" ? questionProbedBy(of) : undefined;
        if (probed !== undefined) note(probed, of);
        for (const question of always) note(question, of);
      }
    },
    answers: () =>
      questions.map(({ id, title, source }) => {
        const counts = [...(answersByQuestion.get(id) ?? [])].sort(([, a], [, b]) => b - a);
        return {
          id,
          title,
          source,
          answer:
            counts.length === 0
              ? "not asked"
              : counts
                  .map(([answerText, times]) => (times === 1 ? answerText : `${answerText} (${times}×)`))
                  .join("; "),
          observations: counts.reduce((sum, [, times]) => sum + times, 0),
        };
      }),
  };
}
