import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renamed } from "../runner/replay.ts";
import { addPermission, label, labelEncodingAll, labelEncodingSome, lowerHex } from "../spec/calls.ts";

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

describe("A history moved to another stage", () => {
  it("names the new functions in the very spelling of the old ones", () => {
    const anyCase = fc.tuple(sameLength, fc.constantFrom(...spellings), fc.constantFrom("main", "other"));
    fc.assert(
      fc.property(anyCase, ([stage, spell, which]) => {
        const now = [`${stage}-00001-main`, `${stage}-00001-other`];
        const name = (prefix: string) => `123456789012:function:${prefix}-${which}:live`;
        const target = targetAfter(spell(name("addperm-ct-6b86b2-0001")), now);
        expect(target).toBe(
          addPermission({ functionName: spell(name(`${stage}-00001`)), body: null }).target,
        );
      }),
    );
  });

  it("takes a name of another length, and leaves other names and other letter cases alone", () => {
    expect(targetAfter("addperm-ct-6b86b2-0001-main%3Alive", ["mine", "yours"])).toContain("/mine%3Alive/");
    expect(targetAfter("%41ddperm-ct-6b86b2-0001-main", ["mine", "yours"])).toContain("/%41ddperm-ct-");
    expect(targetAfter("addperm-ct-6b86b2-0002-main", ["mine", "yours"])).toContain("-0002-main");
  });
});
