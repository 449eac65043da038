import type { Member } from "../../../spec/constraint.ts";
import type { Mutation } from "../behaviour.ts";
import type { HttpReply } from "../http.ts";
import { type ConditionElement, createdReply, type PrincipalElement } from "../statement.ts";
import { afterRefusing, change, type Mutant, naming, overlooking, together } from "./mutant.ts";
import { pausing } from "./state-mutants.ts";

/** The part of a longer value that a pattern without anchors matches. */
const cores: readonly (readonly [Member, RegExp])[] = [
  ["Action", /lambda:[*]|lambda:[a-zA-Z]+|[*]/],
  ["EventSourceToken", /[a-zA-Z0-9._-]/],
  ["SourceAccount", /\d{12}/],
  ["SourceArn", /arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-\d)?:(\d{12})?:/],
  ["StatementId", /[a-zA-Z0-9_-]/],
];

/** Members of the body with a narrow pattern. */
const textMembers = ["StatementId", "Action", "SourceAccount", "EventSourceToken"] as const;

/** All members of the body. */
const bodyMembers = [...textMembers, "Principal", "RevisionId", "SourceArn"] as const;

const unknown: HttpReply = {
  status: 404,
  headers: [["X-Amzn-ErrorType", "UnknownOperationException"]],
  body: "",
};

