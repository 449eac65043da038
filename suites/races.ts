import fc from "fast-check";
import { addPermission, getPolicy, label, removePermission } from "../spec/calls.ts";
import { type Round, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { add, alone, bodyWith, type Plan, type Suite, scripted, step, type Unit } from "./case.ts";

/** Calls on one policy that are in flight together. */
export const races: Suite = {
  name: "races",
  title: "2 to 32 simultaneous additions, removals and reads on one policy",
  units: raceUnits,
};

type RaceShape = (stage: Stage, size: number, seed: number) => readonly Round[];

const shapes: Readonly<Record<string, RaceShape>> = {
  "distinct-ids": (stage, size) => [
    numbered(size, (at) => step(`d${at}`, add(stage.main.name, `race-${at}`))),
  ],
  "one-id": (stage, size) => [numbered(size, (at) => step(`o${at}`, add(stage.main.name, "race")))],
  "one-revision": (stage, size) => [
    alone("seed", add(stage.main.name, "seed")),
    alone("revision", getPolicy(stage.main.name)),
    numbered(size, (at) => ({
      key: `r${at}`,
      revisionFrom: "revision",
      call: addPermission({
        functionName: label(stage.main.name),
        body: bodyWith("RevisionId", revisionSlot, `race-${at}`),
      }),
    })),
  ],
  mixed: (stage, size, seed) => {
    const seeds = numbered(Math.ceil(size / 2), (at) => step(`s${at}`, add(stage.main.name, `race-${at}`)));
    return [...seeds.map((one) => [one]), mixture(stage, size, seed)];
  },
};

function raceUnits({ seed, rounds }: Plan): readonly Unit[] {
  const sizes = fc.sample(fc.integer({ min: 2, max: 32 }), { seed, numRuns: rounds });
  return Object.entries(shapes).flatMap(([name, shape]) =>
    sizes.map((drawn, at) => {
      const size = at === 0 ? 2 : at === 1 ? 32 : drawn;
      return scripted(
        `races/${name}/${at}`,
        (stage) => [
          alone("before", getPolicy(stage.main.name)),
          ...shape(stage, size, seed + at),
          alone("after", getPolicy(stage.main.name)),
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
function mixture(stage: Stage, size: number, seed: number): Round {
  const kinds = fc.sample(fc.constantFrom("add", "remove", "read"), { seed, numRuns: size });
  return kinds.map((kind, at) => {
    if (kind === "read") return step(`m${at}`, getPolicy(stage.main.name));
    if (kind === "add") return step(`m${at}`, add(stage.main.name, `race-new-${at}`));
    return step(`m${at}`, removePermission(stage.main.name, `race-${at % Math.ceil(size / 2)}`));
  });
}
