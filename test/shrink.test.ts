import { describe, expect, it } from "vitest";
import { addPermission, getPolicy, label } from "../generators/call.ts";
import { rules } from "../rules/index.ts";
import type { Lane } from "../runner/lane.ts";
import { type Confirmed, shrink, type Unconfirmed } from "../runner/shrink.ts";
import { type Exchange, type Round, revisionSlot } from "../spec/exchange.ts";
import { alone, bodyWith } from "../suites/steps.ts";
import { stage } from "./staged.ts";

const { main } = stage;
const rule = rules.find(({ id }) => id === "race.one-revision-once");

/** A read, and then so many additions with its revision, in flight together. */
function race(size: number): readonly Round[] {
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

/** Numbers from 0 to 1, the same every time. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Shrinks a history on a target where it goes wrong as often as the calls in flight together and the stage say. */
async function shrunk(rounds: readonly Round[], chance: (together: number, isNew: boolean) => number) {
  if (rule === undefined) throw new Error("There is no such rule.");
  const random = numbers();
  let together = 0;
  let plays = 0;
  let isNew = false;
  const exchange = (step: Round[number]): Exchange => ({
    step,
    call: step.call,
    answer: { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 },
  });
  const lane: Pick<Lane, "stage" | "play" | "names"> = {
    stage,
    names: () => [main.name],
    play: async (script) => {
      plays += 1;
      const done: (readonly Exchange[])[] = [];
      for (let next = await script(done); next !== null; next = await script(done)) {
        done.push(next.map(exchange));
      }
      together = Math.max(...done.map(({ length }) => length));
      return { rounds: done, observed: [] };
    },
  };
  const judgement = { verdict: "violated", expected: "one", seen: "two" } as const;
  const result = await shrink(
    {
      lane: 0,
      unit: "races/one-revision/0",
      place: 0,
      clean: true,
      names: [main.name],
      rounds: rounds.map((round) => round.map(exchange)),
      expected: "one",
      seen: "two",
      unless: [],
    },
    {
      ready: async (wanted) => {
        isNew = wanted !== "emptied";
        return lane as Lane;
      },
      judge: {
        round: () => [],
        history: () => (random() < chance(together, isNew) ? [{ rule, column: "document", judgement }] : []),
      },
      rule,
      column: "document",
      stop: () => false,
    },
  );
  return { result, plays };
}

function confirmed(result: Confirmed | Unconfirmed) {
  if (result.kind === "unconfirmed") throw new Error(JSON.stringify(result.why));
  const { shown = 0, tried: tries = 0 } = result.reruns ?? {};
  const steps = result.played.rounds.map((round) => round.map(({ step }) => step));
  return { share: shown / tries, tries, steps, racing: steps.find((round) => round.length > 1) ?? [] };
}

describe("A violation that is tried again", () => {
  it("has to show on functions that were just created, where whoever tries it by hand begins", async () => {
    const { result } = await shrunk(race(1), (_together, isNew) => (isNew ? 0 : 1));
    const detail = expect.stringContaining("seen once (two");
    expect(result).toMatchObject({ kind: "unconfirmed", why: { code: "not-confirmed", detail } });
  });

  it("is made small on new stages where it shows on no other", async () => {
    const { result } = await shrunk(race(1), (_together, isNew) => (isNew ? 1 : 0));
    const { steps, share, tries } = confirmed(result);
    expect([steps.flat().length, share, tries]).toEqual([1, 1, 3]);
  });
});

/** Each further call in flight loses the race with this chance. */
const perCall = (share: number) => (together: number) => 1 - (1 - share) ** (together - 1);

describe("A race that is made small", () => {
  it("has two calls where two show it every time", async () => {
    const { result } = await shrunk(race(32), (together) => (together > 1 ? 1 : 0));
    const { share, steps, racing } = confirmed(result);
    expect(racing).toHaveLength(2);
    expect(steps.flat().map(({ key }) => key)).toEqual(["revision", "r0", "r1"]);
    expect(share).toBe(1);
  });

  it.each([0.05, 0.1, 0.2])("keeps so many calls that it still shows often: %f a call", async (chance) => {
    const { result, plays } = await shrunk(race(32), perCall(chance));
    const { share, racing } = confirmed(result);
    expect(racing.length).toBeLessThan(32);
    expect(share).toBeGreaterThanOrEqual(0.3);
    expect(plays).toBeLessThanOrEqual(620);
  });

  it("stays as large as it was where even that shows it seldom, but without the rounds around it", async () => {
    const { result } = await shrunk(race(32), perCall(0.008));
    const { share, steps, racing } = confirmed(result);
    expect(racing).toHaveLength(32);
    expect(steps.flat()).toHaveLength(33);
    expect(share).toBeGreaterThan(0);
  });

  it("keeps the ids and the revision of its calls, which tell them apart and join them", async () => {
    const { result } = await shrunk(race(4), perCall(1));
    for (const { call } of confirmed(result).racing) {
      const { StatementId, RevisionId } = JSON.parse(call.body ?? "");
      expect([StatementId, RevisionId]).toEqual([expect.stringMatching(/^race-\d$/), revisionSlot]);
    }
  });

  it("is no finding when it never shows again", async () => {
    const { result } = await shrunk(race(8), () => 0);
    const detail = expect.stringContaining("seen once (two");
    expect(result).toMatchObject({ kind: "unconfirmed", why: { code: "not-confirmed", detail } });
  });
});
