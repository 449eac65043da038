import { describe, expect, it } from "vitest";
import type { Finding } from "../oracle/judge.ts";
import { initialModelState } from "../oracle/model-state.ts";
import { type ObservedBatch, observeBatch } from "../oracle/observe.ts";
import type { Rule } from "../oracle/rule.ts";
import { rules } from "../rules/index.ts";
import type { Candidate } from "../runner/candidates.ts";
import { type Confirmed, type ConfirmOptions, confirm, type Unconfirmed } from "../runner/confirm.ts";
import { type Origin, regenerating, type Shows, type Steps, stepsOf } from "../runner/regenerate.ts";
import { type EmptyFixtures, emptyFixtures, fixtureFor, type NeededFixture } from "../runner/rerun.ts";
import { likelySmallest, simplifyCalls } from "../runner/simplify.ts";
import type { Worker } from "../runner/worker.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteFunction,
  getAlias,
  getPolicy,
  label,
  qualifierQuery,
  removePermission,
  updateAlias,
} from "../spec/calls.ts";
import { type Batch, type Call, type Exchange, revisionSlot, type Step } from "../spec/exchange.ts";
import { allParts, type Fixture, type FixtureParts, isBare, noParts } from "../spec/fixture.ts";
import { alone, bodyWith, scripted } from "../suites/case.ts";
import { suites } from "../suites/index.ts";
import { fixture } from "./fixture.ts";

const { main } = fixture;

