import type { Mutation } from "../targets/reference/behaviour.ts";
import { change } from "../targets/reference/mutants/mutant.ts";

/**
 * A fault that needs a history of five steps on the policy of one version or alias: an addition, a refused one, a read, another
 * addition, and one more, which is acknowledged and not kept. `onStep` is called with the number of steps done.
 */
export function deepFault(onStep: (steps: number) => void = () => {}): Mutation {
  return change(({ added, afterRefusal, sideEffect }) => {
    const done = new Map<string, number>();
    const go = (key: string, from: number): boolean => {
      const isQualified = key.split(":").length > 7;
      if (!isQualified || (done.get(key) ?? 0) !== from) return false;
      done.set(key, from + 1);
      onStep(from + 1);
      return true;
    };
    return {
      added: (draft) => {
        added(draft);
        const { key, state, read } = draft;
        if (go(key, 0) || go(key, 3) || !go(key, 4)) return;
        state.policies.set(key, read);
        done.delete(key);
      },
      afterRefusal: (refusal, draft) => {
        go(draft.key, 1);
        return afterRefusal(refusal, draft);
      },
      sideEffect: (operation, on) => {
        sideEffect(operation, on);
        if (operation === "GetPolicy") go(on.key, 2);
        if ((on.state.policies.get(on.key)?.statements.length ?? 0) === 0) done.delete(on.key);
      },
    };
  });
}
