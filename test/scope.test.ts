import { describe, expect, it } from "vitest";
import { sleep } from "../client/deadline.ts";
import type { Outgoing, Transport } from "../client/transport.ts";
import type { Rule } from "../oracle/rule.ts";
import { rules } from "../rules/index.ts";
import { type Connection, connectLocally } from "../runner/connect.ts";
import { diff } from "../runner/diff/diff.ts";
import type { Observer, RunEvent } from "../runner/events.ts";
import type { RunOptions } from "../runner/run.ts";
import { run } from "../runner/run.ts";
import { getPolicy } from "../spec/calls.ts";
import type { Answer } from "../spec/exchange.ts";
import { noParts } from "../spec/fixture.ts";
import { suites } from "../suites/index.ts";
import { inProcess } from "../targets/in-process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";

const clock = () => performance.now();

/** The behaviour of a target, and options of the run. */
interface On {
  readonly mutate?: (behaviour: Behaviour) => Behaviour;
  /** Milliseconds until the answer to a call. With `late` the call takes effect then, otherwise at once. */
  readonly slow?: (call: Outgoing) => number;
  readonly late?: boolean;
  /** Calls that get no answer, and take effect after the next call. */
  readonly lost?: (call: Outgoing) => boolean;
  /** Called with each request before it takes effect. */
  readonly heard?: (call: Outgoing, number: number) => void;
  readonly budget?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A function to use, on this target, instead of new ones. */
  readonly existing?: string;
  readonly target?: Target;
}

/** A reference in this process that counts its requests and lists its functions. */
function targetOf({ mutate = (same) => same, slow = () => 0, late = false, lost = () => false, heard }: On) {
  const reference = createReference({ behaviour: mutate(faithful) });
  const carried = inProcess(reference, { clock });
  let requests = 0;
  const pending: (() => Promise<Answer>)[] = [];
  const carrier: Transport = {
    ...carried,
    async send(call, how) {
      requests += 1;
      heard?.(call, requests);
      const ms = slow(call);
      if (ms === 0 && !lost(call)) {
        const answer = await carried.send(call, how);
        for (const carry of pending.splice(0)) await carry();
        return answer;
      }
      // The call takes effect even when the client has given up.
      const carry = () => carried.send(call, { deadlineMs: 1000 });
      if (lost(call)) pending.push(carry);
      const answer = lost(call)
        ? new Promise<never>(() => {})
        : late
          ? sleep(ms).then(carry)
          : carry().then((done) => sleep(ms).then(() => done));
      const gaveUp = sleep(how.deadlineMs, how.signal).then((): Answer => {
        const reason = how.signal?.aborted === true ? "aborted" : "timeout";
        return { kind: "none", reason, detail: "", sentAt: clock(), answeredAt: clock() };
      });
      return Promise.race([answer, gaveUp]);
    },
  };
  return {
    carrier,
    requests: () => requests,
    async functions(): Promise<readonly string[]> {
      const list = { method: "GET", target: "/2015-03-31/functions/", headers: [], body: null };
      const answer = await carried.send(list, { deadlineMs: 1000 });
      return answer.kind === "response" ? (answer.body.match(/addperm-ct-[\w-]+/g) ?? []) : ["no list"];
    },
  };
}

type Target = ReturnType<typeof targetOf>;

function connection(
  { carrier }: Target,
  { budget, timeoutMs = 4000, signal, existing }: On,
  prefix = "addperm-ct-scope",
): Promise<Connection> {
  return connectLocally({
    carrier: () => carrier,
    prefix,
    timeoutMs,
    concurrency: 8,
    budget,
    signal,
    functionName: existing,
    clock,
  });
}

const common = {
  tool: { name: "scope", version: "0" },
  clock,
  sleep: (ms: number) => sleep(ms),
  startedAt: new Date(0),
  workers: 8,
  seed: 1,
  safeMode: false,
} as const;

/** Runs to the end and returns the faults of the report, or the error. */
async function runOn(
  on: On,
  options: Partial<RunOptions> = {},
  observers: readonly Observer[] = [],
): Promise<{ readonly said: string; readonly target: Target }> {
  const { target = targetOf(on) } = on;
  const connect = await connection(target, on);
  const how: RunOptions = {
    ...connect,
    ...common,
    target: { name: "counted", endpoint: "http://reference.invalid", cannot: [] },
    suites: suites.filter(({ name }) => ["state", "histories", "races"].includes(name)),
    rules,
    profile: "document",
    runs: 1,
    rounds: 1,
    settleMs: 0,
    signal: on.signal,
    replay: (rule) => rule,
    ...options,
  };
  const report = run(how, observers);
  const said = await report.then(
    ({ faults }) => faults.join(),
    (error: unknown) => String(error),
  );
  return { said, target };
}

