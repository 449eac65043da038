import { type Changed, type Difference, underTheirIds } from "../oracle/compare-policy.ts";
import { type PolicyModelState, policyOf, possibleSids, type Since } from "../oracle/model-state.ts";
import type { Addition, PolicyRead } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import { isConflict, isInProgress, jsonObject, phrase, saysItExists, saysItPasses } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import { canonicalJson, equalInMeaning, type StatementModelState } from "../spec/statement.ts";
import type { Basis, Capability } from "../spec/verdict.ts";
import { explanations } from "./acceptance.ts";
import {
  besides,
  failed,
  isTooLong,
  mayBeTooLarge,
  refusedOtherwise,
  shortened,
  show,
  tooManyOpen,
  violated,
} from "./define.ts";

const adds = "introduction: a statement is added to the function's policy";
const refusals = "Errors: a refused request adds nothing";
/** Where policies are not kept apart, each change shows on another policy too. */
export const separation = ["policy.separate-qualifiers", "policy.separate-functions"] as const;

/** If calls one after another lose statements, concurrency is not the cause. */
export const lostAlone = ["policy.holds-what-was-added", "policy.others-untouched"] as const;

/** Another policy, another operation or a read may have changed the policy. */
const others = (since: Since) => [...separation, ...besides(since), "read.changes-nothing"];

/**
 * Says whether the revision that was read is known, and is that of a policy with statements. Without a statement there may
 * be no policy, and some targets then make up a revision for each read.
 */
export function isRevisionOfStatements({ possibleStates }: PolicyModelState): boolean {
  return possibleStates.every(
    ({ policyRevision, statements }) => policyRevision !== null && (statements ?? []).length > 0,
  );
}

/** The finding that a revision is not as it was. */
export function movedRevision(
  { possibleStates: [first] }: PolicyModelState,
  revision: string | null,
): ReadFinding {
  return [`RevisionId ${show(first?.policyRevision)}, as before`, `RevisionId ${show(revision)}`];
}

