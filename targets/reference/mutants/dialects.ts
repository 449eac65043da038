import { bodyMembers } from "../../../spec/constraint.ts";
import type { RequestCheck } from "../add-permission.ts";
import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import type { HttpReply } from "../http.ts";
import { isHere } from "../names.ts";
import { change, naming, omitting, overlooking, replying, together } from "./mutant.ts";
import { inProgress, policyDialects } from "./policy-dialects.ts";
import { revisionDialects } from "./revision-dialects.ts";

/** Correct implementations that differ only where the document allows it: none violates a rule. */
export const dialects: Readonly<Record<string, Mutation>> = {
  "the error's name in __type, with namespace and address": errorBody((name) => ({
    __type: `com.amazonaws.lambda#${name}:http://internal.amazon.com/coral/com.amazonaws.lambda/`,
    Message: "No.",
  })),
  "the error's name in code": errorBody((name) => ({ code: name, message: "No." })),
  "the error's name in a header in capitals, with an address": change(() => ({
    refuse: ({ status, name }) => ({
      status,
      headers: [["X-AMZN-ERRORTYPE", `${name}:http://internal.amazon.com/`]],
      body: "",
    }),
  })),
  "one version of unchanged code": change(({ intercept, finish }) => {
    const latest = new Map<string, HttpReply>();
    const functionIn = (target: string) => /^\/2015-03-31\/functions\/([^/?]+)/.exec(target)?.[1] ?? "";
    return {
      intercept: (request) => {
        const { method, target } = request;
        if (method === "DELETE" && /\/functions\/[^/]+$/.test(target)) latest.delete(functionIn(target));
        const isPublished = method === "POST" && target.endsWith("/versions");
        return (isPublished ? latest.get(functionIn(target)) : undefined) ?? intercept(request);
      },
      finish: (reply, request, operation) => {
        const finished = finish(reply, request, operation);
        if (operation === "PublishVersion" && finished.status === 201)
          latest.set(functionIn(request.target), finished);
        return finished;
      },
    };
  }),
  "the document's words for a conflict": change(({ refuse }) => ({
    refuse: (named, message, refusal) =>
      refuse(
        named,
        refusal.kind === "duplicate"
          ? "The resource already exists, or another operation is in progress."
          : message,
        refusal,
      ),
  })),
  "413 for a body of more than 8 KB": change(({ intercept }) => ({
    intercept: (request) =>
      request.body.length > 8192 ? { status: 413, headers: [], body: "" } : intercept(request),
  })),
  "the ARN of $LATEST for a new function": replying((reply, operation) =>
    operation === "CreateFunction"
      ? { ...reply, body: String(reply.body).replace(/("FunctionArn":"[^"]*)"/, '$1:$LATEST"') }
      : reply,
  ),
  "other messages": change(({ refuse }) => ({
    refuse: (named, _message, refusal) => refuse(named, "1 Fehler: «nein» <b>\u001b[31m", refusal),
  })),
  "404 for a malformed name or qualifier": naming(
    ({ kind, member }) =>
      (member === "FunctionName" || member === "Qualifier") && (kind === "pattern" || kind === "maxLength"),
    404,
    "ResourceNotFoundException",
  ),
  "404 for a qualifier that the name contradicts": naming(
    ({ kind }) => kind === "mismatch",
    404,
    "ResourceNotFoundException",
  ),
  "403 for another account": naming(
    ({ kind }, draft) => kind === "elsewhere" && draft !== undefined && isForeign(draft),
    403,
    "AccessDeniedException",
  ),
  "403 for another region or partition": naming(
    ({ kind }, draft) => kind === "elsewhere" && draft !== undefined && !isForeign(draft),
    403,
    "AccessDeniedException",
  ),
  "400 for another region or partition": naming(
    ({ kind }, draft) => kind === "elsewhere" && draft !== undefined && !isForeign(draft),
    400,
    "InvalidParameterValueException",
  ),
  "another order of checks": change(() => ({ checks: lookupFirst })),
  ...revisionDialects,
  ...policyDialects,
  "503 for every third refusal": change(({ named }) => {
    let refusals = 0;
    return {
      named: (refusal, draft) =>
        ++refusals % 3 === 0 ? { status: 503, name: "ServiceUnavailable" } : named(refusal, draft),
    };
  }),
  "409 for 5 ms after each change": change(({ intercept }) => {
    const busyUntil = new Map<string, number>();
    return {
      intercept: (request) => {
        const isChange = /^(POST|DELETE)$/.test(request.method);
        const name = isChange && /functions\/([\w-]+)[^/]*\/policy/.exec(request.target)?.[1];
        if (!name) return intercept(request);
        const now = performance.now();
        if (now < (busyUntil.get(name) ?? 0)) return inProgress;
        busyUntil.set(name, now + 5);
        return intercept(request);
      },
    };
  }),
  "409 for 2 ms after each change of any function": change(({ intercept }) => {
    let busyUntil = 0;
    return {
      intercept: (request) => {
        if (!/^(POST|DELETE)$/.test(request.method) || !request.target.includes("/policy"))
          return intercept(request);
        const now = performance.now();
        if (now < busyUntil) return inProgress;
        busyUntil = now + 2;
        return intercept(request);
      },
    };
  }),
  "404 for 20 ms to what was just created": notFoundAtFirst(() => true),
  // One of two nodes finds it at once.
  "404 for 20 ms to every second call to what was just created": notFoundAtFirst((call) => call % 2 === 0),
  "429 for every 41st call": change(({ intercept }) => {
    let calls = 0;
    return { intercept: (request) => (++calls % 41 === 0 ? throttled : intercept(request)) };
  }),
  "no size limit": change(() => ({ sizeLimit: Number.POSITIVE_INFINITY })),
  "a smaller size limit": change(() => ({ sizeLimit: 10_000 })),
  "accounts in the Principal without the ARN of their root": change(({ principal }) => ({
    principal: (value, partition) => (/^\d{12}$/.test(value) ? { AWS: value } : principal(value, partition)),
  })),
  "StringLike for SourceArn, keys in lower case": change(() => ({
    condition: ({ sourceAccount, sourceArn, eventSourceToken }) =>
      sourceAccount === undefined && sourceArn === undefined && eventSourceToken === undefined
        ? undefined
        : {
            ...(sourceArn !== undefined && { StringLike: { "aws:sourcearn": sourceArn } }),
            ...(sourceAccount !== undefined && { StringEquals: { "aws:sourceaccount": sourceAccount } }),
            ...(eventSourceToken !== undefined && {
              StringEqualsIfExists: { "lambda:eventsourcetoken": eventSourceToken },
            }),
          },
  })),
  "numbers for accounts": change(({ statement }) => ({
    statement: (parts, condition) =>
      JSON.parse(JSON.stringify(statement(parts, condition)), (_key, value) =>
        /^[1-9]\d{11}$/.test(value) ? Number(value) : value,
      ),
  })),
  "lists in the statement, and its members in another order": change(({ statement }) => ({
    statement: (parts, condition) => {
      const { Principal, ...others } = statement(parts, condition);
      return { ...Object.fromEntries(Object.entries(others).reverse()), Principal: listed(Principal) };
    },
  })),
  "null for the principals and exceptions that a statement lacks": change(({ statement }) => ({
    statement: (parts, condition) => {
      const { Principal, ...others } = statement(parts, condition);
      const kinds = typeof Principal === "object" ? { AWS: null, Service: [], ...Principal } : Principal;
      return { ...others, Principal: kinds, NotPrincipal: null, NotAction: [] };
    },
  })),
  "lists in the policy where the statement returned has single values": change(({ stored }) => ({
    stored: (sid, json) =>
      stored(sid, JSON.stringify(JSON.parse(json, (key, value) => (single.has(key) ? [value] : value)))),
  })),
  "single values in the policy where the statement returned has lists": change(({ created }) => ({
    created: (json) =>
      created(JSON.stringify(JSON.parse(json, (key, value) => (single.has(key) ? [value] : value)))),
  })),
  "white space in the statement": change(({ created, stored }) => ({
    created: (json) => created(JSON.stringify(JSON.parse(json), null, 2)),
    stored: (sid, json) => stored(sid, JSON.stringify(JSON.parse(json), null, 1)),
  })),
  "more members in a success, and a charset": change(({ created }) => ({
    created: (json) => ({
      ...created(json),
      headers: [
        ["content-type", "application/json; charset=utf-8"],
        ["x-amzn-requestid", "00000000-0000-4000-8000-000000000000"],
      ],
      body: JSON.stringify({ ResponseMetadata: { HTTPStatusCode: 201 }, Statement: json }),
    }),
  })),
  "$LATEST with a policy of its own": omitting("latest"),
  "no source with an account as Principal": change(({ furtherCheck }) => ({
    furtherCheck: (draft, policy) => {
      const { Principal, SourceAccount, SourceArn } = draft.values;
      const isSourced = SourceAccount !== undefined || SourceArn !== undefined;
      return isSourced && /^\d{12}$/.test(Principal ?? "")
        ? { kind: "principal", message: "An account has no source." }
        : furtherCheck(draft, policy);
    },
  })),
  "an empty Qualifier for none": change(({ qualifier }) => ({
    qualifier: (values, body) => qualifier(values, body) || undefined,
  })),
  "no unknown members": change(({ readBody }) => ({
    readBody: (bytes) => {
      const analysis = readBody(bytes);
      if (analysis.kind === "refused") return analysis;
      const strange = Object.keys(analysis.object).some((name) => !known.has(name));
      return strange ? { kind: "refused", why: "body-syntax" } : analysis;
    },
  })),
  "no members that are null": change(({ faults }) => ({
    faults: (member, value) => (value === null ? ["type"] : faults(member, value)),
  })),
  "no other Content-Type": together(
    change(() => ({ acceptsMedia: (type) => type !== undefined && /^application\/json\b/i.test(type) })),
    naming(({ kind }) => kind === "media-type", 415, "UnsupportedMediaTypeException"),
  ),
  "404 for a name of more than 64 characters": overlooking(
    "FunctionName",
    "maxLength",
    (value) => !value.includes(":"),
  ),
  "no limit for the length of a partial ARN": overlooking(
    "FunctionName",
    "maxLength",
    (value) => !value.startsWith("arn:"),
  ),
  "the newest statement first": change(() => ({ append: (statements, added) => [added, ...statements] })),
  "statements in the order of their ids": change(({ shown }) => ({
    shown: (statements) => shown(statements).toSorted((a, b) => (a.sid < b.sid ? -1 : 1)),
  })),
  "an empty policy where there is none": change(() => ({ showsEmpty: true })),
  "200 for a removal": replying((reply, operation) =>
    operation === "RemovePermission" && reply.status === 204
      ? { status: 200, headers: [["Content-Type", "application/json"]], body: "{}" }
      : reply,
  ),
  "SourceArn without the pattern's idea of a region": overlooking("SourceArn", "pattern", (value) =>
    /^arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:(us-iso-east-1|eusc-de-east-1):(\d{12})?:.*$/.test(value),
  ),
  "FunctionName with the regions of today": overlooking("FunctionName", "pattern", (value) =>
    /^arn:aws[a-z-]*:lambda:([a-z]{2}-iso[a-z]?-[a-z]+|eusc-[a-z]+-[a-z]+)-\d:\d{12}:function:[\w-]+(:[\w-]+)?$/.test(
      value,
    ),
  ),
  "405 and no name for other methods": replying((reply, operation, request) =>
    operation === null && request.method !== "POST"
      ? { status: 405, headers: [["Allow", "GET, POST"]], body: "" }
      : reply,
  ),
};

const throttled: HttpReply = {
  status: 429,
  headers: [["X-Amzn-ErrorType", "TooManyRequestsException"]],
  body: "",
};

/** Elements and keys of a statement whose values IAM accepts alone or in a list. */
const single: ReadonlySet<string> = new Set([
  "Action",
  "Resource",
  "AWS",
  "Service",
  "AWS:SourceArn",
  "AWS:SourceAccount",
  "lambda:EventSourceToken",
]);

const lookupFirst: readonly RequestCheck[] = [
  "encoding",
  "repeated",
  "media",
  "lookup",
  "mismatch",
  "latest",
  "body",
  "duplicate",
  "principal",
  "constraints",
  "size",
  "revision",
];

const known: ReadonlySet<string> = new Set(bodyMembers);

function errorBody(body: (name: string) => Readonly<Record<string, string>>): Mutation {
  return change(() => ({
    refuse: ({ status, name }) => ({
      status,
      headers: [["Content-Type", "application/x-amz-json-1.1"]],
      body: JSON.stringify(body(name)),
    }),
  }));
}

function isForeign({ name, home }: Draft): boolean {
  return isHere({ ...name, account: undefined }, home);
}

function listed(principal: unknown): unknown {
  if (typeof principal !== "object" || principal === null) return principal;
  return Object.fromEntries(Object.entries(principal).map(([kind, value]) => [kind, [value]]));
}

/** For 20 ms after the first call to a function, version or alias, some calls do not find it: by their number in all. */
function notFoundAtFirst(isLate: (call: number) => boolean): Mutation {
  return change(({ found }) => {
    const visibleFrom = new Map<string, number>();
    let calls = 0;
    return {
      found: (lookup, draft) => {
        if (lookup !== "present") return found(lookup, draft);
        const key = `${draft.arn}:${draft.qualifier ?? ""}`;
        const from = visibleFrom.get(key) ?? performance.now() + 20;
        visibleFrom.set(key, from);
        return performance.now() < from && isLate(calls++)
          ? found(draft.qualifier === undefined ? "no-function" : "no-alias", draft)
          : found(lookup, draft);
      },
    };
  });
}
