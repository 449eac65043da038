import { beforeAll, describe, expect, it } from "vitest";
import { runOrThrow } from "../api/run.ts";
import { openSession } from "../api/session.ts";
import { connectionFor } from "../api/target.ts";
import type { PublishedEvent } from "../reports/ndjson.ts";
import type { Report } from "../reports/report.ts";
import { rules } from "../rules/index.ts";
import type { RunEvent } from "../runner/events.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { publishedObserver } from "../runner/observe/published.ts";
import { reportObserver, snapshots } from "../runner/observe/report.ts";
import type { RunOptions } from "../runner/run.ts";
import { bearingOn } from "../suites/bearing.ts";
import { ordinarySuites, randomSuites } from "../suites/index.ts";
import { spellings } from "../suites/spellings.ts";
import { wire } from "../suites/wire.ts";
import type { Mutation } from "../targets/reference/behaviour.ts";
import { dialects, mutants } from "../targets/reference/mutants/index.ts";
import { change, naming, together } from "../targets/reference/mutants/mutant.ts";
import { wireMutants } from "../targets/reference/mutants/wire-mutants.ts";
import { partOf } from "./part-of.ts";
import { referenceHandler } from "./reference-handler.ts";
import { referenceRun, runReference } from "./reference-run.ts";

/** Makes an observer that hears the published events. */
const publishedTo = (tell: (event: PublishedEvent) => void) => (how: RunOptions) => [
  publishedObserver(how, tell),
];

/** The test cases that bear on success.is-201. */
const few = bearingOn(ordinarySuites, ["success.is-201"]) ?? [];

const faithfulVariant: Mutation = (behaviour) => behaviour;
const today: Mutation = (behaviour) =>
  (dialects["FunctionName with the regions of today"] ?? faithfulVariant)(behaviour);

