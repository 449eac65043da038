import { errorName, phrase } from "../answer.ts";
import { type ErrorName, isErrorName } from "../constraint.ts";
import { documentedErrors } from "../contract.generated.ts";
import type { Addition } from "../observation.ts";
import { holds, type Judgement, type RuleBody } from "../rule.ts";
import type { Column } from "../verdict.ts";
import { violated } from "./guarantee.ts";

/** Statuses that the web server or the account's guard may give before the operation is reached. */
const beforeTheOperation: ReadonlySet<number> = new Set([
  401, 403, 405, 408, 411, 413, 414, 415, 417, 431, 501, 505,
]);

/** Every refusal, by whatever request it was caused. */
export const errorRules = {
  "errors.InvalidParameterValueException": statusOf("InvalidParameterValueException", "R148"),
  "errors.PolicyLengthExceededException": {
    ...statusOf("PolicyLengthExceededException", "R149"),
    needs: ["state", "remove"],
  },
  "errors.PreconditionFailedException": {
    ...statusOf("PreconditionFailedException", "R150"),
    needs: ["state"],
  },
  "errors.ResourceConflictException": { ...statusOf("ResourceConflictException", "R151"), needs: ["state"] },
  "errors.ResourceNotFoundException": { ...statusOf("ResourceNotFoundException", "R152"), needs: ["state"] },
  "errors.ServiceException": { ...statusOf("ServiceException", "R153"), needs: ["faults"] },
  "errors.TooManyRequestsException": { ...statusOf("TooManyRequestsException", "R154"), needs: ["faults"] },
  "errors.name-readable": {
    title: "A refusal says which exception it is",
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
  "errors.no-unexplained-5xx": {
    title: "No request brings the service down: a 5xx is a ServiceException",
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

function statusOf(name: ErrorName, clause: string): RuleBody {
  const status = documentedErrors[name];
  return {
    title: `${name} comes with status ${status}`,
    basis: "stated",
    source: `Errors, ${name}`,
    clauses: [clause],
    needs: [],
    trigger: {
      on: "answer",
      judge: ({ answer }) => {
        if (answer.kind === "none" || answer.status < 300 || errorName(answer) !== name) return null;
        return answer.status === status ? holds : violated(`${status} ${name}`, phrase(answer));
      },
    },
  };
}

function judgeReadable({ result, reading, call }: Addition): Judgement | null {
  // What refuses odd framing is the HTTP library, which knows no exceptions.
  if (call.raw) return null;
  if (result.kind !== "refused" || reading.resource === null || reading.questions.length > 0) return null;
  if (result.status >= 500 || result.status < 400 || beforeTheOperation.has(result.status)) return null;
  return result.error === null
    ? violated(
        "a name in X-Amzn-ErrorType, or in code or __type of the body",
        `${result.status} without a name`,
      )
    : holds;
}

/** Names that the live service was recorded to use beside the documented ones. */
const recordedNames: ReadonlySet<string> = new Set([
  "ValidationException",
  "SerializationException",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "MissingAuthenticationTokenException",
  "PublicPolicyException",
]);

function judgeDocumented({ result }: Addition, column: Column): Judgement | null {
  if (result.kind !== "refused" || result.error === null || result.status >= 500) return null;
  if (beforeTheOperation.has(result.status)) return null;
  return isErrorName(result.error) || (column === "aws" && recordedNames.has(result.error))
    ? holds
    : violated("one of the seven documented exceptions", `${result.status} ${result.error}`);
}

function judgeServerError({ answer, result }: Addition): Judgement | null {
  if (answer.kind === "none" || result.kind === "unsettled") return null;
  const { status } = result.response;
  return status < 500 || status === 501 || status === 505
    ? holds
    : violated("no 5xx but 500 ServiceException", phrase(answer));
}

function judgeArrival({ answer, call }: Addition): Judgement | null {
  if (answer.kind === "response") return holds;
  if (call.raw?.invalid) return null;
  const ours =
    answer.reason === "aborted" ||
    answer.reason === "refused" ||
    answer.reason === "unresolved" ||
    answer.reason === "tls";
  return ours
    ? { verdict: "inconclusive", why: answer.detail }
    : violated("a complete HTTP answer within the deadline", `${phrase(answer)} (${answer.detail})`);
}
