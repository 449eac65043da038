import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { readCommandLine } from "../bin/command-line.ts";
import { differences, failures, matrixText, type Row, rowOf } from "../bin/kill-matrix.ts";
import { mutantsCommand } from "../bin/mutants.ts";
import { isRuleId } from "../rules/index.ts";
import { type Measured, measure, measureNarrowly } from "../runner/kill-matrix.ts";
import { startThreads } from "../runner/kill-matrix-threads.ts";
import { usualPlan } from "../suites/index.ts";
import { variants, waitingVariants } from "../targets/reference/mutants/index.ts";
import recorded from "../targets/reference/mutants/kill-matrix.json" with { type: "json" };
import type { Mutant } from "../targets/reference/mutants/mutant.ts";
import { wireMutants } from "../targets/reference/mutants/wire-mutants.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const file = new URL("../targets/reference/mutants/kill-matrix.json", import.meta.url);
const rows: Readonly<Record<string, Row>> = recorded;

const same = (behaviour: Parameters<Mutant["mutate"]>[0]) => behaviour;
const mutant: Mutant = { breaks: "something", mutate: same, kills: ["success.is-201"] };
const correct: Mutant = { ...mutant, kills: [] };

const cause = { id: "success.is-201", rules: ["success.is-201"] };

function measuredAs(parts: Partial<Measured> = {}): Measured {
  const violated = ["success.is-201"];
  return {
    violated,
    inconclusive: [],
    found: true,
    cause,
    unheld: [],
    problems: [],
    requests: 4000,
    ...parts,
  };
}

const row: Row = { kills: ["success.is-201"], cause: "success.is-201", found: true, requests: 4000 };

