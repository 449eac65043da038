import { isDeepStrictEqual } from "node:util";
import { type Arranged, leftoverTexts } from "../client/arrange.ts";
import { getFunction } from "../spec/calls.ts";
import type { Call } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import { allParts, type FixtureParts, hasParts, isWhole } from "../spec/fixture.ts";
import { add } from "../suites/case.ts";
import type { ArrangeHow } from "./connect.ts";
import { lostText } from "./observe/problem.ts";
import type { RunOptions } from "./run.ts";
import type { Scope } from "./scope.ts";
import { inTurn, type Worker, type WorkerOptions, workerOn } from "./worker.ts";

/** The workers of a run, and their life cycle. */
export type WorkerPool = Awaited<ReturnType<typeof setUpWorkers>>;

export interface SetUpOptions
  extends Pick<RunOptions, "arrange" | "workers" | "redact" | "transport">,
    Omit<WorkerOptions, "index" | "fixture" | "transport"> {
  /** The scope of the workers, which send nothing after it has ended. */
  readonly scope: Scope;
  /** The workers that are set up at once; all by default. */
  readonly atFirst?: number;
}

/** After this many failures in a row no further fixture is created, because each attempt waits for a busy target. */
const maxFailures = 3;

/**
 * Names hold two characters for the worker and two for its fixture, so all names have the same length. The last number is
 * for functions that are created ahead.
 */
const maxIndex = 36 ** 2 - 2;
const maxGenerations = 1200;

/**
 * About how many requests a fixture with these parts takes. A function is created, read until it is active, and deleted; to
 * publish a second version a third may be tried, of a changed function.
 */
export function requestsOfFixture({ versions, aliases, other }: FixtureParts = allParts): number {
  const functions = other ? 6 : 3;
  return functions + { 0: 0, 1: 1, 2: 5 }[versions] + { none: 0, live: 1, all: 4 }[aliases];
}

/** Longest wait for a busy target when a fixture is replaced, and in a hurry, in milliseconds. */
const replacementWaitMs = { usual: 10_000, inHurry: 2000 } as const;

