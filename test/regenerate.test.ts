import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sleep } from "../client/deadline.ts";
import { connectLocally } from "../runner/connect.ts";
import { callsOn, type Origin, regenerating, rewritten, stepsOf, swap } from "../runner/regenerate.ts";
import { rerun } from "../runner/rerun.ts";
import { inTurn, type Worker, workerOn } from "../runner/worker.ts";
import { getPolicy, publishVersion } from "../spec/calls.ts";
import type { Exchange } from "../spec/exchange.ts";
import { allParts, type Fixture, noParts } from "../spec/fixture.ts";
import { alone, scripted, type TestCase } from "../suites/case.ts";
import { suites } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";
import { fixture } from "./fixture.ts";

/** Creates new fixtures on a reference in this process. */
async function fixtures() {
  const clock = () => performance.now();
  const reference = createReference();
  const connection = await connectLocally({
    prefix: "addperm-ct-regen",
    concurrency: 4,
    clock,
    carrier: () => inProcess(reference, { clock }),
  });
  let made = 0;
  const { transport, how } = connection;
  const next = async (parts = allParts): Promise<Worker> => {
    const { fixture } = await connection.arrange(`0${made++}`.padStart(4, "0"), { parts });
    return workerOn({ index: 0, fixture, fresh: true, transport, how, settleMs: 0, sleep });
  };
  return { next, close: () => transport.close() };
}

let all: Awaited<ReturnType<typeof fixtures>>;
let here: Worker;

beforeAll(async () => {
  all = await fixtures();
  here = await all.next();
});

afterAll(async () => {
  await all.close();
});

/** The exchanges of a test case on an empty fixture. */
async function executed(testCase: TestCase, worker: Worker): Promise<Origin> {
  await worker.reset(true);
  const { batches } = await worker.execute(testCase.start(worker.fixture));
  return { testCase, fixture: worker.fixture, batches };
}

const origins = new Map<TestCase, Origin>();

/** The exchanges of a test case on the first fixture, for every test that looks at them. */
async function originOf(testCase: TestCase): Promise<Origin> {
  const origin = origins.get(testCase) ?? (await executed(testCase, here));
  origins.set(testCase, origin);
  return origin;
}

const testCases = suites.flatMap((suite) => [...suite.testCases({ seed: 5, runs: 1, rounds: 1 })]);

function sentSteps(batches: readonly (readonly Exchange[])[]) {
  return batches.map((batch) => batch.map(({ step }) => step));
}

describe("A test case of any suite", () => {
  it("regenerates on another fixture, with the recorded answers, the calls that it makes there directly", async () => {
    const there = await all.next();
    const oldName = new RegExp(here.fixture.main.name.slice(0, -5), "i");
    const differing: string[] = [];
    for (const testCase of testCases) {
      const origin = await originOf(testCase);
      const regenerate = regenerating(origin);
      expect(regenerate(stepsOf(origin), here.fixture), testCase.id).toEqual(stepsOf(origin));
      const expected = sentSteps((await executed(testCase, there)).batches);
      const made = regenerate(stepsOf(origin), there.fixture);
      const text = JSON.stringify(made);
      if (text !== JSON.stringify(expected)) differing.push(testCase.id);
      // The calls never name the old fixture, even when the answers do.
      expect(text, testCase.id).not.toMatch(oldName);
    }
    expect(testCases.length).toBeGreaterThan(150);
    expect(differing).toEqual([]);
  }, 120_000);

  it("gives each step a key of its own, by which a rerun finds it", async () => {
    const twice: string[] = [];
    for (const testCase of testCases) {
      const keys = sentSteps((await originOf(testCase)).batches).flatMap((batch) =>
        batch.map(({ key }) => key),
      );
      if (new Set(keys).size < keys.length) twice.push(testCase.id);
    }
    expect(twice).toEqual([]);
  });

  it("makes on a spare fixture only the calls for the function under test", async () => {
    const bare = await all.next(noParts);
    expect([bare.fixture.other, bare.fixture.main.versions]).toEqual([null, []]);
    const on = (name: string) => ({
      ...here.fixture,
      main: { ...here.fixture.main, name, arn: here.fixture.main.arn.replace(here.fixture.main.name, name) },
    });
    for (const testCase of testCases.filter(({ id }) => /^(boundary|histories|state|wire)/.test(id))) {
      const origin = await originOf(testCase);
      const made = regenerating(origin)(stepsOf(origin), bare.fixture)?.flat() ?? [];
      const wanted = callsOn(origin, {
        ...on(bare.fixture.main.name),
        unknownName: bare.fixture.unknownName,
      });
      expect(made.map(({ call }) => call)).toEqual(made.map(({ key }) => wanted.get(key)));
      expect(made).toHaveLength(origin.batches.flat().length);
    }
  }, 120_000);
});

