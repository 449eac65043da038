import { describe, expect, it } from "vitest";
import { judgeVariant } from "../runner/kill-matrix.ts";
import type { Tape } from "../runner/recording.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { change, naming } from "../targets/reference/mutants/mutant.ts";

/** Everything sent, lane by lane, as one text. */
function recording(): { readonly tape: Tape; text(): string } {
  const lanes = new Map<number, string[]>();
  return {
    tape: {
      stage: () => {},
      round: (lane, _unit, exchanges) => {
        const sent = exchanges.map(
          ({ call }) => `${call.method} ${call.target} ${JSON.stringify(call.headers)} ${call.body}`,
        );
        lanes.set(lane, [...(lanes.get(lane) ?? []), ...sent]);
      },
    },
    text: () => JSON.stringify([...lanes].sort(([a], [b]) => a - b)),
  };
}

describe("A run against the reference", () => {
  it.each([1, 2, 3, 4, 5])("exercises every rule, and every one holds, at seed %i", async (seed) => {
    const report = await judgeVariant((faithful) => faithful, { seed, runs: 5, rounds: 2 });
    expect(report.faults).toEqual([]);
    expect(report.incomplete).toBe(false);
    const notGreen = report.rules.filter(
      ({ basis, verdicts }) => basis !== "observed" && verdicts.document !== "holds",
    );
    expect(notGreen.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });

  it("sends the same requests, byte for byte, at the same seed, and others at another", async () => {
    const sent = async (seed: number): Promise<string> => {
      const { tape, text } = recording();
      await judgeVariant((faithful) => faithful, { seed, runs: 5, rounds: 2, tape });
      return text();
    };
    const first = await sent(7);
    expect(first.length).toBeGreaterThan(100_000);
    expect(await sent(7)).toBe(first);
    expect(await sent(8)).not.toBe(first);
  });

  it("says that it is incomplete when the budget is spent", async () => {
    const report = await judgeVariant((faithful) => faithful, { seed: 1, runs: 5, budget: 600 });
    expect(report.incomplete).toBe(true);
    expect(report.faults.join()).toContain("the budget of requests is spent");
    expect(report.requests).toBeLessThanOrEqual(600 + 60);
  });
});

describe("A run with a budget", () => {
  it("keeps a part of it for trying again what was seen, so that a violation is one", async () => {
    const report = await judgeVariant(mutants["success.is-201"].mutate, { seed: 1, runs: 5, budget: 900 });
    const found = report.rules.find(({ id }) => id === "success.is-201");
    expect(report.faults.join()).toContain("the rest of the budget of requests is for trying again");
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
    const report = await judgeVariant(once, { seed: 1, runs: 5, budget: 600 });
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
    const report = await judgeVariant(odd, { seed: 1, suites: ["state", "races"], rounds: 2 });
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
      const report = await judgeVariant(mutant.mutate, { seed: 3, runs: 5, rounds: 2 });
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
    const report = await judgeVariant(lasting, { seed: 1, suites: ["wire", "spellings"] });
    const found = report.rules.find(({ id }) => id === "policy.stays-readable");
    expect(found?.verdicts.document).toBe("violated");
    expect(found?.counterexample?.steps.map(({ request }) => request.operation)).toEqual([
      "AddPermission",
      "GetPolicy",
    ]);
  });
});
