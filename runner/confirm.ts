import type { Counterexample, Reason } from "../reports/report.ts";
import { located } from "../spec/error-place.ts";
import type { Fixture } from "../spec/fixture.ts";
import { truncateExchange } from "./batch.ts";
import type { Candidate } from "./candidates.ts";
import { shrinkHistory } from "./reduce.ts";
import { regenerating, type Steps, stepsOf } from "./regenerate.ts";
import {
  fixtureFor,
  type GetEmptyFixture,
  replayTestCase,
  rerun,
  type SoughtViolation,
  violationIn,
} from "./rerun.ts";
import type { Execution } from "./worker.ts";

/** A violation that was tried again: the smallest history found, as it went the last time it showed. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly execution: Execution;
  /** The fixture it was played on; null when it was not played again. */
  readonly fixture: Fixture | null;
  readonly expected: string;
  readonly seen: string;
  /** How often it showed when it was sent again; null when it was not. */
  readonly reruns: Counterexample["reruns"] | null;
}

/** A violation that was seen while exploring and not again. */
export interface Unconfirmed {
  readonly kind: "unconfirmed";
  readonly why: Reason;
  /** The rule that explained it whenever it did show again. */
  readonly explainedBy?: string;
}

/** Says why a violation is not confirmed. */
export function unconfirmed(detail: string): Unconfirmed {
  return { kind: "unconfirmed", why: { code: "not-confirmed", detail } };
}

/** Nothing is told of a fixture that is not as it has to be. */
function withoutFixture(seen: string): Unconfirmed {
  return { kind: "unconfirmed", why: { code: "no-fixture", seen } };
}

/** What confirming needs. */
export interface ConfirmOptions extends Omit<SoughtViolation, "unless"> {
  readonly getEmptyFixture: GetEmptyFixture;
  /** No more may be sent. */
  readonly stop: () => boolean;
  /** Most reruns, where a budget allows fewer than it takes. */
  readonly maxReruns?: number;
  /** Which try of this rule it is, from 1: a recording tells the reruns of one from those of another. */
  readonly attempt?: number;
}

/** Reruns that a violation may cost, on emptied and on new fixtures; how often a race is tried in the hope to see it, and how often the smallest history is tried at the end. */
const most = { reruns: 240, raceReruns: 600, newFixtures: 40, raceTries: 20, confirmations: 3 } as const;

/** How a history went that showed the violation. */
type Showing = Pick<Confirmed, "execution" | "fixture" | "expected" | "seen">;

/** The smallest history so far that showed it for its own reason. */
type Smallest = Showing & { readonly steps: Steps };

/** How often a smaller history has to show it to be as good as a larger one. */
interface Criterion {
  readonly reruns: number;
  readonly shows: number;
}

/** What no race decides shows every time. */
const always: Criterion = { reruns: 1, shows: 1 };
/** A race goes either way: a smaller one is as good when it shows in half of the reruns. */
const often: Criterion = { reruns: 6, shows: 3 };
/** A race that is lost seldom is left as large as it was, since a smaller one is lost more seldom still. */
const seldom: Criterion = { reruns: 20, shows: 1 };

/**
 * Executes a candidate again, shrinks it and confirms it, so that nothing is reported that does not reproduce. Fixtures
 * are emptied for each rerun; where that does not show it on a new fixture, each rerun gets a new one, since what a
 * history leaves behind may outlast emptying, as ids do that are never free again. A smaller history in which another rule
 * explains the violation does not show it, so that it is told for its own reason.
 */
export async function confirm(
  candidate: Candidate,
  options: ConfirmOptions,
): Promise<Confirmed | Unconfirmed> {
  try {
    return await confirmAnywhere(candidate, options);
  } catch (error) {
    throw located(error, { rule: options.rule.id, case: candidate.testCase.id });
  }
}

async function confirmAnywhere(
  candidate: Candidate,
  options: ConfirmOptions,
): Promise<Confirmed | Unconfirmed> {
  // What came before on a fixture that could not be emptied may be behind it.
  if (candidate.notEmptied === true) return confirmOn(candidate, options, true);
  const onEmptied = await confirmOn(candidate, options, false);
  if (onEmptied.kind === "confirmed" || onEmptied.explainedBy !== undefined) return onEmptied;
  // A race that was not lost again in twenty tries is not lost more often on new fixtures.
  if (isRacing(candidate.batches) || options.stop()) return onEmptied;
  return confirmOn(candidate, options, true);
}

async function confirmOn(
  candidate: Candidate,
  options: ConfirmOptions,
  onNewFixtures: boolean,
): Promise<Confirmed | Unconfirmed> {
  const whole = stepsOf(candidate);
  const isRace = isRacing(whole);
  const reruns = rerunsOf(candidate, options, onNewFixtures);
  const { shows, smallest, explainedBy } = reruns;
  const isShown = await shows(whole, isRace ? { reruns: most.raceTries, shows: 1 } : always);
  // Where another rule explains it in the whole history, a part may show it without that.
  if (isShown || (!isRace && explainedBy() !== null)) {
    const race = isRace && !(await shows(whole, often)) ? seldom : often;
    const showsStill = (steps: Steps) => shows(steps, isRacing(steps) ? race : always);
    await shrinkHistory(candidate, showsStill, { shown: isShown, calls: race === often });
  }
  const found = smallest();
  if (found !== null) return confirmSmallest(found, reruns, options.stop);
  return reruns.notShown(
    `seen once (${candidate.seen}, in ${candidate.testCase.id}), not when it was tried again`,
  );
}

