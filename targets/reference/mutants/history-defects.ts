import type { Mutation } from "../behaviour.ts";
import { policySize } from "../policies.ts";
import { dropPolicy, policyAt, revisionOf, type State, type Stored } from "../state.ts";
import { createdReply } from "../statement.ts";
import {
  afterRefusing,
  afterwards,
  change,
  functionOf,
  isAlias,
  isNamedAlike,
  isOfSameFunction,
  isVersion,
  type Mutant,
  searching,
  together,
  written,
} from "./mutant.ts";
import { pausing } from "./state-mutants.ts";

/** Defects that show only by what came before: a removal, an emptied policy, an earlier revision, another policy, a race. */
export const historyDefects: Readonly<Record<string, Mutant>> = {
  "revision of the ids": {
    breaks: "makes a policy's revision of its ids alone",
    mutate: revisionOfStatements(({ sid }) => sid),
    kills: ["revision.changes"],
  },
  "revision without the actions": {
    breaks: "makes the revision of a version's or alias's policy of everything but the actions",
    mutate: revisionOfStatements(({ json }) => json.replace(/"Action":"[^"]*"/, ""), isQualified),
    kills: ["revision.changes"],
  },
  "revisions counted anew": {
    breaks: "counts the revisions of an emptied version or alias anew",
    mutate: afterwards("RemovePermission", ({ state, key }) => {
      if (!isQualified(key) || policyAt(state, key).statements.length > 0) return;
      state.policies.delete(key);
      state.writes.delete(key);
    }),
    kills: ["revision.changes"],
  },
  "ids freed by another policy": {
    breaks: "frees an id on a function when it is removed from one of its versions or aliases",
    mutate: freeing((key) => isQualified(key), functionOf),
    kills: ["StatementId.duplicate-content"],
  },
  "ids of an alias freed by the function": {
    breaks: "frees an id on an alias when it is removed from the function",
    mutate: freeing(
      (key) => !isQualified(key),
      (key) => `${functionOf(key)}:live`,
    ),
    kills: ["StatementId.duplicate-content"],
  },
  "ids of a version freed by the function": {
    breaks: "frees an id on a version when it is removed from the function",
    mutate: freeing(
      (key) => !isQualified(key),
      (key) => `${functionOf(key)}:1`,
    ),
    kills: ["StatementId.duplicate-content"],
  },
  "ids of an alias freed by a version": {
    breaks: "frees an id on an alias when it is removed from a version",
    mutate: freeing(isVersion, (key) => `${functionOf(key)}:live`),
    kills: ["StatementId.duplicate-content"],
  },
  "ids of a version freed by an alias": {
    breaks: "frees an id on a version when it is removed from an alias",
    mutate: freeing(isAlias, (key) => `${functionOf(key)}:1`),
    kills: ["StatementId.duplicate-content"],
  },
  "latest id on a version": {
    breaks: "compares an id on a version with the latest one alone",
    mutate: searching((statements, { key }) => (isVersion(key) ? statements.slice(-1) : statements)),
    kills: ["StatementId.duplicate"],
  },
  "all of an alias with the first": {
    breaks: "removes every statement of an alias with its first one",
    mutate: change(({ remove }) => ({
      remove: (statements, sid, key) =>
        isAlias(key) && statements[0]?.sid === sid ? [] : remove(statements, sid, key),
    })),
    kills: ["remove.one-statement"],
  },
  "revision of the length": {
    breaks: "makes the revision of an alias of the length of its policy",
    mutate: change(({ append, remove, nextRevision }) => {
      let length = 0;
      const measured = (statements: readonly Stored[]) => {
        length = policySize(statements);
        return statements;
      };
      return {
        append: (statements, added) => measured(append(statements, added)),
        remove: (statements, sid, key) => measured(remove(statements, sid, key)),
        nextRevision: (key, writes, current) =>
          isAlias(key) ? String(length) : nextRevision(key, writes, current),
      };
    }),
    kills: ["revision.changes"],
  },
  "revision kept for accounts": {
    breaks: "does not move the revision on where it adds a statement for an account",
    mutate: change(({ append, nextRevision }) => {
      let isForAccount = false;
      return {
        append: (statements, added) => {
          isForAccount = /:root"/.test(added.json);
          return append(statements, added);
        },
        nextRevision: (key, writes, current) => {
          if (!isForAccount) return nextRevision(key, writes, current);
          isForAccount = false;
          return current;
        },
      };
    }),
    kills: ["revision.changes"],
  },
  "policies of versions gone with an update": {
    breaks: "deletes the policies of a function's versions where its configuration is updated",
    mutate: afterwards("UpdateFunctionConfiguration", ({ state, key }) => {
      for (const other of state.policies.keys())
        if (isVersion(other) && isOfSameFunction(other, key)) dropPolicy(state, other);
    }),
    kills: ["function.leaves-policies"],
  },
  "revision moved by a long value": {
    breaks: "moves the revision on where it refuses a value for its length",
    mutate: afterRefusing("maxLength", written),
    kills: ["refusal.keeps-revision"],
  },
  "emptied policy brought back": {
    breaks: "brings the last statement of an emptied policy back with the next one",
    mutate: bringingBack(() => true),
    kills: ["remove.is-gone"],
  },
  "emptied alias brought back": {
    breaks: "brings the last statement of an emptied alias back with the next one",
    mutate: bringingBack(isAlias),
    kills: ["remove.is-gone"],
  },
  "emptied function brought back": {
    breaks: "brings the last statement of a function's emptied policy back with the next one",
    mutate: bringingBack((key) => !isQualified(key)),
    kills: ["remove.is-gone"],
  },
  "revision after a removal": {
    breaks: "refuses every RevisionId between a removal and the next addition",
    mutate: change(({ sideEffect, added, revisionMatches }) => {
      const removedFrom = new Set<string>();
      return {
        sideEffect: (operation, on) => {
          sideEffect(operation, on);
          if (operation === "RemovePermission") removedFrom.add(on.key);
        },
        added: (draft) => {
          added(draft);
          removedFrom.delete(draft.key);
        },
        revisionMatches: (given, current, draft) =>
          !removedFrom.has(draft.key) && revisionMatches(given, current, draft),
      };
    }),
    kills: ["RevisionId.current"],
  },
  "ids by the name of an alias": {
    breaks: "takes an id for taken that an alias of that name on a function of a like name has",
    mutate: change(({ taken }) => ({
      taken: (statements, sid, draft) =>
        [draft.key, ...namesakes(draft.state.policies, draft.key)].some((key) =>
          taken(key === draft.key ? statements : policyAt(draft.state, key).statements, sid, draft),
        ),
    })),
    kills: ["request.combination"],
  },
  "revisions by the name of an alias": {
    breaks: "moves the revision of an alias on with an addition to that of a function of a like name",
    mutate: change(({ added }) => ({
      added: (draft) => {
        added(draft);
        const { policies } = draft.state;
        for (const key of namesakes(policies, draft.key)) {
          const policy = policyAt(draft.state, key);
          policies.set(key, { ...policy, revision: revisionOf(policy.revision, 1) });
        }
      },
    })),
    kills: ["request.combination"],
  },
  "end of a policy": {
    breaks: "removes what follows a statement in the midst of a policy, too",
    mutate: cuttingOff(() => true),
    kills: ["remove.one-statement"],
  },
  "end of a version's policy": {
    breaks: "removes what follows a statement in the midst of a version's policy, too",
    mutate: cuttingOff((key) => isQualified(key) && !isAlias(key)),
    kills: ["remove.one-statement"],
  },
  "removal from the versions of an alias": {
    breaks: "removes an id from an alias and from the function's versions",
    mutate: afterwards("RemovePermission", ({ state, key, sid }) => {
      if (isAlias(key)) withoutId(state, sid, (other) => isVersion(other) && isOfSameFunction(other, key));
    }),
    kills: ["remove.one-policy"],
  },
  "ids moved from an alias to a version": {
    breaks: "removes a statement of an alias where a version gets one with its id",
    mutate: change(({ added }) => ({
      added: (draft) => {
        added(draft);
        const { state, key, values } = draft;
        if (isVersion(key))
          withoutId(state, values.StatementId, (other) => isAlias(other) && isOfSameFunction(other, key));
      },
    })),
    kills: ["policy.holds-what-was-added"],
  },
  "SourceAccount of a refused request": {
    breaks: "keeps the SourceAccount of a request whose id is taken, for later requests without one",
    mutate: change(({ afterRefusal, pick }) => {
      let kept: unknown;
      return {
        afterRefusal: (refusal, draft) => {
          if (refusal.kind === "duplicate") kept = draft.given.SourceAccount ?? kept;
          return afterRefusal(refusal, draft);
        },
        pick: (body, member) => pick(body, member) ?? (member === "SourceAccount" ? kept : undefined),
      };
    }),
    kills: ["statement.no-condition"],
  },
  "200 with a token and a RevisionId": {
    breaks: "answers 200 to an addition with EventSourceToken and RevisionId",
    mutate: change(({ added }) => {
      let status = 201;
      return {
        added: (draft) => {
          added(draft);
          const { EventSourceToken, RevisionId } = draft.values;
          status = EventSourceToken === undefined || RevisionId === undefined ? 201 : 200;
        },
        created: (json) => ({ ...createdReply(json), status }),
      };
    }),
    kills: ["success.is-201"],
  },
  "an id twice on an alias": {
    breaks: "checks the ids of an alias before it waits for the lock",
    mutate: checkingEarly("id", isAlias),
    kills: ["race.one-id-once"],
  },
  "a revision twice on a version": {
    breaks: "compares the revision of a version or alias before it waits for the lock",
    mutate: checkingEarly("revision", isQualified),
    kills: ["race.one-revision-once"],
  },
};

/** Removes the statements with an id from some policies. */
function withoutId({ policies }: State, id: string | undefined, where: (key: string) => boolean): void {
  for (const [key, policy] of policies)
    if (where(key))
      policies.set(key, { ...policy, statements: policy.statements.filter(({ sid }) => sid !== id) });
}

function isQualified(key: string): boolean {
  return key !== functionOf(key);
}

/** The policies of aliases of the same name on functions of like names. */
function namesakes(policies: ReadonlyMap<string, unknown>, key: string): readonly string[] {
  const end = key.slice(functionOf(key).length);
  return [...policies.keys()].filter(
    (other) => other !== key && isAlias(key) && other.endsWith(end) && isNamedAlike(other, key),
  );
}

/** Makes the revision of a part of each statement, in any order. */
function revisionOfStatements(
  part: (statement: Stored) => string,
  where: (key: string) => boolean = () => true,
): Mutation {
  return change(({ append, remove, nextRevision }) => {
    let text = "";
    const noted = (statements: readonly Stored[]) => {
      text = statements.map(part).sort().join("\n");
      return statements;
    };
    return {
      append: (statements, added) => noted(append(statements, added)),
      remove: (statements, sid, key) => noted(remove(statements, sid, key)),
      nextRevision: (key, writes, current) =>
        where(key) ? revisionOf(`${key}\n${text}`, 0) : nextRevision(key, writes, current),
    };
  });
}

/** A removal from one policy frees the id on another one of the function. */
function freeing(from: (key: string) => boolean, on: (key: string) => string): Mutation {
  return change(({ sideEffect, taken }) => {
    const freed = new Set<string>();
    return {
      sideEffect: (operation, of) => {
        sideEffect(operation, of);
        if (operation === "RemovePermission" && from(of.key)) freed.add(`${on(of.key)} ${of.sid}`);
      },
      taken: (statements, sid, draft) =>
        taken(statements, sid, draft) && !freed.delete(`${draft.key} ${sid}`),
    };
  });
}

function bringingBack(where: (key: string) => boolean): Mutation {
  return change(({ remove, added }) => {
    const last = new Map<string, readonly Stored[]>();
    return {
      remove: (statements, sid, key) => {
        const left = remove(statements, sid, key);
        if (left.length === 0 && where(key)) last.set(key, statements);
        return left;
      },
      added: (draft) => {
        added(draft);
        const { state, key } = draft;
        const { statements, revision } = policyAt(state, key);
        const old = last.get(key)?.filter(({ sid }) => sid !== draft.values.StatementId) ?? [];
        if (last.delete(key)) state.policies.set(key, { statements: [...old, ...statements], revision });
      },
    };
  });
}

function cuttingOff(where: (key: string) => boolean): Mutation {
  return change(({ remove }) => ({
    remove: (statements, sid, key) => {
      const at = statements.findIndex((one) => one.sid === sid);
      return at > 0 && where(key) ? statements.slice(0, at) : remove(statements, sid, key);
    },
  }));
}

/** Checks an id or a revision against the policy as it was before the wait for the lock. */
function checkingEarly(what: "id" | "revision", where: (key: string) => boolean): Mutation {
  return together(
    pausing({}),
    change(({ taken, revisionMatches }) => ({
      taken: (statements, sid, draft) =>
        taken(what === "id" && where(draft.key) ? draft.read.statements : statements, sid, draft),
      revisionMatches: (given, current, draft) =>
        revisionMatches(
          given,
          what === "revision" && where(draft.key) ? draft.read.revision : current,
          draft,
        ),
    })),
  );
}
