import { describe, expect, it } from "vitest";
import type { Outgoing, Transport } from "../client/transport.ts";
import { judgeOver, judgeVariant } from "../runner/kill-matrix.ts";
import { jsonObject } from "../spec/answer.ts";
import { getPolicy } from "../spec/calls.ts";
import { boundary } from "../suites/boundary.ts";
import type { Suite } from "../suites/case.ts";
import { races } from "../suites/races.ts";
import { spellings } from "../suites/spellings.ts";
import { state } from "../suites/state.ts";
import { inProcess } from "../targets/in-process.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { refused } from "../targets/reference/errors.ts";
import { jsonReply } from "../targets/reference/http.ts";
import { change } from "../targets/reference/mutants/mutant.ts";
import { namedDefects } from "../targets/reference/mutants/named-defects.ts";
import { neighbourMutants } from "../targets/reference/mutants/neighbour-mutants.ts";
import { revisionDialects } from "../targets/reference/mutants/revision-dialects.ts";
import { policyDocument } from "../targets/reference/policies.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Policy, policyAt, type State } from "../targets/reference/state.ts";
import { partOf } from "./part-of.ts";
import { type AnsweredCall, add, added, answer, blamed, conflict, names, policyOf } from "./story.ts";

/** GetPolicy shows each policy as it was some milliseconds before. */
function late(ms: number): Mutation {
  return change(({ added: addedTo, sideEffect, finish }) => {
    const past = new Map<string, { readonly at: number; readonly policy: Policy }[]>();
    const note = (state: State, key: string) => {
      const all = past.get(key) ?? [{ at: 0, policy: { statements: [], revision: "" } }];
      past.set(key, [...all, { at: performance.now(), policy: policyAt(state, key) }]);
    };
    let read: string | null = null;
    return {
      added: (draft) => {
        addedTo(draft);
        note(draft.state, draft.key);
      },
      sideEffect: (operation, on) => {
        sideEffect(operation, on);
        if (operation === "GetPolicy") read = on.key;
        else note(on.state, on.key);
      },
      finish: (reply, request, operation) => {
        const key = read;
        read = null;
        const all = key === null ? [] : (past.get(key) ?? []);
        const shown = all.filter(({ at }) => at <= performance.now() - ms).at(-1)?.policy;
        if (shown === undefined) return finish(reply, request, operation);
        const { statements, revision } = shown;
        const then =
          statements.length === 0
            ? refused("no-policy", "The resource has no policy.")
            : jsonReply(200, { Policy: policyDocument(statements), RevisionId: revision });
        return finish(then, request, operation);
      },
    };
  });
}

/** Rewrites each statement that GetPolicy shows. */
function showing(rewrite: (statement: Readonly<Record<string, unknown>>) => unknown): Mutation {
  return change(({ shown }) => ({
    shown: (statements) =>
      shown(statements).map(({ sid, json }) => ({ sid, json: JSON.stringify(rewrite(JSON.parse(json))) })),
  }));
}

/** What a run on a variant of the reference finds, in the document column: rule, expected and seen. */
async function found(
  mutate: Mutation,
  chosen: readonly Suite[],
  rounds = 1,
): Promise<readonly (readonly string[])[]> {
  const { rules } = await judgeVariant(mutate, { seed: 1, runs: 1, rounds, chosen });
  for (const { id, verdicts, ...rule } of rules.filter((one) => one.basis !== "observed"))
    if (["inconclusive", "unexercised"].includes(verdicts.document))
      expect([id, rule.reason, rule.reasonCode, rule.advice]).not.toContain(undefined);
  return rules.flatMap(({ id, basis, verdicts, counterexample }) =>
    verdicts.document === "violated" && basis !== "observed"
      ? [[id, counterexample?.expected ?? "", counterexample?.seen ?? ""]]
      : [],
  );
}

const hidden = [
  "policy.shows-what-it-holds",
  expect.any(String),
  expect.stringMatching(/^409 .*after GetPolicy/),
];

describe("Of a target that keeps a statement and does not show it, only GetPolicy is blamed", () => {
  it.each([
    ["50 ms late", late(50)],
    ["300 ms late", late(300)],
    ["2 s late", late(2000)],
    ["without the latest statement", change(() => ({ shown: (all) => all.slice(0, -1) }))],
    ["without the first of several", change(() => ({ shown: (all) => all.slice(all.length > 1 ? 1 : 0) }))],
    ["without any", change(() => ({ shown: () => [] }))],
  ])("%s", async (_, mutate) => {
    expect(await found(mutate, [state, races])).toEqual([hidden]);
  });
});