function isRacing(batches: readonly (readonly unknown[])[]): boolean {
  return batches.some((batch) => batch.length > 1);
}

/** Executes parts of a history again, within bounds, and keeps the last that met its criterion. */
function rerunsOf(candidate: Candidate, options: ConfirmOptions, onNewFixtures: boolean) {
  const usualMost = onNewFixtures
    ? most.newFixtures
    : isRacing(candidate.batches)
      ? most.raceReruns
      : most.reruns;
  // Creating functions takes requests, too.
  const allowed = (options.maxReruns ?? Infinity) / (onNewFixtures ? 2 : 1);
  const maxReruns = Math.min(usualMost, Math.max(2, allowed));
  const { rule, columns, getEmptyFixture: ready, attempt = 1 } = options;
  const { unless, onNewConnection = false, fixture: from } = candidate;
  const again = attempt === 1 ? "" : `again-${attempt}-`;
  const prefix = `${replayTestCase}${rule.id}/${columns[0]}/${again}${onNewFixtures ? "new-" : ""}`;
  const regenerate = regenerating(candidate);
  let reruns = 0;
  let testCases = 0;
  let smallest: Smallest | null = null;
  let explainedBy: string | null = null;
  let noFixture = false;
  /** Null where nothing was found wrong. */
  const rerunOnce = async (steps: Steps, isNew: boolean): Promise<RerunResult | null | "no-fixture"> => {
    const testCase = `${prefix}${++testCases}`;
    const done = await rerun(steps, {
      getEmptyFixture: ready,
      regenerate,
      from,
      onNew: onNewFixtures || isNew,
      testCase,
      onNewConnection,
    });
    if (done === null || done === "no-fixture") return done;
    const violation = violationIn(done.execution.observed, { ...options, unless });
    if (violation === null) return null;
    const { explainedBy: by, ...found } = violation;
    return { shown: { ...found, ...done, execution: executionForReport(done.execution) }, explainedBy: by };
  };
  return {
    once: rerunOnce,
    smallest: () => smallest,
    explainedBy: () => explainedBy,
    /** Only a function alone is soon created. */
    isAlone: (steps: Steps) => fixtureFor(steps, from, true) === "bare",
    notShown: (why: string): Unconfirmed => {
      if (noFixture) return withoutFixture(candidate.seen);
      if (explainedBy === null) return unconfirmed(why);
      return { ...unconfirmed(`seen again only together with a violation of ${explainedBy}`), explainedBy };
    },
    shows: async (steps: Steps, { reruns: attempts, shows: needed }: Criterion): Promise<boolean> => {
      let shown = 0;
      for (let left = attempts; left >= needed - shown; left -= 1) {
        if (reruns >= maxReruns || options.stop()) return false;
        reruns += 1;
        const found = await rerunOnce(steps, false);
        if (found === "no-fixture") {
          noFixture = true;
          return false;
        }
        explainedBy = found?.explainedBy ?? explainedBy;
        if (found === null || found.explainedBy !== null) continue;
        shown += 1;
        if (shown === needed) {
          smallest = { ...found.shown, steps };
          return true;
        }
      }
      return false;
    },
  };
}

/** What the rule found, and what explains it all the same. */
interface RerunResult {
  readonly shown: Showing;
  readonly explainedBy: string | null;
}

/** What a report needs of a history; what else was read in it would fill the memory, rule by rule. */
function executionForReport({ batches }: Execution): Execution {
  return { batches: batches.map((batch) => batch.map(truncateExchange)), observed: [] };
}

/** The first tries are on new fixtures, where whoever executes it by hand begins: it has to show there. */
async function confirmSmallest(
  { steps, ...before }: Smallest,
  { once, isAlone }: ReturnType<typeof rerunsOf>,
  stop: () => boolean,
): Promise<Confirmed | Unconfirmed> {
  const isRace = isRacing(steps);
  const tries = isRace ? most.raceTries : most.confirmations;
  // A race takes many tries.
  const onNew = isAlone(steps) ? tries : isRace ? 0 : 1;
  const notSeen = (where: string) => unconfirmed(`seen (${before.seen}), but not ${where}`);
  let confirmed: Showing = before;
  let shown = 0;
  let tried = 0;
  while (tried < tries && !stop()) {
    const isNew = tried < onNew;
    const result = await once(steps, isNew);
    if (result === "no-fixture") return withoutFixture(before.seen);
    const isShown = result !== null && result.explainedBy === null;
    if (!isShown && stop()) break;
    tried += 1;
    if (isShown) shown += 1;
    // As whoever executes it by hand will see it, and on a function of its own.
    if (isShown && isNew && shown === 1) confirmed = result.shown;
    if (tried === onNew && shown === 0) return notSeen("on functions that were just created");
  }
  if (shown === 0 && tried > 0) return notSeen(`in ${tried} further tries`);
  // Where nothing more might be sent it has been executed once more all the same.
  const reruns = tried === 0 ? { shown: 1, tried: 1 } : { shown, tried };
  return { kind: "confirmed", ...confirmed, reruns };
}
