import { expect, test } from "vitest";
import { initialModelState } from "../oracle/model-state.ts";
import { observeBatch } from "../oracle/observe.ts";
import { sendBatch } from "../runner/batch.ts";
import { patience } from "../runner/patience.ts";
import { createAlias, createFunction, deleteFunction, getPolicy } from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import { alone } from "../suites/case.ts";
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
  waiting.waited("not-visible", 0, false);
  const missing = answered(add("a"), notFound);
  waiting.keep(answered(add("a", { Action: "s3:GetObject" }), answer(400)));
  expect(waiting.causeIn(missing)).toBe("not-visible");
  waiting.keep(answered(add("a"), conflict));
  expect(waiting.causeIn(missing)).toBeNull();
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
