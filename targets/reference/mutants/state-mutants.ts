import type { Behaviour, Mutation } from "../behaviour.ts";
import type { Policy } from "../state.ts";
import { change, isNamedAlike, isOfSameFunction, mutantsOf, naming } from "./mutant.ts";

/** Mutants that misjudge an id, a revision or the space in a policy. */
export const stateMutants = mutantsOf({
  "StatementId.duplicate": {
    breaks: "takes a statement for new that has a taken id and other content",
    mutate: change(() => ({
      taken: (statements, sid, draft) =>
        statements.some((one) => one.sid === sid && one.json === draft.json()),
    })),
  },
  "StatementId.duplicate-content": {
    breaks: "answers 201 to a statement that is there already",
    mutate: change(({ taken, append }) => ({
      taken: (statements, sid, draft) =>
        taken(statements, sid, draft) && !statements.some(({ json }) => json === draft.json()),
      append: (statements, added) =>
        statements.some(({ json }) => json === added.json) ? statements : append(statements, added),
    })),
  },
  "StatementId.shares-prefix": {
    breaks: "compares ids by their first 32 characters",
    mutate: comparing((sid) => sid.slice(0, 32)),
  },
  "StatementId.letter-case": {
    breaks: "compares ids without regard to letter case",
    mutate: comparing((sid) => sid.toLowerCase()),
  },
  "StatementId.freed": {
    breaks: "marks a statement as removed and keeps its id",
    mutate: change(({ shown }) => ({
      remove: (statements, sid) => statements.map((one) => (one.sid === sid ? { ...one, json: "" } : one)),
      shown: (statements) => shown(statements.filter(({ json }) => json !== "")),
    })),
  },
  "StatementId.on-other-function": {
    breaks: "takes an id for taken that a function of a like name has",
    mutate: takenElsewhere(isNamedAlike),
  },
  "StatementId.on-other-qualifier": {
    breaks: "takes an id for taken that any qualifier of the function has",
    mutate: takenElsewhere(isOfSameFunction),
  },
  "RevisionId.never-seen": {
    breaks: "ignores a RevisionId that is no UUID",
    mutate: change(({ revisionMatches }) => ({
      revisionMatches: (given, current, draft) =>
        revisionMatches(given, current, draft) || !/^[0-9a-f-]{36}$/.test(given),
    })),
  },
  "RevisionId.stale": {
    breaks: "takes every RevisionId that the policy ever had",
    mutate: acceptingSuperseded((past, given) => past.includes(given)),
  },
  "RevisionId.used": {
    breaks: "takes the RevisionId before the current one, too",
    mutate: acceptingSuperseded((past, given) => past.at(-1) === given),
  },
  "RevisionId.foreign": {
    breaks: "takes the RevisionId of any policy",
    mutate: change(() => ({
      revisionMatches: (given, _current, { state }) =>
        [...state.policies.values()].some(({ revision }) => revision === given),
    })),
  },
  "RevisionId.current": {
    breaks: "refuses every RevisionId",
    mutate: change(() => ({ revisionMatches: () => false })),
  },
  "policy.room-again": {
    breaks: "keeps a full policy closed until it is empty",
    mutate: change(() => {
      const full = new Set<string>();
      return {
        afterRefusal: ({ kind }, { key }) => {
          if (kind === "size") full.add(key);
          return null;
        },
        furtherCheck: ({ key }, { statements }) => {
          if (statements.length === 0) full.delete(key);
          return full.has(key) ? { kind: "size", message: "The policy is full." } : null;
        },
      };
    }),
  },
  "policy.too-large": {
    breaks: "calls a policy that is too large an InvalidParameterValueException",
    mutate: naming(({ kind }) => kind === "size", 400, "InvalidParameterValueException"),
  },
});

/** Mutants that only concurrent calls can show. */
export const raceMutants = mutantsOf({
  "race.acknowledged-are-kept": {
    breaks: "writes over what was added since it read the policy",
    mutate: pausing({ base: (read) => read }),
  },
  "race.one-id-once": {
    breaks: "checks ids before it waits for the lock",
    mutate: pausing({ rechecks: (check) => check !== "duplicate" }),
  },
  "race.one-revision-once": {
    breaks: "compares the revision before it waits for the lock",
    mutate: pausing({ rechecks: (check) => check !== "revision" }),
  },
  "race.linearizable": {
    breaks: "brings back what was removed since it read the policy",
    mutate: pausing({ base: withRemoved }),
  },
});

/** Compares ids by a value derived from them. */
function comparing(part: (sid: string) => string): Mutation {
  return change(() => ({
    taken: (statements, sid) => statements.some((one) => part(one.sid) === part(sid)),
  }));
}

function takenElsewhere(isNear: (own: string, other: string) => boolean): Mutation {
  const has = ({ statements }: Policy, sid: string) => statements.some((one) => one.sid === sid);
  return change(() => ({
    taken: (_statements, sid, { state, key }) =>
      [...state.policies].some(([other, policy]) => isNear(key, other) && has(policy, sid)),
  }));
}

/** Stores the superseded revisions of a policy and accepts some of them. */
function acceptingSuperseded(takes: (past: readonly string[], given: string) => boolean): Mutation {
  return change(({ nextRevision }) => {
    const past = new Map<string, readonly string[]>();
    return {
      nextRevision: (key, writes, current) => {
        past.set(key, [...(past.get(key) ?? []), current]);
        return nextRevision(key, writes, current);
      },
      revisionMatches: (given, current, { key }) => given === current || takes(past.get(key) ?? [], given),
    };
  });
}

/** The pause between checking and writing, in milliseconds; long enough for concurrent calls to overlap. */
export const pause = 4;

/** Waits between checking and writing. */
export function pausing(parts: Partial<Behaviour>): Mutation {
  return change(() => ({
    pause: (operation) =>
      operation === "AddPermission" ? new Promise((resolve) => setTimeout(resolve, pause)) : null,
    ...parts,
  }));
}

function withRemoved(read: Policy, current: Policy): Policy {
  const removed = read.statements.filter(({ sid }) => current.statements.every((one) => one.sid !== sid));
  return { ...current, statements: [...removed, ...current.statements] };
}
