import { describe, expect, it } from "vitest";
import { slowBodies, wireBodies, wireTypes } from "../generators/wire-bodies.ts";
import { wireFramings, wireTargets } from "../generators/wire-framings.ts";
import { judgeOf } from "../oracle/judge.ts";
import { initialBelief } from "../oracle/model-state.ts";
import { observeRound } from "../oracle/observe.ts";
import { rules } from "../rules/index.ts";
import { questions } from "../rules/unspecified.ts";
import { createFunction } from "../spec/calls.ts";
import { read } from "../spec/request.ts";
import { inProcess } from "../targets/in-process.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { wireMutants } from "../targets/reference/mutants/wire-mutants.ts";
import { createReference } from "../targets/reference/reference.ts";
import { stage } from "./staged.ts";

const requests = [...wireBodies, ...wireTypes, ...slowBodies, ...wireTargets, ...wireFramings].map(
  ({ label, make }, index) => {
    const call = make(stage.main.name, `sid-${index}`);
    return { label, call, open: read(call).questions.length > 0 };
  },
);
/** What the reference can be sent without a socket, and in no time. */
const sendable = requests.filter(({ call }) => call.raw === undefined && (call.body ?? "").length < 300_000);

const before = initialBelief(stage, true);
const judge = judgeOf(rules.filter(({ basis }) => basis !== "observed"));
const how = { deadlineMs: 5000 };
const authorization =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/lambda/aws4_request, SignedHeaders=host, Signature=0";

/** The wire requests to which a variant of the reference answers what some rule forbids. */
async function revealing(mutate: Mutation): Promise<readonly string[]> {
  const reference = createReference({ behaviour: mutate(faithful) });
  const transport = inProcess(reference, { clock: () => 0, authorization });
  if (stage.recipe === null) throw new Error("the stage cannot create functions");
  await transport.send(createFunction(stage.main.name, stage.recipe), how);
  const found: string[] = [];
  for (const { label, call } of sendable) {
    const answer = await transport.send(call, how);
    const round = observeRound(before, [{ step: { key: label, call }, call, answer }]);
    if (judge.round(round).some(({ judgement }) => judgement.verdict === "violated")) found.push(label);
  }
  return found;
}

describe("every wire request", () => {
  it("is judged, and has a mutant that shows it, or answers a question", () => {
    const judged = requests.filter(({ open }) => !open).map(({ label }) => label);
    expect(Object.keys(wireMutants).sort()).toEqual(judged.sort());
  });

  it.each(requests.filter(({ open }) => open))("$label answers a question", ({ label, call }) => {
    const answer = {
      kind: "response",
      status: 400,
      headers: [],
      body: "",
      sentAt: 0,
      answeredAt: 1,
    } as const;
    const [of] = observeRound(before, [{ step: { key: label, call }, call, answer }]).observations;
    if (of === undefined) throw new Error(`${label} is not observed`);
    expect(questions.filter((question) => question.answer(of) !== null)).not.toEqual([]);
  });
});

describe("mutants of the wire", () => {
  it("are none of the reference itself", async () => {
    expect(await revealing((behaviour) => behaviour)).toEqual([]);
  });

  it.each(Object.entries(wireMutants))("%s alone shows it", async (label, { mutate }) => {
    expect(await revealing(mutate)).toEqual([label]);
  });

  it("say in a phrase of their own what is wrong", () => {
    const phrases = Object.values(wireMutants).map(({ breaks }) => breaks);
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(phrases.filter((phrase) => !/^[a-z].*[^.]$/.test(phrase))).toEqual([]);
  });
});
