import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observer } from "../runner/events.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { historyOf } from "../runner/rebase.ts";
import { reduceHistory } from "../runner/reduce.ts";
import { getPolicy } from "../spec/calls.ts";
import type { Batch, Call, Exchange } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { readName } from "../spec/function-name.ts";
import { analyzeRequest } from "../spec/request.ts";
import { percentDecoded } from "../spec/target.ts";
import { historyRounds } from "../suites/histories.ts";
import { commands } from "../suites/history-commands.ts";
import { usualPlan } from "../suites/index.ts";
import { races } from "../suites/races.ts";
import { blamedByLosing, losing } from "./losing-calls.ts";

const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const aliases = { live: "live", arn140: "e", arn141: "f", longest: "l" };
const fixtureFunction = (name: string) => ({ name, arn: arn(name), versions: ["1", "2"], aliases });
const fixture: Fixture = {
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  main: fixtureFunction("h-main"),
  other: fixtureFunction("h-other"),
  unknownName: "h-none",
  recipe: { role: "arn:aws:iam::123456789012:role/r", runtime: "nodejs22.x", zip: "UEsFBg==" },
};

const drawn = fc.sample(commands, { seed: 1, numRuns: 400 }).map((list) => historyRounds(fixture, list));
const calls = drawn.flat(2).map(({ call }) => call);

/** The function that a call names, with a qualifier after the name. */
function named({ target }: Call): { readonly name: string; readonly form: string } | null {
  const label = /\/functions\/([^/?]+)/.exec(target)?.[1];
  const read = readName(percentDecoded(label ?? "") ?? "");
  return read.kind === "read" ? { name: read.name, form: read.format } : null;
}

describe("Random histories", () => {
  it.each(["h-main", "h-other"])("send every operation to versions and aliases of %s too", (name) => {
    const own = calls.filter((call) => named(call)?.name === name);
    const operations = new Set(own.map(({ operation }) => operation));
    const lasting = name === "h-other" ? ["DeleteFunction"] : [];
    for (const one of ["AddPermission", "RemovePermission", "GetPolicy", "GetFunction", "GetAlias"])
      expect([...operations]).toContain(one);
    for (const one of ["PublishVersion", "CreateAlias", ...lasting]) expect([...operations]).toContain(one);
    const additions = own.filter(({ operation }) => operation === "AddPermission");
    const version = name === "h-main" ? /Qualifier=(1|%31)$/ : /Qualifier=__Version__$/;
    expect(additions.filter(({ target }) => version.test(target)).length).toBeGreaterThan(5);
    expect(additions.filter(({ target }) => target.includes("Qualifier=live-2")).length).toBeGreaterThan(0);
  });

  it("spell a function in every way, with little and much encoding, and the qualifier in either place", () => {
    const additions = calls.filter(({ operation }) => operation === "AddPermission");
    const forms = new Set(additions.map((call) => named(call)?.form));
    expect([...forms].sort()).toEqual(["full-arn", "name", "partial-arn"]);
    for (const part of [
      /function:/,
      /function%3A/,
      /function%3a/,
      /%66%75%6E|%66%75%6e/,
      /%3Alive\/policy\?Q/,
    ])
      expect(additions.filter(({ target }) => part.test(target)).length).toBeGreaterThan(3);
  });

  it("use plain names except for AddPermission, which alone is judged", () => {
    const others = calls.filter(({ operation }) => !["AddPermission", "CreateFunction"].includes(operation));
    const labels = new Set(others.map(({ target }) => /\/functions\/([^/?]+)/.exec(target)?.[1]));
    expect([...labels].sort()).toEqual(["h-main", "h-other"]);
  });

  it("take revisions from every operation that shows one, including stale, foreign and used ones", () => {
    const steps = drawn.flat(2);
    const source = (batch: readonly Batch[], key: string | undefined) =>
      batch.flat().find((step) => step.key === key)?.call.operation;
    const sources = drawn.flatMap((batch) => batch.flat().map((step) => source(batch, step.revisionFrom)));
    for (const one of ["GetPolicy", "GetFunction", "GetAlias"]) expect(sources).toContain(one);
    expect(steps.filter(({ key }) => key.endsWith("-again")).length).toBeGreaterThan(5);
  });

  it("name a version by the step that publishes it, only after that step", () => {
    for (const history of drawn) {
      const keys = new Set<string>();
      for (const { key, call, versionFrom } of history.flat()) {
        const slotted = `${call.target} ${call.body}`.includes("__Version__");
        expect(slotted).toBe(versionFrom !== undefined);
        if (versionFrom !== undefined) expect(keys.has(versionFrom)).toBe(true);
        keys.add(key);
      }
      expect(keys.size).toBe(history.flat().length);
    }
  });

  it("need neither a second function nor versions", () => {
    const bare = {
      ...fixture,
      main: { ...fixture.main, versions: [], aliases: null },
      other: null,
      recipe: null,
    };
    const few = fc.sample(commands, { seed: 2, numRuns: 50 }).map((list) => historyRounds(bare, list));
    const sent = new Set(few.flat(2).map(({ call }) => call.operation));
    expect([...sent].sort()).toEqual(["AddPermission", "GetFunction", "GetPolicy", "RemovePermission"]);
  });
});

