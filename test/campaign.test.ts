import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCampaign } from "../api/campaign.ts";
import { onCommandLine } from "../api/options.ts";
import type { Report } from "../reports/report.ts";
import type { Behaviour } from "../runner/campaign/behaviour.ts";
import type { CorpusStore } from "../runner/campaign/campaign.ts";
import { type CorpusEntry, corpusOf } from "../runner/campaign/corpus.ts";
import { corpusFolder, unreadableText } from "../runner/campaign/corpus-folder.ts";
import { guide, mutated } from "../runner/campaign/guide.ts";
import type { Observer } from "../runner/events.ts";
import { judgeVariant, type VariantOptions } from "../runner/kill-matrix.ts";
import { Fault } from "../spec/fault.ts";
import { type Drawn, drawnTestCase, readDrawn } from "../suites/drawn.ts";
import { commands, type HistoryCommand, isHistoryCommand } from "../suites/history-commands.ts";
import type { Mutation } from "../targets/reference/behaviour.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/**
 * A fault that needs a history of five steps on the policy of one version or alias: an addition, a refused one, a read, another
 * addition, and one more, which is acknowledged and not kept. `onStep` is called with the number of steps done.
 */
function deepFault(onStep: (steps: number) => void = () => {}): Mutation {
  return change(({ added, afterRefusal, sideEffect }) => {
    const done = new Map<string, number>();
    const go = (key: string, from: number): boolean => {
      const isQualified = key.split(":").length > 7;
      if (!isQualified || (done.get(key) ?? 0) !== from) return false;
      done.set(key, from + 1);
      onStep(from + 1);
      return true;
    };
    return {
      added: (draft) => {
        added(draft);
        const { key, state, read } = draft;
        if (go(key, 0) || go(key, 3) || !go(key, 4)) return;
        state.policies.set(key, read);
        done.delete(key);
      },
      afterRefusal: (refusal, draft) => {
        go(draft.key, 1);
        return afterRefusal(refusal, draft);
      },
      sideEffect: (operation, on) => {
        sideEffect(operation, on);
        if (operation === "GetPolicy") go(on.key, 2);
        if ((on.state.policies.get(on.key)?.statements.length ?? 0) === 0) done.delete(on.key);
      },
    };
  });
}

/** A corpus in memory. */
function memory(entries: readonly CorpusEntry[] = []): CorpusStore & { now(): readonly CorpusEntry[] } {
  let saved = entries;
  return {
    folder: "corpus",
    entries,
    nextSeed: 0,
    unreadable: [],
    save: async (now) => {
      saved = now;
    },
    now: () => saved,
  };
}

/** A clock that goes on by some milliseconds each time it is read, so that a minute has the same requests on every machine. */
function steady(stepMs: number): () => number {
  let ms = 0;
  return () => {
    ms += stepMs;
    return ms;
  };
}

/** One of the histories of the seed after this one has the five steps. */
const beforeTheFault = { seed: 1457095, runs: 6, suites: ["histories"], workers: 2 } as const;

async function campaign(
  store: CorpusStore,
  options: Partial<VariantOptions> = {},
  mutate = deepFault(),
): Promise<Report> {
  const plan = { ...beforeTheFault, clock: steady(40), campaign: { minutes: 1, store } };
  return judgeVariant(mutate, { ...plan, ...options });
}

const lost = "policy.holds-what-was-added";

