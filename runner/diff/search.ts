import type { Round } from "../../spec/exchange.ts";
import type { Stage } from "../../spec/stage.ts";
import type { Unit } from "../../suites/case.ts";
import { lacks, silenceCounter } from "../explore.ts";
import type { Lane } from "../lane.ts";
import type { Scope } from "../scope.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import { type Pair, type PairPlayed, playPair } from "./pair.ts";

/** A history in which a difference was seen, up to the request that showed it. */
interface Candidate {
  readonly rounds: { readonly x: readonly Round[]; readonly y: readonly Round[] };
  readonly stages: { readonly x: Stage; readonly y: Stage };
  /** Number of its unit in the plan. */
  readonly unit: number;
  /** Something differed before, so that this may only follow from it. */
  readonly late: boolean;
}

/** Differences of one kind. */
export interface Group {
  readonly first: Compared;
  seen: number;
  candidate: Candidate;
}

/** What searching needs. */
export interface SearchOptions {
  readonly scope: Scope;
  readonly pairs: readonly Pair[];
  readonly units: readonly Unit[];
  /** An empty stage on each target; null when they cannot be had on both. */
  readonly ready: (pair: Pair, anew: boolean) => Promise<Pair | null>;
  /** What one of the targets cannot do. */
  readonly cannot: ReadonlySet<string>;
  readonly stop: () => string | null;
  readonly settled: (differences: number) => void;
}

/** What was found. */
export interface Searched {
  readonly groups: readonly Group[];
  readonly played: number;
  readonly compared: number;
  /** Histories that ended early although no answer differed. */
  readonly parted: number;
  /** Histories that were left out, because empty stages could not be had on both targets. */
  readonly notEmptied: number;
  /** Requests that neither target got, because one of them alone had shown nothing to fill them with. */
  readonly unfilled: number;
  readonly pairs: readonly Pair[];
  readonly stopped: string | null;
}

/** Plays every unit on both targets, each on empty stages, and sorts what differs by kind. */
export async function search(options: SearchOptions): Promise<Searched> {
  const { units, stop } = options;
  const groups = new Map<string, Group>();
  const count = { played: 0, compared: 0, parted: 0, notEmptied: 0, unfilled: 0 };
  let gone: string | null = null;
  const work = async (start: Pair, offset: number): Promise<Pair> => {
    let pair = start;
    const silent = { x: silenceCounter(tell), y: silenceCounter(tell) };
    for (let at = offset; at < units.length; at += options.pairs.length) {
      const unit = units[at];
      if (unit === undefined || stop() !== null || gone !== null) break;
      if (!unit.needs.some((need) => lacksEither(pair, need, options.cannot))) {
        const next = await options.ready(pair, false);
        if (next === null) {
          count.notEmptied += 1;
          options.settled(groups.size);
          continue;
        }
        pair = next;
        const stopping = () => stop() !== null || gone !== null;
        const played = await playUnit(pair, unit, stopping, silent);
        const found = compareAnswers(pair, played);
        // One that the end of the run may have cut short is not counted as executed.
        if (!stopping()) count.played += 1;
        count.unfilled += played.unfilled;
        count.compared += new Set(found.map(({ index }) => index)).size;
        if (played.parted && !found.some(({ differs }) => differs)) count.parted += 1;
        note(groups, found, played, pair, at);
      }
      options.settled(groups.size);
    }
    return pair;
  };
  const tell = (why: string) => {
    gone = why;
  };
  const pairs = await options.scope.all(options.pairs, work);
  const sorted = [...groups.values()].sort((a, b) => (a.first.kind < b.first.kind ? -1 : 1));
  return { groups: sorted, ...count, pairs, stopped: stop() ?? gone };
}

function lacksEither({ x, y }: Pair, need: Unit["needs"][number], cannot: ReadonlySet<string>): boolean {
  return lacks(x, need, cannot) || lacks(y, need, cannot);
}

async function playUnit(
  pair: Pair,
  unit: Unit,
  stopping: () => boolean,
  silent: Readonly<Record<"x" | "y", ReturnType<typeof silenceCounter>>>,
): Promise<PairPlayed> {
  const script = (side: "x" | "y", lane: Lane) => {
    const next = unit.start(lane.stage);
    return (done: Parameters<typeof next>[0]) => {
      const last = done.at(-1);
      return (last !== undefined && silent[side](last)) || stopping() ? null : next(done);
    };
  };
  return playPair(pair, { x: script("x", pair.x), y: script("y", pair.y) }, unit.id);
}

function note(
  groups: Map<string, Group>,
  found: readonly Compared[],
  played: PairPlayed,
  pair: Pair,
  unit: number,
): void {
  const parting = found.find(({ parts }) => parts)?.index ?? Number.POSITIVE_INFINITY;
  for (const one of found) {
    if (!one.differs) continue;
    const candidate: Candidate = {
      rounds: { x: stepsOf(played.x, one.index), y: stepsOf(played.y, one.index) },
      stages: { x: pair.x.stage, y: pair.y.stage },
      unit,
      late: one.index > parting,
    };
    const group = groups.get(one.kind);
    if (group === undefined) groups.set(one.kind, { first: one, seen: 1, candidate });
    else {
      group.seen += 1;
      if (cost(candidate) < cost(group.candidate)) group.candidate = candidate;
    }
  }
}

function stepsOf({ rounds }: PairPlayed["x"], last: number): readonly Round[] {
  return rounds.slice(0, last + 1).map((round) => round.map(({ step }) => step));
}

/** Where nothing differed before is better; then shorter, then earlier in the plan, so that a seed decides. */
function cost({ late, rounds, unit }: Candidate): number {
  return (late ? 1e9 : 0) + rounds.x.length * 1e5 + unit;
}
