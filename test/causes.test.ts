import { describe, expect, it } from "vitest";
import type { Rule } from "../oracle/rule.ts";
import { causeOf, causesOf, type ViolatedRule } from "../rules/causes.ts";
import { rules } from "../rules/index.ts";
import type { Answer } from "../spec/exchange.ts";

function answered(status: number, body = "{}"): Answer {
  return { kind: "response", status, headers: [], body, sentAt: 0, answeredAt: 1 };
}

function violation(id: string, answer: Answer | null, ...unless: readonly string[]): ViolatedRule {
  const rule: Rule | undefined = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`${id} is no rule`);
  return { rule, answer, unless };
}

const accepted = answered(201);
const failed = answered(500);
const taken = answered(409, '{"__type":"ResourceConflictException"}');

describe("a cause", () => {
  it("has an id that is stable and a family of at least two rules, or the name of its rule", () => {
    const families = new Map<string, string[]>();
    for (const rule of rules) {
      const family = causeOf({ rule, answer: accepted }).id.replace(/\.accepted$/, "");
      families.set(family, [...(families.get(family) ?? []), rule.id]);
    }
    for (const [family, ids] of families) {
      if (ids.length === 1) expect(family).toBe(ids[0]);
      else expect(ids, family).not.toContain(family);
    }
    expect(families.size).toBeLessThan(rules.length / 2 + 20);
    expect(families.get("values")).toHaveLength(12);
  });

  it("joins rules that demand the same where the answer is the same", () => {
    const found = causesOf([
      violation("StatementId.pattern", accepted),
      violation("Action.pattern", accepted),
      violation("SourceArn.pattern", failed),
      violation("body.empty", failed),
    ]);
    expect(found.map(({ id, violations }) => [id, violations.map(({ rule }) => rule.id)])).toEqual([
      ["values.accepted", ["StatementId.pattern", "Action.pattern"]],
      ["values.500", ["SourceArn.pattern"]],
      ["body.500", ["body.empty"]],
    ]);
  });

  it("takes in what follows where versions and aliases share the policy of the function", () => {
    const found = causesOf([
      violation("published.starts-empty", null),
      violation("policy.separate-qualifiers", null),
      violation("re-created.starts-empty", null),
      violation("StatementId.on-other-qualifier", taken),
      violation("StatementId.on-other-function", taken),
    ]);
    expect(found.map(({ id, violations }) => [id, violations.map(({ rule }) => rule.id)])).toEqual([
      [
        "policy.separate-qualifiers",
        ["policy.separate-qualifiers", "published.starts-empty", "StatementId.on-other-qualifier"],
      ],
      ["re-created.starts-empty", ["re-created.starts-empty"]],
      ["StatementId.on-other-function.409-ResourceConflictException", ["StatementId.on-other-function"]],
    ]);
    expect(causesOf([violation("published.starts-empty", null)]).map(({ id }) => id)).toEqual([
      "published.starts-empty",
    ]);
  });

  it("takes in a rule about any error where its requests get that answer", () => {
    const ids = (violations: readonly ViolatedRule[]) =>
      causesOf(violations).map((cause) => cause.violations.map(({ rule }) => rule.id));
    const general = violation("errors.no-unexplained-5xx", failed);
    expect(ids([general, violation("body.empty", failed)])).toEqual([
      ["body.empty", "errors.no-unexplained-5xx"],
    ]);
    expect(ids([general, violation("body.empty", accepted)])).toEqual([
      ["body.empty"],
      ["errors.no-unexplained-5xx"],
    ]);
    expect(ids([general])).toEqual([["errors.no-unexplained-5xx"]]);
  });

  it("has the name of the exception in its id, and never text that an id cannot hold", () => {
    const named = answered(404, JSON.stringify({ code: "ResourceNotFoundException" }));
    expect(causeOf(violation("FunctionName.full-arn", named)).id).toBe("names.404-ResourceNotFoundException");
    const odd = answered(404, JSON.stringify({ code: "<b>x y</b>" }));
    expect(causeOf(violation("FunctionName.full-arn", odd)).id).toBe("names.404");
    expect(causeOf(violation("FunctionName.full-arn", null)).id).toBe("names.no-answer");
  });

  it("comes in the order of what it means for a user of the target", () => {
    const found = causesOf([
      violation("success.is-201", answered(200)),
      violation("errors.documented-name", answered(400)),
      violation("FunctionName.full-arn", answered(404)),
      violation("StatementId.duplicate", accepted),
      violation("policy.separate-functions", null),
      violation("answer.arrives", null),
    ]);
    expect(found.map(({ gravity }) => gravity)).toEqual([
      "no-answer",
      "state",
      "acceptance",
      "refusal",
      "error",
      "shape",
    ]);
  });

  it("takes in a conflict over an id that was accepted before", () => {
    const taken = answered(409, JSON.stringify({ code: "ResourceConflictException" }));
    const unknown = violation("resource.unknown-function", taken);
    const found = causesOf([unknown, violation("resource.deleted-function", accepted)]);
    expect(found.map(({ id, violations }) => [id, violations.length])).toEqual([["missing.accepted", 2]]);
    expect(causesOf([unknown]).map(({ id }) => id)).toEqual(["missing.409-ResourceConflictException"]);
  });

  it("comes after the causes that explain a part of it, whatever its gravity", () => {
    const ids = (...violations: readonly ViolatedRule[]) => causesOf(violations).map(({ id }) => id);
    const lost = violation("policy.others-untouched", null, "StatementId.duplicate");
    const duplicate = violation("StatementId.duplicate", accepted);
    expect(ids(lost, duplicate)).toEqual(["duplicates.accepted", "policy.others-untouched"]);
    const each = violation("StatementId.duplicate", accepted, "policy.others-untouched");
    expect(ids(lost, each)).toEqual(["policy.others-untouched", "duplicates.accepted"]);
  });

  it("comes before a combination that is refused too", () => {
    const refused = answered(400);
    const both = [violation("request.combination", refused), violation("SourceArn.topic", refused)];
    expect(causesOf(both).map(({ id }) => id)).toEqual(["members.400", "request.combination.400"]);
  });

  it("is a wrong refusal or a wrong acceptance by what the target answered", () => {
    const gravity = (id: string, answer: Answer) => causeOf(violation(id, answer)).gravity;
    const refused = answered(400, JSON.stringify({ code: "InvalidParameterValueException" }));
    expect(gravity("request.combination", refused)).toBe("refusal");
    expect(gravity("errors.several-faults", accepted)).toBe("acceptance");
    expect(gravity("errors.several-faults", failed)).toBe("error");
    expect(gravity("observed.size-limit", accepted)).toBe("acceptance");
    expect(gravity("observed.size-limit", refused)).toBe("refusal");
    expect(gravity("observed.everyone", refused)).toBe("refusal");
    expect(gravity("policy.too-large", refused)).toBe("error");
  });
});
