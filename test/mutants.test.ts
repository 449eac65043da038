import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isRuleId } from "../rules/index.ts";
import { questions } from "../rules/unspecified.ts";
import { revisionIn, versionIn } from "../spec/answer.ts";
import { createAlias, createFunction, publishVersion } from "../spec/calls.ts";
import { type Call, type Exchange, revisionSlot, type Step, versionSlot } from "../spec/exchange.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";
import { bearingOn } from "../suites/bearing.ts";
import { boundary } from "../suites/boundary.ts";
import type { TestCase } from "../suites/case.ts";
import { fuzz } from "../suites/fuzz.ts";
import { histories } from "../suites/histories.ts";
import { races } from "../suites/races.ts";
import { size } from "../suites/size.ts";
import { spellings } from "../suites/spellings.ts";
import { state } from "../suites/state.ts";
import { faults, unspecified as open } from "../suites/unspecified.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { dialects, extraMutants, live, mutants, openDefects } from "../targets/reference/mutants/index.ts";
import { createReference, type Reference } from "../targets/reference/reference.ts";

const account = "123456789012";

function fixtureFunction(name: string): FixtureFunction {
  const arn = `arn:aws:lambda:us-east-1:${account}:function:${name}`;
  const filling = (length: number) => "x".repeat(length - arn.length - 1);
  const aliases = { live: "live", arn140: filling(140), arn141: filling(141), longest: "x".repeat(128) };
  return { name, arn, versions: ["1", "2"], aliases };
}

const recipe = { role: "arn:aws:iam::123456789012:role/r", runtime: "nodejs22.x", zip: "UEsFBg==" };
const fixture: Fixture = {
  partition: "aws",
  region: "us-east-1",
  account,
  main: fixtureFunction("mutants-main"),
  other: fixtureFunction("mutants-other"),
  unknownName: "mutants-none",
  recipe,
};

const plan = { seed: 1, runs: 3, rounds: 2 };
const suites = [spellings, boundary, state, open, faults, fuzz, histories, races, size];
const testCases = suites.flatMap((suite): TestCase[] => [...suite.testCases(plan)]);

