import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isRuleId } from "../rules/index.ts";
import { questions } from "../rules/unspecified.ts";
import { revisionIn, versionIn } from "../spec/answer.ts";
import { createAlias, createFunction, publishVersion } from "../spec/calls.ts";
import { type Call, type Exchange, revisionSlot, type Step, versionSlot } from "../spec/exchange.ts";
import type { Stage, StagedFunction } from "../spec/fixture.ts";
import { boundary } from "../suites/boundary.ts";
import type { Unit } from "../suites/case.ts";
import { faults } from "../suites/faults.ts";
import { histories } from "../suites/histories.ts";
import { races } from "../suites/races.ts";
import { size } from "../suites/size.ts";
import { spellings } from "../suites/spellings.ts";
import { state } from "../suites/state.ts";
import { unspecified as open } from "../suites/unspecified.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { dialects, extraMutants, live, mutants, openDefects } from "../targets/reference/mutants/index.ts";
import { createReference, type Reference } from "../targets/reference/reference.ts";

const account = "123456789012";

function staged(name: string): StagedFunction {
  const arn = `arn:aws:lambda:us-east-1:${account}:function:${name}`;
  const filling = (length: number) => "x".repeat(length - arn.length - 1);
  const aliases = { live: "live", arn140: filling(140), arn141: filling(141), longest: "y".repeat(128) };
  return { name, arn, versions: ["1", "2"], aliases };
}

const recipe = { role: "arn:aws:iam::123456789012:role/r", runtime: "nodejs22.x", zip: "UEsFBg==" };
const stage: Stage = {
  partition: "aws",
  region: "us-east-1",
  account,
  main: staged("mutants-main"),
  other: staged("mutants-other"),
  unknownName: "mutants-none",
  recipe,
};

const units = [spellings, boundary, state, open, faults, histories, races, size].flatMap((suite): Unit[] => [
  ...suite.units({ seed: 1, runs: 3, rounds: 2 }),
]);

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
  for (const { name, aliases } of [stage.main, stage.other ?? stage.main]) {
    await send(reference, createFunction(name, recipe));
    for (const _ of ["1", "2"]) await send(reference, publishVersion(name));
    for (const alias of Object.values(aliases ?? {})) await send(reference, createAlias(name, alias, "1"));
  }
  return reference;
}

function filled({ call, revisionFrom, versionFrom }: Step, done: readonly (readonly Exchange[])[]): Call {
  const answerTo = (key: string | undefined) => done.flat().find(({ step }) => step.key === key)?.answer;
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

/** What each history is answered by a reference of its own, as one digest a history. */
async function transcript(
  mutate: Mutation,
  histories: readonly Unit[],
): Promise<ReadonlyMap<string, string>> {
  const digests = await Promise.all(
    histories.map(async (unit) => {
      const reference = await arranged(mutate);
      const script = unit.start(stage);
      const done: (readonly Exchange[])[] = [];
      for (let round = script(done); round !== null; round = script(done)) {
        const play = async (step: Step) => {
          const call = filled(step, done);
          return { step, call, answer: await send(reference, call) };
        };
        done.push(await Promise.all(round.map(play)));
      }
      const answers = JSON.stringify(done.map((round) => round.map(({ answer }) => answer)));
      return [unit.id, createHash("sha256").update(answers).digest("hex")] as const;
    }),
  );
  return new Map(digests);
}

const expected = await transcript((behaviour) => behaviour, units);
const expectedLive = await transcript(live, units);

/** Histories, first those that told an earlier variant apart. */
let byUse: readonly Unit[] = units;

/** How many words of a history's id are in a text. */
function likeness({ id }: Unit, text: string): number {
  const words = id.toLowerCase().split(/s?\W+/);
  return words.filter((word) => word.length > 2 && text.toLowerCase().includes(word)).length;
}

/** A history that is answered otherwise, sought first among those with a name like that of the variant. */
async function difference(
  name: string,
  mutate: Mutation,
  from: ReadonlyMap<string, string>,
): Promise<string | null> {
  for (const unit of byUse.toSorted((a, b) => likeness(b, name) - likeness(a, name))) {
    const seen = await transcript(mutate, [unit]);
    if (seen.get(unit.id) === from.get(unit.id)) continue;
    byUse = [unit, ...byUse.filter((one) => one !== unit)];
    return unit.id;
  }
  return null;
}

const all = [...Object.entries(mutants), ...Object.entries(extraMutants)];

describe("mutants", () => {
  it.each(all)("%s is answered otherwise in some history", async (id, { mutate, column, kills }) => {
    const from = column === "aws" ? expectedLive : expected;
    expect(await difference(`${id} ${kills.join(" ")}`, mutate, from)).not.toBeNull();
  });

  it("kill the rule that they are for", () => {
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

  it("say in a phrase of their own what is wrong", () => {
    const phrases = [
      ...all.map(([, one]) => one.breaks),
      ...Object.values(openDefects).map((one) => one.breaks),
    ];
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(phrases.filter((phrase) => !/^[a-z].*[^.]$/.test(phrase))).toEqual([]);
  });

  it("keep what they remember to one reference", async () => {
    const unit = units.find(({ id }) => id === "state/free-after-removal");
    const twice = unit === undefined ? [] : [unit, { ...unit, id: "again" }];
    expect(twice).toHaveLength(2);
    for (const [, { mutate }] of all) {
      const [first, second] = [...(await transcript(mutate, twice)).values()];
      expect(second).toBe(first);
    }
  });
});

describe("variants that break no rule", () => {
  it.each(Object.entries(dialects))("the dialect with %s is answered otherwise", async (name, mutate) => {
    expect(await difference(name, mutate, expected)).not.toBeNull();
  });

  it("the live service's dialect is answered otherwise", async () => {
    expect(await difference("live", live, expected)).not.toBeNull();
  });

  it.each(Object.entries(openDefects))(
    "%s is answered otherwise and names the questions that show it",
    async (name, defect) => {
      const known = new Set(questions.map(({ id }) => id));
      expect(defect.questions.filter((id) => !known.has(id))).toEqual([]);
      expect(await difference(name, defect.mutate, expected)).not.toBeNull();
    },
  );
});
