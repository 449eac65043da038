import type { Addition } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import type { ErrorName } from "../spec/add-permission.ts";
import { errorName, header, phrase } from "../spec/answer.ts";
import { errorStatus, isErrorName } from "../spec/constraint.ts";
import type { Column } from "../spec/verdict.ts";
import { anyRefusal, failed, show, violated } from "./define.ts";

/** Statuses that a web server or an authorizer may give before the operation is reached. */
const beforeTheOperation: ReadonlySet<number> = new Set([
  401, 403, 405, 408, 411, 413, 414, 415, 417, 431, 501, 505,
]);

/** Rules on every refusal, whatever the request was. */
export const errorRules = {
  "errors.InvalidParameterValueException": statusOf(
    "InvalidParameterValueException",
    "R148",
    String.raw`\.(pattern|minLength|maxLength|required|type)$|^(Principal|Qualifier|body)\.`,
  ),
  "errors.PolicyLengthExceededException": {
    ...statusOf("PolicyLengthExceededException", "R149", String.raw`^policy\.too-large$`),
    needs: ["state", "remove", "limit"],
  },
  "errors.PreconditionFailedException": {
    ...statusOf(
      "PreconditionFailedException",
      "R150",
      String.raw`^RevisionId\.(never-seen|stale|used|foreign)$`,
    ),
    needs: ["state"],
  },
  "errors.ResourceConflictException": {
    ...statusOf("ResourceConflictException", "R151", String.raw`^StatementId\.duplicate`, [
      "StatementId.duplicate",
      "StatementId.duplicate-content",
    ]),
    needs: ["state"],
  },
  "errors.ResourceNotFoundException": {
    ...statusOf("ResourceNotFoundException", "R152", String.raw`^resource\.`),
    needs: ["state"],
  },
  "errors.ServiceException": { ...statusOf("ServiceException", "R153", null), needs: ["faults"] },
  "errors.TooManyRequestsException": {
    ...statusOf("TooManyRequestsException", "R154", null),
    needs: ["faults"],
  },
  "errors.name-readable": {
    title: "A refusal names its exception",
    basis: "implied",
    source: "Errors: every exception has a name",
    clauses: ["R156"],
    needs: [],
    trigger: { on: "refusal", judge: judgeReadable },
  },
  "errors.documented-name": {
    title: "The exception is one that the document lists",
    basis: "implied",
    source: "Errors: the list of seven",
    clauses: ["R155"],
    needs: [],
    differs: true,
    trigger: { on: "refusal", judge: judgeDocumented },
  },
  "errors.documented-status": {
    title: "A refusal has a status that the document lists",
    basis: "implied",
    source: "Errors: each of the seven has its status",
    clauses: ["R155"],
    needs: [],
    trigger: { on: "refusal", judge: judgeStatus },
  },
  "errors.json-is-json": {
    title: "A refusal with a JSON content type is JSON",
    basis: "implied",
    source: "Errors; Response Syntax: data in JSON format",
    clauses: ["R156"],
    needs: [],
    trigger: { on: "refusal", judge: judgeJson },
  },
  "errors.throttling-is-named": {
    title: "A 429 is named TooManyRequestsException",
    basis: "implied",
    source: "Errors, TooManyRequestsException: status 429",
    clauses: ["R154"],
    needs: ["faults"],
    trigger: { on: "answer", judge: judgeThrottling },
  },
  // The document does not say which fault is named, but the request is refused.
  "errors.several-faults": {
    title: "A request with several faults is refused",
    basis: "implied",
    source: "Request Body; Errors: no fault excuses another",
    clauses: ["R165", "R011"],
    needs: [],
    trigger: { on: "answer", judge: judgeSeveralFaults },
  },
  "errors.no-unexplained-5xx": {
    title: "A 5xx is 500 ServiceException only",
    basis: "implied",
    source: "Errors, ServiceException: status 500",
    clauses: ["R161", "R009", "R010", "R015"],
    needs: [],
    trigger: { on: "answer", judge: judgeServerError },
  },
  "answer.arrives": {
    title: "Every request gets a complete answer within the deadline",
    basis: "implied",
    source: "Response Elements; Errors",
    clauses: ["R161"],
    needs: [],
    trigger: { on: "answer", judge: judgeArrival },
  },
} as const satisfies Record<string, RuleBody>;

/** `demanding`: the rules that demand a refusal of that name; where they are violated, no answer may have it. */
function statusOf(
  name: ErrorName,
  clause: string,
  demanding: string | null,
  unless: readonly string[] = [],
): RuleBody {
  const status = errorStatus[name];
  return {
    ...(demanding === null
      ? {}
      : { hiddenBy: new RegExp(`${demanding}|^errors\\.(documented-name|name-readable)$`) }),
    title: `${name} comes with status ${status}`,
    basis: "stated",
    source: `Errors, ${name}`,
    clauses: [clause],
    needs: [],
    trigger: {
      on: "answer",
      judge: ({ answer }) => {
        if (answer.kind === "none" || answer.status < 300 || errorName(answer) !== name) return null;
        if (answer.status === status) return holds;
        return { ...violated(`${status} ${name}`, phrase(answer)), unless };
      },
    },
  };
}

