import type { Mutation } from "../behaviour.ts";
import { change } from "./mutant.ts";

/** Valid ways to hold a policy, to remove from it and to limit it: the document is silent on them. */
export const policyDialects: Readonly<Record<string, Mutation>> = {
  "one statement without a list": change(({ finish }) => ({
    finish: (reply, request, operation) =>
      finish(
        operation === "GetPolicy" && reply.status === 200
          ? { ...reply, body: withoutList(String(reply.body)) }
          : reply,
        request,
        operation,
      ),
  })),
  "204 for the removal of an id that is gone": change(({ finish }) => ({
    finish: (reply, request, operation) =>
      finish(
        operation === "RemovePermission" && reply.status === 404
          ? { status: 204, headers: [], body: "" }
          : reply,
        request,
        operation,
      ),
  })),
  "a smaller size limit before the constraints": change(({ checks }) => {
    const others = checks.filter((check) => check !== "size");
    const at = others.indexOf("constraints");
    return { checks: [...others.slice(0, at), "size", ...others.slice(at)], sizeLimit: 10_000 };
  }),
};

function withoutList(body: string): string {
  const answer = JSON.parse(body);
  const { Statement, ...policy } = JSON.parse(answer.Policy);
  const [first, ...more] = Statement;
  return JSON.stringify({
    ...answer,
    Policy: JSON.stringify({ ...policy, Statement: more.length === 0 ? first : Statement }),
  });
}
