import type { Member } from "../../../spec/constraint.ts";
import type { HttpReply } from "../http.ts";
import { createdReply } from "../statement.ts";
import { naming } from "./error-mutants.ts";
import { losingDefects } from "./losing-defects.ts";
import { change, type Mutant, overlooking, together } from "./mutant.ts";
import { wideningDefects } from "./widening-defects.ts";

/** What a pattern finds in a longer value, where it is compiled without anchors. */
const cores: readonly (readonly [Member, RegExp])[] = [
  ["Action", /lambda:[*]|lambda:[a-zA-Z]+|[*]/],
  ["EventSourceToken", /[a-zA-Z0-9._-]/],
  ["SourceAccount", /\d{12}/],
  ["SourceArn", /arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-\d)?:(\d{12})?:/],
  ["StatementId", /[a-zA-Z0-9_-]/],
];

const unknown: HttpReply = {
  status: 404,
  headers: [["X-Amzn-ErrorType", "UnknownOperationException"]],
  body: "",
};

/** Defects that implementations are known for. What breaks with each was found by running it, and is held to. */
export const namedDefects: Readonly<Record<string, Mutant>> = {
  ...losingDefects,
  ...wideningDefects,
  "idempotent addition": {
    breaks: "answers 201 to a statement that is there already",
    mutate: change(({ taken, append }) => ({
      taken: (statements, sid, draft) =>
        taken(statements, sid, draft) && !statements.some(({ json }) => json === draft.json()),
      append: (statements, added, key) =>
        statements.some(({ json }) => json === added.json) ? statements : append(statements, added, key),
    })),
    kills: ["StatementId.duplicate-content", "race.one-id-once"],
  },
  "addition that replaces": {
    breaks: "answers 201 to a taken id and replaces its statement",
    mutate: change(({ append }) => ({
      taken: () => false,
      append: (statements, added, key) =>
        append(
          statements.filter(({ sid }) => sid !== added.sid),
          added,
          key,
        ),
    })),
    kills: ["StatementId.duplicate", "StatementId.duplicate-content", "race.one-id-once"],
  },
  "revision ignored": {
    breaks: "takes no notice of RevisionId",
    mutate: change(() => ({ revisionMatches: () => true })),
    kills: ["RevisionId.never-seen"],
  },
  "revision stuck": {
    breaks: "never moves the revision on",
    mutate: change(() => ({ nextRevision: (_key, _writes, current) => current })),
    kills: ["revision.changes"],
  },
  "pattern searched for": {
    breaks: "looks for a pattern anywhere in a value",
    mutate: together(
      ...cores.map(([member, core]) => overlooking(member, "pattern", (value) => core.test(value))),
    ),
    kills: [
      "Action.pattern",
      "EventSourceToken.pattern",
      "SourceAccount.pattern",
      "SourceArn.pattern",
      "StatementId.pattern",
    ],
  },
  "nothing of the body checked": {
    breaks: "enforces no pattern and no length of any member of the body",
    mutate: change(({ faults }) => ({
      faults: (member, value) =>
        member === "FunctionName" || member === "Qualifier" || typeof value !== "string"
          ? faults(member, value)
          : [],
    })),
    kills: [
      "Action.pattern",
      "EventSourceToken.pattern",
      "EventSourceToken.maxLength",
      "SourceAccount.pattern",
      "SourceArn.pattern",
      "StatementId.pattern",
      "StatementId.minLength",
      "StatementId.maxLength",
    ],
  },
  "200 and text/html": {
    breaks: "answers 200 and text/html to a success",
    mutate: change(() => ({
      created: (json) => ({
        ...createdReply(json),
        status: 200,
        headers: [["Content-Type", "text/html; charset=utf-8"]],
      }),
    })),
    kills: ["success.is-201", "success.is-json"],
  },
  "malformed bodies fail": {
    breaks: "answers 500 InternalError to a body that is no object",
    mutate: naming(({ kind }) => kind.startsWith("body-"), 500, "InternalError"),
    kills: ["body.empty", "body.malformed-json", "body.not-an-object"],
  },
  "names nowhere": {
    breaks: "says in no refusal which exception it is",
    mutate: change(({ refuse }) => ({
      refuse: (named, message, refusal) => ({
        ...refuse(named, message, refusal),
        headers: [["Content-Type", "application/json"]],
      }),
    })),
    kills: ["errors.name-readable", "errors.no-unexplained-5xx", "errors.throttling-is-named"],
  },
  "conflict for everything": {
    breaks: "answers 409 ResourceConflictException to a stale RevisionId",
    mutate: naming(({ kind }) => kind === "revision", 409, "ResourceConflictException"),
    kills: ["RevisionId.never-seen"],
  },
  "not implemented": {
    breaks: "knows no AddPermission",
    mutate: change(({ intercept }) => ({
      intercept: (request) =>
        request.method === "POST" && /\/policy(\?|$)/.test(request.target) ? unknown : intercept(request),
    })),
    kills: ["request.accepted", "errors.documented-name"],
  },
  "created on demand": {
    breaks: "grants on any function, version or alias whether it exists or not",
    mutate: change(() => ({ found: () => "present" })),
    kills: [
      "resource.unknown-function",
      "resource.deleted-function",
      "resource.unknown-version",
      "resource.unknown-alias",
      "re-created.starts-empty",
    ],
  },
  "always $LATEST": {
    breaks: "names $LATEST in every Resource that has no qualifier",
    mutate: change(({ resource }) => ({
      resource: (arn, qualifier, label) => resource(arn, qualifier ?? "$LATEST", label),
    })),
    kills: ["statement.resource", "statement.one-resource"],
  },
};
