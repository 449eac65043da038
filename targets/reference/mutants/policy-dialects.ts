import type { Mutation } from "../behaviour.ts";
import { refused } from "../errors.ts";
import type { HttpReply } from "../http.ts";
import { change, replying, together } from "./mutant.ts";

/** Valid ways to hold a policy, to remove from it and to limit it: the document is silent on them. */
export const policyDialects: Readonly<Record<string, Mutation>> = {
  "one statement without a list": shown(withoutList),
  "the policy as an object": shown((body) => {
    const answer = JSON.parse(body);
    return JSON.stringify({ ...answer, Policy: JSON.parse(answer.Policy) });
  }),
  "null where there is no policy": whereNone(200, JSON.stringify({ Policy: null, RevisionId: null })),
  "a policy without Statement where there is none": whereNone(
    200,
    '{"Policy":"{\\"Version\\":\\"2012-10-17\\"}"}',
  ),
  "204 where there is no policy": whereNone(204, ""),
  "a statement in the policy that is written otherwise and means the same": change(({ stored }) => ({
    stored: (sid, json) => {
      const { Condition = {}, ...others } = JSON.parse(json, (key, value) => {
        if (key === "AWS") return String(value).replace(/^arn:aws:iam::(\d{12}):root$/, "$1");
        return /^[1-9]\d{11}$/.test(value) ? Number(value) : value;
      });
      const text = JSON.stringify({ ...others, NotAction: null, Condition });
      return stored(sid, text.replaceAll('"AWS:Source', '"aws:source').replace('"ArnLike"', '"ArnEquals"'));
    },
  })),
  "500 for every third read of a policy": change(({ finish }) => {
    let reads = 0;
    return {
      finish: (reply, request, operation) =>
        finish(
          operation === "GetPolicy" && ++reads % 3 === 0 ? refused("internal", "Please try again.") : reply,
          request,
          operation,
        ),
    };
  }),
  "no removals and a name for unknown operations": answeringRemovals({
    status: 404,
    headers: [["X-Amzn-ErrorType", "UnknownOperationException"]],
    body: "",
  }),
  "no removals and a text for unknown paths": answeringRemovals({
    status: 404,
    headers: [["Content-Type", "text/plain"]],
    body: "404 page not found",
  }),
  "no right to remove": answeringRemovals({
    status: 403,
    headers: [["X-Amzn-ErrorType", "AccessDeniedException"]],
    body: "",
  }),
  "204 for the removal of an id that is gone": replying((reply, operation) =>
    operation === "RemovePermission" && reply.status === 404 ? { status: 204, headers: [], body: "" } : reply,
  ),
  "a size limit of 4 KB": change(() => ({ sizeLimit: 4096 })),
  "at most eight statements": change(() => ({
    furtherCheck: (_draft, { statements }) =>
      statements.length < 8 ? null : { kind: "size", message: "The policy has too many statements." },
  })),
  "409 for a read while another operation is in progress": change(({ finish }) => {
    let writes = 0;
    return {
      finish: (reply, request, operation) => {
        if (operation === "AddPermission") writes += 1;
        const isBusy = operation === "GetPolicy" && writes > 0;
        if (isBusy) writes = 0;
        return finish(isBusy ? inProgress : reply, request, operation);
      },
    };
  }),
  "409 without a message for 40 ms to the name of a deleted function": change(({ intercept }) => {
    const busyUntil = new Map<string, number>();
    return {
      intercept: (request) => {
        const deleted = request.method === "DELETE" && /\/functions\/([\w-]+)$/.exec(request.target)?.[1];
        if (deleted) busyUntil.set(deleted, performance.now() + 40);
        const isCreation = request.method === "POST" && request.target.endsWith("/functions");
        const name = isCreation ? JSON.parse(String(request.body)).FunctionName : "";
        return performance.now() < (busyUntil.get(name) ?? 0)
          ? { ...inProgress, body: "" }
          : intercept(request);
      },
    };
  }),
  "versions that are numbers": replying((reply, operation) =>
    operation === "PublishVersion"
      ? { ...reply, body: String(reply.body).replace(/"Version":"(\d+)"/, '"Version":$1') }
      : reply,
  ),
  "a smaller size limit before the constraints": change(({ checks }) => {
    const others = checks.filter((check) => check !== "size");
    const at = others.indexOf("constraints");
    return { checks: [...others.slice(0, at), "size", ...others.slice(at)], sizeLimit: 10_000 };
  }),
};

/** The answer while another operation is in progress. */
export const inProgress: HttpReply = {
  status: 409,
  headers: [["X-Amzn-ErrorType", "ResourceConflictException"]],
  body: JSON.stringify({ Type: "User", message: "Another operation on this function is in progress." }),
};

/** Answers every RemovePermission so. */
function answeringRemovals(reply: HttpReply): Mutation {
  return change(({ intercept }) => ({
    intercept: (request) =>
      request.method === "DELETE" && request.target.includes("/policy/") ? reply : intercept(request),
  }));
}

/** Changes what GetPolicy shows of a policy. */
function shown(rewrite: (body: string) => string): Mutation {
  return replying((reply, operation) =>
    operation === "GetPolicy" && reply.status === 200
      ? { ...reply, body: rewrite(String(reply.body)) }
      : reply,
  );
}

/** Answers GetPolicy so where the policy has no statements. */
function whereNone(status: number, body: string): Mutation {
  return together(
    change(() => ({ showsEmpty: true })),
    replying((reply, operation) =>
      operation === "GetPolicy" && String(reply.body).includes('\\"Statement\\":[]')
        ? { status, headers: body === "" ? [] : reply.headers, body }
        : reply,
    ),
  );
}

function withoutList(body: string): string {
  const answer = JSON.parse(body);
  const { Statement, ...policy } = JSON.parse(answer.Policy);
  const [first, ...more] = Statement;
  return JSON.stringify({
    ...answer,
    Policy: JSON.stringify({ ...policy, Statement: more.length === 0 ? first : Statement }),
  });
}
