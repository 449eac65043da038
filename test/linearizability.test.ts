import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Model } from "../oracle/linearizability.ts";
import { check } from "../oracle/linearizability.ts";
import { type PolicyOperation, policySetModel } from "../oracle/policy-set-model.ts";
import { mostSteps } from "../oracle/races.ts";
import { grouped } from "../spec/collections.ts";
import { corrupted, corruptions, drawn, executed, explicable, plans } from "./policy-histories.ts";

const bound = { maxSteps: mostSteps };

function judged(history: readonly PolicyOperation[], start: readonly string[] = []) {
  return check(history, policySetModel([start]), bound);
}

/** Every history starts with an empty policy. */
const possible: readonly (readonly [title: string, picture: string])[] = [
  ["nothing happened at all", ""],
  ["an addition is read afterwards", "a: [-]      add x -> added\nb:     [-]  read -> x"],
  [
    "a read during an addition may miss it",
    "a: [-----]    add x -> added\nb:  [-]       read -> nothing\nc:         [] read -> x",
  ],
  ["a read during an addition may show it", "a: [-----]    add x -> added\nb:  [-]       read -> x"],
  [
    "two overlapping additions come in either order",
    "a: [---]      add x -> added\nb:  [---]     add y -> added\nc:         [] read -> y x",
  ],
  [
    "of two overlapping additions of one id one is refused",
    "a: [---]      add x -> refused\nb:  [---]     add x -> added\nc:         [] read -> x",
  ],
  ["an addition without an answer did happen", "a: [-?        add x\nb:      [-]   read -> x"],
  ["an addition without an answer did not happen", "a: [-?        add x\nb:      [-]   read -> nothing"],
  [
    "an addition without an answer happens late",
    "a: [-?            add x\nb:      [-]       read -> nothing\nc:          [-]   read -> x",
  ],
  [
    "a removal without an answer frees the id",
    "a: [-]            add x -> added\nb:     [?         remove x\nc:        [-]     add x -> added",
  ],
  [
    "an id can be added again after its removal, at the end",
    "a: []             add x -> added\nb:   []           add y -> added\nc:     []         remove x -> removed\nd:       []       add x -> added\ne:         []     read -> y x",
  ],
  [
    "of two overlapping removals one finds nothing",
    "a: []         add x -> added\nb:    [--]    remove x -> absent\nc:     [--]   remove x -> removed",
  ],
  [
    "both removals succeed when an addition comes between",
    "a: []            add x -> added\nb:    [-------]  remove x -> removed\nc:     [-----]   remove x -> removed\nd:      [---]    add x -> added\ne:            [] read -> nothing",
  ],
  [
    "operations that touch at one instant are not ordered",
    "a: [--]       read -> x\nb:    [--]    add x -> added",
  ],
  ["a refused addition leaves nothing", "a: [-]        add x -> refused\nb:     [-]    read -> nothing"],
];

const impossible: readonly (readonly [title: string, picture: string, stuck: readonly string[]])[] = [
  ["an addition is lost", "a: [-]      add x -> added\nb:     [-]  read -> nothing", ["b"]],
  [
    "one of two overlapping additions is lost",
    "a: [---]      add x -> added\nb:  [---]     add y -> added\nc:         [] read -> y",
    ["c"],
  ],
  ["one id is added twice", "a: [---]      add x -> added\nb:  [---]     add x -> added", ["b"]],
  [
    "a read shows what an earlier one already missed, backwards in time",
    "a: [---------]   add x -> added\nb:  [-]          read -> x\nc:      [-]      read -> nothing",
    ["c"],
  ],
  ["a read is stale", "a: []       add x -> added\nb:    []    add y -> added\nc:       [] read -> x", ["c"]],
  [
    "an addition without an answer is undone",
    "a: [-?            add x\nb:      [-]       read -> x\nc:          [-]   read -> nothing",
    ["c"],
  ],
  ["an addition without an answer happens twice", "a: [-?  add x\nb:      [-]  read -> x x", ["b"]],
  [
    "two removals of one statement succeed",
    "a: []         add x -> added\nb:    [--]    remove x -> removed\nc:     [--]   remove x -> removed",
    ["c"],
  ],
  [
    "a removed statement is read",
    "a: []         add x -> added\nb:    []      remove x -> removed\nc:       []   read -> x",
    ["c"],
  ],
  [
    "each of two reads misses what the other shows",
    "a: [------]   add x -> added\nb: [------]   add y -> added\nc:  [---]     read -> x\nd:  [---]     read -> y",
    ["d"],
  ],
  ["an addition is seen before it is sent", "a: []         read -> x\nb:     []     add x -> added", ["a"]],
];