/** Well-known defects of implementations. */
export const namedDefects: Readonly<Record<string, Mutant>> = {
  "no lock at all": {
    breaks: "checks nothing again and writes over what was added meanwhile",
    mutate: pausing({ rechecks: () => false, base: (read) => read }),
    kills: ["race.acknowledged-are-kept", "race.one-id-once", "race.one-revision-once"],
  },
  "eviction of an older statement": {
    breaks: "keeps the latest 24 statements only",
    mutate: change(({ append }) => ({
      append: (statements, added) => append(statements, added).slice(-24),
    })),
    kills: ["policy.others-untouched"],
  },
  "twenty statements shown": {
    breaks: "shows the first twenty statements of a policy only",
    mutate: change(({ shown }) => ({ shown: (statements) => shown(statements).slice(0, 20) })),
    kills: ["policy.shows-what-it-holds"],
  },
  "one addition in a hundred lost": {
    breaks: "acknowledges a hundred additions and keeps all but the last",
    mutate: change(({ added }) => {
      let additions = 0;
      return {
        added: (draft) => {
          added(draft);
          additions += 1;
          if (additions % 100 === 0) draft.state.policies.set(draft.key, draft.read);
        },
      };
    }),
    kills: ["policy.holds-what-was-added"],
  },
  "shared policy of qualifiers": {
    breaks: "keeps one policy for a function and all its versions and aliases",
    mutate: change(() => ({ policyKey: (arn) => arn })),
    kills: ["StatementId.on-other-qualifier", "policy.separate-qualifiers", "published.starts-empty"],
  },
  "one policy for all aliases": {
    breaks: "keeps the policies of aliases where that of version 1 is",
    mutate: change(({ policyKey }) => ({
      policyKey: (arn, qualifier) =>
        policyKey(arn, qualifier !== undefined && /^[^$\d]/.test(qualifier) ? "1" : qualifier),
    })),
    kills: ["StatementId.on-other-qualifier", "policy.separate-qualifiers"],
  },
  "overwritten on 409": {
    breaks: "replaces the statement whose id is taken, and answers 409",
    mutate: afterRefusing("duplicate", ({ read, values, stored }) =>
      read.statements.map((one) => (one.sid === values.StatementId ? stored() : one)),
    ),
    kills: ["refusal.changes-no-statement"],
  },
  "SourceArn negated": {
    breaks: "grants to every source but SourceArn",
    mutate: operating("ArnLike", "ArnNotLike"),
    kills: ["statement.source-arn"],
  },
  "equality negated": {
    breaks: "grants to every SourceAccount and EventSourceToken but those sent",
    mutate: operating("StringEquals", "StringNotEqualsIgnoreCase"),
    kills: ["statement.source-account", "statement.event-source-token"],
  },
  "everyone beside a service": {
    breaks: "grants to everyone beside a service",
    mutate: beside("Service", { AWS: "*" }),
    kills: ["statement.service"],
  },
  "a service beside an account": {
    breaks: "grants to a service beside an account",
    mutate: beside("AWS", { Service: "s3.amazonaws.com" }),
    kills: ["statement.account"],
  },
  "all actions but one": {
    breaks: "grants all actions but one",
    mutate: change(({ statement }) => ({
      statement: (parts, condition) => ({
        ...statement(parts, condition),
        NotAction: "lambda:DeleteFunction",
      }),
    })),
    kills: ["statement.effect"],
  },
  "addition that replaces": {
    breaks: "answers 201 to a taken id and replaces its statement",
    mutate: change(({ append }) => ({
      taken: () => false,
      append: (statements, added) =>
        append(
          statements.filter(({ sid }) => sid !== added.sid),
          added,
        ),
    })),
    kills: ["StatementId.duplicate", "StatementId.duplicate-content"],
  },
  "revision ignored": {
    breaks: "takes no notice of RevisionId",
    mutate: change(() => ({ revisionMatches: () => true })),
    kills: ["RevisionId.never-seen"],
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
  "pattern that admits a final line end": {
    breaks: "lets a $ in a pattern match before a final line end",
    mutate: together(
      ...textMembers.map((member) =>
        overlooking(member, "pattern", (value) => value.endsWith("\n") && !/\s/.test(value.slice(0, -1))),
      ),
    ),
    kills: textMembers.map((member) => `${member}.pattern` as const),
  },
  "digits of every script": {
    breaks: "lets a \\d in a pattern match the digits of every script",
    mutate: together(
      overlooking("SourceAccount", "pattern", (value) => /^\p{Nd}{12}$/u.test(value)),
      overlooking("SourceArn", "pattern", (value) =>
        /^arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-\d)?:\p{Nd}{12}:.*$/u.test(value),
      ),
    ),
    kills: ["SourceAccount.pattern", "SourceArn.pattern"],
  },
  "letters and digits of every script": {
    breaks: "lets letters and digits of every script stand in an id and a token",
    mutate: together(
      overlooking("StatementId", "pattern", (value) => /^[\p{L}\p{Nd}_-]+$/u.test(value)),
      overlooking("EventSourceToken", "pattern", (value) => /^[\p{L}\p{Nd}._-]+$/u.test(value)),
    ),
    kills: ["StatementId.pattern", "EventSourceToken.pattern"],
  },
  "trimmed values": {
    breaks: "removes white space around a value before it checks it",
    mutate: trimming(textMembers),
    kills: textMembers.map((member) => `${member}.pattern` as const),
  },
  "trimmed names": {
    breaks: "removes white space around FunctionName and Qualifier before it checks them",
    mutate: change(({ decode }) => ({ decode: (text) => decode(text)?.trim() ?? null })),
    kills: ["FunctionName.pattern", "Qualifier.pattern"],
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
  "malformed bodies fail by name": {
    breaks: "answers 500 ServiceException to a body that is no object",
    mutate: naming(({ kind }) => kind.startsWith("body-"), 500, "ServiceException"),
    kills: ["body.empty", "body.malformed-json", "body.not-an-object"],
  },
  "unavailable for wrong types": {
    breaks: "answers 503 ServiceUnavailable to a value of a wrong type",
    mutate: naming(({ kind }) => kind === "type", 503, "ServiceUnavailable"),
    kills: bodyMembers.map((member) => `${member}.type` as const),
  },
  "a gateway's answer for what is missing": {
    breaks: "answers 502 BadGateway for a function, version or alias that does not exist",
    mutate: naming(({ kind }) => kind.startsWith("no-"), 502, "BadGateway"),
    kills: [
      "resource.unknown-function",
      "resource.deleted-function",
      "resource.unknown-version",
      "resource.unknown-alias",
    ],
  },
  "duplicates fail": {
    breaks: "answers 500 ServiceException to an id that is taken",
    mutate: naming(({ kind }) => kind === "duplicate", 500, "ServiceException"),
    kills: ["StatementId.duplicate", "StatementId.duplicate-content"],
  },
  "throttled for length": {
    breaks: "answers 429 TooManyRequestsException to values that are too long",
    mutate: naming(({ kind }) => kind === "maxLength", 429, "TooManyRequestsException"),
    kills: ["StatementId.maxLength", "EventSourceToken.maxLength", "Qualifier.maxLength"],
  },
  "large policies fail": {
    breaks: "answers 500 ServiceException where the policy would become too large",
    mutate: naming(({ kind }) => kind === "size", 500, "ServiceException"),
    kills: ["policy.too-large"],
  },
  "ids of 100 characters fail": {
    breaks: "answers 504 GatewayTimeout to an id of 100 characters",
    mutate: change(({ intercept }) => ({
      intercept: (request) =>
        /"StatementId":"[^"]{100}"/.test(String(request.body))
          ? { status: 504, headers: [["X-Amzn-ErrorType", "GatewayTimeout"]], body: "" }
          : intercept(request),
    })),
    kills: ["StatementId.longest"],
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
    ],
  },
};

function operating(from: string, to: string): Mutation {
  const renamed = (conditions: ConditionElement): ConditionElement =>
    Object.fromEntries(
      Object.entries(conditions).map(([operator, keys]) => [operator === from ? to : operator, keys]),
    );
  return change(({ condition }) => ({
    condition: (parts) => {
      const conditions = condition(parts);
      return conditions && renamed(conditions);
    },
  }));
}

function beside(kind: string, more: Exclude<PrincipalElement, string>): Mutation {
  const widened = (element: PrincipalElement | null): PrincipalElement | null =>
    typeof element === "object" && element?.[kind] !== undefined ? { ...element, ...more } : element;
  return change(({ principal }) => ({
    principal: (value, partition) => widened(principal(value, partition)),
  }));
}

function trimming(members: readonly Member[]): Mutation {
  return change(({ pick }) => ({
    pick: (body, member) => {
      const value = pick(body, member);
      return typeof value === "string" && members.includes(member) ? value.trim() : value;
    },
  }));
}