describe("A history on another fixture", () => {
  const published = testCases.find(({ id }) => id === "state/published-version-starts-empty");
  const answersOf = (batches: readonly (readonly Exchange[])[]) =>
    batches.flat().map(({ answer }) => (answer.kind === "response" ? answer.status : 0));

  it("names the version that is published there, not the earlier one", async () => {
    if (published === undefined) throw new Error("There is no such test case.");
    const there = await all.next();
    const origin = await originOf(published);
    await there.execute(inTurn([[{ key: "more", call: publishVersion(there.fixture.main.name) }]]));
    const again = await rerun(stepsOf(origin), {
      getEmptyFixture: async () => there,
      regenerate: regenerating(origin),
      from: origin.fixture,
      onNew: false,
      testCase: "again",
    });
    if (again === null || again === "no-fixture") throw new Error("It was not executed.");
    const target = (batches: Origin["batches"]) =>
      batches.flat().find(({ step: { key } }) => key === "read-version")?.call.target;
    expect(target(origin.batches)).toMatch(/Qualifier=3$/);
    expect(target(again.execution.batches)).toMatch(/Qualifier=4$/);
    expect(answersOf(again.execution.batches)).toEqual(answersOf(origin.batches));
  });

  it("follows the branch of the recorded answers", () => {
    const testCase: TestCase = {
      ...scripted("branch", {}, () => []),
      start:
        ({ main }) =>
        (done) => {
          if (done.length === 0) return alone("first", getPolicy(main.name));
          const refused = done[0]?.[0]?.answer.kind === "none";
          return done.length > 1 ? null : alone(refused ? "refused" : "held", getPolicy(main.name, "live"));
        },
    };
    const call = getPolicy(fixture.main.name);
    const answer = { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const;
    const exchange = (key: string): Exchange => ({ step: { key, call }, call, answer });
    const origin: Origin = { testCase, fixture, batches: [[exchange("first")], [exchange("refused")]] };
    const there: Fixture = { ...fixture, main: { ...fixture.main, name: "there" } };
    const keys = regenerating(origin)(stepsOf(origin), there)?.map((batch) => batch.map(({ key }) => key));
    expect(keys).toEqual([["first"], ["refused"]]);
    // A step that the test case does not make cannot be regenerated.
    expect(regenerating(origin)([[{ key: "held", call }]], there)).toBeNull();
  });

  it("keeps the rewritten calls and the swapped functions", () => {
    const testCase = scripted("a", {}, ({ other }) => [alone("read", getPolicy(other?.name ?? ""))]);
    const call = getPolicy(fixture.other?.name ?? "");
    const answer = { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const;
    const origin: Origin = {
      testCase,
      fixture,
      batches: [[{ step: { key: "read", call }, call, answer }]],
    };
    const there: Fixture = { ...fixture, main: { ...fixture.main, name: "there" }, other: null };
    const twice = rewritten(
      rewritten({ key: "read", call, swapped: true }, (one) => ({ ...one, body: "a" }), fixture),
      (one, { main }) => ({ ...one, body: `${one.body}b ${main.name}` }),
      fixture,
    );
    expect(twice.call.body).toBe(`ab ${fixture.main.name}`);
    expect(regenerating(origin)([[twice]], there)).toEqual([
      [{ key: "read", call: { ...getPolicy("there"), body: "ab there" } }],
    ]);
    expect(swap(swap(fixture))).toEqual(fixture);
    expect(swap(there)).toBe(there);
  });
});