/** What a policy holds when it is read, by everything that was acknowledged and refused. */
export const policyRules = {
  "policy.holds-what-was-added": {
    ...readRule(
      "An acknowledged statement is in the policy",
      ["R142"],
      adds,
      (since) => since.added.length > 0 && !since.together,
      (found, { shows }) => lostAddition(found, shows),
      // A later addition may have removed it.
      (since) => [...others(since), ...(since.added.length > 1 ? ["policy.others-untouched"] : [])],
    ),
    rare: true,
  },
  // The live service may lose statements that are added in parallel.
  "race.acknowledged-are-kept": {
    columns: ["document"],
    ...readRule(
      "Of additions in flight together, all that were acknowledged are in the policy",
      ["R166"],
      adds,
      (since) => since.added.length > 0 && since.together && !since.writes.includes("removal"),
      (found, { shows }) => lostAddition(found, shows),
      lostAlone,
    ),
  },
  "policy.stored-as-returned": readRule(
    "The statement in the policy equals the statement returned",
    ["R142"],
    "Response Elements, Statement: the statement that is added",
    (since) => since.added.length > 0,
    ({ changedNew: [changed] }) => changed === undefined || differing(changed, ", as it was returned"),
    (since, before) => [
      ...others(since),
      ...(since.refused.length > 0 ? ["refusal.changes-no-statement"] : []),
      ...(isMisnamed(since, before) ? ["statement.sid"] : []),
    ],
  ),
  "policy.one-more": readRule(
    "An addition adds exactly one statement",
    ["R143"],
    adds,
    (since) => since.added.length > 0,
    ({ extra }, { before, since, shows }) => {
      // What an earlier history removed is no finding of this one.
      const isOld = (sid: string | null) => isIn(before.tidied, sid) && !isIn(before.freed, sid);
      const [more] = extra.filter(
        ({ sid }) => isIn(since.added, sid) || !(explained(sid, since) || isOld(sid)),
      );
      const added = since.added.map(show).join(", ");
      return (
        more === undefined || [`one statement for each addition: ${added}`, `${named(more)} too: ${shows}`]
      );
    },
    others,
  ),
  "policy.others-untouched": readRule(
    "An addition leaves the other statements as they were",
    ["R143"],
    adds,
    (since) => since.added.length > 0,
    (found, { shows }) => kept(found, shows) ?? true,
    (since) => ["refusal.changes-no-statement", ...others(since)],
  ),
  "refusal.changes-no-statement": readRule(
    "A refused request leaves the statements as they were",
    ["R164", "R097", "R133", "R010", "R012", "R158"],
    refusals,
    (since) => since.refused.length > 0 && since.removed.length === 0,
    (found, { since, shows }) => {
      const [written] = found.extra.filter(
        ({ sid }) => since.refused.includes(sid) && !isIn(since.added, sid) && !isElsewhere(sid, since),
      );
      if (written !== undefined)
        return [`the statements as before, without ${named(written)}, which was refused`, shows];
      return since.added.length > 0 || (kept(found, shows) ?? true);
    },
    others,
  ),
  "refusal.keeps-revision": readRule(
    "A refused request leaves the revision as it was",
    ["R103", "R164"],
    "Request Body, RevisionId; Errors",
    (since, policy) =>
      since.refused.length > 0 &&
      // An addition elsewhere may change a revision that belongs to the function, or a shared policy: that is another finding.
      since.added.length + since.removed.length + since.elsewhere.length === 0 &&
      isRevisionOfStatements(policy),
    ({ revisionMoved }, { before, revision }) => !revisionMoved || movedRevision(before, revision),
    ["refusal.changes-no-statement", "read.keeps-revision"],
    ["revisions", "policy-revisions"],
  ),
  "revision.changes": readRule(
    "Every addition changes the policy's revision",
    ["R098", "R104"],
    "Request Body, RevisionId: a policy that has changed",
    (since, policy) => since.added.length > 0 && policy.consumed.length > 0,
    ({ revisionStuck }, { revision }) => !revisionStuck || unchangedRevision(revision),
    [],
    ["revisions", "policy-revisions"],
  ),
  "policy.separate-functions": readRule(
    "A statement added to one function is not on another",
    ["R169"],
    "URI Request Parameters, FunctionName",
    (since) => since.elsewhere.length > 0,
    ({ extra }, of) => strayed(extra, of, false),
    [],
    ["other"],
  ),
  "policy.separate-qualifiers": readRule(
    "The function, each version and each alias have policies of their own",
    ["R060", "R170"],
    "introduction: a qualifier restricts access to a single version or alias",
    (since) => since.elsewhere.length > 0,
    ({ extra }, of) => strayed(extra, of, true),
    [],
    ["versions", "aliases"],
  ),
  "published.starts-empty": readRule(
    "A newly published version has no policy",
    ["R171"],
    "introduction: the policy applies at the level it was given",
    (since) => since.origin === "published",
    startedWith,
    ["resource.unknown-version"],
    ["versions", "publish"],
  ),
  "re-created.starts-empty": readRule(
    "A function that was deleted and created again has no policy",
    ["R160"],
    "Errors, ResourceNotFoundException",
    (since) => since.origin === "re-created",
    startedWith,
    [],
    ["other"],
  ),
  "policy.shows-what-it-holds": {
    title: "GetPolicy shows a statement whose id is refused as taken",
    basis: "implied",
    source: "introduction: a statement is added to the function's policy; Errors, ResourceConflictException",
    clauses: ["R142", "R131"],
    needs: ["state", "policy"],
    hiddenBy: /^StatementId\.duplicate/,
    trigger: { on: "answer", judge: judgeShown },
  },
  "policy.stays-readable": {
    title: "No AddPermission request makes the policy unreadable",
    basis: "implied",
    source: adds,
    clauses: ["R161", "R164"],
    needs: ["state", "policy"],
    trigger: { on: "read", judge: judgeReadable },
  },
} as const satisfies Record<string, RuleBody>;

