import { policyOf } from "../oracle/model-state.ts";
import type { Addition } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody, type Variation } from "../oracle/rule.ts";
import { isInProgress, phrase } from "../spec/answer.ts";
import type { Call } from "../spec/exchange.ts";
import { analyzeRequest } from "../spec/request.ts";
import {
  besides,
  failed,
  isSourceRefused,
  largeEnough,
  mayBeTooLarge,
  policySize,
  show,
  tooManyOpen,
} from "./define.ts";

type Acceptance = Pick<RuleBody, "title" | "source" | "clauses"> &
  Partial<Pick<RuleBody, "needs" | "basis">> & { readonly unless?: readonly string[] };

const name = "URI Request Parameters, FunctionName";
const qualifier = "URI Request Parameters, Qualifier";

const variations: Readonly<Record<Variation, Acceptance>> = {
  "FunctionName.name": {
    title: "A function is found by its name",
    source: `${name}: name formats`,
    clauses: ["R017"],
  },
  "FunctionName.name:version": accepted("name:version", "R021", ["versions"]),
  "FunctionName.name:alias": accepted("name:alias", "R018", ["aliases"]),
  "FunctionName.full-arn": accepted("its full ARN", "R019", ["full-arn"]),
  "FunctionName.full-arn:version": accepted("its full ARN with a version", "R022", ["versions", "full-arn"]),
  "FunctionName.full-arn:alias": accepted("its full ARN with an alias", "R022", ["aliases", "full-arn"]),
  "FunctionName.partial-arn": accepted("its partial ARN", "R020"),
  "FunctionName.partial-arn:version": accepted("its partial ARN with a version", "R023", ["versions"]),
  "FunctionName.partial-arn:alias": accepted("its partial ARN with an alias", "R023", ["aliases"]),
  "FunctionName.length-140": {
    title: "A full ARN of exactly 140 characters is accepted",
    source: `${name}: maximum length 140`,
    clauses: ["R027"],
    needs: ["alias-lengths", "full-arn"],
    unless: ["FunctionName.full-arn:alias"],
  },
  "FunctionName.literal-colons": {
    title: "A colon in the path means the same percent-encoded or literal",
    source: "Request Syntax: FunctionName is a path label",
    clauses: ["R004"],
  },
  "FunctionName.encoded-letters": {
    title: "A percent-encoded letter in the path means that letter",
    source: "Request Syntax: FunctionName is a path label",
    clauses: ["R062"],
  },
  "Qualifier.version": {
    title: "A published version given as Qualifier is found",
    source: qualifier,
    clauses: ["R045", "R005"],
    needs: ["versions"],
  },
  "Qualifier.alias": {
    title: "An alias given as Qualifier is found",
    source: qualifier,
    clauses: ["R046", "R005"],
    needs: ["aliases"],
  },
  "Qualifier.longest": {
    title: "A Qualifier of 128 characters is accepted",
    source: `${qualifier}: maximum length 128`,
    clauses: ["R048"],
    needs: ["alias-lengths"],
    unless: ["Qualifier.alias"],
  },
  "Qualifier.agrees": {
    title: "A Qualifier that repeats the one in the name is accepted",
    source: `${name} and Qualifier`,
    clauses: ["R056"],
    needs: ["versions"],
    unless: ["FunctionName.name:version", "Qualifier.version"],
  },
  "Action.get-function": member("Action", "lambda:GetFunction is accepted", "R066"),
  "Action.all-of-lambda": member("Action", "lambda:* is accepted", "R067"),
  "Principal.account": member("Principal", "an account of twelve digits is accepted", "R083"),
  "Principal.service": member("Principal", "a service other than s3 is accepted", "R084", "R093"),
  "Principal.token-service": {
    ...member("Principal", "the service that tokens are for is accepted", "R084"),
    source: "Request Body, Principal; EventSourceToken: for Alexa Smart Home functions",
    basis: "implied",
  },
  "SourceArn.bucket": member("SourceArn", "the ARN of a bucket is accepted", "R113"),
  "SourceArn.topic": member("SourceArn", "the ARN of a topic is accepted", "R114"),
  "SourceArn.any-resource": member(
    "SourceArn",
    "any service, and any text in the resource part, is accepted",
    "R120",
    "R122",
  ),
  "SourceAccount.alone": member("SourceAccount", "it is accepted without SourceArn", "R106", "R111"),
  "SourceAccount.with-source-arn": member("SourceAccount", "it is accepted together with SourceArn", "R110"),
  "EventSourceToken.accepted": {
    ...member("EventSourceToken", "a valid token is accepted", "R075"),
    unless: ["Principal.token-service"],
  },
  "EventSourceToken.longest": {
    ...member("EventSourceToken", "256 characters are accepted", "R076"),
    unless: ["EventSourceToken.accepted", "Principal.token-service"],
  },
  "StatementId.shortest": member("StatementId", "one character is accepted", "R124"),
  "StatementId.longest": member("StatementId", "100 characters are accepted", "R126"),
  "body.member-order": json("The order of members changes nothing"),
  "body.white-space": json("White space between tokens changes nothing"),
  "body.escapes": json("An escaped character means that character"),
  "request.charset": {
    title: "application/json with a charset is accepted",
    source: "Request Syntax: Content-type",
    clauses: ["R008"],
  },
  "RevisionId.current": {
    title: "The current RevisionId is accepted",
    source: "Request Body, RevisionId; Errors, PreconditionFailedException",
    clauses: ["R095", "R101", "R102"],
    needs: ["state", "revisions"],
    unless: ["read.keeps-revision"],
  },
  "StatementId.shares-prefix": distinct("Two ids with a long common prefix are different ids", "R130"),
  "StatementId.letter-case": {
    ...distinct("Two ids that differ in letter case only are different ids", "R134"),
    basis: "implied",
  },
  "StatementId.freed": {
    ...distinct("An id can be used again after its statement is removed", "R135"),
    needs: ["state", "remove"],
    unless: ["remove.is-gone"],
  },
  "StatementId.on-other-function": {
    ...distinct("The same id may stand on two functions", "R136"),
    needs: ["state", "other"],
  },
  "StatementId.on-other-qualifier": {
    ...distinct("The same id may stand on the function, a version and an alias", "R060"),
    needs: ["state", "versions", "aliases"],
  },
  "policy.room-again": {
    title: "A full policy accepts statements again after one is removed",
    unless: ["remove.is-gone"],
    source: "Errors, PolicyLengthExceededException",
    clauses: ["R158"],
    basis: "implied",
    needs: ["state", "remove", "limit"],
  },
};

