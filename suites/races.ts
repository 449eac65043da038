import fc from "fast-check";
import { addPermission, getPolicy, label, removePermission } from "../spec/calls.ts";
import { type Batch, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import {
  add,
  alone,
  bodyWith,
  type Suite,
  type SuiteOptions,
  scripted,
  step,
  type TestCase,
} from "./case.ts";

/** Calls on one policy that are in flight together. */
export const races: Suite = {
  name: "races",
  title: "2 to 32 simultaneous additions, removals and reads on one policy",
  testCases: raceTestCases,
};

type RaceShape = (fixture: Fixture, size: number, seed: number) => readonly Batch[];

const shapes: Readonly<Record<string, RaceShape>> = {
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
    sizes.map((drawn, at) => {
      const size = at === 0 ? 2 : at === 1 ? 32 : drawn;
      return scripted(
        `races/${name}/${at}`,
        (fixture) => [
          alone("before", getPolicy(fixture.main.name)),
          ...shape(fixture, size, seed + at),
          alone("after", getPolicy(fixture.main.name)),
        ],
        { clean: true },
      );
    }),
  );
}

function numbered(size: number, make: (at: number) => Step): readonly Step[] {
  return Array.from({ length: size }, (_, at) => make(at));
}

/** Additions of new ids, removals of old ones and reads, in an order that the seed decides. */
function mixture(fixture: Fixture, size: number, seed: number): Batch {
  const kinds = fc.sample(fc.constantFrom("add", "remove", "read"), { seed, numRuns: size });
  return kinds.map((kind, at) => {
    if (kind === "read") return step(`m${at}`, getPolicy(fixture.main.name));
    if (kind === "add") return step(`m${at}`, add(fixture.main.name, `race-new-${at}`));
    return step(`m${at}`, removePermission(fixture.main.name, `race-${at % Math.ceil(size / 2)}`));
  });
}