function named(id: string): Rule {
  const found = rules.find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no rule ${id}.`);
  return found;
}

const rule = named("race.one-revision-once");
const other = named("request.accepted");

/** A read, then a batch of additions with its revision. */
function race(size: number): readonly Batch[] {
  return [
    alone("before", getPolicy(main.name)),
    alone("revision", getPolicy(main.name)),
    Array.from({ length: size }, (_, at) => ({
      key: `r${at}`,
      revisionFrom: "revision",
      call: addPermission({
        functionName: label(main.name),
        body: bodyWith("RevisionId", revisionSlot, `race-${at}`),
      }),
    })),
    alone("after", getPolicy(main.name)),
  ];
}

/** Deterministic numbers from 0 to 1. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** The findings of a history, by its batches and whether its functions are new. */
type Seen = (batches: readonly Batch[], isNew: boolean) => readonly Finding[];

/** Shrinks a history for which the rules give these findings. */
async function shrunkBy(
  batches: readonly Batch[],
  seen: Seen,
  options: Partial<
    Pick<Candidate, "unless" | "notEmptied"> &
      Pick<ConfirmOptions, "explains" | "attempt" | "spentTime"> & {
        readonly hasNew: boolean;
        readonly rule: Rule;
        /** The findings about one batch, by the key of its first step. */
        readonly inBatch: (key: string) => readonly Finding[];
      }
  > = {},
) {
  let last: readonly Batch[] = [];
  const testCases: string[] = [];
  let isNew = false;
  const keyOf = new Map<ObservedBatch, string>();
  const exchange = (step: Batch[number]): Exchange => ({
    step,
    call: step.call,
    answer: { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 },
  });
  const worker: Pick<Worker, "fixture" | "execute"> = {
    fixture,
    execute: async (script, options) => {
      testCases.push(options?.testCase ?? "");
      const done: (readonly Exchange[])[] = [];
      for (let next = await script(done); next !== null; next = await script(done)) {
        done.push(next.map(exchange));
      }
      last = done.map((batch) => batch.map(({ step }) => step));
      const observed = done.map((batch) => observeBatch(initialModelState(fixture, true), batch));
      for (const [at, batch] of observed.entries()) keyOf.set(batch, last[at]?.[0]?.key ?? "");
      return { batches: done, observed };
    },
  };
  const { unless = [], explains = (_rule, here) => here, attempt = 1, spentTime = () => 0 } = options;
  const { inBatch = () => [] } = options;
  const result = await confirm(
    {
      worker: 0,
      testCase: scripted("races/one-revision/0", {}, () => batches),
      fixture,
      place: 0,
      clean: true,
      batches: batches.map((batch) => batch.map(exchange)),
      expected: "one",
      seen: "two",
      unless,
      ...(options.notEmptied === undefined ? {} : { notEmptied: options.notEmptied }),
    },
    {
      getEmptyFixture: async (wanted) => {
        isNew = wanted.isNew || isBare(wanted.parts);
        return isNew && options.hasNew === false ? null : (worker as Worker);
      },
      judge: { batch: (batch) => inBatch(keyOf.get(batch) ?? ""), history: () => seen(last, isNew) },
      rule: options.rule ?? rule,
      columns: ["document"],
      explains,
      attempt,
      spentTime,
      maxReruns: Infinity,
      briefly: false,
      stop: () => false,
    },
  );
  return { result, plays: testCases.length, testCases };
}

function violated(of: Rule, unless: readonly string[] = []): Finding {
  const judgement = { verdict: "violated", expected: "one", seen: "two", unless } as const;
  return { rule: of, column: "document", judgement };
}

/** Shrinks a history on a target that fails with a probability for the batch size and the fixture. */
async function shrunk(batches: readonly Batch[], chance: (together: number, isNew: boolean) => number) {
  const random = numbers();
  return shrunkBy(batches, (execution, isNew) => {
    const together = Math.max(...execution.map(({ length }) => length));
    return random() < chance(together, isNew) ? [violated(rule)] : [];
  });
}

function confirmed(result: Confirmed | Unconfirmed) {
  if (result.kind === "unconfirmed") throw new Error(JSON.stringify(result.why));
  const { shown = 0, tried: tries = 0 } = result.reruns ?? {};
  const steps = result.execution.batches.map((batch) => batch.map(({ step }) => step));
  return { share: shown / tries, tries, steps, racing: steps.find((batch) => batch.length > 1) ?? [] };
}

describe("A candidate violation that is rerun", () => {
  it("must show on new functions, because a manual reproduction starts on them", async () => {
    const { result } = await shrunk(race(1), (_together, isNew) => (isNew ? 0 : 1));
    const detail = expect.stringContaining("seen once (two");
    expect(result).toMatchObject({ kind: "unconfirmed", why: { code: "not-confirmed", detail } });
  });

  it("is not confirmed when no new function can be created", async () => {
    const { result } = await shrunkBy(race(1), () => [violated(rule)], { hasNew: false });
    expect(result).toEqual({ kind: "unconfirmed", why: { code: "no-fixture", seen: "two" } });
  });

  it("is confirmed only on new functions when it was seen on a function that could not be reset", async () => {
    const onOld: Seen = (_last, isNew) => (isNew ? [] : [violated(rule)]);
    const { result } = await shrunkBy(race(1), onOld, { notEmptied: true });
    expect(result).toMatchObject({ kind: "unconfirmed", why: { code: "not-confirmed" } });
    const always: Seen = () => [violated(rule)];
    expect((await shrunkBy(race(1), always, { notEmptied: true })).result.kind).toBe("confirmed");
    const none = await shrunkBy(race(1), always, { notEmptied: true, hasNew: false });
    expect(none.result).toMatchObject({ kind: "unconfirmed", why: { code: "no-fixture" } });
    expect(none.plays).toBe(0);
  });

  it("has a unique name in each rerun and attempt", async () => {
    const always: Seen = () => [violated(rule)];
    const first = await shrunkBy(race(1), always);
    const second = await shrunkBy(race(1), always, { attempt: 2 });
    const names = [...first.testCases, ...second.testCases];
    expect(new Set(names).size).toBe(first.plays + second.plays);
    expect(names.every((testCase) => testCase.startsWith(`replay/${rule.id}/document/`))).toBe(true);
  });

  it("is confirmed, but not shrunk further, when its time is spent", async () => {
    const long = Array.from({ length: 40 }, (_, at) => alone(`read-${at}`, getPolicy(main.name)));
    const always: Seen = () => [violated(rule)];
    expect(confirmed((await shrunkBy(long, always)).result).steps.flat().length).toBeLessThan(2);
    const late = await shrunkBy(long, always, { spentTime: () => 1 });
    expect(confirmed(late.result)).toMatchObject({ share: 1, tries: 3 });
    expect(late.plays).toBe(5);
    // A history that does not show at all is given up later.
    expect((await shrunkBy(long, () => [], { spentTime: () => 3 })).plays).toBeGreaterThan(1);
  });

  it("is reported up to the batch that shows it, which may be an earlier one when it is rare", async () => {
    const history = ["first", "second", "third"].map((key) => alone(key, getPolicy(main.name)));
    const loses = named("policy.holds-what-was-added");
    let reads = 0;
    const inBatch = (key: string) => {
      if (key === "second") reads += 1;
      return key === "second" && reads % 30 === 0 ? [{ ...violated(loses), of: {} }] : [];
    };
    const { result } = await shrunkBy(history, () => [], { rule: loses, inBatch });
    const { steps, share, tries } = confirmed(result);
    expect(steps.flat().map(({ key }) => key)).toEqual(["first", "second"]);
    expect([share, tries]).toEqual([1 / 30, 30]);
  });

  it("is shrunk on new fixtures when it shows on no other", async () => {
    const { result } = await shrunk(race(1), (_together, isNew) => (isNew ? 1 : 0));
    const { steps, share, tries } = confirmed(result);
    expect([steps.flat().length, share, tries]).toEqual([1, 1, 3]);
  });
});

describe("A violation that another rule may explain", () => {
  const read = (key: string) => alone(key, getPolicy(main.name));
  const history = ["first", "guard", "between", "last"].map(read);
  const keys = (batches: readonly Batch[]) => batches.flat().map(({ key }) => key);
  const has = (batches: readonly Batch[], key: string) => keys(batches).includes(key);

  it.each([
    ["the first violation names it", [other.id], []],
    ["a later one does", [], [other.id]],
  ])("is not shrunk to a history that the other rule explains, when %s", async (_where, unless, later) => {
    // Without the guard, both rules are violated.
    const seen: Seen = (execution) => {
      if (!has(execution, "last")) return [];
      return has(execution, "guard") ? [violated(rule)] : [violated(rule, later), violated(other)];
    };
    const { result } = await shrunkBy(history, seen, { unless });
    expect(keys(confirmed(result).steps)).toEqual(["guard", "last"]);
  });

  it("is not shrunk to a history that a violated rule explains", async () => {
    const seen: Seen = (execution) =>
      has(execution, "last") ? [violated(rule, has(execution, "guard") ? [] : [other.id])] : [];
    const { result } = await shrunkBy(history, seen, { explains: (id, here) => here || id === other.id });
    expect(keys(confirmed(result).steps)).toEqual(["guard", "last"]);
  });

  it("is shown without the other violation when a part of its history shows it alone", async () => {
    const seen: Seen = (execution) => [
      ...(has(execution, "last") ? [violated(rule)] : []),
      ...(has(execution, "first") ? [violated(other)] : []),
    ];
    const { result } = await shrunkBy(history, seen, { unless: [other.id] });
    expect(keys(confirmed(result).steps)).toEqual(["last"]);
  });

  it("is inconclusive when it never shows alone, after at most one rerun for each part", async () => {
    const seen: Seen = () => [violated(other), violated(rule)];
    const { result, plays } = await shrunkBy(history, seen, { unless: [other.id] });
    const detail = `reruns show it only together with a violation of ${other.id}`;
    const why = { code: "not-confirmed", detail };
    expect(result).toEqual({ kind: "unconfirmed", why, explainedBy: other.id });
    expect(plays).toBeLessThan(12);
    const alone = await shrunkBy(history.slice(-1), seen, { unless: [other.id] });
    expect([alone.result, alone.plays]).toEqual([result, 1]);
  });

  it("is explained only by rules that it names, and not by itself", async () => {
    const seen: Seen = () => [violated(other), violated(rule, [rule.id])];
    const { result } = await shrunkBy(history, seen, { unless: [rule.id, "SourceArn.topic"] });
    expect(keys(confirmed(result).steps)).toEqual(["last"]);
  });
});

describe("An empty fixture for a rerun", () => {
  /** A named worker; some workers cannot be reset, or only with many requests. */
  const worker = (name: string, empties = true, requests = 1) =>
    ({
      name,
      fixture: { ...fixture, other: null },
      reset: async () => empties,
      requestsOfReset: () => requests,
      isSpoiled: () => false,
    }) as unknown as Worker;
  const own = worker("own");
  const spareFixture = async (): Promise<Worker | null> => worker("spare");
  const bare = { isNew: true, parts: noParts };
  const [emptied, anew] = [false, true].map((isNew) => ({ isNew, parts: allParts }));
  const others = { replace: async () => worker("new"), spareFixture, creates: true };
  const none = { replace: async () => null, spareFixture: async () => null, creates: true };
  const names = async (
    start: Worker,
    options: EmptyFixtures,
    asked: readonly (NeededFixture | undefined)[],
  ) => {
    const ready = emptyFixtures(start, options);
    const given: unknown[] = [];
    for (const wanted of asked) given.push(wanted && (await ready(wanted)));
    return given.map((one) => one && (one as { readonly name?: string }).name);
  };

  it("is the worker's own after a reset, a new one, or a spare one, as requested", async () => {
    expect(await names(own, others, [emptied, bare, emptied])).toEqual(["own", "spare", "own"]);
    expect(await names(own, others, [anew, emptied])).toEqual(["new", "new"]);
  });

  it("is a new one when the own cannot be reset or no spare one is available", async () => {
    expect(await names(worker("own", false), others, [emptied])).toEqual(["new"]);
    expect(await names(own, { ...others, spareFixture: async () => null }, [bare])).toEqual(["new"]);
    expect(await names(worker("own", false), none, [emptied, anew])).toEqual([null, null]);
  });

  it("is a new one when that takes fewer requests than the reset, or the own one if there is none", async () => {
    const costly = worker("own", true, 16);
    expect(await names(costly, others, [emptied])).toEqual(["new"]);
    expect(await names(costly, none, [emptied])).toEqual(["own"]);
  });

  it("is the own one after a reset when no function can be created", async () => {
    expect(await names(own, { ...none, creates: false }, [anew, bare, emptied])).toEqual([
      "own",
      "own",
      "own",
    ]);
  });
});

describe("The fixture that a rerun asks for", () => {
  const [version = "", later = ""] = main.versions;
  const to = (name: string, query: string | null): Steps => [
    alone("a", addPermission({ functionName: label(name), query, body: "{}" })),
  ];

  const live = { versions: 1, aliases: "live", other: false } as const;

  it.each([
    ["the function", main.name, null, noParts, noParts],
    ["a malformed name", `${main.name}!`, null, allParts, noParts],
    ["an unknown alias", main.name, qualifierQuery("nope"), allParts, noParts],
    ["a version", main.name, qualifierQuery(version), { ...noParts, versions: 1 }, null],
    ["a later version", main.name, qualifierQuery(later), { ...noParts, versions: 2 }, null],
    ["an alias in the name", `${main.name}:${main.aliases?.live}`, null, live, null],
    [
      "a long alias",
      main.name,
      qualifierQuery(main.aliases?.longest ?? ""),
      { ...live, aliases: "all" },
      null,
    ],
    ["the second function", fixture.other?.name ?? "", null, { ...noParts, other: true }, null],
    ["a version of it", fixture.other?.name ?? "", qualifierQuery(version), allParts, null],
  ] as const)("for a request to %s", (_to, name, query, usual, whereAloneIsEnough) => {
    const steps = to(name, query);
    expect(fixtureFor(steps, fixture, false)).toEqual({ isNew: false, parts: usual });
    expect(fixtureFor(steps, fixture, true)).toEqual({ isNew: true, parts: usual });
    expect(fixtureFor(steps, fixture, false, true).parts).toEqual(whereAloneIsEnough ?? usual);
  });

  /** The same fixture without other parts. */
  const only = ({ versions, aliases, other }: FixtureParts): Fixture => {
    const { live = "", ...long } = main.aliases ?? {};
    const named = { none: null, live: { live }, all: { live, ...long } }[aliases];
    const function_ = { ...main, versions: main.versions.slice(0, versions), aliases: named };
    return { ...fixture, main: function_, other: other ? fixture.other : null };
  };

  it("lets a test case of any suite make the calls that it makes on a whole fixture", () => {
    const scripts = suites
      .flatMap((suite) => [...suite.testCases({ seed: 1, runs: 5, rounds: 6 })])
      .flatMap(({ id, script }) => (script === undefined ? [] : [{ id, script }]));
    const made = scripts.map(({ id, script }) => {
      const steps = script(fixture);
      const { parts } = fixtureFor(steps, fixture, true);
      expect(script(only(parts)), id).toEqual(steps);
      return JSON.stringify(parts);
    });
    expect(new Set(made).size).toBeGreaterThan(5);
  });

  it("has the version or the alias that a call to another operation names", () => {
    const of = (call: Call) => fixtureFor([alone("a", call)], fixture, true).parts;
    const recipe = fixture.recipe ?? { role: "", runtime: "", zip: "" };
    expect(of(getAlias(main.name, "live"))).toEqual(live);
    expect(of(createAlias(main.name, "new", version))).toEqual({ ...noParts, versions: 1 });
    expect(of(updateAlias(main.name, "live", later))).toEqual({ ...live, versions: 2 });
    expect(of(deleteFunction(fixture.other?.name ?? ""))).toEqual({ ...noParts, other: true });
    expect(of(createFunction(main.name, recipe))).toEqual(noParts);
    expect(of(createFunction("someone-elses", recipe))).toEqual(allParts);
  });

  it("asks for no version where none can be published", () => {
    const unversioned = { ...fixture, main: { ...main, versions: [] } };
    const { parts } = fixtureFor(to(main.name, qualifierQuery("live")), unversioned, false);
    expect(parts).toEqual({ versions: 0, aliases: "live", other: false });
  });

  it("has the parts of all requests", () => {
    const steps = [...to(main.name, qualifierQuery(version)), ...to(fixture.other?.name ?? "", null)];
    expect(fixtureFor(steps, fixture, false).parts).toEqual({ versions: 1, aliases: "none", other: true });
  });
});

/** The probability of a lost race, when each further call in flight loses with this probability. */
const perCall = (share: number) => (together: number) => 1 - (1 - share) ** (together - 1);

describe("A race that is shrunk", () => {
  it("has two calls when two always show it", async () => {
    const { result } = await shrunk(race(32), (together) => (together > 1 ? 1 : 0));
    const { share, steps, racing } = confirmed(result);
    expect(racing).toHaveLength(2);
    expect(steps.flat().map(({ key }) => key)).toEqual(["revision", "r0", "r1"]);
    expect(share).toBe(1);
  });

  it.each([0.05, 0.1, 0.2])(
    "keeps enough calls to show often: probability %f for each call",
    async (chance) => {
      const { result, plays } = await shrunk(race(32), perCall(chance));
      const { share, racing } = confirmed(result);
      expect(racing.length).toBeLessThan(32);
      expect(share).toBeGreaterThanOrEqual(0.3);
      expect(plays).toBeLessThanOrEqual(620);
    },
  );

  it("keeps all its calls when even those rarely show it, but drops the other batches", async () => {
    const { result } = await shrunk(race(32), perCall(0.008));
    const { share, steps, racing } = confirmed(result);
    expect(racing).toHaveLength(32);
    expect(steps.flat()).toHaveLength(33);
    expect(share).toBeGreaterThan(0);
  });

  it("keeps the ids and the revision of its calls", async () => {
    const { result } = await shrunk(race(4), perCall(1));
    for (const { call } of confirmed(result).racing) {
      const { StatementId, RevisionId } = JSON.parse(call.body ?? "");
      expect([StatementId, RevisionId]).toEqual([expect.stringMatching(/^race-\d$/), revisionSlot]);
    }
  });

  it("is not a finding when no rerun shows it", async () => {
    const { result } = await shrunk(race(8), () => 0);
    const detail = expect.stringContaining("seen once (two");
    expect(result).toMatchObject({ kind: "unconfirmed", why: { code: "not-confirmed", detail } });
  });
});

/** Names of the two functions of a call that is simplified. */

const first = main.name;
const second = fixture.other?.name ?? "";
const path = (name: string) => `/2015-03-31/functions/${name}/policy`;

function on(name: string, body: unknown, more: Partial<Call> = {}): Call {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { ...addPermission({ functionName: label(name), body: text }), ...more };
}

/** The simplified calls for which the predicate still holds for the last. */
async function simplified(
  write: (first: string, second: string) => readonly Batch[],
  holds: (last: Call) => boolean,
) {
  const testCase = scripted("a", {}, (on) => write(on.main.name, on.other?.name ?? ""));
  const batches = write(first, second).map((batch) => batch.map(sent));
  const still: Shows = async (steps) => {
    const last = steps.at(-1)?.at(-1)?.call;
    return last !== undefined && holds(last);
  };
  const origin: Origin = { testCase, fixture, batches };
  const left = await simplifyCalls(stepsOf(origin), origin, still);
  // On another fixture each call is simplified in the same way.
  const there = regenerating(origin)(left, elsewhere) ?? [];
  const plain = (all: Steps, { main: one, other: two }: Fixture) =>
    all.flat().map(({ call }) =>
      JSON.stringify(call)
        .replaceAll(one.name, "{main}")
        .replaceAll(two?.name ?? "", "{second}"),
    );
  expect(plain(there, elsewhere)).toEqual(plain(left, fixture));
  return left.flat().map(({ call }) => call);
}

function sent(step: Step): Exchange {
  const answer = { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const;
  return { step, call: step.call, answer };
}

/** Other names of the same length as those of the fixture. */
const elsewhere: Fixture = {
  ...fixture,
  main: { ...fixture.main, name: fixture.main.name.replace("conformance", "ecnamrofnoc") },
  other: fixture.other && {
    ...fixture.other,
    name: fixture.other.name.replace("conformance", "ecnamrofnoc"),
  },
};

const members = (call: Call) => JSON.parse(call.body ?? "");
const usual = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", StatementId: "s" };

describe("The history that is likely to be the smallest", () => {
  const likely = (rule: string, rest = `${first.replaceAll("a", "%61")}/policy`) => {
    const target = `/2015-03-31/functions/${rest}`;
    const testCase = scripted("a", {}, (fixture) => [
      alone("a", on(fixture.main.name, { ...usual, Action: "x", SourceAccount: "0" }, { target })),
    ]);
    const batches = [
      alone("a", on(first, { ...usual, Action: "x", SourceAccount: "0" }, { target })).map(sent),
    ];
    const origin = { testCase, fixture, batches };
    return likelySmallest(stepsOf(origin), origin, rule)
      .flat(2)
      .map(({ call }) => call);
  };

  it("keeps the member that the rule names, and has the plain path, or else its own", () => {
    const [plain, own] = likely("Action.pattern");
    expect(plain?.target).toBe(path(first));
    expect(own?.target).toContain("%61");
    for (const call of [plain, own]) expect(members(call as Call)).toEqual({ ...usual, Action: "x" });
  });

  it("is the last call alone, where only a member that goes needs an earlier call", () => {
    const body = { ...usual, RevisionId: revisionSlot };
    const last = [{ key: "b", call: on(first, body), revisionFrom: "a" }];
    const batches = [alone("a", getPolicy(first)), last];
    const origin = {
      testCase: scripted("a", {}, () => batches),
      fixture,
      batches: batches.map((one) => one.map(sent)),
    };
    const of = (rule: string) => likelySmallest(stepsOf(origin), origin, rule);
    expect(
      of("Action.pattern")
        .flat(2)
        .map(({ call }) => members(call)),
    ).toEqual([usual]);
    expect(of("RevisionId.current")).toEqual([]);
  });

  it("keeps its path if the rule names no member of the body", () => {
    const calls = likely("FunctionName.pattern");
    expect(calls.map(({ target }) => target)).toEqual([expect.stringContaining("%61")]);
    expect(members(calls[0] as Call)).toEqual(usual);
  });

  it("has a simpler path first, if that is not the plain path", () => {
    const targets = (rule: string, name: string) =>
      likely(rule, `${name}/policy?Qualifier=1`).map(({ target }) => target.split("/functions/")[1]);
    const encoded = first.replaceAll("a", "%61");
    expect(targets("resource.other-partition", encoded)).toEqual([
      `${encoded}/policy`,
      `${encoded}/policy?Qualifier=1`,
    ]);
    expect(targets("Qualifier.pattern", first)).toEqual([`${first}/policy?Qualifier=1`]);
    expect(targets("Qualifier.pattern", encoded)).toEqual([
      `${first}/policy?Qualifier=1`,
      `${encoded}/policy?Qualifier=1`,
    ]);
  });
});

describe("A call is simplified", () => {
  it("but for an id that another call needs", async () => {
    const calls = await simplified(
      (first) => [
        alone("a", on(first, { ...usual, Action: "x", StatementId: "twice" })),
        alone("b", on(first, { ...usual, StatementId: "other" })),
        alone("c", removePermission(first, "twice")),
      ],
      () => true,
    );
    expect(calls.slice(0, 2).map(members)).toEqual([{ ...usual, StatementId: "twice" }, usual]);
  });

  it("on the function under test, unless only the second one shows it", async () => {
    const [call] = await simplified(
      (_, second) => [alone("a", on(second, usual))],
      () => true,
    );
    expect(call?.target).toBe(path(first));
  });

  it("on the second one by its plain name, when only that shows it", async () => {
    const encoded = (name: string) => `/2015-03-31/functions/${name.replaceAll("a", "%61")}%3a1/policy`;
    const [call] = await simplified(
      (_, second) => [alone("a", on(second, usual, { target: encoded(second) }))],
      ({ target }) => /^[^:?]*(:|\?Qualifier=)1\b/.test(decodeURIComponent(target).split(second)[1] ?? ""),
    );
    expect(call?.target).toBe(`${path(second)}?${qualifierQuery("1")}`);
  });

  it("on the function itself, when a version shows no more than that", async () => {
    const version = (name: string) => `${path(name)}?${qualifierQuery("1")}`;
    const batches = (name: string) => [
      alone("add", on(name, usual)),
      alone("again", on(name, usual, { target: version(name) })),
      alone("read", getPolicy(name, "1")),
    ];
    const calls = await simplified(batches, ({ operation }) => operation === "GetPolicy");
    expect(calls.map(({ target }) => target)).toEqual([path(first), path(first), path(first)]);
    const kept = await simplified(batches, ({ target }) => target.includes("Qualifier"));
    expect(kept.map(({ target }) => target)).toEqual([path(first), path(first), version(first)]);
  });

  it("by the plain name of its function, also with a qualifier that has to stay", async () => {
    const encoded = (name: string) =>
      `/2015-03-31/functions/${name.replaceAll("a", "%61")}/policy?Qualifier=%31`;
    const [call] = await simplified(
      (name) => [alone("a", on(name, usual, { target: encoded(name) }))],
      ({ target }) => target.includes("Qualifier"),
    );
    expect(call?.target).toBe(`${path(first)}?${qualifierQuery("1")}`);
  });

  it("with the usual encoding of a form that has to stay", async () => {
    const encoded = (name: string) => `/2015-03-31/functions/%66unction%3a${name}/policy`;
    const [call] = await simplified(
      (name) => [alone("a", on(name, usual, { target: encoded(name) }))],
      ({ target }) => decodeURIComponent(target).includes("function:"),
    );
    expect(call?.target).toBe(`/2015-03-31/functions/function%3A${first}/policy`);
  });

  it("with a short value that is not empty", async () => {
    const odd = { ...usual, SourceArn: "not an arn at all" };
    const [call] = await simplified(
      (first) => [alone("a", on(first, odd))],
      (last) => !/^arn:/.test(members(last).SourceArn ?? "arn:"),
    );
    expect(members(call as Call).SourceArn).toHaveLength(1);
  });

  it("with a usual value for a member whose value does not matter", async () => {
    const rich = {
      ...usual,
      SourceArn: "arn:aws:sns:us-east-1:123456789012:topic",
      SourceAccount: "999999999999",
    };
    const [call] = await simplified(
      (first) => [alone("a", on(first, rich))],
      (last) => /^arn:aws:/.test(members(last).SourceArn ?? "") && members(last).SourceAccount !== undefined,
    );
    expect(members(call as Call)).toEqual({
      ...usual,
      SourceArn: "arn:aws:s3:::b",
      SourceAccount: "123456789012",
    });
  });

  it("with trailing text after the canonical body, when that is the fault", async () => {
    const [call] = await simplified(
      (first) => [alone("a", on(first, '{"Action":"x","odd":[1,2],"StatementId":"f10"}junk'))],
      (last) => {
        const text = last.body ?? "";
        return text.startsWith("{") && text.includes("StatementId") && !text.endsWith("}");
      },
    );
    expect(call?.body).toBe(`${JSON.stringify(usual)}x`);
  });

  it("without the members that do not matter, though its body is not JSON", async () => {
    const odd = '{"Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com","StatementId":Infinity}';
    const [call] = await simplified(
      (first) => [alone("a", on(first, odd))],
      (last) => (last.body ?? "").includes('"StatementId":Infinity'),
    );
    expect(call?.body).toBe('{"StatementId":Infinity}');
  });

  it("and keeps the revision that it takes from another step", async () => {
    const guarded = (name: string) => on(name, bodyWith("RevisionId", revisionSlot, "a-long-id"));
    const batches = (name: string) => [
      alone("read", getPolicy(name)),
      [{ key: "a", call: guarded(name), revisionFrom: "read" }],
    ];
    const [, call] = await simplified(batches, (last) => members(last).RevisionId !== undefined);
    expect(members(call as Call)).toEqual({ ...usual, RevisionId: revisionSlot });
  });

  it("and needs no other step when it is left without a revision", async () => {
    const account = "123456789012";
    const body = { ...bodyWith("RevisionId", revisionSlot, "taken"), Principal: account };
    const history = [
      alone("add", on(first, { ...usual, StatementId: "taken" })),
      alone("read", getPolicy(first)),
      [{ key: "again", call: on(first, body), revisionFrom: "read" }],
    ];
    const isAccount = (batches: readonly Batch[]) => batches.at(-1)?.[0]?.call.body?.includes(account);
    // Without the addition there is no policy, and so no revision that the last call could take.
    const isSent = (batches: readonly Batch[]) =>
      batches.length === 3 || batches.at(-1)?.[0]?.revisionFrom === undefined;
    const seen: Seen = (batches) =>
      isAccount(batches) && isSent(batches) ? [violated(named("statement.account"))] : [];
    const { result } = await shrunkBy(history, seen, { rule: named("statement.account") });
    const { steps } = confirmed(result);
    expect(steps.flat().map(({ call }) => members(call))).toEqual([{ ...usual, Principal: account }]);
  });

  it("independently of the other, when two functions play different roles", async () => {
    const calls = await simplified(
      (first, second) => [alone("a", on(first, usual)), alone("b", on(second, usual))],
      () => true,
    );
    expect(calls.map(({ target }) => target)).toEqual([path(first), path(first)]);
  });
});
