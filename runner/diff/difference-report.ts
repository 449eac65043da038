import type { Judge } from "../../oracle/judge.ts";
import type { ObservedBatch } from "../../oracle/observe.ts";
import type { DiffAnswer, DiffStep, Named, Ruling, Side, TargetDifference } from "../../reports/diff.ts";
import { rules } from "../../rules/index.ts";
import { questions } from "../../rules/unspecified.ts";
import { errorName } from "../../spec/answer.ts";
import type { Exchange } from "../../spec/exchange.ts";
import type { Column } from "../../spec/verdict.ts";
import { reproduction } from "../reproduction.ts";
import { violations } from "../rerun.ts";
import { type Compared, templated } from "./compare-answers.ts";
import type { DiffOptions, SideOptions } from "./diff.ts";
import type { DifferenceGroup } from "./search.ts";
import type { Shrunk } from "./shrink-difference.ts";

/** Longest part of a body in a report, in characters. */
const longestBody = 20_000;

export function differenceReport(
  { first, seen }: DifferenceGroup,
  small: Shrunk,
  judge: Judge,
  { sides, replay }: Pick<DiffOptions, "sides" | "replay">,
): TargetDifference {
  const { difference, compared, pair, execution, reproduced } = small;
  const ruling = rulingOf(difference, judge, "document");
  const live = rulingOf(difference, judge, "aws");
  // A built-in target has ended when the line is read.
  const line = (side: Side) =>
    sides[side].target.kind === "builtin"
      ? replay(first.topic)
      : reproduction(execution[side].batches.slice(0, difference.index + 1), sides[side], pair[side].fixture)
          .curl;
  return {
    topic: first.topic,
    title: titleOf(first.topic),
    x: difference.x,
    y: difference.y,
    ...(difference.where === null ? {} : { where: difference.where }),
    seen,
    ruling,
    ...(JSON.stringify(live) === JSON.stringify(ruling) ? {} : { live }),
    reproduced,
    steps: stepsUpTo(difference, compared).map((one) => stepReport(one, small, sides)),
    curl: { x: line("x"), y: line("y") },
    replay: replay(first.topic),
    history: historyOn(small),
  };
}

/** The steps of a history as x got them, for a replay on other fixtures. */
function historyOn({ difference, pair, execution }: Shrunk): TargetDifference["history"] {
  const { partition, region, account } = pair.x.fixture;
  return {
    home: { partition, region, account },
    batches: execution.x.batches.slice(0, difference.index + 1).map((batch) =>
      batch.map(({ step: { key, call, revisionFrom, versionFrom } }) => ({
        key,
        call,
        ...(revisionFrom === undefined ? {} : { revisionFrom }),
        ...(versionFrom === undefined ? {} : { versionFrom }),
      })),
    ),
  };
}

/** Makes one entry for each request, even if it differs in several ways. */
function stepsUpTo(last: Compared, compared: readonly Compared[]): readonly Compared[] {
  const steps = new Map<number, Compared>();
  for (const one of compared) if (one.index < last.index) steps.set(one.index, one);
  return [...steps.values(), last];
}

function stepReport(
  { exchanges, differs }: Compared,
  { pair }: Shrunk,
  sides: Readonly<Record<Side, SideOptions>>,
): DiffStep {
  const { call } = exchanges.x;
  const named = (text: string) => templated(text, pair.x.fixture);
  return {
    request: {
      operation: call.operation,
      method: call.method,
      path: named(call.target),
      headers: Object.fromEntries(call.headers),
      body: call.body === null || call.encoding !== undefined ? call.body : named(call.body),
      ...(call.encoding === undefined ? {} : { encoding: call.encoding }),
    },
    x: answerReport(exchanges.x, sides.x),
    y: answerReport(exchanges.y, sides.y),
    differs,
  };
}

function answerReport({ answer }: Exchange, { redact }: SideOptions): DiffAnswer {
  if (answer.kind === "none")
    return { status: null, error: null, body: redact(`${answer.reason}: ${answer.detail}`) };
  const error = answer.status < 400 ? null : errorName(answer);
  return { status: answer.status, error, body: redact(answer.body.slice(0, longestBody)) };
}

const titles: ReadonlyMap<string, string> = new Map(
  [...rules, ...questions].map(({ id, title }) => [id, title] as const),
);

/** The title of a topic, or the topic itself if it has none. */
function titleOf(topic: string): string {
  return titles.get(topic) ?? topic;
}

/** Says whether the document or the recorded behaviour of AWS decides a difference, and which target follows it. */
function rulingOf(of: Compared, judge: Judge, column: Column): Ruling {
  const { batches, topic } = of;
  const x = brokenBy(batches.x, judge, column).filter((id) => bearsOn(id, of));
  const y = brokenBy(batches.y, judge, column).filter((id) => bearsOn(id, of));
  const onlyX = x.filter((id) => !y.includes(id));
  const onlyY = y.filter((id) => !x.includes(id));
  if (onlyX.length + onlyY.length > 0) {
    const follows = onlyX.length === 0 ? "x" : onlyY.length === 0 ? "y" : "neither";
    return { kind: "rule", rules: named([...onlyX, ...onlyY]), follows };
  }
  if (x.length > 0) return { kind: "rule", rules: named(x), follows: "neither" };
  const probed = questions.some(({ id }) => id === topic) ? [topic] : [];
  const unspecified = [...new Set([...probed, ...answeredDifferently(batches.x, batches.y)])];
  if (unspecified.length > 0) return { kind: "question", questions: named(unspecified) };
  return rules.some(({ id }) => id === topic)
    ? { kind: "admitted", rules: named([topic]) }
    : { kind: "silent" };
}

/** Statement rules concern the members of a success; other rules concern its status. */
function bearsOn(id: string, { where, exchanges }: Compared): boolean {
  const { x, y } = exchanges;
  const both = [x, y].every(({ answer }) => answer.kind === "response" && answer.status < 300);
  return !both || id.startsWith("statement.") === (where !== null);
}

/** The ids of rules that count in the column and find the answer wrong. */
function brokenBy(batch: ObservedBatch, judge: Judge, column: Column): readonly string[] {
  const broken = violations(judge.batch(batch), column).filter(
    ({ rule }) => rule.basis !== "observed" || column === "aws",
  );
  return [...new Set(broken.map(({ rule }) => rule.id))];
}

function answeredDifferently(x: ObservedBatch, y: ObservedBatch): readonly string[] {
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
