import type { RuleId } from "../../../rules/index.ts";
import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import type { Named, Refusal } from "../errors.ts";
import type { HttpReply } from "../http.ts";
import { createdReply } from "../statement.ts";
import { change, type Defect, mutantsOf, together } from "./mutant.ts";
import { comparing } from "./state-mutants.ts";

/** The rules on every refusal and on every answer. */
export type ErrorRuleId = Extract<RuleId, `errors.${string}` | "answer.arrives">;

const defects: Readonly<Record<ErrorRuleId, Defect>> = {
  "errors.InvalidParameterValueException": {
    breaks: "answers 422 InvalidParameterValueException to $LATEST",
    mutate: naming(({ kind }) => kind === "latest", 422, "InvalidParameterValueException"),
  },
  "errors.PolicyLengthExceededException": {
    breaks: "answers 413 PolicyLengthExceededException",
    mutate: naming(({ kind }) => kind === "size", 413, "PolicyLengthExceededException"),
    alsoKills: ["policy.too-large"],
  },
  "errors.PreconditionFailedException": {
    breaks: "answers 409 PreconditionFailedException to a RevisionId that is no UUID",
    mutate: naming(
      ({ kind }, draft) => kind === "revision" && !/^[0-9a-f-]{36}$/.test(draft?.values.RevisionId ?? ""),
      409,
      "PreconditionFailedException",
    ),
    alsoKills: ["RevisionId.never-seen"],
  },
  "errors.ResourceConflictException": {
    breaks:
      "answers 400 ResourceConflictException to an id that differs from a taken one in letter case only",
    mutate: together(
      comparing((sid) => sid.toLowerCase()),
      naming(
        ({ kind }, draft) =>
          kind === "duplicate" &&
          draft?.read.statements.every(({ sid }) => sid !== draft.values.StatementId) === true,
        400,
        "ResourceConflictException",
      ),
    ),
  },
  "errors.ResourceNotFoundException": {
    breaks: "answers 400 ResourceNotFoundException where there is no operation",
    mutate: change(({ finish }) => ({
      finish: (reply, request, operation) =>
        finish(operation === null ? { ...reply, status: 400 } : reply, request, operation),
    })),
  },
  "errors.ServiceException": {
    breaks: "answers 503 ServiceException",
    mutate: naming(({ kind }) => kind === "internal", 503, "ServiceException"),
  },
  "errors.TooManyRequestsException": {
    breaks: "answers 503 TooManyRequestsException",
    mutate: naming(({ kind }) => kind === "throttled", 503, "TooManyRequestsException"),
  },
  "errors.name-readable": {
    breaks: "does not name the exception where a qualifier is unknown",
    mutate: change(({ refuse }) => ({
      refuse: (named, message, refusal) => {
        const reply = refuse(named, message, refusal);
        const nameless = refusal.kind === "no-alias" || refusal.kind === "no-version";
        return nameless ? { ...reply, headers: [["Content-Type", "application/json"]] } : reply;
      },
    })),
  },
  "errors.documented-name": {
    breaks: "calls a broken pattern BadRequestException",
    mutate: naming(({ kind }) => kind === "pattern", 400, "BadRequestException"),
  },
  "errors.documented-status": {
    breaks: "sends whoever makes several mistakes at once to another page",
    mutate: ofSeveralFaults(() => ({ status: 303, headers: [["Location", "/help"]], body: "" })),
  },
  "errors.json-is-json": {
    breaks: "leaves out the last brace of a refusal of several mistakes at once",
    mutate: ofSeveralFaults((reply) => ({ ...reply, body: String(reply.body).slice(0, -1) })),
  },
  "errors.several-faults": {
    breaks: "accepts whoever makes several mistakes at once",
    mutate: ofSeveralFaults(() => createdReply('{"Sid":"a b"}')),
  },
  "errors.throttling-is-named": {
    breaks: "calls a throttled request a ThrottledException",
    mutate: naming(({ kind }) => kind === "throttled", 429, "ThrottledException"),
  },
  "errors.no-unexplained-5xx": {
    breaks: "fails on a member that is null",
    mutate: change(({ faults, named }) => ({
      faults: (member, value) => (isNullSource(member, value) ? ["type"] : faults(member, value)),
      named: (refusal, draft) =>
        refusal.kind === "type" && isNullSource("SourceArn", draft?.given.SourceArn)
          ? { status: 500, name: "InternalFailure" }
          : named(refusal, draft),
    })),
  },
  "answer.arrives": {
    breaks: "drops the connection on an empty token",
    mutate: change(({ intercept }) => ({
      intercept: (request) => (request.body.includes('"EventSourceToken":""') ? "drop" : intercept(request)),
    })),
  },
};

/** Mutants that refuse what they should and say so otherwise. */
export const errorMutants = mutantsOf(defects);

/** Gives some refusals another status and name. */
export function naming(
  which: (refusal: Refusal, draft: Draft | undefined) => boolean,
  status: number,
  name: string,
): Mutation {
  const instead: Named = { status, name };
  return change(({ named }) => ({
    named: (refusal, draft) => (which(refusal, draft) ? instead : named(refusal, draft)),
  }));
}

/** Answers otherwise to a body without Principal and with a broken StatementId, which no single rule is on. */
function ofSeveralFaults(instead: (reply: HttpReply) => HttpReply): Mutation {
  return change(({ finish }) => ({
    finish: (reply, request, operation) => {
      const several = request.body.includes('"StatementId":"a b"') && !request.body.includes('"Principal"');
      return finish(several && reply.status === 400 ? instead(reply) : reply, request, operation);
    },
  }));
}

function isNullSource(member: string, value: unknown): boolean {
  return member === "SourceArn" && value === null;
}