async function send(reference: Reference, call: Call): Promise<Exchange["answer"]> {
  const headers = Object.fromEntries(call.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = Buffer.from(call.body ?? "", call.encoding ?? "utf8");
  const reply = await reference.handle({ method: call.method, target: call.target, headers, body });
  const times = { sentAt: 0, answeredAt: 0 };
  return reply === "drop"
    ? { kind: "none", reason: "reset", detail: "dropped", ...times }
    : {
        kind: "response",
        status: reply.status,
        headers: reply.headers,
        body: String(reply.body),
        ...times,
      };
}

async function arranged(mutate: Mutation): Promise<Reference> {
  const reference = createReference({ behaviour: mutate(faithful) });
  for (const { name, aliases } of [fixture.main, fixture.other ?? fixture.main]) {
    await send(reference, createFunction(name, recipe));
    for (const _ of ["1", "2"]) await send(reference, publishVersion(name));
    for (const alias of Object.values(aliases ?? {})) await send(reference, createAlias(name, alias, "1"));
  }
  return reference;
}

function filled({ call, revisionFrom, versionFrom }: Step, done: readonly (readonly Exchange[])[]): Call {
  const answerTo = (key: string | undefined) =>
    key === undefined ? undefined : done.flat().find(({ step }) => step.key === key)?.answer;
  const source = answerTo(revisionFrom);
  const revision = source === undefined ? null : revisionIn(source);
  const published = answerTo(versionFrom);
  const version = (published === undefined ? null : versionIn(published)) ?? "0";
  return {
    ...call,
    target: call.target.replaceAll(versionSlot, version),
    body: call.body?.replaceAll(revisionSlot, revision ?? "none").replaceAll(versionSlot, version) ?? null,
  };
}

const started = new Map<TestCase["start"], ReturnType<TestCase["start"]>>();

/** The script of a history on the fixture. It is pure, so that one serves every reference. */
function scriptOf({ start }: TestCase): ReturnType<TestCase["start"]> {
  const script = started.get(start) ?? start(fixture);
  started.set(start, script);
  return script;
}

/** The answers of a new reference to each history, as one digest for each history. */
async function transcript(
  mutate: Mutation,
  histories: readonly TestCase[],
): Promise<ReadonlyMap<string, string>> {
  const digests = await Promise.all(
    histories.map(async (testCase) => {
      const reference = await arranged(mutate);
      const script = scriptOf(testCase);
      const done: (readonly Exchange[])[] = [];
      for (let batch = script(done); batch !== null; batch = script(done)) {
        const play = async (step: Step) => {
          const call = filled(step, done);
          return { step, call, answer: await send(reference, call) };
        };
        done.push(await Promise.all(batch.map(play)));
      }
      const answers = JSON.stringify(done.map((batch) => batch.map(({ answer }) => answer)));
      return [testCase.id, createHash("sha256").update(answers).digest("hex")] as const;
    }),
  );
  return new Map(digests);
}

const expected = await transcript((behaviour) => behaviour, testCases);
const expectedLive = await transcript(live, testCases);

/** Histories; those that distinguished an earlier variant come first. */
let byUse: readonly TestCase[] = testCases;

/** The words of each history's id. */
const words = new Map(
  testCases.map((testCase) => [
    testCase,
    testCase.id
      .toLowerCase()
      .split(/s?\W+/)
      .filter((word) => word.length > 2),
  ]),
);

/** Histories, first those that bear on rules, then those with the most words of their ids in a text. */
function likely(text: string, kills: readonly string[]): readonly TestCase[] {
  const bearing = bearingOn(suites, kills) ?? [];
  const ids = new Set(bearing.flatMap((suite) => [...suite.testCases(plan)].map(({ id }) => id)));
  const here = text.toLowerCase();
  const likeness = new Map(
    byUse.map((one) => [
      one,
      (words.get(one)?.filter((word) => here.includes(word)).length ?? 0) + (ids.has(one.id) ? 100 : 0),
    ]),
  );
  return byUse.toSorted((a, b) => (likeness.get(b) ?? 0) - (likeness.get(a) ?? 0));
}

/** A history with other answers. Those that are likely to show the variant come first. */
async function difference(
  name: string,
  { mutate, kills = [] }: { readonly mutate: Mutation; readonly kills?: readonly string[] },
  from: ReadonlyMap<string, string>,
): Promise<string | null> {
  for (const testCase of likely(`${name} ${kills.join(" ")}`, kills)) {
    const seen = await transcript(mutate, [testCase]);
    if (seen.get(testCase.id) === from.get(testCase.id)) continue;
    byUse = [testCase, ...byUse.filter((one) => one !== testCase)];
    return testCase.id;
  }
  return null;
}

/** Variants that show in no history of this plan, because they need a hundred additions. The kill matrix finds them. */
const rare: ReadonlySet<string> = new Set(["one addition in a hundred lost"]);

const all = [...Object.entries(mutants), ...Object.entries(extraMutants)].filter(([id]) => !rare.has(id));

describe("mutants", () => {
  it.each(all)("%s changes the answers to some history", async (id, mutant) => {
    const from = mutant.column === "aws" ? expectedLive : expected;
    expect(await difference(id, mutant, from)).not.toBeNull();
  });

  it("kill their own rule", () => {
    const stray = Object.entries(mutants).filter(([id, { kills }]) => !kills.some((rule) => rule === id));
    expect(stray).toEqual([]);
  });

  it("name rules that exist, each once, and at least one", () => {
    for (const [, { kills }] of all) {
      expect(kills.length).toBeGreaterThan(0);
      expect(kills.every(isRuleId)).toBe(true);
      expect(new Set(kills).size).toBe(kills.length);
    }
  });

  it("have unique descriptions", () => {
    const phrases = [
      ...all.map(([, one]) => one.breaks),
      ...Object.values(openDefects).map((one) => one.breaks),
    ];
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(phrases.filter((phrase) => !/^[a-z].*[^.]$/.test(phrase))).toEqual([]);
  });

  it("keep their state in one reference", async () => {
    const testCase = testCases.find(({ id }) => id === "state/free-after-removal");
    const twice = testCase === undefined ? [] : [testCase, { ...testCase, id: "again" }];
    expect(twice).toHaveLength(2);
    for (const [, { mutate }] of all) {
      const [first, second] = [...(await transcript(mutate, twice)).values()];
      expect(second).toBe(first);
    }
  });
});

describe("variants that break no rule", () => {
  it.each(Object.entries(dialects))("the dialect with %s changes some answers", async (name, mutate) => {
    expect(await difference(name, { mutate }, expected)).not.toBeNull();
  });

  it("the live service's dialect changes some answers", async () => {
    expect(await difference("live", { mutate: live }, expected)).not.toBeNull();
  });

  it.each(Object.entries(openDefects))(
    "%s changes some answers and names the unspecified behaviours that show it",
    async (name, defect) => {
      const known = new Set(questions.map(({ id }) => id));
      expect(defect.questions.filter((id) => !known.has(id))).toEqual([]);
      expect(await difference(name, { mutate: defect.mutate }, expected)).not.toBeNull();
    },
  );
});
