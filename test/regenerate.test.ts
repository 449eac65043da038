import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sleep } from "../client/deadline.ts";
import { reach } from "../runner/connect.ts";
import { callsOn, type Origin, regenerating, rewritten, stepsOf, swap } from "../runner/regenerate.ts";
import { rerun } from "../runner/rerun.ts";
import { type Lane, laneOn, once } from "../runner/worker.ts";
import { getPolicy, publishVersion } from "../spec/calls.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Stage } from "../spec/fixture.ts";
import { alone, scripted, type Unit } from "../suites/case.ts";
import { suites } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";
import { stage } from "./fixture.ts";

/** Fixtures on a reference in this process, each a new one. */
async function fixtures() {
  const clock = () => performance.now();
  const reference = createReference();
  const reached = await reach({
    endpoint: new URL("http://reference.invalid"),
    region: "us-east-1",
    sign: false,
    env: {},
    arranges: true,
    prefix: "addperm-ct-regen",
    timeoutMs: 400,
    concurrency: 4,
    clock,
    now: () => new Date(0),
    journalDir: null,
    pid: 0,
    carrier: () => inProcess(reference, { clock }),
  });
  let made = 0;
  const { transport, how } = reached;
  const next = async (bare = false): Promise<Lane> => {
    const { stage } = await reached.arrange(`0${made++}`.padStart(4, "0"), { bare });
    return laneOn({ index: 0, stage, fresh: true, transport, how, settleMs: 0, sleep });
  };
  return { next, close: () => transport.close() };
}

let all: Awaited<ReturnType<typeof fixtures>>;

beforeAll(async () => {
  all = await fixtures();
});

afterAll(async () => {
  await all.close();
});

/** What a test case does on an empty fixture. */
async function executed(testCase: Unit, lane: Lane): Promise<Origin> {
  await lane.tidy(true);
  const { rounds } = await lane.execute(testCase.start(lane.stage));
  return { testCase, fixture: lane.stage, rounds };
}

const units = suites.flatMap((suite) => [...suite.units({ seed: 5, runs: 6, rounds: 2 })]);

function sentSteps(rounds: readonly (readonly Exchange[])[]) {
  return rounds.map((round) => round.map(({ step }) => step));
}

describe("A test case of any suite", () => {
  it("makes on another fixture, given the answers of the first, what it makes there by itself", async () => {
    const [here, there] = [await all.next(), await all.next()];
    const differing: string[] = [];
    for (const unit of units) {
      const origin = await executed(unit, here);
      const regenerate = regenerating(origin);
      expect(regenerate(stepsOf(origin), here.stage), unit.id).toEqual(stepsOf(origin));
      const expected = sentSteps((await executed(unit, there)).rounds);
      const made = regenerate(stepsOf(origin), there.stage);
      if (JSON.stringify(made) !== JSON.stringify(expected)) differing.push(unit.id);
      // Whatever the answers name of the old fixture, the calls name nothing of it.
      expect(JSON.stringify(made), unit.id).not.toMatch(new RegExp(here.stage.main.name.slice(0, -5), "i"));
    }
    expect(units.length).toBeGreaterThan(150);
    expect(differing).toEqual([]);
  }, 120_000);

  it("makes on a bare fixture the calls that are about the function under test alone", async () => {
    const [here, bare] = [await all.next(), await all.next(true)];
    expect([bare.stage.other, bare.stage.main.versions]).toEqual([null, []]);
    const on = (name: string) => ({
      ...here.stage,
      main: { ...here.stage.main, name, arn: here.stage.main.arn.replace(here.stage.main.name, name) },
    });
    for (const unit of units.filter(({ id }) => /^(boundary|histories|state|wire)/.test(id))) {
      const origin = await executed(unit, here);
      const made = regenerating(origin)(stepsOf(origin), bare.stage)?.flat() ?? [];
      const wanted = callsOn(origin, { ...on(bare.stage.main.name), unknownName: bare.stage.unknownName });
      expect(made.map(({ call }) => call)).toEqual(made.map(({ key }) => wanted.get(key)));
      expect(made).toHaveLength(origin.rounds.flat().length);
    }
  }, 120_000);
});

describe("A history on another fixture", () => {
  const published = units.find(({ id }) => id === "state/published-version-starts-empty");
  const answersOf = (rounds: readonly (readonly Exchange[])[]) =>
    rounds.flat().map(({ answer }) => (answer.kind === "response" ? answer.status : 0));

  it("names the version that is published there, and not the one that was published before", async () => {
    if (published === undefined) throw new Error("There is no such test case.");
    const [here, there] = [await all.next(), await all.next()];
    const origin = await executed(published, here);
    await there.execute(once({ key: "more", call: publishVersion(there.stage.main.name) }));
    const again = await rerun(stepsOf(origin), {
      ready: async () => there,
      regenerate: regenerating(origin),
      from: origin.fixture,
      onNew: false,
      unit: "again",
    });
    if (again === null || again === "no-fixture") throw new Error("It was not executed.");
    const target = (rounds: Origin["rounds"]) =>
      rounds.flat().find(({ step: { key } }) => key === "read-version")?.call.target;
    expect(target(origin.rounds)).toMatch(/Qualifier=3$/);
    expect(target(again.played.rounds)).toMatch(/Qualifier=4$/);
    expect(answersOf(again.played.rounds)).toEqual(answersOf(origin.rounds));
  });

  it("takes the turn that the recorded answers took, whatever would be answered there", () => {
    const testCase: Unit = {
      ...scripted("branch", () => []),
      start:
        ({ main }) =>
        (done) => {
          if (done.length === 0) return alone("first", getPolicy(main.name));
          const refused = done[0]?.[0]?.answer.kind === "none";
          return done.length > 1 ? null : alone(refused ? "refused" : "held", getPolicy(main.name, "live"));
        },
    };
    const call = getPolicy(stage.main.name);
    const answer = { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const;
    const exchange = (key: string): Exchange => ({ step: { key, call }, call, answer });
    const origin: Origin = { testCase, fixture: stage, rounds: [[exchange("first")], [exchange("refused")]] };
    const there: Stage = { ...stage, main: { ...stage.main, name: "there" } };
    const keys = regenerating(origin)(stepsOf(origin), there)?.map((round) => round.map(({ key }) => key));
    expect(keys).toEqual([["first"], ["refused"]]);
    // A step that the test case does not make cannot be had.
    expect(regenerating(origin)([[{ key: "held", call }]], there)).toBeNull();
  });

  it("has its calls rewritten there as they were here, and its functions swapped", () => {
    const testCase = scripted("a", ({ other }) => [alone("read", getPolicy(other?.name ?? ""))]);
    const call = getPolicy(stage.other?.name ?? "");
    const answer = { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const;
    const origin: Origin = {
      testCase,
      fixture: stage,
      rounds: [[{ step: { key: "read", call }, call, answer }]],
    };
    const there: Stage = { ...stage, main: { ...stage.main, name: "there" }, other: null };
    const twice = rewritten(
      rewritten({ key: "read", call, swapped: true }, (one) => ({ ...one, body: "a" }), stage),
      (one, { main }) => ({ ...one, body: `${one.body}b ${main.name}` }),
      stage,
    );
    expect(twice.call.body).toBe(`ab ${stage.main.name}`);
    expect(regenerating(origin)([[twice]], there)).toEqual([
      [{ key: "read", call: { ...getPolicy("there"), body: "ab there" } }],
    ]);
    expect(swap(swap(stage))).toEqual(stage);
    expect(swap(there)).toBe(there);
  });
});
