import { expect, it } from "vitest";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { dialects } from "../targets/reference/mutants/index.ts";

it.each([
  ["the oldest first", undefined],
  ["the newest first", "the newest statement first"],
  ["sorted by id", "statements in the order of their ids"],
] as const)("%s is an order like any other, and the report says so", async (order, dialect) => {
  const mutate = (dialect && dialects[dialect]) ?? ((behaviour) => behaviour);
  const report = await judgeVariant(mutate, { seed: 1, runs: 40, suites: ["state", "histories", "races"] });
  expect(report.rules.filter(({ verdicts }) => verdicts.document === "violated")).toEqual([]);
  const asked = report.questions.find(({ id }) => id === "policy.order");
  expect(asked?.answer.replace(/ \(\d+×\)$/, "")).toBe(order);
});
