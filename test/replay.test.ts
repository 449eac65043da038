import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf, onFixture, renamed } from "../runner/rebase.ts";
import { addPermission, label, labelEncodingAll, labelEncodingSome, lowerHex } from "../spec/calls.ts";
import { revisionSlot } from "../spec/exchange.ts";
import { alone } from "../suites/case.ts";
import { fixture as there } from "./fixture.ts";
import { sampleCounterexample, sampleStep } from "./sample-report.ts";

/** A request that carried the revision of the previous answer, prepared for a rerun. */
function slotted(revision: string, path: string, body: string | null) {
  const read = sampleStep(null, 200, JSON.stringify({ Policy: "{}", RevisionId: revision }));
  const write = sampleStep(body, 201);
  const steps = [
    { ...read, request: { ...read.request, key: "read", operation: "GetPolicy" } },
    { ...write, request: { ...write.request, path, key: "write", revisionFrom: "read" } },
  ];
  return historyOf(sampleCounterexample({ steps }))[1]?.[0]?.call;
}

describe("A history for a rerun", () => {
  it.each(["1", 'W/"é\\1"', "f0f0f0f0-0000"])(
    "has a slot for the revision %j, and only there",
    (revision) => {
      const others = {
        Principal: `12345678901${revision}`,
        StatementId: revision,
        SourceArn: '"RevisionId":"1"',
      };
      const body = (value: string) => JSON.stringify({ ...others, RevisionId: value }, null, 1);
      const path = (value: string) => `/2015-03-31/functions/f-1/policy/s1?Qualifier=1&RevisionId=${value}`;
      const call = slotted(revision, path(encodeURIComponent(revision)), body(revision));
      expect(call).toMatchObject({ target: path(revisionSlot), body: body(revisionSlot) });
    },
  );

  it("keeps another RevisionId", () => {
    expect(slotted("1", "/f/policy", '{"RevisionId":"11"}')?.body).toBe('{"RevisionId":"11"}');
  });
});

const before = ["addperm-ct-6b86b2-0001-main", "addperm-ct-6b86b2-0001-other"];
const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789-"];
const sameLength = fc.string({ unit: fc.constantFrom(...letters), minLength: 16, maxLength: 16 });
const spellings = [
  label,
  labelEncodingAll,
  labelEncodingSome,
  (value: string) => lowerHex(labelEncodingAll(value)),
];

function targetAfter(functionName: string, now: readonly string[]): string {
  const call = addPermission({ functionName, body: null });
  return renamed([[{ key: "a", call }]], before, now)[0]?.[0]?.call.target ?? "";
}

describe("A history moved to another fixture", () => {
  it("names the new functions in the same spelling", () => {
    const anyCase = fc.tuple(sameLength, fc.constantFrom(...spellings), fc.constantFrom("main", "other"));
    fc.assert(
      fc.property(anyCase, ([fixture, spell, which]) => {
        const now = [`${fixture}-00001-main`, `${fixture}-00001-other`];
        const name = (prefix: string) => `123456789012:function:${prefix}-${which}:live`;
        const target = targetAfter(spell(name("addperm-ct-6b86b2-0001")), now);
        expect(target).toBe(
          addPermission({ functionName: spell(name(`${fixture}-00001`)), body: null }).target,
        );
      }),
    );
  });

  it("accepts a name of another length, and keeps other names and letter cases", () => {
    expect(targetAfter("addperm-ct-6b86b2-0001-main%3Alive", ["mine", "yours"])).toContain("/mine%3Alive/");
    expect(targetAfter("%41ddperm-ct-6b86b2-0001-main", ["mine", "yours"])).toContain("/%41ddperm-ct-");
    expect(targetAfter("addperm-ct-6b86b2-0002-main", ["mine", "yours"])).toContain("-0002-main");
  });

  it("is in its region, and keeps an ARN that is wrong in letter case", () => {
    const { partition, region, account } = there;
    const moved = (arn: string) => {
      const call = addPermission({ functionName: label(arn), body: null });
      const [[step] = []] = onFixture([alone("a", call)], there, { ...there, region: "eu-west-1" });
      return decodeURIComponent(step?.call.target ?? "");
    };
    const arn = `arn:${partition}:lambda:${region}:${account}:function:f`;
    expect(moved(arn)).toContain(`/${arn.replace(region, "eu-west-1")}/`);
    expect(moved(arn.replace("arn", "ARN"))).toContain(`/${arn.replace("arn", "ARN")}/`);
    expect(moved(arn.replace("lambda", "LAMBDA"))).toContain(`/${arn.replace("lambda", "LAMBDA")}/`);
  });
});
