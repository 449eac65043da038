import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import {
  conclusion,
  type DiffReport,
  diffJson,
  diffMarkdown,
  diffText,
  type TargetDifference,
} from "../reports/diff.ts";
import { comparedSuites } from "../runner/diff/diff.ts";
import { replayDifferences } from "../runner/diff/replay-difference.ts";
import { getPolicy } from "../spec/calls.ts";
import { bearingOn } from "../suites/bearing.ts";
import { alone, scripted, type TestCase } from "../suites/case.ts";
import { fuzz } from "../suites/fuzz.ts";
import { state } from "../suites/state.ts";
import { dialects, mutants } from "../targets/reference/mutants/index.ts";
import { change, together } from "../targets/reference/mutants/mutant.ts";
import { diffVariants, sideOf } from "./diff-variants.ts";
import { partOf } from "./part-of.ts";
import { hostile } from "./sample-report.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(
  JSON.parse(readFileSync(new URL("../reports/diff.schema.json", import.meta.url), "utf8")) as object,
);

function brief({ topic, x, y, where, ruling, steps }: TargetDifference): string {
  const how = where ?? `${x} / ${y}`;
  return `${topic}: ${how} (${ruling.kind}${ruling.kind === "rule" ? ` ${ruling.follows}` : ""}, ${steps.length})`;
}

const compared = new Map<string, ReturnType<typeof diffVariants>>();

/** The reference compared with a mutant by the test cases that bear on its rule; the same run for every test that looks at it. */
function mutantOf(id: keyof typeof mutants): ReturnType<typeof diffVariants> {
  const run = compared.get(id) ?? compareMutant(id);
  compared.set(id, run);
  return run;
}

function compareMutant(id: keyof typeof mutants): ReturnType<typeof diffVariants> {
  const chosen = bearingOn(comparedSuites, [id]) ?? [];
  return diffVariants({}, { mutate: mutants[id].mutate }, { chosen });
}

describe("A reference compared with itself", () => {
  it.each([
    // The other suites send the same requests at every seed, and the next test sends those.
    [2, 100, { suites: ["fuzz", "histories"], runs: 4 }],
    [3, 100, { suites: ["fuzz", "histories"], runs: 4 }],
  ])("has no differences at seed %i in over %i answers", async (seed, least, what) => {
    const report = await diffVariants({}, {}, { seed, ...what });
    expect(report.differences.map(brief)).toEqual([]);
    expect({ faults: report.faults, unsteady: report.unsteady }).toEqual({ faults: [], unsteady: [] });
    expect(report.histories.played).toBe(report.histories.planned);
    expect(report.compared).toBeGreaterThan(least);
  });

  it("has no differences with another account and region", async () => {
    const elsewhere = { account: "210987654321", region: "eu-central-1" };
    const report = await diffVariants({}, elsewhere, { suites: ["spellings", "state", "questions"] });
    expect(report.differences.map(brief)).toEqual([]);
    expect({ faults: report.faults, unsteady: report.unsteady }).toEqual({ faults: [], unsteady: [] });
    expect(report.histories.played).toBe(report.histories.planned);
    expect(report.compared).toBeGreaterThan(500);
  });

  it("has no differences when only messages or the form of the error name differ", async () => {
    const forms = ["other messages", "the error's name in a header in capitals, with an address"].map(
      (name) => dialects[name] ?? expect.unreachable(`there is no dialect ${name}`),
    );
    const chosen = [fuzz, partOf(state, /duplicate|revision/)];
    const report = await diffVariants({}, { mutate: together(...forms) }, { chosen });
    expect(report.differences.map(brief)).toEqual([]);
    expect(report.compared).toBeGreaterThan(100);
  });
});