describe("A campaign", () => {
  it("finds what needs five steps, keeps it, and shows it next time within a hundred requests", async () => {
    const usual = await judgeVariant(deepFault(), beforeTheFault);
    expect(usual.summary.document.violated).toBe(0);
    const store = memory();
    const first = await campaign(store);
    expect(first.campaign?.found).toEqual([
      { rule: lost, testCase: "histories/5@1457096", requests: expect.any(Number) },
    ]);
    expect(first.incomplete).toBe(false);
    expect(first.campaign).toMatchObject({ end: "time", corpus: { before: 0, after: store.now().length } });
    const [kept] = store.now();
    expect(kept?.violated).toEqual([lost]);
    expect(kept?.shows.some(({ kind }) => kind === "violation")).toBe(true);
    // Another seed, of which no history has the steps.
    const next = await campaign(memory(store.now()), { seed: 1, suites: ["spellings", "histories"] });
    const [found] = next.campaign?.found ?? [];
    expect(found).toMatchObject({ rule: lost, testCase: `corpus/${kept?.id}` });
    expect(found?.requests).toBeLessThan(100);
    expect(next.rules.find(({ id }) => id === lost)?.counterexample?.steps.length).toBeLessThanOrEqual(6);
  });

  it("sends the same again with the same seed and the same answers, mutated histories included", async () => {
    const sent = async () => {
      const lines: string[] = [];
      const observer: Observer = {
        on: (event) => {
          if (event.type !== "batch") return;
          for (const { call } of event.exchanges) lines.push(`${event.case} ${call.target} ${call.body}`);
        },
      };
      const report = await campaign(memory(), { workers: 1, observers: () => [observer] });
      return { lines, report };
    };
    const [one, other] = [await sent(), await sent()];
    expect(one.report.campaign?.mutated).toBeGreaterThan(0);
    expect(one.lines.some((line) => line.startsWith("mutated/"))).toBe(true);
    expect(other.lines).toEqual(one.lines);
  });

  it("deletes the functions of earlier rounds, and reports nothing of a correct target", async () => {
    const existing = { now: 0, most: 0, created: 0 };
    const counting = change(({ finish }) => ({
      finish: (reply, request, operation) => {
        if (operation === "CreateFunction" && reply.status === 201) {
          existing.now += 1;
          existing.created += 1;
        }
        if (operation === "DeleteFunction" && reply.status === 204) existing.now -= 1;
        existing.most = Math.max(existing.most, existing.now);
        return finish(reply, request, operation);
      },
    }));
    const report = await campaign(memory(), { seed: 1, clock: steady(4) }, counting);
    expect(report.summary.document).toMatchObject({ violated: 0, inconclusive: 0 });
    expect(report.faults).toEqual([]);
    expect(report.campaign?.rounds).toBeGreaterThan(4);
    expect(existing.created).toBeGreaterThan(3 * existing.most);
    expect(existing.now).toBe(0);
  });

  it("ends before its budget is spent, and is complete", async () => {
    const report = await campaign(memory(), { seed: 1, budget: 1200, clock: () => 0 });
    expect(report.campaign).toMatchObject({ end: "budget" });
    expect(report.campaign?.rounds).toBeGreaterThan(0);
    expect(report.requests).toBeLessThanOrEqual(1200);
    expect(report).toMatchObject({ incomplete: false, faults: [] });
  });

  it("tries what does not show again less and less often", async () => {
    const rounds = { now: 0, left: 0, tried: new Set<number>() };
    // The first two additions of each round have another status, and nothing has it while they are tried again.
    const passing = change(({ finish }) => ({
      finish: (reply, request, operation) => {
        const isOdd = operation === "AddPermission" && reply.status === 201 && rounds.left > 0;
        if (isOdd) rounds.left -= 1;
        return finish(isOdd ? { ...reply, status: 200 } : reply, request, operation);
      },
    }));
    const observer: Observer = {
      on: (event) => {
        if (event.type === "confirming") rounds.left = 0;
        if (event.type === "campaign") Object.assign(rounds, { now: event.campaign.rounds, left: 2 });
        if (event.type === "batch" && event.purpose === "confirm") rounds.tried.add(rounds.now);
      },
    };
    const often = { seed: 1, runs: 2, workers: 1, clock: steady(6), observers: () => [observer] };
    const report = await campaign(memory(), often, passing);
    expect(report.campaign?.rounds).toBeGreaterThan(9);
    expect([...rounds.tried].slice(0, 4)).toEqual([1, 3, 6, 10]);
    expect(report.summary.document).toMatchObject({ violated: 0 });
  });

  it("ends with --bail once a cause is confirmed", async () => {
    const report = await campaign(memory(), { bail: { causes: 1, known: [] } });
    expect(report.campaign).toMatchObject({ end: "bail", rounds: 1 });
    expect(report).toMatchObject({ incomplete: false, faults: [] });
  });
});

const read: HistoryCommand = {
  kind: "read",
  other: false,
  qualifier: "alias",
  alias: "LIVE",
  form: 0,
  encoding: 0,
};
const history = (...list: readonly HistoryCommand[]): Drawn => ({ kind: "history", commands: list });
const behaviour = (about: string, rules: readonly string[] = []): Behaviour => ({
  answer: "201",
  about,
  rules,
  kind: rules.length > 0 ? "violation" : "acceptance",
});

describe("A corpus", () => {
  const [long, short] = [history(read, read, read), history(read)];

  it("keeps the shorter test case of a behaviour, and drops the one whose behaviours others show", () => {
    const corpus = corpusOf([]);
    expect(corpus.offer(long, [behaviour("a"), behaviour("b")])).toHaveLength(2);
    expect(corpus.offer(short, [behaviour("a")])).toEqual([]);
    expect(corpus.entries().map(({ drawn, shows }) => [drawn, shows.map(({ about }) => about)])).toEqual([
      [short, ["a"]],
      [long, ["b"]],
    ]);
    corpus.offer(short, [behaviour("b")]);
    expect(corpus.entries().map(({ drawn }) => drawn)).toEqual([short]);
    corpus.fixed([behaviour("a"), behaviour("b")]);
    expect(corpus.entries()).toEqual([]);
  });

  it("has what violated a rule first, and learns nothing twice", () => {
    const corpus = corpusOf([]);
    corpus.offer(short, [behaviour("a")]);
    corpus.offer(long, [behaviour("b", ["success.is-201"])]);
    expect(corpus.entries()[0]?.violated).toEqual([]);
    corpus.confirmed(new Set(["success.is-201"]));
    expect(corpus.entries()[0]).toMatchObject({ drawn: long, violated: ["success.is-201"] });
    expect(corpus.learnt()).toHaveLength(2);
    expect(corpusOf(corpus.entries()).learnt()).toEqual([]);
  });
});