function accepted(what: string, clause: string, needs: RuleBody["needs"] = []): Acceptance {
  return {
    title: `A function is found by ${what}`,
    source: `${name}: name formats`,
    clauses: [clause],
    needs,
  };
}

function member(of: string, claim: string, ...clauses: readonly string[]): Acceptance {
  return { title: `${of}: ${claim}`, source: `Request Body, ${of}`, clauses };
}

function json(title: string): Acceptance {
  return { title, source: "Request Body: data in JSON format", clauses: ["R013"], basis: "implied" };
}

function distinct(title: string, clause: string): Acceptance {
  return {
    title,
    source: "Request Body, StatementId: differentiates the statements of one policy",
    clauses: [clause],
    needs: ["state"],
  };
}

/** One rule for each way in which a valid request can differ from the canonical one. Each says that it is accepted. */
export const acceptanceRules = Object.fromEntries(
  Object.entries(variations)
    .filter(([variation]) => variation !== "FunctionName.name")
    .map(([variation, rule]) => [variation, acceptance(variation as Variation, rule)]),
) as Readonly<Record<Exclude<Variation, "FunctionName.name">, RuleBody>>;

/** The canonical request, and combinations of single features. */
export const baseRules = {
  "request.accepted": acceptance(null, {
    title: "The canonical request is accepted",
    source: "Request Syntax; Response Elements",
    clauses: ["R001", "R007", "R008", "R017", "R065", "R074", "R093", "R094", "R105", "R112"],
  }),
  "request.combination": {
    title: "Variations that are accepted alone are accepted together",
    basis: "implied",
    source: "Request Syntax; Request Body: no member excludes another",
    clauses: ["R110"],
    needs: [],
    trigger: { on: "answer", judge: judgeCombination },
  },
} as const satisfies Record<string, RuleBody>;

function acceptance(variation: Variation | null, { unless: _, ...rule }: Acceptance): RuleBody {
  return {
    basis: "stated",
    needs: [],
    ...rule,
    trigger: {
      on: "variation",
      variation,
      judge: (of) =>
        variation === "RevisionId.current"
          ? judgeCurrent(of, [])
          : judgeAcceptance(
              of,
              explanations(of).filter((id) => id !== variation),
            ),
    },
  };
}