/** Arranges a fixture for each worker, the first alone, so that a target that refuses gets one request. */
export async function setUpWorkers(options: SetUpOptions) {
  const { scope } = options;
  const arranging = new Set<Promise<Arranged>>();
  const tearDowns = new Set<Arranged["tearDown"]>();
  const onTearDown = (tearDown: Arranged["tearDown"]) => tearDowns.add(tearDown);
  const missing: Arranged["missing"][number][] = [];
  const tearDownOf = new WeakMap<Worker, Arranged["tearDown"]>();
  const generations = new Map<number, number>();
  /** The numbers in the names of fixtures, where they are not those of their workers. */
  const numbers = new Map<number, number>();
  /** The numbers of spare fixtures: in use, and free again. */
  const spares = { used: new Set<number>(), free: [] as number[] };
  const reads = { wasReadable: false };
  let failures = 0;
  let inHurry = false;
  let spareCount = 0;
  /** How often a new fixture was asked for after the first ones. */
  let replaced = 0;
  // One object for every worker, because the transports keep what they derive from it.
  const how = { ...options.how, signal: scope.signal };
  const numberOf = (index: number) => numbers.get(index) ?? index;
  const isUsedUp = (number: number) => (generations.get(number) ?? 0) > maxGenerations;
  const newNumber = (): number => {
    const free = spares.free.pop();
    if (free === undefined) spareCount += 1;
    const number = free ?? options.workers + spareCount;
    spares.used.add(number);
    return number;
  };
  const make = async (index: number, arrangeHow: ArrangeHow = {}): Promise<Worker> => {
    const number = numberOf(index);
    const generation = generations.get(number) ?? 0;
    generations.set(number, generation + 1);
    const suffix = `${number.toString(36).padStart(2, "0")}${generation.toString(36).padStart(2, "0")}`;
    const pending = options.arrange(suffix, { ...arrangeHow, signal: scope.signal });
    arranging.add(pending);
    const one = await pending.finally(() => arranging.delete(pending));
    tearDowns.add(one.tearDown);
    const { parts = allParts } = arrangeHow;
    if (isWhole(parts))
      missing.push(...one.missing.filter((each) => !missing.some((known) => isDeepStrictEqual(known, each))));
    options.emit?.({ type: "fixture-ready", worker: index, fixture: one.fixture, empty: options.fresh });
    const worker = workerOn({ ...options, index, fixture: one.fixture, how, reads });
    tearDownOf.set(worker, one.tearDown);
    return worker;
  };
  const tryToMake = async (index: number, parts: FixtureParts): Promise<Worker | null> => {
    const number = numberOf(index);
    const hasFailed = failures >= (inHurry ? 1 : maxFailures);
    if (!options.fresh || hasFailed || scope.signal.aborted) return null;
    if (number > maxIndex || isUsedUp(number)) return null;
    try {
      const waitTimeoutMs = inHurry ? replacementWaitMs.inHurry : replacementWaitMs.usual;
      replaced += 1;
      const ahead = inHurry ? 0 : Math.min(options.workers, Math.floor(replaced / 2));
      const worker = await make(index, { waitTimeoutMs, parts, onTearDown, ahead });
      failures = 0;
      return isWhole(parts) || hasParts(worker.fixture, parts) ? worker : null;
    } catch {
      failures += 1;
      return null;
    }
  };
  const tearDown = async (): Promise<readonly string[]> => {
    await Promise.allSettled(arranging);
    return leftoverTexts((await Promise.all([...tearDowns].map((one) => one()))).flat());
  };
  try {
    const first = await make(0);
    const makeFrom = (from: number, count: number) =>
      scope.all(
        Array.from({ length: count }, (_, at) => from + at),
        (index) => make(index, { onTearDown }),
      );
    const { atFirst = options.workers } = options;
    const workers: readonly Worker[] = [first, ...(await makeFrom(1, atFirst - 1))];
    let setUp = atFirst;
    return {
      workers,
      /** What could not be arranged, for the first worker first. */
      missing,
      /** Gives the worker a new fixture; null if none can be created. */
      replace: (worker: Worker) => tryToMake(worker.index, allParts),
      /** Creates a fixture with some parts, in place of an earlier one if given; null if that fails. */
      spareFixture: (instead: Worker | null, parts: FixtureParts) =>
        tryToMake(instead?.index ?? newNumber(), parts),
      /** Sets up the workers that are not set up yet; none if all are. */
      grow: (): Promise<readonly Worker[]> => {
        const from = setUp;
        setUp = options.workers;
        return makeFrom(from, setUp - from);
      },
      /**
       * Gives each of these workers a new fixture where that succeeds, and deletes all others that were created, so that a long
       * run does not fill the target. Nothing else may use a fixture meanwhile.
       */
      renew: async (old: readonly Worker[]): Promise<readonly Worker[]> => {
        for (const { index } of old) if (isUsedUp(numberOf(index))) numbers.set(index, newNumber());
        const renewed = await scope.all(old, async (one) => (await tryToMake(one.index, allParts)) ?? one);
        const kept = new Set(renewed.map((one) => tearDownOf.get(one)));
        const others = [...tearDowns].filter((one) => !kept.has(one));
        await scope.all(renewed, async () => {
          for (let one = others.shift(); one !== undefined; one = others.shift())
            if ((await one()).length === 0) tearDowns.delete(one);
        });
        const inUse = new Set(renewed.map(({ index }) => numberOf(index)));
        const free = [...spares.used].filter((number) => !inUse.has(number));
        spares.free.push(...free.filter((number) => !isUsedUp(number)));
        for (const number of free) spares.used.delete(number);
        return renewed;
      },
      /** Creates fixtures again, however often that failed, because the target is back. */
      revived: () => {
        failures = 0;
      },
      /** Creates fixtures only while each attempt succeeds soon, because the target turned every request away. */
      hurry: () => {
        inHurry = true;
      },
      /** Removes everything that was created, also fixtures in creation. Returns a sentence for each resource left behind. */
      tearDown,
    };
  } catch (error) {
    const leftBehind = await tearDown();
    if (!(error instanceof Fault)) throw error;
    const unmentioned = leftBehind.filter((sentence) => !error.message.includes(sentence));
    if (unmentioned.length === 0) throw error;
    const { option } = error;
    throw new Fault(`${error.message} In addition, ${unmentioned.join("; ")}.`, { cause: error, option });
  }
}

/** The workers that can continue, and the functions that the target lost. */
export type Survivors = Awaited<ReturnType<typeof survivors>>;

/**
 * Checks that the functions of each worker still exist. A target that was restarted or cleared refuses correct
 * requests, and that must not count as a violation. Such a worker gets a new fixture or is dropped.
 */
export async function survivors(
  workers: readonly Worker[],
  replace: (worker: Worker) => Promise<Worker | null>,
  scope: Scope,
) {
  const lost: string[] = [];
  const results = await scope.all(workers, async (worker) => {
    if (!(await isMissing(worker))) return worker;
    if (!worker.mayHaveDeleted()) lost.push(worker.fixture.main.name);
    return replace(worker);
  });
  const surviving: readonly Worker[] = results.filter((worker) => worker !== null);
  if (surviving.length > 0) return { workers: surviving, lost };
  throw new Fault(`${lostText(lost)} No new functions can be created, so no candidate can be confirmed.`);
}

/** Says whether the target lost the function of a worker, which no history deleted. */
export async function isLost(worker: Worker): Promise<boolean> {
  return !worker.mayHaveDeleted() && (await isMissing(worker));
}

async function isMissing(worker: Worker): Promise<boolean> {
  const { name } = worker.fixture.main;
  const isNotFound = async (key: string, call: Call) => {
    const { batches } = await worker.execute(inTurn([[{ key, call }]]));
    const answer = batches[0]?.[0]?.answer;
    return answer?.kind === "response" && answer.status === 404;
  };
  // A target without GetFunction finds nothing with it.
  return (
    (await isNotFound("standing", getFunction(name))) &&
    (await isNotFound("standing-addition", add(name, "standing")))
  );
}
