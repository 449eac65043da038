import {
  equalButForSid,
  equalInMeaning,
  type PolicyReading,
  type StatementModelState,
} from "../spec/statement.ts";
import { mayHaveAgain, type PolicyModelState, type PossibleState, possibleSids } from "./model-state.ts";

/** A statement that is there in another form. */
export interface Changed {
  readonly was: StatementModelState;
  readonly now: StatementModelState;
}

/** How a policy that was read differs from the model state, statement by statement. */
export interface Difference {
  /** Acknowledged since the last read, and missing. */
  readonly lostNew: readonly StatementModelState[];
  /** Present at the last read, not removed since, and missing now. */
  readonly lostOld: readonly StatementModelState[];
  /** Present at the last read, and changed since. */
  readonly changedOld: readonly Changed[];
  /** Acknowledged since the last read, and stored in another form than the answer showed. */
  readonly changedNew: readonly Changed[];
  /** Present, although no acknowledged call added it. */
  readonly extra: readonly StatementModelState[];
  /** Removed since the last read, and still present. */
  readonly kept: readonly StatementModelState[];
  /** The revision has changed, although nothing was acknowledged since the last read. */
  readonly revisionMoved: boolean;
  /** The revision is an earlier one, although acknowledged writes have changed the statements since it was shown. */
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
  shown: readonly StatementModelState[],
  revision: string | null,
): Difference | null {
  if (possibleState.statements === null) return null;
  const { since } = modelState;
  const expected = undisputed(possibleState.statements, modelState);
  const seen = undisputed(shown, modelState);
  if (isAsExpected(expected, seen) && isSettled(possibleState, modelState, revision)) return null;
  const isNew = ({ sid }: StatementModelState) => sid !== null && since.added.includes(sid);
  const { lost, surplus, pairs } = matched(expected, seen, modelState);
  const changed = [...sameId(expected, seen, lost), ...pairs].filter(({ was, now }) => !isSame(was, now));
  const isRemoved = ({ sid }: StatementModelState) => sid !== null && since.removed.includes(sid);
  const found: Difference = {
    lostNew: lost.filter(isNew),
    lostOld: lost.filter((one) => !isNew(one)),
    changedNew: changed.filter(({ was }) => isNew(was)),
    changedOld: changed.filter(({ was }) => !isNew(was)),
    extra: surplus.filter((one) => !isRemoved(one)),
    kept: surplus.filter(isRemoved),
    revisionMoved:
      revision !== null && possibleState.policyRevision !== null && possibleState.policyRevision !== revision,
    revisionStuck:
      revision !== null &&
      possibleState.policyRevision === null &&
      isReplaced(modelState, revision) &&
      !mayHaveAgain(modelState, revision, underTheirIds(modelState, shown)),
  };
  return weight(found) === 0 ? null : found;
}

/** The statements on whose ids reads and acknowledged writes agree. */
function undisputed(
  statements: readonly StatementModelState[],
  { disputed }: PolicyModelState,
): readonly StatementModelState[] {
  if (disputed.length === 0) return statements;
  return statements.filter(({ sid }) => !disputed.some((one) => one.sid === sid));
}

/** Says whether two statements have one meaning. A statement whose text is not known has that of any other. */
function isSame(
  { text }: Pick<StatementModelState, "text">,
  other: Pick<StatementModelState, "text">,
): boolean {
  return text === null || (other.text !== null && equalInMeaning(text, other.text));
}

/** The statements of equal id. One that is stored twice has changed if no copy of it is as it was. */
function sameId(
  expected: readonly StatementModelState[],
  seen: readonly StatementModelState[],
  lost: readonly StatementModelState[],
): readonly Changed[] {
  return expected.flatMap((was) => {
    if (lost.includes(was)) return [];
    const now = seen.filter(({ sid }) => sid === was.sid);
    const [same = now[0]] = now.filter((one) => isSame(was, one));
    return same === undefined ? [] : [{ was, now: same }];
  });
}

/** What is missing, what is there beside, and what is there under another Sid, or under none. */
interface Matched {
  readonly lost: readonly StatementModelState[];
  readonly surplus: readonly StatementModelState[];
  readonly pairs: readonly Changed[];
}

function matched(
  expected: readonly StatementModelState[],
  seen: readonly StatementModelState[],
  modelState: PolicyModelState,
): Matched {
  const lost = [...missingFrom(expected, seen)];
  const surplus = [...missingFrom(seen, expected)];
  const pairs: Changed[] = [];
  const pair = (fits: (was: string, now: string) => boolean) => {
    for (const was of [...lost]) {
      const now = surplus.find(
        (one) =>
          was.text !== null && one.text !== null && isNameless(one, modelState) && fits(was.text, one.text),
      );
      if (now === undefined) continue;
      pairs.push({ was, now });
      lost.splice(lost.indexOf(was), 1);
      surplus.splice(surplus.indexOf(now), 1);
    }
  };
  if (lost.length > 0 && surplus.length > 0) {
    pair(equalInMeaning);
    pair(equalButForSid);
  }
  return { lost, surplus, pairs };
}

/** Nothing that was sent explains the statement's Sid. */
function isNameless({ sid }: StatementModelState, policy: PolicyModelState): boolean {
  if (sid === null || sid === "") return true;
  const { since, freed, tidied } = policy;
  const sent = [
    ...possibleSids(policy),
    ...since.refused,
    ...since.added,
    ...since.removed,
    ...freed,
    ...tidied,
  ];
  return !sent.includes(sid) && !since.elsewhere.some((one) => one.sid === sid);
}

/**
 * The statements of a read under the ids by which they were acknowledged: a statement that is shown under another Sid, or
 * under none, is still the one that was added.
 */
export function underTheirIds(
  modelState: PolicyModelState,
  seen: readonly StatementModelState[],
): readonly StatementModelState[] {
  for (const { statements } of modelState.possibleStates) {
    if (statements === null) continue;
    const { pairs } = matched(statements, seen, modelState);
    if (pairs.length === 0) continue;
    return seen.map((one) => {
      const pair = pairs.find(({ now }) => now === one);
      return pair === undefined ? one : { ...one, sid: pair.was.sid };
    });
  }
  return seen;
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
      return other?.sid === sid && (text === null || isSame({ text }, other));
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
    ? !isReplaced(modelState, revision)
    : possibleState.policyRevision === revision;
}

/** A write has replaced the revision, or a later one was shown. */
function isReplaced({ consumed, superseded }: PolicyModelState, revision: string): boolean {
  return consumed.includes(revision) || superseded.includes(revision);
}

/** The statements of `list` whose ids `other` lacks, one for each surplus statement. */
function missingFrom(
  list: readonly StatementModelState[],
  other: readonly StatementModelState[],
): readonly StatementModelState[] {
  const left = new Map<string | null, number>();
  for (const { sid } of other) left.set(sid, (left.get(sid) ?? 0) + 1);
  return list.filter(({ sid }) => {
    const count = left.get(sid) ?? 0;
    left.set(sid, count - 1);
    return count <= 0;
  });
}

function weight(found: Difference): number {
  const lists = [found.lostNew, found.lostOld, found.changedNew, found.changedOld, found.extra, found.kept];
  const flags = [found.revisionMoved, found.revisionStuck];
  return lists.reduce((sum, list) => sum + list.length, 0) + flags.filter((flag) => flag).length;
}