/** True, or what was expected and what was seen instead. */
export type ReadFinding = true | readonly [expected: string, seen: string];

/** A rule on a read of a policy whose statements were known. */
function readRule(
  title: string,
  clauses: readonly string[],
  source: string,
  applies: (since: Since, policy: PolicyModelState) => boolean,
  find: (found: Difference, of: KnownRead) => ReadFinding,
  unless: readonly string[] | ((since: Since, before: PolicyModelState) => readonly string[]) = [],
  needs: readonly Capability[] = [],
): RuleBody {
  const basis: Basis = "implied";
  const findIn = (of: KnownRead) => of.difference === null || find(of.difference, of);
  return {
    title,
    basis,
    source,
    clauses,
    needs: ["state", "policy", ...needs],
    trigger: { on: "read", judge: (of) => judgeRead(of, applies, findIn, unless) },
  };
}

/** A read of a policy, and what was known of the policy. */
export interface KnownRead {
  readonly key: string;
  readonly before: PolicyModelState;
  readonly since: Since;
  readonly difference: Difference | null;
  /** The statements that the read shows, under the ids by which they were acknowledged. */
  readonly statements: readonly StatementModelState[];
  readonly revision: string | null;
  /** The answer for a reader: `200 with "a", "b"`. */
  readonly shows: string;
}

/** If GetPolicy itself is at fault, that explains what reads show. */
const reader = "policy.shows-what-it-holds";

/** Judges a read of a policy whose statements were known; null where it does not apply. */
export function judgeRead(
  { before: modelState, key, policy: seen, answer, difference, together }: PolicyRead,
  applies: (since: Since, policy: PolicyModelState) => boolean,
  find: (of: KnownRead) => ReadFinding,
  unless: readonly string[] | ((since: Since, before: PolicyModelState) => readonly string[]) = [],
): Judgement | null {
  const before = policyOf(modelState, key);
  if (key === null || before === undefined || together) return null;
  const { since, possibleStates, capped } = before;
  if (possibleStates.every(({ statements }) => statements === null) || !applies(since, before)) return null;
  if (capped) return { verdict: "inconclusive", why: tooManyOpen };
  if (seen.kind === "unreadable" || seen.kind === "unsettled")
    return { verdict: "inconclusive", why: seen.why };
  const shown = seen.kind === "policy" ? seen.statements : [];
  const statements = underTheirIds(before, shown);
  const ids = shown.length === 0 ? "no statement" : shortened(shown.map(named).join(", "));
  const shows = seen.kind === "policy" ? `${phrase(answer)} with ${ids}` : phrase(answer);
  const revision = seen.kind === "policy" ? seen.revision : null;
  const finding = find({ key, before, since, difference, statements, revision, shows });
  if (finding === true) return holds;
  const by = typeof unless === "function" ? unless(since, before) : unless;
  return { ...violated(...finding), unless: [reader, ...by] };
}

/** A statement for a reader: its id, or the statement itself where its Sid names none. */
function named({ sid, text }: StatementModelState): string {
  return sid === null ? `the statement without a string as Sid ${shortened(text ?? "")}` : show(sid);
}

/** An acknowledged addition that is not there. */
export function lostAddition({ lostNew: [lost] }: Difference, shows: string): ReadFinding {
  return lost === undefined || [`the statement ${named(lost)}, which was acknowledged`, shows];
}

/** What changed in the statements that were there before; null when nothing did. */
function kept({ lostOld, changedOld }: Difference, shows: string): readonly [string, string] | null {
  const [lost] = lostOld;
  if (lost !== undefined) return [`the other statements as before, also ${named(lost)}`, shows];
  const [changed] = changedOld;
  return changed === undefined ? null : differing(changed, ", as before");
}

