import { change, type Mutant } from "./mutant.ts";
import { pausing } from "./race-mutants.ts";
import { comparing } from "./state-mutants.ts";

/** Defects by which implementations lose permissions, or keep what they should not. */
export const losingDefects: Readonly<Record<string, Mutant>> = {
  "lost update": {
    breaks: "writes the policy back as it read it before it waited, with the new statement",
    mutate: pausing({ base: (read) => read }),
    kills: ["race.acknowledged-are-kept"],
  },
  "double success": {
    breaks: "looks whether an id is taken before it waits, and not again",
    mutate: pausing({ rechecks: (check) => check !== "duplicate" }),
    kills: ["race.one-id-once"],
  },
  "revision checked outside the lock": {
    breaks: "looks at the revision before it waits, and not again",
    mutate: pausing({ rechecks: (check) => check !== "revision" }),
    kills: ["race.one-revision-once"],
  },
  "id stays taken after removal": {
    breaks: "never gives an id again that was removed",
    mutate: change(({ taken, remove, dropsPolicy }) => {
      const removed = new Map<string, Set<string>>();
      return {
        remove: (statements, sid, key) => {
          removed.set(key, (removed.get(key) ?? new Set()).add(sid));
          return remove(statements, sid, key);
        },
        taken: (statements, sid, draft) =>
          removed.get(draft.key)?.has(sid) === true || taken(statements, sid, draft),
        dropsPolicy: (scope, key) => {
          removed.delete(key);
          return dropsPolicy(scope, key);
        },
      };
    }),
    kills: ["StatementId.freed"],
  },
  "no lock at all": {
    breaks: "checks nothing again and writes over what was added meanwhile",
    mutate: pausing({ rechecks: () => false, base: (read) => read }),
    kills: ["race.acknowledged-are-kept", "race.one-id-once", "race.one-revision-once"],
  },
  "eviction of an older statement": {
    breaks: "keeps the latest 24 statements only",
    mutate: change(({ append }) => ({
      append: (statements, added, key) => append(statements, added, key).slice(-24),
    })),
    kills: ["policy.others-untouched", "race.acknowledged-are-kept"],
  },
  "shared policy of qualifiers": {
    breaks: "keeps one policy for a function and all its versions and aliases",
    mutate: change(() => ({ policyKey: (arn) => arn })),
    kills: ["StatementId.on-other-qualifier", "policy.separate-qualifiers", "published.starts-empty"],
    mayKill: ["StatementId.duplicate-content"],
  },
  "one policy for all aliases": {
    breaks: "keeps the policies of aliases where that of version 1 is",
    mutate: change(({ policyKey }) => ({
      policyKey: (arn, qualifier) =>
        policyKey(arn, qualifier !== undefined && /^[^$\d]/.test(qualifier) ? "1" : qualifier),
    })),
    kills: ["StatementId.on-other-qualifier", "policy.separate-qualifiers"],
  },
  "ids compared by a prefix": {
    breaks: "compares ids by their first 64 characters",
    mutate: comparing((sid) => sid.slice(0, 64)),
    kills: ["StatementId.shares-prefix"],
  },
  "case-folded ids that overwrite": {
    breaks: "stores a statement over one whose id differs in letter case only",
    mutate: change(({ append }) => ({
      append: (statements, added, key) =>
        append(
          statements.filter(({ sid }) => sid === added.sid || sid.toLowerCase() !== added.sid.toLowerCase()),
          added,
          key,
        ),
    })),
    kills: ["policy.others-untouched"],
  },
  "write before validation": {
    breaks: "stores a statement before it looks at its token",
    mutate: change(() => ({
      afterRefusal: ({ member }, draft) =>
        member === "EventSourceToken" ? [...draft.read.statements, draft.stored()] : null,
    })),
    kills: ["refusal.changes-no-statement"],
  },
  "overwritten on 409": {
    breaks: "replaces the statement whose id is taken, and answers 409",
    mutate: change(() => ({
      afterRefusal: ({ kind }, draft) =>
        kind === "duplicate"
          ? draft.read.statements.map((one) => (one.sid === draft.values.StatementId ? draft.stored() : one))
          : null,
    })),
    kills: ["refusal.changes-no-statement"],
  },
  "policy survives deletion": {
    breaks: "keeps the policy of whatever is deleted",
    mutate: change(() => ({ dropsPolicy: () => false })),
    kills: ["re-created.starts-empty"],
    mayKill: ["published.starts-empty"],
  },
};
