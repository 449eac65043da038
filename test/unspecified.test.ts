import { beforeAll, describe, expect, it } from "vitest";
import { conform } from "../api/conform.ts";
import type { Report } from "../reports/report.ts";
import { questions } from "../rules/unspecified.ts";
import { judgeVariant } from "../runner/kill-matrix.ts";
import { createReference } from "../targets/reference/reference.ts";

/** Unspecified behaviours that a usual run does not probe: they need a socket and the suite `wire`, which can crash targets. */
const onlyOnTheWire: readonly string[] = [
  "FunctionName.undecodable",
  "Qualifier.undecodable",
  "Principal.other",
  "SourceArn.control-character",
  "body.byte-order-mark",
  "body.large",
  "body.encoding",
  "body.lone-surrogate",
  "request.method",
  "request.other-parameter",
  "request.framing",
  "route.unusual-path",
];

/** The ids with an answer in a run. */
function answered({ questions: asked }: Report): readonly string[] {
  return asked.filter(({ observations }) => observations > 0).map(({ id }) => id);
}

describe("On the reference", () => {
  let usual: readonly string[] = [];
  let wire: readonly string[] = [];

  beforeAll(async () => {
    // The fewest random cases, so that no answer depends on chance.
    const few = { seed: 1, runs: 1, rounds: 1 };
    usual = answered(await judgeVariant((faithful) => faithful, few));
    const reference = createReference();
    const over = await reference.listen();
    wire = answered(await conform(over, { ...few, suites: ["wire"], timeoutMs: 400 }));
    await reference.close();
  }, 120_000);

  it.each(questions.map(({ id }) => id))(
    "%s is answered by a usual run, or by the suite wire where it is listed",
    (id) => {
      expect([id, usual.includes(id)]).toEqual([id, !onlyOnTheWire.includes(id)]);
      expect([id, usual.includes(id) || wire.includes(id)]).toEqual([id, true]);
    },
  );

  it("every listed id is in the catalogue", () => {
    const ids = questions.map(({ id }) => id);
    expect(onlyOnTheWire.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
