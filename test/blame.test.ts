import { describe, expect, it } from "vitest";
import { judgeOf } from "../oracle/judge.ts";
import { initialModelState } from "../oracle/model-state.ts";
import { observeBatch } from "../oracle/observe.ts";
import { runMarkdown } from "../reports/run-blocks.ts";
import { rules } from "../rules/index.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteFunction,
  getPolicy,
  publishVersion,
  removePermission,
} from "../spec/calls.ts";
import type { Answer } from "../spec/exchange.ts";
import { bearingOn } from "../suites/bearing.ts";
import { boundary } from "../suites/boundary.ts";
import type { Suite } from "../suites/case.ts";
import { fuzz } from "../suites/fuzz.ts";
import { spellings } from "../suites/spellings.ts";
import { state } from "../suites/state.ts";
import type { Mutation } from "../targets/reference/behaviour.ts";
import type { HttpReply } from "../targets/reference/http.ts";
import { dialects, mutants } from "../targets/reference/mutants/index.ts";
import { change, naming, together } from "../targets/reference/mutants/mutant.ts";
import { fixture } from "./fixture.ts";
import { partOf } from "./part-of.ts";
import {
  type AnsweredCall,
  add,
  added,
  answer,
  blamed,
  conflict,
  names,
  notFound,
  observed,
  policyOf,
  stale,
} from "./story.ts";

describe("A path that is not this operation", () => {
  it("may be refused with any error name", () => {
    const call = { ...add("s"), target: `/functions/${names.main}/policy` };
    expect(blamed([call, answer(404, {}, "UnknownOperationException")])).toEqual([]);
    const empty = addPermission({ functionName: "", body: {} });
    expect(blamed([empty, answer(400, {}, "BadRequest")])).toEqual([]);
    expect(blamed([add("s", { Action: "no" }), answer(400, {}, "BadRequest")])).toEqual([
      "errors.documented-name",
    ]);
  });
});

describe("An id that is taken", () => {
  it("has equal content only where every member agrees in its place", () => {
    const again = (members: Readonly<Record<string, unknown>>) =>
      blamed([add("s"), added("s")], [add("s", members), added("s")]).filter((id) =>
        id.startsWith("StatementId.duplicate"),
      );
    expect(again({})).toEqual(["StatementId.duplicate-content"]);
    for (const other of [
      { Action: "lambda:GetFunction" },
      { Principal: "sns.amazonaws.com" },
      { SourceArn: "arn:aws:s3:::bucket" },
      { SourceAccount: "123456789012" },
    ])
      expect(again(other), JSON.stringify(other)).toEqual(["StatementId.duplicate"]);
  });
});

describe("A policy that is too large on an alias", () => {
  it("is explained where it is that of the function, too", () => {
    const refused = answer(400, {}, "PolicyLengthExceededException");
    const [batch] = observed([add("on-alias", { query: "Qualifier=live" }), refused]);
    const judge = judgeOf(rules);
    const found = (batch === undefined ? [] : judge.batch(batch)).filter(
      ({ rule, column }) => rule.id === "Qualifier.alias" && column === "document",
    );
    expect(found).toMatchObject([
      { judgement: { verdict: "violated", unless: expect.arrayContaining(["policy.separate-qualifiers"]) } },
    ]);
  });
});

describe("Qualifiers that disagree in a partial ARN", () => {
  it("are refused for the partial ARN, perhaps", () => {
    const on = `${fixture.account}:function:${names.main}:1`;
    const [batch] = observed([add("sid", { on, query: "Qualifier=live" }), notFound]);
    const found = (batch === undefined ? [] : judgeOf(rules).batch(batch)).filter(
      ({ rule }) => rule.id === "observed.disagreeing-qualifier",
    );
    expect(found).toMatchObject([
      { judgement: { verdict: "violated", unless: expect.arrayContaining(["FunctionName.partial-arn"]) } },
    ]);
  });
});

