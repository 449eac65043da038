import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../reports/report.ts";
import { questions } from "../rules/unspecified.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { onlyOnTheWire } from "./only-on-the-wire.ts";

/** The ids with an answer in a run. */
function answered({ questions: asked }: Report): readonly string[] {
  return asked.filter(({ observations }) => observations > 0).map(({ id }) => id);
}

describe("On the reference", () => {
  let usual: readonly string[] = [];

  beforeAll(async () => {
    // The fewest random cases, so that no answer depends on chance.
    usual = answered(await judgeVariant((faithful) => faithful, { seed: 1, runs: 1, rounds: 1 }));
  }, 120_000);

  it.each(questions.map(({ id }) => id))(
    // wire.test.ts checks that the suite wire answers those.
    "%s is answered by a usual run, or is listed for the suite wire",
    (id) => {
      expect([id, usual.includes(id)]).toEqual([id, !onlyOnTheWire.includes(id)]);
    },
  );

  it("every listed id is in the catalogue", () => {
    const ids = questions.map(({ id }) => id);
    expect(onlyOnTheWire.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
