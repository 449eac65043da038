import { type AnswerReading, readAnswer } from "../spec/answer.ts";
import type { Answer, Call, Exchange } from "../spec/exchange.ts";
import { analyzeRequest, type RequestAnalysis } from "../spec/request.ts";
import { type PolicyReading, readPolicy } from "../spec/statement.ts";
import { policyKey, readOf } from "../spec/target.ts";
import { advance, advanceBatch } from "./advance.ts";
import { analyzeAgainstState, type StateAnalysis } from "./analyze-state.ts";
import { type Difference, difference } from "./compare-policy.ts";
import { type ModelState, policyOf } from "./model-state.ts";

/** A batch that was executed, as the rules see it, and the model state after it. */
export interface ObservedBatch {
  readonly before: ModelState;
  readonly observations: readonly Observation[];
  readonly after: ModelState;
}

/** Turns the exchanges of one batch into observations and advances the model state. Pure. */
export function observeBatch(before: ModelState, exchanges: readonly Exchange[]): ObservedBatch {
  const together = exchanges.length > 1;
  const observations = exchanges.map((exchange) => observe(before, exchange, together));
  const [only] = observations;
  const after = together || only === undefined ? advanceBatch(before, observations) : advance(before, only);
  return { before, observations, after };
}

function observe(before: ModelState, { call, answer }: Exchange, together: boolean): Observation {
  if (call.operation === "AddPermission") {
    const analysis = analyzeRequest(call);
    const stateAnalysis = analyzeAgainstState(analysis, before);
    return {
      kind: "addition",
      before,
      call,
      answer,
      analysis,
      stateAnalysis,
      result: readAnswer(answer),
      together,
    };
  }
  if (call.operation === "GetPolicy") {
    const policy = readPolicy(answer);
    const key = keyOf(call, policy);
    const known = policyOf(before, key);
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
  readonly before: ModelState;
  readonly call: Call;
  readonly answer: Answer;
}

/** A request sent as AddPermission. */
export interface Addition extends Observed {
  readonly kind: "addition";
  readonly analysis: RequestAnalysis;
  readonly stateAnalysis: StateAnalysis;
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
export interface BatchObservation {
  readonly before: ModelState;
  readonly members: readonly Observation[];
}
