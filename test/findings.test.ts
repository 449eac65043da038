import { describe, expect, it } from "vitest";
import { judgeOf } from "../oracle/judge.ts";
import type { Rule } from "../oracle/rule.ts";
import { rules } from "../rules/index.ts";
import { maxKept, verdicts } from "../runner/candidates.ts";
import {
  type ConfirmAllOptions,
  type Confirmer,
  confirmCandidates,
  type RuleResult,
  resultKey,
} from "../runner/rule-results.ts";
import { openScope } from "../runner/scope.ts";
import { getPolicy } from "../spec/calls.ts";
import type { Exchange } from "../spec/exchange.ts";
import { scripted } from "../suites/case.ts";
import { fixture } from "./fixture.ts";

function named(id: string): Rule {
  const found = rules.find((rule) => rule.id === id);
  if (found === undefined) throw new Error(`There is no rule ${id}.`);
  return found;
}

const first = named("request.accepted");
const second = named("SourceArn.topic");
const third = named("request.combination");

/** A rule that the document column alone has. */
const tooLong = named("FunctionName.maxLength");

type Said = "holds" | "inconclusive" | { readonly unless: readonly string[] };

const testCase = (id: string) => scripted(id, {}, () => []);
const origin = { testCase: testCase("unit"), fixture, batches: [] };
const at = { ...origin, worker: 0, place: 0, clean: true };

/** The verdicts of a run, equal in both columns. */
function verdictsOf(...all: readonly (readonly [Rule, ...Said[]])[]) {
  const collected = verdicts();
  for (const [rule, ...said] of all) {
    for (const one of said) {
      const judgement =
        one === "holds"
          ? ({ verdict: "holds" } as const)
          : one === "inconclusive"
            ? ({ verdict: "inconclusive", why: "no answer: timeout" } as const)
            : ({ verdict: "violated", expected: "this", seen: "that", ...one } as const);
      collected.observe(
        (["document", "aws"] as const).map((column) => ({ rule, column, judgement })),
        at,
      );
    }
  }
  return collected;
}

const shows = {
  kind: "confirmed",
  execution: { batches: [], observed: [] },
  fixture: null,
  expected: "this",
  seen: "that",
  reruns: { shown: 3, tried: 3 },
} as const;
const gone = { code: "not-confirmed", detail: "gone" } as const;

async function settled(
  collected: ReturnType<typeof verdicts>,
  options: Partial<ConfirmAllOptions> = {},
): Promise<(rule: Rule) => Pick<RuleResult, "outcome"> & { readonly why?: RuleResult["why"] | undefined }> {
  const found = await confirmCandidates({
    judged: [first, second, third],
    judge: judgeOf(rules),
    verdicts: collected,
    scope: openScope(),
    confirmers: () => [async () => shows],
    stop: () => null,
    ...options,
  });
  return ({ id }) => {
    const both = (["document", "aws"] as const).map((column) => found.get(resultKey(id, column)));
    expect(both[0]).toEqual(both[1]);
    const { outcome = "unexercised", why } = both[0] ?? {};
    return { outcome, why };
  };
}

/** Reproduces every candidate; these rules take longer. */
function retrying(unconfirmed: readonly Rule[], slow: readonly Rule[]): Confirmer {
  return async (_candidate, { rule }) => {
    if (slow.includes(rule)) await new Promise((resolve) => setTimeout(resolve, 5));
    return unconfirmed.includes(rule) ? { kind: "unconfirmed", why: gone } : shows;
  };
}