describe("The folder of a corpus", () => {
  const parent = temporaryFolder();
  const folder = () => mkdtemp(join(parent, "corpus-"));
  const entriesOf = (...drawn: readonly Drawn[]) => {
    const corpus = corpusOf([]);
    for (const [at, one] of drawn.entries()) corpus.offer(one, [behaviour(`${at}`)]);
    return corpus.entries();
  };
  const all: readonly Drawn[] = [
    history(read, { kind: "re-create" }),
    { kind: "request", body: '{"Action":"\\ud800"}' },
    { kind: "race", shape: "mixed", size: 7, seed: 3 },
  ];

  it("is read as it was written, with the seed that comes next", async () => {
    const dir = await folder();
    const entries = entriesOf(...all);
    await (await corpusFolder(dir)).save(entries, 17);
    const again = await corpusFolder(dir);
    expect([again.nextSeed, again.unreadable]).toEqual([17, []]);
    expect(corpusOf(again.entries).entries()).toEqual(entries);
    await again.save(entries.slice(1), 18);
    expect((await readdir(dir)).filter((name) => name !== "next-seed.json")).toHaveLength(2);
  });

  it("names files that it cannot read, and leaves them alone", async () => {
    const dir = await folder();
    const bad: Readonly<Record<string, string>> = {
      "broken.json": "{",
      "later.json": '{"schema":"addpermission-conformance/corpus@2"}',
      "other.json": "[]",
      "unknown.json":
        '{"schema":"addpermission-conformance/corpus@1","shows":[],"violated":[],"case":{"kind":"dance"}}',
    };
    for (const [name, text] of Object.entries(bad)) await writeFile(join(dir, name), text);
    const store = await corpusFolder(dir);
    expect(unreadableText(store)).toContain("broken.json (it is not JSON)");
    expect(store.unreadable.map(({ file }) => file)).toEqual(Object.keys(bad));
    await store.save(entriesOf(...all), 1);
    for (const [name, text] of Object.entries(bad))
      expect(await readFile(join(dir, name), "utf8")).toBe(text);
  });

  it("cannot be a file", async () => {
    const file = join(await folder(), "file");
    await writeFile(file, "");
    await expect(corpusFolder(file)).rejects.toThrow(Fault);
  });
});

describe("A mutated history", () => {
  it("is one that random histories could be, the same for the same seed, and survives a file", () => {
    fc.assert(
      fc.property(commands, commands, fc.nat(), (one, other, seed) => {
        const made = mutated(one, other, seed);
        expect(made.length).toBeGreaterThan(0);
        expect(made.every(isHistoryCommand)).toBe(true);
        expect(mutated(one, other, seed)).toEqual(made);
        const drawn = history(...made);
        expect(readDrawn(JSON.parse(JSON.stringify(drawn)))).toEqual(drawn);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("comes from what showed something that nothing showed before", () => {
    const guided = guide();
    expect(guided.next(3, 1)).toEqual([]);
    guided.take([read], ["a"], false);
    guided.take([{ kind: "re-create" }], ["a"], false);
    expect(guided.transitions()).toBe(1);
    const made = guided.next(20, 1);
    expect(made.filter((list) => list.some(({ kind }) => kind === "read")).length).toBeGreaterThan(10);
  });
});

describe("A request of a corpus", () => {
  it.each([
    ['{"Principal":"*"}', true],
    ['{"Principal":"\\u002a"}', true],
    ["no JSON", true],
    ['{"Principal":"s3.amazonaws.com"}', false],
  ])("that could open a real account is known as such: %s", (body, destructive) => {
    expect(drawnTestCase("corpus/x", { kind: "request", body }).destructive).toBe(destructive);
  });
});

describe("The options of a campaign", () => {
  it.each([
    [{ corpus: "c" }, "--corpus is the folder of a campaign"],
    [{ minutes: 1, record: "r" }, "--record stores every exchange"],
    [{ minutes: 1, suites: ["boundary"] }, "the suites boundary have none"],
  ] as const)("go together: %j", (options, message) => {
    expect(() => checkCampaign(options, onCommandLine)).toThrow(message);
  });
});