describe("A reference compared with a mutant", () => {
  it.each([
    ["success.is-201", "AddPermission: 201 / 200 (rule x, 1)"],
    ["Action.required", "Action.required: 400 InvalidParameterValueException / 201 (rule x, 1)"],
    ["StatementId.maxLength", "StatementId.maxLength: 400 InvalidParameterValueException / 201 (rule x, 1)"],
    ["StatementId.duplicate", "StatementId.duplicate: 409 ResourceConflictException / 201 (rule x, 2)"],
  ] as const)("finds %s once, with a minimal history", async (id, wanted) => {
    const report = await mutantOf(id);
    expect(report.differences.map(brief)).toEqual([wanted]);
    const [found] = report.differences;
    expect(found?.reproduced).toBe("3 of 3");
    const rules = found?.ruling.kind === "rule" ? found.ruling.rules.map((rule) => rule.id) : [];
    expect(rules).toContain(id);
    expect(found?.steps.at(-1)?.differs).toBe(true);
    expect(found?.curl.x).toContain("curl ");
    expect(found?.curl.y).toContain("http://y.invalid");
  });

  it("says that y follows the document when x is the faulty one", async () => {
    const faulty = { mutate: mutants["StatementId.maxLength"].mutate };
    const report = await diffVariants(faulty, {}, { suites: ["fuzz"] });
    expect(report.differences.map(brief)).toEqual([
      "StatementId.maxLength: 201 / 400 InvalidParameterValueException (rule y, 1)",
    ]);
  });

  it("shows differences of one cause as one block, with the smallest history and all requests", async () => {
    // Every value that breaks a constraint is refused under a name that the document does not list.
    const report = await mutantOf("errors.documented-name");
    const { causes = [], differences } = report;
    expect(causes.length).toBeGreaterThan(0);
    expect(differences.length).toBeGreaterThan(2 * causes.length);
    expect(causes.flatMap((cause) => cause.differences).toSorted((a, b) => a - b)).toEqual([
      ...differences.keys(),
    ]);
    const [first] = causes;
    const own = first?.differences.flatMap((place) => differences[place] ?? []) ?? [];
    expect(first).toMatchObject({
      id: "errors.documented",
      seen: own.reduce((sum, { seen }) => sum + seen, 0),
    });
    expect(new Set(own.map(({ x, y }) => `${x} ${y}`)).size).toBe(1);
    expect(own[0]?.steps.length).toBe(Math.min(...own.map(({ steps }) => steps.length)));
    const text = diffText(report, { columns: 80, color: false });
    expect(text.match(/^≠ /gm)?.length).toBe(causes.length);
    expect(text).toMatch(/of \d+ causes?:/);
  });

  it.each([
    "StatementId.duplicate",
    // It sends a revision that an earlier answer gives.
    "RevisionId.used",
  ] as const)("is replayed on new functions: %s", async (id) => {
    const report = await mutantOf(id);
    const read: DiffReport = JSON.parse(diffJson(report));
    expect(read.differences.length).toBeGreaterThan(0);
    const replayOn = async (y: Parameters<typeof sideOf>[1]) => {
      const sides = { x: await sideOf("x", {}), y: await sideOf("y", y) };
      const { replayed, left } = await replayDifferences(read.differences, { sides, sleep: async () => {} });
      expect(left).toEqual([]);
      return replayed.map(({ isAsReported, now, notExecuted }) => [isAsReported, now === null, notExecuted]);
    };
    const all = (one: readonly unknown[]) => read.differences.map(() => one);
    const elsewhere = { account: "210987654321", region: "eu-central-1" };
    expect(await replayOn({ mutate: mutants[id].mutate, ...elsewhere })).toEqual(all([true, false, null]));
    expect(await replayOn({})).toEqual(all([false, true, null]));
    const silent = change(() => ({
      intercept: ({ target }) => (target.includes("/policy") ? "drop" : null),
    }));
    expect(await replayOn({ mutate: silent })).not.toContainEqual([false, true, null]);
  });

  it("also shows unspecified behaviour and its id", async () => {
    const report = await diffVariants(
      {},
      { mutate: dialects["$LATEST with a policy of its own"] ?? ((same) => same) },
      { suites: ["questions"] },
    );
    const [found, ...more] = report.differences;
    expect(more).toEqual([]);
    expect(found?.topic).toBe("Qualifier.latest");
    expect(found?.ruling).toMatchObject({ kind: "question", questions: [{ id: "Qualifier.latest" }] });
  });
});

