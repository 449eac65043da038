import type { Counterexample, Reason } from "../reports/report.ts";
import { isSuccess, jsonObject } from "../spec/answer.ts";
import { located } from "../spec/error-place.ts";
import type { Fixture } from "../spec/fixture.ts";
import { isRemovable } from "../spec/target.ts";
import { type Candidate, isRacing } from "./candidates.ts";
import { shrinkHistory } from "./reduce.ts";
import { type Steps, stepsOf } from "./regenerate.ts";
import { type Criterion, type RerunsOptions, rerunsOf, type Showing, type Smallest } from "./reruns.ts";
import { withServing } from "./serving.ts";
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

export interface ConfirmOptions extends RerunsOptions {
  /** True if another rule with the same cause is confirmed: then one rerun of the smallest history is enough. */
  readonly briefly: boolean;
}

const most = {
  /** The reruns in which a race has to show once. */
  raceTries: 20,
  /** The reruns in which what is rare has to show once, and the candidates of a rule that are rerun so often. */
  rareTries: 200,
  rareCandidates: 2,
  /** The final reruns of the smallest history, and those amid valid requests. */
  confirmations: 3,
  surrounded: 3,
  /** The final reruns that are made however late it is. */
  inHaste: 3,
} as const;

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

/** The violation as seen, if an existing function accepted an id that cannot be removed; else null. */
export function asSeen(candidate: Candidate): Confirmed | null {
  const [exchange, ...more] = candidate.batches.at(-1) ?? [];
  if (candidate.fixture.recipe !== null || exchange === undefined || more.length > 0) return null;
  const { call } = exchange;
  const id = call.operation === "AddPermission" ? jsonObject(call.body ?? "")?.StatementId : undefined;
  if (!isSuccess(exchange.answer) || typeof id !== "string" || isRemovable(id)) return null;
  return confirmedAsSeen(candidate);
}

/** The violation as it was seen, without a rerun. */
export function confirmedAsSeen({ batches, fixture, expected, seen }: Candidate): Confirmed {
  const execution = { batches: batches.slice(-1), observed: [] };
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
    const isRare = await shows(whole, { reruns: most.rareTries, shows: 1 });
    const rare = isRare ? smallest() : null;
    if (rare !== null) return confirmSmallest(rare, reruns, options, true);
  }
  // If another rule explains the violation in the whole history, a part may show it alone.
  const mayShowInPart = isShown || (!isRace && explainedBy() !== null);
  if (mayShowInPart && options.rule.shrinks !== false)
    await shrinkWith(candidate, whole, isShown, reruns, options);
  const found = smallest();
  return found === null ? notShown(candidate, reruns) : confirmFound(found, reruns, options);
}

type Reruns = ReturnType<typeof rerunsOf>;

/** Shrinks the whole history; a smaller race counts only if it shows the violation about as often. */
async function shrinkWith(
  candidate: Candidate,
  whole: Steps,
  isShown: boolean,
  { shows, fine }: Reruns,
  { briefly }: ConfirmOptions,
): Promise<void> {
  const race = isRacing(whole) && !(await shows(whole, often)) ? seldom : often;
  await shrinkHistory(candidate, (steps) => shows(steps, isRacing(steps) ? race : always), {
    shown: isShown,
    calls: race === often,
    values: !briefly,
    onValues: () => fine(true),
  });
}

/** Confirms what shrinking found; a race counts only if the same calls in turn violate nothing that explains it. */
async function confirmFound(
  found: Smallest,
  reruns: Reruns,
  options: ConfirmOptions,
): Promise<Confirmed | Unconfirmed> {
  const result = await confirmSmallest(found, reruns, options);
  if (result.kind !== "confirmed" || !isRacing(found.steps)) return result;
  const by = await reruns.oneByOne(found.steps);
  if (by === null) return result;
  return { ...unconfirmed(`the same calls, one after another, violate ${by}`), explainedBy: by };
}

