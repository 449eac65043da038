import type { Serving } from "../oracle/rule.ts";
import type { Counterexample, Reason } from "../reports/report.ts";
import { isSuccess, jsonObject } from "../spec/answer.ts";
import { located } from "../spec/error-place.ts";
import type { Fixture } from "../spec/fixture.ts";
import { isRemovable } from "../spec/target.ts";
import { truncateExchange } from "./batch.ts";
import { type Candidate, outlastsReset } from "./candidates.ts";
import { shrinkHistory } from "./reduce.ts";
import { regenerating, type Steps, stepsOf } from "./regenerate.ts";
import {
  attemptName,
  type EmptyFixtureKind,
  explainedOneByOne,
  fixtureFor,
  type GetEmptyFixture,
  rerun,
  rerunName,
  type SoughtViolation,
  type Violation,
  violationIn,
} from "./rerun.ts";
import { failsAlone as failedAlone, surrounded, validAddition, withServing } from "./serving.ts";
import { likelySmallest, simplifyCalls } from "./simplify.ts";
import type { Execution } from "./worker.ts";

/** A violation that showed in reruns: the smallest history found, with its last execution. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly execution: Execution;
  /** The fixture of that execution; null if the violation was not rerun. */
  readonly fixture: Fixture | null;
  readonly expected: string;
  readonly seen: string;
  /** How often reruns showed it; null if it was not rerun. */
  readonly reruns: Counterexample["reruns"] | null;
}

/** A violation that was seen once and not in reruns. */
export interface Unconfirmed {
  readonly kind: "unconfirmed";
  readonly why: Reason;
  /** The rule that explained it whenever a rerun showed it. */
  readonly explainedBy?: string;
  /** The target fails at valid requests too, so that no failure of this kind can be confirmed. */
  readonly failsAtAll?: true;
}

export function unconfirmed(detail: string): Unconfirmed {
  return { kind: "unconfirmed", why: { code: "not-confirmed", detail } };
}

/** A fixture that could not be reset confirms nothing. */
function withoutFixture(seen: string): Unconfirmed {
  return { kind: "unconfirmed", why: { code: "no-fixture", seen } };
}

export interface ConfirmOptions extends Omit<SoughtViolation, "unless"> {
  readonly getEmptyFixture: GetEmptyFixture;
  /** True when no more requests may be sent. */
  readonly stop: () => boolean;
  /** The most reruns that the budget allows. */
  readonly maxReruns?: number;
  /** The part of the time for the rule that is spent: from 1 on, nothing is shrunk; none is spent by default. */
  readonly spentTime?: () => number;
  /** True if another rule with the same cause is confirmed: then one rerun of the smallest history is enough. */
  readonly briefly?: boolean;
  /** The number of this attempt for the rule, from 1. It separates the reruns of attempts in a recording. */
  readonly attempt?: number;
}

/**
 * The most reruns on reset fixtures, for a race, and on new fixtures; the reruns in which a race, and what is rare, has
 * to show once, and the candidates of a rule that are rerun so often; the final reruns of the smallest history, those amid
 * valid requests, and those of a race with its calls one after another; how long reruns that shrink a history may wait for
 * answers that never come, in milliseconds; how many times the time for shrinking may pass until a history shows the
 * violation at all; and the reruns that are made however late it is.
 */
const most = {
  reruns: 240,
  raceReruns: 600,
  newFixtures: 40,
  raceTries: 20,
  rareTries: 200,
  rareCandidates: 2,
  confirmations: 3,
  surrounded: 3,
  oneByOne: 3,
  waitedMs: 12_000,
  timesToShow: 4,
  inHaste: 3,
} as const;

/** An execution that showed the violation. */
type Showing = Pick<Confirmed, "execution" | "fixture" | "expected" | "seen"> &
  Pick<Violation, "whileServing">;

/** The smallest history so far that showed the violation without another rule that explains it. */
type Smallest = Showing & {
  readonly steps: Steps;
  /** It was seen on a new function. */
  readonly isNew?: boolean;
};

/** How many of some reruns have to show the violation before a smaller history replaces a larger one. */
interface Criterion {
  readonly reruns: number;
  readonly shows: number;
}