describe("a history that can be explained", () => {
  test.each(possible)("%s", (_, picture) => {
    const history = drawn(picture);
    const verdict = judged(history);
    expect(verdict.verdict).toBe("linearizable");
    expect(explicable(history, [])).toBe(true);
  });

  test("comes with an order that explains it", () => {
    const verdict = judged(drawn(possible.find(([title]) => title.startsWith("both removals"))?.[1] ?? ""));
    expect(verdict).toEqual({ verdict: "linearizable", order: expect.any(Array) });
    expect(
      verdict.verdict === "linearizable" && verdict.order.filter((id) => id !== "b" && id !== "c"),
    ).toEqual(["a", "d", "e"]);
  });
});

describe("a history that cannot be explained", () => {
  test.each(impossible)("%s", (_, picture, stuck) => {
    const history = drawn(picture);
    const verdict = judged(history);
    expect(verdict.verdict).toBe("violated");
    expect(explicable(history, [])).toBe(false);
    expect(verdict).toMatchObject({ stuck });
  });

  test("gives the longest explained prefix and the operations that cannot follow", () => {
    const verdict = judged(
      drawn("a: [---]      add x -> added\nb:  [---]     add y -> added\nc:         [] read -> y"),
    );
    expect(verdict).toEqual({ verdict: "violated", longest: ["a", "b"], stuck: ["c"] });
  });
});

describe("a policy", () => {
  test("may show its statements in any order", () => {
    expect(
      judged(drawn("a: [] add x -> added\nb:    [] add y -> added\nc:       [] read -> y x")).verdict,
    ).toBe("linearizable");
  });

  test("may start in any of the given states", () => {
    const history = drawn("a: [] remove x -> removed\nb:    [] read -> y");
    expect(check(history, policySetModel([["x"], ["x", "y"]]), bound).verdict).toBe("linearizable");
    expect(check(history, policySetModel([["x"]]), bound).verdict).toBe("violated");
  });

  test("is judged separately from others, with its own calls in order", () => {
    const history = drawn("a1: [] add x -> added\nb1: [] add x -> added\na2:    [] read -> x");
    const parts = grouped(history, ({ id }) => id.slice(0, 1));
    expect(parts.map(([key, part]) => [key, part.map(({ id }) => id)])).toEqual([
      ["a", ["a1", "a2"]],
      ["b", ["b1"]],
    ]);
    expect(judged(history).verdict).toBe("violated");
    expect(parts.map(([, part]) => judged(part).verdict)).toEqual(["linearizable", "linearizable"]);
  });
});

