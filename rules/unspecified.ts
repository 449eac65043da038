import type { StateQuestion } from "../oracle/analyze-state.ts";
import { policyOf } from "../oracle/model-state.ts";
import type { Addition, Observation, PolicyRead } from "../oracle/observe.ts";
import type { Question } from "../oracle/rule.ts";
import type { AddPermissionResponse } from "../spec/add-permission.ts";
import { jsonObject, phrase } from "../spec/answer.ts";
import { bytesOf } from "../spec/exchange.ts";
import type { RequestQuestion } from "../spec/request.ts";
import { isAccountWithSource } from "./define.ts";

type Described = readonly [title: string, source: string, clauses: readonly string[]];

const name = "URI Request Parameters, FunctionName";
const qualifier = "URI Request Parameters, Qualifier";
const principal = "Request Body, Principal";

/** One question for each part of a request on which the document is silent or contradicts itself. */
const asked: Readonly<Record<RequestQuestion | StateQuestion, Described>> = {
  "FunctionName.readings": ["A name with several readings, such as function:x", `${name}: pattern`, ["R041"]],
  "FunctionName.name-over-64": [
    "A name of 65 to 140 characters",
    `${name}: 64 for the name only, 140 in all`,
    ["R028"],
  ],
  "FunctionName.over-140": [
    "A name or partial ARN that exceeds 140 characters by its qualifier",
    `${name}: the length applies only to the full ARN, and is stated without condition`,
    ["R030"],
  ],
  "FunctionName.region": [
    "A full ARN of a region that the page's pattern does not know and today's does, such as us-iso-east-1",
    `${name}: pattern`,
    ["R040"],
  ],
  "FunctionName.undecodable": ["A path label whose percent-encoding is invalid", "Request Syntax", []],
  "FunctionName.letter-case": ["The name of a function in another letter case", name, ["R025"]],
  "Qualifier.empty": [
    "An empty Qualifier",
    `${qualifier}: minimum length 1, and a pattern that admits nothing`,
    ["R049"],
  ],
  "Qualifier.twice": ["Qualifier given twice", "Request Syntax", ["R063"]],
  "Qualifier.latest": [
    "$LATEST as qualifier, in the name or the query",
    `${qualifier}: a published version, and a pattern that admits $LATEST`,
    ["R052", "R034"],
  ],
  "Qualifier.undecodable": ["A Qualifier whose percent-encoding is invalid", "Request Syntax", []],
  "Action.wildcard": ["The Action *", "Request Body, Action: pattern", ["R068"]],
  "Action.unknown": [
    "A well-formed Action that names no known operation",
    "Request Body, Action: pattern",
    ["R069"],
  ],
  "EventSourceToken.empty": [
    "An empty EventSourceToken",
    "Request Body, EventSourceToken: minimum length 0, and a pattern that needs a character",
    ["R078"],
  ],
  "EventSourceToken.other-principal": [
    "A token with a principal that is not Alexa's",
    "Request Body, EventSourceToken: for Alexa Smart Home functions",
    ["R080"],
  ],
  "EventSourceToken.with-source": ["A token together with SourceArn or SourceAccount", "Request Body", []],
  "Principal.empty": [
    "An empty Principal",
    `${principal}: required, and a pattern that admits nothing`,
    ["R088"],
  ],
  "Principal.line-break": ["A Principal with a line break", `${principal}: pattern`, ["R089"]],
  "Principal.wildcard": [
    "The Principal *",
    `${principal}: a service or account, and a pattern that admits *`,
    ["R091"],
  ],
  "Principal.iam-arn": ["The ARN of a user or role as Principal", principal, ["R092"]],
  "Principal.unknown-service": ["A service name that no service has", principal, ["R086"]],
  "Principal.other": ["Any other Principal", `${principal}: pattern`, []],
  "RevisionId.empty": ["An empty RevisionId", "Request Body, RevisionId: no constraint", ["R100"]],
  "SourceArn.line-break": [
    "A line break in the resource part of SourceArn",
    "Request Body, SourceArn: pattern",
    ["R121"],
  ],
  "SourceArn.region": [
    "A SourceArn with a region that today's pattern admits and the page's does not, such as us-iso-east-1",
    "Request Body, SourceArn: pattern",
    ["R117"],
  ],
  "SourceArn.control-character": [
    "A control character in a SourceArn",
    "Request Body, SourceArn: pattern",
    [],
  ],
  "body.null-member": ["An optional member that is null", "Request Body", ["R014"]],
  "body.unknown-member": ["A member that the document does not know", "Request Body", ["R015"]],
  "body.qualifier-member": ["Qualifier in the body instead of the query", "Request Syntax", ["R006"]],
  "body.duplicate-member": ["A member given twice", "Request Body", []],
  "body.byte-order-mark": ["A byte order mark before the JSON", "Request Body", []],
  "body.large": ["A body of more than half a mebibyte", "Request Body", []],
  "body.encoding": ["A body that is not UTF-8", "Request Body", []],
  "body.lone-surrogate": ["Half of a surrogate pair in a string", "Request Body", []],
  "request.content-type": ["Another Content-Type, or none", "Request Syntax: Content-type", ["R009"]],
  "request.method": ["A method other than POST, PUT and PATCH on the policy", "Request Syntax: POST", []],
  "request.other-parameter": ["A query parameter that the document does not know", "Request Syntax", []],
  "request.framing": ["Unusual HTTP framing", "Request Syntax", []],
  "request.provoked": ["A fault asked for by a Prefer header", "Errors", []],
  "route.unusual-path": ["A path that reaches the policy in an unusual way", "Request Syntax", []],
};

