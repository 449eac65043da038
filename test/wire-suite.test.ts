import { describe, expect, test } from "vitest";
import { slowBodies, wireBodies, wireTypes } from "../generators/wire-bodies.ts";
import { wireFramings, wireTargets } from "../generators/wire-framings.ts";
import { read } from "../spec/request.ts";
import { wire } from "../suites/wire.ts";
import { anyStage } from "./wire-stage.ts";

const every = [...wireBodies, ...wireTypes, ...slowBodies, ...wireTargets, ...wireFramings];

/** The only wire requests that the document admits, each by one feature. */
const admitted: Readonly<Record<string, string>> = {
  "type-APPLICATION_JSON": "request.charset",
  "type-application_json_charset_UTF-8": "request.charset",
};

/** The wire requests that the document forbids. */
const forbidden =
  /^(trailing-(?!slash)|nul-in-(id|action)|empty$|raw-control-character|object-in-member|(lower|upper)-case-members|number-as-id|no-number|proto-as-required|deep-(array|unclosed|object|action)|slow-(Action|SourceAccount|SourceArn|EventSourceToken|StatementId)-|label-(double|nul|slow)|query-slow|version-)/;

describe("wire", () => {
  test.each(every.map((one) => [one.label, one] as const))("%s is read as it must be", (label, one) => {
    const { objections, questions, features } = read(one.make("f", "sid"));
    const kind = questions.length > 0 ? "asks" : objections.length > 0 ? "refuse" : "accept";
    if (Object.hasOwn(admitted, label)) expect([kind, ...features]).toEqual(["accept", admitted[label]]);
    else if (/^slow-SourceArn-5$/.test(label)) expect(kind).toBe("asks");
    else expect(kind).toBe(forbidden.test(label) ? "refuse" : "asks");
  });

  test("every wire request has a name of its own", () => {
    expect(new Set(every.map(({ label }) => label)).size).toBe(every.length);
  });

  test("a plain request and a read follow each group, in fewer than 250 requests", () => {
    const histories = [...wire.units({ seed: 1, runs: 1, rounds: 1 })].map((unit) => {
      const script = unit.start(anyStage);
      const keys: string[] = [];
      const done: [][] = [];
      for (let round = script(done); round !== null; round = script(done)) {
        keys.push(...round.map(({ key }) => key));
        done.push([]);
      }
      return keys;
    });
    for (const keys of histories)
      expect(keys.slice(-3)).toEqual(["next-on-same-connection", "next-valid", "after"]);
    expect(histories.flat().length).toBeLessThan(250);
  });
});
