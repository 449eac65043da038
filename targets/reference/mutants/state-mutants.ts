import type { RuleId } from "../../../rules/index.ts";
import type { Behaviour, Mutation } from "../behaviour.ts";
import { change, type Defect, mutantsOf } from "./mutant.ts";
import { areSiblings, functionOf } from "./places.ts";

/** The rules on ids, revisions and size: what the policy's content makes of a request. */
export type StateRuleId = Extract<
  RuleId,
  | `StatementId.${"duplicate" | "duplicate-content" | "shares-prefix" | "freed"}`
  | `StatementId.${"on-other-function" | "on-other-qualifier"}`
  | `RevisionId.${"never-seen" | "stale" | "used" | "foreign" | "current"}`
  | `policy.${"room-again" | "too-large"}`
>;

const defects: Readonly<Record<StateRuleId, Defect>> = {
  "StatementId.duplicate": {
    breaks: "takes a statement for new that has a taken id and other content",
    mutate: change(() => ({
      taken: (statements, sid, draft) =>
        statements.some((one) => one.sid === sid && one.json === draft.json()),
    })),
  },
  "StatementId.duplicate-content": { breaks: "absorbs a statement that it has shown", mutate: absorbing() },
  "StatementId.shares-prefix": {
    breaks: "compares ids by their first 32 characters",
    mutate: comparing((sid) => sid.slice(0, 32)),
  },
  "StatementId.freed": { breaks: "frees removed ids when the policy is read", mutate: clinging() },
  "StatementId.on-other-function": {
    breaks: "takes an id for taken that the other function has",
    mutate: takenElsewhere((own, other) => areSiblings(own, other)),
  },
  "StatementId.on-other-qualifier": {
    breaks: "takes an id for taken that another qualifier has",
    mutate: takenElsewhere((own, other) => own !== other && functionOf(own) === functionOf(other)),
  },
  "RevisionId.never-seen": {
    breaks: "ignores a RevisionId that is no UUID",
    mutate: matching((given) => !/^[0-9a-f-]{36}$/.test(given)),
  },
  "RevisionId.stale": { breaks: "takes each RevisionId once, however old", mutate: onceEach() },
  "RevisionId.used": { breaks: "takes a RevisionId of GetFunction again", mutate: againAndAgain() },
  "RevisionId.foreign": {
    breaks: "takes the RevisionId of any policy",
    mutate: matching((given, { state }) =>
      [...state.policies.values()].some(({ revision }) => revision === given),
    ),
  },
  "RevisionId.current": {
    breaks: "refuses a current RevisionId that GetFunction or GetAlias has shown",
    mutate: unrecognized(),
  },
  "policy.room-again": { breaks: "keeps a full policy closed until it is empty", mutate: closed() },
  "policy.too-large": {
    breaks: "names the size limit InvalidParameterValueException where a condition is to blame",
    mutate: change(({ named }) => ({
      named: (refusal, draft) =>
        refusal.kind === "size" && (draft?.values.SourceArn?.length ?? 0) > 1000
          ? { status: 400, name: "InvalidParameterValueException" }
          : named(refusal, draft),
    })),
  },
};

/** Mutants that take an id, a revision or the room in a policy for something else. */
export const stateMutants = mutantsOf(defects);

/** Compares ids by what is made of them. */
export function comparing(part: (sid: string) => string): Mutation {
  return change(() => ({
    taken: (statements, sid) => statements.some((one) => part(one.sid) === part(sid)),
  }));
}

/** Takes a RevisionId that is not the current one. */
function matching(
  passes: (given: string, draft: Parameters<Behaviour["revisionMatches"]>[2]) => boolean,
): Mutation {
  return change(({ revisionMatches }) => ({
    revisionMatches: (given, current, draft) =>
      revisionMatches(given, current, draft) || passes(given, draft),
  }));
}