/** The requests after the end of a run, and the remaining functions. Both must be empty. */
async function afterwards(target: Target): Promise<{ requests: number; functions: readonly string[] }> {
  const before = target.requests();
  await sleep(150);
  return { requests: target.requests() - before, functions: await target.functions() };
}

const nothing = { requests: 0, functions: [] };

/** A rule that throws while `when` returns true. */
function throwing(when: () => boolean): Rule {
  const judge = () => {
    if (when()) throw new Error("The rule is broken.");
    return null;
  };
  const body = { title: "", basis: "stated", source: "", clauses: [], needs: [] } as const;
  return { ...body, id: "test.throws", trigger: { on: "answer", judge } };
}

/** Returns true only in the call with this number. */
function atCall(number: number): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === number;
  };
}

/** Acknowledges removals but keeps the statements, so that the run needs new functions repeatedly. */
const clinging = change(() => ({ remove: (statements) => statements }));

const isCreation = ({ method, target }: Outgoing) => method === "POST" && /\/functions\/?$/.test(target);
const slowly = (call: Outgoing) => (isCreation(call) ? 40 : 0);

/** Returns true for the creation with this number. The first sixteen create eight fixtures. */
function atCreation(number: number): (call: Outgoing) => boolean {
  let creations = 0;
  return (call) => {
    if (isCreation(call)) creations += 1;
    return isCreation(call) && creations === number;
  };
}

/** A signal that is aborted at the first request for which `when` returns true. */
function endingAt(when: (call: Outgoing, number: number) => boolean): Pick<On, "signal" | "heard"> {
  const controller = new AbortController();
  const heard = (call: Outgoing, number: number) => {
    if (when(call, number)) controller.abort();
  };
  return { signal: controller.signal, heard };
}

// Concurrent: each test has its own target, and mostly waits to see that nothing more is sent.
describe.concurrent("After a run in which a rule throws", () => {
  it.each([
    ["on new functions only", {}],
    ["while functions are created again and again", { mutate: clinging }],
    ["at a target that is slow to create", { mutate: clinging, slow: slowly }],
  ])("no more requests are sent and no function is left, %s", async (_how, on) => {
    const { said, target } = await runOn(on, { rules: [...rules, throwing(atCall(60))] });
    expect(said).toContain("The rule is broken.");
    expect(await afterwards(target)).toEqual(nothing);
  });

  it("a function that was being created at that moment is deleted", async () => {
    let creating = false;
    const isAnew = atCreation(18);
    const heard = (call: Outgoing) => {
      creating ||= isAnew(call);
    };
    const first = atCall(1);
    const on = { mutate: clinging, slow: slowly, heard };
    const { said, target } = await runOn(on, { rules: [...rules, throwing(() => creating && first())] });
    expect(said).toContain("The rule is broken.");
    expect(await afterwards(target)).toEqual(nothing);
  });

  it("no more requests are sent when it throws during reruns", async () => {
    let confirming = false;
    const late = atCall(4);
    const faulty = ["success.is-201", "StatementId.duplicate", "refusal.changes-no-statement"] as const;
    const { said, target } = await runOn(
      { mutate: (behaviour) => faulty.reduce((so, id) => mutants[id].mutate(so), behaviour) },
      {
        rules: [...rules, throwing(() => confirming && late())],
      },
      [
        {
          on: ({ type }) => {
            if (type === "confirming") confirming = true;
          },
        },
      ],
    );
    expect(said).toContain("The rule is broken.");
    expect(await afterwards(target)).toEqual(nothing);
  });
});

describe.concurrent("After a run in which an observer throws", () => {
  /** An observer that throws at the first event of this type. */
  const breaking = (at: RunEvent["type"]): Observer & { heard: RunEvent["type"][] } => ({
    heard: [],
    on({ type }) {
      this.heard.push(type);
      if (type === at) throw new Error("The observer is broken.");
    },
  });

  it.each(["run-started", "fixture-ready", "batch", "case-finished", "run-finished"] as const)(
    "at an event %s the others get the end of the run, no more requests are sent and no function is left",
    async (at) => {
      const broken = breaking(at);
      const told: RunEvent[] = [];
      const other: Observer = { on: (event) => void told.push(event) };
      const { said, target } = await runOn({}, {}, [broken, other]);
      expect(said).toContain("The run failed: The observer is broken");
      expect(broken.heard.at(-1)).toBe(at);
      expect(broken.heard.filter((type) => type === at)).toHaveLength(1);
      const last = told.slice(-2).map(({ type }) => type);
      expect(last.toSorted()).toEqual(["problem", "run-finished"]);
      expect(await afterwards(target)).toEqual(nothing);
    },
  );
});

