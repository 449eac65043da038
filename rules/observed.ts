import { policyOf } from "../oracle/model-state.ts";
import type { Addition, PolicyRead } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import { phrase } from "../spec/answer.ts";
import { guarantee, policySize, refusedOtherwise, show, violated } from "./define.ts";
import { lostAlone } from "./policy.ts";
import { conditionsOf } from "./success.ts";

/** Recorded behaviour of the live service that is not in the document, or against it. Counts under `aws` only. */
export const observedRules = {
  "observed.validation-exception": observed(
    "A value that breaks a constraint is refused as ValidationException",
    "spec/recordings: 2025-11-25 statement-id-pattern, qualifier-pattern; 2018 and 2019 StatementId length; 2016 SourceArn",
    ({ analysis, result, answer, call }) => {
      const [refusalReason, ...more] = analysis.refusalReasons;
      if (more.length > 0 || analysis.questions.length > 0 || result.kind !== "refused") return null;
      if (refusalReason === undefined || !recorded.has(refusalReason)) return null;
      if (refusalReason === "FunctionName.pattern" && hasDot(call)) return null;
      const right =
        result.status === 400 && (result.error === "ValidationException" || result.error === null);
      return right ? holds : refusedOtherwise("400 ValidationException", phrase(answer));
    },
  ),
  "observed.constraints-first": observed(
    "A malformed FunctionName or Qualifier is refused before anything is looked up",
    "spec/recordings: 2025-11-25 qualifier-pattern; function names on sibling operations",
    ({ analysis, result, answer, call }) => {
      const [refusalReason, ...more] = analysis.refusalReasons;
      if (more.length > 0 || analysis.questions.length > 0 || result.kind !== "refused") return null;
      if (refusalReason !== "Qualifier.pattern" && refusalReason !== "FunctionName.pattern") return null;
      if (hasDot(call)) return null;
      return result.status === 400 ? holds : refusedOtherwise("400 ValidationException", phrase(answer));
    },
  ),
  "observed.latest-is-refused": observed(
    "A permission on $LATEST is refused",
    "spec/recordings: 2025-11-25 latest",
    ({ analysis, result, answer }) => {
      if (analysis.questions.length !== 1 || analysis.questions[0] !== "Qualifier.latest") return null;
      if (analysis.refusalReasons.length > 0 || result.kind === "unsettled") return null;
      if (result.kind === "added") return violated("400 InvalidParameterValueException", phrase(answer));
      const right = result.status === 400 && result.error === "InvalidParameterValueException";
      return right ? holds : refusedOtherwise("400 InvalidParameterValueException", phrase(answer));
    },
  ),
  "observed.disagreeing-qualifier": {
    ...observed(
      "A name and a Qualifier that contradict each other are an invalid parameter value",
      "spec/recordings: 2025-11-25 qualifier mismatch",
      ({ analysis, result, answer }) => {
        if (analysis.refusalReasons.length !== 1 || analysis.refusalReasons[0] !== "Qualifier.disagrees")
          return null;
        if (analysis.questions.length > 0 || result.kind !== "refused") return null;
        const right = result.status === 400 && result.error === "InvalidParameterValueException";
        if (right) return holds;
        // A target may refuse how the function is written.
        const { unless = [], ...judgement } = refusedOtherwise(
          "400 InvalidParameterValueException",
          phrase(answer),
        );
        return { ...judgement, unless: [...unless, ...analysis.spellings] };
      },
    ),
    hiddenBy: /^Qualifier\.disagrees$/,
  },
  "observed.arn-like": {
    ...guarantee(
      "SourceArn is compared with ArnLike",
      ["R113"],
      "spec/recordings: 2025-11-25 service with a bucket",
      "observed",
      ({ result, analysis }) => {
        const { parsed } = result.statement;
        if (parsed === null || analysis.body.members?.SourceArn === undefined) return null;
        const found = conditionsOf(parsed).find(({ key }) => key.toLowerCase().endsWith(":sourcearn"));
        if (found === undefined) return null;
        return found.operator === "ArnLike" ? holds : violated('"ArnLike"', show(found.operator));
      },
    ),
    needs: ["echo"],
    columns: ["aws"],
  },
  "observed.account-root": {
    ...guarantee(
      "An account given as Principal becomes the ARN of its root",
      ["R083"],
      "spec/recordings: 2025-11-25 account principal",
      "observed",
      ({ result, analysis, before }) => {
        const { parsed } = result.statement;
        const sent = analysis.body.members?.Principal;
        if (parsed === null || typeof sent !== "string" || !/^\d{12}$/.test(sent)) return null;
        const wanted = { AWS: `arn:${before.home.partition}:iam::${sent}:root` };
        return JSON.stringify(parsed.Principal) === JSON.stringify(wanted)
          ? holds
          : {
              ...violated(`"Principal": ${show(wanted)}`, `"Principal": ${show(parsed.Principal)}`),
              unless: ["statement.account"],
            };
      },
    ),
    needs: ["echo"],
    columns: ["aws"],
  },
  "observed.identity-principal": {
    ...observed(
      "An IAM ARN that is accepted as Principal stands under AWS",
      "spec/recordings: 2025-11-25 account, role, user, assumed-role",
      ({ analysis, result, answer }) => principalShown(analysis, result, answer, "Principal.iam-arn"),
    ),
    clauses: ["R092"],
    needs: ["echo"],
  },
  "observed.everyone": {
    ...observed(
      "The Principal * with a SourceAccount is accepted and stays *",
      "spec/recordings: 2025-11-25 everyone-of-an-account",
      ({ analysis, result, answer }) =>
        analysis.body.members?.SourceAccount === undefined
          ? null
          : principalShown(analysis, result, answer, "Principal.wildcard"),
    ),
    clauses: ["R091"],
    needs: ["echo"],
  },
  "observed.size-limit": {
    title: "A policy may have 20,480 bytes: a larger one is too large, and a smaller one is not",
    source: "spec/recordings: 2020-12-16",
    basis: "observed",
    clauses: ["R157"],
    needs: ["state", "remove"],
    columns: ["aws"],
    shrinks: false,
    trigger: { on: "answer", judge: judgeSizeLimit },
  },
  "observed.no-policy": {
    title: "GetPolicy of a policy without statements is 404 ResourceNotFoundException",
    source: "spec/recordings/facts: 2025-11-25 get-policy-without-policy",
    basis: "observed",
    clauses: ["R152"],
    needs: ["state", "policy"],
    columns: ["aws"],
    trigger: { on: "read", judge: judgeNoPolicy },
  },
} as const satisfies Record<string, RuleBody>;

