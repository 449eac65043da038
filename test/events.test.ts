import { describe, expect, it } from "vitest";
import { play } from "../api/play.ts";
import { openSession } from "../api/session.ts";
import { contactFor } from "../api/target.ts";
import type { RunEvent } from "../reports/ndjson.ts";
import { judgeVariant, type VariantOptions } from "../runner/kill-matrix.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { referenceHandler } from "./reference-handler.ts";

/** The events of a run on a mutant, in the order in which they were told. */
async function eventsOf(id: keyof typeof mutants, options: Partial<VariantOptions> = {}) {
  const events: RunEvent[] = [];
  const report = await judgeVariant(mutants[id].mutate, {
    seed: 1,
    suites: ["state"],
    events: (event) => events.push(event),
    ...options,
  });
  const of = <Name extends RunEvent["event"]>(name: Name) =>
    events.filter((event): event is Extract<RunEvent, { event: Name }> => event.event === name);
  return { report, names: events.map(({ event }) => event), of };
}

describe("The events of a run", () => {
  it("begin with its start and its plan, and count every history", async () => {
    const { report, names, of } = await eventsOf("success.is-201");
    expect(names.slice(0, 2)).toEqual(["run-start", "plan"]);
    expect(of("run-start")).toMatchObject([{ seed: 1, profile: "document", startedAt: report.startedAt }]);
    const [plan] = of("plan");
    const histories = of("history");
    expect(histories).toHaveLength(plan?.histories ?? 0);
    expect(histories.map(({ done }) => done)).toEqual(histories.map((_, index) => index + 1));
    expect(new Set(histories.map(({ id }) => id)).size).toBe(histories.length);
    expect(report.coverage?.histories.played).toBe(histories.filter(({ lacks }) => !lacks).length);
  });

  it("name each suspicion once, in the history that raised it, and what became of it", async () => {
    const { report, names, of } = await eventsOf("success.is-201");
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
    const events: RunEvent[] = [];
    const cannot = [{ needs: "faults" as const, reason: "it has no fault to show" }];
    const contact = { ...contactFor(referenceHandler(), {}), cannot };
    const session = await openSession(contact, { env: {}, seed: 1 });
    const heard = (event: RunEvent) => void events.push(event);
    await play(session, { seed: 1, suites: ["faults"], replay: () => "", events: heard });
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

describe("A run that dies", () => {
  it("keeps what it had found", async () => {
    const report = await judgeVariant(mutants["success.is-201"].mutate, {
      seed: 1,
      suites: ["state"],
      events: ({ event }) => {
        if (event === "settled") throw new Error("the teller broke");
      },
    });
    expect(report.incomplete).toBe(true);
    expect(report.faults.join()).toContain("The run died: the teller broke");
    expect(report.rules.find(({ id }) => id === "success.is-201")).toMatchObject({
      verdicts: { document: "violated" },
      counterexample: { reproduced: "3 of 3" },
    });
  });
});