/** Only what was shown before: identical additions that race still get one success. */
function absorbing(): Mutation {
  return change(({ taken, append, shown }) => {
    const seen = new Map<string, ReadonlySet<string>>();
    return {
      shown: (statements, key) => {
        seen.set(key, new Set(statements.map(({ json }) => json)));
        return shown(statements, key);
      },
      taken: (statements, sid, draft) => {
        const known = statements.some(({ json }) => json === draft.json());
        return !(known && seen.get(draft.key)?.has(draft.json())) && taken(statements, sid, draft);
      },
      append: (statements, added, key) =>
        statements.some(({ json }) => json === added.json) && seen.get(key)?.has(added.json)
          ? statements
          : append(statements, added, key),
    };
  });
}

function clinging(): Mutation {
  return change(({ taken, remove, shown, dropsPolicy }) => {
    const removed = new Map<string, Set<string>>();
    return {
      remove: (statements, sid, key) => {
        removed.set(key, (removed.get(key) ?? new Set()).add(sid));
        return remove(statements, sid, key);
      },
      taken: (statements, sid, draft) =>
        removed.get(draft.key)?.has(sid) === true || taken(statements, sid, draft),
      shown: (statements, key) => {
        removed.delete(key);
        return shown(statements, key);
      },
      dropsPolicy: (scope, key) => {
        removed.delete(key);
        return dropsPolicy(scope, key);
      },
    };
  });
}

function takenElsewhere(related: (own: string, other: string) => boolean): Mutation {
  return change(({ taken }) => ({
    taken: (statements, sid, draft) => {
      if (taken(statements, sid, draft)) return true;
      const holders = [...draft.state.policies].filter(([, policy]) =>
        policy.statements.some((one) => one.sid === sid),
      );
      const near = holders.some(([key]) => functionOf(key) === functionOf(draft.key));
      return holders.some(
        ([key]) => related(draft.key, key) && near === (functionOf(key) === functionOf(draft.key)),
      );
    },
  }));
}

function onceEach(): Mutation {
  return change(({ revisionMatches, nextRevision }) => {
    const past = new Map<string, Set<string>>();
    const spent = new Set<string>();
    return {
      nextRevision: (key, writes, current) => {
        past.set(key, (past.get(key) ?? new Set()).add(current));
        return nextRevision(key, writes, current);
      },
      revisionMatches: (given, current, draft) => {
        const old = past.get(draft.key)?.has(given) === true && !spent.has(given);
        const passes = old || revisionMatches(given, current, draft);
        if (passes) spent.add(given);
        return passes;
      },
    };
  });
}

/** Only those of GetFunction, so that additions that race with a revision of GetPolicy still get one success. */
function againAndAgain(): Mutation {
  return change(({ revisionMatches, revisionShown }) => {
    const ofFunctions = new Set<string>();
    const spent = new Set<string>();
    return {
      revisionShown: (operation, current, key) => {
        const revision = revisionShown(operation, current, key);
        if (operation === "GetFunction") ofFunctions.add(revision);
        return revision;
      },
      revisionMatches: (given, current, draft) => {
        const passes = revisionMatches(given, current, draft) || (ofFunctions.has(given) && spent.has(given));
        if (passes) spent.add(given);
        return passes;
      },
    };
  });
}

/** Only those, so that additions that race with a revision of GetPolicy still get one success. */
function unrecognized(): Mutation {
  return change(({ revisionShown, furtherCheck }) => {
    const ofResources = new Set<string>();
    return {
      revisionShown: (operation, current, key) => {
        const revision = revisionShown(operation, current, key);
        if (operation !== "GetPolicy") ofResources.add(revision);
        return revision;
      },
      furtherCheck: (draft, policy) =>
        ofResources.has(draft.values.RevisionId ?? "")
          ? { kind: "revision", message: "RevisionId is not the latest one." }
          : furtherCheck(draft, policy),
    };
  });
}

function closed(): Mutation {
  return change(({ afterRefusal, furtherCheck }) => {
    const full = new Set<string>();
    return {
      afterRefusal: (refusal, draft) => {
        if (refusal.kind === "size") full.add(draft.key);
        return afterRefusal(refusal, draft);
      },
      furtherCheck: (draft, policy) => {
        if (policy.statements.length === 0) full.delete(draft.key);
        return full.has(draft.key)
          ? { kind: "size", message: "The policy is full." }
          : furtherCheck(draft, policy);
      },
    };
  });
}
