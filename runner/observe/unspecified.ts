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
const mostAnswers = 12;

const byPoint: ReadonlyMap<string, Question> = new Map(
  questions.filter(({ pointed }) => pointed).map((question) => [question.id, question]),
);
const always = questions.filter(({ pointed }) => !pointed);

/** The question that a request raises when it raises no other: the only one that it can answer. */
function pointedBy({ analysis, stateAnalysis }: Addition): Question | undefined {
  const [open] = analysis.questions.length > 0 ? analysis.questions : stateAnalysis.questions;
  const alone = analysis.questions.length + stateAnalysis.questions.length === 1;
  return alone && open !== undefined ? byPoint.get(open) : undefined;
}

/** Makes an empty one. */
export function unspecified(): Unspecified {
  const heard = new Map<string, Map<string, number>>();
  const note = ({ id, answer }: Question, of: Observation): void => {
    const said = within({ rule: id }, () => answer(of));
    if (said === null) return;
    const counts = heard.get(id) ?? new Map<string, number>();
    heard.set(id, counts);
    if (counts.has(said) || counts.size < mostAnswers) counts.set(said, (counts.get(said) ?? 0) + 1);
  };
  return {
    on: (event) => {
      for (const of of executedIn(event)) {
        const pointed = of.kind === "addition" ? pointedBy(of) : undefined;
        if (pointed !== undefined) note(pointed, of);
        for (const question of always) note(question, of);
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
  };
}
