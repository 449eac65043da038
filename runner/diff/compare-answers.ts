import { type Point, pointOf } from "../../oracle/judge.ts";
import type { Observation, ObservedRound } from "../../oracle/observe.ts";
import type { Exchange } from "../../spec/exchange.ts";
import type { Pair, PairPlayed } from "./pair.ts";
import { differingPlaces, revisionsIn, type Shape, shapeOf } from "./shape.ts";

/** One request and both answers to it. */
export interface Compared {
  /** Of the round in the history. */
  readonly index: number;
  readonly topic: string;
  readonly x: string;
  readonly y: string;
  /** The member that differs between two successes; null where the answers as a whole are meant. */
  readonly where: string | null;
  readonly differs: boolean;
  /** Only one of the two accepted it, so that the targets may hold different things from here on. */
  readonly parts: boolean;
  /** Equal for differences of one kind. */
  readonly kind: string;
  readonly rounds: { readonly x: ObservedRound; readonly y: ObservedRound };
  readonly exchanges: { readonly x: Exchange; readonly y: Exchange };
}

/** Compares the answers of a history one by one. Calls in flight together are left out: their order is up to a target. */
export function compareAnswers(pair: Pair, { x, y }: PairPlayed): readonly Compared[] {
  const revisions = { x: revisionsIn(x.rounds.flat()), y: revisionsIn(y.rounds.flat()) };
  return x.rounds.flatMap((round, index) => {
    const [ofX, ...moreX] = round;
    const [ofY, ...moreY] = y.rounds[index] ?? [];
    const rounds = { x: x.observed[index], y: y.observed[index] };
    if (ofX === undefined || ofY === undefined || moreX.length + moreY.length > 0) return [];
    if (rounds.x === undefined || rounds.y === undefined) return [];
    const shapes = {
      x: shapeOf(ofX, pair.x.stage, revisions.x),
      y: shapeOf(ofY, pair.y.stage, revisions.y),
    };
    const observed = { x: rounds.x, y: rounds.y };
    const found = aspects(ofX, shapes, topicOf(rounds.x.observations[0], rounds.y.observations[0]));
    return found.map((one) => ({
      ...one,
      index,
      differs: one.x !== one.y || one.where !== null,
      kind: [one.topic, one.x, one.y, one.where ?? ""].join("\n"),
      parts: isSuccess(ofX) !== isSuccess(ofY),
      rounds: observed,
      exchanges: { x: ofX, y: ofY },
    }));
  });
}

function isSuccess({ answer }: Exchange): boolean {
  return answer.kind === "response" && answer.status < 300;
}

type Aspect = Pick<Compared, "topic" | "x" | "y" | "where">;

/**
 * In what two answers differ. Where both are successes, their status and each member are a difference of its own,
 * whatever the request was about: such a difference shows in most requests.
 */
function aspects(
  { call }: Exchange,
  { x, y }: Readonly<Record<"x" | "y", Shape>>,
  topic: string,
): readonly Aspect[] {
  const whole = { topic, x: x.phrase, y: y.phrase, where: null };
  if (x.content === null || y.content === null) return [whole];
  const places = differingPlaces(x.content, y.content);
  if (x.phrase === y.phrase && places.length === 0) return [whole];
  const success = { ...whole, topic: call.operation };
  return [
    ...(x.phrase === y.phrase ? [] : [success]),
    ...places.map((where) => ({ ...success, x: "a success", y: "a success", where })),
  ];
}

/** What the request is about: the one rule or question that it puts to the test, or the operation. */
function topicOf(x: Observation | undefined, y: Observation | undefined): string {
  if (x === undefined) return "";
  if (x.kind === "policy-read") return "GetPolicy";
  if (x.kind === "neighbour") return x.call.operation;
  const point = pointOf(x) ?? (y?.kind === "addition" ? pointOf(y) : null);
  if (point !== null) return topicOfPoint(point);
  const [question] = [...x.reading.questions, ...x.situation.questions];
  return question ?? (x.reading.objections.length > 1 ? "refusal.precedence" : "AddPermission");
}

function topicOfPoint(point: Point): string {
  if (point.kind === "open") return point.question;
  if (point.kind === "objection") return point.objection;
  const [feature, ...more] = point.features;
  return more.length > 0 ? "request.combination" : (feature ?? "request.accepted");
}
