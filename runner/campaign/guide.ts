import fc from "fast-check";
import { command, type HistoryCommand, lengths } from "../../suites/history-commands.ts";

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

/** Whole numbers from 0 to below `below`, the same for the same seed. */
type Random = (below: number) => number;

/** Makes a source of random numbers (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What a mutation gets: the history, another one to splice with, new commands, and the choices. */
interface Source {
  readonly other: Commands;
  readonly draw: () => HistoryCommand;
  readonly random: Random;
}

type HistoryMutation = (history: Commands, source: Source) => Commands;

/** The most commands of a mutated history: it may continue where a random one ends. */
const longest = lengths.most + 6;

const mostChanges = 4;

/** Makes a history from two others by one to four changes. Equal seeds give equal ones. */
export function mutated(history: Commands, other: Commands, seed: number): Commands {
  const random = randomOf(seed);
  // One sample for all commands that may be needed, because drawing takes longer than sending.
  const drawn = fc.sample(command, { seed, numRuns: mostChanges });
  let next = 0;
  const draw = () => {
    next += 1;
    return pick(drawn, () => (next - 1) % drawn.length);
  };
  let commands = history;
  for (let left = 1 + random(mostChanges); left > 0; left -= 1)
    commands = pick(changes, random)(commands, { other, draw, random });
  return commands.length === 0 ? history : commands.slice(0, longest);
}

const insert: HistoryMutation = (history, { draw, random }) =>
  history.toSpliced(random(history.length + 1), 0, draw());
const append: HistoryMutation = (history, { draw }) => [...history, draw()];
const remove: HistoryMutation = (history, { random }) =>
  history.length < 2 ? history : history.toSpliced(random(history.length), 1);
const duplicate: HistoryMutation = (history, { random }) =>
  history.toSpliced(random(history.length + 1), 0, pick(history, random));
const swap: HistoryMutation = (history, { random }) => {
  const [one, other] = [random(history.length), random(history.length)];
  const [first, second] = [history[one], history[other]];
  return first === undefined || second === undefined ? history : history.with(one, second).with(other, first);
};
const splice: HistoryMutation = (history, { other, random }) => [
  ...history.slice(0, 1 + random(history.length)),
  ...other.slice(random(other.length)),
];

/** Takes the parameters of another command of the history, or of a new one: all of them, or one. */
const change: HistoryMutation = (history, { draw, random }) => {
  const at = random(history.length);
  const from = random(2) === 0 ? draw() : pick(history, random);
  const keys = Object.keys(from).filter((key) => key !== "kind");
  const taken = random(2) === 0 || keys.length === 0 ? keys : [pick(keys, random)];
  return history.map((one, index) => (index === at ? withParameters(one, from, taken) : one));
};

/** Brings a command to the policy of another one, where they can meet. */
const meet: HistoryMutation = (history, { random }) => {
  const from = pick(history, random);
  const at = random(history.length);
  return history.map((one, index) =>
    index === at ? withParameters(one, from, ["other", "qualifier", "alias"]) : one,
  );
};

const changes: readonly HistoryMutation[] = [
  insert,
  append,
  remove,
  duplicate,
  swap,
  splice,
  change,
  meet,
  meet,
];

/** The command with those of the parameters that both commands have. */
function withParameters(one: HistoryCommand, from: HistoryCommand, names: readonly string[]): HistoryCommand {
  const own = Object.entries(one).map(([name, value]) => {
    const other = Object.entries(from).find(([of]) => of === name && names.includes(of));
    return [name, other === undefined ? value : other[1]];
  });
  // Each parameter has the same type in every command that has it.
  return Object.fromEntries(own) as HistoryCommand;
}

function pick<T>(list: readonly T[], random: Random): T {
  const one = list[random(list.length)];
  if (one === undefined) throw new Error("Nothing to pick from.");
  return one;
}
