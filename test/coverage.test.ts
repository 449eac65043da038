import { describe, expect, it } from "vitest";
import { cellStatus, coverageInputs, coverageRows, coverageSentence } from "../reports/coverage.ts";
import type { PublishedEvent } from "../reports/ndjson.ts";
import type { CoverageCell, Report } from "../reports/report.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { cellName, grid } from "../runner/observe/coverage.ts";
import { publishedObserver } from "../runner/observe/published.ts";
import { constraintIds, members, unjudgeable } from "../spec/constraint.ts";
import { boundary } from "../suites/boundary.ts";
import { suites } from "../suites/index.ts";
import { state } from "../suites/state.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { partOf } from "./part-of.ts";
import { referenceRun } from "./reference-run.ts";
import { sampleReport } from "./sample-report.ts";

const name = ({ member, constraint, input }: CoverageCell) => `${member}.${constraint}.${input}`;

function cellsOf({ coverage }: Report): readonly CoverageCell[] {
  return coverage?.cells ?? [];
}

function cellOf(report: Report, wanted: string): CoverageCell | undefined {
  return cellsOf(report).find((cell) => name(cell) === wanted);
}

const reference = referenceRun().then(({ report }) => report);
const told: PublishedEvent[] = [];
const cut = judgeVariant((faithful) => faithful, {
  seed: 1,
  runs: 1,
  rounds: 1,
  suites: suites.map(({ name }) => name),
  budget: 760,
  observers: (how) => [publishedObserver(how, (event) => told.push(event))],
});

describe("The grid of the coverage", () => {
  it("has valid and invalid inputs for every constraint of the contract", () => {
    const names = grid.map(cellName);
    expect(new Set(names).size).toBe(names.length);
    for (const id of [...constraintIds, ...Object.keys(unjudgeable)]) {
      const inputs = grid.filter(({ member, constraint }) => `${member}.${constraint}` === id);
      expect(inputs.map(({ input }) => input === "valid").filter(Boolean), id).toHaveLength(1);
      expect(inputs.length, id).toBeGreaterThanOrEqual(2);
    }
  });

  it("has unique members and inputs, so that the table shows every cell", () => {
    const broken = grid.filter(({ input }) => input !== "valid");
    expect(new Set(broken.map(({ member, input }) => `${member} ${input}`)).size).toBe(broken.length);
    const inputs = new Set<string>(coverageInputs.map(([input]) => input));
    expect(grid.filter(({ input }) => !inputs.has(input))).toEqual([]);
  });
});

describe("The coverage of a run against the reference", () => {
  it("fills every possible cell, and gives a reason for the others", async () => {
    const empty = cellsOf(await reference).filter((cell) =>
      ["empty", "unsettled"].includes(cellStatus(cell)),
    );
    expect(empty.map(name)).toEqual([]);
    const apart = cellsOf(await reference).filter(({ unreachable }) => unreachable !== undefined);
    expect(apart.map(name)).toEqual([
      "FunctionName.required.missing",
      "FunctionName.type.wrong-type",
      "Qualifier.type.wrong-type",
      "EventSourceToken.minLength.too-short",
    ]);
  });

  it("has no refusal for another reason and no accepted fault", async () => {
    const wrong = cellsOf(await reference).filter((cell) => cellStatus(cell) === "broken");
    expect(wrong.map(name)).toEqual([]);
    expect(cellsOf(await reference).reduce((sum, { refusedOther }) => sum + refusedOther, 0)).toBe(0);
  });

  it("executes every expected check of every rule", async () => {
    const { rules, coverage } = await reference;
    expect(coverage?.histories.played).toBe(coverage?.histories.planned);
    for (const { id, checks, observations } of rules) {
      expect(checks, id).toEqual({ expected: observations, executed: observations });
      expect(observations, id).toBeGreaterThan(0);
    }
    expect(coverageRows(coverage ?? { histories: { planned: 0, played: 0 }, cells: [] })).toHaveLength(
      members.length,
    );
  });
});

