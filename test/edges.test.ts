import { describe, expect, test } from "vitest";
import { edges } from "../generators/edges.ts";
import { functionNameEdges } from "../generators/function-name.ts";
import { broken, constraintOf, length, members } from "../spec/constraint.ts";
import { readName } from "../spec/function-name.ts";
import { fresh } from "./generator-laws.ts";
import { stage } from "./staged.ts";

const others = members.filter((member) => member !== "FunctionName");

describe("edges", () => {
  test.each(others)("the edges of %s have exactly the lengths of its limits and one beyond", (member) => {
    const { minLength, maxLength } = constraintOf(member);
    const low = minLength === undefined ? [] : minLength === 0 ? [0] : [minLength - 1, minLength];
    const high = maxLength === undefined ? [] : [maxLength, maxLength + 1];
    expect(edges(member, fresh).map(({ value }) => length(value))).toEqual([...low, ...high]);
  });

  test.each(others)(
    "an edge of %s is called valid just when it is, and open just when the page contradicts itself",
    (member) => {
      for (const { label, value, valid: claimed, open } of edges(member, fresh)) {
        expect(claimed).toBe(broken(member, value).length === 0);
        if (!open) expect(claimed).toBe(label === "min" || label === "max");
        else expect([member, value]).toEqual([member === "Qualifier" ? "Qualifier" : "EventSourceToken", ""]);
      }
    },
  );

  test("edges that have room for it contain what makes them fresh", () => {
    const long = edges("StatementId", fresh).filter(({ value }) => value.length >= fresh.length);
    expect(long.map(({ value }) => value.startsWith(fresh))).toEqual([true, true]);
  });

  test("FunctionName edges hit 64, 65, 140 and 141, and the ones that exist are the staged ones", () => {
    const found = functionNameEdges(stage, stage.main, fresh);
    const sizes = Object.fromEntries(found.map(({ id, value }) => [id, length(value)]));
    expect(sizes).toMatchObject({
      "name-empty": 0,
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
    for (const { value, open, valid: claimed } of found) {
      expect(claimed).toBe(broken("FunctionName", value).length === 0);
      if (value !== "") expect(readName(value).kind).toBe(open ? "open" : claimed ? "read" : "broken");
    }
  });
});
