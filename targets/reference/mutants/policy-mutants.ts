import type { RuleId } from "../../../rules/index.ts";
import type { Mutation } from "../behaviour.ts";
import { refused } from "../errors.ts";
import { splitTarget } from "../http.ts";
import type { Stored } from "../state.ts";
import { change, type Defect, mutantsOf } from "./mutant.ts";
import { areSiblings, functionOf } from "./places.ts";
import { outliving, straying } from "./straying.ts";

/** The rules on what a policy holds when it is read. */
export type PolicyRuleId = Extract<
  RuleId,
  | `policy.${"holds-what-was-added" | "stored-as-returned" | "one-more" | "others-untouched"}`
  | `policy.${"separate-functions" | "separate-qualifiers" | "stays-readable"}`
  | `refusal.${string}`
  | "revision.changes"
  | "published.starts-empty"
  | "re-created.starts-empty"
>;

const defects: Readonly<Record<PolicyRuleId, Defect>> = {
  "policy.holds-what-was-added": {
    breaks: "acknowledges a statement with SourceAccount and does not keep it",
    mutate: change(({ append }) => ({
      append: (statements, added, key) =>
        added.json.includes('"AWS:SourceAccount"') ? statements : append(statements, added, key),
    })),
  },
  "policy.stored-as-returned": {
    breaks: "stores a statement without its condition",
    mutate: change(({ stored }) => ({
      stored: (sid, json) => stored(sid, json.replace(/,"Condition":.*$/, "}")),
    })),
  },
  "policy.one-more": {
    breaks: "stores a statement with a token twice",
    mutate: change(({ append }) => ({
      append: (statements, added, key) => {
        const once = append(statements, added, key);
        return added.json.includes('"lambda:EventSourceToken"') ? [...once, added] : once;
      },
    })),
  },
  "policy.others-untouched": {
    breaks: "denies what it has shown once an id comes that differs in letter case only",
    mutate: revoking(),
  },
  "refusal.changes-no-statement": {
    breaks: "stores the statement whose Principal it refuses",
    mutate: change(() => ({
      afterRefusal: ({ kind }, draft) =>
        kind === "principal" ? [...draft.read.statements, draft.stored()] : null,
    })),
  },
  "refusal.keeps-revision": {
    breaks: "moves the revision on where it refuses a request without Action",
    mutate: change(() => ({
      afterRefusal: ({ kind, member }, draft) =>
        kind === "required" && member === "Action" ? draft.read.statements : null,
    })),
  },
  "revision.changes": {
    breaks: "leaves the revision where the 25th statement comes without RevisionId",
    mutate: change(() => ({
      movesRevision: ({ read, values }) => read.statements.length !== 24 || values.RevisionId !== undefined,
    })),
  },
  "policy.separate-functions": {
    breaks: "shows a new statement in the policy of the other function too",
    mutate: straying(areSiblings),
  },
  "policy.separate-qualifiers": {
    breaks: "shows a new statement in the policy of another qualifier too",
    mutate: straying((from, to) => from !== to && functionOf(from) === functionOf(to)),
  },
  "published.starts-empty": {
    breaks: "gives a new version the function's policy",
    mutate: change(() => ({
      published: (statements) => ({ ofFunction: statements, ofVersion: statements }),
    })),
  },
  "re-created.starts-empty": {
    breaks: "keeps the policy of a function that is deleted",
    mutate: outliving(),
  },
  "policy.stays-readable": {
    breaks: "fails to read the policy after a nested Principal",
    mutate: poisonous(),
  },
};

/** Mutants whose answers to AddPermission are right and whose policies are not. */
export const policyMutants = mutantsOf(defects);

/** Only what was shown, so that what is stored is still what was returned. */
function revoking(): Mutation {
  return change(({ append, shown }) => {
    const seen = new WeakSet<Stored>();
    const alike = (one: Stored, added: Stored) =>
      one.sid !== added.sid && one.sid.toLowerCase() === added.sid.toLowerCase();
    const denied = (one: Stored): Stored => ({
      ...one,
      json: one.json.replace('"Effect":"Allow"', '"Effect":"Deny"'),
    });
    return {
      shown: (statements, key) => {
        const found = shown(statements, key);
        for (const one of found) seen.add(one);
        return found;
      },
      append: (statements, added, key) =>
        append(
          statements.map((one) => (seen.has(one) && alike(one, added) ? denied(one) : one)),
          added,
          key,
        ),
    };
  });
}

/** The next read only, so that the function can be used again. */
function poisonous(): Mutation {
  return change(({ finish }) => {
    const poisoned = new Set<string>();
    return {
      finish: (reply, request, operation) => {
        const { path } = splitTarget(request.target);
        if (operation === "AddPermission" && request.body.includes('"Principal":{')) poisoned.add(path);
        const fails = operation === "GetPolicy" && poisoned.delete(path);
        return finish(fails ? refused("internal", "The policy cannot be read.") : reply, request, operation);
      },
    };
  });
}
