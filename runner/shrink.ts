import type { Judge } from "../oracle/judge.ts";
import type { ObservedRound } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import type { Reason } from "../reports/reason.ts";
import type { Counterexample } from "../reports/report.ts";
import { located } from "../spec/error-place.ts";
import type { Round } from "../spec/exchange.ts";
import type { Stage } from "../spec/stage.ts";
import { addressee, route } from "../spec/target.ts";
import type { Column } from "../spec/verdict.ts";
import { type Candidate, isLasting } from "./candidates.ts";
import { type Lane, type Played, retained } from "./lane.ts";
import { reduceHistory, type Shows } from "./reduce.ts";
import { renamed } from "./replay.ts";
import { simplifyCalls } from "./simplify.ts";

/** A violation that was tried again: the smallest history found, as it went the last time it showed. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly played: Played;
  /** The stage it was played on; null when it was not played again. */
  readonly stage: Stage | null;
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

/** The stage that a play needs. */
type Wanted = "emptied" | "new" | "bare";

/** What shrinking needs. */
export interface ShrinkOptions extends Omit<LookedFor, "unless"> {
  /** An empty stage to play on: emptied, new, or new with nothing but the function under test; null when it cannot be had. */
  readonly ready: (wanted: Wanted) => Promise<Lane | null>;
  /** Names of the functions in the candidate's requests. */
  readonly names?: readonly string[];
  /** No more may be sent. */
  readonly stop: () => boolean;
  /** Most plays, where a budget allows fewer than it takes. */
  readonly plays?: number;
  /** Which try of this rule it is, from 1: a recording tells the plays of one from those of another. */
  readonly attempt?: number;
}

/** Begins the unit of every history that is played to try a violation again. */
export const replayUnit = "replay/";

interface ReplayOptions extends ShrinkOptions, LookedFor {
  /** A name for the next play, so that a recording tells one from the other. */
  readonly unit: () => string;
  /** Over new connections. */
  readonly anew: boolean;
  /** On a new stage each time. */
  readonly onNewStages: boolean;
}

/** Plays that a violation may cost, on emptied and on new stages; how often a race is tried in the hope to see it, and how often the smallest history is tried at the end. */
const most = { plays: 240, racePlays: 600, newStages: 40, raceTries: 20, confirmations: 3 } as const;

/** How a history went that showed the violation. */
type Shown = Pick<Confirmed, "played" | "stage" | "expected" | "seen">;

/** The smallest history so far that showed it for its own reason. */
type Smallest = Shown & { readonly rounds: readonly Round[] };

/** How often a smaller history has to show it to be as good as a larger one. */
interface Criterion {
  readonly plays: number;
  readonly shows: number;
}

/** What no race decides shows every time. */
const always: Criterion = { plays: 1, shows: 1 };
/** A race goes either way: a smaller one is as good when it shows in half of the plays. */
const often: Criterion = { plays: 6, shows: 3 };
/** A race that is lost seldom is left as large as it was, since a smaller one is lost more seldom still. */
const seldom: Criterion = { plays: 20, shows: 1 };

/**
 * Plays a violation again, makes it small and confirms it, so that nothing is reported that does not reproduce. Stages
 * are emptied for each play; where that does not show it on a new stage, each play gets a new one, since what a history
 * leaves behind may outlast emptying, as ids do that are never free again. A smaller history in which another rule
 * explains the violation does not show it, so that it is told for its own reason.
 */
export async function shrink(candidate: Candidate, given: ShrinkOptions): Promise<Confirmed | Unconfirmed> {
  try {
    return await shrinkAnywhere(candidate, given);
  } catch (error) {
    throw located(error, { rule: given.rule.id, case: candidate.unit });
  }
}

async function shrinkAnywhere(candidate: Candidate, given: ShrinkOptions): Promise<Confirmed | Unconfirmed> {
  // What came before on a stage that could not be emptied may be behind it.
  if (candidate.spoiled === true) return shrinkOn(candidate, given, true);
  const onEmptied = await shrinkOn(candidate, given, false);
  if (onEmptied.kind === "confirmed" || onEmptied.explainedBy !== undefined) return onEmptied;
  // A race that was not lost again in twenty tries is not lost more often on new stages.
  return isRacing(candidate.rounds) || given.stop() ? onEmptied : shrinkOn(candidate, given, true);
}