describe("A candidate violation", () => {
  it("is confirmed in full once for each cause, and briefly for the other rules of a confirmed cause", async () => {
    const all = ["StatementId.pattern", "SourceArn.pattern", "Action.pattern", "body.empty"].map(named);
    const collected = verdictsOf(...all.map((rule) => [rule, { unless: [] }] as const));
    const inFull: string[] = [];
    const briefly: string[] = [];
    const confirmed = async (unconfirmed: string) => {
      inFull.splice(0);
      briefly.splice(0);
      await settled(collected, {
        judged: all,
        confirmers: () => [
          async (_candidate, options) => {
            (options.briefly === true ? briefly : inFull).push(options.rule.id);
            return options.rule.id === unconfirmed ? { kind: "unconfirmed", why: gone } : shows;
          },
        ],
      });
      return { inFull, briefly };
    };
    expect(await confirmed("")).toEqual({
      inFull: ["StatementId.pattern", "body.empty"],
      briefly: ["SourceArn.pattern", "Action.pattern"],
    });
    // What was not seen again confirms no cause.
    expect(await confirmed("StatementId.pattern")).toEqual({
      inFull: ["StatementId.pattern", "body.empty", "SourceArn.pattern", "Action.pattern"],
      briefly: [],
    });
  });

  it("is a violation when a rerun shows it, and inconclusive otherwise", async () => {
    const collected = verdictsOf(
      [first, { unless: [] }],
      [second, "holds", { unless: [] }],
      [third, "holds"],
    );
    const of = await settled(collected, { confirmers: () => [retrying([second], [])] });
    expect([of(first).outcome, of(second), of(third).outcome]).toEqual([
      "violated",
      { outcome: "inconclusive", why: gone },
      "holds",
    ]);
  });

  it("is inconclusive when no rerun can be sent", async () => {
    const of = await settled(verdictsOf([first, { unless: [] }]), { stop: () => "the budget is spent" });
    expect(of(first)).toEqual({
      outcome: "inconclusive",
      why: { code: "not-rerun", seen: "that" },
    });
  });

  it("holds when a violation explains it, unless it was also inconclusive", async () => {
    const explained = { unless: [first.id] };
    const holding = await settled(verdictsOf([first, { unless: [] }], [second, "holds", explained]));
    expect(holding(second).outcome).toBe("holds");
    const open = await settled(
      verdictsOf([first, { unless: [] }], [second, "holds", "inconclusive", explained]),
    );
    expect(open(second)).toEqual({
      outcome: "inconclusive",
      why: { code: "explained", by: first.id },
    });
  });

  it.each([
    ["one lane", 1, []],
    ["two workers, the explaining one slower", 2, [second]],
    ["two workers, the explained one slower", 2, [third]],
  ] as const)("does not depend on the faster worker: %s", async (_what, workers, slow) => {
    const collected = verdictsOf(
      [third, { unless: [second.id] }],
      [second, { unless: [first.id] }],
      [first, { unless: [] }],
    );
    const of = await settled(collected, {
      judged: [third, second, first],
      confirmers: () => Array.from({ length: workers }, () => retrying([first], slow)),
    });
    expect([of(first).outcome, of(second).outcome, of(third)]).toEqual([
      "inconclusive",
      "violated",
      { outcome: "inconclusive", why: { code: "explained", by: second.id } },
    ]);
  });

  it("may be explained in the aws column only, by a rule that both columns judge equally", async () => {
    const observed = named("observed.validation-exception");
    const collected = verdictsOf([first, { unless: [] }]);
    const judgement = { verdict: "violated", expected: "this", seen: "that", unless: [first.id] } as const;
    collected.observe([{ rule: observed, column: "aws", judgement }], at);
    const found = await confirmCandidates({
      judged: [first, observed],
      judge: judgeOf(rules),
      verdicts: collected,
      scope: openScope(),
      stop: () => null,
      confirmers: () => [async () => shows],
    });
    expect(found.get(resultKey(first.id, "aws"))?.outcome).toBe("violated");
    expect(found.get(resultKey(observed.id, "aws"))).toMatchObject({
      outcome: "inconclusive",
      why: { code: "explained", by: first.id },
    });
  });

  it("is explained only in the column where the other rule is violated", async () => {
    const collected = verdictsOf([
      second,
      "holds",
      { unless: [tooLong.id] },
      { unless: [tooLong.id, "other"] },
    ]);
    const judgement = { verdict: "violated", expected: "this", seen: "that" } as const;
    collected.observe([{ rule: tooLong, column: "document", judgement }], at);
    const tried: string[] = [];
    const told: string[] = [];
    const far: string[] = [];
    const found = await confirmCandidates({
      judged: [second, tooLong],
      judge: judgeOf(rules),
      verdicts: collected,
      scope: openScope(),
      stop: () => null,
      confirmers: () => [
        async (_candidate, { rule }) => {
          tried.push(rule.id);
          return shows;
        },
      ],
      onResult: ({ rule, columns, ruleResult }) => told.push(`${rule.id} ${columns} ${ruleResult.outcome}`),
      onProgress: ({ tried: done, of }) => far.push(`${done} of ${of}`),
    });
    expect(found.get(resultKey(second.id, "document"))).toMatchObject({
      outcome: "holds",
      why: { code: "explained", by: tooLong.id },
    });
    expect(found.get(resultKey(second.id, "aws"))?.outcome).toBe("violated");
    expect(tried).toEqual([tooLong.id, second.id]);
    expect(told).toEqual([
      `${tooLong.id} document violated`,
      `${second.id} document holds`,
      `${second.id} aws violated`,
    ]);
    expect(far).toEqual(["0 of 2", "1 of 2", "2 of 2"]);
  });

  it("is rerun by column when its explanation is violated in one column only", async () => {
    const tried: string[] = [];
    const found = await confirmCandidates({
      judged: [second, tooLong],
      judge: judgeOf(rules),
      verdicts: verdictsOf([second, { unless: [] }]),
      scope: openScope(),
      stop: () => null,
      confirmers: () => [
        async (_candidate, { columns, attempt }) => {
          tried.push(`${attempt}: ${columns.join(" and ")}`);
          const isExplained = columns.includes("document");
          return isExplained ? { kind: "unconfirmed", why: gone, explainedBy: tooLong.id } : shows;
        },
      ],
    });
    expect(tried).toEqual(["1: document and aws", "2: document", "3: aws"]);
    const outcomes = (["document", "aws"] as const).map(
      (column) => found.get(resultKey(second.id, column))?.outcome,
    );
    expect(outcomes).toEqual(["inconclusive", "violated"]);
  });

  it("is not explained by a rule that waits for it when both only show together", async () => {
    const collected = verdictsOf([first, { unless: [second.id] }], [second, { unless: [first.id] }]);
    const asked: (readonly boolean[])[] = [];
    const of = await settled(collected, {
      confirmers: () => [
        async (_candidate, { rule, explains }) => {
          const other = rule === first ? second : first;
          asked.push([explains(other.id, true), explains(other.id, false)]);
          return explains(other.id, true) ? { kind: "unconfirmed", why: gone, explainedBy: other.id } : shows;
        },
      ],
    });
    expect([of(first).outcome, of(second)]).toEqual([
      "violated",
      { outcome: "inconclusive", why: { code: "explained", by: first.id } },
    ]);
    expect(asked).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it("is decided when two candidates explain each other", async () => {
    const of = await settled(verdictsOf([first, { unless: [second.id] }], [second, { unless: [first.id] }]));
    expect([of(first).outcome, of(second).outcome]).toEqual(["violated", "inconclusive"]);
  });

  it("uses at most its share of the budget", async () => {
    const given: number[] = [];
    await settled(verdictsOf([first, { unless: [] }], [second, { unless: [] }]), {
      maxReruns: (violations) => 12 / violations,
      confirmers: () => [
        async (_candidate, { maxReruns }) => {
          given.push(maxReruns);
          return shows;
        },
      ],
    });
    expect(given).toEqual([6, 12]);
  });
});

const call = getPolicy("f");
const exchange: Exchange = {
  step: { key: "read", call },
  call,
  answer: { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 },
};

/** A test case that violates a rule in its last batch. */
interface Case {
  readonly rule: Rule;
  readonly unless?: readonly string[];
  readonly batches?: number;
  readonly worker?: number;
  readonly place?: number;
  /** The id without its place; `case` by default, where each is a topic of its own. */
  readonly topic?: string;
}

function cases(count: number, of: (index: number) => Case): readonly Case[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

/** The verdicts of these test cases, in the order in which they ended. */
function ended(all: readonly Case[]) {
  const collected = verdicts();
  for (const { rule, unless = [], batches: count = 1, worker: on = 0, place = 0, topic } of all) {
    const judgement = { verdict: "violated", expected: "this", seen: "that", unless } as const;
    const batches = Array.from({ length: count }, () => [exchange]);
    collected.observe(
      (["document", "aws"] as const).map((column) => ({ rule, column, judgement })),
      {
        ...at,
        worker: on,
        testCase: testCase(topic === undefined ? `case ${place}` : `${topic}/${place}`),
        place,
        batches,
      },
    );
  }
  const judgement = { verdict: "holds" } as const;
  for (const rule of [second, third])
    collected.observe(
      (["document", "aws"] as const).map((column) => ({ rule, column, judgement })),
      at,
    );
  return collected;
}

/** The test cases that were rerun, in order, for a rule that no rerun shows. */
async function triedFor(rule: Rule, collected: ReturnType<typeof verdicts>): Promise<readonly string[]> {
  const tried: string[] = [];
  await settled(collected, {
    confirmers: () => [
      async ({ testCase: { id } }, { rule: of }) => {
        if (of !== rule) return shows;
        tried.push(id);
        return { kind: "unconfirmed", why: gone };
      },
    ],
  });
  return tried;
}

describe("Violations of one rule that have several explanations", () => {
  const cause: Case = { rule: first, batches: 1 };
  const explained = (index: number): Case => ({ rule: second, unless: [first.id], batches: 2, place: index });

  it("are not all explained when only the shorter ones are", async () => {
    const longer = cases(20, (index) => ({ rule: second, batches: 5, place: 4 + index }));
    const of = await settled(ended([cause, ...cases(4, explained), ...longer]));
    expect([of(first).outcome, of(second).outcome]).toEqual(["violated", "violated"]);
  });

  it("are explained when each of them is, however many there are", async () => {
    const each = cases(500, (index) => ({
      rule: second,
      unless: [`other-${index}`, first.id],
      place: index,
    }));
    const of = await settled(ended([cause, ...each]));
    expect(of(second)).toEqual({ outcome: "holds", why: { code: "explained", by: first.id } });
  });

  it("are inconclusive when the history of an unexplained one was not stored", async () => {
    const each = cases(maxKept.groups, (index) => ({ rule: second, unless: [first.id, `other-${index}`] }));
    const long: Case = { rule: second, unless: ["x", "y", "z"] };
    for (const order of [
      [...each, long],
      [long, ...each],
    ]) {
      const of = await settled(ended([cause, ...order]));
      expect(of(second)).toEqual({ outcome: "inconclusive", why: { code: "not-kept" } });
    }
  });

  it("are inconclusive when there are too many to store", async () => {
    const each = cases(maxKept.known + 1, (index) => ({
      rule: second,
      unless: [first.id, `other-${index}`],
    }));
    const of = await settled(ended([cause, ...each]));
    expect(of(second)).toEqual({ outcome: "inconclusive", why: { code: "not-kept" } });
    const all = await settled(ended([cause, ...each.slice(1)]));
    expect(all(second).outcome).toBe("holds");
  });

  it("are rerun in the order of the plan at equal cost, whichever worker is faster", async () => {
    const all = cases(12, (index) => ({
      rule: second,
      unless: index % 2 === 0 ? [] : ["other", "another"],
      worker: index % 3,
      place: index,
    }));
    const orders = [all, all.toReversed(), all.toSorted((a, b) => (a.worker ?? 0) - (b.worker ?? 0))];
    const tried = await Promise.all(orders.map((order) => triedFor(second, ended(order))));
    expect(tried[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((place) => `case ${place}`));
    expect(tried.slice(1)).toEqual([tried[0], tried[0]]);
  });

  it("are rerun with two of the cheapest of a topic, so that others get their turn", async () => {
    const alike = cases(6, (place) => ({ rule: second, topic: "races/mixed", place }));
    const others = cases(3, (index) => ({ rule: second, batches: 9, place: 6 + index }));
    for (const order of [
      [...alike, ...others],
      [...others, ...alike.toReversed()],
    ])
      expect(await triedFor(second, ended(order))).toEqual([
        "races/mixed/0",
        "races/mixed/1",
        "case 6",
        "case 7",
      ]);
  });

  it("are rerun one for each explanation first, the cheapest before the others", async () => {
    const short = cases(5, (place) => ({ rule: second, batches: 1, place }));
    const other: Case = { rule: second, unless: ["other"], batches: 9, place: 5 };
    const tried = await triedFor(second, ended([...short, other]));
    expect(tried).toEqual([0, 5, 1, 2, 3].map((place) => `case ${place}`));
  });
});