function variant(name: string): Mutant {
  const found = variants[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

describe("The committed kill matrix", () => {
  it("has exactly one row for each variant, in the format of --update", async () => {
    expect(Object.keys(rows)).toEqual(Object.keys(variants).sort());
    const text = await readFile(file, "utf8");
    expect(text).toBe(matrixText(rows));
    expect(text.split("\n").slice(1, -2)).toHaveLength(Object.keys(variants).length);
  });

  it("names rules that exist, each once and in order", () => {
    for (const { kills, sometimes = [] } of Object.values(rows)) {
      expect([...kills, ...sometimes].filter((id) => !isRuleId(id))).toEqual([]);
      for (const list of [kills, sometimes]) expect(list).toEqual([...new Set(list)].sort());
      expect(kills.filter((id) => sometimes.includes(id))).toEqual([]);
    }
  });

  it("has every mutant killed by its declared rules, and no correct variant killed", () => {
    for (const [name, { kills: declared }] of Object.entries(variants)) {
      const { kills = [], sometimes = [] } = rows[name] ?? {};
      if (declared.length === 0) expect([...kills, ...sometimes], name).toEqual([]);
      else
        expect(
          declared.filter((id) => ![...kills, ...sometimes].includes(id)),
          name,
        ).toEqual([]);
    }
  });

  it("marks a kill as uncertain only for races", () => {
    const uncertain = Object.entries(rows).filter(([, { sometimes = [] }]) => sometimes.length > 0);
    const racing = (name: string) => variant(name).kills.every((id) => id.startsWith("race."));
    expect(uncertain.filter(([name]) => !racing(name))).toEqual([]);
  });
});

describe("A measured variant", () => {
  it.each<[string, Mutant, Partial<Measured>, RegExp]>([
    ["that survives", mutant, { violated: [] }, /^success\.is-201 is declared and does not kill it$/],
    [
      "that is correct and killed",
      correct,
      { violated: ["success.is-json"] },
      /^success\.is-json is violated by a correct variant$/,
    ],
    ["whose run failed", mutant, { problems: ["The run died."] }, /^the run had a problem: The run died\.$/],
    [
      "with a first cause that is not its own",
      mutant,
      { cause: { id: "values.accepted", rules: ["Action.pattern"] } },
      /^its first cause is values\.accepted, without a rule that it declares$/,
    ],
    ["with a finding that no exchange holds", mutant, { unheld: ["x saw y"] }, /^x saw y$/],
  ])("%s fails, also when the matrix records it", (_what, of, parts, sentence) => {
    const before = { ...row, kills: parts.violated ?? row.kills, cause: (parts.cause ?? cause).id };
    expect(failures(of, measuredAs(parts))).toEqual([expect.stringMatching(sentence)]);
    expect(differences(of, measuredAs(parts), before)).toEqual([]);
  });

  it.each<[string, Partial<Measured>, Row | undefined, readonly string[]]>([
    ["as recorded", {}, row, []],
    ["without a row", {}, undefined, ["it has no row in the kill matrix"]],
    [
      "that another rule kills",
      { violated: ["statement.sid", "success.is-201"] },
      row,
      ["statement.sid newly kills it"],
    ],
    [
      "that another rule killed before",
      {},
      { ...row, kills: ["statement.sid", "success.is-201"] },
      ["statement.sid no longer kills it"],
    ],
    ["that a race kills", { violated: ["race.x", "success.is-201"] }, { ...row, sometimes: ["race.x"] }, []],
    ["that a race did not kill", {}, { ...row, sometimes: ["race.x"] }, []],
    [
      "with another first cause",
      { cause: { ...cause, id: "success" } },
      row,
      ["its first cause is success instead of success.is-201"],
    ],
    ["that needs a wider plan", { found: false }, row, ["the default plan no longer finds it"]],
    ["that needed a wider plan", {}, { ...row, found: false }, ["the default plan finds it now"]],
    ["with a few requests more", { requests: 4400 }, row, []],
    ["with many requests more", { requests: 4401 }, row, ["the run takes 4401 requests instead of 4000"]],
    ["with many requests less", { requests: 3599 }, row, ["the run takes 3599 requests instead of 4000"]],
  ])("%s gives the expected differences", (_what, parts, before, expected) => {
    expect(differences(mutant, measuredAs(parts), before)).toEqual(expected);
    expect(failures(mutant, measuredAs(parts))).toEqual([]);
  });

  it("is recorded with rules that every run violates, and rules that some runs violate", () => {
    const runs = [
      measuredAs({ violated: ["race.y", "statement.sid", "success.is-201"] }),
      measuredAs({ violated: ["race.x", "statement.sid", "success.is-201"], requests: 1 }),
    ];
    const sometimes = ["race.x", "race.y"];
    const kills = ["statement.sid", "success.is-201"];
    expect(rowOf(mutant, runs, undefined)).toEqual({ ...row, kills, sometimes });
    expect(rowOf(correct, [measuredAs({ violated: [] })], undefined)).toEqual({ kills: [], requests: 4000 });
  });

  it("differs if a correct variant leaves a rule inconclusive that is not recorded to do so", () => {
    const open = measuredAs({ violated: [], inconclusive: ["race.x"] });
    const clear = rowOf(correct, [measuredAs({ violated: [] })], undefined);
    const before = rowOf(correct, [open], undefined);
    expect([clear.inconclusive, before.inconclusive]).toEqual([undefined, true]);
    expect(differences(correct, open, clear)).toEqual(["race.x is inconclusive now"]);
    expect(differences(correct, open, before)).toEqual([]);
    expect(differences(mutant, measuredAs({ inconclusive: ["race.x"] }), row)).toEqual([]);
  });

  it("keeps a similar number of requests, and earlier uncertain kills", () => {
    const before = { ...row, kills: [], sometimes: ["success.is-201"], requests: 4100 };
    expect(rowOf(mutant, [measuredAs(), measuredAs()], before)).toEqual(before);
    expect(rowOf(mutant, [measuredAs()], { ...row, requests: 9000 })).toEqual(row);
  });

  it("gets a wider plan when the default plan does not find it", async () => {
    const odd = wireMutants["version-one"];
    if (odd === undefined) throw new Error("there is no such mutant");
    const plan = (suite: string) => ({ runs: 1, rounds: 1, suites: [suite] });
    const plans = { usual: plan("spellings"), wide: plan("wire") };
    const found = await measure({ ...odd, kills: ["route.other-version"] }, { seed: 1 }, plans);
    expect(found).toMatchObject({ found: false, violated: ["route.other-version"], problems: [] });
  });
});

describe("The narrow plan", () => {
  it("shows all that is recorded of a mutant with a fifth of the requests", async () => {
    const name = "policy.separate-qualifiers";
    const { kills = [], requests = 0 } = rows[name] ?? {};
    const found = await measureNarrowly(variant(name), kills, { seed: 1 });
    const others = differences(variant(name), { ...found, requests }, rows[name]);
    expect([...failures(variant(name), found), ...others]).toEqual([]);
    expect(found.requests).toBeLessThan(requests / 5);
  });

  it("sends a correct variant every suite, with fewer random test cases", async () => {
    const found = await measureNarrowly(variant("the reference"), [], { seed: 1 });
    expect(found).toMatchObject({ violated: [], problems: [], found: true });
    expect(found.requests).toBeGreaterThan((rows["the reference"]?.requests ?? 0) / 2);
  });
});

describe("Threads", () => {
  const plan = { seed: 1, runs: usualPlan.runs };

  it("measure rows in parallel and reject an unknown variant", async () => {
    // The compiled file, because threads load it in a fraction of the time.
    const compiled = pathToFileURL(join(inject("compiled"), "runner", "kill-matrix-threads.js"));
    const module: { startThreads: typeof startThreads } = await import(compiled.href);
    const threads = module.startThreads(plan, 2, 2);
    try {
      const nobody = expect(threads.measure("nobody")).rejects.toThrow('There is no variant "nobody".');
      const name = "success.is-201";
      const { kills, requests = 0 } = rows[name] ?? {};
      const found = { ...(await threads.measure(name, kills)), requests };
      expect([...failures(variant(name), found), ...differences(variant(name), found, rows[name])]).toEqual(
        [],
      );
      await nobody;
    } finally {
      await threads.close();
    }
  }, 120_000);

  it("know by name the variants that wait", () => {
    expect(Object.keys(variants)).toEqual(expect.arrayContaining([...waitingVariants]));
  });

  it("are not started for one variant alone", async () => {
    const threads = startThreads(plan, 1);
    expect(threads.count).toBe(1);
    await expect(threads.measure("nobody")).rejects.toThrow('There is no variant "nobody".');
    await threads.close();
  });
});

describe("The subcommand mutants", () => {
  const folder = temporaryFolder();
  let out = "";

  beforeEach(() => {
    out = "";
  });

  /** Compares the measurements of success.is-201 with the given matrix. */
  async function mutants(
    of: Readonly<Record<string, Row>>,
    found: readonly Measured[],
    ...args: readonly string[]
  ) {
    const path = join(folder, "matrix.json");
    await writeFile(path, matrixText(of));
    let run = 0;
    const measured = () => Promise.resolve(found[run++ % found.length] ?? measuredAs());
    const asked = readCommandLine(["mutants", "--only", "success.is-201", ...args], "conform");
    if (!("given" in asked)) throw new Error(asked.text);
    const code = await mutantsCommand(
      { ...asked.given, command: "mutants" },
      { stdout: { write: (text) => (out += text) }, env: {} },
      {
        matrix: { rows: of, file: pathToFileURL(path) },
        start: () => ({ count: 1, measure: measured, close: async () => {} }),
      },
    );
    return { code, runs: run, written: await readFile(path, "utf8") };
  }

  it("exits with 0 when everything is as recorded, also when a race needs a second run", async () => {
    const rare = measuredAs({ violated: ["race.x", "success.is-201"] });
    for (const [found, runs] of [
      [[measuredAs()], 1],
      [[rare, measuredAs()], 2],
    ] as const) {
      out = "";
      expect(await mutants({ "success.is-201": row, "success.is-json": row }, found)).toMatchObject({
        code: 0,
        runs,
      });
      expect(out).toMatch(/^ok +1\/1 +0 +4000 {2}success\.is-201: answers 200 to a success$/m);
      expect(out).toMatch(/^1 of 1 variants are as declared and as recorded\.$/m);
      expect(out).toMatch(/^Mutants: 1, all killed.* Correct variants: 0, none violates a rule\.$/m);
    }
  });

  it("exits with 1 at a difference, names it, and says what to do", async () => {
    const before = { "success.is-201": { ...row, kills: ["statement.sid", "success.is-201"] } };
    const { code, runs, written } = await mutants(before, [measuredAs()]);
    expect([code, runs]).toEqual([1, 3]);
    expect(out).toMatch(/^WRONG .*success\.is-201: .*\n +statement\.sid no longer kills it$/m);
    expect(out).toMatch(/^1 of 1 variants differ: success\.is-201\.$/m);
    expect(out).toMatch(/record it with: .* mutants --update$/m);
    expect(written).toBe(matrixText(before));
  });

  it("with --narrow is content with the narrow plan, unless it shows a difference", async () => {
    const few = measuredAs({ requests: 200 });
    const matrix = { "success.is-201": row };
    expect(await mutants(matrix, [few], "--narrow")).toMatchObject({ code: 0, runs: 1 });
    expect(out).toMatch(/^ok +1\/1 +0 +200 /m);
    for (const parts of [
      { violated: [] },
      { violated: ["statement.sid", "success.is-201"] },
      { cause: { ...cause, id: "success" } },
      { problems: ["The run died."] },
    ]) {
      const found = [measuredAs(parts), measuredAs()];
      expect(await mutants(matrix, found, "--narrow")).toMatchObject({ code: 0, runs: 2 });
    }
    const lost = measuredAs({ violated: ["statement.sid"] });
    expect(await mutants(matrix, [lost], "--narrow")).toMatchObject({ code: 1, runs: 4 });
    await expect(mutants(matrix, [few], "--narrow", "--update")).rejects.toThrow(/leave --narrow out/);
  });

  it("exits with 1 when a row has no variant", async () => {
    const { code } = await mutants({ "success.is-201": row, nobody: row }, [measuredAs()]);
    expect(code).toBe(1);
    expect(out).toMatch(/has a row for nobody, which does not exist\.$/m);
  });

  it("with --update writes the result of several runs, keeps other rows, and drops rows without a variant", async () => {
    const old = { "success.is-201": { ...row, kills: [], requests: 1 }, "success.is-json": row };
    const rare = measuredAs({ violated: ["race.x", "success.is-201"] });
    const { code, runs, written } = await mutants({ ...old, nobody: row }, [measuredAs(), rare], "--update");
    expect([code, runs]).toEqual([0, 2]);
    expect(out).toMatch(/^new +1\/1/m);
    expect(written).toBe(matrixText({ ...old, "success.is-201": { ...row, sometimes: ["race.x"] } }));
  });

  it("records no mutant that survives", async () => {
    const before = { "success.is-201": row };
    const { code, written } = await mutants(before, [measuredAs({ violated: [] })], "--update");
    expect(code).toBe(1);
    expect(out).toMatch(/^WRONG +0\/1/m);
    expect(out).toMatch(/because the variant fails: success\.is-201\.$/m);
    expect(written).toBe(matrixText(before));
  });

  it("at another seed compares only with the declared rules, and records nothing", async () => {
    const { code } = await mutants({}, [measuredAs()], "--seed", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/^1 of 1 variants are as declared; the record is of seed 1 and 25 runs\.$/m);
    await expect(mutants({}, [measuredAs()], "--seed", "2", "--update")).rejects.toThrow(/at seed 1.*--seed/);
  });

  it("prints the rows as data with --json", async () => {
    await mutants({ "success.is-201": row }, [measuredAs()], "--json");
    expect(JSON.parse(out)).toEqual([
      {
        mutant: "success.is-201",
        breaks: "answers 200 to a success",
        declared: ["success.is-201"],
        violated: ["success.is-201"],
        kills: ["success.is-201"],
        cause: "success.is-201",
        found: true,
        exact: true,
        requests: 4000,
        differences: [],
      },
    ]);
  });
});
