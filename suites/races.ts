import fc from "fast-check";
import { addPermission, getPolicy, label, qualifierQuery, removePermission } from "../spec/calls.ts";
import { type Batch, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import {
  add,
  aliasOf,
  alone,
  bodyWith,
  type Suite,
  type SuiteOptions,
  scripted,
  step,
  type TestCase,
  versionOf,
} from "./case.ts";

/** Calls on the policies of one function that are in flight together. */
export const races: Suite = {
  name: "races",
  title:
    "2 to 32 simultaneous additions, removals and reads on one policy, or on those of several qualifiers",
  testCases: raceTestCases,
};

type RaceShape = (fixture: Fixture, size: number, seed: number) => readonly Batch[];

/** The most races on several qualifiers, and calls in each: each removal needs a statement first, and each policy a read. */
const mostOnQualifiers = { races: 3, calls: 12 } as const;

const shapes: Readonly<Record<string, RaceShape>> = {
  qualifiers: (fixture, size) => {
    const { name } = fixture.main;
    const qualifiers = [null, versionOf(fixture), aliasOf(fixture)];
    const at = (index: number) => qualifiers[index % qualifiers.length] ?? null;
    const pairs = Math.ceil(Math.min(size, mostOnQualifiers.calls) / 2);
    const on = (qualifier: string | null) => (qualifier === null ? null : qualifierQuery(qualifier));
    const seeds = numbered(pairs, (one) => step(`s${one}`, add(name, `race-${one}`, on(at(one)))));
    const removals = numbered(pairs, (one) =>
      step(`m${one}`, removePermission(name, `race-${one}`, { qualifier: at(one) })),
    );
    const additions = numbered(pairs, (one) =>
      step(`a${one}`, add(name, `race-new-${one}`, on(at(one + 1)))),
    );
    return [
      ...seeds.map((one) => [one]),
      removals.flatMap((removal, one) => [removal, ...additions.slice(one, one + 1)]),
      ...qualifiers.slice(1).map((qualifier) => alone(`after-${qualifier}`, getPolicy(name, qualifier))),
    ];
  },
  "distinct-ids": (fixture, size) => [
    numbered(size, (at) => step(`d${at}`, add(fixture.main.name, `race-${at}`))),
  ],
  "one-id": (fixture, size) => [numbered(size, (at) => step(`o${at}`, add(fixture.main.name, "race")))],
  "one-revision": (fixture, size) => [
    alone("seed", add(fixture.main.name, "seed")),
    alone("revision", getPolicy(fixture.main.name)),
    numbered(size, (at) => ({
      key: `r${at}`,
      revisionFrom: "revision",
      call: addPermission({
        functionName: label(fixture.main.name),
        body: bodyWith("RevisionId", revisionSlot, `race-${at}`),
      }),
    })),
  ],
  mixed: (fixture, size, seed) => {
    const seeds = numbered(Math.ceil(size / 2), (at) => step(`s${at}`, add(fixture.main.name, `race-${at}`)));
    return [...seeds.map((one) => [one]), mixture(fixture, size, seed)];
  },
};

function raceTestCases({ seed, rounds }: SuiteOptions): readonly TestCase[] {
  const sizes = fc.sample(fc.integer({ min: 2, max: 32 }), { seed, numRuns: rounds });
  return Object.entries(shapes).flatMap(([name, shape]) =>
    sizes.slice(0, name === "qualifiers" ? mostOnQualifiers.races : sizes.length).map((drawn, at) => {
      const size = at === 0 ? 2 : at === 1 ? 32 : drawn;
      return scripted(
        `races/${name}/${at}`,
        (fixture) => [
          alone("before", getPolicy(fixture.main.name)),
          ...shape(fixture, size, seed + at),
          alone("after", getPolicy(fixture.main.name)),
        ],
        { clean: true, repeats: at > 1, needs: name === "qualifiers" ? ["versions", "aliases"] : [] },
      );
    }),
  );
}

function numbered(size: number, make: (at: number) => Step): readonly Step[] {
  return Array.from({ length: size }, (_, at) => make(at));
}

/** Additions of new ids, removals of old ones and reads: one addition and one removal, then what the seed decides. */
function mixture(fixture: Fixture, size: number, seed: number): Batch {
  const kinds = fc.sample(fc.constantFrom("add", "remove", "read"), { seed, numRuns: size });
  return ["add", "remove", ...kinds.slice(2)].map((kind, at) => {
    if (kind === "read") return step(`m${at}`, getPolicy(fixture.main.name));
    if (kind === "add") return step(`m${at}`, add(fixture.main.name, `race-new-${at}`));
    return step(`m${at}`, removePermission(fixture.main.name, `race-${at % Math.ceil(size / 2)}`));
  });
}
