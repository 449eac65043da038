import { describe, expect, it } from "vitest";
import { sleep } from "../client/deadline.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import type { Finding } from "../oracle/judge.ts";
import { rules } from "../rules/index.ts";
import { verdicts } from "../runner/candidates.ts";
import { connectLocally } from "../runner/connect.ts";
import { executeCases } from "../runner/execute.ts";
import { openScope } from "../runner/scope.ts";
import { inTurn, type Worker, workerOn } from "../runner/worker.ts";
import { addPermission, getPolicy, label } from "../spec/calls.ts";
import type { Answer, Call } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { alone, scripted, type TestCase } from "../suites/case.ts";
import { inProcess } from "../targets/in-process.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { createReference } from "../targets/reference/reference.ts";
import { policyAt, writePolicy } from "../targets/reference/state.ts";
import { fixture } from "./fixture.ts";
import { answer, notFound } from "./story.ts";

/** One worker on a variant of the reference, and a separate way to read the target. */
async function workerAt(mutate: Mutation = (same) => same) {
  const clock = () => performance.now();
  const reference = createReference({ behaviour: mutate(faithful) });
  const { transport, how, arrange } = await connectLocally({
    prefix: "addperm-ct-clean",
    concurrency: 1,
    clock,
    carrier: () => inProcess(reference, { clock }),
  });
  let made = 0;
  const arranged = async (): Promise<Worker> => {
    const { fixture } = await arrange(`000${made++}`);
    return workerOn({ index: 0, fixture, fresh: true, transport, how, settleMs: 0, sleep });
  };
  const statusOf = async (call: Call) => {
    const answer = await transport.send(call, how);
    return answer.kind === "response" ? answer.status : answer.reason;
  };
  return { worker: await arranged(), arranged, statusOf };
}

const added = (name: string, sid: string, qualifier?: string) =>
  addPermission({
    functionName: label(name),
    query: qualifier === undefined ? null : `Qualifier=${qualifier}`,
    body: { ...canonicalBody(sid) },
  });
const play = (worker: Worker, call: Call) => worker.execute(inTurn([[{ key: "one", call }]]));

/** A statement that is added to a function also appears on its alias `live`. */
const leaking = change(({ added: before }) => ({
  added: (draft) => {
    before(draft);
    const live = `${draft.arn}:live`;
    const { statements } = policyAt(draft.state, live);
    if (draft.key !== live)
      writePolicy(draft.state, live, [...statements, draft.stored()], (key, writes) => `${key}-${writes}`);
  },
}));

describe("Resetting the policies of a fixture", () => {
  it("removes leaked statements from an unused policy after a leak was seen", async () => {
    const { worker, statusOf } = await workerAt(leaking);
    const { main } = worker.fixture;
    await play(worker, added(main.name, "first"));
    await play(worker, getPolicy(main.name, "live"));
    expect(await worker.reset(true)).toBe(true);
    await play(worker, added(main.name, "second"));
    expect(await statusOf(getPolicy(main.name, "live"))).toBe(200);
    expect(await worker.reset(true)).toBe(true);
    expect(await statusOf(getPolicy(main.name, "live"))).toBe(404);
    expect([...worker.possiblyChanged()]).toEqual([]);
  });

  it("fails when no read shows an empty policy", async () => {
    const { worker } = await workerAt(
      change(({ finish }) => ({
        finish: (reply, request, operation) =>
          finish(
            operation === "GetPolicy" ? { status: 403, headers: [], body: "{}" } : reply,
            request,
            operation,
          ),
      })),
    );
    expect(await worker.reset(true)).toBe(true);
    await play(worker, added(worker.fixture.main.name, "first"));
    expect(await worker.reset(true)).toBe(false);
  });

  it("reports the policies whose content is unknown after a possible leak", async () => {
    const { worker } = await workerAt();
    const { main, other } = worker.fixture;
    expect(worker.possiblyChanged().size).toBe(0);
    await play(worker, added(main.name, "first"));
    expect(await worker.reset(true)).toBe(true);
    expect(worker.possiblyChanged()).toContain(`${main.name}:live`);
    expect(worker.possiblyChanged()).toContain(other?.name);
    expect(worker.possiblyChanged()).not.toContain(main.name);
    await play(worker, getPolicy(main.name, "live"));
    expect(worker.possiblyChanged()).not.toContain(`${main.name}:live`);
  });
});