describe("A run against the reference", () => {
  // Whole runs in existing-policy.test.ts and record.test.ts have other seeds.
  it("exercises every rule, and every one holds", async () => {
    const { report } = await referenceRun();
    expect(report.faults).toEqual([]);
    expect(report.incomplete).toBe(false);
    const notGreen = report.rules.filter(
      ({ basis, verdicts }) => basis !== "observed" && verdicts.document !== "holds",
    );
    expect(notGreen.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });

  const aboutArns = rules.filter(({ id }) => /^(FunctionName|resource|SourceArn|statement)\./.test(id));
  it.each([
    ["us-iso-east-1", rules, faithfulVariant],
    ["us-iso-east-1", aboutArns, today],
    ["us-isob-east-1", aboutArns, today],
    ["eusc-de-east-1", aboutArns, today],
  ])(
    "in %s names the full ARN as what cannot be asked, and judges the rest",
    async (region, asked, mutate) => {
      const ids = asked.map(({ id }) => id);
      const chosen = asked === rules ? ordinarySuites : (bearingOn(ordinarySuites, ids) ?? []);
      const report = await judgeVariant(mutate, {
        seed: 1,
        runs: 1,
        rounds: 1,
        region,
        rules: asked,
        chosen,
      });
      const judged = report.rules.filter(({ basis }) => basis !== "observed");
      const open = judged.filter(
        ({ verdicts }) => verdicts.document !== "holds" || verdicts.aws === "violated",
      );
      expect(open.map(({ id, verdicts }) => `${id} ${verdicts.document}`).sort()).toEqual(
        [
          "FunctionName.full-arn",
          "FunctionName.full-arn:alias",
          "FunctionName.full-arn:version",
          "FunctionName.length-140",
          "FunctionName.maxLength",
          "resource.other-account",
        ].map((id) => `${id} unexercised`),
      );
      const why = new Set(open.map(({ reason }) => reason));
      expect([...why]).toEqual([expect.stringContaining(`does not admit arn:aws-`)]);
    },
  );

  it("sends the same requests, byte for byte, at the same seed, and others at another", async () => {
    const first = (await referenceRun()).sent;
    expect(first.length).toBeGreaterThan(100_000);
    expect((await runReference()).sent).toBe(first);
    const random = async (seed: number) => {
      const { report, sent } = await runReference({ seed, suites: randomSuites.map(({ name }) => name) });
      expect(report.summary.document.violated).toBe(0);
      return sent.replaceAll(/addperm-ct-\d+/g, "");
    };
    expect(await random(2)).not.toBe(await random(3));
  });

  it("says that it is incomplete when the budget is spent", async () => {
    const report = await judgeVariant((faithful) => faithful, {
      seed: 1,
      suites: ["spellings"],
      budget: 300,
    });
    expect(report.incomplete).toBe(true);
    expect(report.faults.join()).toContain("requests is spent");
    expect(report.requests).toBeLessThanOrEqual(300 + 60);
  });
});

describe("A run that ends after some causes", () => {
  const mutate = together(mutants["success.is-201"].mutate, mutants["published.starts-empty"].mutate);
  const chosen = bearingOn(ordinarySuites, ["success.is-201", "published.starts-empty"]) ?? [];
  const ended = async (causes: number, known: readonly string[] = []) => {
    const report = await judgeVariant(mutate, { seed: 1, rounds: 1, chosen, bail: { causes, known } });
    const found = report.causes?.map(({ id }) => id) ?? [];
    return { found, faults: report.faults.join(), requests: report.requests, incomplete: report.incomplete };
  };

  it("is ended by the first, says so, and has judged what it had sent", async () => {
    const { found, faults, requests, incomplete } = await ended(1);
    expect([found, incomplete]).toEqual([["success.is-201"], true]);
    expect(faults).toMatch(/stopped after \d+ of \d+ test cases: a cause of violations is confirmed/);
    const whole = await ended(3);
    expect(whole).toMatchObject({ incomplete: false, faults: "" });
    expect(requests).toBeLessThan(whole.requests);
  });

  it("goes on until the second, and does not count what is known", async () => {
    const both = expect.arrayContaining(["published.starts-empty", "success.is-201"]);
    expect((await ended(2)).found).toEqual(both);
    expect((await ended(1, ["success.is-201"])).found).toEqual(both);
  });
});

describe("A run with a budget", () => {
  it("keeps a part of it for trying again what was seen, so that a violation is one", async () => {
    const report = await judgeVariant(mutants["success.is-201"].mutate, {
      seed: 1,
      suites: ["boundary"],
      budget: 900,
    });
    const found = report.rules.find(({ id }) => id === "success.is-201");
    expect(report.faults.join()).toContain(
      "the rest of the budget of 900 requests is reserved for confirming candidates",
    );
    expect(found?.verdicts.document).toBe("violated");
    expect(found?.counterexample?.steps).toHaveLength(1);
    expect(report.requests).toBeLessThanOrEqual(900 + 60);
  });

  it("calls nothing violated that was seen once", async () => {
    let additions = 0;
    const once = change(({ finish }) => ({
      finish: (reply, request, operation) => {
        additions += operation === "AddPermission" && reply.status === 201 ? 1 : 0;
        const odd = additions === 20 && reply.status === 201;
        return finish(odd ? { ...reply, status: 200 } : reply, request, operation);
      },
    }));
    const report = await judgeVariant(once, { seed: 1, suites: ["state"], budget: 600 });
    expect(report.summary.document.violated).toBe(0);
    expect(report.rules.find(({ id }) => id === "success.is-201")).toMatchObject({
      verdicts: { document: "inconclusive" },
      reason: expect.stringContaining("seen once (200"),
    });
  });
});

describe("A target whose revisions hold what a replacement takes for a pattern", () => {
  it("is judged as any other", async () => {
    const odd = change(() => ({ nextRevision: (key, writes) => `$&-$$-$1-${key}-${writes}` }));
    const report = await judgeVariant(odd, { seed: 1, suites: ["state", "races"], rounds: 1 });
    for (const id of ["RevisionId.used", "race.one-revision-once"]) {
      expect(report.rules.find((rule) => rule.id === id)?.verdicts.document, id).toBe("holds");
    }
  });
});

describe("A run against a mutant", () => {
  it.each(["success.is-201", "StatementId.duplicate", "Action.required", "policy.others-untouched"] as const)(
    "finds %s, with a history that cannot be shorter",
    async (id) => {
      const mutant = mutants[id];
      const chosen = bearingOn(ordinarySuites, [id]) ?? [];
      const report = await judgeVariant(mutant.mutate, { seed: 3, chosen });
      const violated = report.rules.filter(
        ({ verdicts, basis }) => verdicts.document === "violated" && basis !== "observed",
      );
      expect(violated.map((rule) => rule.id).sort()).toEqual([...mutant.kills].sort());
      const found = violated.find((rule) => rule.id === id)?.counterexample;
      expect(found?.reproduced).toBe("3 of 3");
      expect(found?.steps.length).toBeLessThanOrEqual(4);
      expect(found?.curl).toContain("curl ");
    },
  );

  it("leaves races of one id out, and says so, where each repetition of a statement is accepted", async () => {
    const leftOut = async (mutate: Mutation) => {
      const report = await judgeVariant(mutate, { seed: 1, rounds: 3, suites: ["state", "races"] });
      const race = report.rules.find((rule) => rule.id === "race.one-id-once");
      return [report.leftOut, race?.verdicts.document];
    };
    const races = { kind: "races", violates: "StatementId.duplicate-content", unanswered: 0, left: 3 };
    expect(await leftOut(change(() => ({ taken: () => false })))).toEqual([[races], "unexercised"]);
    expect(await leftOut(change(() => ({})))).toEqual([undefined, "holds"]);
  });

  it("shows a member that is nested too deeply with one that is not", async () => {
    const failing = naming(({ kind, member }) => kind === "type" && member === "Action", 500, "Crash");
    const report = await judgeVariant(failing, { seed: 1, suites: ["wire"] });
    const found = report.rules.find(({ id }) => id === "Action.type");
    expect(found?.counterexample?.steps.map(({ request }) => request.body)).toEqual([
      '{"Action":[],"Principal":"s3.amazonaws.com","StatementId":"s"}',
    ]);
  });

  it("shows what made a policy unreadable for good, not what came after it", async () => {
    const poisoned = new Set<string>();
    const name = (target: string) => target.split("/")[3] ?? "";
    const lasting = change(({ finish }) => ({
      finish: (reply, request, operation) => {
        if (request.body.includes('"SourceArn":{')) poisoned.add(name(request.target));
        const gone = operation === "GetPolicy" && poisoned.has(name(request.target));
        return finish(gone ? { status: 500, headers: [], body: "" } : reply, request, operation);
      },
    }));
    const chosen = [partOf(wire, /bodies/), partOf(spellings, /name|values/)];
    const report = await judgeVariant(lasting, { seed: 1, chosen });
    const found = report.rules.find(({ id }) => id === "policy.stays-readable");
    expect(found?.verdicts.document).toBe("violated");
    expect(found?.counterexample?.steps.map(({ request }) => request.operation)).toEqual([
      "AddPermission",
      "GetPolicy",
    ]);
  });
});

it.each([
  ["the oldest first", undefined],
  ["the newest first", "the newest statement first"],
  ["sorted by id", "statements in the order of their ids"],
] as const)("%s is an order like any other, and the report says so", async (order, dialect) => {
  const mutate = (dialect && dialects[dialect]) ?? ((behaviour) => behaviour);
  const report = await judgeVariant(mutate, { seed: 1, runs: 10, suites: ["state", "histories"] });
  expect(report.rules.filter(({ verdicts }) => verdicts.document === "violated")).toEqual([]);
  const asked = report.questions.find(({ id }) => id === "policy.order");
  expect(asked?.answer.replace(/ \(\d+×\)$/, "")).toBe(order);
});

describe("The phases of a run", () => {
  const events: RunEvent[] = [];
  let report: Report;

  /** A run on a target with a defect for each phase. */
  beforeAll(async () => {
    const odd = ["no-number-NaN", "deep-action"].map((label) => {
      const { mutate } = wireMutants[label] ?? {};
      if (mutate === undefined) throw new Error(`there is no mutant ${label}`);
      return mutate;
    });
    report = await judgeVariant(together(mutants["success.is-201"].mutate, ...odd), {
      seed: 1,
      runs: 1,
      rounds: 1,
      suites: ["state", "wire"],
      observers: () => [{ on: (event: RunEvent) => void events.push(event) }],
    });
  });

  it("confirm what was found before requests follow that no SDK sends, and once", () => {
    const phases = events.flatMap((event) => (event.type === "phase-started" ? [event.phase] : []));
    expect(phases).toEqual(["odd", "ending"]);
    const started = events.findIndex(({ type }) => type === "phase-started");
    const confirmed = events.flatMap((event, at) =>
      event.type === "rule-result" && event.hadCandidates && event.rule.id === "success.is-201" ? [at] : [],
    );
    expect(confirmed).toHaveLength(1);
    expect(confirmed[0]).toBeLessThan(started);
    const odd = (event: RunEvent) => event.type === "batch" && event.case.startsWith("wire/");
    expect(events.findIndex(odd)).toBeGreaterThan(started);
    expect(events.findLastIndex(odd)).toBeGreaterThan(
      events.findLastIndex((event) => event.type === "phase-started" && event.phase === "ending"),
    );
    const rule = report.rules.find(({ id }) => id === "success.is-201");
    expect(rule?.verdicts.document).toBe("violated");
    expect(rule?.observations).toBe(rule?.checks?.expected);
  });

  it.each([
    ["odd", "body.malformed-json"],
    ["ending", "Action.type"],
  ] as const)("include %s requests, which find what only they show", (phase, rule) => {
    const found = events.findIndex((event) => event.type === "candidate" && event.rule.id === rule);
    const started = events.findIndex((event) => event.type === "phase-started" && event.phase === phase);
    expect(found).toBeGreaterThan(started);
    expect(report.rules.find(({ id }) => id === rule)?.verdicts.document).toBe("violated");
  });

  it("end with the budget of the first", async () => {
    const events: RunEvent[] = [];
    const observers = () => [{ on: (event: RunEvent) => void events.push(event) }];
    const options = { seed: 1, budget: 300, suites: ["spellings", "wire"], observers };
    const report = await judgeVariant((faithful) => faithful, options);
    expect(events.filter(({ type }) => type === "phase-started")).toEqual([]);
    expect(report.incomplete).toBe(true);
    const malformed = report.rules.find(({ id }) => id === "body.malformed-json");
    expect(malformed?.checks?.expected).toBeGreaterThan(0);
  });
});

describe("The events of a run", () => {
  const events: PublishedEvent[] = [];
  let report: Report;
  let names: readonly string[] = [];
  const of = <Name extends PublishedEvent["event"]>(name: Name) =>
    events.filter((event): event is Extract<PublishedEvent, { event: Name }> => event.event === name);

  beforeAll(async () => {
    const observers = publishedTo((event) => events.push(event));
    report = await judgeVariant(mutants["success.is-201"].mutate, { seed: 1, chosen: few, observers });
    names = events.map(({ event }) => event);
  });

  it("begin with its start and its plan, and count every history", () => {
    expect(names.slice(0, 2)).toEqual(["run-start", "plan"]);
    expect(of("run-start")).toMatchObject([{ seed: 1, profile: "document", startedAt: report.startedAt }]);
    const [plan] = of("plan");
    const histories = of("history");
    expect(histories).toHaveLength(plan?.histories ?? 0);
    expect(histories.map(({ done }) => done)).toEqual(histories.map((_, index) => index + 1));
    expect(new Set(histories.map(({ id }) => id)).size).toBe(histories.length);
    expect(report.coverage?.histories.played).toBe(histories.filter(({ lacks }) => !lacks).length);
  });

  it("name each suspicion once, in the history that raised it, and what became of it", () => {
    const suspicions = of("suspicion").map(({ rule }) => rule);
    expect(suspicions).toContain("success.is-201");
    expect(new Set(suspicions).size).toBe(suspicions.length);
    expect(new Set(of("settled").map(({ rule }) => rule))).toEqual(new Set(suspicions));
    expect(names.lastIndexOf("history")).toBeLessThan(names.indexOf("settled"));
    const histories = of("history").map(({ id }) => id);
    for (const { history, seen } of of("suspicion")) {
      expect(histories).toContain(history);
      expect(seen).not.toBe("");
    }
    for (const { rule, columns, outcome, counterexample } of of("settled")) {
      const final = report.rules.find(({ id }) => id === rule);
      for (const column of columns) expect(final?.verdicts[column]).toBe(outcome);
      expect(counterexample?.curl).toBe(final?.counterexample?.curl);
    }
  });

  it("say what a history that was left out would have needed", async () => {
    const events: PublishedEvent[] = [];
    const cannot = [{ needs: "faults" as const, reason: "it has no fault to show" }];
    const contact = { ...connectionFor(referenceHandler(), {}), cannot };
    const session = await openSession(contact, { env: {}, seed: 1 });
    const heard = (event: PublishedEvent) => void events.push(event);
    await runOrThrow(session, { seed: 1, suites: ["faults"], replay: () => "", events: heard });
    await session.close();
    const [start, plan, ...histories] = events;
    expect([start, plan]).toMatchObject([
      { event: "run-start" },
      {
        event: "plan",
        cannot: ["it has no fault to show"],
        unsupported: cannot,
        histories: histories.length,
      },
    ]);
    expect(histories.length).toBeGreaterThan(0);
    for (const history of histories) expect(history).toMatchObject({ event: "history", lacks: "faults" });
  });
});

describe("A rule that no answer tested", () => {
  it("names the violated rule that keeps such answers from coming, though test cases were left out too", async () => {
    const handle = referenceHandler({ taken: () => false });
    const withoutVersions = async (request: Request) =>
      request.url.endsWith("/versions") ? new Response("{}", { status: 404 }) : handle(request);
    const contact = connectionFor(withoutVersions, {});
    const session = await openSession(contact, { env: {}, seed: 1 });
    const report = await runOrThrow(session, { seed: 1, suites: ["state"], replay: () => "" });
    await session.close();
    const { played = 0, planned = 0 } = report.coverage?.histories ?? {};
    expect(played).toBeLessThan(planned);
    expect(report.rules.find(({ id }) => id === "errors.ResourceConflictException")).toMatchObject({
      verdicts: { document: "unexercised" },
      reasonCode: "explained",
      explainedBy: "StatementId.duplicate",
    });
  });
});

describe("A run that dies", () => {
  it("keeps what it had found", async () => {
    const report = await judgeVariant(mutants["success.is-201"].mutate, {
      seed: 1,
      chosen: few,
      observers: publishedTo(({ event }) => {
        if (event === "settled") throw new Error("the observer broke");
      }),
    });
    expect(report.incomplete).toBe(true);
    expect(report.faults.join()).toContain("The run failed: the observer broke");
    expect(report.rules.find(({ id }) => id === "success.is-201")).toMatchObject({
      verdicts: { document: "violated" },
      counterexample: { reproduced: "3 of 3" },
    });
  });
});

/** A run on a variant that is given to `write` after each test case. */
function snapshotsOf(mutate: Mutation, write: (report: Report) => Promise<void>): Promise<Report> {
  const observers = (how: RunOptions) => {
    const early = reportObserver(how);
    return [early, snapshots({ everyMs: 0, write }, how.clock, early.report)];
  };
  return judgeVariant(mutate, { seed: 1, chosen: few, observers });
}

describe("A report in the middle of a run", () => {
  it("is incomplete, says so, and calls nothing violated that has not been tried again", async () => {
    const written: Report[] = [];
    const write = async (report: Report) => void written.push(report);
    const final = await snapshotsOf(mutants["success.is-201"].mutate, write);
    const ruleIn = (report: Report) => report.rules.find(({ id }) => id === "success.is-201");
    const suspected = written.filter((report) => ruleIn(report)?.verdicts.document === "inconclusive");
    expect(suspected.length).toBeGreaterThan(3);
    for (const report of suspected) expect(ruleIn(report)?.reason).toContain("not rerun yet");
    for (const { incomplete, faults, rules } of written) {
      expect([incomplete, faults.join()]).toEqual([true, expect.stringContaining("still going on")]);
      const violated = rules.filter(({ verdicts }) => verdicts.document === "violated");
      expect(violated.every(({ counterexample }) => counterexample !== undefined)).toBe(true);
    }
    expect(final.incomplete).toBe(false);
    expect(final.faults).toEqual([]);
    expect(final.rules.find(({ id }) => id === "success.is-201")?.verdicts.document).toBe("violated");
  });

  it("that cannot be written does not end the run, and is waited for before the last one", async () => {
    let open = 0;
    const write = async () => {
      open += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      open -= 1;
      throw new Error("the disk is full");
    };
    const final = await snapshotsOf((faithful) => faithful, write);
    expect(open).toBe(0);
    expect(final.summary.document.violated).toBe(0);
  });
});
