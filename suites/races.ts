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

const shapeNames = ["qualifiers", "distinct-ids", "one-id", "one-revision", "mixed"] as const;

/** The name of a kind of race. */
export type RaceShapeName = (typeof shapeNames)[number];

export function isRaceShape(name: unknown): name is RaceShapeName {
  return shapeNames.some((one) => one === name);
}

/** The most races on several qualifiers, and calls in each: each removal needs a statement first, and each policy a read. */
const mostOnQualifiers = { races: 3, calls: 12 } as const;

const shapes: Readonly<Record<RaceShapeName, RaceShape>> = {
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

/** The batches of a race: the calls in flight together, after what they need, between two reads. */
export function raceBatches(
  fixture: Fixture,
  { shape, size, seed }: { readonly shape: RaceShapeName; readonly size: number; readonly seed: number },
): readonly Batch[] {
  return [
    alone("before", getPolicy(fixture.main.name)),
    ...shapes[shape](fixture, size, seed),
    alone("after", getPolicy(fixture.main.name)),
  ];
}

function raceTestCases({ seed, rounds }: SuiteOptions): readonly TestCase[] {
  const sizes = fc.sample(fc.integer({ min: 2, max: 32 }), { seed, numRuns: rounds });
  return shapeNames.flatMap((shape) =>
    sizes.slice(0, shape === "qualifiers" ? mostOnQualifiers.races : sizes.length).map((number, at) => {
      const size = at === 0 ? 2 : at === 1 ? 32 : number;
      const drawn = { kind: "race", shape, size, seed: seed + at } as const;
      return scripted(`races/${shape}/${at}`, (fixture) => raceBatches(fixture, drawn), {
        clean: true,
        repeats: at > 1,
        needs: shape === "qualifiers" ? ["versions", "aliases"] : [],
        drawn,
      });
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
