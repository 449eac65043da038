import { describe, expect, it, onTestFinished, vi } from "vitest";
import { canonicalBody } from "../generators/valid-requests.ts";
import { initialModelState } from "../oracle/model-state.ts";
import { observeBatch } from "../oracle/observe.ts";
import { inFlight } from "../runner/in-flight.ts";
import { silentKinds } from "../runner/silent-kinds.ts";
import { addPermission, getPolicy } from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import { fixture } from "./fixture.ts";

const timeoutMs = 10_000;
const before = initialModelState(fixture, true);
const functionName = fixture.main.name;
const malformed = addPermission({ functionName, body: "{" });
const valid = addPermission({ functionName, body: canonicalBody("sid") });

/** The deadlines on a target that answers a call after so many milliseconds, or never. */
function waiting() {
  let now = 0;
  const kinds = silentKinds({ timeoutMs, clock: () => now });
  const send = (call: Call, ms: number, purpose: "execute" | "confirm" = "execute") => {
    const deadlineMs = kinds.deadline(call, before, purpose);
    if (typeof deadlineMs !== "number") return { deadlineMs: null, answer: deadlineMs };
    const at = { sentAt: now, answeredAt: now + Math.min(ms, deadlineMs) };
    now = at.answeredAt + 1;
    const given: Answer =
      ms <= deadlineMs
        ? { kind: "response", status: 400, headers: [], body: "{}", ...at }
        : { kind: "none", reason: "timeout", detail: "late", ...at };
    const answer = kinds.answered(call, before, given, deadlineMs);
    kinds.observed(observeBatch(before, [{ step: { key: "a", call }, call, answer }]).observations);
    return { deadlineMs, answer };
  };
  return { ...kinds, send };
}

const never = Number.POSITIVE_INFINITY;

describe("The deadlines of a run", () => {
  it("waits for the whole timeout once, then shortly, and leaves the kind out after three deadlines", () => {
    const { send, leftOut, gone } = waiting();
    send(valid, 5);
    const deadlines = Array.from({ length: 5 }, () => send(malformed, never).deadlineMs);
    expect(deadlines).toEqual([timeoutMs, 1000, 1000, null, null]);
    expect(leftOut()).toEqual([{ kind: "AddPermission, body.malformed-json", unanswered: 3, left: 2 }]);
    expect(send(valid, 5).deadlineMs).toBe(timeoutMs);
    expect(gone()).toBeNull();
  });

  it("waits for the whole timeout once more when a candidate is rerun", () => {
    const { send } = waiting();
    for (let times = 0; times < 4; times += 1) send(malformed, never);
    expect(send(malformed, never, "confirm").deadlineMs).toBe(timeoutMs);
    const again = send(malformed, never, "confirm");
    expect(again.deadlineMs).toBe(1000);
    expect(again.answer).toMatchObject({ reason: "timeout", detail: expect.stringContaining("10000 ms") });
  });

  it("grows on a target that is slow, and never judges what it did not wait for", () => {
    const { send } = waiting();
    for (let times = 0; times < 4; times += 1) send(malformed, 2000);
    send(malformed, never);
    expect(send(malformed, 3000).deadlineMs).toBe(8000);
    expect(send(malformed, never).answer).toMatchObject({ reason: "timeout" });
    const brief = waiting();
    for (let times = 0; times < 4; times += 1) brief.send(malformed, 5);
    brief.send(malformed, never);
    expect(brief.send(malformed, 1500).answer).toMatchObject({ kind: "none", reason: "aborted" });
  });

  it("counts requests that were in flight together once", () => {
    const kinds = silentKinds({ timeoutMs, clock: () => timeoutMs });
    const late = { kind: "none", reason: "timeout", detail: "", sentAt: 0, answeredAt: timeoutMs } as const;
    for (let times = 0; times < 8; times += 1) kinds.answered(valid, before, late, timeoutMs);
    expect(kinds.gone()).toBeNull();
    expect(kinds.deadline(valid, before, "execute")).toBe(1000);
  });

  it("ends when no valid request is answered, whatever else is", () => {
    const { send, gone } = waiting();
    for (let times = 0; times < 3; times += 1) {
      send(getPolicy(functionName), 5);
      expect(gone()).toBeNull();
      send(valid, never);
    }
    expect(gone()).toMatchObject({ code: "silent" });
  });
});