/** A history without concurrent calls shows the violation every time. */
const always: Criterion = { reruns: 1, shows: 1 };
/** A smaller race replaces a larger one if half of the reruns show it. */
const often: Criterion = { reruns: 6, shows: 3 };
/** A race that seldom shows keeps its size, since a smaller one shows even less often. */
const seldom: Criterion = { reruns: 20, shows: 1 };

/**
 * Reruns a candidate, shrinks it and confirms it, so only violations that reproduce are reported. Reruns use reset
 * fixtures first, and new ones if the violation does not show, because some effects outlast a reset. A smaller
 * history counts only if no other rule explains the violation in it.
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
  const result = await confirmByReruns(candidate, options);
  if (result.kind === "confirmed" || result.explainedBy !== undefined) return result;
  return asSeen(candidate) ?? result;
}

/**
 * Confirms without a rerun that an existing function accepted an id that no path can name: its statement stays, so a
 * rerun meets a duplicate. Null for any other candidate.
 */
export function asSeen({ batches, fixture, expected, seen }: Candidate): Confirmed | null {
  const last = batches.at(-1) ?? [];
  const [exchange] = last;
  if (fixture.recipe !== null || exchange === undefined || last.length > 1) return null;
  const { call } = exchange;
  const id = call.operation === "AddPermission" ? jsonObject(call.body ?? "")?.StatementId : undefined;
  if (!isSuccess(exchange.answer) || typeof id !== "string" || isRemovable(id)) return null;
  const execution = { batches: [last], observed: [] };
  return { kind: "confirmed", execution, fixture, expected, seen, reruns: null };
}

async function confirmByReruns(
  candidate: Candidate,
  options: ConfirmOptions,
): Promise<Confirmed | Unconfirmed> {
  // Earlier test cases on a fixture that could not be reset may explain it.
  if (candidate.notEmptied === true) return confirmOn(candidate, options, true);
  const onEmptied = await confirmOn(candidate, options, false);
  if (onEmptied.kind === "confirmed" || onEmptied.explainedBy !== undefined || onEmptied.failsAtAll)
    return onEmptied;
  // Neither a race that did not show in twenty reruns nor a failure that comes and goes shows more often on new fixtures.
  if (isRacing(candidate.batches) || candidate.whileServing !== undefined || options.stop()) return onEmptied;
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
  if (candidate.whileServing !== undefined && !(await reruns.serves()))
    return {
      ...unconfirmed(`a failure (${candidate.seen}), but the target fails at valid requests too`),
      failsAtAll: true,
    };
  const likely = await confirmLikely(candidate, reruns, options);
  if (likely !== null) return likely;
  const isShown = await shows(whole, isRace ? { reruns: most.raceTries, shows: 1 } : always);
  if (!isShown && mayBeRare(candidate, options, onNewFixtures) && explainedBy() === null) {
    if (await shows(whole, { reruns: most.rareTries, shows: 1 })) {
      const rare = smallest();
      if (rare !== null) return confirmSmallest(rare, reruns, options, true);
    }
  }
  // If another rule explains the violation in the whole history, a part may show it alone.
  if (isShown || (!isRace && explainedBy() !== null)) {
    const race = isRace && !(await shows(whole, often)) ? seldom : often;
    const showsStill = (steps: Steps) => shows(steps, isRacing(steps) ? race : always);
    if (options.rule.shrinks !== false)
      await shrinkHistory(candidate, showsStill, {
        shown: isShown,
        calls: race === often,
        values: options.briefly !== true,
        onValues: () => reruns.fine(true),
      });
  }
  const found = smallest();
  if (found !== null) {
    const result = await confirmSmallest(found, reruns, options);
    if (result.kind !== "confirmed" || !isRacing(found.steps)) return result;
    const by = await reruns.oneByOne(found.steps);
    if (by === null) return result;
    return { ...unconfirmed(`the same calls, one after another, violate ${by}`), explainedBy: by };
  }
  const { seen, testCase } = candidate;
  return reruns.notShown(
    candidate.whileServing === undefined
      ? `seen once (${seen}, in ${testCase.id}), not in reruns`
      : `a failure that came and went (${seen}, in ${testCase.id})`,
  );
}

/**
 * Confirms the history that is likely to be the smallest, without trying larger ones. Where the cause is known already, one
 * rerun on a new function is enough. Null if it does not show the violation.
 */
