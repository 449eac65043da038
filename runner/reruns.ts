import type { Serving } from "../oracle/rule.ts";
import { isSuccess } from "../spec/answer.ts";
import { isBare, joinedParts, noParts } from "../spec/fixture.ts";
import { truncateExchange } from "./batch.ts";
import { type Candidate, isRacing, outlastsReset } from "./candidates.ts";
import { regenerating, type Steps } from "./regenerate.ts";
import {
  attemptName,
  explainedOneByOne,
  fixtureFor,
  type GetEmptyFixture,
  type Rerun,
  type RerunAim,
  type RerunOptions,
  rerun,
  rerunName,
  type SoughtViolation,
  type Violation,
  violationIn,
} from "./rerun.ts";
import { failsAlone as failedAlone, surrounded, validAddition } from "./serving.ts";
import type { Execution } from "./worker.ts";

/** What is looked for in reruns, and how many there may be. */
export interface RerunsOptions extends Omit<SoughtViolation, "unless"> {
  readonly getEmptyFixture: GetEmptyFixture;
  /** True when no more requests may be sent. */
  readonly stop: () => boolean;
  /** The most reruns that the budget allows. */
  readonly maxReruns: number;
  /** The part of the time for the rule that is spent: from 1 on, nothing is shrunk. */
  readonly spentTime: () => number;
  /** The number of this attempt for the rule, from 1. It separates the reruns of attempts in a recording. */
  readonly attempt: number;
}

const most = {
  /** The reruns on reset fixtures, those of a race, and those on new fixtures. */
  reruns: 240,
  raceReruns: 600,
  newFixtures: 40,
  /** The reruns of a race with its calls one after another. */
  oneByOne: 3,
  /** How long reruns that shrink a history may wait for answers that never come, in milliseconds. */
  waitedMs: 12_000,
  /** How many times the time for shrinking may pass until a history shows the violation at all. */
  timesToShow: 4,
  /** The reruns that are made however late it is. */
  inHaste: 3,
} as const;

export type Showing = Rerun & Pick<Violation, "expected" | "seen" | "whileServing">;

/** The smallest history so far that showed the violation without another rule that explains it. */
export type Smallest = Showing & {
  readonly steps: Steps;
  /** It was seen on a new function. */
  readonly isNew?: boolean;
};

/** How many of some reruns have to show the violation before a smaller history replaces a larger one. */
export interface Criterion {
  readonly reruns: number;
  readonly shows: number;
}

