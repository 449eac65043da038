import { describe, expect, it } from "vitest";
import { judgeVariant } from "../runner/kill-matrix.ts";
import {
  createAlias,
  createFunction,
  deleteAlias,
  deleteFunction,
  getPolicy,
  publishVersion,
  removePermission,
  updateAlias,
} from "../spec/calls.ts";
import { races } from "../suites/races.ts";
import { state } from "../suites/state.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import { fixture } from "./fixture.ts";
import { partOf } from "./part-of.ts";
import { type AnsweredCall, add, added, answer, blamed, conflict, names, policyOf } from "./story.ts";

const { main, other } = names;
const done = answer(204);
const removal = (sid: string, qualifier: string | null = null): AnsweredCall => [
  removePermission(main, sid, { qualifier }),
  done,
];
const addition = (sid: string, qualifier: string | null = null): AnsweredCall =>
  qualifier === null
    ? [add(sid), added(sid)]
    : [add(sid, { query: `Qualifier=${qualifier}` }), added(sid, `${main}:${qualifier}`)];
const read = (qualifier: string | null, ...sids: readonly string[]): AnsweredCall => [
  getPolicy(main, qualifier),
  policyOf(qualifier === null ? main : `${main}:${qualifier}`, ...sids),
];
const update: AnsweredCall = [updateAlias(main, "live", "1"), answer(200)];
const publish: AnsweredCall = [publishVersion(main), answer(201, { Version: "7" })];

describe("A removal", () => {
  it("is at fault for a statement that it keeps", () => {
    expect(blamed(addition("s"), removal("s"), read(null, "s"))).toEqual(["remove.is-gone"]);
    expect(blamed(addition("s"), removal("s"), addition("s"), read(null, "s"))).toEqual([]);
  });

  it("is at fault for the other statements, where nothing else was sent since they were read", () => {
    const two = [addition("a"), addition("b"), read(null, "a", "b")];
    expect(blamed(...two, removal("a"), read(null))).toEqual(["remove.one-statement"]);
    expect(blamed(...two, addition("c"), removal("a"), read(null, "c"))).toEqual(["policy.others-untouched"]);
  });

  it("is at fault for the policies of other qualifiers, and no addition is", () => {
    const both = [addition("s"), addition("s", "live"), read("live", "s")];
    expect(blamed(...both, removal("s"), read("live"))).toEqual(["remove.one-policy"]);
    expect(blamed(...both, removal("s"), read("live", "s"))).toEqual([]);
    const again = [...both, removal("s"), addition("s", "live"), read("live", "s")];
    expect(blamed(...again, addition("s"), removal("s"), read("live", "s"))).toEqual([]);
  });
});

describe("An operation on an alias, a version or a function", () => {
  const kept = [addition("s", "live"), read("live", "s")];

  it("is at fault for what a policy lacks or has more, where nothing else was sent since it was read", () => {
    expect(blamed(...kept, update, read("live"))).toEqual(["alias.leaves-policies"]);
    expect(blamed(...kept, update, read("live", "s", "t"))).toEqual(["alias.leaves-policies"]);
    expect(blamed(...kept, [deleteFunction(main, "2"), done], read("live"))).toEqual([
      "version.leaves-policies",
    ]);
    expect(blamed(...kept, [deleteFunction(other), done], read("live"))).toEqual([
      "function.leaves-policies",
    ]);
    expect(blamed(...kept, update, publish, read("live"))).toEqual([]);
    expect(blamed(...kept, [updateAlias(main, "live", "1"), conflict], read("live"))).toEqual([]);
  });

  it("takes the blame for an id that is free or taken because of it", () => {
    const shown = [...kept, update, read("live")];
    expect(blamed(...shown, ...kept, update, addition("s", "live"))).toEqual(["alias.leaves-policies"]);
    expect(blamed(...kept, update, addition("s", "live"))).toEqual(["StatementId.duplicate-content"]);
  });

  it("is at fault for a new alias that starts with a policy", () => {
    const anew: readonly AnsweredCall[] = [
      [deleteAlias(main, "live"), done],
      [createAlias(main, "live", "1"), answer(201)],
    ];
    expect(blamed(...kept, ...anew, read("live", "s"))).toEqual(["alias.starts-empty"]);
    expect(blamed(...kept, ...anew, read("live"))).toEqual([]);
  });
});

describe("The deletion of a function", () => {
  const version: AnsweredCall = [publishVersion(other), answer(201, { Version: "1" })];
  const alias: AnsweredCall = [createAlias(other, "live", "1"), answer(201)];
  const onAlias = (sid: string): AnsweredCall => [
    add(sid, { on: other, query: "Qualifier=live" }),
    added(sid, `${other}:live`),
  ];
  const readAlias = (...sids: readonly string[]): AnsweredCall => [
    getPolicy(other, "live"),
    policyOf(`${other}:live`, ...sids),
  ];
  const anew: readonly AnsweredCall[] = [
    [deleteFunction(other), done],
    [createFunction(other, fixture.recipe ?? { role: "", runtime: "", zip: "" }), answer(201)],
  ];

  it("is at fault for what its aliases held, and the new alias is not", () => {
    const before = [version, alias, onAlias("s"), ...anew, version, alias];
    expect(blamed(...before, readAlias("s"))).toEqual(["function.takes-policies-along"]);
    expect(blamed(...before, readAlias("t"))).toEqual(["alias.starts-empty"]);
    expect(blamed(...before, readAlias())).toEqual([]);
  });
});

it("A policy that changes between two reads blames the read", () => {
  expect(blamed(addition("s"), read(null, "s"), read(null))).toEqual(["read.changes-nothing"]);
});

describe("A defect of another operation", () => {
  // The kill matrix has all of them.
  it.each(["remove.one-policy", "alias.starts-empty"])(
    "%s is found without random cases, and nothing else is blamed",
    async (id) => {
      const { mutate, kills } = variants[id] ?? expect.unreachable();
      const { rules } = await judgeVariant(mutate, {
        seed: 4,
        runs: 1,
        rounds: 1,
        chosen: [partOf(state, /alias|remov|qualifier|live/), races],
      });
      const violated = rules.filter(({ verdicts }) => verdicts.document === "violated");
      expect(violated.map((rule) => rule.id).sort()).toEqual([...kills].sort());
    },
  );
});