async function confirmLikely(
  candidate: Candidate,
  reruns: ReturnType<typeof rerunsOf>,
  options: ConfirmOptions,
): Promise<Confirmed | null> {
  const { rule, briefly = false } = options;
  if (rule.shrinks === false || isRacing(candidate.batches)) return null;
  for (const likely of likelySmallest(stepsOf(candidate), candidate, rule.id)) {
    if (!(await reruns.showsAtOnce(likely, briefly && reruns.isAlone(likely)))) continue;
    if (!briefly) {
      reruns.fine(true);
      await simplifyCalls(likely, candidate, (steps) => reruns.shows(steps, always));
    }
    const found = reruns.smallest();
    const result = found === null ? null : await confirmSmallest(found, reruns, options);
    reruns.fine(false);
    return result?.kind === "confirmed" ? result : null;
  }
  return null;
}

/** Tries the first candidates of such a rule only, as each costs hundreds of requests. */
function mayBeRare(
  { batches }: Candidate,
  { rule, attempt = 1 }: ConfirmOptions,
  onNewFixtures: boolean,
): boolean {
  return rule.rare === true && !isRacing(batches) && !onNewFixtures && attempt <= most.rareCandidates;
}

/** The same kind of fixture with the second function, which receives the valid requests. */
function withOther(kind: EmptyFixtureKind): EmptyFixtureKind {
  if (kind === "bare") return "new";
  return kind === "bare-emptied" ? "emptied" : kind;
}

function isRacing(batches: readonly (readonly unknown[])[]): boolean {
  return batches.some((batch) => batch.length > 1);
}

