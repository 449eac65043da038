import { sleep } from "../client/deadline.ts";
import type { Judge } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import { phrase, saysNothing } from "../spec/answer.ts";
import type { Batch, Call, Exchange, Step } from "../spec/exchange.ts";
import type { Column } from "../spec/verdict.ts";
import { endingExpected, endingRule, executeAndWatch, seenEnding, withoutProbes } from "./endings.ts";
import { findingsIn, violations } from "./rerun.ts";
import { type Execution, inTurn, type Worker } from "./worker.ts";

export interface Replayed {
  readonly execution: Execution;
  /** The violation of the rule; null if there is none. */
  readonly violation: { readonly expected: string; readonly seen: string } | null;
  /** Why the replay decides nothing, as a phrase about a request without a usable answer; null if it decides. */
  readonly notExecuted: string | null;
}

/** How often a history with concurrent calls is replayed before it counts as not reproduced. */
const maxTries = 20;

/** Replays a history on an empty fixture until the rule is violated. A race gets several attempts. */
export async function replayHistory(
  batches: readonly Batch[],
  on: {
    readonly worker: Worker;
    readonly judge: Judge;
    readonly rule: Rule;
    readonly column: Column;
    /** Says why the transport cannot carry a call; null if it can. */
    readonly unable: (call: Call) => string | null;
  },
  stop: () => boolean,
): Promise<Replayed> {
  const tries = batches.some((batch) => batch.length > 1) ? maxTries : 1;
  let last = await replayOnce(batches, on);
  for (let again = 1; again < tries && last.violation === null && !stop(); again += 1) {
    await on.worker.reset(true);
    last = await replayOnce(batches, on);
  }
  return last;
}

/** Replays a history after which the target was gone, and watches whether it is gone again. */
export async function replayEnding(batches: readonly Batch[], worker: Worker): Promise<Replayed> {
  // A function that was not created for this may be missing for another reason.
  const keepsFunctions = worker.fixture.recipe !== null;
  const own = batches.slice(0, withoutProbes(batches.map((batch) => batch.map((step) => ({ step })))).length);
  const step = { testCase: `replay/${endingRule}` };
  const execution = await executeAndWatch(own, worker, step, { sleep, keepsFunctions });
  const seen = seenEnding(execution.batches, keepsFunctions);
  if (seen !== null) return { execution, violation: { expected: endingExpected, seen }, notExecuted: null };
  return { execution, violation: null, notExecuted: notExecuted(own, execution.batches, () => null) };
}

async function replayOnce(
  batches: readonly Batch[],
  { worker, judge, rule, column, unable }: Parameters<typeof replayHistory>[1],
): Promise<Replayed> {
  const execution = await worker.execute(inTurn(batches), { testCase: `replay/${rule.id}` });
  const { observed } = execution;
  const [violation = null] = violations(findingsIn(observed, judge), column, rule);
  if (violation !== null) {
    const { expected, seen } = violation;
    return { execution, violation: { expected, seen }, notExecuted: null };
  }
  // A shrunk history shows the violation in its last batch or as a whole.
  const last = observed.slice(-1).flatMap((batch) => judge.batch(batch));
  const held = [...last, ...judge.history(observed)].some(
    (one) => one.rule.id === rule.id && one.column === column && one.judgement.verdict === "holds",
  );
  return {
    execution,
    violation: null,
    notExecuted: held ? null : notExecuted(batches, execution.batches, unable),
  };
}

/** The first request that could not be sent or got no usable answer, as a phrase; null if each was answered. */
function notExecuted(
  batches: readonly Batch[],
  execution: readonly (readonly Exchange[])[],
  unable: (call: Step["call"]) => string | null,
): string | null {
  for (const [index, batch] of batches.entries()) {
    for (const step of batch) {
      const { method, target } = step.call;
      const sent = execution[index]?.find(({ step: { key } }) => key === step.key);
      if (sent === undefined) return `${method} ${target} cannot be sent: ${unable(step.call) ?? emptySlot}`;
      const problem = unusableAnswer(sent);
      if (problem !== null) return `${method} ${sent.call.target} ${problem}`;
    }
  }
  return null;
}

const emptySlot = "no answer before it holds the revision or version that it names";

function unusableAnswer({ answer }: Exchange): string | null {
  if (answer.kind === "none") return `got no answer: ${answer.detail}`;
  return saysNothing(answer) ? `was answered ${phrase(answer)}` : null;
}
