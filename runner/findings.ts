import type { Judge } from "../oracle/judge.ts";
import type { Rule } from "../spec/rule.ts";
import type { Column } from "../spec/verdict.ts";
import type { Lane } from "./lane.ts";
import { type Confirmed, shrink } from "./shrink.ts";
import type { Candidate, Count, Verdicts } from "./verdicts.ts";

/** What became of one rule in one column. */
export interface Conclusion {
  readonly outcome: "violated" | "inconclusive" | "holds" | "unexercised";
  readonly observations: number;
  /** Observations on which the rule came to a verdict. */
  readonly concluded: number;
  readonly why?: string;
  readonly confirmed?: Confirmed;
}

/** Conclusions by column and rule. */
export type Findings = ReadonlyMap<string, Conclusion>;

/** The key of a conclusion. */
export function conclusionKey(rule: string, column: Column): string {
  return `${column} ${rule}`;
}

/** What settling needs. */
export interface SettleOptions {
  readonly judged: readonly Rule[];
  readonly judge: Judge;
  readonly verdicts: Verdicts;
  readonly lanes: readonly Lane[];
  readonly stop: () => string | null;
  readonly renew: (lane: Lane) => Promise<Lane | null>;
  /** The target lost what it was asked about, so that only what shows again is held against it. */
  readonly doubtful?: boolean;
  /** Hears how many of the violations were tried again, at the beginning and after each. */
  readonly trying?: (far: { readonly tried: number; readonly of: number }) => void;
  /** Hears what became of each violation as soon as it is known. */
  readonly concluded?: (what: {
    readonly rule: Rule;
    readonly columns: readonly Column[];
    readonly conclusion: Conclusion;
  }) => void;
  /** How a violation is tried again; by playing it, unless told otherwise. */
  readonly retry?: typeof shrink;
}

const columns: readonly Column[] = ["document", "aws"];

interface Task {
  readonly rule: Rule;
  readonly column: Column;
  readonly count: Count;
}

/**
 * Shrinks every violation separately, so that none hides another, and confirms it. A violation that another violated
 * rule explains is left to that one: those without such an explanation come first.
 */
export async function settle(all: SettleOptions): Promise<Findings> {
  const found = new Map<string, Conclusion>();
  const tasks: Task[] = [];
  // Where both columns judge alike, one history serves both.
  const twins: Rule[] = [];
  for (const rule of all.judged) {
    for (const column of columns.filter((one) => rule.columns?.includes(one) ?? true)) {
      const count = all.verdicts.of(rule, column);
      const twin = column === "aws" && !rule.differs && tasks.at(-1)?.rule === rule;
      if (twin) twins.push(rule);
      else if (count.violated > 0) tasks.push({ rule, column, count });
      else found.set(conclusionKey(rule.id, column), unviolated(count));
    }
  }
  const suspects = new Set(tasks.map(({ rule, column }) => conclusionKey(rule.id, column)));
  const explained = ({ rule, column, count }: Task) =>
    count.candidates.every(({ unless }) =>
      unless.some((id) => id !== rule.id && suspects.has(conclusionKey(id, column))),
    );
  const [first, later] = [tasks.filter((task) => !explained(task)), tasks.filter(explained)];
  let tried = 0;
  const trying = () => all.trying?.({ tried, of: tasks.length });
  const done = ({ rule, column }: Task, conclusion: Conclusion) => {
    found.set(conclusionKey(rule.id, column), conclusion);
    tried += 1;
    all.concluded?.({ rule, columns: twins.includes(rule) ? columns : [column], conclusion });
    trying();
  };
  trying();
  await inLanes(first, all, found, done);
  await inLanes(later, all, found, done);
  for (const { id } of twins) {
    const same = found.get(conclusionKey(id, "document"));
    if (same !== undefined) found.set(conclusionKey(id, "aws"), same);
  }
  return found;
}

/** What the observations say so far, for a report in the middle of a run: nothing has been tried again yet. */
export function provisional(judged: readonly Rule[], verdicts: Verdicts): Findings {
  return new Map(
    judged.flatMap((rule) =>
      (rule.columns ?? columns).map((column): readonly [string, Conclusion] => {
        const count = verdicts.of(rule, column);
        const [candidate] = count.candidates;
        const why = candidate === undefined ? count.why : `seen (${candidate.seen}), and not tried again yet`;
        const { holds, violated } = count;
        const inconclusive = count.inconclusive + violated;
        return [conclusionKey(rule.id, column), unviolated({ ...count, holds, inconclusive, why })];
      }),
    ),
  );
}

function unviolated({ holds, inconclusive, why }: Count): Conclusion {
  const observations = holds + inconclusive;
  if (inconclusive > 0) return { outcome: "inconclusive", observations, concluded: holds, why };
  return { outcome: holds > 0 ? "holds" : "unexercised", observations, concluded: holds };
}

async function inLanes(
  tasks: readonly Task[],
  all: SettleOptions,
  found: Findings,
  done: (task: Task, conclusion: Conclusion) => void,
): Promise<void> {
  const queue = [...tasks];
  const worker = async (start: Lane): Promise<void> => {
    let lane = start;
    const ready = async (anew: boolean): Promise<Lane> => {
      if (anew || !(await lane.tidy(true))) lane = (await all.renew(lane)) ?? lane;
      return lane;
    };
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      done(task, await conclude(task, ready, all, found));
    }
  };
  await Promise.all(all.lanes.map(worker));
}

async function conclude(
  task: Task,
  ready: (anew: boolean) => Promise<Lane>,
  all: SettleOptions,
  found: Findings,
): Promise<Conclusion> {
  const { rule, column, count } = task;
  const concluded = count.holds + count.violated;
  const heard = { observations: concluded + count.inconclusive, concluded };
  const blamed = (id: string) =>
    id !== rule.id && found.get(conclusionKey(id, column))?.outcome === "violated";
  const own = count.candidates.filter(({ unless }) => !unless.some(blamed));
  if (own.length === 0) {
    const excuse = count.candidates[0]?.unless.find(blamed) ?? "another rule";
    const why = `explained by the violation of ${excuse}`;
    return count.holds > 0 ? { outcome: "holds", ...heard, why } : { outcome: "inconclusive", ...heard, why };
  }
  let why = "";
  for (const candidate of own.toSorted(
    (a, b) => Number(b.clean) - Number(a.clean) || a.rounds.length - b.rounds.length,
  )) {
    if (all.stop() !== null)
      return all.doubtful
        ? { outcome: "inconclusive", ...heard, why: `seen once (${candidate.seen}), and not tried again` }
        : { outcome: "violated", ...heard, confirmed: unshrunk(candidate) };
    const result = await (all.retry ?? shrink)(candidate, {
      ready,
      judge: all.judge,
      rule,
      column,
      stop: () => all.stop() !== null,
    });
    if (result.kind === "confirmed") return { outcome: "violated", ...heard, confirmed: result };
    why = result.why;
  }
  return { outcome: "inconclusive", ...heard, why };
}

/** The history as it was, for when nothing more may be sent. */
export function unshrunk(candidate: Candidate): Confirmed {
  return {
    kind: "confirmed",
    played: { rounds: candidate.rounds, observed: [] },
    stage: null,
    expected: candidate.expected,
    seen: candidate.seen,
    reproduced: "not tried again: nothing more might be sent",
  };
}
