import { describe, expect, test } from "vitest";
import { memberValues } from "../generators/members.ts";
import { broken, constraintOf, length, members } from "../spec/constraint.ts";
import { readName } from "../spec/function-name.ts";
import { fresh } from "./generator-laws.ts";
import { stage } from "./staged.ts";

const others = members.filter((member) => member !== "FunctionName");

function edges(member: (typeof others)[number], from: string) {
  return memberValues[member].edges.map(({ label, value }) => ({ label, value: value(from) }));
}

const contradictory: readonly string[] = ["EventSourceToken", "Qualifier"];

describe("edges", () => {
  test.each(others)("the edges of %s have exactly the lengths of its limits and one beyond", (member) => {
    const { minLength, maxLength } = constraintOf(member);
    const low = minLength === undefined ? [] : minLength === 0 ? [0] : [minLength - 1, minLength];
    const high = maxLength === undefined ? [] : [maxLength, maxLength + 1];
    expect(edges(member, fresh).map(({ value }) => length(value))).toEqual([...low, ...high]);
  });

  test.each(others)(
    "an edge of %s is valid just within the limits, but for the empty one where the page contradicts itself",
    (member) => {
      for (const { label, value } of edges(member, fresh)) {
        const faults = broken(member, value);
        if (value === "" && faults.length === 1) expect(contradictory).toContain(member);
        else expect([label, faults.length === 0]).toEqual([label, label === "min" || label === "max"]);
      }
    },
  );

  test("edges that have room for it contain what makes them fresh", () => {
    const long = edges("StatementId", fresh).filter(({ value }) => value.length >= fresh.length);
    expect(long.map(({ value }) => value.startsWith(fresh))).toEqual([true, true]);
  });

  test("FunctionName edges hit 64, 65, 140 and 141, and the ones that exist are the staged ones", () => {
    const found = memberValues.FunctionName.edges.map(({ label, value }) => ({
      label,
      value: value({ ...stage, unknownName: fresh }),
    }));
    const sizes = Object.fromEntries(found.map(({ label, value }) => [label, length(value)]));
    expect(sizes).toMatchObject({
      "name-shortest": 1,
      "name-longest": 64,
      "name-too-long": 65,
      "full-arn-longest": 140,
      "full-arn-too-long": 141,
      "full-arn-longest-unknown": 140,
      "full-arn-too-long-unknown": 141,
      "partial-arn-longest-unknown": 140,
      "partial-arn-too-long-unknown": 141,
    });
    const open = ["name-too-long", "partial-arn-too-long-unknown", "name-with-longest-alias"];
    for (const { label, value } of found) {
      const valid = broken("FunctionName", value).length === 0;
      const reading = open.includes(label) ? "open" : valid ? "read" : "broken";
      expect([label, readName(value).kind]).toEqual([label, reading]);
    }
  });
});
