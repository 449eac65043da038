import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import { refused } from "../errors.ts";
import { policyAt, writePolicy } from "../state.ts";
import { change, isNamedAlike, mutantsOf } from "./mutant.ts";

/** Mutants with correct answers to AddPermission and wrong policies. */
export const policyMutants = mutantsOf({
  "policy.holds-what-was-added": {
    breaks: "acknowledges a statement with SourceAccount and does not keep it",
    mutate: change(({ append }) => ({
      append: (statements, added) =>
        added.json.includes('"AWS:SourceAccount"') ? statements : append(statements, added),
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
      append: (statements, added) => {
        const once = append(statements, added);
        return added.json.includes('"lambda:EventSourceToken"') ? [...once, added] : once;
      },
    })),
  },
  "policy.others-untouched": {
    breaks: "stores a statement over one whose id differs in letter case only",
    mutate: change(({ append }) => ({
      append: (statements, added) =>
        append(
          statements.filter(({ sid }) => sid.toLowerCase() !== added.sid.toLowerCase()),
          added,
        ),
    })),
  },
  "refusal.changes-no-statement": {
    breaks: "stores a statement before it looks at its token",
    mutate: change(() => ({
      afterRefusal: ({ member }, draft) =>
        member === "EventSourceToken" ? [...draft.read.statements, draft.stored()] : null,
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
    breaks: "never moves the revision on",
    mutate: change(() => ({ nextRevision: (_key, _writes, current) => current })),
  },
  "policy.separate-functions": {
    breaks: "adds to a function of a like name, too",
    mutate: addingTo(({ state, key }) =>
      [...state.functions.keys()].find((other) => other !== key && isNamedAlike(other, key)),
    ),
  },
  "policy.separate-qualifiers": {
    breaks: "adds to the alias live, too",
    mutate: addingTo(({ arn }) => `${arn}:live`),
  },
  "published.starts-empty": {
    breaks: "gives a new version the function's policy",
    mutate: change(() => ({ published: (statements) => statements })),
  },
  "re-created.starts-empty": {
    breaks: "keeps the policy of deleted functions, versions and aliases",
    mutate: change(() => ({ dropsPolicy: () => false })),
  },
  "policy.shows-what-it-holds": {
    breaks: "leaves the oldest of several statements out of what GetPolicy shows",
    mutate: change(() => ({ shown: (statements) => statements.slice(statements.length > 1 ? 1 : 0) })),
  },
  "policy.stays-readable": {
    breaks: "cannot read a policy after a Principal was an object",
    mutate: change(({ finish }) => {
      const broken = new Set<string>();
      return {
        finish: (reply, request, operation) => {
          if (request.body.includes('"Principal":{')) broken.add(request.target);
          const fails = operation === "GetPolicy" && broken.has(request.target);
          return fails
            ? refused("internal", "The policy cannot be read.")
            : finish(reply, request, operation);
        },
      };
    }),
  },
});

function addingTo(also: (draft: Draft) => string | undefined): Mutation {
  return change(({ added, nextRevision }) => ({
    added: (draft) => {
      const key = also(draft);
      if (key !== undefined && key !== draft.key)
        writePolicy(
          draft.state,
          key,
          [...policyAt(draft.state, key).statements, draft.stored()],
          nextRevision,
        );
      added(draft);
    },
  }));
}