/** The first member in which a statement differs, with both values. */
export function differing({ was, now }: Changed, asWhat: string): readonly [string, string] {
  const [path, before, after] = firstDifference(parsed(was), parsed(now), "");
  const phraseOf = (value: unknown) =>
    value === undefined ? `${named(was)} without ${path}` : `${named(was)} with ${path} ${show(value)}`;
  return [`${phraseOf(before)}${asWhat}`, phraseOf(after)];
}

function parsed({ text }: StatementModelState): unknown {
  return text === null ? undefined : JSON.parse(text);
}

function firstDifference(was: unknown, now: unknown, path: string): readonly [string, unknown, unknown] {
  if (!isRecord(was) || !isRecord(now)) return [path, was, now];
  for (const member of new Set([...Object.keys(was), ...Object.keys(now)])) {
    if (path === "" && equalInMeaning(alone(was, member), alone(now, member))) continue;
    if (canonicalJson(was[member]) === canonicalJson(now[member]) && member in was === member in now)
      continue;
    return firstDifference(was[member], now[member], path === "" ? member : `${path}.${member}`);
  }
  return [path, was, now];
}

function alone(statement: Readonly<Record<string, unknown>>, member: string): string {
  return canonicalJson({ [member]: statement[member] });
}

/** The finding that a policy has its earlier RevisionId after a change. */
export function unchangedRevision(revision: string | null): readonly [string, string] {
  return [`a RevisionId other than ${show(revision)}`, `RevisionId ${show(revision)}`];
}

function isIn(list: readonly string[], sid: string | null): boolean {
  return sid !== null && list.includes(sid);
}

/** An answer to an addition showed a statement under another id. */
function isMisnamed({ added }: Since, { possibleStates }: PolicyModelState): boolean {
  const statements = possibleStates.flatMap(({ statements }) => statements ?? []);
  return statements.some(
    ({ sid, text }) => isIn(added, sid) && text !== null && jsonObject(text)?.Sid !== sid,
  );
}

function isElsewhere(sid: string | null, since: Since): boolean {
  return stoodAround(sid, since) || since.elsewhere.some((one) => one.sid === sid);
}

/**
 * A statement that was added elsewhere after the creation has leaked in later; the resource did not start with it. What a
 * resource of that name held before the whole function was deleted, or was given after that, is another finding.
 */
export function startedWith({ extra }: Difference, { since, shows }: KnownRead): ReadFinding {
  const inherited = extra.filter(
    ({ sid }) => !isIn(since.past?.sids ?? [], sid) && !since.elsewhere.some((one) => one.sid === sid),
  );
  return inherited.length === 0 || ["no statement from before", shows];
}

function stoodAround(sid: string | null, { around }: Since): boolean {
  return around === null || isIn(around, sid);
}

function explained(sid: string | null, since: Since): boolean {
  return since.refused.includes(sid) || isElsewhere(sid, since) || since.origin !== null;
}

function strayed(
  extra: readonly StatementModelState[],
  { since, key, shows }: KnownRead,
  sameFunction: boolean,
): ReadFinding {
  const [name = ""] = key.split(":");
  for (const one of extra) {
    // The statement may also have been copied when the version or alias was created.
    if (stoodAround(one.sid, since)) continue;
    const origins = since.elsewhere.filter(({ sid }) => sid === one.sid).map(({ key: origin }) => origin);
    const [origin] = origins;
    // The id was added on this function and on another one, so it is not known which of the two leaked.
    if (origin !== undefined && origins.every((key) => (key.split(":")[0] === name) === sameFunction)) {
      return [`no statement ${named(one)}, which was added to ${origin} only`, shows];
    }
  }
  return true;
}

/**
 * An id that was acknowledged and is refused as taken later is in the policy, and a read between the two has to show it.
 * What was written since the read is another matter.
 */
