import fc from "fast-check";
import { brokenBy, withRareCharacter } from "../generators/broken.ts";
import { memberValues } from "../generators/members.ts";
import { freshStatementId } from "../generators/statement-id.ts";
import { bodyOf, validRequest } from "../generators/valid-requests.ts";
import { getPolicy } from "../spec/calls.ts";
import { type ConstraintKind, constraintIds, isMember } from "../spec/constraint.ts";
import {
  alone,
  byPolicy,
  grouped,
  type Suite,
  type SuiteOptions,
  scripted,
  type TestCase,
  withBody,
  withOneMember,
} from "./case.ts";

/** Random requests: valid ones in any mix, and ones that break exactly one constraint. */
export const fuzz: Suite = {
  name: "fuzz",
  title: "Random valid requests, and random values that break one constraint",
  testCases: (plan) => [...validTestCases(plan), ...byPolicy(brokenTestCases(plan))],
};

/** A test case has five valid requests, because each makes the policy grow. */
const perHistory = 5;

function validTestCases({ seed, runs }: SuiteOptions): readonly TestCase[] {
  const drafts = fc.sample(validRequest, { seed, numRuns: runs });
  const testCases: TestCase[] = [];
  for (let start = 0; start < drafts.length; start += perHistory) {
    const some = drafts.slice(start, start + perHistory);
    const ids = fc.sample(fc.tuple(...some.map((_, at) => freshStatementId(`z${start + at}-`))), {
      seed: seed + start,
      numRuns: 1,
    })[0];
    const destructive = some.some(({ Action }) => Action === "lambda:*");
    testCases.push(
      scripted(`fuzz/valid/${start / perHistory}`, { destructive }, (fixture) => [
        alone("before", getPolicy(fixture.main.name)),
        ...some.map((draft, at) =>
          alone(`valid-${start + at}`, withBody(fixture, bodyOf(draft, ids?.[at] ?? `z${start + at}`))),
        ),
        alone("after", getPolicy(fixture.main.name)),
      ]),
    );
  }
  return testCases;
}

function brokenTestCases({ seed, runs }: SuiteOptions): readonly TestCase[] {
  return constraintIds.flatMap((id, nth) => {
    const [member = "", kind = ""] = id.split(".");
    if (!isMember(member) || member === "FunctionName" || member === "Qualifier" || kind === "required")
      return [];
    const arbitrary = brokenBy(member, kind as ConstraintKind);
    if (arbitrary === null) return [];
    // Only one text is too short, so each policy gets it once.
    const how = { seed: seed + nth, numRuns: kind === "minLength" ? Math.min(runs, 3) : runs };
    const valid = fc.sample(memberValues[member].valid, how);
    const values = fc
      .sample(arbitrary, how)
      .map((value, at) =>
        kind === "pattern" ? withRareCharacter(member, String(value), valid[at] ?? "", at) : value,
      );
    const cases = values.map((value, at) =>
      withOneMember(member, { label: `${id}-${at}`, value: () => value }, at),
    );
    return grouped(`fuzz/${id}`, cases, (index) => `x${nth.toString(36)}-${index}`, { breaks: id });
  });
}
