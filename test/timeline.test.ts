import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimelineOperation } from "../reports/finding.ts";
import { timeline } from "../reports/finding.ts";
import { anyCharacter } from "./any-character.ts";

const lostUpdate: readonly TimelineOperation[] = [
  { label: "read", invokedAt: 31, returnedAt: 33.5, result: "y" },
  { label: "add x", invokedAt: 10, returnedAt: 24.25, result: "201 added" },
  { label: "add y", invokedAt: 10.5, returnedAt: 23, result: "201 added" },
  { label: "remove z", invokedAt: 12, returnedAt: null, result: "no answer" },
];

const drawing = [
  "add x     |---------------|           201 added",
  "add y         |-------|               201 added",
  "remove z          |----------------?  no answer",
  "read                          |---|   y",
].join("\n");

test("a lost update is drawn earliest first, with overlaps and an open end", () => {
  expect(timeline(lostUpdate)).toBe(drawing);
});

test("long names are truncated to leave room for the bars", () => {
  const sid = "s".repeat(100);
  const long = lostUpdate.map((each) => ({ ...each, label: `${each.label} ${sid}`, result: sid }));
  const lines = timeline(long).split("\n");
  expect(lines.map((line) => line.length)).toEqual([76, 76, 76, 76]);
  expect(lines[0]).toMatch(/^add x s+\.\. {2}\|-+\| +s+\.\.$/);
});

test("characters other than ASCII are drawn as question marks", () => {
  const [line] = timeline([{ label: "add é\n", invokedAt: 0, returnedAt: 1, result: "ok" }]).split("\n");
  expect(line).toBe("add ??  |---|   ok");
});

test("an empty history gives an empty drawing", () => {
  expect(timeline([])).toBe("");
});

const operations = fc.array(
  fc.record({
    label: fc.string({ unit: anyCharacter, maxLength: 60 }),
    invokedAt: fc.nat({ max: 100 }),
    length: fc.option(fc.nat({ max: 50 })),
    result: fc.string({ maxLength: 60 }),
  }),
  { minLength: 1, maxLength: 40 },
);

test("every drawing has one line for each operation, in ASCII and within the width", () => {
  fc.assert(
    fc.property(operations, fc.integer({ min: 40, max: 120 }), (drawn, width) => {
      const timed = drawn.map(({ length, ...each }) => ({
        ...each,
        returnedAt: length === null ? null : each.invokedAt + length,
      }));
      const lines = timeline(timed, width).split("\n");
      expect(lines).toHaveLength(timed.length);
      for (const line of lines) expect(line).toMatch(new RegExp(`^[\\x20-\\x7e]{1,${width}}$`));
    }),
  );
});

test("bars show exactly which operations overlap while every instant has its column", () => {
  const few = fc.array(fc.record({ from: fc.nat({ max: 12 }), length: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(
    fc.property(few, (spans) => {
      const sorted = spans.toSorted((a, b) => a.from - b.from);
      const lines = timeline(
        sorted.map(({ from, length }) => ({
          label: "",
          invokedAt: from,
          returnedAt: from + length,
          result: "",
        })),
      ).split("\n");
      const bars = lines.map((line) => ({ start: line.indexOf("|"), end: line.lastIndexOf("|") }));
      for (const [i, one] of sorted.entries()) {
        for (const [j, other] of sorted.entries()) {
          const apart = (bars[i]?.end ?? 0) < (bars[j]?.start ?? 0);
          expect(apart).toBe(one.from + one.length < other.from);
        }
      }
    }),
  );
});
