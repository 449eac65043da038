import type { Round, Step } from "../../spec/exchange.ts";
import { reduceHistory } from "../reduce.ts";
import { simplifyCalls } from "../simplify.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import { type Pair, type PairPlayed, playPair } from "./pair.ts";
import { moved } from "./place.ts";
import type { Group } from "./search.ts";

/** The smallest history that shows a difference, as it went the last time. */
export interface Shrunk {
  readonly kind: "shown";
  readonly pair: Pair;
  readonly played: PairPlayed;
  readonly compared: readonly Compared[];
  readonly difference: Compared;
  readonly reproduced: string;
}

/** Plays that making one difference small may cost, and how often it is tried in the end. */
const most = { plays: 120, confirmations: 3 } as const;

/** What these leave behind is not undone by emptying the policies. */
const lasting: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateFunction",
  "DeleteFunction",
  "CreateAlias",
]);

/** What making a difference small needs. */
export interface ShrinkDifferenceOptions {
  /** An empty stage on each target, new ones when asked for; null when they cannot be had on both. */
  readonly ready: (anew: boolean) => Promise<Pair | null>;
  /** All kinds of differences that were seen. */
  readonly known: ReadonlySet<string>;
  readonly stop: () => boolean;
}

/** Makes a difference small and tries it again; null when it does not show again. */
export async function shrinkDifference(
  group: Group,
  options: ShrinkDifferenceOptions,
): Promise<Shrunk | null> {
  // What a history leaves behind may be where no policy is looked for: then only new stages are empty.
  return (await attempt(group, options, false)) ?? (await attempt(group, options, true));
}

async function attempt(
  group: Group,
  { ready, known, stop }: ShrinkDifferenceOptions,
  fresh: boolean,
): Promise<Shrunk | null> {
  const { candidate, first } = group;
  let plays = 0;
  let last: (Omit<Shrunk, "kind" | "reproduced"> & { readonly rounds: readonly Round[] }) | null = null;
  const show = async (rounds: readonly Round[]): Promise<boolean> => {
    if (stop()) return false;
    plays += 1;
    const anew = fresh || rounds.flat().some(({ call }) => lasting.has(call.operation));
    const pair = await ready(anew);
    if (pair === null) return false;
    const played = await playPair(pair, placedOn(pair, rounds, group), `diff/${plays}`);
    const compared = compareAnswers(pair, played);
    const difference = compared.find(({ kind, differs }) => differs && kind === first.kind);
    if (difference === undefined || wanders(compared, difference, known)) return false;
    last = { pair, played, compared, difference, rounds };
    return true;
  };
  const shows = async (rounds: readonly Round[]) => plays < most.plays && (await show(rounds));
  if (!(await shows(candidate.rounds.x))) return null;
  const fewer = await reduceHistory(candidate.rounds.x, shows);
  await simplifyCalls(fewer, [candidate.stages.x.main.name], shows);
  return confirmed(last, show, stop);
}

/** What a history became rests on another difference that no history of the plan has shown. */
function wanders(compared: readonly Compared[], last: Compared, known: ReadonlySet<string>): boolean {
  return compared.some(({ index, parts, kind }) => parts && index < last.index && !known.has(kind));
}

async function confirmed(
  found: (Omit<Shrunk, "kind" | "reproduced"> & { readonly rounds: readonly Round[] }) | null,
  show: (rounds: readonly Round[]) => Promise<boolean>,
  stop: () => boolean,
): Promise<Shrunk | null> {
  if (found === null) return null;
  let shown = 0;
  let tried = 0;
  while (tried < most.confirmations && !stop()) {
    tried += 1;
    if (await show(found.rounds)) shown += 1;
  }
  if (tried > 0 && shown === 0) return null;
  const { rounds: _, ...rest } = found;
  return { kind: "shown", ...rest, reproduced: `${shown} of ${tried}` };
}

/**
 * The history for both stages. A call that is as it was sent keeps the spelling that each target got;
 * one that was made simpler is moved from the first target's stage to the other's.
 */
function placedOn(pair: Pair, rounds: readonly Round[], { candidate }: Group) {
  const sent = new Map(candidate.rounds.x.flat().map((step) => [step.key, step.call] as const));
  const other = new Map(candidate.rounds.y.flat().map((step) => [step.key, step.call] as const));
  const { stages } = candidate;
  const onX = (step: Step): Step => ({ ...step, call: moved(step.call, stages.x, pair.x.stage) });
  const onY = (step: Step): Step => {
    const own = sent.get(step.key) === step.call ? other.get(step.key) : undefined;
    const call =
      own === undefined ? moved(step.call, stages.x, pair.y.stage) : moved(own, stages.y, pair.y.stage);
    return { ...step, call };
  };
  const script = (place: (step: Step) => Step) => {
    const placed = rounds.map((round) => round.map(place));
    return (done: readonly unknown[]) => placed[done.length] ?? null;
  };
  return { x: script(onX), y: script(onY) };
}