describe("A recreated function", () => {
  const { other } = names;
  const anew: readonly AnsweredCall[] = [
    [deleteFunction(other), answer(204)],
    [createFunction(other, fixture.recipe ?? { role: "", runtime: "", zip: "" }), answer(201)],
  ];
  const read = (...sids: readonly string[]): AnsweredCall => [getPolicy(other), policyOf(other, ...sids)];

  it("does not start with statements that were added to its alias later", () => {
    const onAlias: readonly AnsweredCall[] = [
      [publishVersion(other), answer(201, { Version: "1" })],
      [createAlias(other, "live", "1"), answer(201)],
      [add("s", { on: other, query: "Qualifier=live" }), added("s", `${other}:live`)],
    ];
    expect(blamed(...anew, ...onAlias, read("s"))).toEqual(["policy.separate-qualifiers"]);
    expect(blamed(...anew, read("s"))).toEqual(["re-created.starts-empty"]);
  });

  it("does not start with what it was given while it was deleted, by the fault of the addition", () => {
    const [gone, created] = anew;
    if (gone === undefined || created === undefined) throw new Error("no calls");
    const given: AnsweredCall = [add("s", { on: other }), added("s", other)];
    expect(blamed(gone, given, created, read("s"))).toEqual(["resource.deleted-function"]);
    expect(blamed(gone, given, created, read("s", "t"))).toEqual([
      "re-created.starts-empty",
      "resource.deleted-function",
    ]);
  });
});

describe("An answer that shows another Sid", () => {
  const { main } = names;

  it("is wrong, and not the policy that holds the id that was sent", () => {
    const answered = (sid: string, stored: string) =>
      blamed([add("s"), added(sid, main)], [getPolicy(main), policyOf(main, stored)]);
    expect(answered("default", "s")).toEqual(["statement.sid"]);
    expect(answered("s", "s")).toEqual([]);
  });
});

describe("Policies that are not separate", () => {
  const { main } = names;
  const shared: readonly AnsweredCall[] = [
    [add("s", { query: "Qualifier=live" }), added("s", `${main}:live`)],
    [getPolicy(main, "1"), policyOf(`${main}:live`, "s")],
  ];

  it("lose and change each other's statements, which is one finding", () => {
    const lost: AnsweredCall = [getPolicy(main, "live"), policyOf(main)];
    const changed: AnsweredCall = [getPolicy(main, "live"), policyOf(`${main}:1`, "s")];
    expect(blamed(...shared, lost)).toEqual(["policy.separate-qualifiers"]);
    expect(blamed(...shared, changed)).toEqual(["policy.separate-qualifiers"]);
    expect(blamed(...shared.slice(0, 1), lost)).toEqual(["policy.holds-what-was-added"]);
    expect(blamed(...shared.slice(0, 1), changed)).toEqual(["policy.stored-as-returned"]);
  });

  it("do not count against additions when a removal affects another policy", () => {
    const removal: AnsweredCall = [removePermission(main, "s", { qualifier: "1" }), answer(204)];
    const refused: AnsweredCall = [
      add("t", { Action: "no" }),
      answer(400, {}, "InvalidParameterValueException"),
    ];
    const gone: AnsweredCall = [getPolicy(main), policyOf(main)];
    const there: AnsweredCall = [getPolicy(main), policyOf(main, "s")];
    const before: readonly AnsweredCall[] = [[add("s"), added("s")], there];
    expect(blamed([add("s"), added("s")], removal, gone)).toEqual([]);
    expect(blamed([add("s"), added("s")], removal, there)).toEqual([]);
    expect(blamed(...before, removal, refused, gone)).toEqual([]);
    expect(blamed(...before, refused, gone)).toEqual(["refusal.changes-no-statement"]);
  });
});

