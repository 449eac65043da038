import type { Judge } from "../../oracle/judge.ts";
import type { ObservedRound } from "../../oracle/observe.ts";
import type { Named, Ruling } from "../../reports/diff/diff-report.ts";
import { rules } from "../../rules/index.ts";
import { questions } from "../../rules/unspecified.ts";
import type { Column } from "../../spec/verdict.ts";
import type { Compared } from "./compare-answers.ts";

const titles: ReadonlyMap<string, string> = new Map(
  [...rules, ...questions].map(({ id, title }) => [id, title] as const),
);

/** What a topic is, as a phrase for a reader; the topic itself where the catalogue has none. */
export function titleOf(topic: string): string {
  return titles.get(topic) ?? topic;
}

/** Whether the document, or the recorded behaviour of the live service, decides a difference, and for whom. */
export function rulingOf(of: Compared, judge: Judge, column: Column): Ruling {
  const { rounds, topic } = of;
  const x = brokenBy(rounds.x, judge, column).filter((id) => bearsOn(id, of));
  const y = brokenBy(rounds.y, judge, column).filter((id) => bearsOn(id, of));
  const onlyX = x.filter((id) => !y.includes(id));
  const onlyY = y.filter((id) => !x.includes(id));
  if (onlyX.length + onlyY.length > 0) {
    const follows = onlyX.length === 0 ? "x" : onlyY.length === 0 ? "y" : "neither";
    return { kind: "rule", rules: named([...onlyX, ...onlyY]), follows };
  }
  if (x.length > 0) return { kind: "rule", rules: named(x), follows: "neither" };
  const asked = questions.some(({ id }) => id === topic) ? [topic] : [];
  const open = [...new Set([...asked, ...answeredDifferently(rounds.x, rounds.y)])];
  if (open.length > 0) return { kind: "question", questions: named(open) };
  return rules.some(({ id }) => id === topic)
    ? { kind: "admitted", rules: named([topic]) }
    : { kind: "silent" };
}

/** A member of a success is a matter of the rules on statements, its status is not. */
function bearsOn(id: string, { where, exchanges }: Compared): boolean {
  const { x, y } = exchanges;
  const both = [x, y].every(({ answer }) => answer.kind === "response" && answer.status < 300);
  return !both || id.startsWith("statement.") === (where !== null);
}

/** Rules that count in the column and find the answer wrong. */
function brokenBy(round: ObservedRound, judge: Judge, column: Column): readonly string[] {
  const broken = judge
    .round(round)
    .filter(
      ({ rule, column: of, judgement }) =>
        of === column && judgement.verdict === "violated" && (rule.basis !== "observed" || column === "aws"),
    );
  return [...new Set(broken.map(({ rule }) => rule.id))];
}

function answeredDifferently(x: ObservedRound, y: ObservedRound): readonly string[] {
  const [ofX] = x.observations;
  const [ofY] = y.observations;
  if (ofX === undefined || ofY === undefined) return [];
  return questions
    .filter(({ answer }) => {
      const [saidX, saidY] = [answer(ofX), answer(ofY)];
      return saidX !== null && saidY !== null && saidX !== saidY;
    })
    .map(({ id }) => id);
}

function named(ids: readonly string[]): readonly Named[] {
  return ids.map((id) => ({ id, title: titleOf(id) }));
}