/** Why no rerun showed the violation alone. */
function notShown({ seen, testCase, whileServing }: Candidate, reruns: Reruns): Unconfirmed {
  const by = reruns.explainedBy();
  if (reruns.hadNoFixture()) return withoutFixture(seen);
  if (by !== null)
    return { ...unconfirmed(`reruns show it only together with a violation of ${by}`), explainedBy: by };
  return unconfirmed(
    whileServing === undefined
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
  reruns: Reruns,
  options: ConfirmOptions,
): Promise<Confirmed | null> {
  const { rule, briefly } = options;
  if (rule.shrinks === false || isRacing(candidate.batches)) return null;
  const showsOn = async (likely: Steps) => reruns.showsAtOnce(likely, briefly && reruns.isAlone(likely));
  /** Where a fixture with versions, aliases and a second function would be used, the function alone is tried first. */
  const showsAlone = async (likely: Steps) => {
    if (reruns.isAlone(likely)) return false;
    reruns.tryAlone(true);
    if (reruns.isAlone(likely) && (await showsOn(likely))) return true;
    reruns.tryAlone(false);
    return false;
  };
  for (const likely of likelySmallest(stepsOf(candidate), candidate, rule.id)) {
    if (!(await showsAlone(likely)) && !(await showsOn(likely))) continue;
    if (!briefly) {
      reruns.fine(true);
      await simplifyCalls(
        likely,
        candidate,
        async (steps) => !isInVain(steps, candidate, rule.id) && reruns.shows(steps, always),
      );
    }
    const found = reruns.smallest();
    const result = found === null ? null : await confirmSmallest(found, reruns, options);
    reruns.fine(false);
    reruns.tryAlone(false);
    return result?.kind === "confirmed" ? result : null;
  }
  return null;
}

/** Says whether a rule is about the path, and the path of a request is the canonical one, with which nothing is wrong. */
function isInVain(steps: Steps, { fixture }: Candidate, rule: string): boolean {
  const canonical = `/2015-03-31/functions/${fixture.main.name}/policy`;
  return (
    /^(FunctionName|Qualifier|resource|route)\./.test(rule) && steps.at(-1)?.at(-1)?.call.target === canonical
  );
}

/** Tries the first candidates of such a rule only, as each costs hundreds of requests. */
function mayBeRare(
  { batches }: Candidate,
  { rule, attempt }: ConfirmOptions,
  onNewFixtures: boolean,
): boolean {
  return rule.rare === true && !isRacing(batches) && !onNewFixtures && attempt <= most.rareCandidates;
}

/** Confirms the smallest history, first on new fixtures, where a reader of the reproduction starts. */
async function confirmSmallest(
  smallest: Smallest,
  reruns: Reruns,
  options: Pick<ConfirmOptions, "stop" | "briefly">,
  isRare = false,
): Promise<Confirmed | Unconfirmed> {
  const { steps } = smallest;
  const result = await rerunSmallest(smallest, reruns, options, isRare);
  if (result.kind === "unconfirmed") return result;
  const { whileServing, ...found } = result;
  if (whileServing === undefined) return found;
  for (let round = 0; round < (options.briefly ? 1 : most.surrounded); round += 1) {
    if (!(await reruns.failsAlone(steps, whileServing)))
      return unconfirmed(`a failure that came and went, also at valid requests (${smallest.seen})`);
  }
  return { ...found, seen: withServing(found.seen) };
}

/** How often the smallest history is rerun, and how many of these reruns are on new fixtures. */
function rerunsOfSmallest(
  { steps, isNew = false }: Smallest,
  isAlone: boolean,
  isBrief: boolean,
  isRare: boolean,
): { readonly tries: number; readonly onNew: number } {
  // A race and what is rare take many reruns, and new fixtures are expensive.
  if (isRare) return { tries: most.rareTries, onNew: 0 };
  if (isRacing(steps)) return { tries: most.raceTries, onNew: isAlone ? most.raceTries : 0 };
  const tries = isBrief ? (isNew ? 0 : 1) : most.confirmations;
  return { tries, onNew: isAlone ? tries : 1 };
}

/** Reruns the smallest history; what it showed while the target served valid requests is returned with it. */
async function rerunSmallest(
  smallest: Smallest,
  { once, isAlone, isLate }: Reruns,
  { stop, briefly }: Pick<ConfirmOptions, "stop" | "briefly">,
  isRare: boolean,
): Promise<(Confirmed & Pick<Showing, "whileServing">) | Unconfirmed> {
  const { steps, isNew: _, ...before } = smallest;
  const { tries, onNew } = rerunsOfSmallest(smallest, isAlone(steps), briefly, isRare);
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
  return { kind: "confirmed", ...confirmed, reruns: tried === 0 ? { shown: 1, tried: 1 } : { shown, tried } };
}