describe("A new alias", () => {
  const { other } = names;
  const unclear = (on: string): AnsweredCall => [
    add("s", { on, query: "Qualifier=1", Principal: "" }),
    added("s", `${on}:1`),
  ];
  const alias: AnsweredCall = [createAlias(other, "new", "1"), answer(201)];
  const onMain: AnsweredCall = [add("s"), added("s")];
  const read: AnsweredCall = [getPolicy(other, "new"), policyOf(`${other}:1`, "s")];

  it("may start with a statement of unspecified behaviour, although its id is added to another policy later", () => {
    expect(blamed(unclear(other), alias, onMain, read)).toEqual([]);
    expect(blamed(alias, onMain, read)).toEqual(["policy.separate-functions"]);
  });
});

describe("An id that another policy may contain", () => {
  const { main } = names;
  const onVersion = (more = {}): AnsweredCall => [
    add("shared", { query: "Qualifier=1", ...more }),
    added("shared", `${main}:1`),
  ];
  const byArn = (more = {}): AnsweredCall => [add("shared", { on: fixture.main.arn, ...more }), conflict];

  it("explains a conflict, also after an addition of unspecified behaviour", () => {
    expect(blamed(byArn())).toEqual(["FunctionName.full-arn"]);
    expect(blamed(onVersion({ RevisionId: "" }), byArn())).toEqual([]);
    expect(blamed(onVersion({ RevisionId: "" }), byArn({ Action: "no" }))).toEqual([]);
    expect(blamed(onVersion(), [add("shared"), conflict], byArn({ Action: "no" }))).toEqual([
      "StatementId.on-other-qualifier",
    ]);
  });

  it("explains no other refusal", () => {
    const refused: AnsweredCall = [add("shared", { on: fixture.main.arn }), notFound];
    expect(blamed(onVersion({ RevisionId: "" }), refused)).toEqual(["FunctionName.full-arn"]);
  });
});

describe("An id with a space in it", () => {
  const { main } = names;

  it("is not confused with its last word", () => {
    const onAlias: AnsweredCall = [add("a b", { query: "Qualifier=live" }), added("a b", `${main}:live`)];
    const onFunction: readonly AnsweredCall[] = [
      [add("s"), added("s")],
      [getPolicy(main), policyOf(main, "s", "b")],
    ];
    expect(blamed(onAlias, ...onFunction)).toEqual(["StatementId.pattern", "policy.one-more"]);
    const same: AnsweredCall = [add("b", { query: "Qualifier=live" }), added("b", `${main}:live`)];
    expect(blamed(same, ...onFunction)).toEqual(["policy.separate-qualifiers"]);
  });
});

describe("A combination", () => {
  const { main } = names;
  const partial = `${fixture.account}:function:${main}`;
  const refused = notFound;

  it("is not violated by a rejected name, however its colons are encoded", () => {
    const encoded: AnsweredCall = [add("in-arn", { on: partial }), refused];
    const literal = (sid: string, suffix = ""): AnsweredCall => {
      const call = add(sid, { on: `${partial}${suffix}` });
      return [{ ...call, target: call.target.replaceAll("%3A", ":") }, refused];
    };
    expect(blamed(encoded, literal("in-arn"), literal("x".repeat(100)))).toEqual([
      "FunctionName.partial-arn",
    ]);
    expect(blamed([add("in-arn", { on: `${partial}:1` }), refused], literal("in-arn", ":1"))).toEqual([
      "FunctionName.partial-arn:version",
    ]);
    expect(blamed(literal("in-arn"))).toEqual(["FunctionName.literal-colons"]);
  });

  it("is not violated by an id that another version or alias contains", () => {
    const onVersion: AnsweredCall = [add("shared", { query: "Qualifier=1" }), added("shared", `${main}:1`)];
    const onAlias: AnsweredCall = [add("shared", { query: "Qualifier=live" }), conflict];
    expect(blamed(onVersion, onAlias)).toEqual(["StatementId.on-other-qualifier"]);
    expect(blamed([add("other", { query: "Qualifier=live" }), conflict], onVersion, onAlias)).toEqual([
      "Qualifier.alias",
    ]);
  });
});

