import type { Observation } from "../../oracle/observe.ts";
import type { CampaignReport } from "../../reports/report.ts";
import { counts } from "../../reports/verdict.ts";
import type { TestCase } from "../../suites/case.ts";
import { type Drawn, drawnTestCase } from "../../suites/drawn.ts";
import { randomSuites } from "../../suites/index.ts";
import type { RunEvent } from "../events.ts";
import type { RunOptions } from "../run.ts";
import {
  type Behaviour,
  behaviourKinds,
  behaviourOfSeveral,
  behavioursOf,
  transitionsIn,
} from "./behaviour.ts";
import { type CorpusEntry, corpusOf } from "./corpus.ts";
import { guide } from "./guide.ts";

/** The corpus of earlier campaigns, and how it is saved. */
export interface CorpusStore {
  /** The folder, as a user names it. */
  readonly folder: string;
  readonly entries: readonly CorpusEntry[];
  /** The first seed that no campaign has sent; 0 for a new corpus. */
  readonly nextSeed: number;
  /** The files that are left alone, because they cannot be read. */
  readonly unreadable: readonly { readonly file: string; readonly why: string }[];
  /** Writes what has changed since the last time. Throws a Fault. */
  save(entries: readonly CorpusEntry[], nextSeed: number): Promise<void>;
}

/** How long a run goes on with new seeds after its usual test cases. */
export interface CampaignOptions {
  /** Minutes since the start of the run. */
  readonly minutes: number;
  /** Absent if nothing is kept. */
  readonly store?: CorpusStore | undefined;
  /** The rules of a known-file: what violates them is not sent first, so that the usual test cases decide what is known of them. */
  readonly known?: readonly string[] | undefined;
}

/** A campaign decides what is sent next from what the target was seen to do. */
export type Campaign = ReturnType<typeof campaignOf>;

const bounds = {
  /** The milliseconds that are kept for confirming candidates and cleaning up, and their largest share of the time. */
  endMs: 60_000,
  endShare: 0.1,
  /** A campaign ends when nothing new has come for these milliseconds, or this share of its time if that is longer. */
  quietMs: 600_000,
  quietShare: 0.2,
  /** After these rounds without anything new a suite is sent only in each fourth round, because others may show more. */
  dryRounds: 3,
  each: 4,
  /** Mutated histories for each random one. */
  mutations: 2,
  /** The most test cases that are sent before all else. */
  first: 12,
  /** The rest of a budget is for confirming candidates. */
  usedBudget: 0.7,
} as const;

interface ShownBehaviour {
  readonly place: number;
  readonly suite: string;
  readonly drawn: Drawn | undefined;
  /** What its steps showed, each with the random test case as far as it is needed for that; null for a fixed one. */
  readonly steps: readonly { readonly drawn: Drawn | null; readonly behaviours: readonly Behaviour[] }[];
  readonly transitions: readonly string[];
}

interface ObservedStep {
  readonly key: string;
  readonly of: Observation;
}

