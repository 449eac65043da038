import { describe, expect, it } from "vitest";
import { judgeOf } from "../oracle/judge.ts";
import {
  initialModelState,
  knownFunction,
  type ModelState,
  mostPossibleStates,
} from "../oracle/model-state.ts";
import { type ObservedBatch, observeBatch } from "../oracle/observe.ts";
import { rules } from "../rules/index.ts";
import {
  addPermission,
  createAlias,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  label,
  publishVersion,
  removePermission,
} from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { readPolicy } from "../spec/statement.ts";

const arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
const fixture: Fixture = {
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  main: { name: "f", arn, versions: ["1"], aliases: null },
  other: null,
  unknownName: "none",
  recipe: null,
};
const times = { sentAt: 0, answeredAt: 1 };

const names: Readonly<Record<number, string>> = {
  404: "ResourceNotFoundException",
  409: "ResourceConflictException",
  412: "PreconditionFailedException",
};

function answer(status: number, body: unknown = {}): Answer {
  const name = names[status];
  const headers = [
    ["Content-Type", "application/json"] as const,
    ...(name === undefined ? [] : [["X-Amzn-ErrorType", name] as const]),
  ];
  return { kind: "response", status, headers, body: JSON.stringify(body), ...times };
}

const silence: Answer = { kind: "none", reason: "timeout", detail: "", ...times };

function statement(sid: string): Readonly<Record<string, unknown>> {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: arn,
  };
}

const added = (sid: string) => answer(201, { Statement: JSON.stringify(statement(sid)) });
const policyOf = (revision: string, ...sids: readonly string[]) =>
  answer(200, { Policy: JSON.stringify({ Statement: sids.map(statement) }), RevisionId: revision });

function add(sid: string, more: Readonly<Record<string, unknown>> = {}, query: string | null = null): Call {
  const body = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", ...more, StatementId: sid };
  return addPermission({ functionName: label("f"), query, body });
}

/** Observes calls one after the other with the given answers. */
function observed(...story: readonly (readonly [Call, Answer])[]): readonly ObservedBatch[] {
  let modelState: ModelState = initialModelState(fixture, true);
  return story.map(([call, given], index) => {
    const batch = observeBatch(modelState, [{ step: { key: `${index}`, call }, call, answer: given }]);
    modelState = batch.after;
    return batch;
  });
}

/** The verdicts on the last call, in the document column. */
function verdicts(...story: readonly (readonly [Call, Answer])[]): Readonly<Record<string, string>> {
  const last = observed(...story).at(-1);
  if (last === undefined) throw new Error("nothing was told");
  const found = judgeOf(rules)
    .batch(last)
    .filter(({ column }) => column === "document");
  return Object.fromEntries(found.map(({ rule, judgement }) => [rule.id, judgement.verdict]));
}

const violations = (found: Readonly<Record<string, string>>) =>
  Object.entries(found).flatMap(([id, verdict]) => (verdict === "violated" ? [id] : []));

describe("Calls without an answer", () => {
  it("leave two possible states until a read decides", () => {
    const story = [
      [add("aa"), added("aa")],
      [add("bb"), silence],
    ] as const;
    expect(observed(...story).at(-1)?.after.policies.f?.possibleStates).toHaveLength(2);
    expect(violations(verdicts(...story, [getPolicy("f"), policyOf("r", "aa")]))).toEqual([]);
    expect(violations(verdicts(...story, [getPolicy("f"), policyOf("r", "aa", "bb")]))).toEqual([]);
    expect(violations(verdicts(...story, [getPolicy("f"), policyOf("r", "bb")]))).toContain(
      "policy.holds-what-was-added",
    );
    expect(violations(verdicts(...story, [add("bb"), answer(409)]))).toEqual([]);
    expect(violations(verdicts(...story, [add("bb"), added("bb")]))).toEqual([]);
  });

  it("give no verdict when there are more possible states than are stored, with a reason", () => {
    const open = Math.log2(mostPossibleStates) + 1;
    const lost = Array.from({ length: open }, (_, at) => [add(`open-${at}`), silence] as const);
    const story = [[add("aa"), added("aa")], ...lost] as const;
    expect(observed(...story.slice(0, -1)).at(-1)?.after.policies.f?.capped).toBe(false);
    expect(observed(...story).at(-1)?.after.policies.f?.capped).toBe(true);
    const read = verdicts(...story, [getPolicy("f"), policyOf("r")]);
    expect(read["policy.holds-what-was-added"]).toBe("inconclusive");
    expect(violations(read)).toEqual([]);
    expect(verdicts(...story, [add("aa"), answer(409)])).toEqual(
      expect.objectContaining({ "request.accepted": "inconclusive" }),
    );
    const after = observed(...story, [getPolicy("f"), policyOf("r", "aa")]).at(-1)?.after;
    expect(after?.policies.f).toMatchObject({ capped: false, possibleStates: [{ policyRevision: "r" }] });
  });

  it("that delete the function leave its content unknown", () => {
    const story = [
      [add("aa"), added("aa")],
      [deleteFunction("f"), silence],
    ] as const;
    expect(violations(verdicts(...story, [getPolicy("f"), answer(404)]))).toEqual([]);
    expect(violations(verdicts(...story, [getPolicy("f"), policyOf("r", "aa")]))).toEqual([]);
    expect(violations(verdicts(...story, [add("bb", { Principal: "abc" }), answer(404)]))).toEqual([]);
    expect(violations(verdicts(...story, [add("bb", { Principal: "abc" }), added("bb")]))).toEqual([
      "Principal.neither",
    ]);
  });

  it("to a version of a function that may be deleted do not count against its policy", () => {
    const found = verdicts(
      [deleteFunction("f"), silence],
      [publishVersion("f"), answer(201, { Version: "7" })],
      [add("aa", {}, "Qualifier=7"), answer(503)],
      [getPolicy("f", "7"), policyOf("r", "aa")],
    );
    expect(violations(found)).toEqual([]);
  });
});