function judgeShown({ before, analysis, stateAnalysis, answer, together }: Addition): Judgement | null {
  const policy = policyOf(before, stateAnalysis.key);
  const sid = analysis.body.members?.StatementId;
  if (policy === undefined || typeof sid !== "string" || together || policy.capped) return null;
  if (analysis.refusalReasons.length + analysis.questions.length > 0 || !isConflict(answer)) return null;
  if (isIn(policy.since.added, sid) || policy.since.writes.some((write) => write !== "refused")) return null;
  const ids = possibleSids(policy);
  const passes = saysItPasses(answer.body);
  // The document's own sentence names both meanings, and only a conflict that stays says that the id is taken.
  if (passes && !saysItExists(answer.body)) return null;
  if (!passes && policy.disputed.some((one) => one.sid === sid && one.acknowledged))
    return violated(
      `the statement ${show(sid)} in GetPolicy: it was acknowledged, and its id is refused as taken`,
      `${phrase(answer)}, after GetPolicy ${ids.length === 0 ? "without any statement" : `with ${shortened(ids.map(show).join(", "))}`}`,
    );
  return policy.possibleStates.every(({ statements }) => statements?.some((one) => one.sid === sid))
    ? holds
    : null;
}

function judgeReadable({ before, key, policy: seen, answer }: PolicyRead): Judgement | null {
  const policy = policyOf(before, key);
  if (policy === undefined || seen.kind === "unsettled") return null;
  if (seen.kind !== "unreadable") return holds;
  if (answer.kind === "none" || (answer.status < 500 && answer.status !== 200)) return null;
  const found = violated(
    "200 with a list of statements, or 404 ResourceNotFoundException",
    answer.status === 200 ? `200 with ${unreadable(answer.body)}` : phrase(answer),
  );
  // A target may fail at any read now and then.
  return answer.status === 200 ? found : { ...found, whileServing: "elsewhere" };
}

/** What makes an answer to GetPolicy unreadable, with its text. */
function unreadable(body: string): string {
  const policy = jsonObject(body)?.Policy;
  if (typeof policy !== "string") return `the body ${show(body)}`;
  const what =
    jsonObject(policy) === null ? "that cannot be read as a JSON object" : "without a list of statements";
  return `a Policy ${what}: ${shortened(policy)}`;
}

/** Rules on a policy that has become too large; the document does not give the limit. */
export const sizeRules = {
  "policy.too-large": {
    title: "A statement that makes the policy too large is refused as PolicyLengthExceededException",
    basis: "stated",
    source: "Errors, PolicyLengthExceededException",
    clauses: ["R157"],
    needs: ["state", "remove", "limit"],
    trigger: { on: "answer", judge: judgeTooLarge },
  },
} as const satisfies Record<string, RuleBody>;

function judgeTooLarge(of: Addition): Judgement | null {
  const { analysis, stateAnalysis, result, answer, together } = of;
  if (together || answer.kind === "none" || result.kind === "added" || stateAnalysis.key === null)
    return null;
  const against =
    analysis.refusalReasons.length + analysis.questions.length + stateAnalysis.refusalReasons.length;
  if (against + stateAnalysis.questions.length + stateAnalysis.unsure.length > 0) return null;
  // Without a 4xx it is not known that the limit was met, but a valid request must not fail either.
  if (answer.status >= 500 || isInProgress(answer))
    return mayBeTooLarge(of, null)
      ? failed(of, "201, or 400 PolicyLengthExceededException", explanations(of), "elsewhere")
      : null;
  if (result.kind !== "refused" || !mayBeTooLarge(of, result.error)) return null;
  if (isTooLong(of)) return null;
  const right =
    result.status === 400 && (result.error === "PolicyLengthExceededException" || result.error === null);
  if (right) return holds;
  // The refusal may be for what is special about the request, whatever its size.
  const found = refusedOtherwise("400 PolicyLengthExceededException", phrase(answer));
  return { ...found, unless: [...(found.unless ?? []), ...explanations(of)] };
}
