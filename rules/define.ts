import { type PossibleState, policyOf, type Since, type Write } from "../oracle/model-state.ts";
import type { Addition } from "../oracle/observe.ts";
import { holds, type Judgement, type RefusalReason, type RuleBody, type Serving } from "../oracle/rule.ts";
import type { ErrorName } from "../spec/add-permission.ts";
import { type AnswerReading, isInProgress, phrase } from "../spec/answer.ts";
import { errorStatus, isErrorName } from "../spec/constraint.ts";
import { bodyBytes, bytesOf } from "../spec/exchange.ts";
import type { RequestQuestion } from "../spec/request.ts";
import type { Basis } from "../spec/verdict.ts";

/** An addition that was acknowledged. */
export interface Added extends Addition {
  readonly result: Extract<AnswerReading, { kind: "added" }>;
}

/**
 * From here on a refusal may be for the size of the policy; the document gives no limit. `said`: in bytes, where the refusal
 * names the size: a limit of 4 KB, less what a policy holds around its statements and a statement besides what its request
 * gives. `unsaid`: in bytes, where it does not. `statements`: for a target that counts them and names the size.
 */
export const largeEnough = { said: 4096 - 320, unsaid: 12_000, statements: 8 } as const;

/** The reason where more states are possible than are kept. */
export const tooManyOpen = "too many unanswered requests";

/**
 * A rule on every success, for requests in which nothing is faulty or unspecified. `despite`: what may be unspecified,
 * because it decides only whether the request is accepted.
 */
export function guarantee(
  title: string,
  clauses: readonly string[],
  source: string,
  basis: Basis,
  judge: (of: Added) => Judgement | null,
  despite: readonly RequestQuestion[] = [],
): RuleBody {
  return {
    title,
    clauses,
    source,
    basis,
    needs: [],
    trigger: { on: "success", judge: (of) => (isAdded(of) && isClear(of, despite) ? judge(of) : null) },
  };
}

function isClear({ analysis }: Addition, despite: readonly RequestQuestion[]): boolean {
  const open = analysis.questions.filter((question) => !despite.includes(question));
  return analysis.resource !== null && analysis.refusalReasons.length + open.length === 0;
}

/** Says whether an addition was acknowledged. */
function isAdded(of: Addition): of is Added {
  return of.result.kind === "added";
}

/** The judgement that a rule is violated. */
export function violated(expected: string, seen: string): Extract<Judgement, { verdict: "violated" }> {
  return { verdict: "violated", expected, seen };
}

/**
 * The rules on other operations that were used on the fixture since the last read of a policy: where one of them is
 * violated, it may have taken a statement from the policy or given it one.
 */
export function besides({ writes, origin, past }: Since): readonly string[] {
  return [
    ...writes.flatMap((write) => leaving[write] ?? []),
    ...(origin === null ? [] : [starting[origin]]),
    ...(past === null ? [] : ["function.takes-policies-along"]),
  ];
}

const leaving: Readonly<Partial<Record<Write, readonly string[]>>> = {
  removal: ["remove.one-policy", "remove.one-statement"],
  alias: ["alias.leaves-policies"],
  version: ["version.leaves-policies"],
  function: ["function.leaves-policies"],
};

const starting = {
  published: "published.starts-empty",
  "re-created": "re-created.starts-empty",
  aliased: "alias.starts-empty",
} as const;

/** A refusal of the wrong kind. A target that refuses the canonical request too refuses for another reason. */
export function refusedOtherwise(expected: string, seen: string): ReturnType<typeof violated> {
  return { ...violated(expected, seen), unless: ["request.accepted"] };
}

/** A value for a reader, shortened where it is long. */
export function show(value: unknown): string {
  return value === undefined ? "absent" : shortened(JSON.stringify(value));
}

/** A text for a reader; a long one is shortened in the middle, with its length. */
export function shortened(text: string): string {
  if (text.length <= 160) return text;
  return `${text.slice(0, 100)}… (${text.length.toLocaleString("en")} characters) …${text.slice(-40)}`;
}

/**
 * The answers that are admissible for a request that must be refused.
 * A name outside the document's list passes here, because `errors.documented-name` judges that.
 */
export interface Admissible {
  /** For a reader: "400 InvalidParameterValueException". */
  readonly phrase: string;
  /** Says whether a status is admissible, given the error's name or null. */
  readonly allows: (status: number, error: string | null) => boolean;
}