describe("A comparison", () => {
  it("ends when a test case fails, and stops both targets", async () => {
    const failing: TestCase = {
      ...scripted("own/failing", {}, () => []),
      start: (fixture) => (done) => {
        if (done.length > 0) throw new Error("This test case fails.");
        return alone("read", getPolicy(fixture.main.name));
      },
    };
    const own = { name: "own", title: "Fails", testCases: () => [failing] };
    await expect(diffVariants({}, {}, { chosen: [own] })).rejects.toThrow("This test case fails.");
  });

  const timeless = (report: DiffReport) => ({ ...report, durationMs: 0 });

  it("is deterministic at the same seed, byte for byte", async () => {
    const again = await compareMutant("errors.documented-name");
    expect(diffJson(timeless(again))).toBe(diffJson(timeless(await mutantOf("errors.documented-name"))));
  });

  it("fits its schema", async () => {
    const report = await mutantOf("success.is-201");
    expect(report.differences.length).toBeGreaterThan(0);
    expect(validate(JSON.parse(diffJson(report))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...report, differences: [{}] })).toBe(false);
  });

  it("says that it is incomplete when the budget is spent", async () => {
    const report = await diffVariants({}, {}, { suites: ["spellings"], budget: 300 });
    expect(report.incomplete).toBe(true);
    expect(report.faults.join()).toContain("the request budget is spent");
    expect(report.targets.x.requests).toBeLessThanOrEqual(360);
    expect(conclusion(report)).toMatch(/incomplete/);
  });

  it("does not count histories that the end of the budget cut short", async () => {
    // At that point four pairs have started their first history, and some have not ended it.
    const report = await diffVariants({}, {}, { budget: 90 });
    expect(report.compared).toBeGreaterThan(0);
    expect(report.histories.played).toBeLessThan(4);
  });

  it("is not a success when nothing was compared", async () => {
    const report = await diffVariants({}, {}, { suites: ["races"], runs: 1 });
    const nothing = { ...report, compared: 0 };
    expect(conclusion(nothing)).toBe("No answers were compared: no result.");
  });

  it("escapes text of a target on a terminal and in Markdown", async () => {
    const report = await mutantOf("StatementId.maxLength");
    const said = { status: 200, error: null, body: hostile };
    const spoilt: DiffReport = {
      ...report,
      faults: [hostile],
      differences: report.differences.map((one) => ({
        ...one,
        y: hostile,
        where: hostile,
        curl: { x: hostile, y: hostile },
        steps: one.steps.map((step) => ({ ...step, y: said })),
      })),
    };
    const text = diffText(spoilt, { columns: 80, color: false });
    for (const shown of [text, diffMarkdown(spoilt), diffJson(spoilt)]) {
      expect(shown).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
      );
    }
    const outside = diffMarkdown(spoilt).replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
    const tags = new Set([...outside.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name));
    expect([...tags].sort()).toEqual(["code", "details", "summary"]);
  });
});

describe("A capability that only one target supports", () => {
  it("is used on neither target, and the other histories are executed", async () => {
    const withoutAliases = change(() => ({
      // Only the set-up sends this request.
      intercept: ({ method, target, body }) =>
        method === "POST" && target.includes("/aliases") && body.includes('"Name":"live"')
          ? { status: 403, headers: [], body: "{}" }
          : null,
    }));
    const report = await diffVariants({}, { mutate: withoutAliases }, { suites: ["histories"], runs: 20 });
    expect(report.faults).toEqual([]);
    expect(report.differences.map(brief)).toEqual([]);
    expect(report.compared).toBeGreaterThan(100);
  });

  it("excludes its histories on both targets, with a reason", async () => {
    const shy = change(() => ({
      intercept: ({ method, target }) =>
        method === "GET" && target.includes("/policy") ? { status: 403, headers: [], body: "{}" } : null,
    }));
    // Its test cases send a revision that an earlier answer gives.
    const chosen = bearingOn(comparedSuites, ["RevisionId.used"]) ?? [];
    const report = await diffVariants({}, { mutate: shy }, { chosen });
    expect(report.faults.join()).toMatch(/\d+ requests were sent to neither target, because only one target/);
  });

  it("excludes histories that need an empty function when one target has none, with a reason", async () => {
    const full = change(() => {
      let created = 0;
      return {
        remove: (statements) => statements,
        intercept: ({ method, target }) => {
          if (method !== "POST" || !/\/functions\/?$/.test(target)) return null;
          created += 1;
          return created > 12 ? { status: 400, headers: [], body: "{}" } : null;
        },
      };
    });
    const report = await diffVariants({}, { mutate: full }, { suites: ["state"] });
    expect(report.faults.join()).toMatch(
      /\d+ test cases were left out, because a target had no empty functions/,
    );
    expect(report.histories.played).toBeLessThan(report.histories.planned);
  });
});