const documented: keyof AddPermissionResponse = "Statement";

const special: readonly Question[] = [
  {
    id: "revision.source",
    pointed: false,
    title: "Which operation's RevisionId the target takes",
    source: "Errors, PreconditionFailedException: GetFunction or GetAlias; the live service: GetPolicy",
    clauses: ["R101", "R102"],
    answer: answerRevisionSource,
  },
  {
    id: "success.other-members",
    pointed: false,
    title: "Members of a success beside Statement",
    source: "Response Syntax",
    clauses: ["R147"],
    answer: (of) => {
      if (of.kind !== "addition" || of.result.kind !== "added" || of.result.statement.body === null)
        return null;
      const others = Object.keys(of.result.statement.body).filter((member) => member !== documented);
      return others.length === 0 ? "none" : others.join(", ");
    },
  },
  {
    id: "refusal.precedence",
    pointed: false,
    title: "Which fault is named when a request has several",
    source: "Errors: no order is given",
    clauses: ["R165"],
    answer: (of) => {
      if (of.kind !== "addition" || of.analysis.questions.length > 0) return null;
      const refusalReasons = [...of.analysis.refusalReasons, ...of.stateAnalysis.refusalReasons];
      return new Set(refusalReasons).size < 2
        ? null
        : `${[...new Set(refusalReasons)].join(" + ")}: ${phrase(of.answer)}`;
    },
  },
  {
    id: "refusal.malformed-body",
    pointed: false,
    title: "How a body that is no JSON object is refused",
    source: "Errors: no exception is given for it",
    clauses: ["R010"],
    answer: (of) => {
      if (of.kind !== "addition" || of.analysis.body.members !== null) return null;
      return of.analysis.refusalReasons.length === 1 && of.analysis.questions.length === 0
        ? phrase(of.answer)
        : null;
    },
  },
  {
    id: "Principal.account-with-source",
    pointed: false,
    title: "An account as Principal with SourceArn or SourceAccount",
    source: "Request Body, SourceArn: for AWS services; SourceAccount: for Amazon S3",
    clauses: [],
    answer: (of) =>
      of.kind === "addition" &&
      isAccountWithSource(of) &&
      of.analysis.refusalReasons.length + of.analysis.questions.length === 0 &&
      of.stateAnalysis.refusalReasons.length + of.stateAnalysis.unsure.length === 0
        ? phrase(of.answer)
        : null,
  },
  {
    id: "policy.size-limit",
    pointed: false,
    title: "How many bytes a policy holds before it is too large",
    source: "Errors, PolicyLengthExceededException: the limit is not given",
    clauses: ["R157"],
    answer: answerSizeLimit,
  },
  {
    id: "policy.order",
    pointed: false,
    title: "In which order a policy shows its statements",
    // The document gives no order of a policy's statements.
    source: "introduction: a statement is added; nothing says where",
    clauses: ["R143"],
    answer: (of) => (of.kind === "policy-read" ? answerOrder(of) : null),
  },
];

