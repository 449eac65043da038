import { describe, expect, it } from "vitest";
import type { Report } from "../reports/report.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { mutants } from "../targets/reference/mutants/index.ts";

describe("A report in the middle of a run", () => {
  it("is incomplete, says so, and calls nothing violated that has not been tried again", async () => {
    const written: Report[] = [];
    const snapshot = {
      everyMs: 0,
      write: async (report: Report) => {
        written.push(report);
      },
    };
    const options = { seed: 1, suites: ["state"], snapshot };
    const final = await judgeVariant(mutants["success.is-201"].mutate, options);
    const ruleIn = (report: Report) => report.rules.find(({ id }) => id === "success.is-201");
    const suspected = written.filter((report) => ruleIn(report)?.verdicts.document === "inconclusive");
    expect(suspected.length).toBeGreaterThan(3);
    for (const report of suspected) expect(ruleIn(report)?.reason).toContain("not tried again yet");
    for (const { incomplete, faults, rules } of written) {
      expect([incomplete, faults.join()]).toEqual([true, expect.stringContaining("still going on")]);
      const violated = rules.filter(({ verdicts }) => verdicts.document === "violated");
      expect(violated.every(({ counterexample }) => counterexample !== undefined)).toBe(true);
    }
    expect(final.incomplete).toBe(false);
    expect(final.faults).toEqual([]);
    expect(final.rules.find(({ id }) => id === "success.is-201")?.verdicts.document).toBe("violated");
  });

  it("that cannot be written does not end the run, and is waited for before the last one", async () => {
    let open = 0;
    const write = async () => {
      open += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      open -= 1;
      throw new Error("the disk is full");
    };
    const final = await judgeVariant((faithful) => faithful, {
      seed: 1,
      suites: ["state"],
      snapshot: { everyMs: 0, write },
    });
    expect(open).toBe(0);
    expect(final.summary.document.violated).toBe(0);
  });
});
