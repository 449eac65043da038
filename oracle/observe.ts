import { readAnswer } from "../spec/answer.ts";
import { type Belief, policyKey } from "../spec/belief.ts";
import { difference } from "../spec/difference.ts";
import type { Call, Exchange } from "../spec/exchange.ts";
import type { Observation } from "../spec/observation.ts";
import { type PolicyReading, readPolicy } from "../spec/policy-answer.ts";
import { read } from "../spec/reading.ts";
import { readOf } from "../spec/removal.ts";
import { situate } from "../spec/situation.ts";
import { believe, believeRound } from "./believe.ts";

/** A round that was played, as the rules see it, and what is believed after it. */
export interface ObservedRound {
  readonly before: Belief;
  readonly observations: readonly Observation[];
  readonly after: Belief;
}

/** Makes observations of the exchanges of one round and carries the belief forward. Pure. */
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

/** Whose policy an answer shows. An ARN that shows none may mean that the target reads policies by plain names only. */
function keyOf(call: Call, { kind }: PolicyReading): string | null {
  const of = readOf(call);
  return of === null || (kind !== "policy" && !of.plain) ? null : policyKey(of.name, of.qualifier);
}