describe("A RevisionId that is not a string", () => {
  it("may be refused as stale, unlike other members", () => {
    expect(blamed([add("s", { RevisionId: 1 }), stale])).toEqual([]);
    expect(blamed([add("s", { RevisionId: 1 }), conflict])).toEqual(["RevisionId.type"]);
    expect(blamed([add("s", { SourceArn: 1 }), stale])).toEqual(["SourceArn.type"]);
  });
});

describe("Parts of a statement that no member asks for", () => {
  const answered = (more: Readonly<Record<string, unknown>>): Answer => {
    const { body = "", ...rest } = added("s") as Extract<Answer, { kind: "response" }>;
    const statement = JSON.parse(JSON.parse(body).Statement);
    return { ...rest, body: JSON.stringify({ Statement: JSON.stringify({ ...statement, ...more }) }) };
  };
  const always = { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } };
  const vpc = { StringLike: { "aws:SourceVpc": "vpc-12345678" } };
  const taken = ["statement.documented-members"];

  it.each([
    ["a condition of the target's own", { Condition: vpc }, { Condition: always }, []],
    ["the condition that the body has", { Condition: vpc }, { Condition: vpc }, taken],
    ["that condition beside another", { Condition: vpc }, { Condition: { ...always, ...vpc } }, taken],
    ["a NotAction of the target's own", { Effect: "Deny" }, { NotAction: "lambda:Get*" }, []],
    ["the Resource of the body", { resource: "arn:aws:s3:::b" }, { Resource: "arn:aws:s3:::b" }, taken],
    ["the Sid of the body, which is the StatementId too", { Sid: "s" }, {}, []],
  ])("are blamed on members of the body only if they come from there: %s", (_, members, parts, rules) => {
    expect(blamed([add("s", members), answered(parts)])).toEqual(rules);
  });

  it("are no part of a statement where the request is refused, so that the rule holds", async () => {
    const { rules: judged } = await judgeVariant(dialects["no unknown members"] ?? ((same) => same), {
      seed: 1,
      runs: 1,
      suites: ["questions"],
    });
    const found = judged.find(({ id }) => id === "statement.documented-members");
    expect(found?.verdicts.document).toBe("holds");
  });
});

describe("One cause", () => {
  it("is one finding: a fault that is answered with 500, or a duplicate id that is not answered with 409", () => {
    const crash = answer(500, {}, "InternalError");
    expect(blamed([add("s", { Action: 1 }), crash])).toEqual(["Action.type"]);
    expect(blamed([add("valid"), crash])).toEqual(["errors.no-unexplained-5xx", "request.accepted"]);
    const taken: AnsweredCall = [
      add("twice", { Principal: "sns.amazonaws.com" }),
      answer(400, {}, "ResourceConflictException"),
    ];
    expect(blamed([add("twice"), added("twice")], taken)).toEqual(["StatementId.duplicate"]);
  });
});

/** The rules that a run on a variant of the reference reports as violated. */
async function blamedIn(mutate: Mutation, chosen: readonly Suite[]): Promise<readonly string[]> {
  const { rules } = await judgeVariant(mutate, { seed: 1, runs: 1, chosen });
  return rules.filter(({ verdicts }) => verdicts.document === "violated").map(({ id }) => id);
}

describe("A target that refuses the principal for tokens", () => {
  const ofTokens = partOf(boundary, /EventSourceToken|Principal/);
  const unchecked = change(({ faults }) => ({
    faults: (member, value) => (member === "EventSourceToken" ? [] : faults(member, value)),
  }));
  const picky = change(({ principal }) => ({
    principal: (value, partition) => (value.endsWith(".amazon.com") ? null : principal(value, partition)),
  }));

  it("violates the rule for that principal and no other rule for tokens", async () => {
    expect(await blamedIn(picky, [ofTokens, spellings, fuzz])).toEqual(["Principal.token-service"]);
  });

  it("also violates the rules for tokens that it does not check", async () => {
    const kinds = ["type", "pattern", "maxLength"].map((kind) => `EventSourceToken.${kind}`);
    const all = [...kinds, "Principal.token-service"];
    expect(await blamedIn(together(unchecked, picky), [ofTokens])).toEqual(all);
  });
});