describe("Revisions", () => {
  const guarded = (revision: string) => add("gg", { RevisionId: revision });

  it("from before a publication may still be current", () => {
    const story = [
      [add("aa"), added("aa")],
      [getPolicy("f"), policyOf("r1", "aa")],
      [publishVersion("f"), answer(201, { Version: "2" })],
    ] as const;
    expect(violations(verdicts(...story, [guarded("r1"), added("gg")]))).toEqual([]);
    expect(violations(verdicts(...story, [guarded("r1"), answer(412)]))).toEqual([]);
    expect(violations(verdicts(...story, [guarded("r2"), added("gg")]))).toEqual(["RevisionId.never-seen"]);
  });

  it("of the function may still be current after an unanswered call and a read of the policy", () => {
    const found = verdicts(
      [getFunction("f"), answer(200, { Configuration: { RevisionId: "own" } })],
      [add("aa"), silence],
      [getPolicy("f"), policyOf("r1")],
      [guarded("own"), added("gg")],
    );
    expect(violations(found)).toEqual([]);
  });

  it("that an acknowledged addition consumed are refused, also when they were possibly stale", () => {
    const found = verdicts(
      [getPolicy("f"), policyOf("r1")],
      [publishVersion("f"), answer(201, { Version: "2" })],
      [add("aa"), added("aa")],
      [guarded("r1"), added("gg")],
    );
    expect(violations(found)).toEqual(["RevisionId.used"]);
  });

  it("may belong to the function and change with its versions or aliases", () => {
    const changes = [
      [add("bb", {}, "Qualifier=1"), added("bb")],
      [removePermission("f", "cc", { qualifier: "1" }), answer(204)],
      [createAlias("f", "new", "1"), answer(201)],
      [{ ...getAlias("f", "new"), operation: "DeleteAlias", method: "DELETE" }, answer(204)],
    ] as const;
    for (const change of changes) {
      const story = [
        [add("aa"), added("aa")],
        [add("cc", {}, "Qualifier=1"), added("cc")],
        [getPolicy("f"), policyOf("r1", "aa")],
        [getFunction("f"), answer(200, { Configuration: { RevisionId: "r1" } })],
        change,
      ] as const;
      const moved = [
        [add("aa"), answer(409)],
        [getPolicy("f"), policyOf("r2", "aa")],
      ] as const;
      expect(violations(verdicts(...story, ...moved))).toEqual([]);
      expect(violations(verdicts(...story, [guarded("r1"), answer(412)]))).toEqual([]);
      expect(violations(verdicts(...story.slice(0, -1), ...moved))).toEqual(["refusal.keeps-revision"]);
    }
  });

  it("may be derived from the content of the policy and return with it", () => {
    const before = [
      [add("aa"), added("aa")],
      [getPolicy("f"), policyOf("of-aa", "aa")],
      [getFunction("f"), answer(200, { Configuration: { RevisionId: "of-aa" } })],
      [add("bb"), added("bb")],
    ] as const;
    const taken = [guarded("of-aa"), added("gg")] as const;
    const removed = [removePermission("f", "bb"), answer(204)] as const;
    const read = [getPolicy("f"), policyOf("of-aa", "aa")] as const;
    expect(violations(verdicts(...before, taken))).toEqual(["RevisionId.used"]);
    expect(violations(verdicts(...before, removed, taken))).toEqual([]);
    expect(violations(verdicts(...before, removed, [add("bb"), added("bb")], taken))).toEqual([
      "RevisionId.used",
    ]);
    expect(violations(verdicts(...before, removed, [add("cc"), added("cc")], taken))).toEqual([
      "RevisionId.used",
    ]);
    const seen = [getPolicy("f"), policyOf("of-both", "aa", "bb")] as const;
    expect(violations(verdicts(...before, seen, taken))).toEqual(["RevisionId.stale"]);
    expect(violations(verdicts(...before, seen, removed, read))).toEqual([]);
    expect(violations(verdicts(...before, seen, removed, taken))).toEqual([]);
    const again = [[add("cc"), added("cc")], [removePermission("f", "cc"), answer(204)], read] as const;
    expect(violations(verdicts(...before.slice(0, 3), ...again))).toEqual([]);
    expect(violations(verdicts(...before, [getPolicy("f"), policyOf("of-aa", "aa", "bb")]))).toEqual([
      "revision.changes",
    ]);
  });

  it("that are counters prove nothing about another policy that was not read", () => {
    const elsewhere = [getPolicy("f", "1"), policyOf("3")] as const;
    expect(violations(verdicts(elsewhere, [guarded("3"), added("gg")]))).toEqual([]);
    const policy = [getPolicy("f"), policyOf("4")] as const;
    const resource = [getFunction("f"), answer(200, { Configuration: { RevisionId: "5" } })] as const;
    const taken = [guarded("3"), added("gg")] as const;
    // The revision may belong to a policy that was not read.
    expect(violations(verdicts(elsewhere, policy, taken))).toEqual([]);
    expect(violations(verdicts(elsewhere, policy, resource, taken))).toEqual(["RevisionId.foreign"]);
  });

  it("that another policy consumed may be current on a policy that was not read", () => {
    const shown = [getFunction("f", "1"), answer(200, { Configuration: { RevisionId: "16" } })] as const;
    const used = [add("aa", {}, "Qualifier=1"), added("aa")] as const;
    expect(violations(verdicts(shown, used, [guarded("16"), added("gg")]))).toEqual([]);
  });
});

