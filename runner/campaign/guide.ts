import type { HistoryCommand } from "../../suites/history-commands.ts";
import { mutated, randomOf } from "./mutate.ts";

type Commands = readonly HistoryCommand[];

interface Parent {
  readonly commands: Commands;
  /** The transitions that it was the first to show. */
  readonly first: readonly string[];
  /** How many histories were made from it. */
  children: number;
}

/** The most parents and transitions that are remembered, so that memory does not grow. */
const most = { parents: 1000, transitions: 50_000 } as const;

/** Parents of which the best is taken. */
const tournament = 4;

/** Chooses which random histories are mutated further, by what they showed. */
export function guide() {
  const seen = new Map<string, number>();
  const parents: Parent[] = [];
  const rarity = ({ first, children }: Parent) =>
    Math.min(Number.MAX_SAFE_INTEGER, ...first.map((one) => seen.get(one) ?? 1)) * (1 + children);
  return {
    /** Takes a history with its transitions; `isNew`: it showed a behaviour that nothing showed before. */
    take(commands: Commands, transitions: readonly string[], isNew: boolean): void {
      const first: string[] = [];
      for (const one of transitions) {
        const times = seen.get(one);
        if (times === undefined && seen.size >= most.transitions) continue;
        if (times === undefined) first.push(one);
        seen.set(one, (times ?? 0) + 1);
      }
      if (first.length === 0 && !isNew) return;
      parents.push({ commands, first, children: 0 });
      if (parents.length <= most.parents) return;
      // The one that was tried most often for what it shows.
      const worst = parents.reduce(
        (at, one, index) => (rarity(one) > rarity(parents[at] ?? one) ? index : at),
        0,
      );
      parents.splice(worst, 1);
    },
    /** The number of transitions seen. */
    transitions: () => seen.size,
    /** Histories made from those that showed something new, the same for the same seed and the same histories. */
    next(count: number, seed: number): readonly Commands[] {
      const random = randomOf(seed);
      if (parents.length === 0) return [];
      return Array.from({ length: count }, () => {
        const drawn = Array.from({ length: tournament }, () => parents[random(parents.length)]).filter(
          (one) => one !== undefined,
        );
        const best = drawn.reduce((one, other) => (rarity(other) < rarity(one) ? other : one));
        best.children += 1;
        const other = parents[random(parents.length)] ?? best;
        return mutated(best.commands, other.commands, random(0x7fffffff));
      });
    },
  };
}
