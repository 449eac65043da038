import type { PolicyReading, StatementModelState } from "../spec/statement.ts";
import { mayHaveAgain, type PolicyModelState, type PossibleState } from "./model-state.ts";

/** How a policy that was read differs from the model state, statement by statement. */
export interface Difference {
  /** Acknowledged since the last read, and missing. */
  readonly lostNew: readonly string[];
  /** Present at the last read, not removed since, and missing now. */
  readonly lostOld: readonly string[];
  /** Present at the last read, and changed since. */
  readonly changedOld: readonly string[];
  /** Acknowledged since the last read, and stored in another form than the answer showed. */
  readonly changedNew: readonly string[];
  /** Present, although no acknowledged call added it. */
  readonly extra: readonly string[];
  /** Removed since the last read, and still present. */
  readonly kept: readonly string[];
  /** The revision has changed, although nothing was acknowledged since the last read. */
  readonly revisionMoved: boolean;
  /** The revision has not changed, although an acknowledged write has changed the statements since the last read. */
  readonly revisionStuck: boolean;
}

/**
 * Compares a read with each possible state; null when one of them explains it.
 * The reported difference is the one to the closest possible state.
 */
export function difference(modelState: PolicyModelState, seen: PolicyReading): Difference | null {
  if (modelState.capped || seen.kind === "unreadable" || seen.kind === "unsettled") return null;
  const statements = seen.kind === "policy" ? seen.statements : [];
  const revision = seen.kind === "policy" ? seen.revision : null;
  let best: Difference | null = null;
  for (const possibleState of modelState.possibleStates) {
    const found = differenceTo(possibleState, modelState, statements, revision);
    if (found === null) return null;
    if (best === null || weight(found) < weight(best)) best = found;
  }
  return best;
}

function differenceTo(
  possibleState: PossibleState,
  modelState: PolicyModelState,
  seen: readonly StatementModelState[],
  revision: string | null,
): Difference | null {
  if (possibleState.statements === null) return null;
  const { since, superseded } = modelState;
  const expected = possibleState.statements;
  if (isAsExpected(expected, seen) && isSettled(possibleState, modelState, revision)) return null;
  const isNew = (sid: string) => since.added.includes(sid);
  const lost = missingFrom(expected, seen);
  const changed = expected.filter(
    ({ sid, text }) => text !== null && !lost.includes(sid) && !hasText(seen, sid, text),
  );
  const surplus = missingFrom(seen, expected);
  const found: Difference = {
    lostNew: lost.filter(isNew),
    lostOld: lost.filter((sid) => !isNew(sid)),
    changedNew: changed.map(({ sid }) => sid).filter(isNew),
    changedOld: changed.map(({ sid }) => sid).filter((sid) => !isNew(sid)),
    extra: surplus.filter((sid) => !since.removed.includes(sid)),
    kept: surplus.filter((sid) => since.removed.includes(sid)),
    revisionMoved:
      revision !== null && possibleState.policyRevision !== null && possibleState.policyRevision !== revision,
    revisionStuck:
      revision !== null &&
      possibleState.policyRevision === null &&
      modelState.consumed.includes(revision) &&
      !superseded.includes(revision) &&
      !mayHaveAgain(modelState, revision, seen),
  };
  return weight(found) === 0 ? null : found;
}

/** The same statements. Equal order is the cheap case and is tested first; another order is equal as well. */
function isAsExpected(
  expected: readonly StatementModelState[],
  seen: readonly StatementModelState[],
): boolean {
  return (
    expected.length === seen.length &&
    expected.every(({ sid, text }, index) => {
      const other = seen[index];
      return other?.sid === sid && (text === null || text === other.text);
    })
  );
}

/** The revision fits. */
function isSettled(
  possibleState: PossibleState,
  modelState: PolicyModelState,
  revision: string | null,
): boolean {
  if (revision === null) return true;
  return possibleState.policyRevision === null
    ? !modelState.consumed.includes(revision)
    : possibleState.policyRevision === revision;
}

/** Sids of `list` that `other` lacks, one for each surplus statement. */
function missingFrom(
  list: readonly StatementModelState[],
  other: readonly StatementModelState[],
): readonly string[] {
  const left = new Map<string, number>();
  for (const { sid } of other) left.set(sid, (left.get(sid) ?? 0) + 1);
  return list
    .map(({ sid }) => sid)
    .filter((sid) => {
      const count = left.get(sid) ?? 0;
      left.set(sid, count - 1);
      return count <= 0;
    });
}

function hasText(list: readonly StatementModelState[], sid: string, text: string): boolean {
  return list.some((statement) => statement.sid === sid && statement.text === text);
}

function weight(found: Difference): number {
  const lists = [found.lostNew, found.lostOld, found.changedNew, found.changedOld, found.extra, found.kept];
  const flags = [found.revisionMoved, found.revisionStuck];
  return lists.reduce((sum, list) => sum + list.length, 0) + flags.filter((flag) => flag).length;
}
