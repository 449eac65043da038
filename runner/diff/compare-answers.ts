import { type Subject, subjectOf } from "../../oracle/judge.ts";
import type { Observation, ObservedBatch } from "../../oracle/observe.ts";
import { isSuccess, jsonObject, phrase, revisionIn } from "../../spec/answer.ts";
import { isRecord } from "../../spec/body.ts";
import type { Exchange } from "../../spec/exchange.ts";
import { type Fixture, lookalikes } from "../../spec/fixture.ts";
import { canonicalJson } from "../../spec/statement.ts";
import type { OnPair } from "./pair.ts";

/** A request with the answers of both targets. */
export interface Compared {
  /** The index of the batch in the history. */
  readonly index: number;
  readonly topic: string;
  readonly x: string;
  readonly y: string;
  /** The member that differs between two successes; null if the answers differ as a whole. */
  readonly where: string | null;
  readonly differs: boolean;
  /** Only one target accepted the request, so their states may differ from here on. */
  readonly diverges: boolean;
  /** Equal for differences of the same kind. */
  readonly kind: string;
  readonly batches: { readonly x: ObservedBatch; readonly y: ObservedBatch };
  readonly exchanges: { readonly x: Exchange; readonly y: Exchange };
}

/** Compares the answers of a history, without calls in flight together, whose order may differ. */
export function compareAnswers({ pair, execution: { x, y } }: OnPair): readonly Compared[] {
  const revisions = { x: revisionsIn(x.batches.flat()), y: revisionsIn(y.batches.flat()) };
  return x.batches.flatMap((batch, index) => {
    const [ofX, ...moreX] = batch;
    const [ofY, ...moreY] = y.batches[index] ?? [];
    const batches = { x: x.observed[index], y: y.observed[index] };
    if (ofX === undefined || ofY === undefined || moreX.length + moreY.length > 0) return [];
    if (batches.x === undefined || batches.y === undefined) return [];
    const shapes = {
      x: shapeOf(ofX, pair.x.fixture, revisions.x),
      y: shapeOf(ofY, pair.y.fixture, revisions.y),
    };
    const observed = { x: batches.x, y: batches.y };
    const found = aspects(ofX, shapes, topicOf(batches.x.observations[0], batches.y.observations[0]));
    return found.map((one) => ({
      ...one,
      index,
      differs: one.x !== one.y || one.where !== null,
      kind: [one.topic, one.x, one.y, one.where ?? ""].join("\n"),
      diverges: isSuccess(ofX.answer) !== isSuccess(ofY.answer),
      batches: observed,
      exchanges: { x: ofX, y: ofY },
    }));
  });
}

type Aspect = Pick<Compared, "topic" | "x" | "y" | "where">;

/**
 * The differences of two answers. Between two successes, the status and each member are differences of their own
 * under the operation as topic, because they show in most requests.
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

/** The topic of a request: the one rule or question that it tests, or its operation. */
function topicOf(x: Observation | undefined, y: Observation | undefined): string {
  if (x === undefined) return "";
  if (x.kind === "policy-read") return "GetPolicy";
  if (x.kind === "neighbour") return x.call.operation;
  const subject = subjectOf(x) ?? (y?.kind === "addition" ? subjectOf(y) : null);
  if (subject !== null) return topicOfSubject(subject);
  const [question] = [...x.analysis.questions, ...x.stateAnalysis.questions];
  return question ?? (x.analysis.refusalReasons.length > 1 ? "refusal.precedence" : "AddPermission");
}

function topicOfSubject(subject: Subject): string {
  if (subject.kind === "open") return subject.question;
  if (subject.kind === "refusal-reason") return subject.refusalReason;
  const [variation, ...more] = subject.variations;
  return more.length > 0 ? "request.combination" : (variation ?? "request.accepted");
}

/** The compared parts of an answer: status, error name and the contents of a success. */
interface Shape {
  readonly phrase: string;
  /** Null if only the phrase counts. */
  readonly content: unknown;
}

/** Members of an answer that hold JSON in a string. */
const nested = ["Statement", "Policy"] as const;

/**
 * The shape of an answer. Names, ARNs, revisions, timestamps and request ids become placeholders. Headers and
 * messages are left out. Operations other than AddPermission and GetPolicy keep only status and error name.
 */
