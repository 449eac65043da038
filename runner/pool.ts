import { isDeepStrictEqual } from "node:util";
import { type Arranged, leftoverTexts } from "../client/arrange.ts";
import { getFunction } from "../spec/calls.ts";
import type { Call } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import { add } from "../suites/case.ts";
import type { BatchOptions } from "./batch.ts";
import type { ArrangeHow } from "./connect.ts";
import type { Endings } from "./endings.ts";
import type { Emit } from "./events.ts";
import { lostText } from "./observe/problem.ts";
import type { RunOptions } from "./options.ts";
import type { Patience } from "./patience.ts";
import type { Scope } from "./scope.ts";
import { inTurn, type Worker, workerOn } from "./worker.ts";

/** The workers of a run, and their life cycle. */
export interface WorkerPool {
  readonly workers: readonly Worker[];
  /** What could not be arranged, for the first worker first. */
  readonly missing: Arranged["missing"];
  /** Gives the worker a new fixture; null if none can be created. */
  replace(worker: Worker): Promise<Worker | null>;
  /** Creates a fixture with the function under test alone, in place of an earlier one if given; null if that fails. */
  spareFixture(instead?: Worker | null): Promise<Worker | null>;
  /** How many requests such a fixture takes, with its deletion. */
  readonly requestsOfSpare: number;
  /** The same for a fixture with two functions, versions and aliases. */
  readonly requestsOfFixture: number;
  /** Sets up the workers that are not set up yet; none if all are. */
  grow(): Promise<readonly Worker[]>;
  /**
   * Gives each of these workers a new fixture where that succeeds, and deletes all others that were created, so that a long run
   * does not fill the target. Nothing else may use a fixture meanwhile.
   */
  renew(workers: readonly Worker[]): Promise<readonly Worker[]>;
  /** Creates fixtures again, however often that failed, because the target is back. */
  revived(): void;
  /** Creates fixtures only while each attempt succeeds soon, because the target turned every request away. */
  hurry(): void;
  /**
   * Removes everything that was created, including fixtures in creation. Returns a sentence for each resource left
   * behind.
   */
  tearDown(): Promise<readonly string[]>;
}

export type SetUpOptions = Pick<
  RunOptions,
  "arrange" | "fresh" | "how" | "workers" | "redact" | "settleMs" | "sleep" | "transport"
> & {
  /** The scope of the workers, which send nothing after it has ended. */
  readonly scope: Scope;
  /** The workers that are set up at once; all by default. */
  readonly atFirst?: number;
  readonly silentKinds?: BatchOptions["silentKinds"];
  readonly inFlight?: BatchOptions["inFlight"];
  /** Gets an event for each fixture and for what is sent on it. */
  readonly emit?: Emit | undefined;
  readonly patience?: Patience | undefined;
  readonly endings?: Pick<Endings, "instead" | "took"> | undefined;
};

/** After this many failures in a row no further fixture is created, because each attempt waits for a busy target. */
const maxFailures = 3;

/** Names hold two characters for the worker and two for its fixture, so all names have the same length. */
const maxIndex = 36 ** 2 - 1;
const maxGenerations = 1200;

/** A fixture with one function is created, read until it is active, and deleted. */
export const requestsOfSpare = 3;
/** Two functions are created, read and deleted, with two versions and four aliases; a third version may be tried. */
const requestsOfFixture = 15;

/** Longest wait for a busy target when a fixture is replaced, and in a hurry, in milliseconds. */
const replacementWaitMs = { usual: 10_000, inHurry: 2000 } as const;

/**
 * Arranges one fixture for each worker: the first alone, so a target that refuses gets one request, then the others
 * in parallel.
 */
export async function setUpWorkers(options: SetUpOptions): Promise<WorkerPool> {
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
  let failures = 0;
  let inHurry = false;
  let spareCount = 0;
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
    missing.push(...one.missing.filter((each) => !missing.some((known) => isDeepStrictEqual(known, each))));
    options.emit?.({ type: "fixture-ready", worker: index, fixture: one.fixture, empty: options.fresh });
    const worker = workerOn({
      index,
      fixture: one.fixture,
      fresh: options.fresh,
      transport: options.transport,
      how,
      settleMs: options.settleMs,
      sleep: options.sleep,
      patience: options.patience,
      silentKinds: options.silentKinds,
      inFlight: options.inFlight,
      endings: options.endings,
      emit: options.emit,
    });
    tearDownOf.set(worker, one.tearDown);
    return worker;
  };
  const tryToMake = async (index: number, bare: boolean): Promise<Worker | null> => {
    if (
      !options.fresh ||
      failures >= (inHurry ? 1 : maxFailures) ||
      numberOf(index) > maxIndex ||
      scope.signal.aborted
    )
      return null;
    if (isUsedUp(numberOf(index))) return null;
    try {
      const waitTimeoutMs = inHurry ? replacementWaitMs.inHurry : replacementWaitMs.usual;
      const worker = await make(index, { waitTimeoutMs, bare, onTearDown });
      failures = 0;
      return worker;
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
    const workers = [first, ...(await makeFrom(1, atFirst - 1))];
    let setUp = atFirst;
    return {
      workers,
      missing,
      replace: (worker) => tryToMake(worker.index, false),
      spareFixture: (instead = null) => {
        return tryToMake(instead?.index ?? newNumber(), true);
      },
      grow: () => {
        const from = setUp;
        setUp = options.workers;
        return makeFrom(from, setUp - from);
      },
      renew: async (old) => {
        for (const { index } of old) if (isUsedUp(numberOf(index))) numbers.set(index, newNumber());
        const renewed = await scope.all(old, async (one) => (await tryToMake(one.index, false)) ?? one);
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
      requestsOfSpare,
      requestsOfFixture,
      revived: () => {
        failures = 0;
      },
      hurry: () => {
        inHurry = true;
      },
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
export interface Survivors {
  readonly workers: readonly Worker[];
  readonly lost: readonly string[];
}

/**
 * Checks that the functions of each worker still exist. A target that was restarted or cleared refuses correct
 * requests, and that must not count as a violation. Such a worker gets a new fixture or is dropped.
 */
export async function survivors(
  workers: readonly Worker[],
  replace: (worker: Worker) => Promise<Worker | null>,
  scope: Scope,
): Promise<Survivors> {
  const lost: string[] = [];
  const results = await scope.all(workers, async (worker) => {
    if (!(await isMissing(worker))) return worker;
    if (!worker.mayHaveDeleted()) lost.push(worker.fixture.main.name);
    return replace(worker);
  });
  const surviving = results.filter((worker) => worker !== null);
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
