import type { Judge } from "../oracle/judge.ts";
import type { Round } from "../spec/exchange.ts";
import type { Rule } from "../spec/rule.ts";
import type { Stage } from "../spec/stage.ts";
import type { Column } from "../spec/verdict.ts";
import type { Lane, Played } from "./lane.ts";
import { reduceHistory } from "./reduce.ts";
import { renamed } from "./rename.ts";
import { retained } from "./retained.ts";
import { simplifyCalls } from "./simplify.ts";
import type { Candidate } from "./verdicts.ts";

/** A violation that was tried again: the smallest history found, as it went the last time it showed. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly played: Played;
  /** The stage it was played on; null when it was not played again. */
  readonly stage: Stage | null;
  readonly expected: string;
  readonly seen: string;
  /** "3 of 3". */
  readonly reproduced: string;
}

/** A violation that was seen while exploring and not again. */
export interface Unconfirmed {
  readonly kind: "unconfirmed";
  readonly why: string;
}

/** What shrinking needs. */
export interface ShrinkOptions {
  /** An empty stage to play on: a new one where the last could not be emptied, or when asked for. */
  readonly ready: (anew: boolean) => Promise<Lane>;
  /** Names of the functions in the candidate's requests. */
  readonly names?: readonly string[];
  readonly judge: Judge;
  readonly rule: Rule;
  readonly column: Column;
  /** No more may be sent. */
  readonly stop: () => boolean;
}

/** Begins the unit of every history that is played to try a violation again. */
export const replayUnit = "replay/";

interface ReplayOptions extends ShrinkOptions {
  /** A name for the next play, so that a recording tells one from the other. */
  readonly unit: () => string;
}

/** Replays that a violation may cost, and how often the smallest history is tried in the end. */
const most = { replays: 240, confirmations: 3, raceTries: 20 } as const;

/** Plays a violation again, makes it small and confirms it, so that nothing is reported that does not reproduce. */
export async function shrink(candidate: Candidate, given: ShrinkOptions): Promise<Confirmed | Unconfirmed> {
  let plays = 0;
  const unit = () => {
    plays += 1;
    return `${replayUnit}${given.rule.id}/${given.column}/${plays}`;
  };
  // What a history leaves behind may outlast tidying up, as ids do that are never free again.
  let fresh = false;
  const ready = (anew: boolean) => given.ready(anew || fresh);
  const options = { ...given, ready, names: candidate.names, unit };
  const { rule } = options;
  let replays = 0;
  let last:
    | (Pick<Confirmed, "played" | "stage" | "expected" | "seen"> & { readonly rounds: readonly Round[] })
    | null = null;
  const steps = candidate.rounds.map((round) => round.map(({ step }) => step));
  const racing = steps.some((round) => round.length > 1);
  const shows = async (rounds: readonly Round[]): Promise<boolean> => {
    for (let attempt = 0; attempt < (racing ? 4 : 1); attempt += 1) {
      if (replays >= most.replays || options.stop()) return false;
      replays += 1;
      const found = await replay(rounds, options);
      if (found !== null) {
        last = { ...found, rounds };
        return true;
      }
    }
    return false;
  };
  let first = await shows(steps);
  for (let again = 0; racing && !first && again < most.raceTries / 4; again += 1) first = await shows(steps);
  if (!first && !racing) {
    fresh = true;
    first = await shows(steps);
  }
  if (!first)
    return {
      kind: "unconfirmed",
      why: `seen once (${candidate.seen}, in ${candidate.unit}), not when it was tried again`,
    };
  const fewer = await reduceHistory(steps, shows);
  await simplifyCalls(fewer, candidate.names[0] ?? "", shows);
  return confirm(last, options, rule);
}

async function confirm(
  found:
    | (Pick<Confirmed, "played" | "stage" | "expected" | "seen"> & { readonly rounds: readonly Round[] })
    | null,
  options: ReplayOptions,
  rule: Rule,
): Promise<Confirmed | Unconfirmed> {
  if (found === null) return { kind: "unconfirmed", why: `${rule.id} was not seen again` };
  const tries = found.rounds.some((round) => round.length > 1) ? most.raceTries : most.confirmations;
  let shown = 0;
  let asked = 0;
  while (asked < tries && !options.stop()) {
    asked += 1;
    if ((await replay(found.rounds, options)) !== null) shown += 1;
  }
  if (shown === 0 && asked > 0)
    return { kind: "unconfirmed", why: `seen (${found.seen}), but not in ${asked} further tries` };
  const { played, stage, expected, seen } = found;
  return { kind: "confirmed", played, stage, expected, seen, reproduced: `${shown} of ${asked}` };
}

/** Plays a history on an empty stage; tells what the rule found, or null when it found nothing wrong. */
async function replay(
  rounds: readonly Round[],
  { ready, names = [], judge, rule, column, unit }: ReplayOptions,
): Promise<Pick<Confirmed, "played" | "stage" | "expected" | "seen"> | null> {
  const lane = await ready(rounds.flat().some(({ call }) => lasting.has(call.operation)));
  const here = renamed(rounds, names, lane.names());
  const played = await lane.play((done) => here[done.length] ?? null, { unit: unit() });
  const findings = [
    ...played.observed.flatMap((round) => judge.round(round)),
    ...judge.history(played.observed),
  ];
  for (const finding of findings) {
    if (finding.rule.id !== rule.id || finding.column !== column) continue;
    const { judgement } = finding;
    if (judgement.verdict === "violated")
      return { played: kept(played), stage: lane.stage, expected: judgement.expected, seen: judgement.seen };
  }
  return null;
}

/** What a report needs of a history; what else was read in it would fill the memory, rule by rule. */
function kept({ rounds }: Played): Played {
  return { rounds: rounds.map((round) => round.map(retained)), observed: [] };
}

/** What these leave behind is not undone by emptying the policies. */
const lasting: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateFunction",
  "DeleteFunction",
  "CreateAlias",
]);
