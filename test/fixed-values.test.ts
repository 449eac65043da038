import { describe, expect, test } from "vitest";
import { specialWords } from "../generators/arbitraries.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { jsonObject } from "../spec/answer.ts";
import { addPermission } from "../spec/calls.ts";
import { constraintIds } from "../spec/constraint.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { readName } from "../spec/function-name.ts";
import { analyzeRequest } from "../spec/request.ts";
import { decoded, route } from "../spec/target.ts";
import { boundary } from "../suites/boundary.ts";
import type { Need } from "../suites/case.ts";
import { fuzz } from "../suites/fuzz.ts";
import { ordinarySuites, suites } from "../suites/index.ts";
import { fixture } from "./fixture.ts";

const sent = callsOf(ordinarySuites);
const bodies = sent
  .map(({ body }) => (body === null ? null : jsonObject(body)))
  .filter((body) => body !== null);

/** Every AddPermission request of the smallest plan, as far as it does not depend on answers. */
function callsOf(of: typeof suites, on: Fixture = fixture, fits = (_needs: readonly Need[]) => true) {
  const cases = of.flatMap((suite) => [...suite.testCases({ seed: 1, runs: 1, rounds: 1 })]);
  return cases.flatMap((testCase) => {
    if (!fits(testCase.needs)) return [];
    const next = testCase.start(on);
    const done: (readonly Exchange[])[] = [];
    const calls = [];
    for (let batch = next(done); batch !== null && done.length < 40; batch = next(done)) {
      calls.push(...batch.map(({ call }) => call));
      done.push([]);
    }
    return calls.filter(({ operation }) => operation === "AddPermission");
  });
}

/** What a test case cannot have of a function whose versions and aliases are not listed. */
const absent: readonly Need[] = ["other", "versions", "aliases", "alias-lengths", "create"];

const holding = (member: string, value: unknown) => bodies.some((body) => body[member] === value);

