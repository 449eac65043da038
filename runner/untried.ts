import { phrase } from "../spec/answer.ts";
import type { Exchange, Round, Step } from "../spec/exchange.ts";

/**
 * What kept a history from being tried, as a phrase: the first of its requests that could not be sent, or whose answer
 * says nothing of what was asked. Null when all were sent and answered. `unable` says why a call cannot be carried.
 */
export function untried(
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
