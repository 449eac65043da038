import fc from "fast-check";
import { addPermission, getAlias, getFunction, getPolicy, label, removePermission } from "../spec/calls.ts";
import { type Batch, type Call, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import {
  add,
  aliasOf,
  alone,
  bodyWith,
  type Need,
  needsOf,
  type PolicyKind,
  qualifierOf,
  queryOf,
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

type RaceShape = (fixture: Fixture, race: Race) => readonly Batch[];

const shapeNames = ["qualifiers", "distinct-ids", "one-id", "one-revision", "mixed"] as const;

/** The name of a kind of race. */
type RaceShapeName = (typeof shapeNames)[number];

/** A race as plain data. */
export interface Race {
  readonly shape: RaceShapeName;
  /** The calls in flight together. */
  readonly size: number;
  readonly seed: number;
  /** What else than the function a race of one id, one revision or distinct ids is on. */
  readonly on?: RaceQualifier | undefined;
}

type RaceQualifier = Exclude<PolicyKind, "function">;

export function isRaceQualifier(value: unknown): value is RaceQualifier {
  return value === "version" || value === "alias";
}

/** What a race needs of its fixture. */
export function raceNeeds({ shape, on }: Race): readonly Need[] {
  if (shape === "qualifiers") return ["versions", "aliases"];
  return on === undefined ? [] : needsOf[on];
}

export function isRaceShape(name: unknown): name is RaceShapeName {
  return shapeNames.some((one) => one === name);
}

/** The most races on several qualifiers, and calls in each: each removal needs a statement first, and each policy a read. */
const mostOnQualifiers = { races: 3, calls: 12 } as const;

/** The Actions of simultaneous additions, so that none takes that of another. */
const actions = ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:*"] as const;

const shapes: Readonly<Record<RaceShapeName, RaceShape>> = {
  qualifiers: (fixture, { size }) => {
    const { name } = fixture.main;
    const qualifiers = [null, versionOf(fixture), aliasOf(fixture)];
    const at = (index: number) => qualifiers[index % qualifiers.length] ?? null;
    const pairs = Math.ceil(Math.min(size, mostOnQualifiers.calls) / 2);
    const seeds = numbered(pairs, (one) => step(`s${one}`, add(name, `race-${one}`, queryOf(at(one)))));
    const removals = numbered(pairs, (one) =>
      step(`m${one}`, removePermission(name, `race-${one}`, { qualifier: at(one) })),
    );
    const additions = numbered(pairs, (one) =>
      step(`a${one}`, add(name, `race-new-${one}`, queryOf(at(one + 1)))),
    );
    return [
      ...seeds.map((one) => [one]),
      removals.flatMap((removal, one) => [removal, ...additions.slice(one, one + 1)]),
      ...qualifiers.slice(1).map((qualifier) => alone(`after-${qualifier}`, getPolicy(name, qualifier))),
    ];
  },
  "distinct-ids": (fixture, { size, seed, on }) => [
    numbered(size, (at) =>
      step(
        `d${at}`,
        addPermission({
          functionName: label(spelled(fixture, seed, at)),
          query: queryOf(qualifierOf(fixture, on ?? "function")),
          body: bodyWith("Action", actions[at % actions.length], `race-${at}`),
        }),
      ),
    ),
  ],
  "one-id": (fixture, { size, on }) => [
    numbered(size, (at) =>
      step(
        `o${at}`,
        addPermission({
          functionName: label(fixture.main.name),
          query: queryOf(qualifierOf(fixture, on ?? "function")),
          body: bodyWith("Action", actions[at % actions.length], "race"),
        }),
      ),
    ),
  ],
  "one-revision": (fixture, race) => {
    const { size, on } = race;
    const { name } = fixture.main;
    const qualifier = qualifierOf(fixture, on ?? "function");
    const query = queryOf(qualifier);
    return [
      alone("seed", add(name, "seed", query)),
      alone("revision", shownBy(fixture, race)),
      numbered(size, (at) => ({
        key: `r${at}`,
        revisionFrom: "revision",
        call: addPermission({
          functionName: label(name),
          query,
          body: bodyWith("RevisionId", revisionSlot, `race-${at}`),
        }),
      })),
    ];
  },
  mixed: (fixture, race) => {
    const { name } = fixture.main;
    const seeds = numbered(Math.ceil(race.size / 2), (at) => step(`s${at}`, add(name, `race-${at}`)));
    return [...seeds.map((one) => [one]), mixture(fixture, race)];
  },
};

/**
 * In a third of the races, every second call names the function by its ARN: a target that locks the name as it is written
 * lets such calls overlap. A function that existed before is named by its name alone, which may be all that the target knows.
 */
function spelled({ main, recipe }: Fixture, seed: number, at: number): string {
  return recipe !== null && seed % 3 === 0 && at % 2 === 1 ? main.arn : main.name;
}

/** One read of the revision or the other: some targets take that of GetFunction and GetAlias alone, others that of GetPolicy. */
function shownBy(fixture: Fixture, { seed, on }: Race): Call {
  const { name } = fixture.main;
  const qualifier = qualifierOf(fixture, on ?? "function");
  if (seed % 2 === 1) return getPolicy(name, qualifier);
  return on === "alias" ? getAlias(name, aliasOf(fixture)) : getFunction(name, qualifier);
}

/** The batches of a race: the calls in flight together, after what they need, between two reads. */
export function raceBatches(fixture: Fixture, race: Race): readonly Batch[] {
  const read = getPolicy(fixture.main.name, qualifierOf(fixture, race.on ?? "function"));
  return [alone("before", read), ...shapes[race.shape](fixture, race), alone("after", read)];
}

/** The repetitions of a race that are on a version or alias. */
const qualified: Partial<Record<RaceShapeName, Readonly<Record<number, RaceQualifier>>>> = {
  "distinct-ids": { 2: "alias" },
  "one-id": { 2: "alias", 3: "version" },
  "one-revision": { 2: "alias", 3: "version" },
};

function raceTestCases({ seed, rounds }: SuiteOptions): readonly TestCase[] {
  const sizes = fc.sample(fc.integer({ min: 2, max: 24 }), { seed, numRuns: rounds });
  return shapeNames.flatMap((shape) =>
    sizes.slice(0, shape === "qualifiers" ? mostOnQualifiers.races : sizes.length).map((number, at) => {
      const size = at === 0 ? 2 : at === 1 ? 32 : number;
      const on = qualified[shape]?.[at];
      const race: Race = { shape, size, seed: seed + at, ...(on && { on }) };
      return scripted(
        `races/${shape}/${at}`,
        {
          clean: true,
          repeats: at > 1,
          needs: raceNeeds(race),
          drawn: { kind: "race", ...race },
          // Where each repetition of a statement is accepted, a race of repetitions shows nothing else.
          ...(shape === "one-id" && { breaks: "StatementId.duplicate-content" }),
        },
        (fixture) => raceBatches(fixture, race),
      );
    }),
  );
}

function numbered(size: number, make: (at: number) => Step): readonly Step[] {
  return Array.from({ length: size }, (_, at) => make(at));
}

/** Additions of new ids, removals of old ones and reads: one addition and one removal, then what the seed decides. */
function mixture(fixture: Fixture, { size, seed }: Race): Batch {
  const kinds = fc.sample(fc.constantFrom("add", "remove", "read"), { seed, numRuns: size });
  return ["add", "remove", ...kinds.slice(2)].map((kind, at) => {
    if (kind === "read") return step(`m${at}`, getPolicy(fixture.main.name));
    if (kind === "add") return step(`m${at}`, add(fixture.main.name, `race-new-${at}`));
    return step(`m${at}`, removePermission(fixture.main.name, `race-${at % Math.ceil(size / 2)}`));
  });
}