async function shrinkOn(
  candidate: Candidate,
  given: ShrinkOptions,
  onNewStages: boolean,
): Promise<Confirmed | Unconfirmed> {
  const steps = candidate.rounds.map((round) => round.map(({ step }) => step));
  const racing = isRacing(steps);
  const trials = tryingAgain(candidate, given, onNewStages);
  const { shows } = trials;
  const isShown = await shows(steps, racing ? { plays: most.raceTries, shows: 1 } : always);
  const seenOnce = `seen once (${candidate.seen}, in ${candidate.unit}), not when it was tried again`;
  // Where another rule explains it in the whole history, a part may show it without that.
  if (!isShown && (racing || trials.explainedBy() === null)) return trials.notShown(seenOnce);
  const race = racing && !(await shows(steps, often)) ? seldom : often;
  const showsStill: Shows = (rounds) => shows(rounds, isRacing(rounds) ? race : always);
  const reduce = (rounds: readonly Round[]) => reduceHistory(rounds, showsStill, { calls: race === often });
  const fewer = await reduce(steps);
  if (trials.smallest() === null) return trials.notShown(seenOnce);
  const plain = await simplifyCalls(fewer, candidate.names, showsStill);
  // A plainer call may need less before it.
  if (plain.length > 1) await reduce(plain);
  return confirm(trials.smallest(), trials.options);
}

/** Plays histories again, within bounds, and keeps the last that met its criterion. */
function tryingAgain(candidate: Candidate, given: ShrinkOptions, onNewStages: boolean) {
  const { names, unless, anew = false } = candidate;
  const usual = onNewStages ? most.newStages : isRacing(candidate.rounds) ? most.racePlays : most.plays;
  // Creating functions takes requests, too.
  const allowed = (given.plays ?? Infinity) / (onNewStages ? 2 : 1);
  const bound = Math.min(usual, Math.max(2, allowed));
  let plays = 0;
  let units = 0;
  const { rule, columns, attempt = 1 } = given;
  const again = attempt === 1 ? "" : `again-${attempt}-`;
  const prefix = `${replayUnit}${rule.id}/${columns[0]}/${again}${onNewStages ? "new-" : ""}`;
  const options: ReplayOptions = {
    ...given,
    names,
    unless,
    anew,
    onNewStages,
    unit: () => {
      units += 1;
      return `${prefix}${units}`;
    },
  };
  let smallest: Smallest | null = null;
  let explainedBy: string | null = null;
  let noFixture = false;
  return {
    options,
    smallest: () => smallest,
    explainedBy: () => explainedBy,
    notShown: (why: string): Unconfirmed =>
      noFixture
        ? withoutFixture(candidate.seen)
        : explainedBy === null
          ? unconfirmed(why)
          : { ...unconfirmed(`seen again only together with a violation of ${explainedBy}`), explainedBy },
    shows: async (rounds: readonly Round[], { plays: tries, shows: wanted }: Criterion): Promise<boolean> => {
      let shown = 0;
      for (let left = tries; left >= wanted - shown; left -= 1) {
        if (plays >= bound || options.stop()) return false;
        plays += 1;
        const found = await replay(rounds, options);
        if (found === "no-fixture") {
          noFixture = true;
          return false;
        }
        explainedBy = found?.explainedBy ?? explainedBy;
        if (found === null || found.explainedBy !== null) continue;
        shown += 1;
        if (shown === wanted) {
          smallest = { ...found.shown, rounds };
          return true;
        }
      }
      return false;
    },
  };
}

function isRacing(rounds: readonly (readonly unknown[])[]): boolean {
  return rounds.some((round) => round.length > 1);
}

/** The first tries are on new stages, where whoever plays it by hand begins: it has to show there. */
async function confirm(found: Smallest | null, options: ReplayOptions): Promise<Confirmed | Unconfirmed> {
  if (found === null) return unconfirmed(`${options.rule.id} was not seen again`);
  const racing = isRacing(found.rounds);
  const tries = racing ? most.raceTries : most.confirmations;
  // Only a function alone is soon created, and a race takes many tries.
  const alone = wanted(found.rounds, options.names ?? [], true) === "bare";
  const onNew = alone ? tries : racing ? 0 : 1;
  const { rounds, ...before } = found;
  const notThere = (where: string) => unconfirmed(`seen (${found.seen}), but not ${where}`);
  let confirmed: Shown = before;
  let shown = 0;
  let asked = 0;
  while (asked < tries && !options.stop()) {
    const isNew = asked < onNew;
    const again = await replay(rounds, { ...options, onNewStages: options.onNewStages || isNew });
    if (again === "no-fixture") return withoutFixture(found.seen);
    const isAgain = again !== null && again.explainedBy === null;
    if (!isAgain && options.stop()) break;
    asked += 1;
    if (isAgain) shown += 1;
    // As whoever plays it by hand will see it, and on a function of its own.
    if (isAgain && isNew && shown === 1) confirmed = again.shown;
    if (asked === onNew && shown === 0) return notThere("on functions that were just created");
  }
  if (shown === 0 && asked > 0) return notThere(`in ${asked} further tries`);
  // Where nothing more might be sent it has been played once more all the same.
  const reruns = asked === 0 ? { shown: 1, tried: 1 } : { shown, tried: asked };
  return { kind: "confirmed", ...confirmed, reruns };
}

