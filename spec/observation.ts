import type { AnswerReading } from "./answer.ts";
import type { Belief } from "./belief.ts";
import type { Difference } from "./difference.ts";
import type { Answer, Call } from "./exchange.ts";
import type { PolicyReading } from "./policy-answer.ts";
import type { Reading } from "./reading.ts";
import type { Situation } from "./situation.ts";

/** An exchange together with what was believed of the target before it, and what the document makes of it. */
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
  /** More than one call was in flight on the stage, so the state met is not known. */
  readonly together: boolean;
}

/** A read of a policy. */
export interface PolicyRead extends Observed {
  readonly kind: "policy-read";
  /** The policy that was read; null when the resource is not known to exist. */
  readonly key: string | null;
  readonly policy: PolicyReading;
  /** Null when the policy is as some world expects. */
  readonly difference: Difference | null;
  readonly together: boolean;
}

/** Any other call. */
export interface Neighbour extends Observed {
  readonly kind: "neighbour";
}

/** Calls that were in flight together, and the beliefs around them. */
export interface RoundObservation {
  readonly before: Belief;
  readonly members: readonly Observation[];
}
