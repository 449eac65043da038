import type { RuleId } from "../../../rules/index.ts";
import type { Behaviour, Mutation } from "../behaviour.ts";
import type { Policy } from "../state.ts";
import { change, type Defect, mutantsOf } from "./mutant.ts";

const defects: Readonly<Record<Extract<RuleId, `race.${string}`>, Defect>> = {
  "race.acknowledged-are-kept": {
    breaks: "writes over what was added since it read the policy",
    mutate: pausing({ base: (read) => read }),
  },
  "race.one-id-once": {
    breaks: "checks ids before it waits for the lock",
    mutate: pausing({ rechecks: (check) => check !== "duplicate" }),
  },
  "race.one-revision-once": {
    breaks: "compares the revision before it waits for the lock",
    mutate: pausing({ rechecks: (check) => check !== "revision" }),
  },
  "race.linearizable": {
    breaks: "brings back what was removed since it read the policy",
    mutate: pausing({ base: withRemoved }),
  },
};

/** Mutants that only calls in flight together can show. */
export const raceMutants = mutantsOf(defects);

/** Milliseconds between checking and writing: long enough for calls that are sent together to meet. */
const pause = 4;

/** Waits between checking and writing. */
export function pausing(parts: Partial<Behaviour>): Mutation {
  return change(() => ({
    pause: (operation) =>
      operation === "AddPermission" ? new Promise((resolve) => setTimeout(resolve, pause)) : null,
    ...parts,
  }));
}

function withRemoved(read: Policy, current: Policy): Policy {
  const gone = read.statements.filter(({ sid }) => current.statements.every((one) => one.sid !== sid));
  return { ...current, statements: [...gone, ...current.statements] };
}