describe("The coverage of a run that ended early", () => {
  it("still expects the checks of requests that were not sent", async () => {
    const { coverage, rules } = await cut;
    const whole = new Map((await reference).rules.map(({ id, checks }) => [id, checks?.expected ?? 0]));
    expect(coverage?.histories.played).toBeLessThan(coverage?.histories.planned ?? 0);
    for (const { id, checks } of rules) {
      expect(checks?.executed, id).toBeLessThanOrEqual(checks?.expected ?? 0);
      // What a test case checks depends a little on the statements that earlier test cases left.
      expect(checks?.expected, id).toBeLessThanOrEqual(Math.ceil(1.25 * (whole.get(id) ?? 0)));
      expect(checks?.expected, id).toBeGreaterThan(0);
    }
    const stale = rules.find(({ id }) => id === "RevisionId.stale");
    expect(stale?.checks).toEqual({ expected: whole.get("RevisionId.stale"), executed: 0 });
    expect(coverageSentence(await cut)).toMatch(
      /^\d+ of \d+ planned histories were executed, and \d+ of \d+ expected/,
    );
  });
});

describe("An incomplete history", () => {
  it("does not count as executed, and its checks are still expected", async () => {
    const report = await cut;
    const ended = told.flatMap((event) => (event.event === "history" ? [event] : []));
    const short = ended.filter((event) => event.cut === true);
    expect(short.length).toBeGreaterThan(0);
    expect(report.coverage?.histories.played).toBe(ended.length - short.length);
    const expected = (report: Report) =>
      report.rules.reduce((sum, { checks }) => sum + (checks?.expected ?? 0), 0);
    // Only names and revisions differ between the target and the copy that counts the remaining checks.
    expect(expected(report)).toBeGreaterThan(0.99 * expected(await reference));
    expect(expected(report)).toBeLessThan(1.01 * expected(await reference));
  });
});

describe("A history that needs an empty function", () => {
  const keeping = change(() => ({ remove: (statements) => statements }));

  it("is counted when its function could be neither reset nor replaced", async () => {
    const report = await judgeVariant(
      (behaviour) => {
        let created = 0;
        return change(() => ({
          intercept: ({ method, target }) => {
            if (method !== "POST" || !/\/functions\/?$/.test(target)) return null;
            created += 1;
            // The functions of two workers, and no others.
            return created > 4 ? { status: 400, headers: [], body: "{}" } : null;
          },
        }))(keeping(behaviour));
      },
      { seed: 1, runs: 1, rounds: 1, workers: 2, chosen: [partOf(state, /duplicate|revision/)] },
    );
    expect(report.coverage?.histories.notEmptied).toBeGreaterThan(0);
    expect(coverageSentence(report)).toMatch(/\d+ of them needed an empty function but started on one/);
  });

  it("is not counted when every function can be reset", async () => {
    expect((await reference).coverage?.histories).not.toHaveProperty("notEmptied");
  });
});

describe("The coverage of a run against a mutant", () => {
  it("shows an accepted fault", async () => {
    const report = await judgeVariant(mutants["StatementId.maxLength"].mutate, {
      seed: 1,
      runs: 1,
      chosen: [partOf(boundary, /StatementId|SourceAccount/)],
    });
    const cell = cellOf(report, "StatementId.maxLength.too-long");
    expect(cell?.accepted).toBeGreaterThan(0);
    expect(cell && cellStatus(cell)).toBe("broken");
    const others = cellsOf(report).filter((one) => one !== cell && cellStatus(one) === "broken");
    expect(others.map(name)).toEqual([]);
  });

  it("distinguishes a refusal for another reason from one for the right reason", async () => {
    const renamed = await judgeVariant(
      (behaviour) => ({
        ...behaviour,
        faults: (of, value) =>
          of === "SourceAccount" && value !== undefined ? ["pattern"] : behaviour.faults(of, value),
      }),
      { seed: 1, runs: 5, suites: ["fuzz"] },
    );
    const cell = cellOf(renamed, "SourceAccount.optional.valid");
    expect(cell?.accepted).toBe(0);
    expect(cell?.refusedOther).toBeGreaterThan(0);
  });
});

describe("A cell", () => {
  it("has the status of its counts and the document", () => {
    const standings = cellsOf(sampleReport()).map((cell) => `${name(cell)} ${cellStatus(cell)}`);
    expect(standings).toEqual([
      "Qualifier.optional.valid kept",
      "Qualifier.optional.missing broken",
      "Qualifier.type.wrong-type unreachable",
      "Qualifier.minLength.too-short open",
      "Qualifier.maxLength.too-long unsettled",
      "StatementId.required.valid kept",
      "StatementId.required.missing kept",
      "StatementId.required.null empty",
      "StatementId.maxLength.too-long broken",
      "StatementId.pattern.near-miss kept",
    ]);
  });
});