describe("The size of a policy", () => {
  it("is counted in bytes, so a refusal is valid although there are few characters", () => {
    const body = JSON.stringify({ message: "The final policy size is bigger than the limit." });
    const headers = [["X-Amzn-ErrorType", "PolicyLengthExceededException"]] as const;
    const full: Answer = { kind: "response", status: 400, headers, body, ...times };
    const filled = (character: string) => {
      const SourceArn = `arn:aws:s3:::${character.repeat(1400)}`;
      const big = { ...statement("aa"), Condition: { ArnLike: { "AWS:SourceArn": SourceArn } } };
      const stored = answer(201, { Statement: JSON.stringify(big) });
      return verdicts([add("aa", { SourceArn }), stored], [add("bb"), full]);
    };
    expect(filled("a")).toMatchObject({ "request.accepted": "violated" });
    expect(violations(filled("字"))).toEqual([]);
    expect(filled("字")).toMatchObject({ "policy.too-large": "holds" });
  });
});

describe("Names", () => {
  it("may be unknown to a target, and then a read of the policy proves nothing", () => {
    const story = [[add("aa"), added("aa")]] as const;
    expect(violations(verdicts(...story, [getPolicy(arn), answer(404)]))).toEqual([]);
    expect(violations(verdicts(...story, [getPolicy(arn), policyOf("r")]))).toContain(
      "policy.holds-what-was-added",
    );
    expect(violations(verdicts(...story, [getPolicy("f"), answer(404)]))).toContain(
      "policy.holds-what-was-added",
    );
  });

  it("of statements that differ in letter case are distinct when both are accepted", () => {
    const story = [
      [add("aa"), added("aa")],
      [getPolicy("f"), policyOf("r1", "aa")],
      [add("AA"), added("AA")],
    ] as const;
    expect(violations(verdicts(...story, [getPolicy("f"), policyOf("r2", "AA")]))).toContain(
      "policy.others-untouched",
    );
    expect(violations(verdicts(...story.slice(0, 2), [add("AA"), answer(409)]))).toEqual([
      "StatementId.letter-case",
    ]);
  });
});

describe("A function whose name every object has as a property", () => {
  it.each(["toString", "constructor", "__proto__"])("is unknown unless it exists: %s", (name) => {
    const call = addPermission({ functionName: label(name), body: '{"StatementId":"s"}' });
    const story = [
      [call, answer(404)],
      [getPolicy(name), answer(404)],
      [removePermission(name, "s"), answer(404)],
    ] as const;
    for (let length = 1; length <= story.length; length += 1)
      expect(violations(verdicts(...story.slice(0, length)))).toEqual([]);
  });

  it.each(["toString", "__proto__"])("has a policy if it exists: %s", (name) => {
    const state = initialModelState({ ...fixture, main: { ...fixture.main, name } }, true);
    expect(Object.keys(state.policies)).toEqual([name, `${name}:1`]);
    expect(knownFunction(state, name)?.exists).toBe(true);
  });

  it.each([
    [204, "", { kind: "policy", statements: [], revision: null }],
    [204, "{", { kind: "unreadable", why: "GetPolicy answered 204" }],
    [202, "", { kind: "unreadable", why: "GetPolicy answered 202" }],
  ])("a GetPolicy that is answered %d with the body %j", (status, body, reading) => {
    expect(readPolicy({ kind: "response", status, headers: [], body, sentAt: 0, answeredAt: 1 })).toEqual(
      reading,
    );
  });
});
