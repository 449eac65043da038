import { members } from "../../../spec/constraint.ts";
import type { Draft } from "../draft.ts";
import { change, mutantsOf, naming, replying } from "./mutant.ts";

/** Mutants that refuse correctly with a wrong answer. */
export const errorMutants = mutantsOf({
  "errors.InvalidParameterValueException": {
    breaks: "answers 422 InvalidParameterValueException to $LATEST",
    mutate: naming(({ kind }) => kind === "latest", 422, "InvalidParameterValueException"),
  },
  "errors.PolicyLengthExceededException": {
    breaks: "answers 413 PolicyLengthExceededException",
    mutate: naming(({ kind }) => kind === "size", 413, "PolicyLengthExceededException"),
  },
  "errors.PreconditionFailedException": {
    breaks: "answers 409 PreconditionFailedException",
    mutate: naming(({ kind }) => kind === "revision", 409, "PreconditionFailedException"),
  },
  "errors.ResourceConflictException": {
    breaks: "answers 412 ResourceConflictException to a RevisionId that is not the current one",
    mutate: naming(({ kind }) => kind === "revision", 412, "ResourceConflictException"),
  },
  "errors.ResourceNotFoundException": {
    breaks: "answers 400 ResourceNotFoundException where there is no operation",
    mutate: replying((reply, operation) => (operation === null ? { ...reply, status: 400 } : reply)),
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
        return /^no-(alias|version)$/.test(refusal.kind) ? { ...reply, headers: [] } : reply;
      },
    })),
  },
  "errors.documented-name": {
    breaks: "calls a broken pattern BadRequestException",
    mutate: naming(({ kind }) => kind === "pattern", 400, "BadRequestException"),
  },
  "errors.documented-status": {
    breaks: "answers 422 ValidationError to a value of another type",
    mutate: naming(({ kind }) => kind === "type", 422, "ValidationError"),
  },
  "errors.json-is-json": {
    breaks: "calls a refusal in XML JSON",
    mutate: change(({ refuse }) => ({
      refuse: (named, message, refusal) => ({
        ...refuse(named, message, refusal),
        body: `<Error><Message>${message}</Message></Error>`,
      }),
    })),
  },
  "errors.several-faults": {
    breaks: "lists several mistakes under status 201",
    mutate: naming(
      ({ kind }, draft) => draft !== undefined && !kind.startsWith("body-") && mistakesIn(draft) > 1,
      201,
      "Mistakes",
    ),
  },
  "errors.throttling-is-named": {
    breaks: "calls a throttled request a ThrottledException",
    mutate: naming(({ kind }) => kind === "throttled", 429, "ThrottledException"),
  },
  "errors.no-unexplained-5xx": {
    breaks: "fails on a member that is null",
    mutate: change(({ intercept }) => ({
      intercept: (request) =>
        request.body.includes('":null') ? { status: 500, headers: [], body: "" } : intercept(request),
    })),
  },
  "answer.arrives": {
    breaks: "drops the connection on an empty token",
    mutate: change(({ intercept }) => ({
      intercept: (request) => (request.body.includes('"EventSourceToken":""') ? "drop" : intercept(request)),
    })),
  },
});

function mistakesIn({ behaviour, given }: Draft): number {
  return members.filter((member) => behaviour.faults(member, given[member]).length > 0).length;
}
