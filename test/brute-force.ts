import type { PolicyOperation } from "../oracle/policy-set-model.ts";

/**
 * Tries every order that respects real time, with every subset of the unanswered operations, on a set that starts with
 * `sids`. Shares only the types with the checker. Feasible for a few operations only.
 */
export function explicable(history: readonly PolicyOperation[], sids: Iterable<string>): boolean {
  if (history.every((operation) => operation.output === null)) return true;
  const first = history.filter(
    (one) => !history.some((other) => other !== one && returnedBefore(other, one)),
  );
  return first.some((one) => {
    const stored = new Set(sids);
    if (!takesPlace(one, stored)) return false;
    return explicable(
      history.filter((other) => other !== one),
      stored,
    );
  });
}

function returnedBefore(one: PolicyOperation, other: PolicyOperation): boolean {
  return one.output !== null && one.returnedAt !== null && one.returnedAt < other.invokedAt;
}

function takesPlace({ input, output }: PolicyOperation, stored: Set<string>): boolean {
  if (output === "refused") return true;
  if (input.kind === "read") {
    if (output === null) return true;
    if (typeof output === "string") return false;
    const shown = new Set(output);
    return (
      shown.size === output.length && shown.size === stored.size && output.every((sid) => stored.has(sid))
    );
  }
  const present = stored.has(input.sid);
  if (output === "absent") return input.kind === "remove" && !present;
  if (input.kind === "remove") return (output ?? "removed") === "removed" && stored.delete(input.sid);
  stored.add(input.sid);
  return (output ?? "added") === "added" && !present;
}