describe("A target that refuses bucket ARNs, and other ARNs with an unusual action", () => {
  const picky = change(({ finish }) => ({
    finish: (reply, request, operation) => {
      const { body } = request;
      const combined = body.includes('"SourceArn"') && !body.includes('"lambda:InvokeFunction"');
      const isRefused = operation === "AddPermission" && (body.includes('"arn:aws:s3:::') || combined);
      if (!isRefused || reply.status !== 201) return finish(reply, request, operation);
      return finish(
        { status: 400, headers: [], body: '{"__type":"ValidationException"}' },
        request,
        operation,
      );
    },
  }));

  it("is tested with a combination whose ARN it accepts alone", async () => {
    const { rules } = await judgeVariant(picky, { seed: 2, suites: ["spellings", "fuzz"] });
    const of = (id: string) => rules.find((rule) => rule.id === id);
    expect(of("SourceArn.bucket")?.verdicts.document).toBe("violated");
    const shown = of("request.combination")?.counterexample?.steps.map(({ request }) => request.body);
    expect(shown).toEqual([expect.stringMatching(/"SourceArn":"(?!arn:aws:s3:)/)]);
  });
});

describe("A failure instead of a refusal", () => {
  const failure: HttpReply = {
    status: 503,
    headers: [["x-amzn-errortype", "ServiceUnavailable"]],
    body: "{}",
  };
  const isAddition = (target: string, method: string) => method === "POST" && /\/policy(\?|$)/.test(target);
  const types = rules.filter(({ id }) => id.endsWith(".type"));
  const few =
    bearingOn(
      [boundary],
      types.map(({ id }) => id),
    ) ?? [];
  const judged = async (mutate: Mutation, chosen: readonly Suite[]) =>
    (await judgeVariant(mutate, { seed: 1, runs: 1, chosen, rules: types })).rules;

  it("is a violation if the target fails at nothing else", async () => {
    const found = await judged(
      naming(({ kind }) => kind === "type", 503, "ServiceUnavailable"),
      few,
    );
    expect(found).toHaveLength(7);
    for (const { verdicts, counterexample } of found) {
      expect(verdicts).toEqual({ document: "violated", aws: "violated" });
      expect(counterexample?.steps).toHaveLength(1);
      expect(counterexample?.seen).toBe(
        "503 ServiceUnavailable, each time, while valid requests before and after it succeeded",
      );
    }
  });

  it.each([2, 3, 4])("is inconclusive if one addition in %i fails", async (n) => {
    const limited = change(({ intercept }) => {
      let additions = 0;
      return {
        intercept: (request) =>
          isAddition(request.target, request.method) && ++additions % n === 0 ? failure : intercept(request),
      };
    });
    const outcomes = (await judged(limited, few)).map(({ verdicts }) => verdicts.document);
    expect(outcomes).not.toContain("violated");
    expect(outcomes).toContain("inconclusive");
  });

  it("is inconclusive if every addition fails", async () => {
    const down = change(({ intercept }) => ({
      intercept: (request) => (isAddition(request.target, request.method) ? failure : intercept(request)),
    }));
    const found = await judged(down, few);
    expect(new Set(found.map(({ verdicts }) => verdicts.document))).toEqual(new Set(["inconclusive"]));
    expect(found[0]?.reason).toMatch(/but the target fails at valid requests too/);
  });
});

describe("An answer that passes by itself", () => {
  it.each([
    ["in-progress", "409 for 5 ms after each change", "fuzz"],
    ["not-visible", "404 for 20 ms to what was just created", "state"],
    // Calls in flight together are sent again where none of them had an effect.
    ["not-visible", "404 for 20 ms to what was just created", "races"],
    ["not-visible", "404 for 20 ms to every second call to what was just created", "state"],
  ])("is waited for, and the report says so: %s", async (cause, name, suite) => {
    const dialect = dialects[name];
    if (dialect === undefined) throw new Error(`There is no dialect "${name}".`);
    const { rules: judged, waits = [] } = await judgeVariant(dialect, {
      seed: 1,
      runs: 1,
      suites: [suite],
    });
    expect(judged.filter(({ verdicts }) => verdicts.document === "violated")).toEqual([]);
    expect(waits).toEqual([{ cause, times: expect.any(Number), ms: expect.any(Number) }]);
    expect(waits[0]?.times).toBeGreaterThan(0);
  });

  it("is a violation if valid requests succeed meanwhile, each time", async () => {
    const busy = change(({ refuse }) => ({
      refuse: (named, message, refusal) =>
        refusal.kind === "pattern"
          ? refuse(
              { status: 409, name: "ResourceConflictException" },
              "Another operation is in progress.",
              refusal,
            )
          : refuse(named, message, refusal),
    }));
    const { rules: judged } = await judgeVariant(busy, {
      seed: 1,
      runs: 1,
      chosen: [partOf(boundary, /Action/)],
    });
    const found = judged.find(({ id }) => id === "Action.pattern");
    expect(found?.verdicts.document).toBe("violated");
    expect(found?.counterexample?.seen).toMatch(/409 .*, each time, while valid requests/);
  });

  it("is a violation if it does not pass, after a few waits in vain", async () => {
    const busy = naming(({ kind }) => kind === "pattern", 409, "ResourceConflictException");
    const { rules: judged, waits } = await judgeVariant(busy, {
      seed: 1,
      runs: 1,
      chosen: [partOf(boundary, /Action/)],
    });
    expect(judged.find(({ id }) => id === "Action.pattern")?.verdicts.document).toBe("violated");
    expect(waits).toBeUndefined();
  });
});

describe("A target without a size limit", () => {
  it("is excused from the rules for it, and the accepted size is recorded", async () => {
    const endless = change(() => ({ sizeLimit: Number.POSITIVE_INFINITY }));
    const { rules, questions } = await judgeVariant(endless, { seed: 1, suites: ["size"] });
    for (const id of ["policy.too-large", "policy.room-again", "errors.PolicyLengthExceededException"])
      expect(rules.find((rule) => rule.id === id)?.reason, id).toMatch(/^has no size limit/);
    const { answer: said = "" } = questions.find(({ id }) => id === "policy.size-limit") ?? {};
    expect(said).toMatch(/^not full at 10\d{5} bytes$/);
  });
});

describe("A target that fails during the search for its size limit", () => {
  /** Answers larger statements of the search with a failure, and has no size limit. */
  const failing = (failure: HttpReply | "drop") =>
    change(() => ({
      sizeLimit: Number.POSITIVE_INFINITY,
      intercept: ({ body }) => (body.length > 8000 ? failure : null),
    }));
  const failed = (status: number, name: string) => ({
    status,
    headers: [["x-amzn-errortype", name] as const],
    body: "{}",
  });
  const needing = ["policy.room-again", "errors.PolicyLengthExceededException"];

  it.each([
    ["503 ServiceUnavailable", failed(503, "ServiceUnavailable")],
    ["500 InternalFailure", failed(500, "InternalFailure")],
    ["429 TooManyRequestsException", failed(429, "TooManyRequestsException")],
    ["no answer: reset", "drop"],
  ] as const)("with %s is not excused, because the limit is unknown", async (said, failure) => {
    const { rules, target } = await judgeVariant(failing(failure), { seed: 1, suites: ["size"] });
    expect(target.cannot).toEqual([]);
    const tooLarge = rules.find(({ id }) => id === "policy.too-large");
    // A 5xx each time violates it; the document does not say when a request is throttled.
    expect(tooLarge?.verdicts.document).toBe(/^5/.test(said) ? "violated" : "inconclusive");
    for (const id of needing) {
      expect(rules.find((rule) => rule.id === id)).toMatchObject({
        verdicts: { document: "inconclusive", aws: "inconclusive" },
        reasonCode: "unsettled",
        reason: `the search for the size limit met ${said} at fill-13, so that the limit is unknown`,
      });
    }
  });
});

it("The answer about accepted revisions includes that the target accepts an unknown one", async () => {
  const source = async (mutate: Mutation) => {
    const { questions } = await judgeVariant(mutate, {
      seed: 1,
      runs: 1,
      chosen: [partOf(state, /revision/)],
    });
    return questions.find(({ id }) => id === "revision.source")?.answer;
  };
  const ignoring = change(() => ({ revisionMatches: () => true }));
  expect(await source(ignoring)).toMatch(/taken.*one that was never shown: taken|never shown: taken.*taken/);
  expect(await source((behaviour) => behaviour)).not.toContain("never shown");
});

it("A counterexample of one column is not shown as that of the other", async () => {
  const { mutate } = mutants["errors.documented-name"];
  const report = await judgeVariant(mutate, {
    seed: 1,
    runs: 1,
    chosen: bearingOn([boundary], ["errors.documented-name"]) ?? [],
  });
  const rule = report.rules.find(({ id }) => id === "errors.documented-name");
  expect(rule?.verdicts).toEqual({ document: "violated", aws: "violated" });
  expect(rule?.counterexample?.columns).toEqual(["document"]);
  expect(rule?.counterexample?.seen).toBe("400 BadRequestException");
  expect(runMarkdown(report)).toContain("in the aws column: violated by other requests");
});

it("blames no race for additions at once that all conflict, unless one says that the id is there", () => {
  const verdictOf = (message: string) => {
    const given = answer(409, { message }, "ResourceConflictException");
    const call = add("a");
    const exchanges = ["0", "1"].map((key) => ({ step: { key, call }, call, answer: given }));
    return judgeOf(rules)
      .batch(observeBatch(initialModelState(fixture, true), exchanges))
      .filter(({ rule, column }) => rule.id === "race.one-id-once" && column === "document")
      .map(({ judgement }) => judgement.verdict);
  };
  expect(verdictOf("Conflict.")).toEqual(["inconclusive"]);
  expect(verdictOf("The statement a exists.")).toEqual(["violated"]);
});

it("judges a race in which a request was throttled by the others", () => {
  const throttled = answer(429, {}, "TooManyRequestsException");
  const verdictOf = (...answers: readonly Answer[]) => {
    const call = add("a");
    const exchanges = answers.map((given, at) => ({ step: { key: `${at}`, call }, call, answer: given }));
    return judgeOf(rules)
      .batch(observeBatch(initialModelState(fixture, true), exchanges))
      .filter(({ rule, column }) => rule.id === "race.one-id-once" && column === "document")
      .map(({ judgement }) => judgement.verdict);
  };
  expect(verdictOf(added("a"), throttled, conflict)).toEqual(["holds"]);
  expect(verdictOf(added("a"), throttled, added("a"))).toEqual(["violated"]);
  expect(verdictOf(throttled, conflict)).toEqual(["inconclusive"]);
});

it("takes the document's own message for an id that is taken, and does not accuse GetPolicy by it", () => {
  const own = answer(
    409,
    { message: "The resource already exists, or another operation is in progress." },
    "ResourceConflictException",
  );
  const verdicts = (...story: readonly AnsweredCall[]) =>
    observed(...story)
      .flatMap((batch) => judgeOf(rules).batch(batch))
      .filter(({ rule, column }) => rule.id === "policy.shows-what-it-holds" && column === "document")
      .map(({ judgement }) => judgement.verdict);
  const read = getPolicy(names.main);
  expect(verdicts([add("a"), added("a")], [read, policyOf(names.main, "a")], [add("a"), own])).toEqual([
    "holds",
  ]);
  expect(verdicts([add("a"), added("a")], [read, policyOf(names.main)], [add("a"), own])).toEqual([]);
});