export function campaignOf(options: RunOptions, { minutes, store, known = [] }: CampaignOptions) {
  const { clock, transport, profile, runs, rounds } = options;
  const wholeMs = minutes * 60_000;
  const endMs = wholeMs - Math.min(bounds.endMs, wholeMs * bounds.endShare);
  const quietMs = Math.max(bounds.quietMs, wholeMs * bounds.quietShare);
  const corpus = corpusOf(store?.entries ?? []);
  const before = corpus.entries();
  const guided = guide();
  const running = new Map<string, ObservedStep[]>();
  const shown: ShownBehaviour[] = [];
  const found = new Map<string, CampaignReport["found"][number]>();
  const confirmed = new Set<string>();
  const dry = new Map<string, number>();
  const sent = { rounds: 0, mutated: 0, requests: 0 };
  let startedAt = 0;
  let lastNewAt = 0;
  let ended: CampaignReport["end"] | null = null;
  const hasHistories = options.suites.some(({ name }) => name === "histories");
  const firstSeed = Math.max(options.seed + 1, store?.nextSeed ?? 0);
  const seedOf = (round: number) => (firstSeed + round - 1) % 0x80000000;

  const take = (event: Extract<RunEvent, { readonly type: "case-finished" }>): void => {
    const steps = running.get(event.case.id) ?? [];
    running.delete(event.case.id);
    if (event.lost === true) return;
    const rules = new Map<object, string[]>();
    for (const { rule, column, judgement, of } of event.findings) {
      if (judgement.verdict !== "violated" || column !== profile || !counts(rule, profile)) continue;
      if (of !== undefined) rules.set(of, [...(rules.get(of) ?? []), rule.id]);
    }
    const { id, drawn } = event.case;
    const [suite = ""] = id.split("/");
    let request: Drawn | null = null;
    const single = steps.map(({ key, of }) => {
      const behaviours = behavioursOf(of, rules.get(of) ?? []);
      rules.delete(of);
      // A read belongs to the request before it.
      if (suite === "fuzz" && of.kind === "addition") request = requestOf(of);
      return { drawn: drawn === undefined ? request : drawnUntil(drawn, key), behaviours };
    });
    const whole = [...rules].map(([of, own]) => {
      const about = "members" in of ? "calls in flight together" : "history";
      return { drawn: drawn ?? null, behaviours: [behaviourOfSeveral(about, own)] };
    });
    shown.push({
      place: event.place,
      suite: suite === "mutated" ? "histories" : suite,
      drawn,
      steps: [...single, ...whole],
      transitions: drawn?.kind === "history" ? transitionsIn(steps.map(({ of }) => of)) : [],
    });
  };

  /** Returns how many behaviours of a test case are new. */
  const learn = ({ steps, drawn, transitions }: ShownBehaviour): number => {
    let news = 0;
    for (const { drawn: until, behaviours } of steps) {
      if (until === null) corpus.fixed(behaviours);
      else news += corpus.offer(until, behaviours).length;
    }
    if (drawn?.kind === "history") guided.take(drawn.commands, transitions, news > 0);
    return news;
  };

  /** The random test cases of a seed, and histories made from those that showed something new. */
  const testCasesOf = (round: number, seed: number): readonly TestCase[] => {
    const plan = { seed, runs, rounds };
    const chosen = options.suites.filter(
      ({ name }) =>
        randomSuites.some((suite) => suite.name === name) &&
        (!hasHistories ||
          name === "histories" ||
          (dry.get(name) ?? 0) < bounds.dryRounds ||
          round % bounds.each === 0),
    );
    const random = chosen.flatMap((suite) =>
      [...suite.testCases(plan)]
        .filter(({ breaks }) => breaks === undefined || !confirmed.has(breaks))
        .map((testCase): TestCase => ({ ...testCase, id: `${testCase.id}@${seed}` })),
    );
    if (!hasHistories) return random;
    const histories = guided.next(runs * bounds.mutations, seed);
    sent.mutated += histories.length;
    const mutated = histories.map((commands, at) =>
      drawnTestCase(`mutated/${at}@${seed}`, { kind: "history", commands }),
    );
    return [...random, ...mutated];
  };

  const corpusCase = ({ id, drawn }: CorpusEntry) => drawnTestCase(`corpus/${id}`, drawn);
  const first = smallestOfRules(before, known).slice(0, bounds.first);
  /** True if no further test case is to begin. */
  const isOver = (): boolean => {
    if (clock() >= endMs) ended ??= "time";
    else if (clock() - lastNewAt >= quietMs) ended ??= "nothing-new";
    else if (transport.used() >= bounds.usedBudget) ended ??= "budget";
    return ended !== null;
  };
  return {
    /** For each rule that the corpus violated, its smallest test case: sent before all else, by one worker. */
    first: first.map(corpusCase),
    /** The other test cases of the corpus. */
    rest: before.filter((entry) => !first.includes(entry)).map(corpusCase),
    on(event: RunEvent): void {
      if (event.type === "batch" && event.purpose === "execute") {
        const steps = running.get(event.case) ?? [];
        running.set(event.case, steps);
        for (const [at, of] of event.observed.observations.entries())
          steps.push({ key: event.exchanges[at]?.step.key ?? "", of });
      }
      if (event.type === "case-finished") take(event);
      if (event.type === "candidate") {
        const { id: rule } = event.rule;
        found.set(rule, { rule, testCase: event.case, requests: transport.requests() });
      }
      if (event.type === "rule-result" && event.result.outcome === "violated")
        if (event.columns.includes(profile)) confirmed.add(event.rule.id);
    },
    /** Takes what a part of the run has shown, in the order of its test cases, and saves the corpus. */
    async partEnded(): Promise<void> {
      const news = new Map<string, number>();
      for (const one of shown.sort((a, b) => a.place - b.place))
        news.set(one.suite, (news.get(one.suite) ?? 0) + learn(one));
      shown.length = 0;
      running.clear();
      for (const [suite, count] of news) dry.set(suite, count > 0 ? 0 : (dry.get(suite) ?? 0) + 1);
      if ([...news.values()].some((count) => count > 0) || sent.rounds === 0) lastNewAt = clock();
      if (sent.rounds > 0) sent.requests = transport.requests() - startedAt;
      corpus.confirmed(confirmed);
      await store?.save(corpus.entries(), seedOf(sent.rounds + 1));
    },
    /** The test cases of the next round; null if the campaign is over. */
    nextRound(): readonly TestCase[] | null {
      if (isOver()) return null;
      if (sent.rounds === 0) startedAt = transport.requests();
      sent.rounds += 1;
      return testCasesOf(sent.rounds, seedOf(sent.rounds));
    },
    isOver,
    /** Notes why the campaign ends, if nothing has ended it before. */
    end(why: CampaignReport["end"]): void {
      ended ??= why;
    },
    /** Milliseconds until the time is up. */
    leftMs: () => Math.max(0, endMs - clock()),
    report(): CampaignReport {
      const learnt = corpus.learnt();
      const kinds = behaviourKinds.flatMap((kind) => {
        const count = learnt.filter((one) => one.kind === kind).length;
        return count === 0 ? [] : [[kind, count] as const];
      });
      return {
        minutes,
        end: ended ?? "stopped",
        rounds: sent.rounds,
        ...(sent.rounds === 0 ? {} : { seeds: { first: seedOf(1), last: seedOf(sent.rounds) } }),
        requests: sent.requests,
        mutated: sent.mutated,
        behaviours: { known: corpus.known(), new: learnt.length, kinds: Object.fromEntries(kinds) },
        found: [...found.values()].filter(({ rule }) => confirmed.has(rule)),
        ...(store === undefined
          ? {}
          : {
              corpus: {
                folder: store.folder,
                before: before.length,
                after: corpus.entries().length,
                unreadable: store.unreadable,
              },
            }),
      };
    },
  };
}

/** A history up to the command that shows a behaviour; any other test case as a whole. */
function drawnUntil(drawn: Drawn, key: string): Drawn {
  if (drawn.kind !== "history") return drawn;
  // The keys of steps begin with the number of their command; those of the last reads, and of what is created, do not.
  const [at] = /^\d+/.exec(key) ?? [];
  return at === undefined ? drawn : { ...drawn, commands: drawn.commands.slice(0, Number(at) + 1) };
}

function requestOf({ call }: Extract<Observation, { readonly kind: "addition" }>): Drawn | null {
  return call.body === null || call.encoding !== undefined ? null : { kind: "request", body: call.body };
}

/** For each rule that entries violate and that is not known to be violated, the smallest of them. */
function smallestOfRules(entries: readonly CorpusEntry[], known: readonly string[]): readonly CorpusEntry[] {
  const rules = new Set(entries.flatMap(({ violated }) => violated).filter((rule) => !known.includes(rule)));
  const smallest = [...rules].flatMap(
    (rule) => entries.find(({ violated }) => violated.includes(rule)) ?? [],
  );
  return [...new Set(smallest)];
}