/** Exactly this exception with its documented status. */
export function exception(...names: readonly ErrorName[]): Admissible {
  return {
    phrase: names.map((name) => `${errorStatus[name]} ${name}`).join(" or "),
    allows: (status, error) =>
      error === null || !isErrorName(error)
        ? names.some((name) => errorStatus[name] === status)
        : names.some((name) => name === error && errorStatus[name] === status),
  };
}

/** Any 4xx that names no other cause: the document lists no exception for this case. */
export const anyClientError: Admissible = {
  phrase: "a 4xx answer other than 404, 409 and 412",
  allows: (status, error) =>
    status >= 400 &&
    status < 500 &&
    ![404, 409, 412].includes(status) &&
    (error === null || !isErrorName(error) || error === "InvalidParameterValueException"),
};

const stale = exception("PreconditionFailedException");
const tooLarge = exception("PolicyLengthExceededException");

/** For a wrong revision, which may also be refused as not the current one. */
export const anyClientErrorOrStale: Admissible = {
  phrase: "a 4xx answer other than 404 and 409",
  allows: (status, error) => anyClientError.allows(status, error) || stale.allows(status, error),
};

/** Anything but a success. */
export const anyRefusal: Admissible = {
  phrase: "a refusal: any status but 2xx, 429 and 5xx",
  allows: () => true,
};

/** One of these statuses, under a name that does not contradict it. */
export function status(...codes: readonly number[]): Admissible {
  return {
    phrase: codes.join(" or "),
    allows: (code, error) =>
      codes.includes(code) && (error === null || !isErrorName(error) || errorStatus[error] === code),
  };
}

/** The answers that at least one of the two admits. */
export function either(one: Admissible, other: Admissible): Admissible {
  return {
    phrase: `${one.phrase} or ${other.phrase}`,
    allows: (code, error) => one.allows(code, error) || other.allows(code, error),
  };
}

/**
 * A rule: a request with this refusal reason and no other gets one of the admissible answers.
 * `recorded`: the answers of the live service, where it gives fewer. `unless`: rules that explain a violation.
 */
export function refuses(
  refusalReason: RefusalReason,
  admissible: Admissible,
  rule: Omit<RuleBody, "trigger" | "needs"> & Partial<Pick<RuleBody, "needs">>,
  { recorded = null, unless = [] }: RefusalOptions = {},
): RuleBody {
  return {
    needs: [],
    ...rule,
    ...(recorded && { differs: true }),
    trigger: {
      on: "refusal-reason",
      refusalReason,
      judge: (of, column) =>
        judgeRefusal(of, column === "aws" ? (recorded ?? admissible) : admissible, unless),
    },
  };
}

interface RefusalOptions {
  readonly recorded?: Admissible | null;
  readonly unless?: readonly string[];
}

function judgeRefusal(of: Addition, admissible: Admissible, others: readonly string[]): Judgement {
  const judgement = judgeAnswer(of, admissible);
  if (judgement.verdict !== "violated") return judgement;
  const unless = [...(judgement.unless ?? []), ...others, ...explanations(of)];
  return unless.length > 0 ? { ...judgement, unless } : judgement;
}

/** What another operation did, a name format that is refused, or an id that is confused with one elsewhere. */
function explanations(of: Addition): readonly string[] {
  return [...explainedByAddition(of), ...explainedByOthers(of)];
}

/** The statement may be gone, or the revision still be current, because of another operation. */
function explainedByOthers({ before, result, stateAnalysis }: Addition): readonly string[] {
  const since = policyOf(before, stateAnalysis.key)?.since;
  if (since === undefined || result.kind !== "added") return [];
  return stateAnalysis.refusalReasons.flatMap((reason) => {
    if (reason.startsWith("StatementId.")) return [...besides(since), "read.changes-nothing"];
    return reason === "RevisionId.used" && since.removed.length > 0 ? ["remove.changes-revision"] : [];
  });
}

function explainedByAddition({ analysis, stateAnalysis, answer, result }: Addition): readonly string[] {
  const { resource } = analysis;
  // What is refused for another reason may be refused for a valid value that it has, or for how its function is written.
  const values = result.kind === "refused" ? [...analysis.variations, ...analysis.spellings] : [];
  const format = resource === null || resource.format === "name" ? [] : [`FunctionName.${resource.format}`];
  const conflict = answer.kind === "response" && answer.status === errorStatus.ResourceConflictException;
  const elsewhere = stateAnalysis.variations.filter((variation) =>
    variation.startsWith("StatementId.on-other-"),
  );
  return [...values, ...format, ...(conflict ? elsewhere : [])];
}