describe("A history that needs empty policies", () => {
  /** Executes the test cases and returns which ones started on policies that a read showed to be empty. */
  async function begun(testCases: readonly TestCase[], mutate?: Mutation) {
    const { worker, arranged } = await workerAt(mutate);
    const collected = verdicts();
    const began: (readonly [string, boolean])[] = [];
    const [rule] = rules;
    if (rule === undefined) throw new Error("There are no rules.");
    const judgement = { verdict: "violated", expected: "", seen: "" } as const;
    const found: Finding = { rule, column: "document", judgement };
    await executeCases({
      scope: openScope(),
      workers: [worker],
      testCases,
      judge: { batch: () => [found], history: () => [] },
      verdicts: {
        ...collected,
        observe: (findings, { testCase, clean }) => {
          if (findings.length > 0) began.push([testCase.id, clean]);
        },
      },
      cannot: new Set(),
      replace: arranged,
      stop: () => null,
      emit: () => {},
      spent: () => ({ requests: 0, ms: 0 }),
    });
    return began;
  }

  const adds = (id: string, qualifier?: (fixture: Fixture) => string) =>
    scripted(id, { clean: true }, (fixture) => [
      [{ key: "add", call: added(fixture.main.name, id, qualifier?.(fixture)) }],
    ]);

  it("starts clean only when reads showed that each of its policies is empty", async () => {
    const live = () => "live";
    const began = await begun([adds("a"), adds("b"), adds("c", live), adds("d", live), adds("e")]);
    expect(began).toEqual([
      ["a", true],
      ["b", true],
      // The addition to the function may have leaked into its alias, which was not read.
      ["c", false],
      ["d", true],
      ["e", false],
    ]);
  });

  it("asks whether its functions are there until they were found after a refusal", async () => {
    const { worker, arranged } = await workerAt();
    const asked: string[] = [];
    const read = (key: string, qualifier: string | null) => [
      { key, call: getPolicy(worker.fixture.main.name, qualifier) },
    ];
    await executeCases({
      scope: openScope(),
      workers: [worker],
      testCases: [
        scripted("a", {}, ({ main }) => [
          [{ key: "add", call: added(main.name, "a") }],
          read("present", null),
          read("missing", "no-such-alias"),
          read("missing-again", "no-such-alias"),
        ]),
        scripted("b", {}, () => [read("missing-in-the-next", "no-such-alias")]),
      ],
      judge: { batch: () => [], history: () => [] },
      verdicts: verdicts(),
      cannot: new Set(),
      replace: arranged,
      lookAfter: async (_, exchanges) => {
        asked.push(...exchanges.map(({ step }) => step.key));
        return exchanges.some(({ answer }) => answer.kind === "response" && answer.status === 404);
      },
      stop: () => null,
      emit: () => {},
      spent: () => ({ requests: 0, ms: 0 }),
    });
    expect(asked).toEqual(["add", "present", "missing", "missing-in-the-next"]);
  });
});

describe("A worker whose policy cannot be read", () => {
  it("needs another fixture if a policy of the run was readable, on any fixture", async () => {
    const reads = { wasReadable: false };
    const answers = new Map<string, Answer>();
    const on = (index: number) =>
      workerOn({
        ...{ index, fixture, fresh: true, settleMs: 0, sleep, reads, how: { deadlineMs: 1000 } },
        transport: {
          send: async ({ target }) =>
            answers.get(target.includes("Qualifier") ? "alias" : `${index}`) ?? notFound,
          close: async () => {},
        },
      });
    const [first, second] = [on(0), on(1)];
    const read = (worker: Worker, qualifier: string | null = null) =>
      worker.execute(inTurn([alone("read", getPolicy(fixture.main.name, qualifier))]));
    answers.set("1", answer(500)).set("alias", notFound);
    await read(second);
    expect(second.isSpoiled()).toBe(false);
    await read(first);
    expect([first.isSpoiled(), second.isSpoiled()]).toEqual([false, true]);
    // Another policy of the fixture that can be read does not make this one readable.
    await read(second, fixture.main.aliases?.live ?? null);
    expect(second.isSpoiled()).toBe(true);
    answers.set("1", notFound);
    await read(second);
    expect(second.isSpoiled()).toBe(false);
  });
});