/** The rules that explain a refusal of a valid request: one for each difference of the request. */
export function explanations({ analysis, stateAnalysis, call }: Addition): readonly string[] {
  const found: Variation[] = [...analysis.variations, ...stateAnalysis.variations];
  // A name with colons may be refused in every encoding.
  if (found.includes("FunctionName.literal-colons"))
    found.push(...analyzeRequest(withColonsEncoded(call)).variations);
  // JSON escapes some characters always, and a target may refuse every escape.
  if (call.body?.includes("\\u")) found.push("body.escapes");
  return [...new Set(found.flatMap((one) => [one, ...(variations[one].unless ?? [])]))];
}

function withColonsEncoded(call: Call): Call {
  const [path = "", ...query] = call.target.split("?");
  return { ...call, target: [path.replaceAll(":", "%3A"), ...query].join("?") };
}

const expected = "201, the statement is added";

/** A valid request is accepted, unless the policy is so large that a refusal for its size may be right. */
export function judgeAcceptance(of: Addition, unless: readonly string[]): Judgement | null {
  const { result, answer, analysis, stateAnalysis } = of;
  if (result.kind === "added") return holds;
  // Without a known state there is no verdict; it is inconclusive only where unanswered calls are the cause.
  const [unsure] = stateAnalysis.unsure;
  if (unsure === "too-many-open") return { verdict: "inconclusive", why: tooManyOpen };
  if (unsure !== undefined) return null;
  if (result.kind === "unsettled" || isInProgress(answer)) {
    const isCanonical = analysis.variations.length + stateAnalysis.variations.length === 0;
    // The size may be what it fails at, which another rule judges.
    return isCanonical || policySize(of) >= largeEnough.unsaid
      ? { verdict: "inconclusive", why: result.kind === "unsettled" ? result.why : phrase(answer) }
      : failed(of, expected, unless);
  }
  if (stateAnalysis.perhapsElsewhere && result.status === 409) return null;
  if (mayBeTooLarge(of, result.error) && !stateAnalysis.variations.includes("policy.room-again")) return null;
  // A removed id that is still taken has no other explanation, and it explains refusals in later histories.
  const clings = stateAnalysis.variations.includes("StatementId.freed") && result.status === 409;
  return {
    verdict: "violated",
    expected,
    seen: phrase(answer),
    unless: [
      ...(clings ? [] : ["request.accepted"]),
      ...(stateAnalysis.reused ? ["StatementId.freed", "remove.is-gone"] : []),
      ...(result.status === 409 ? broughtBy(of) : []),
      ...(result.error === "PolicyLengthExceededException" ? ["policy.separate-qualifiers"] : []),
      ...unless,
    ],
  };
}

/** The rules on other operations that may have brought the id into the policy. */
function broughtBy({ before, stateAnalysis }: Addition): readonly string[] {
  const since = policyOf(before, stateAnalysis.key)?.since;
  return since === undefined ? [] : besides(since).filter((id) => !id.startsWith("remove."));
}

/** The revision of GetPolicy, of GetFunction or of GetAlias: at least one of them must be accepted. */
function judgeCurrent(of: Addition, unless: readonly string[]): Judgement | null {
  const { result, stateAnalysis, before, analysis, answer } = of;
  if (result.kind !== "refused" || result.status !== 412) return judgeAcceptance(of, unless);
  const policy = policyOf(before, stateAnalysis.key);
  const [possibleState] = policy?.possibleStates ?? [];
  if (policy === undefined || possibleState === undefined || policy.possibleStates.length > 1) return null;
  const tried = new Set([...policy.rejected, String(analysis.body.members?.RevisionId)]);
  const shown = [possibleState.policyRevision, possibleState.resourceRevision];
  // A revision that was not read may be the one that the target takes.
  if (shown.includes(null)) return null;
  const notExecuted = shown.some((revision) => revision !== null && revision !== "" && !tried.has(revision));
  if (notExecuted) return null;
  return {
    verdict: "violated",
    expected: `201 with one of the revisions just read: ${shown.filter(Boolean).map(show).join(", ")}`,
    seen: phrase(answer),
    unless,
  };
}

function judgeCombination(of: Addition): Judgement | null {
  const { analysis, stateAnalysis, together } = of;
  if (together || analysis.refusalReasons.length + analysis.questions.length > 0) return null;
  if (stateAnalysis.key === null || stateAnalysis.refusalReasons.length + stateAnalysis.questions.length > 0)
    return null;
  const found = [...analysis.variations, ...stateAnalysis.variations];
  if (found.length < 2) return null;
  if (isSourceRefused(of)) return null;
  const judge = stateAnalysis.variations.includes("RevisionId.current") ? judgeCurrent : judgeAcceptance;
  return judge(of, explanations(of));
}
