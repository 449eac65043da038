import { describe, expect, it, test } from "vitest";
import { initialModelState } from "../oracle/model-state.ts";
import { observeBatch } from "../oracle/observe.ts";
import { sendBatch } from "../runner/batch.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { patience } from "../runner/patience.ts";
import { createAlias, createFunction, deleteFunction, getPolicy, removePermission } from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import { alone } from "../suites/case.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import { fixture } from "./fixture.ts";
import {
  type AnsweredCall,
  add,
  added,
  answer,
  conflict,
  names,
  notFound,
  observed,
  policyOf,
} from "./story.ts";

const start = initialModelState(fixture, true);

function answered(call: Call, given: Answer) {
  return observeBatch(start, [{ step: { key: "0", call }, call, answer: given }]);
}

test("a malformed value that is refused does not show that the function is visible", () => {
  const waiting = patience();
  const missing = answered(add("a"), notFound);
  waiting.waited("not-visible", 0, missing);
  waiting.keep(answered(add("a", { Action: "s3:GetObject" }), answer(400)));
  expect(waiting.causeIn(missing)).toBe("not-visible");
  waiting.keep(answered(add("a"), conflict));
  expect(waiting.causeIn(missing)).toBeNull();
});

test("a wait that ends with 404 was in vain, also if the function counts as visible meanwhile", () => {
  const waiting = patience();
  const missing = answered(add("a"), notFound);
  waiting.keep(answered(add("a"), conflict));
  expect(waiting.causeIn(missing)).toBe("not-visible");
  waiting.waited("not-visible", 1550, missing);
  expect(waiting.causeIn(missing)).toBeNull();
  waiting.waited("not-visible", 1550, missing);
  expect([waiting.pauses("not-visible"), waiting.waits()]).toEqual([[], []]);
});

test("a rerun waits before it reads a policy that was written to, and a test case does not", async () => {
  const written = answered(add("a"), added("a")).after;
  const pauses = async (purpose: "execute" | "confirm") => {
    const slept: number[] = [];
    await sendBatch(alone("read", getPolicy(fixture.main.name)), [], written, purpose, {
      transport: { send: async () => policyOf(fixture.main.name, "a"), close: async () => {} },
      how: { deadlineMs: 1000 },
      settleMs: 700,
      sleep: async (ms) => void slept.push(ms),
    });
    return slept;
  };
  expect([await pauses("execute"), await pauses("confirm")]).toEqual([[], [700]]);
});

test("a call that one passing cause after another turns away is sent again for each", async () => {
  const inProgress = answer(
    409,
    { message: "Another operation is in progress." },
    "ResourceConflictException",
  );
  const answers = [inProgress, notFound, added("a")];
  const { exchanges } = await sendBatch(alone("add", add("a")), [], start, "execute", {
    transport: { send: async () => answers.shift() ?? notFound, close: async () => {} },
    how: { deadlineMs: 1000 },
    settleMs: 0,
    sleep: async () => {},
    patience: patience(),
  });
  expect(exchanges.map((one) => (one.answer.kind === "none" ? null : one.answer.status))).toEqual([201]);
});

test("a conflict without a message passes where nothing of that name exists, and not where it does", () => {
  const waiting = patience();
  const recipe = { role: "", runtime: "", zip: "" };
  const causeAtLast = (...story: readonly AnsweredCall[]) => {
    const last = observed(...story).at(-1);
    return last === undefined ? null : waiting.causeIn(last);
  };
  const creation = createFunction(names.main, recipe);
  const deleted = [deleteFunction(names.main), answer(204)] as const;
  expect(causeAtLast([creation, conflict])).toBeNull();
  expect(causeAtLast(deleted, [creation, conflict])).toBe("in-progress");
  expect(causeAtLast([createAlias(names.main, "live", "1"), conflict])).toBeNull();
  expect(causeAtLast([createAlias(names.main, "new", "1"), conflict])).toBe("in-progress");
});

