import type { Difference } from "../oracle/compare-policy.ts";
import type { PolicyModelState, Since } from "../oracle/model-state.ts";
import type { Addition, PolicyRead } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import { phrase } from "../spec/answer.ts";
import type { Basis, Capability } from "../spec/verdict.ts";
import { explanations, policySize, sizeFrom } from "./acceptance.ts";
import { besides, failed, refusedOtherwise, show, tooManyOpen, violated } from "./define.ts";

const adds = "introduction: a statement is added to the function's policy";
const refusals = "Errors: a refused request adds nothing";
/** Where policies are not kept apart, each change shows on another policy too. */
export const separation = ["policy.separate-qualifiers", "policy.separate-functions"] as const;

/** Another policy, another operation or a read may have changed the policy. */
const others = (since: Since) => [...separation, ...besides(since), "read.changes-nothing"];

/** What a policy holds when it is read, by everything that was acknowledged and refused. */
export const policyRules = {
  "policy.holds-what-was-added": readRule(
    "An acknowledged statement is in the policy",
    ["R142"],
    adds,
    (since) => since.added.length > 0 && !since.together,
    lostAddition,
    others,
  ),
  // The live service may lose statements that are added in parallel.
  "race.acknowledged-are-kept": {
    columns: ["document"],
    ...readRule(
      "Of additions in flight together, all that were acknowledged are in the policy",
      ["R166"],
      adds,
      (since) => since.added.length > 0 && since.together && !since.writes.includes("removal"),
      lostAddition,
    ),
  },
  "policy.stored-as-returned": readRule(
    "The statement in the policy equals the statement returned",
    ["R142"],
    "Response Elements, Statement: the statement that is added",
    (since) => since.added.length > 0,
    ({ changedNew }) =>
      changedNew.length === 0 || [
        `${show(changedNew[0])} as it was returned`,
        "another statement under that id",
      ],
    others,
  ),
  "policy.one-more": readRule(
    "An addition adds exactly one statement",
    ["R143"],
    adds,
    (since) => since.added.length > 0,
    ({ extra }, since) => {
      const twice = extra.filter((sid) => since.added.includes(sid) || !explained(sid, since));
      return twice.length === 0 || ["exactly one more statement", `${show(twice[0])} on top of it`];
    },
    others,
  ),
  "policy.others-untouched": readRule(
    "An addition leaves the other statements as they were",
    ["R143"],
    adds,
    (since) => since.added.length > 0,
    (found) => kept(found) ?? true,
    (since) => ["refusal.changes-no-statement", ...others(since)],
  ),
  "refusal.changes-no-statement": readRule(
    "A refused request leaves the statements as they were",
    ["R164", "R097", "R133", "R010", "R012", "R158"],
    refusals,
    (since) => since.refused.length > 0 && since.removed.length === 0,
    (found, since) => {
      const written = found.extra.filter(
        (sid) => since.refused.includes(sid) && !since.added.includes(sid) && !isElsewhere(sid, since),
      );
      if (written.length > 0)
        return ["the statements as before", `${show(written[0])} was added although refused`];
      return since.added.length > 0 || (kept(found) ?? true);
    },
    others,
  ),
  "refusal.keeps-revision": readRule(
    "A refused request leaves the revision as it was",
    ["R103", "R164"],
    "Request Body, RevisionId; Errors",
    (since, { possibleStates }) =>
      since.refused.length > 0 &&
      // An addition elsewhere may change a revision that belongs to the function, or a shared policy: that is another finding.
      since.added.length + since.removed.length + since.elsewhere.length === 0 &&
      possibleStates.every(({ policyRevision }) => policyRevision !== null),
    ({ revisionMoved }) => !revisionMoved || ["the same RevisionId", "another RevisionId"],
    ["refusal.changes-no-statement"],
    ["revisions"],
  ),
  "revision.changes": readRule(
    "Every addition changes the policy's revision",
    ["R098", "R104"],
    "Request Body, RevisionId: a policy that has changed",
    (since, policy) => since.added.length > 0 && policy.consumed.length > 0,
    ({ revisionStuck }) => !revisionStuck || ["another RevisionId than before", "the same RevisionId"],
    [],
    ["revisions"],
  ),
  "policy.separate-functions": readRule(
    "A statement added to one function is not on another",
    ["R169"],
    "URI Request Parameters, FunctionName",
    (since) => since.elsewhere.length > 0,
    ({ extra }, since, key) => strayed(extra, since, key, false),
    [],
    ["other"],
  ),
  "policy.separate-qualifiers": readRule(
    "The function, each version and each alias have policies of their own",
    ["R060", "R170"],
    "introduction: a qualifier restricts access to a single version or alias",
    (since) => since.elsewhere.length > 0,
    ({ extra }, since, key) => strayed(extra, since, key, true),
    [],
    ["versions", "aliases"],
  ),
  "published.starts-empty": readRule(
    "A newly published version has no policy",
    ["R171"],
    "introduction: the policy applies at the level it was given",
    (since) => since.origin === "published",
    startedWith,
    [],
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
  find: (found: Difference, since: Since, key: string) => ReadFinding,
  unless: readonly string[] | ((since: Since) => readonly string[]) = [],
  needs: readonly Capability[] = [],
): RuleBody {
  const basis: Basis = "implied";
  const findIn = ({ difference, key, since }: KnownRead) =>
    difference === null || find(difference, since, key);
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
interface KnownRead {
  readonly key: string;
  readonly before: PolicyModelState;
  readonly since: Since;
  readonly difference: Difference | null;
  /** The ids that the read shows. */
  readonly sids: readonly string[];
}

/** Judges a read of a policy whose statements were known; null where it does not apply. */
export function judgeRead(
  { before: modelState, key, policy: seen, difference, together }: PolicyRead,
  applies: (since: Since, policy: PolicyModelState) => boolean,
  find: (of: KnownRead) => ReadFinding,
  unless: readonly string[] | ((since: Since) => readonly string[]) = [],
): Judgement | null {
  const before = key === null ? undefined : modelState.policies[key];
  if (key === null || before === undefined || together) return null;
  const { since, possibleStates, capped } = before;
  if (possibleStates.every(({ statements }) => statements === null) || !applies(since, before)) return null;
  if (capped) return { verdict: "inconclusive", why: tooManyOpen };
  if (seen.kind === "unreadable" || seen.kind === "unsettled")
    return { verdict: "inconclusive", why: seen.why };
  const sids = seen.kind === "policy" ? seen.statements.map(({ sid }) => sid) : [];
  const finding = find({ key, before, since, difference, sids });
  if (finding === true) return holds;
  const by = typeof unless === "function" ? unless(since) : unless;
  return { ...violated(...finding), ...(by.length > 0 ? { unless: by } : {}) };
}

/** An acknowledged addition that is not there. */
export function lostAddition({ lostNew }: Difference): ReadFinding {
  return lostNew.length === 0 || [`the statement ${show(lostNew[0])}`, "it is not there"];
}

/** What changed in the statements that were there before; null when nothing did. */
function kept({ lostOld, changedOld }: Difference): readonly [string, string] | null {
  const expected = "the other statements as before";
  if (lostOld.length > 0) return [expected, `${show(lostOld[0])} is gone`];
  return changedOld.length > 0 ? [expected, `${show(changedOld[0])} has changed`] : null;
}

function isElsewhere(sid: string, since: Since): boolean {
  return stoodAround(sid, since) || since.elsewhere.some((one) => one.sid === sid);
}

/**
 * A statement that was added elsewhere after the creation has leaked in later; the resource did not start with it. What a
 * resource of that name held before the whole function was deleted is the fault of the deletion.
 */
export function startedWith({ extra }: Difference, since: Since): ReadFinding {
  const inherited = extra.filter(
    (sid) => since.past?.sids.includes(sid) !== true && !since.elsewhere.some((one) => one.sid === sid),
  );
  return inherited.length === 0 || ["no statement", show(inherited[0])];
}

function stoodAround(sid: string, { around }: Since): boolean {
  return around === null || around.includes(sid);
}

function explained(sid: string, since: Since): boolean {
  return since.refused.includes(sid) || isElsewhere(sid, since) || since.origin !== null;
}

function strayed(extra: readonly string[], since: Since, key: string, sameFunction: boolean): ReadFinding {
  const [name = ""] = key.split(":");
  for (const sid of extra) {
    // The statement may also have been copied when the version or alias was created.
    if (stoodAround(sid, since)) continue;
    const origins = since.elsewhere.filter((one) => one.sid === sid).map(({ key: origin }) => origin);
    const [origin] = origins;
    // The id was added on this function and on another one, so it is not known which of the two leaked.
    if (origin !== undefined && origins.every((key) => (key.split(":")[0] === name) === sameFunction)) {
      return ["no statement that was added elsewhere", `${show(sid)}, which was added to ${origin}`];
    }
  }
  return true;
}

function judgeReadable({ before, key, policy: seen, answer }: PolicyRead): Judgement | null {
  const policy = key === null ? undefined : before.policies[key];
  if (policy === undefined || seen.kind === "unsettled") return null;
  if (seen.kind !== "unreadable") return holds;
  if (answer.kind === "none" || (answer.status < 500 && answer.status !== 200)) return null;
  return violated("the policy", seen.why);
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
  if (answer.status >= 500)
    return policySize(of) < sizeFrom(null)
      ? null
      : failed(of, "201, or 400 PolicyLengthExceededException", explanations(of), "elsewhere");
  if (result.kind !== "refused" || policySize(of) < sizeFrom(result.error)) return null;
  const right =
    result.status === 400 && (result.error === "PolicyLengthExceededException" || result.error === null);
  if (right) return holds;
  // The refusal may be for what is special about the request, whatever its size.
  const found = refusedOtherwise("400 PolicyLengthExceededException", phrase(answer));
  return { ...found, unless: [...(found.unless ?? []), ...explanations(of)] };
}
