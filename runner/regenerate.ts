import type { Batch, Call, Exchange, Step } from "../spec/exchange.ts";
import type { Fixture, FixtureFunction } from "../spec/fixture.ts";
import type { TestCase } from "../suites/case.ts";

/** What a test case did on a fixture: enough to have the same on any other fixture. */
export interface Origin {
  readonly testCase: TestCase;
  readonly fixture: Fixture;
  /** What was sent and answered, batch by batch. */
  readonly batches: readonly (readonly Exchange[])[];
}

/** Writes a call in another way, on any fixture. */
export type Rewrite = (call: Call, fixture: Fixture) => Call;

/** A step of a history that is being shrunk. Its call is the one for the fixture that the history comes from. */
export interface HistoryStep extends Step {
  /** How the call is written otherwise than the test case writes it. */
  readonly rewrite?: Rewrite;
  /** The test case is started with each of the two functions in the other's place. */
  readonly swapped?: true;
}

/** What is left of a history while it is being shrunk. */
export type Steps = readonly (readonly HistoryStep[])[];

/** Says whether a history still shows what is looked for. */
export type Shows = (steps: Steps) => Promise<boolean>;

/** The whole history, as the test case wrote it. */
export function stepsOf({ batches }: Origin): Steps {
  return batches.map((batch) => batch.map(({ step }) => step));
}

/** The step with its call written in another way, here and on any other fixture. */
export function rewritten(step: HistoryStep, rewrite: Rewrite, fixture: Fixture): HistoryStep {
  const { rewrite: before } = step;
  return {
    ...step,
    call: rewrite(step.call, fixture),
    rewrite: before === undefined ? rewrite : (call, on) => rewrite(before(call, on), on),
  };
}

/**
 * Makes a history ready for a fixture: the test case is started there, is given the recorded answers, and makes the same
 * calls again, which are taken by the key of their step. Null where the test case has no such step on that fixture.
 */
export type Regenerate = (steps: Steps, fixture: Fixture) => readonly Batch[] | null;

/** Regenerates the history of a test case; what it made for a fixture is kept for the next time. */
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

/** The calls that the test case makes on a fixture when it is given the recorded answers, by the key of their step. */
export function callsOn({ testCase, batches }: Origin, fixture: Fixture): Calls {
  const next = testCase.start(fixture);
  return new Map(
    batches.flatMap((_, at) =>
      (next(batches.slice(0, at)) ?? []).map(({ key, call }) => [key, call] as const),
    ),
  );
}

/** The fixture with each of the two functions in the other's place. */
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
 * The fixture as if it had all that the other one has, and nothing else, so that a test case asks for the same steps. What
 * is missing here is named as it is there: a history that needs it does not show the same, and most do not need it.
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