/** The recorded limit in bytes, and the size from which a policy can have reached it as far as requests tell its size. */
const sizeLimit = { most: 20_480, reached: 19_500 } as const;

function judgeSizeLimit(of: Addition): Judgement | null {
  const { analysis, stateAnalysis, result, answer, together } = of;
  if (together || stateAnalysis.key === null || answer.kind === "none") return null;
  const open = [analysis, stateAnalysis].flatMap((one) => [...one.refusalReasons, ...one.questions]);
  const disputed = policyOf(of.before, stateAnalysis.key)?.disputed ?? [];
  if (open.length + stateAnalysis.unsure.length + disputed.length > 0) return null;
  const isFull = result.kind === "refused" && result.error === "PolicyLengthExceededException";
  if (result.kind !== "added" && !isFull) return null;
  const size = policySize(of);
  if (isFull ? size >= sizeLimit.reached : size <= sizeLimit.most) return isFull ? holds : null;
  const found = violated(
    isFull ? "201 up to 20,480 bytes" : "400 PolicyLengthExceededException above 20,480 bytes",
    `${phrase(answer)} for a policy of about ${size.toLocaleString("en")} bytes`,
  );
  // A policy that has lost statements is smaller than it should be.
  return isFull
    ? found
    : { ...found, unless: [...lostAlone, "remove.one-statement", "race.acknowledged-are-kept"] };
}

function judgeNoPolicy({ before, key, policy, answer, together }: PolicyRead): Judgement | null {
  const possibleStates = key === null || together ? [] : (policyOf(before, key)?.possibleStates ?? []);
  if (possibleStates.length === 0 || !possibleStates.every(({ statements }) => statements?.length === 0))
    return null;
  if (policy.kind === "none") return holds;
  return policy.kind === "policy" && policy.statements.length === 0
    ? violated("404 ResourceNotFoundException", `${phrase(answer)}, a policy without statements`)
    : null;
}

/**
 * The recorded answer to a Principal that the document leaves open: a success that shows it as it is written there. An
 * identity must exist to be accepted, and a function can be closed to the public, so that some refusals are right.
 */
function principalShown(
  { refusalReasons, questions, body }: Addition["analysis"],
  result: Addition["result"],
  answer: Addition["answer"],
  question: "Principal.iam-arn" | "Principal.wildcard",
): Judgement | null {
  const sent = body.members?.Principal;
  if (refusalReasons.length > 0 || questions.length !== 1 || questions[0] !== question) return null;
  const isIdentity = question === "Principal.iam-arn";
  if (
    isIdentity &&
    !/^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root$|(user|role|assumed-role)\/)/.test(String(sent))
  )
    return null;
  if (result.kind === "unsettled") return null;
  if (result.kind === "refused")
    return isIdentity || result.error === "PublicPolicyException"
      ? null
      : refusedOtherwise("201, the statement is added", phrase(answer));
  const { parsed } = result.statement;
  const wanted = isIdentity ? { AWS: sent } : "*";
  if (parsed === null) return null;
  return JSON.stringify(parsed.Principal) === JSON.stringify(wanted)
    ? holds
    : violated(`"Principal": ${show(wanted)}`, `"Principal": ${show(parsed.Principal)}`);
}

/** Names with dots have been well-formed since 2025-12, so that they are looked up. */
function hasDot({ target }: Addition["call"]): boolean {
  return target.includes(".");
}

const recorded: ReadonlySet<string> = new Set([
  "StatementId.pattern",
  "StatementId.maxLength",
  "Qualifier.pattern",
  "FunctionName.pattern",
  "SourceArn.pattern",
]);

function observed(title: string, source: string, judge: (of: Addition) => Judgement | null): RuleBody {
  return {
    title,
    source,
    basis: "observed",
    clauses: ["R155"],
    needs: [],
    columns: ["aws"],
    trigger: { on: "answer", judge },
  };
}