describe("Answers that are always cut off", () => {
  /** Requests, eight at a time, whose answers are cut off after so many milliseconds; and what becomes of the ninth. */
  function cutting(call: Call, rounds: number, ms: number, others: readonly Call[] = []) {
    let now = 0;
    const kinds = silentKinds({ timeoutMs, clock: () => now });
    for (const other of others) {
      const answer: Answer = {
        kind: "response",
        status: 201,
        headers: [],
        body: "{}",
        sentAt: 0,
        answeredAt: 5,
      };
      const step = { key: "a", call: other };
      kinds.observed(observeBatch(before, [{ step, call: other, answer }]).observations);
    }
    for (let round = 0; round < rounds; round += 1) {
      const at = { sentAt: now, answeredAt: now + ms };
      now = at.answeredAt + 1;
      const cut: Answer = { kind: "none", reason: "reset", detail: "cut", ...at };
      const answers = Array.from({ length: 8 }, () => kinds.answered(call, before, cut, timeoutMs));
      if (answers.some((answer) => answer !== cut)) throw new Error("A cut answer was replaced.");
    }
    return { ...kinds, next: (one: Call) => kinds.deadline(one, before, "execute") };
  }

  it("are asked for as long as that takes little time", () => {
    const { gone, next } = cutting(valid, 1000, 10);
    expect(gone()).toBeNull();
    expect(next(valid)).toBe(timeoutMs);
  });

  it("end the run after 15 s in all if no valid request gets another one", () => {
    expect(cutting(valid, 50, 300).gone()).toBeNull();
    expect(cutting(valid, 51, 300).gone()).toEqual({
      code: "silent",
      detail: "no complete response came to 51 valid requests",
    });
  });

  it("are no longer asked for after that, and other requests are", () => {
    const { gone, leftOut, next } = cutting(malformed, 60, 300, [valid]);
    expect(next(malformed)).toMatchObject({ unsent: true });
    expect(leftOut()).toEqual([{ kind: "AddPermission, body.malformed-json", unanswered: 60, left: 1 }]);
    expect(gone()).toBeNull();
    expect(typeof next(valid)).toBe("number");
  });
});

describe("The number of batches in flight", () => {
  /** The highest number in flight at the end, where the latency depends on the number in flight. */
  async function highest(latency: (now: number) => number): Promise<number> {
    const gate = inFlight(8);
    let now = 0;
    let recent: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let sent = 0; sent < 60; sent += 1) {
          const leave = await gate.enter(1);
          now += 1;
          recent = [...recent, now].slice(-60);
          await Promise.resolve();
          gate.took(latency(now));
          now -= 1;
          leave();
        }
      }),
    );
    return Math.max(...recent);
  }

  it("rises to the concurrency on a target that does not slow down", async () => {
    expect(await highest(() => 100)).toBe(8);
  });

  it("rises where about half of the answers take long, whatever the number", async () => {
    let answers = 0;
    expect(await highest(() => [1, 42, 2, 45, 1, 41, 43][answers++ % 7] ?? 0)).toBe(8);
    expect(await highest(() => (answers++ % 2 === 0 ? 1 : 42))).toBe(8);
  });

  it("rises again where fewer in flight are not faster", async () => {
    let answers = 0;
    expect(await highest(() => (answers++ < 16 ? 5 : 40))).toBe(8);
  });

  it("lets a batch of several calls keep its place for longer, and counts its time", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const gate = inFlight(8);
    const leave = await gate.enter(32);
    let entered = false;
    void gate.enter(1).then(() => {
      entered = true;
    });
    await vi.advanceTimersByTimeAsync(4900);
    expect(entered).toBe(false);
    leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(entered).toBe(true);
    gate.tookTogether(4000);
    gate.tookTogether(3000);
    expect(gate.togetherMs()).toBe(7000);
  });

  it("stays low where each answer costs more when more are asked for", async () => {
    expect(await highest((now) => 20 * now ** 3)).toBe(1);
  });
});
