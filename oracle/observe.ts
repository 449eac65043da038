import { type AnswerReading, readAnswer } from "../spec/answer.ts";
import type { Answer, Call, Exchange } from "../spec/exchange.ts";
import { type Reading, read } from "../spec/request.ts";
import { type PolicyReading, readPolicy } from "../spec/statement.ts";
import { policyKey, readOf } from "../spec/target.ts";
import { believe, believeRound } from "./advance.ts";
import { type Situation, situate } from "./analyze-state.ts";
import { type Difference, difference } from "./compare-policy.ts";
import type { Belief } from "./model-state.ts";

/** A batch that was executed, as the rules see it, and the model state after it. */
export interface ObservedRound {
  readonly before: Belief;
  readonly observations: readonly Observation[];
  readonly after: Belief;
}

/** Turns the exchanges of one batch into observations and advances the model state. Pure. */
export function observeRound(before: Belief, exchanges: readonly Exchange[]): ObservedRound {
  const together = exchanges.length > 1;
  const observations = exchanges.map((exchange) => observe(before, exchange, together));
  const [only] = observations;
  const after = together || only === undefined ? believeRound(before, observations) : believe(before, only);
  return { before, observations, after };
}

function observe(before: Belief, { call, answer }: Exchange, together: boolean): Observation {
  if (call.operation === "AddPermission") {
    const reading = read(call);
    const situation = situate(reading, before);
    return {
      kind: "addition",
      before,
      call,
      answer,
      reading,
      situation,
      result: readAnswer(answer),
      together,
    };
  }
  if (call.operation === "GetPolicy") {
    const policy = readPolicy(answer);
    const key = keyOf(call, policy);
    const known = key === null ? undefined : before.policies[key];
    const found = known === undefined || together ? null : difference(known, policy);
    return { kind: "policy-read", before, call, answer, key, policy, difference: found, together };
  }
  return { kind: "neighbour", before, call, answer };
}

/** The policy that an answer shows. A 404 for an ARN says nothing: the target may read policies by plain names only. */
function keyOf(call: Call, { kind }: PolicyReading): string | null {
  const of = readOf(call);
  return of === null || (kind !== "policy" && !of.plain) ? null : policyKey(of.name, of.qualifier);
}

/** An exchange, the model state before it, and its analysis. */
export type Observation = Addition | PolicyRead | Neighbour;

interface Observed {
  readonly before: Belief;
  readonly call: Call;
  readonly answer: Answer;
}

/** A request sent as AddPermission. */
export interface Addition extends Observed {
  readonly kind: "addition";
  readonly reading: Reading;
  readonly situation: Situation;
  readonly result: AnswerReading;
  /** More than one call was in flight on the fixture, so the state at its time is not known. */
  readonly together: boolean;
}

/** A read of a policy. */
export interface PolicyRead extends Observed {
  readonly kind: "policy-read";
  /** The policy that was read; null when the resource is not known to exist. */
  readonly key: string | null;
  readonly policy: PolicyReading;
  /** Null when the policy is as some possible state expects. */
  readonly difference: Difference | null;
  readonly together: boolean;
}

/** Any other call. */
export interface Neighbour extends Observed {
  readonly kind: "neighbour";
}

/** Calls that were in flight together, and the model states before and after them. */
export interface RoundObservation {
  readonly before: Belief;
  readonly members: readonly Observation[];
}