describe("The plan at --runs 1", () => {
  test.each(specialWords)("sends the text %s as an id, a token and a revision", (word) => {
    expect(holding("StatementId", word)).toBe(true);
    expect(holding("EventSourceToken", word)).toBe(true);
    expect(holding("RevisionId", word)).toBe(true);
  });

  test.each(['a"b', "a\\b", "$&", "%41", "a+b", "<b>", "a&b", "日本", "007", "null", "__proto__"])(
    "sends %s in the resource part of SourceArn",
    (part) => {
      const ends = (arn: unknown) => typeof arn === "string" && arn.split(":").slice(5).join(":") === part;
      expect(bodies.some(({ SourceArn }) => ends(SourceArn))).toBe(true);
    },
  );

  test.each([
    "logs.us-east-1.amazonaws.com",
    "edgelambda.amazonaws.com",
    "config-multiaccountsetup.amazonaws.com",
    "000000000000",
    "arn:aws:iam:123456789012:root",
    "arn:aws:iam:::123456789012:root",
  ])("sends the Principal %s", (principal) => {
    expect(holding("Principal", principal)).toBe(true);
  });

  test.each(["000000000000", "012345678901"])("sends the SourceAccount %s", (account) => {
    expect(holding("SourceAccount", account)).toBe(true);
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("asks for the alias %s", (alias) => {
    expect(
      sent.some(({ target }) => {
        const at = route(target);
        return (
          at.kind === "policy" && at.query.some(([name, value]) => name === "Qualifier" && value === alias)
        );
      }),
    ).toBe(true);
  });

  test.each([
    "Effect",
    "Resource",
    "Sid",
    "Condition",
    "NotPrincipal",
    "NotAction",
    "Version",
    "Id",
    "effect",
  ])("sends a body with the member %s, which the document does not have", (member) => {
    expect(bodies.some((body) => Object.hasOwn(body, member) && Object.hasOwn(body, "StatementId"))).toBe(
      true,
    );
  });

  test.each(["StatementId", "SourceAccount", "EventSourceToken", "Action"])(
    "sends a valid %s with white space, a line end and characters of another script",
    (member) => {
      const values = bodies.map((body) => body[member]).filter((value) => typeof value === "string");
      expect(values.some((value) => /^[\x21-\x7e]+\n$/.test(value))).toBe(true);
      expect(values.some((value) => /^ [\x21-\x7e]+$/.test(value))).toBe(true);
      expect(values.some((value) => /[^\x00-\x7f]/.test(value))).toBe(true);
    },
  );

  test("sends two ids that differ in letter case only", () => {
    expect(holding("StatementId", "letters") && holding("StatementId", "LETTERS")).toBe(true);
  });

  test("sends names with white space and a line end around them", () => {
    const names = sent.flatMap(({ target }) => {
      const at = route(target);
      return at.kind === "policy" && at.functionName !== null ? [at.functionName] : [];
    });
    for (const wrong of [`${fixture.main.name}\n`, ` ${fixture.main.name}`, `${fixture.main.name} `]) {
      expect(names).toContain(wrong);
      expect(readName(wrong)).toEqual({ kind: "broken", constraint: "pattern" });
    }
  });
});

test("No request names a version of the function under test that the fixture does not have", () => {
  const calls = callsOf(ordinarySuites, { ...fixture, main: { ...fixture.main, versions: ["7"] } });
  const versions = calls.flatMap(
    ({ target }) =>
      /functions\/conformance-main(?:%3A|:|\/policy\?Qualifier=)(\d+)(?=[/&]|$)/i.exec(target)?.[1] ?? [],
  );
  expect(versions).toContain("7");
  expect(versions).not.toContain("1");
});

describe.each([
  ["aws", "us-west-2", "111122223333"],
  ["aws-us-gov", "us-gov-west-1", "123456789012"],
  ["aws-cn", "cn-north-1", "123456789012"],
])(
  "To an existing function in %s, whose versions and aliases are not listed,",
  (partition, region, account) => {
    const { name } = fixture.main;
    const arn = `arn:${partition}:lambda:${region}:${account}:function:${name}`;
    const main = { name, arn, versions: [], aliases: null, unused: { versions: null, aliases: [] } };
    const existing = { ...fixture, partition, region, account, main, other: null, recipe: null };
    const places = callsOf(suites, existing, (needs) => !needs.some((need) => absent.includes(need))).map(
      (call) => ({ call, of: analyzeRequest(call).resource }),
    );

    test("no well-formed request names one that may exist", () => {
      // What breaks a pattern is added nowhere by a correct target.
      const mayBeAdded = places.filter(
        ({ call }) => !analyzeRequest(call).refusalReasons.some((reason) => reason.endsWith(".pattern")),
      );
      const named = mayBeAdded.flatMap(({ call }) =>
        [...decoded(call.target).matchAll(/(?:qualifier=|:)(live|[127])(?![\w$-])/gi)].map(() => call.target),
      );
      expect(named).toEqual([]);
    });

    test.each([
      ["partition", partition, 4],
      ["region", region, 4],
      ["account", account, 6],
    ] as const)("requests name another %s than %s", (part, own, least) => {
      const others = places.filter(({ of }) => of?.name === name && (of[part] ?? own) !== own);
      expect(others.length).toBeGreaterThanOrEqual(least);
    });
  },
);

test("A bare semicolon in the path is left open, and an encoded one breaks the pattern of the name", () => {
  const to = (path: string) => ({
    ...addPermission({ functionName: "f", body: canonicalBody("s") }),
    target: `/2015-03-31/functions/${path}/policy`,
  });
  expect(analyzeRequest(to("f;v=1"))).toMatchObject({
    refusalReasons: [],
    questions: ["route.unusual-path"],
  });
  expect(analyzeRequest(to("f%3Bv=1"))).toMatchObject({
    refusalReasons: ["FunctionName.pattern"],
    questions: [],
  });
});

describe("Requests that break a constraint", () => {
  const readings = callsOf([boundary, fuzz]).map((call) => ({ call, ...analyzeRequest(call) }));

  test("have no other fault, and nothing that is unspecified, but for objects without any member", () => {
    const several = readings.filter(
      ({ refusalReasons, questions }) =>
        refusalReasons.length + questions.length > 1 &&
        !refusalReasons.every((reason) => reason.endsWith(".required")),
    );
    expect(several.map(({ call }) => [call.target, call.body])).toEqual([]);
  });

  test.each(constraintIds.filter((id) => /^(?!FunctionName|Qualifier).*\.(type|pattern)$/.test(id)))(
    "break %s on the function, on a version and on an alias",
    (id) => {
      const on = readings
        .filter(({ refusalReasons }) => refusalReasons.includes(id))
        .map(({ resource }) => resource?.qualifier ?? null);
      expect([...new Set(on)]).toEqual(expect.arrayContaining([null, "1", "live"]));
    },
  );
});