describe("A call that is answered 429 TooManyRequestsException", () => {
  const throttled = answer(429, {}, "TooManyRequestsException");
  const empty = policyOf(names.main);
  const holding = policyOf(names.main, "a");
  const remove = removePermission(names.main, "a");

  /** Sends a call whose answers are given, and returns what was sent, the pauses and the last answer. */
  async function sent(call: Call, ...answers: readonly Answer[]) {
    const rest = [...answers];
    const methods: string[] = [];
    const pauses: number[] = [];
    const { exchanges } = await sendBatch(alone("0", call), [], start, "execute", {
      transport: {
        send: async ({ method }) => {
          methods.push(method);
          return rest.shift() ?? throttled;
        },
        close: async () => {},
      },
      how: { deadlineMs: 1000 },
      settleMs: 0,
      sleep: async (ms) => void pauses.push(ms),
      patience: patience(),
    });
    const [last] = exchanges.map((one) => (one.answer.kind === "none" ? null : one.answer.status));
    return { methods: methods.join(" "), pauses, last };
  }

  it.each<[string, Call, readonly Answer[], string, number]>([
    ["an addition that had no effect", add("a"), [throttled, empty, added("a")], "POST GET POST", 201],
    ["an addition whose policy holds its id", add("a"), [throttled, holding], "POST GET", 429],
    ["a removal that had no effect", remove, [throttled, holding, answer(204)], "DELETE GET DELETE", 204],
    ["a removal whose id is gone", remove, [throttled, empty], "DELETE GET", 429],
    ["a read", getPolicy(names.main), [throttled, holding], "GET GET", 200],
    [
      "an addition, when its policy can be read",
      add("a"),
      [throttled, throttled, empty, added("a")],
      "POST GET GET POST",
      201,
    ],
  ])(
    "is sent again only if that cannot change what it means: %s",
    async (_what, call, answers, methods, last) => {
      expect(await sent(call, ...answers)).toMatchObject({ methods, last });
    },
  );

  it("is sent again after the pause that Retry-After asks for, at most 20 s", async () => {
    const asking = (seconds: string): Answer => {
      if (throttled.kind === "none") return throttled;
      return { ...throttled, headers: [...throttled.headers, ["retry-after", seconds]] };
    };
    const read = getPolicy(names.main);
    const pauses = async (first: Answer) => (await sent(read, first, holding)).pauses;
    expect(await pauses(throttled)).toEqual([50]);
    expect(await pauses(asking("3"))).toEqual([3000]);
    expect(await pauses(asking("3600"))).toEqual([20_000]);
    expect(await pauses(asking("Fri, 31 Dec 1999 23:59:59 GMT"))).toEqual([50]);
  });

  it("is not sent again when a Prefer header asked for it, or when it has another name", async () => {
    const provoked = { ...add("a"), headers: [...add("a").headers, ["Prefer", "code=429"] as const] };
    expect(await sent(provoked)).toMatchObject({ methods: "POST", last: 429 });
    expect(await sent(add("a"), answer(429, {}, "Slow"))).toMatchObject({ methods: "POST", last: 429 });
  });

  it("leaves no rule inconclusive if it comes now and then", async () => {
    const name = "dialect 429 for every 41st call";
    const report = await judgeVariant(variants[name]?.mutate ?? ((same) => same), {
      seed: 3,
      runs: 5,
      rounds: 2,
    });
    expect(report.waits?.map(({ cause }) => cause)).toEqual(["throttled"]);
    expect(report.summary.document).toMatchObject({ violated: 0, inconclusive: 0 });
  });
});

describe("Calls in flight together that are dropped", () => {
  /** Judges a target that drops some of the additions of the id `race`, which are always in flight together. */
  async function judged(drops: (nth: number) => boolean) {
    let additions = 0;
    const again: string[] = [];
    const report = await judgeVariant(
      (behaviour) => ({
        ...behaviour,
        intercept: (request) =>
          /"StatementId":"race"/.test(request.body.toString()) && drops(additions++)
            ? "drop"
            : behaviour.intercept(request),
      }),
      {
        ...{ seed: 1, runs: 1, rounds: 2, workers: 1, suites: ["races"] },
        observers: () => [
          {
            on: (event) => {
              if (event.type === "case-finished" && event.lost === true) again.push(event.case.id);
            },
          },
        ],
      },
    );
    const verdicts = report.rules.map(({ verdicts: { document } }) => document);
    const arrives = report.rules.find(({ id }) => id === "answer.arrives")?.verdicts.document;
    return { again, verdicts, arrives };
  }

  it("are sent again with their test case on new connections, because the old ones may have been idle", async () => {
    const { again, verdicts, arrives } = await judged((nth) => nth === 1);
    expect(again).toEqual(["races/one-id/0"]);
    expect(arrives).toBe("holds");
    expect(verdicts).not.toContain("inconclusive");
  });

  it("are a violation if they are dropped on new connections, too", async () => {
    const { again, arrives } = await judged((nth) => nth % 2 === 1);
    expect(again).toEqual(["races/one-id/0"]);
    expect(arrives).toBe("violated");
  });
});
