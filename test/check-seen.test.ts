import { expect, it } from "vitest";
import type { CounterexampleStep } from "../reports/report.ts";
import { shortened } from "../rules/define.ts";
import { unheld } from "../runner/check-seen.ts";
import { sampleCounterexample, sampleRule } from "./sample-report.ts";

function step(
  operation: string,
  round: number,
  request: { readonly path?: string; readonly body?: object },
  response: { readonly status: number; readonly error?: string | undefined; readonly body?: object },
): CounterexampleStep {
  const { path = "/2015-03-31/functions/f/policy", body } = request;
  return {
    request: {
      method: operation === "GetPolicy" ? "GET" : "POST",
      path,
      headers: {},
      body: body === undefined ? null : JSON.stringify(body),
      operation,
      round,
    },
    response: {
      status: response.status,
      error: response.error ?? null,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(response.body ?? {}),
    },
  };
}

const statement = (sid: string, effect = "Allow") => ({ Sid: sid, Effect: effect });

function add(sid: string, round: number, status = 201, error?: string): CounterexampleStep {
  const body = status === 201 ? { Statement: JSON.stringify(statement(sid)) } : {};
  return step("AddPermission", round, { body: { StatementId: sid } }, { status, error, body });
}

function read(round: number, RevisionId: string, ...statements: readonly object[]): CounterexampleStep {
  const Policy = JSON.stringify({ Statement: statements });
  return step("GetPolicy", round, {}, { status: 200, body: { Policy, RevisionId } });
}

function saying(seen: string, steps: readonly CounterexampleStep[], expected: string): readonly string[] {
  const counterexample = sampleCounterexample({ expected, seen, steps });
  return unheld({ rules: [sampleRule("policy.one-more", { counterexample })] });
}

const many = Array.from({ length: 20 }, (_, index) => `a-long-id-${index}`);
const race = [add("a", 0), add("a", 0), add("a", 0, 409, "ResourceConflictException")];
const policy = [
  add("a", 0),
  read(1, "r1", statement("a")),
  add("b", 2),
  read(3, "r2", statement("b", "Deny")),
];

/** What a finding may say, the exchanges that hold it, and what they do not hold. */
const findings: readonly (readonly [
  seen: string,
  steps: readonly CounterexampleStep[],
  untrue: string,
  expected?: string,
])[] = [
  ["201, accepted", [add("a", 0)], "200, accepted"],
  ["409 ResourceConflictException", race.slice(2), "409 ServiceException"],
  ["2 × 201, 1 × 409 ResourceConflictException", race, "3 × 201, 1 × 409 ResourceConflictException"],
  ['"Effect": "Allow"', [add("a", 0)], '"Effect": "Deny"'],
  ['"Condition": absent', [add("a", 0)], '"Sid": absent'],
  ["Content-Type: application/json", [add("a", 0)], "Content-Type: text/html"],
  ['200 with "b"', policy, '200 with "a"', 'the statement "a", which was acknowledged'],
  ["200 with no statement", [add("a", 0), read(1, "r1")], '200 with "a"'],
  [
    "200 with a Policy that cannot be read as a JSON object: {Infinity}",
    [add("a", 0), step("GetPolicy", 1, {}, { status: 200, body: { Policy: "{Infinity}" } })],
    "200 with a Policy without a list of statements: {Infinity}",
  ],
  [
    '200 with the body "{}"',
    [add("a", 0), step("GetPolicy", 1, {}, { status: 200 })],
    '200 with the body "[]"',
  ],
  ['"b" too: 200 with "b"', policy, '"a" too: 200 with "b"'],
  [
    '200 with "b"',
    policy,
    "404 ResourceNotFoundException",
    'no statement "b", whose removal was acknowledged',
  ],
  [
    '"b" with Effect "Deny"',
    policy,
    '"b" with Effect "Allow"',
    '"b" with Effect "Allow", as it was returned',
  ],
  ['"b" without Condition', policy, '"b" without Effect', '"b" with Effect "Allow", as it was returned'],
  ['RevisionId "r2"', policy, 'RevisionId "r1"', 'RevisionId "r1", as before'],
  [
    `409 ResourceConflictException, after GetPolicy with ${shortened(many.map((sid) => JSON.stringify(sid)).join(", "))}`,
    [read(0, "r1", ...many.map((sid) => statement(sid))), add("c", 1, 409, "ResourceConflictException")],
    '409 ResourceConflictException, after GetPolicy with "x", "a-long-id-1… (500 characters) …id-20"',
    'a GetPolicy that shows "c"',
  ],
  [
    '409 ResourceConflictException, after GetPolicy with "b"',
    [...policy, add("a", 4, 409, "ResourceConflictException")],
    '409 ResourceConflictException, after GetPolicy with "a"',
    'the statement "a" in GetPolicy: it was acknowledged, and its id is refused as taken',
  ],
  [
    'no such order: after add "a" (added), none of these can come next: a read of "b"',
    policy,
    'no such order: after add "a" (refused), none of these can come next: a read of "b"',
  ],
];

it.each(findings.map(([seen, steps, untrue, expected = "else"]) => ({ seen, steps, untrue, expected })))(
  "holds that it saw $seen, and not another thing",
  ({ seen, steps, untrue, expected }) => {
    expect(saying(seen, steps, expected)).toEqual([]);
    expect(saying(untrue, steps, expected).join()).toContain(`policy.one-more saw ${untrue}, but `);
  },
);

it.each([
  ['200 with "b"', 'the statement "b", which was acknowledged'],
  ['200 with "b"', 'the statements as before, also "b"'],
  ['200 with "b"', 'no statement "a", whose removal was acknowledged'],
  ['"b" with Effect "Deny"', '"b" with Effect "Deny", as before'],
  ['RevisionId "r2"', 'RevisionId "r0", as before'],
])("does not hold that it saw %s where it expected %s", (seen, expected) => {
  expect(saying(seen, policy, expected)).toHaveLength(1);
});

it("reports a sentence of which nothing is known, a quote that no exchange holds, and what was expected", () => {
  expect(saying("something odd", policy, "else")).toHaveLength(1);
  expect(saying('201, with "c"', [add("a", 0)], "else")).toEqual([
    'policy.one-more saw 201, with "c", but no exchange holds "c"',
  ]);
  expect(saying("201", [add("a", 0)], "201")).toHaveLength(1);
});
