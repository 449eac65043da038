import type { Judge } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import { phrase } from "../spec/answer.ts";
import type { Call, Exchange, Round, Step } from "../spec/exchange.ts";
import type { Column } from "../spec/verdict.ts";
import { executeSteps, findingsIn, violations } from "./rerun.ts";
import type { Lane, Played } from "./worker.ts";

/** What came of playing a counterexample again. */
export interface Replayed {
  readonly played: Played;
  /** What the rule found wrong; null when it found nothing. */
  readonly violation: { readonly expected: string; readonly seen: string } | null;
  /** Why that says nothing, as a phrase: what the rule is about could not be sent, or was not answered. */
  readonly untried: string | null;
}

/** How often a history with calls in flight together is tried before it counts as not showing. */
const mostTries = 20;

/** Plays a history on an empty stage until the rule finds something wrong; a race is given several tries. */
export async function playAgain(
  rounds: readonly Round[],
  on: {
    readonly lane: Lane;
    readonly judge: Judge;
    readonly rule: Rule;
    readonly column: Column;
    /** Why a call cannot be carried; null when it can. */
    readonly unable: (call: Call) => string | null;
  },
  stop: () => boolean,
): Promise<Replayed> {
  const tries = rounds.some((round) => round.length > 1) ? mostTries : 1;
  let last = await once(rounds, on);
  for (let again = 1; again < tries && last.violation === null && !stop(); again += 1) {
    await on.lane.tidy(true);
    last = await once(rounds, on);
  }
  return last;
}

async function once(
  rounds: readonly Round[],
  { lane, judge, rule, column, unable }: Parameters<typeof playAgain>[1],
): Promise<Replayed> {
  const played = await executeSteps(lane, rounds, { unit: `replay/${rule.id}` });
  const { observed } = played;
  const [violation = null] = violations(findingsIn(observed, judge), column, rule);
  if (violation !== null) {
    const { expected, seen } = violation;
    return { played, violation: { expected, seen }, untried: null };
  }
  // The history is the smallest that shows it, so that it shows in the last round or in the whole.
  const last = observed.slice(-1).flatMap((round) => judge.round(round));
  const held = [...last, ...judge.history(observed)].some(
    (one) => one.rule.id === rule.id && one.column === column && one.judgement.verdict === "holds",
  );
  return { played, violation: null, untried: held ? null : untried(rounds, played.rounds, unable) };
}

/**
 * What kept a history from being tried, as a phrase: the first of its requests that could not be sent, or whose answer
 * says nothing of what was asked. Null when all were sent and answered. `unable` says why a call cannot be carried.
 */
function untried(
  rounds: readonly Round[],
  played: readonly (readonly Exchange[])[],
  unable: (call: Step["call"]) => string | null,
): string | null {
  for (const [index, round] of rounds.entries()) {
    for (const step of round) {
      const { method, target } = step.call;
      const sent = played[index]?.find(({ step: { key } }) => key === step.key);
      if (sent === undefined) return `${method} ${target} cannot be sent: ${unable(step.call) ?? emptySlot}`;
      const said = emptyAnswer(sent);
      if (said !== null) return `${method} ${sent.call.target} ${said}`;
    }
  }
  return null;
}

const emptySlot = "no answer before it holds the revision or version that it names";

function emptyAnswer({ answer }: Exchange): string | null {
  if (answer.kind === "none") return `got no answer: ${answer.detail}`;
  const passing = answer.status === 429 || answer.status >= 500;
  return passing ? `was answered ${phrase(answer)}` : null;
}
