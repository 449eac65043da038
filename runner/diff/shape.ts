import { jsonObject, phrase, revisionIn } from "../../spec/answer.ts";
import { isRecord } from "../../spec/body.ts";
import type { Exchange } from "../../spec/exchange.ts";
import type { Stage } from "../../spec/stage.ts";
import { canonicalJson } from "../../spec/statement.ts";
import { templated } from "./place.ts";

/** What of an answer is compared: status and error name, and the contents of a success. */
export interface Shape {
  readonly phrase: string;
  /** Null where only the phrase counts. */
  readonly content: unknown;
}

/** Members of an answer that hold JSON inside a string. */
const nested = ["Statement", "Policy"] as const;

/**
 * The shape of an answer. Names, ARNs, revisions, timestamps and request ids are placeholders; headers and message
 * texts are left out, and of the operations that only arrange so is everything but status and error name.
 */
export function shapeOf({ call, answer }: Exchange, stage: Stage, revisions: ReadonlySet<string>): Shape {
  const said = phrase(answer);
  if (answer.kind === "none" || answer.status >= 300) return { phrase: said, content: null };
  if (call.operation !== "AddPermission" && call.operation !== "GetPolicy")
    return { phrase: said, content: null };
  const body = jsonObject(answer.body);
  if (body === null) return { phrase: said, content: "no JSON object" };
  const opened = Object.entries(body).map(([name, value]) => [name, opens(name, value)] as const);
  return { phrase: said, content: neutral(Object.fromEntries(opened), stage, revisions) };
}

function opens(name: string, value: unknown): unknown {
  if (typeof value !== "string" || !nested.some((one) => one === name)) return value;
  return jsonObject(value) ?? value;
}

/** Every RevisionId that a list of exchanges has handed out. */
export function revisionsIn(exchanges: readonly Exchange[]): ReadonlySet<string> {
  return new Set(exchanges.flatMap(({ answer }) => revisionIn(answer) ?? []));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

function neutral(value: unknown, stage: Stage, revisions: ReadonlySet<string>): unknown {
  if (typeof value === "string") {
    if (revisions.has(value)) return "{revision}";
    if (uuid.test(value)) return "{uuid}";
    return time.test(value) ? "{time}" : templated(value, stage);
  }
  if (Array.isArray(value)) return value.map((item) => neutral(item, stage, revisions));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "RevisionId" && typeof member === "string" ? "{revision}" : neutral(member, stage, revisions),
    ]),
  );
}

/** Places at which two contents differ, such as "Statement.Principal"; items of lists are not told apart. */
export function differingPlaces(x: unknown, y: unknown): readonly string[] {
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