describe("Races", () => {
  it("send nothing that the document leaves open, so that they are judged", () => {
    const cases = [...races.testCases({ seed: 1, ...usualPlan })];
    const sent = cases.flatMap(({ script }) => script?.(fixture).flat() ?? []).map(({ call }) => call);
    const additions = sent.filter(({ operation }) => operation === "AddPermission");
    expect(additions.length).toBeGreaterThan(200);
    expect(additions.flatMap((call) => analyzeRequest(call).questions)).toEqual([]);
  });
});

describe("A counterexample that names a published version", () => {
  const step = (key: string, path: string, body: string | null, more = {}) => ({
    request: { method: "POST", path, headers: {}, body, key, operation: "AddPermission", round: 0, ...more },
    response: { status: 201, error: null, headers: {}, body: '{"Version":"3"}' },
  });

  it("uses the newly published version in a rerun", () => {
    const from = { versionFrom: "publish" };
    const batches = historyOf({
      expected: "",
      seen: "",
      curl: "",
      replay: "",
      steps: [
        step("publish", "/2015-03-31/functions/f/versions", "{}", { operation: "PublishVersion" }),
        step("alias", "/2015-03-31/functions/f/aliases", '{"FunctionVersion":"3","Name":"3a"}', {
          ...from,
          round: 1,
        }),
        step("after-name", "/2015-03-31/functions/f%3A3/policy?Qualifier=3", '{"StatementId":"3"}', {
          ...from,
          round: 2,
        }),
        step("in-arn", "/2015-03-31/functions/arn:aws:lambda:x:3:function:f3:3/policy", null, {
          ...from,
          round: 3,
        }),
      ],
    });
    const sent = batches.flat().map(({ call }) => `${call.target.slice(22)} ${call.body}`);
    expect(sent.slice(1)).toEqual([
      'f/aliases {"FunctionVersion":"__Version__","Name":"3a"}',
      'f%3A__Version__/policy?Qualifier=__Version__ {"StatementId":"3"}',
      "arn:aws:lambda:x:3:function:f3:__Version__/policy null",
    ]);
    expect(
      batches
        .flat()
        .slice(1)
        .every(({ versionFrom }) => versionFrom === "publish"),
    ).toBe(true);
  });

  it("keeps the publication while a step needs it, even indirectly", async () => {
    const make = (key: string, versionFrom?: string): Batch => [
      { key, call: getPolicy("f"), ...(versionFrom === undefined ? {} : { versionFrom }) },
    ];
    const history = [make("x"), make("publish"), make("y"), make("alias", "publish"), make("read", "alias")];
    const smallest = await reduceHistory(history, async (batches) =>
      batches.flat().some(({ key }) => key === "read"),
    );
    expect(smallest.flat().map(({ key }) => key)).toEqual(["publish", "alias", "read"]);
  });
});

function answersIn(exchanges: readonly (readonly Exchange[])[]): {
  readonly lost: number;
  readonly all: number;
} {
  const all = exchanges.flat();
  const lost = all.filter(({ answer }) => answer.kind === "none" || answer.status === 503);
  return { lost: lost.length, all: all.length };
}

describe("A target that loses calls", () => {
  it.each([1, 2, 3, 4, 5, 6])("causes no false alarm at seed %i", async (seed) => {
    const heard: (readonly Exchange[])[] = [];
    const listening: Observer = {
      on: (event) => void (event.type === "batch" && heard.push(event.exchanges)),
    };
    const observers = () => [listening];
    const report = await judgeVariant(losing(5, seed), { seed, runs: 10, suites: ["histories"], observers });
    const { lost, all } = answersIn(heard);
    expect(lost / all).toBeGreaterThan(0.05);
    expect(blamedByLosing(report)).toEqual([]);
    expect(
      report.rules.filter(({ verdicts }) => verdicts.document === "inconclusive").length,
    ).toBeGreaterThan(0);
  });
});
