import { judgeOf } from "../oracle/judge.ts";
import { initialModelState, type ModelState } from "../oracle/model-state.ts";
import { type ObservedBatch, observeBatch } from "../oracle/observe.ts";
import { rules } from "../rules/index.ts";
import { addPermission, label } from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import { fixture } from "./fixture.ts";

/** A call, and how it was answered. */
export type AnsweredCall = readonly [Call, Answer];

/** The two functions of the fixture. */
export const names = { main: fixture.main.name, other: fixture.other?.name ?? "" };

const times = { sentAt: 0, answeredAt: 1 };

/** An answer with a body of JSON, and the name of an exception where one is given. */
export function answer(status: number, body: unknown = {}, name?: string): Answer {
  const named = name === undefined ? [] : [["X-Amzn-ErrorType", name] as const];
  const headers = [["Content-Type", "application/json"] as const, ...named];
  return { kind: "response", status, headers, body: JSON.stringify(body), ...times };
}

/** The refusals of a duplicate id, of a missing resource, and of a stale revision. */
export const conflict = answer(409, {}, "ResourceConflictException");
export const notFound = answer(404, {}, "ResourceNotFoundException");
export const stale = answer(412, {}, "PreconditionFailedException");

/** An addition, by default to the first function. */
export function add(
  sid: string,
  { on = names.main, query = null, ...members }: Readonly<Record<string, unknown>> & AddOptions = {},
): Call {
  const body = {
    Action: "lambda:InvokeFunction",
    Principal: "s3.amazonaws.com",
    ...members,
    StatementId: sid,
  };
  return addPermission({ functionName: label(on), query, body });
}

interface AddOptions {
  readonly on?: string;
  readonly query?: string | null;
}

function statement(sid: string, key: string): Readonly<Record<string, unknown>> {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: `${fixture.main.arn.replace(names.main, key)}`,
  };
}

/** A success that shows the statement, and a policy with statements. `key` is a name or name:qualifier. */
export const added = (sid: string, key = names.main) =>
  answer(201, { Statement: JSON.stringify(statement(sid, key)) });
export const policyOf = (key: string, ...sids: readonly string[]) =>
  answer(200, { Policy: JSON.stringify({ Statement: sids.map((sid) => statement(sid, key)) }) });

/** Observes calls one after the other with the given answers, on a fixture with empty policies. */
export function observed(...story: readonly AnsweredCall[]): readonly ObservedBatch[] {
  let modelState: ModelState = initialModelState(fixture, true);
  return story.map(([call, given], index) => {
    const batch = observeBatch(modelState, [{ step: { key: `${index}`, call }, call, answer: given }]);
    modelState = batch.after;
    return batch;
  });
}

/** The rules that the calls violate, without violations that another violated rule explains. */
export function blamed(...story: readonly AnsweredCall[]): readonly string[] {
  const judge = judgeOf(rules);
  const found = observed(...story)
    .flatMap((batch) => judge.batch(batch))
    .filter(({ column, judgement }) => column === "document" && judgement.verdict === "violated");
  const broken = new Set(found.map(({ rule }) => rule.id));
  const own = found.filter(
    ({ rule, judgement }) =>
      judgement.verdict === "violated" && !judgement.unless?.some((id) => id !== rule.id && broken.has(id)),
  );
  return [...new Set(own.map(({ rule }) => rule.id))].sort();
}