/**
 * A request of one kind that is answered 429, 502, 503, 504 or 500 ServiceException, or that another operation is in
 * progress. It is wrong if the target fails at nothing else; what comes and goes, and what got no answer, is inconclusive.
 */
export function failed(
  of: Addition,
  expected: string,
  unless: readonly string[] = [],
  whileServing: Serving = "here",
): Judgement {
  const { result, answer, together } = of;
  if (answer.kind === "none" || together)
    return { verdict: "inconclusive", why: result.kind === "unsettled" ? result.why : phrase(answer) };
  return {
    ...refusedOtherwise(expected, phrase(answer)),
    unless: ["request.accepted", ...unless],
    whileServing,
  };
}

/**
 * No valid request has a target of more bytes: a full ARN and a qualifier of the greatest length take 844, with each
 * character percent-encoded.
 */
const longTarget = 1000;

/** Says whether a web server may have refused a large body with 413, or a long target with 414. */
export function isTooLong({ result, call }: Addition): boolean {
  if (result.kind !== "refused") return false;
  return result.status === 413
    ? bodyBytes(call) >= largeEnough.said
    : result.status === 414 && call.target.length > longTarget;
}

/** Says whether a refusal with this name may be right for the size of the policy, in bytes or in statements. */
export function mayBeTooLarge(of: Addition, error: string | null): boolean {
  const size = policySize(of);
  if (error !== "PolicyLengthExceededException") return size >= largeEnough.unsaid;
  return size >= largeEnough.said || statementsIn(of) >= largeEnough.statements;
}

/** The most statements that the policy may hold before the addition. */
function statementsIn({ before, stateAnalysis }: Addition): number {
  const { possibleStates = [], disputed = [] } = policyOf(before, stateAnalysis.key) ?? {};
  return disputed.length + Math.max(0, ...possibleStates.map(({ statements }) => statements?.length ?? 0));
}

/** The size of the policy after the addition, in bytes, by the model state and the request, with all that may be there. */
export function policySize({ before, stateAnalysis, call }: Addition): number {
  const { possibleStates = [], disputed = [] } = policyOf(before, stateAnalysis.key) ?? {};
  const sizeOf = (statements: PossibleState["statements"]) =>
    (statements ?? []).reduce(
      (sum, { text, size }) => sum + (text === null ? (size ?? 200) : bytesOf(text)),
      0,
    );
  const hidden = sizeOf(disputed.filter(({ acknowledged }) => acknowledged));
  return (
    Math.max(0, ...possibleStates.map(({ statements }) => sizeOf(statements))) + hidden + bodyBytes(call)
  );
}

/** Says whether the Principal is an account and there is a source, which the document describes for services alone. */
export function isAccountWithSource({ analysis: { variations: found } }: Addition): boolean {
  return found.includes("Principal.account") && found.some((one) => /^Source(Arn|Account)\./.test(one));
}

/** Says whether a source may be refused because the Principal is an account. */
export function isSourceRefused(of: Addition): boolean {
  return of.result.kind === "refused" && of.result.status === 400 && isAccountWithSource(of);
}

function judgeAnswer(of: Addition, admissible: Admissible): Judgement {
  const { result, answer } = of;
  if (result.kind === "unsettled") return failed(of, admissible.phrase);
  if (isInProgress(answer) && !admissible.allows(409, result.kind === "refused" ? result.error : null))
    return failed(of, admissible.phrase);
  if (result.kind === "added") return violated(admissible.phrase, `${result.response.status}, accepted`);
  // Such a refusal needs no fault, so that it may come before the one of the faulty value.
  if (isTooLong(of) || isSourceRefused(of)) return holds;
  // The size may be checked before the fault, which may also make the policy too large itself.
  const saysTooLarge = result.error !== null && tooLarge.allows(result.status, result.error);
  if (saysTooLarge && mayBeTooLarge(of, result.error)) return holds;
  return admissible.allows(result.status, result.error)
    ? holds
    : refusedOtherwise(admissible.phrase, phrase(answer));
}
