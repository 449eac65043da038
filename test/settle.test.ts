import { expect, it } from "vitest";
import { judgeOf } from "../oracle/judge.ts";
import { conclusionKey, settle } from "../runner/findings.ts";
import type { Lane } from "../runner/lane.ts";
import { verdicts } from "../runner/verdicts.ts";
import type { Judgement, Rule } from "../spec/rule.ts";
import { rules } from "../spec/rules/index.ts";
import type { Column } from "../spec/verdict.ts";
import { stage } from "./staged.ts";

const seen: Extract<Judgement, { verdict: "violated" }> = {
  verdict: "violated",
  expected: "one",
  seen: "another",
};
const at = { lane: 0, unit: "", clean: true, names: [], rounds: [] };

function ruleOf(id: string): Rule {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`There is no rule ${id}.`);
  return rule;
}

it("lets a rule that is judged in one column explain one that counts in the other only", async () => {
  const [base, observed] = [ruleOf("request.accepted"), ruleOf("observed.validation-exception")];
  const heard = verdicts();
  const columns: readonly Column[] = ["document", "aws"];
  heard.hear(
    columns.map((column) => ({ rule: base, column, judgement: seen })),
    at,
  );
  heard.hear([{ rule: observed, column: "aws", judgement: { ...seen, unless: [base.id] } }], at);
  const lane: Pick<Lane, "tidy" | "stage"> = { stage, tidy: async () => true };
  const found = await settle({
    judged: [base, observed],
    judge: judgeOf(),
    verdicts: heard,
    lanes: [lane as Lane],
    stop: () => null,
    renew: async () => null,
    retry: async () => ({
      kind: "confirmed",
      played: { rounds: [], observed: [] },
      stage: null,
      expected: "one",
      seen: "another",
      reproduced: "3 of 3",
    }),
  });
  expect(found.get(conclusionKey(base.id, "aws"))?.outcome).toBe("violated");
  expect(found.get(conclusionKey(observed.id, "aws"))).toMatchObject({
    outcome: "inconclusive",
    why: "explained by the violation of request.accepted",
  });
});