function judgeReadable({ result, analysis, call }: Addition): Judgement | null {
  if (result.kind !== "refused" || !reachesOperation({ analysis, call })) return null;
  if (result.status >= 500 || result.status < 400 || beforeTheOperation.has(result.status)) return null;
  return result.error === null
    ? violated(
        "a name in X-Amzn-ErrorType, or in code or __type of the body",
        `${result.status} without a name`,
      )
    : holds;
}

/** A malformed frame, or a path without a function, may be refused by the HTTP library, which knows no exceptions. */
function reachesOperation({ analysis, call }: Pick<Addition, "analysis" | "call">): boolean {
  return !call.raw && analysis.resource !== null && analysis.questions.length === 0;
}

const documentedStatuses: readonly number[] = Object.values(errorStatus);

function judgeStatus({ result, analysis, call, answer }: Addition): Judgement | null {
  if (result.kind !== "refused" || !reachesOperation({ analysis, call })) return null;
  const { status, error } = result;
  if (status >= 500 || beforeTheOperation.has(status)) return null;
  if (documentedStatuses.includes(status)) return holds;
  // With a documented name the rule of that exception judges the status.
  return error !== null && isErrorName(error)
    ? null
    : violated(`one of ${[...new Set(documentedStatuses)].sort().join(", ")}`, phrase(answer));
}

function judgeJson({ result, analysis, call }: Addition): Judgement | null {
  if (result.kind !== "refused" || !reachesOperation({ analysis, call })) return null;
  const { headers, body } = result.response;
  const type = header(headers, "content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\b|^application\/x-amz-json-/i.test(type) || body === "") return holds;
  try {
    JSON.parse(body);
    return holds;
  } catch {
    return violated(`JSON, as Content-Type: ${type} says`, `the body ${show(body)}`);
  }
}

function judgeThrottling({ answer }: Addition): Judgement | null {
  if (answer.kind === "none" || answer.status !== errorStatus.TooManyRequestsException) return null;
  return errorName(answer) === "TooManyRequestsException"
    ? holds
    : violated("429 TooManyRequestsException", phrase(answer));
}

/** Names that recordings of the live service show beside the documented ones. */
const recordedNames: ReadonlySet<string> = new Set([
  "ValidationException",
  "SerializationException",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "MissingAuthenticationTokenException",
  "PublicPolicyException",
]);

function judgeDocumented({ result, answer, analysis, call }: Addition, column: Column): Judgement | null {
  if (result.kind !== "refused" || !reachesOperation({ analysis, call })) return null;
  if (result.error === null || result.status >= 500) return null;
  if (beforeTheOperation.has(result.status)) return null;
  return isErrorName(result.error) || (column === "aws" && recordedNames.has(result.error))
    ? holds
    : violated(
        `one of ${[...Object.keys(errorStatus), ...(column === "aws" ? recordedNames : [])].join(", ")}`,
        phrase(answer),
      );
}

function judgeServerError({ answer, result, analysis, stateAnalysis }: Addition): Judgement | null {
  if (answer.kind === "none" || result.kind === "unsettled") return null;
  const { status } = result.response;
  if (status < 500 || status === 501 || status === 505) return holds;
  // A rule that says how this request must be refused explains the violation.
  const unless = [...analysis.refusalReasons, ...stateAnalysis.refusalReasons];
  return { ...violated("a status below 500, or 500 ServiceException", phrase(answer)), unless };
}

function judgeArrival({ answer, call, analysis }: Addition): Judgement | null {
  if (answer.kind === "response") return holds;
  // A server that refuses a large body early closes the connection, and the answer may be lost with it.
  if (answer.reason === "reset" && analysis.questions.includes("body.large")) return null;
  if (call.raw?.invalid) {
    // A server may close the connection on a message that breaks HTTP, but it must not leave the client waiting.
    return answer.reason === "timeout"
      ? violated("an answer or the end of the connection within the deadline", phrase(answer))
      : null;
  }
  const ours =
    answer.reason === "aborted" ||
    answer.reason === "refused" ||
    answer.reason === "unresolved" ||
    answer.reason === "tls";
  if (ours) return { verdict: "inconclusive", why: answer.detail };
  const found = violated(
    "a complete HTTP answer within the deadline",
    `${phrase(answer)} (${answer.detail})`,
  );
  return answer.reason === "reset" ? { ...found, onNewConnection: true } : found;
}

function judgeSeveralFaults(of: Addition): Judgement | null {
  const { analysis, stateAnalysis, result, together } = of;
  if (together || analysis.questions.length + stateAnalysis.questions.length > 0) return null;
  const { refusalReasons } = analysis;
  if (new Set(refusalReasons).size < 2) return null;
  if (result.kind === "unsettled") return failed(of, anyRefusal.phrase, refusalReasons);
  if (result.kind === "refused") return holds;
  return {
    verdict: "violated",
    expected: anyRefusal.phrase,
    seen: `${result.response.status}, accepted`,
    // A target that accepts one of the faults alone violates that fault's rule.
    unless: refusalReasons,
  };
}