describe.concurrent("After an aborted run", () => {
  it.each([
    ["when the first function is created", atCreation(1)],
    ["when the fixtures are created together", atCreation(5)],
    ["in the middle", (_call: Outgoing, number: number) => number === 400],
    ["when a function is created again", atCreation(18)],
  ])("no more requests are sent and no function is left, %s", async (_when, when) => {
    const { said, target } = await runOn({ mutate: clinging, slow: slowly, ...endingAt(when) });
    expect(said).toMatch(/interrupted|was ended/);
    expect(await afterwards(target)).toEqual(nothing);
  });

  it("the policy of an existing function is restored, also after a late addition", async () => {
    const slow = ({ method, target }: Outgoing) => (method === "POST" && /\/policy/.test(target) ? 30 : 0);
    const on = { slow, late: true, ...endingAt((call, number) => number > 60 && slow(call) > 0) };
    const target = targetOf(on);
    const own = await connection(target, {}, "addperm-ct-own");
    const { fixture, tearDown } = await own.arrange("0000", { parts: noParts });
    const held = () => own.transport.send(getPolicy(fixture.main.name), { deadlineMs: 400 });
    const { said } = await runOn({ ...on, existing: fixture.main.name, target }, { workers: 1 });
    expect(said).toMatch(/interrupted/);
    const before = target.requests();
    await sleep(100);
    expect(target.requests()).toBe(before);
    expect(await held()).toMatchObject({ status: 404 });
    await tearDown();
    expect(await target.functions()).toEqual([]);
  });
});

describe.concurrent("After a run whose budget is spent", () => {
  it.each([100, 150])("of %i requests no more requests are sent and no function is left", async (budget) => {
    const { said, target } = await runOn({ mutate: clinging, slow: slowly, budget });
    expect(said).toContain(" requests is spent");
    expect(await afterwards(target)).toEqual(nothing);
  });
});

describe.concurrent("A creation that times out and still takes effect", () => {
  it("is undone, because the function may appear later", async () => {
    const { said, target } = await runOn({ lost: isCreation, timeoutMs: 300 });
    expect(said).toContain("gave no answer to CreateFunction");
    expect(await afterwards(target)).toEqual(nothing);
  });
});

describe.concurrent("Fixtures that are set up together", () => {
  it("are all torn down when one of them fails", async () => {
    const operations: string[] = [];
    const refusing = change(() => ({
      intercept: ({ body }) =>
        body.includes("addperm-ct-scope-0300-main") ? { status: 409, headers: [], body: "{}" } : null,
    }));
    const heard = ({ method, target }: Outgoing) => operations.push(`${method} ${target.split("/").at(-1)}`);
    const slow = (call: Outgoing) => (call.body?.includes("addperm-ct-scope-03") ? 0 : slowly(call));
    const { said, target } = await runOn({ mutate: refusing, slow, heard });
    expect(said).toContain("refused to create the function addperm-ct-scope-0300-main");
    // The first fixture is set up alone, and no other one published its versions.
    expect(operations.filter((one) => one === "POST versions")).toHaveLength(2);
    expect(await afterwards(target)).toEqual(nothing);
  });
});

describe.concurrent("After a comparison of two targets", () => {
  /** Compares two such targets, and returns the state of each afterwards. */
  async function compared(on: On, progress: () => void = () => {}) {
    const targets = { x: targetOf(on), y: targetOf(on) };
    const sideOf = async (side: "x" | "y") => ({
      ...(await connection(targets[side], on, `addperm-ct-00000${side}`)),
      target: { name: side, endpoint: `http://${side}.invalid`, cannot: [] },
    });
    const report = diff({
      ...common,
      sides: { x: await sideOf("x"), y: await sideOf("y") },
      suites: suites.filter(({ name }) => ["state", "histories"].includes(name)),
      runs: 1,
      rounds: 1,
      signal: on.signal,
      progress,
      replay: (topic) => topic,
    });
    const said = await report.then(
      ({ faults }) => faults.join(),
      (error: unknown) => String(error),
    );
    const left = [await afterwards(targets.x), await afterwards(targets.y)];
    return { said, left };
  }

  it.each([
    ["on new functions only", {}],
    ["at targets that are slow to create", { mutate: clinging, slow: slowly }],
  ])("that fails no more requests are sent and no function is left, %s", async (_how, on) => {
    const late = atCall(20);
    const { said, left } = await compared(on, () => {
      if (late()) throw new Error("It is broken.");
    });
    expect(said).toContain("It is broken.");
    expect(left).toEqual([nothing, nothing]);
  });

  it.each([
    ["in the middle", (_call: Outgoing, number: number) => number === 400],
    ["when a function is created again", atCreation(40)],
  ])("that is aborted no more requests are sent and no function is left, %s", async (_when, when) => {
    const { said, left } = await compared({ mutate: clinging, slow: slowly, ...endingAt(when) });
    expect(said).toMatch(/interrupted|was ended/);
    expect(left).toEqual([nothing, nothing]);
  });
});
