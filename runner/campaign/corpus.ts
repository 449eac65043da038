import { createHash } from "node:crypto";
import { type Drawn, sizeOf } from "../../suites/drawn.ts";
import { type Behaviour, behaviourKey } from "./behaviour.ts";

/** A test case of the corpus, and the behaviours of which it is the smallest known case. */
export interface CorpusEntry {
  /** Follows from its data, so that one test case has one entry. */
  readonly id: string;
  readonly drawn: Drawn;
  readonly shows: readonly Behaviour[];
  /** The rules that it was confirmed to violate. */
  readonly violated: readonly string[];
}

/** The most behaviours that are told apart, so that a target with ever new answers fills no memory. */
const mostBehaviours = 5000;

interface KnownBehaviour {
  readonly behaviour: Behaviour;
  /** The smallest random test case; null if a fixed one shows it. */
  smallest: { readonly id: string; readonly drawn: Drawn; readonly size: number } | null;
  readonly isOld: boolean;
}

/** The smallest known test case of each behaviour, in memory, with the entries of earlier campaigns. */
export function corpusOf(earlier: readonly CorpusEntry[]) {
  const all = new Map<string, KnownBehaviour>();
  const violated = new Set(earlier.flatMap((entry) => entry.violated));
  const put = (drawn: Drawn, behaviour: Behaviour, isOld: boolean): boolean => {
    const key = behaviourKey(behaviour);
    const known = all.get(key);
    const size = sizeOf(drawn);
    if (known === undefined) {
      if (all.size >= mostBehaviours) return false;
      all.set(key, { behaviour, smallest: { id: idOf(drawn), drawn, size }, isOld });
      return true;
    }
    if (known.smallest !== null && size < known.smallest.size)
      known.smallest = { id: idOf(drawn), drawn, size };
    return false;
  };
  for (const { drawn, shows } of earlier) for (const behaviour of shows) put(drawn, behaviour, true);
  return {
    /** The number of behaviours known so far, with those that fixed test cases show. */
    known: () => all.size,
    /** Takes behaviours that a fixed test case shows, which needs no entry: it is sent in every run. */
    fixed(behaviours: readonly Behaviour[]): void {
      for (const behaviour of behaviours) {
        const key = behaviourKey(behaviour);
        const known = all.get(key);
        // A case of its own is kept for what violates a rule, because it is sent first.
        if (known !== undefined && behaviour.rules.length === 0) known.smallest = null;
        if (known === undefined && all.size < mostBehaviours)
          all.set(key, { behaviour, smallest: null, isOld: true });
      }
    },
    /** Takes what a random test case showed. Returns the behaviours that nothing showed before. */
    offer: (drawn: Drawn, behaviours: readonly Behaviour[]): readonly Behaviour[] =>
      behaviours.filter((behaviour) => put(drawn, behaviour, false)),
    /** Notes that a rule was confirmed to be violated. */
    confirmed(rules: ReadonlySet<string>): void {
      for (const rule of rules) violated.add(rule);
    },
    /** The entries: those that violate rules first, then small ones. An entry that shows nothing of its own has none. */
    entries(): readonly CorpusEntry[] {
      const entries = new Map<string, { readonly drawn: Drawn; readonly shows: Behaviour[] }>();
      for (const { behaviour, smallest } of all.values()) {
        if (smallest === null) continue;
        const entry = entries.get(smallest.id);
        if (entry === undefined) entries.set(smallest.id, { drawn: smallest.drawn, shows: [behaviour] });
        else entry.shows.push(behaviour);
      }
      return [...entries]
        .map(([id, { drawn, shows }]): CorpusEntry => {
          const own = new Set(shows.flatMap(({ rules }) => rules).filter((rule) => violated.has(rule)));
          return { id, drawn, shows: shows.toSorted(byKey), violated: [...own].sort() };
        })
        .sort(inOrder);
    },
    /** The behaviours that random test cases alone showed, and that were not known at the start. */
    learnt: (): readonly Behaviour[] =>
      [...all.values()].flatMap(({ behaviour, smallest, isOld }) =>
        smallest === null || isOld ? [] : [behaviour],
      ),
  };
}

function byKey(a: Behaviour, b: Behaviour): number {
  return behaviourKey(a) < behaviourKey(b) ? -1 : 1;
}

function inOrder(a: CorpusEntry, b: CorpusEntry): number {
  const byViolation = Number(b.violated.length > 0) - Number(a.violated.length > 0);
  return byViolation || sizeOf(a.drawn) - sizeOf(b.drawn) || (a.id < b.id ? -1 : 1);
}

function idOf(drawn: Drawn): string {
  const text = JSON.stringify(drawn);
  return `${drawn.kind}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}