/** Reruns parts of a history within bounds, and keeps the last part that met its criterion. */
function rerunsOf(candidate: Candidate, options: ConfirmOptions, onNewFixtures: boolean) {
  const usualMost = onNewFixtures
    ? most.newFixtures
    : isRacing(candidate.batches)
      ? most.raceReruns
      : most.reruns;
  // Creating functions takes requests, too.
  const allowed = (options.maxReruns ?? Infinity) / (onNewFixtures ? 2 : 1);
  const maxReruns = Math.min(usualMost, Math.max(2, allowed));
  const { rule, columns, getEmptyFixture: ready, attempt = 1, spentTime = () => 0 } = options;
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
  const failed = new Set<string>();
  /** Null if the rerun shows no violation. */
  const rerunOnce = async (steps: Steps, isNew: boolean): Promise<RerunResult | null | "no-fixture"> => {
    const testCase = rerunName(prefix, ++testCases, isFine ? "fine" : undefined);
    const done = await rerun(steps, {
      getEmptyFixture: ready,
      regenerate,
      from,
      onNew: onNewFixtures || isNew,
      testCase,
      onNewConnection,
    });
    if (done === null || done === "no-fixture") return done;
    waitedMs += waitedInVain(done.execution);
    const violation = violationIn(done.execution.observed, { ...options, unless });
    if (violation === null) return null;
    const { explainedBy: by, ...found } = violation;
    return { shown: { ...found, ...done, execution: executionForReport(done.execution) }, explainedBy: by };
  };
  const asked = { getEmptyFixture: ready, regenerate, from, onNew: onNewFixtures };
  /** Sends one valid request, and says whether it succeeded. */
  const serves = async (): Promise<boolean> => {
    const done = await rerun([], {
      ...asked,
      testCase: rerunName(prefix, ++testCases, "valid"),
      surround: (_, { main }) => [validAddition(1, main)],
    });
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
    const done = await rerun(steps, {
      ...asked,
      getEmptyFixture: (kind) => ready(on === "elsewhere" ? withOther(kind) : kind),
      testCase: rerunName(prefix, ++testCases, "amid-valid"),
      surround: (batches, fixture) => surrounded(batches, fixture, on),
    });
    return done !== null && done !== "no-fixture" && failedAlone(done.execution.batches);
  };
  const isLate = () => reruns >= most.inHaste && spentTime() >= (smallest === null ? most.timesToShow : 1);
  /** Sends the calls of a race one after another; the rule that explains the violation and is violated then, or null. */
  const oneByOne = async (steps: Steps): Promise<string | null> => {
    for (let left = most.oneByOne; left > 0 && !options.stop(); left -= 1) {
      const testCase = rerunName(prefix, ++testCases, "one-by-one");
      const apart = steps.flat().map((step) => [step]);
      const done = await rerun(apart, { ...asked, testCase });
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
    isAlone: (steps: Steps) => fixtureFor(steps, from, true) === "bare",
    notShown: (why: string): Unconfirmed => {
      if (noFixture) return withoutFixture(candidate.seen);
      if (explainedBy === null) return unconfirmed(why);
      return {
        ...unconfirmed(`reruns show it only together with a violation of ${explainedBy}`),
        explainedBy,
      };
    },
    /** Reruns steps once. What does not show says nothing of the whole history. */
    showsAtOnce: async (steps: Steps, isNew: boolean): Promise<boolean> => {
      reruns += 1;
      const found = await rerunOnce(steps, isNew);
      if (found === null) failed.add(textOf(steps));
      if (found === null || found === "no-fixture" || found.explainedBy !== null) return false;
      smallest = { ...found.shown, steps, isNew };
      return true;
    },
    shows: async (steps: Steps, { reruns: attempts, shows: needed }: Criterion): Promise<boolean> => {
      // Without concurrent calls the same history shows the same again.
      const text = attempts === 1 ? textOf(steps) : "";
      if (failed.has(text)) return false;
      let shown = 0;
      for (let left = attempts; left >= needed - shown; left -= 1) {
        if (reruns >= maxReruns || waitedMs > most.waitedMs || isLate() || options.stop()) return false;
        reruns += 1;
        const found = await rerunOnce(steps, false);
        if (found === "no-fixture") {
          noFixture = true;
          return false;
        }
        explainedBy = found?.explainedBy ?? explainedBy;
        if (found === null || found.explainedBy !== null) {
          if (attempts === 1) failed.add(text);
          continue;
        }
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

/** The execution that showed the violation, and the rule that explains it, if any. */
interface RerunResult {
  readonly shown: Showing;
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

/** Drops what a report does not need, to bound the memory. */
function executionForReport({ batches }: Execution): Execution {
  return { batches: batches.map((batch) => batch.map(truncateExchange)), observed: [] };
}

/**
 * Confirms the smallest history. The first reruns use new fixtures, because a reader who runs the reproduction
 * starts there.
 */
async function confirmSmallest(
  { steps, isNew: isOnNew = false, ...before }: Smallest,
  { once, isAlone, isLate, failsAlone }: ReturnType<typeof rerunsOf>,
  { stop, briefly = false }: Pick<ConfirmOptions, "stop" | "briefly">,
  isRare = false,
): Promise<Confirmed | Unconfirmed> {
  const isRace = isRacing(steps);
  const usual = briefly ? (isOnNew ? 0 : 1) : most.confirmations;
  const tries = isRare ? most.rareTries : isRace ? most.raceTries : usual;
  // A race takes many reruns, and new fixtures are expensive.
  const onNew = isRare ? 0 : isAlone(steps) ? tries : isRace ? 0 : 1;
  const notSeen = (where: string) =>
    unconfirmed(
      before.whileServing === undefined
        ? `seen (${before.seen}), but not ${where}`
        : `a failure that came and went (${before.seen}), not seen ${where}`,
    );
  let confirmed: Showing = before;
  let shown = 0;
  let tried = 0;
  const isEnough = () => (isRare && shown > 0) || (tried >= most.inHaste && isLate());
  while (tried < tries && !stop() && !isEnough()) {
    const isNew = tried < onNew;
    const result = await once(steps, isNew);
    if (result === "no-fixture") return withoutFixture(before.seen);
    const isShown = result !== null && result.explainedBy === null;
    if (!isShown && stop()) break;
    tried += 1;
    if (isShown) shown += 1;
    // Report the execution on a new fixture, which is the one that a reader reproduces.
    if (isShown && isNew && shown === 1) confirmed = result.shown;
    if (tried === onNew && shown === 0) return notSeen("on functions that were just created");
  }
  if (shown === 0 && tried > 0) return notSeen(`in ${tried} further reruns`);
  // If no request may be sent any more, the execution that shrinking found counts.
  const reruns = tried === 0 ? { shown: 1, tried: 1 } : { shown, tried };
  const { whileServing, ...found } = confirmed;
  if (whileServing === undefined) return { kind: "confirmed", ...found, reruns };
  for (let round = 0; round < (briefly ? 1 : most.surrounded); round += 1) {
    if (!(await failsAlone(steps, whileServing)))
      return unconfirmed(`a failure that came and went, also at valid requests (${before.seen})`);
  }
  return { kind: "confirmed", ...found, seen: withServing(found.seen), reruns };
}
