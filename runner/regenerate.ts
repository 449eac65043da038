import {
  type Batch,
  type Call,
  type Exchange,
  revisionSlot,
  type Step,
  versionSlot,
} from "../spec/exchange.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";
import type { TestCase } from "../suites/case.ts";

/** What a test case did on a fixture: enough to regenerate the same history on any other fixture. */
export interface Origin {
  readonly testCase: TestCase;
  readonly fixture: Fixture;
  /** The exchanges, batch by batch. */
  readonly batches: readonly (readonly Exchange[])[];
}

/** Rewrites a call, on any fixture. */
export type Rewrite = (call: Call, fixture: Fixture) => Call;

/** A step of a history that is being shrunk. Its call is the one for the original fixture. */
export interface HistoryStep extends Step {
  /** How the call differs from the one that the test case makes. */
  readonly rewrite?: Rewrite;
  /** The test case starts on a fixture whose two functions are swapped. */
  readonly swapped?: true;
}

/** The remaining steps of a history that is being shrunk. */
export type Steps = readonly (readonly HistoryStep[])[];

/** Says whether a history still shows the violation or the difference. */
export type Shows = (steps: Steps) => Promise<boolean>;

/** The whole history, as the test case made it. */
export function stepsOf({ batches }: Origin): Steps {
  return batches.map((batch) => batch.map(({ step }) => step));
}

/** Rewrites the call of a step, for this and for any other fixture; it then needs only the steps that the new call does. */
export function rewritten(step: HistoryStep, rewrite: Rewrite, fixture: Fixture): HistoryStep {
  const { rewrite: before, revisionFrom, versionFrom, ...others } = step;
  const call = rewrite(step.call, fixture);
  const holds = (slot: string) => call.target.includes(slot) || call.body?.includes(slot) === true;
  return {
    ...others,
    ...(revisionFrom !== undefined && holds(revisionSlot) && { revisionFrom }),
    ...(versionFrom !== undefined && holds(versionSlot) && { versionFrom }),
    call,
    rewrite: before === undefined ? rewrite : (one, on) => rewrite(before(one, on), on),
  };
}

/**
 * Regenerates a history for a fixture. The test case starts there, gets the recorded answers and makes the same
 * calls, which are found by the keys of their steps. Null if the test case has no such step on that fixture.
 */
export type Regenerate = (steps: Steps, fixture: Fixture) => readonly Batch[] | null;

/** Makes a function that regenerates the history of a test case. It caches the calls for each fixture. */
export function regenerating(origin: Origin): Regenerate {
  const made = new WeakMap<Fixture, Readonly<Record<"plain" | "swapped", () => Calls>>>();
  const callsFor = (fixture: Fixture) => {
    const known = made.get(fixture);
    if (known !== undefined) return known;
    const on = inShapeOf(fixture, origin.fixture);
    const calls = {
      plain: lazily(() => callsOn(origin, on)),
      swapped: lazily(() => callsOn(origin, swap(on))),
    };
    made.set(fixture, calls);
    return calls;
  };
  return (steps, fixture) => {
    const { plain, swapped } = callsFor(fixture);
    const batches = steps.map((batch) =>
      batch.flatMap(({ rewrite, swapped: isSwapped, ...step }): Batch => {
        const call = (isSwapped ? swapped : plain)().get(step.key);
        if (call === undefined) return [];
        return [{ ...step, call: rewrite === undefined ? call : rewrite(call, fixture) }];
      }),
    );
    return batches.every((batch, at) => batch.length === steps[at]?.length) ? batches : null;
  };
}

type Calls = ReadonlyMap<string, Call>;

/** The calls that the test case makes on a fixture after the recorded answers, by the key of their step. */
export function callsOn({ testCase, batches }: Origin, fixture: Fixture): Calls {
  const next = testCase.start(fixture);
  return new Map(
    batches.flatMap((_, at) =>
      (next(batches.slice(0, at)) ?? []).map(({ key, call }) => [key, call] as const),
    ),
  );
}

export function swap(fixture: Fixture): Fixture {
  const { main, other } = fixture;
  if (other === null) return fixture;
  return {
    ...fixture,
    main: { ...main, name: other.name, arn: other.arn },
    other: { ...other, name: main.name, arn: main.arn },
  };
}

/**
 * Gives the fixture the same parts as the other one, so that a test case makes the same steps. A missing part gets
 * the name that it has on the other fixture; most histories do not use it.
 */
function inShapeOf(fixture: Fixture, other: Fixture): Fixture {
  return {
    ...fixture,
    main: functionInShapeOf(fixture.main, other.main),
    other: other.other && functionInShapeOf(fixture.other ?? other.other, other.other),
    recipe: other.recipe && (fixture.recipe ?? other.recipe),
  };
}

function functionInShapeOf(one: FixtureFunction, other: FixtureFunction): FixtureFunction {
  return {
    ...one,
    versions: other.versions.map((version, at) => one.versions[at] ?? version),
    aliases: other.aliases && (one.aliases ?? other.aliases),
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