/** The reruns of a candidate on its own: each of some steps of its history, and the smallest of these that showed the violation. */
export function rerunsOf(candidate: Candidate, options: RerunsOptions, onNewFixtures: boolean) {
  const usualMost = onNewFixtures
    ? most.newFixtures
    : isRacing(candidate.batches)
      ? most.raceReruns
      : most.reruns;
  // Creating functions takes requests, too.
  const allowed = options.maxReruns / (onNewFixtures ? 2 : 1);
  const maxReruns = Math.min(usualMost, Math.max(2, allowed));
  const { rule, columns, getEmptyFixture: ready, attempt, spentTime } = options;
  const { unless, onNewConnection = false, fixture: from } = candidate;
  const [column = "document"] = columns;
  const prefix = attemptName({ rule: rule.id, column, place: candidate.place }, attempt, onNewFixtures);
  const regenerate = regenerating(candidate);
  let reruns = 0;
  let testCases = 0;
  let waitedMs = 0;
  let smallest: Smallest | null = null;
  let explainedBy: string | null = null;
  let noFixture = false;
  let isFine = false;
  let aloneIsEnough = false;
  const failed = new Set<string>();
  const send = (steps: Steps, aim?: RerunAim, how: Partial<RerunOptions> = {}) => {
    const testCase = rerunName(prefix, ++testCases, aim);
    const usual = { getEmptyFixture: ready, regenerate, from, onNew: onNewFixtures, testCase, aloneIsEnough };
    return rerun(steps, { ...usual, ...how });
  };
  /** Null if the rerun shows no violation. */
  const rerunOnce = async (steps: Steps, isNew: boolean): Promise<RerunResult | null | "no-fixture"> => {
    const how = { onNew: onNewFixtures || isNew, onNewConnection };
    const done = await send(steps, isFine ? "fine" : undefined, how);
    if (done === null || done === "no-fixture") return done;
    waitedMs += waitedInVain(done.execution);
    const violation = violationIn(done.execution.observed, { ...options, unless });
    if (violation === null) return null;
    const { explainedBy: by, batches, ...found } = violation;
    const execution = executionForReport(done.execution, batches);
    return { shown: { ...found, ...done, execution }, steps: steps.slice(0, batches), explainedBy: by };
  };
  /** The rerun that shows the violation without another rule that explains it, or null; "end" where there may be no more. */
  const rerunWithinBounds = async (steps: Steps): Promise<RerunResult | null | "end"> => {
    if (reruns >= maxReruns || waitedMs > most.waitedMs || isLate() || options.stop()) return "end";
    reruns += 1;
    const found = await rerunOnce(steps, false);
    noFixture ||= found === "no-fixture";
    if (found === "no-fixture") return "end";
    explainedBy = found?.explainedBy ?? explainedBy;
    return found?.explainedBy === null ? found : null;
  };
  /** Sends one valid request, and says whether it succeeded. */
  const serves = async (): Promise<boolean> => {
    const done = await send([], "valid", { surround: (_, { main }) => [validAddition(1, main)] });
    return (
      done !== null &&
      done !== "no-fixture" &&
      done.execution.batches.flat().every(({ answer }) => isSuccess(answer))
    );
  };
  /** Reruns steps amid valid requests, and says whether the target fails at the last step alone. */
  const failsAlone = async (steps: Steps, wanted: Serving): Promise<boolean> => {
    // The function under test may be deleted by the history.
    const on = outlastsReset(steps.flat()) ? "elsewhere" : wanted;
    const done = await send(steps, "amid-valid", {
      getEmptyFixture: ({ isNew, parts }) =>
        ready({ isNew, parts: on === "elsewhere" ? joinedParts(parts, { ...noParts, other: true }) : parts }),
      surround: (batches, fixture) => surrounded(batches, fixture, on),
    });
    return done !== null && done !== "no-fixture" && failedAlone(done.execution.batches);
  };
  const isLate = () => reruns >= most.inHaste && spentTime() >= (smallest === null ? most.timesToShow : 1);
  /** Sends the calls of a race one after another; the rule that explains the violation and is violated then, or null. */
  const oneByOne = async (steps: Steps): Promise<string | null> => {
    for (let left = most.oneByOne; left > 0 && !options.stop(); left -= 1) {
      const apart = steps.flat().map((step) => [step]);
      const done = await send(apart, "one-by-one");
      if (done === null || done === "no-fixture") return null;
      const by = explainedOneByOne(done.execution.observed, { ...options, unless });
      if (by !== null) return by;
    }
    return null;
  };
  return {
    once: rerunOnce,
    isLate,
    oneByOne,
    serves,
    failsAlone,
    smallest: () => smallest,
    explainedBy: () => explainedBy,
    /** Names what follows, which a brief confirmation leaves out. */
    fine: (is: boolean) => {
      isFine = is;
    },
    /** A fixture with one function is quick to create. */
    isAlone: (steps: Steps) => isBare(fixtureFor(steps, from, true, aloneIsEnough).parts),
    /** True: a history that names no version, alias or second function is rerun on the function under test alone. */
    tryAlone: (is: boolean) => {
      // A fixture with versions and aliases may show what the function alone did not.
      if (aloneIsEnough && !is) failed.clear();
      aloneIsEnough = is;
    },
    hadNoFixture: () => noFixture,
    /** Reruns steps once. What does not show says nothing of the whole history. */
    showsAtOnce: async (steps: Steps, isNew: boolean): Promise<boolean> => {
      reruns += 1;
      const found = await rerunOnce(steps, isNew);
      if (found === null) failed.add(textOf(steps));
      if (found === null || found === "no-fixture" || found.explainedBy !== null) return false;
      smallest = { ...found.shown, steps: found.steps, isNew };
      return true;
    },
    /** Says whether steps show the violation as often as the criterion demands, within the bounds. */
    shows: async (steps: Steps, { reruns: attempts, shows: needed }: Criterion): Promise<boolean> => {
      // Without concurrent calls the same history shows the same again.
      const text = attempts === 1 ? textOf(steps) : null;
      if (text !== null && failed.has(text)) return false;
      let shown = 0;
      for (let left = attempts; left >= needed - shown; left -= 1) {
        const found = await rerunWithinBounds(steps);
        if (found === "end") return false;
        if (found === null && text !== null) failed.add(text);
        if (found === null) continue;
        shown += 1;
        if (shown < needed) continue;
        smallest = { ...found.shown, steps: found.steps };
        return true;
      }
      return false;
    },
  };
}

/** The execution that showed the violation, and the rule that explains it, if any. */
interface RerunResult {
  readonly shown: Showing;
  /** The steps up to the one that shows it. */
  readonly steps: Steps;
  readonly explainedBy: string | null;
}

function textOf(steps: Steps): string {
  const calls = steps.map((batch) => batch.map(({ key, call, swapped }) => [key, call, swapped]));
  return JSON.stringify(calls);
}

/** How long calls waited for an answer that never came, in milliseconds. */
function waitedInVain({ batches }: Execution): number {
  const lost = batches.flat().filter(({ answer }) => answer.kind === "none");
  return lost.reduce((sum, { answer }) => sum + answer.answeredAt - answer.sentAt, 0);
}

/** Drops what a report does not need: what follows the batch that shows the violation, and, to bound the memory, long texts. */
function executionForReport({ batches }: Execution, upTo: number): Execution {
  return { batches: batches.slice(0, upTo).map((batch) => batch.map(truncateExchange)), observed: [] };
}