function shapeOf({ call, answer }: Exchange, fixture: Fixture, revisions: ReadonlySet<string>): Shape {
  const answerPhrase = phrase(answer);
  if (answer.kind === "none" || answer.status >= 300) return { phrase: answerPhrase, content: null };
  if (call.operation !== "AddPermission" && call.operation !== "GetPolicy")
    return { phrase: answerPhrase, content: null };
  const body = jsonObject(answer.body);
  if (body === null) return { phrase: answerPhrase, content: "no JSON object" };
  const opened = Object.entries(body).map(([name, value]) => [name, parsedIfNested(name, value)] as const);
  return { phrase: answerPhrase, content: normalized(Object.fromEntries(opened), fixture, revisions) };
}

function parsedIfNested(name: string, value: unknown): unknown {
  if (typeof value !== "string" || !nested.some((one) => one === name)) return value;
  return jsonObject(value) ?? value;
}

/** Every RevisionId in these exchanges. */
function revisionsIn(exchanges: readonly Exchange[]): ReadonlySet<string> {
  return new Set(exchanges.flatMap(({ answer }) => revisionIn(answer) ?? []));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

function normalized(value: unknown, fixture: Fixture, revisions: ReadonlySet<string>): unknown {
  if (typeof value === "string") {
    if (revisions.has(value)) return "{revision}";
    if (uuid.test(value)) return "{uuid}";
    return time.test(value) ? "{time}" : templated(value, fixture);
  }
  if (Array.isArray(value)) return value.map((item) => normalized(item, fixture, revisions));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "RevisionId" && typeof member === "string"
        ? "{revision}"
        : normalized(member, fixture, revisions),
    ]),
  );
}

/** The paths at which two contents differ, such as "Statement.Principal". All items of a list share a path. */
function differingPlaces(x: unknown, y: unknown): readonly string[] {
  return [...new Set(places(x, y, ""))].sort();
}

function places(x: unknown, y: unknown, at: string): readonly string[] {
  if (canonicalJson(x) === canonicalJson(y)) return [];
  if (Array.isArray(x) && Array.isArray(y)) {
    const shared = Math.min(x.length, y.length);
    const inside = x.slice(0, shared).flatMap((item, index) => places(item, y[index], `${at}[]`));
    return x.length === y.length ? inside : [...inside, `${at}: one list is longer`];
  }
  if (!isRecord(x) || !isRecord(y)) return [at === "" ? "the body" : at];
  const names = [...new Set([...Object.keys(x), ...Object.keys(y)])];
  return names.flatMap((name) => {
    const path = at === "" ? name : `${at}.${name}`;
    if (!Object.hasOwn(y, name)) return [`${path} only in x`];
    if (!Object.hasOwn(x, name)) return [`${path} only in y`];
    return places(x[name], y[name], path);
  });
}

/** The texts that differ from one fixture to another, and their placeholders. */
type Names = readonly (readonly [placeholder: string, text: string])[];

/** Shorter texts may appear by chance; the names that depend on the fixture are long. */
const shortest = 12;

function namesOf({ main, other, unknownName }: Fixture): Names {
  const aliases = Object.entries(main.aliases ?? {});
  const [beginning, underscored, longer] = lookalikes(main.name);
  const all: Names = [
    ["{main}", main.name],
    ["{other}", other?.name ?? ""],
    ["{unknown}", unknownName],
    ["{beginning}", beginning],
    ["{underscored}", underscored],
    ["{longer}", longer],
    ...aliases.map(([use, name]) => [`{alias-${use}}`, name] as const),
  ];
  return all.filter(([, text]) => text.length >= shortest).toSorted(([, a], [, b]) => b.length - a.length);
}

/** Replaces the names of a fixture, and region and account of its ARNs, by placeholders. */
export function templated(text: string, fixture: Fixture): string {
  let result = withoutHome(text, fixture);
  for (const [placeholder, name] of namesOf(fixture)) {
    result = result.replaceAll(name, placeholder).replaceAll(name.toUpperCase(), placeholder.toUpperCase());
  }
  return result;
}

/** Replaces only in function ARNs, whole or partial. The same digits elsewhere are a value that was sent. */
function withoutHome(text: string, { partition, region, account }: Fixture): string {
  const colon = "(?<colon>:|%3A)";
  const again = "\\k<colon>";
  const whole = `arn${colon}${[partition, "lambda", region, account, ""].join(again)}`;
  const partial = `${account}${colon}function${again}`;
  return text
    .replace(new RegExp(whole, "gi"), (_, mark: string) =>
      ["arn", "{partition}", "lambda", "{region}", "{account}", ""].join(mark),
    )
    .replace(new RegExp(partial, "gi"), (_, mark: string) => ["{account}", "function", ""].join(mark));
}
