import { getFunction } from "../generators/call.ts";
import { Fault } from "../spec/fault.ts";
import { type Lane, once } from "./lane.ts";
import type { Scope } from "./scope.ts";

/** The lanes that can be played on further, and the functions that the target has forgotten. */
export interface Standing {
  readonly lanes: readonly Lane[];
  readonly forgotten: readonly string[];
}

/**
 * Looks whether the functions still stand that every request names. A target that was started anew, or is cleared by
 * somebody else, refuses what is right, and for that no rule may be blamed: such a lane gets a new stage or is given up.
 */
export async function standing(
  lanes: readonly Lane[],
  renew: (lane: Lane) => Promise<Lane | null>,
  scope: Scope,
): Promise<Standing> {
  const forgotten: string[] = [];
  const left = await scope.all(lanes, async (lane) => {
    const { name } = lane.stage.main;
    if (!(await isForgotten(lane, name))) return lane;
    forgotten.push(name);
    return renew(lane);
  });
  const standing = left.filter((lane) => lane !== null);
  if (standing.length > 0) return { lanes: standing, forgotten };
  throw new Fault(`${forgottenText(forgotten)} New ones cannot be had, so nothing can be tried again.`);
}

/** The sentence about functions that are gone. */
export function forgottenText(names: readonly string[]): string {
  return `The target no longer knows ${names.join(" and ")}, which nobody deleted: it was started anew or cleared in the middle of the run, so run again while nobody else uses it.`;
}

async function isForgotten(lane: Lane, name: string): Promise<boolean> {
  const { rounds } = await lane.play(once({ key: "standing", call: getFunction(name) }));
  const answer = rounds[0]?.[0]?.answer;
  return answer?.kind === "response" && answer.status === 404;
}