/** Only the search for the limit makes a policy of this size: it stops here where there is no limit. */
const beyondAnyLimit = 512 * 1024;

/** The size of the full policy document, to within the last step of the bisection; or the largest size that was reached. */
function answerSizeLimit(of: Observation): string | null {
  if (of.kind !== "policy-read" || of.key === null || of.answer.kind === "none") return null;
  const full = policyOf(of.before, of.key)?.overfull === "full";
  if (of.policy.kind !== "policy" || (!full && of.answer.body.length < beyondAnyLimit)) return null;
  const document = jsonObject(of.answer.body)?.Policy;
  if (typeof document !== "string") return null;
  return `${full ? "full" : "not full"} at ${bytesOf(document)} bytes`;
}

function answerRevisionSource(of: Observation): string | null {
  if (of.kind !== "addition" || of.analysis.refusalReasons.length + of.analysis.questions.length > 0)
    return null;
  if (of.together || of.result.kind === "unsettled") return null;
  const { variations, refusalReasons } = of.stateAnalysis;
  // A target that accepts any revision does not show which operation's revision it takes.
  if (
    refusalReasons.length === 1 &&
    refusalReasons[0] === "RevisionId.never-seen" &&
    of.result.kind === "added"
  )
    return "one that was never shown: taken";
  if (!variations.includes("RevisionId.current")) return null;
  const [possibleState] = policyOf(of.before, of.stateAnalysis.key)?.possibleStates ?? [];
  const sent = of.analysis.body.members?.RevisionId;
  const shownBy = [
    ...(possibleState?.policyRevision === sent ? ["GetPolicy"] : []),
    ...(possibleState?.resourceRevision === sent
      ? [of.analysis.resource?.qualifier ? "GetAlias" : "GetFunction"]
      : []),
  ];
  return `${shownBy.join(" and ")}: ${of.result.kind === "added" ? "taken" : phrase(of.answer)}`;
}

function ask(id: RequestQuestion | StateQuestion, [title, source, clauses]: Described): Question {
  const answer = (of: Observation) => (bearsOn(id, of) ? phrase(of.answer) : null);
  return { id, title, source, clauses, pointed: true, answer };
}

/** The request has no fault, and this is the only unspecified part of it. */
function bearsOn(id: string, of: Observation): of is Addition {
  if (of.kind !== "addition") return false;
  const questions = [...of.analysis.questions, ...of.stateAnalysis.questions];
  // A malformed frame is unspecified whatever its body holds: no rule judges the answer.
  const refusalReasons =
    id === "request.framing" ? 0 : of.analysis.refusalReasons.length + of.stateAnalysis.refusalReasons.length;
  return refusalReasons === 0 && questions.length === 1 && questions[0] === id;
}

/** Every question, in the catalogue's order. */
export const questions: readonly Question[] = [
  ...Object.entries(asked).map(([id, body]) => ask(id as RequestQuestion, body)),
  ...special,
];

/** The order of the shown statements, if exactly one explains it: ids may also be sorted by chance. */
function answerOrder({ before, key, policy: seen, together }: PolicyRead): string | null {
  const policy = together ? undefined : policyOf(before, key);
  if (policy === undefined || seen.kind !== "policy" || policy.since.together) return null;
  const [possibleState, ...others] = policy.possibleStates;
  const { added } = policy.since;
  if (possibleState?.statements == null || others.length > 0 || added.length === 0) return null;
  const expected = possibleState.statements.map(({ sid }) => sid ?? "");
  const shown = seen.statements.map(({ sid }) => sid ?? "");
  if (shown.length < 2 || !equal(expected.toSorted(), shown.toSorted())) return null;
  const old = expected.filter((sid) => !added.includes(sid));
  const orders = {
    "the oldest first": expected,
    "the newest first": [...expected.slice(old.length).toReversed(), ...old],
    "sorted by id": expected.toSorted(),
  };
  const fitting = Object.entries(orders).filter(([, order]) => equal(order, shown));
  const [only] = fitting;
  if (only === undefined) return "another order";
  return fitting.length === 1 ? only[0] : null;
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((sid, index) => sid === other[index]);
}
