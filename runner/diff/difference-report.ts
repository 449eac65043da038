import type { Judge } from "../../oracle/judge.ts";
import type { DiffAnswer, Difference, DiffStep, Side } from "../../reports/diff/diff-report.ts";
import { errorName } from "../../spec/answer.ts";
import type { Exchange } from "../../spec/exchange.ts";
import { byHand } from "../by-hand.ts";
import type { Compared } from "./compare-answers.ts";
import type { SideOptions } from "./diff.ts";
import { templated } from "./place.ts";
import { rulingOf, titleOf } from "./ruling.ts";
import type { Group } from "./search.ts";
import type { Shrunk } from "./shrink-difference.ts";

/** Longest part of a body that is kept, in characters. */
const longestBody = 20_000;

/** A difference as it is reported. */
export function differenceReport(
  { first, seen }: Group,
  small: Shrunk,
  judge: Judge,
  sides: Readonly<Record<Side, SideOptions>>,
): Difference {
  const { difference, compared, pair, played, reproduced } = small;
  const ruling = rulingOf(difference, judge, "document");
  const live = rulingOf(difference, judge, "aws");
  const line = (side: Side) =>
    byHand(played[side].rounds.slice(0, difference.index + 1), sides[side], pair[side].stage).curl;
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
  };
}

/** One entry a request; a request that differs in several ways is one that differs. */
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
  const named = (text: string) => templated(text, pair.x.stage);
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