describe("Of a target that shows a statement in another form, the form is blamed, with both values", () => {
  const stored = "policy.stored-as-returned";

  it.each([
    ["without Sid", ({ Sid: _, ...others }: object & { Sid?: unknown }) => others, "Sid", /" without Sid$/],
    ["with an empty Sid", (one: object) => ({ ...one, Sid: "" }), "Sid", /" with Sid ""$/],
    ["with a number as Sid", (one: object) => ({ ...one, Sid: 5 }), "Sid", /" with Sid 5$/],
  ])("%s", async (_, rewrite, member, seen) => {
    expect(await found(showing(rewrite), [state])).toEqual([
      [
        stored,
        expect.stringMatching(`^"(.*)" with ${member} "\\1", as it was returned$`),
        expect.stringMatching(seen),
      ],
    ]);
  });

  it("with a number where text belongs", async () => {
    const asNumber = showing((one) =>
      JSON.parse(
        JSON.stringify(one).replace(
          /("AWS:SourceAccount"):"(\d+)"/,
          (_, key, digits) => `${key}:${Number(digits)}`,
        ),
      ),
    );
    const path = "Condition.StringEquals.AWS:SourceAccount";
    expect(await found(asNumber, [spellings])).toEqual([
      [
        stored,
        expect.stringMatching(new RegExp(`with ${path} "\\d{12}", as it was returned$`)),
        expect.stringMatching(new RegExp(`with ${path} \\d+$`)),
      ],
    ]);
  });
});

describe("Of a target that loses statements, the operation that loses them is blamed", () => {
  it("one addition in a hundred, also where calls are in flight together", async () => {
    const losing = namedDefects["one addition in a hundred lost"];
    const all = await found(losing?.mutate ?? ((behaviour) => behaviour), [spellings, state, races], 4);
    expect(all.map(([id]) => id)).toEqual(["policy.holds-what-was-added"]);
  });

  it("the policy of an alias that is updated", async () => {
    const all = await found(neighbourMutants["alias.leaves-policies"].mutate, [state]);
    expect(all.map(([id]) => id)).toEqual(["alias.leaves-policies"]);
  });
});

describe("Of a target that makes up a revision for each read of a policy without statements", () => {
  it("no refusal is blamed for another revision", async () => {
    let reads = 0;
    const mutate = change(({ finish }) => ({
      finish: (reply, request, operation) => {
        const made = finish(reply, request, operation);
        if (operation !== "GetPolicy" || made.status !== 404) return made;
        reads += 1;
        return jsonReply(200, { Policy: policyDocument([]), RevisionId: `made-up-${reads}` });
      },
    }));
    const all = await found(mutate, [state, partOf(boundary, /Action/)]);
    expect(reads).toBeGreaterThan(10);
    expect(all.map(([id]) => id)).not.toContain("refusal.keeps-revision");
  });
});

describe("Of a target that takes the revision of GetPolicy alone", () => {
  it("no refused revision of GetFunction is blamed before GetPolicy is read", async () => {
    const mutate = revisionDialects["a revision of GetPolicy's own"];
    if (mutate === undefined) throw new Error("There is no such dialect.");
    const { rules } = await judgeVariant(mutate, { seed: 16, suites: ["histories"] });
    expect(rules.filter(({ verdicts }) => verdicts.document === "violated").map(({ id }) => id)).toEqual([]);
  });
});

describe("Of a target that keeps new functions pending for a while", () => {
  const clock = () => performance.now();

  /** The function that a call creates, reads or deletes. */
  const functionOf = ({ target, body }: Outgoing): string | undefined => {
    const made = jsonObject(body ?? "")?.FunctionName;
    return typeof made === "string" ? made : /functions\/([\w-]+)$/.exec(target)?.[1];
  };

  /** What a run finds where a function is pending for some milliseconds, and what the target is left with. */
  async function judged(mutate: Mutation, pendingMs: number) {
    const created = new Map<string, number>();
    const inTarget = inProcess(createReference({ behaviour: mutate(faithful) }), { clock });
    const carrier: Transport = {
      ...inTarget,
      async send(call, how) {
        const about = functionOf(call);
        const sent = await inTarget.send(call, how);
        if (about === undefined || sent.kind === "none") return sent;
        if (call.method === "POST") created.set(about, clock());
        if (call.method === "DELETE") created.delete(about);
        if (clock() >= (created.get(about) ?? 0) + pendingMs) return sent;
        const { Configuration, ...others } = jsonObject(sent.body) ?? {};
        const shown = {
          ...others,
          State: "Pending",
          Configuration: { ...Object(Configuration), State: "Pending" },
        };
        return { ...sent, body: JSON.stringify(shown) };
      },
    };
    const { rules } = await judgeOver(
      { carrier: () => carrier, prefix: "addperm-ct-1" },
      { clock, seed: 1, suites: [partOf(state, /alias|version/)] },
    );
    const violated = rules.filter(({ verdicts }) => verdicts.document === "violated").map(({ id }) => id);
    return { violated, left: [...created.keys()] };
  }

  it("the same is found, and nothing is left", async () => {
    const mutate = namedDefects["shared policy of qualifiers"]?.mutate;
    if (mutate === undefined) throw new Error("There is no such mutant.");
    const atOnce = await judged(mutate, 0);
    expect(atOnce.violated).toContain("policy.separate-qualifiers");
    expect(await judged(mutate, 60)).toEqual({ ...atOnce, left: [] });
  });
});

describe("An id on which a read and an acknowledged write disagree", () => {
  const { main } = names;
  const addition: AnsweredCall = [add("s"), added("s")];
  const without: AnsweredCall = [getPolicy(main), policyOf(main, "b")];
  const other: AnsweredCall = [add("b"), added("b")];
  const refusal: AnsweredCall = [add("s"), conflict];

  it("may be refused as taken, which blames the read, or acknowledged again, which blames the loss", () => {
    expect(blamed(addition, other, without, refusal)).toEqual(["policy.shows-what-it-holds"]);
    expect(blamed(addition, other, without, addition)).toEqual(["policy.holds-what-was-added"]);
  });

  it("says nothing about a read from before another write", () => {
    expect(blamed(addition, other, without, [add("c"), added("c")], refusal)).toEqual([
      "policy.holds-what-was-added",
    ]);
  });

  it("is no conflict that passes", () => {
    for (const Message of ["An update is in progress.", "The policy is changed by a concurrent update."]) {
      const passing = answer(409, { Message }, "ResourceConflictException");
      expect(blamed(addition, other, without, [add("s"), passing])).toEqual(["policy.holds-what-was-added"]);
    }
  });
});