/** Nothing is told of a stage that is not as it has to be. */
function withoutFixture(seen: string): Unconfirmed {
  return { kind: "unconfirmed", why: { code: "no-fixture", seen } };
}

/**
 * Plays a history on an empty stage; tells what the rule found, and what explains it all the same. Null when the rule found
 * nothing wrong, "no-fixture" when no such stage could be had.
 */
async function replay(
  rounds: readonly Round[],
  options: ReplayOptions,
): Promise<{ readonly shown: Shown; readonly explainedBy: string | null } | null | "no-fixture"> {
  const { ready, names = [], unit, anew, onNewStages } = options;
  const lane = await ready(wanted(rounds, names, onNewStages));
  if (lane === null) return "no-fixture";
  const here = renamed(rounds, names, lane.names());
  const played = await lane.play((done) => here[done.length] ?? null, { unit: unit(), anew });
  const violation = violationIn(played.observed, options);
  if (violation === null) return null;
  const { explainedBy, ...found } = violation;
  return { shown: { ...found, played: kept(played), stage: lane.stage }, explainedBy };
}

/** Most histories are about the function under test alone, and that is soon created. */
function wanted(rounds: readonly Round[], [main, , none]: readonly string[], onNewStages: boolean): Wanted {
  const steps = rounds.flat();
  if (isLasting(steps)) return "new";
  if (!onNewStages) return "emptied";
  const isAlone = steps.every(({ call }) => {
    const at = route(call.target);
    const of = at.kind === "none" ? null : addressee(at);
    return of !== null && of.qualifier === null && (of.name === main || of.name === none);
  });
  return isAlone ? "bare" : "new";
}

/** What a report needs of a history; what else was read in it would fill the memory, rule by rule. */
function kept({ rounds }: Played): Played {
  return { rounds: rounds.map((round) => round.map(retained)), observed: [] };
}

/** What an executed history shows of a rule. */
export interface Violation {
  readonly expected: string;
  readonly seen: string;
  /** Another rule whose violation explains it; null when it is violated for a reason of its own. */
  readonly explainedBy: string | null;
}

/** Which violations of which rule are looked for. */
export interface LookedFor {
  readonly judge: Judge;
  readonly rule: Rule;
  /** Columns that judge the rule alike: what explains it in one of them explains it. */
  readonly columns: readonly Column[];
  /** Rules that may explain it, besides those that the violation itself names. */
  readonly unless: readonly string[];
  /** Says whether another rule explains it, by whether that is violated in the same history (`here`) or in the whole run. */
  readonly explains: (rule: string, here: boolean) => boolean;
}

/** The violation of a rule that a history shows; where there are several, one that nothing explains. Null for none. */
export function violationIn(observed: readonly ObservedRound[], of: LookedFor): Violation | null {
  const { judge, rule, columns } = of;
  const violated = [...observed.flatMap((round) => judge.round(round)), ...judge.history(observed)].flatMap(
    ({ judgement, ...where }) => (judgement.verdict === "violated" ? [{ ...where, ...judgement }] : []),
  );
  const here = new Set(
    violated.filter(({ column }) => columns.includes(column)).map(({ rule: { id } }) => id),
  );
  let found: Violation | null = null;
  for (const { expected, seen, unless = [], ...where } of violated) {
    if (where.rule.id !== rule.id || where.column !== columns[0]) continue;
    const explainers = [...of.unless, ...unless].filter((id) => id !== rule.id);
    const explainedBy = explainers.find((id) => of.explains(id, here.has(id))) ?? null;
    if (explainedBy === null) return { expected, seen, explainedBy };
    found ??= { expected, seen, explainedBy };
  }
  return found;
}
