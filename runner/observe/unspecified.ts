import type { Addition, Observation } from "../../oracle/observe.ts";
import type { Question } from "../../oracle/rule.ts";
import type { QuestionReport } from "../../reports/report.ts";
import { questions } from "../../rules/unspecified.ts";
import { within } from "../../spec/error-place.ts";
import { executedIn, type RunEvent } from "../events.ts";

/** The most different answers kept for one unspecified behaviour. */
const maxAnswers = 12;

const probedQuestions: ReadonlyMap<string, Question> = new Map(
  questions.filter(({ pointed }) => pointed).map((question) => [question.id, question]),
);
const always = questions.filter(({ pointed }) => !pointed);

/** The unspecified behaviour that a request probes; undefined if it probes none, or several at once. */
function questionProbedBy({ analysis, stateAnalysis }: Addition): Question | undefined {
  const [open] = analysis.questions.length > 0 ? analysis.questions : stateAnalysis.questions;
  const alone = analysis.questions.length + stateAnalysis.questions.length === 1;
  return alone && open !== undefined ? probedQuestions.get(open) : undefined;
}

/** Collects the target's answers where the contract leaves the behaviour unspecified. */
export function unspecified() {
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
    on: (event: RunEvent): void => {
      for (const of of executedIn(event)) {
        const probed = of.kind === "addition" ? questionProbedBy(of) : undefined;
        if (probed !== undefined) note(probed, of);
        for (const question of always) note(question, of);
      }
    },
    answers: (): readonly QuestionReport[] =>
      questions.map(({ id, title, source }) => {
        const counts = [...(answersByQuestion.get(id) ?? [])].sort(([, a], [, b]) => b - a);
        return {
          id,
          title,
          source,
          answer:
            counts.map(([text, times]) => (times === 1 ? text : `${text} (${times}×)`)).join("; ") ||
            "not asked",
          observations: counts.reduce((sum, [, times]) => sum + times, 0),
        };
      }),
  };
}