describe("small random histories", () => {
  const sids = ["x", "y", "z"];
  const start = ["x"];
  const few = plans({ count: { minLength: 1, maxLength: 6 }, sids, span: 6, longest: 5 });

  test("the answers of a correct policy can always be explained", () => {
    fc.assert(
      fc.property(few, (planned) => {
        expect(judged(executed(planned, start), start).verdict).toBe("linearizable");
      }),
      { numRuns: 1000 },
    );
  });

  test("the checker and the brute-force judge agree on falsified answers", () => {
    const seen = { linearizable: 0, violated: 0, unknown: 0 };
    fc.assert(
      fc.property(few, corruptions(6, sids), (planned, corruption) => {
        const history = corrupted(executed(planned, start), corruption);
        const { verdict } = judged(history, start);
        seen[verdict] += 1;
        expect(verdict).toBe(explicable(history, start) ? "linearizable" : "violated");
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.linearizable, seen.violated)).toBeGreaterThan(100);
  });
});

describe("32 concurrent calls are decided within the bound", () => {
  const n = 32;
  const numbers = Array.from({ length: n }, (_, index) => index);
  const shuffled = numbers.map((number) => (number * 13 + 5) % n);
  const add = (number: number, sid = `s${number}`): string => `${id(number)}: [------------] add ${sid}`;
  const id = (number: number): string => `a${`${number}`.padStart(2, "0")}`;
  const last = (order: readonly number[]): string => {
    const shown = order.length === 0 ? "nothing" : order.map((number) => `s${number}`).join(" ");
    return `end:                [] read -> ${shown}`;
  };
  const during = (name: string, answer: string): string => `${name}:  [----------]  read -> ${answer}`;
  const removal = (number: number, sid: string, answer: string): string =>
    `${`r${number}`.padEnd(3, "_")}: [------------] remove ${sid} -> ${answer}`;
  const added = numbers.map((number) => `${add(number)} -> added`);
  const halves = [numbers.slice(0, 16), numbers.slice(16)] as const;
  const pairs = halves[0].flatMap((number) => [
    `${add(number)} -> added`,
    removal(number, `s${number}`, "removed"),
  ]);
  const oneId = (successes: number): string[] =>
    numbers.map((number) => `${add(number, "s0")} -> ${number < successes ? "added" : "refused"}`);
  const cases: readonly (readonly [title: string, verdict: string, lines: readonly string[]])[] = [
    ["distinct ids, all there in some order", "linearizable", [...added, last(shuffled)]],
    ["distinct ids, none read afterwards", "linearizable", added],
    ["distinct ids, one lost", "violated", [...added, last(shuffled.slice(1))]],
    ["distinct ids, half of them lost", "violated", [...added, last(shuffled.slice(16))]],
    ["distinct ids, one twice", "violated", [...added, last([...shuffled, 3])]],
    [
      "distinct ids, reads during them that grow",
      "linearizable",
      [...added, during("ra", "s5"), during("rb", "s5 s18 s31"), last(shuffled)],
    ],
    [
      "distinct ids, reads during them that exclude each other",
      "violated",
      [...added, during("ra", "s5 s18"), during("rb", "s5 s31"), last(shuffled)],
    ],
    ["distinct ids, no answer and nothing there", "linearizable", [...unanswered(added), last([])]],
    [
      "distinct ids, no answer and half of them there",
      "linearizable",
      [...unanswered(added), last(halves[0])],
    ],
    [
      "distinct ids, no answer and one of them there and gone again",
      "violated",
      [...unanswered(added), during("ra", "s1"), last([2])],
    ],
    ["one id, one success", "linearizable", [...oneId(1), last([0])]],
    ["one id, two successes", "violated", [...oneId(2), last([0])]],
    ["one id, no success", "linearizable", oneId(0)],
    ["additions and removals of 16 ids, nothing left", "linearizable", [...pairs, last([])]],
    ["additions and removals of 16 ids, one left", "violated", [...pairs, last([4])]],
    [
      "additions and removals of 16 ids, reads during them",
      "linearizable",
      [...pairs, during("ra", "s3 s1"), during("rb", "s1 s7"), last([])],
    ],
    [
      "additions and removals of 16 ids, reads during them that no order explains",
      "violated",
      [...pairs, during("ra", "s1 s2"), during("rb", "s2 s3"), during("rc", "s1 s3"), last([])],
    ],
    [
      "additions and removals of one id, 16 successes each",
      "linearizable",
      numbers.map((number) =>
        number % 2 === 0 ? `${add(number, "s0")} -> added` : removal(number, "s0", "removed"),
      ),
    ],
    [
      "additions and removals of one id, two successes too many",
      "violated",
      numbers.map((number) =>
        number < 17 ? `${add(number, "s0")} -> added` : removal(number, "s0", "removed"),
      ),
    ],
  ];

  test.each(cases)("%s", (_, verdict, lines) => {
    expect(judged(drawn(lines.join("\n"))).verdict).toBe(verdict);
  });

  function unanswered(lines: readonly string[]): readonly string[] {
    return lines.map((line) => line.replace(/\] (.*) -> \w+$/, "? $1"));
  }

  test("random mixes of additions, removals and reads of a correct policy", () => {
    const many = plans({
      count: { minLength: n, maxLength: n },
      sids: ["a", "b", "c", "d"],
      span: 5,
      longest: 40,
    });
    fc.assert(
      fc.property(many, (planned) => {
        expect(judged(executed(planned, ["a"]), ["a"]).verdict).toBe("linearizable");
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});

describe("histories made to be hard", () => {
  const many = (count: number, line: (number: number) => string) =>
    Array.from({ length: count }, (_, number) => line(number));
  const some = (of: number, step: number, count: number) =>
    Array.from({ length: count }, (_, index) => `s${(index * step) % of}`).join(" ");
  const read = (number: number, answer: string) => `r${number}: [--------] read -> ${answer}`;

  const hard: readonly (readonly [title: string, verdict: string, lines: readonly string[]])[] = [
    [
      "24 additions without an answer, 8 reads of more and more of them",
      "linearizable",
      [
        ...many(24, (number) => `a${number}: [-?       add s${number}`),
        ...many(8, (number) => read(number, number === 0 ? "nothing" : some(24, 7, 3 * number))),
      ],
    ],
    [
      "24 additions without an answer, 8 reads that exclude each other",
      "violated",
      [
        ...many(24, (number) => `a${number}: [-?       add s${number}`),
        ...many(8, (number) => read(number, some(24, [5, 7, 11, 13][number % 4] ?? 5, 4 + number))),
      ],
    ],
    [
      "10 ids added twice and removed once together, 16 reads of half of them or more",
      "unknown",
      [
        ...many(20, (number) => `a${number}: [--------] add s${number % 10} -> added`),
        ...many(10, (number) => `d${number}: [--------] remove s${number} -> removed`),
        ...many(16, (number) => read(number, some(10, [1, 3, 7, 9][number % 4] ?? 1, 5 + (number % 3)))),
      ],
    ],
    [
      "8 ids added, removed and added again without an answer, 8 reads of half of them or more",
      "linearizable",
      [
        ...many(16, (number) => `a${number}: [-?       add s${number % 8}`),
        ...many(8, (number) => `d${number}: [-?       remove s${number}`),
        ...many(8, (number) => read(number, some(8, [1, 3, 5, 7][number % 4] ?? 1, 4 + (number % 3)))),
      ],
    ],
  ];

  test.each(hard)(
    "%s: the work is bounded, and the verdict says when the bound is reached",
    (_, verdict, lines) => {
      const model = policySetModel([[]]);
      const work = { steps: 0, keys: 0 };
      const counted: typeof model = {
        ...model,
        step: (...given) => {
          work.steps += 1;
          return model.step(...given);
        },
        key: (...given) => {
          work.keys += 1;
          return model.key(...given);
        },
      };
      const found = check(drawn(lines.join("\n")), counted, bound);
      expect(found.verdict).toBe(verdict);
      if (found.verdict === "unknown")
        expect(found.reason).toBe(`not decided within ${bound.maxSteps} steps`);
      // The last step may lead to one more for each call; explaining a violation takes at most as many again.
      expect(work.steps).toBeLessThanOrEqual(2 * bound.maxSteps + 2 * lines.length);
      expect(work.keys).toBeLessThanOrEqual(4 * bound.maxSteps);
    },
  );
});

describe("the checker itself", () => {
  const register: Model<number, number | "read", number | "done"> = {
    initial: [0],
    step: (state, input, output) => {
      if (input === "read") return output === null || output === state ? [state] : [];
      return [input];
    },
    key: String,
  };
  const at = (
    id: string,
    input: number | "read",
    output: number | "done" | null,
    from: number,
    to: number | null,
  ) => ({
    id,
    input,
    output,
    invokedAt: from,
    returnedAt: to,
  });

  test("needs no hints", () => {
    const history = [at("w", 1, "done", 0, 9), at("r", "read", 1, 1, 2), at("s", "read", 0, 3, 4)];
    expect(check(history, register, bound)).toEqual({
      verdict: "violated",
      longest: ["w", "r"],
      stuck: ["s"],
    });
    expect(check(history.slice(0, 2), register, bound)).toEqual({
      verdict: "linearizable",
      order: ["w", "r"],
    });
  });

  test("gives the verdict unknown when its work reaches the bound", () => {
    const history = Array.from({ length: 20 }, (_, index) => at(`${index}`, index, "done", 0, 1));
    const verdict = check([...history, at("r", "read", 99, 2, 3)], register, { maxSteps: 1000 });
    expect(verdict).toEqual({ verdict: "unknown", reason: "not decided within 1000 steps" });
  });

  test("rejects a hint that contradicts the model", () => {
    // The order differs from that of the answers, so that the hint can mislead the search.
    const history = [at("v", 2, "done", 0, 4), at("w", 1, "done", 0, 5), at("r", "read", 2, 0, 9)];
    expect(() => check(history, { ...register, hopeless: () => true }, bound)).toThrow("contradict");
  });

  test("an answer without a time must still be explained", () => {
    expect(check([at("r", "read", 5, 0, null)], register, bound).verdict).toBe("violated");
  });

  test("without an initial state no history can be explained", () => {
    const verdict = check([at("w", 1, "done", 0, 9)], { ...register, initial: [] }, bound);
    expect(verdict).toEqual({ verdict: "violated", longest: [], stuck: ["w"] });
  });

  test("an invalid drawing is refused", () => {
    expect(() => drawn("a: [-- add x")).toThrow("not drawn well");
    expect(() => drawn("a: [--] add x")).toThrow("closed bar");
    expect(() => drawn("a: [--] drop x -> removed")).toThrow("no such operation");
  });
});
