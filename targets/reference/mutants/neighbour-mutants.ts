import type { Mutation } from "../behaviour.ts";
import { dropPolicy, type Policy, policyAt, writePolicy } from "../state.ts";
import {
  afterwards,
  change,
  functionOf,
  isAlias,
  isNamedAlike,
  isOfSameFunction,
  type Mutant,
  mutantsOf,
  together,
} from "./mutant.ts";
import { pause } from "./state-mutants.ts";

/** Mutants whose other operations change policies that they are not about. */
export const neighbourMutants = mutantsOf({
  "remove.is-gone": {
    breaks: "acknowledges a removal and keeps the statement",
    mutate: change(() => ({ remove: (statements) => statements })),
  },
  "remove.one-statement": {
    breaks: "removes every statement whose id begins with the one given",
    mutate: change(() => ({
      remove: (statements, sid) => statements.filter((one) => !one.sid.startsWith(sid)),
    })),
  },
  "remove.one-policy": {
    breaks: "removes an id from the policies of all qualifiers",
    mutate: removingElsewhere(() => true),
  },
  "remove.changes-revision": {
    breaks: "leaves the revision as it was when it removes a statement",
    mutate: change(({ remove, nextRevision }) => {
      let removes = false;
      return {
        remove: (statements, sid, key) => {
          removes = true;
          return remove(statements, sid, key);
        },
        nextRevision: (key, writes, current) => {
          const stays = removes;
          removes = false;
          return stays ? current : nextRevision(key, writes, current);
        },
      };
    }),
  },
  "remove.keeps-concurrent-additions": {
    breaks: "writes all other policies of the function back as they were when the removal began",
    mutate: change(() => {
      let before: readonly (readonly [string, Policy])[] = [];
      return {
        pause: (operation, state) => {
          if (operation !== "RemovePermission") return null;
          const read = [...state.policies];
          const end = (resolve: () => void) => {
            before = read;
            resolve();
          };
          return new Promise((resolve) => setTimeout(end, pause, resolve));
        },
        sideEffect: (operation, { state, key }) => {
          if (operation !== "RemovePermission") return;
          for (const [other, policy] of before)
            if (other !== key && isOfSameFunction(other, key)) state.policies.set(other, policy);
        },
      };
    }),
  },
  "alias.starts-empty": {
    breaks: "gives a new alias the policy of its version",
    mutate: copyingFromVersion("CreateAlias"),
  },
  "alias.leaves-policies": {
    breaks: "deletes the policy of an alias when it updates the alias",
    mutate: afterwards("UpdateAlias", ({ state, key }) => dropPolicy(state, key)),
  },
  "version.leaves-policies": {
    breaks: "deletes the policy of the function when it publishes a version",
    mutate: afterwards("PublishVersion", ({ state, key }) => dropPolicy(state, functionOf(key))),
  },
  "function.leaves-policies": {
    breaks: "deletes the policies of functions of a like name with a function",
    mutate: afterwards("DeleteFunction", ({ state, key }) => {
      const alike = [...state.policies.keys()].filter((other) => isNamedAlike(other, key));
      if (key === functionOf(key)) for (const other of alike) dropPolicy(state, other);
    }),
  },
  "function.takes-policies-along": {
    breaks: "keeps the policies of versions and aliases of a deleted function",
    mutate: together(
      change(() => ({ dropsPolicy: (key) => key === functionOf(key) })),
      afterwards("DeleteAlias", ({ state, key }) => dropPolicy(state, key)),
    ),
  },
  "read.changes-nothing": {
    breaks: "loses the conditions of a policy that is read",
    mutate: afterwards("GetPolicy", ({ state, key }) => {
      const { statements, revision } = policyAt(state, key);
      const bare = statements.map(({ sid, json }) => ({
        sid,
        json: json.replace(/,"Condition":.*$/, "}"),
      }));
      if (bare.length > 0) state.policies.set(key, { statements: bare, revision });
    }),
  },
  "read.keeps-revision": {
    breaks: "moves the revision on at each read",
    mutate: afterwards("GetPolicy", ({ state, key }, { nextRevision }) => {
      const { statements } = policyAt(state, key);
      if (statements.length > 0) writePolicy(state, key, statements, nextRevision);
    }),
  },
});

/** Well-known defects of other operations. */
export const neighbourDefects: Readonly<Record<string, Mutant>> = {
  "removal without a qualifier": {
    breaks: "removes from the function's policy, whatever the qualifier",
    mutate: together(
      change(({ remove }) => ({
        remove: (statements, sid, key) =>
          key === functionOf(key) ? remove(statements, sid, key) : statements,
      })),
      removingElsewhere((other) => other === functionOf(other)),
    ),
    kills: ["remove.is-gone", "remove.one-policy"],
  },
  "removal on the function": {
    breaks: "removes an id from the aliases of a function when it removes it from the function",
    mutate: removingElsewhere((_other, key) => key === functionOf(key)),
    kills: ["remove.one-policy"],
  },
  "removal of everything": {
    breaks: "deletes the policy when it removes a statement",
    mutate: change(() => ({ remove: () => [] })),
    kills: ["remove.one-statement"],
  },
  "removal without a lock": {
    breaks: "writes over what was added to a policy while a removal ran",
    mutate: change(() => ({
      pause: (operation) =>
        operation === "RemovePermission" ? new Promise((resolve) => setTimeout(resolve, pause)) : null,
      base: (read) => read,
    })),
    kills: ["remove.keeps-concurrent-additions"],
  },
  "policy of a deleted alias": {
    breaks: "keeps the policy of a deleted alias",
    mutate: together(
      change(() => ({ dropsPolicy: (key) => !isAlias(key) })),
      afterwards("DeleteFunction", ({ state, key }) => {
        const own = [...state.policies.keys()].filter((other) => isOfSameFunction(other, key));
        if (key === functionOf(key)) for (const other of own) dropPolicy(state, other);
      }),
    ),
    kills: ["alias.starts-empty"],
  },
  "policy taken over from the version": {
    breaks: "gives an alias the policy of the version that it is pointed at",
    mutate: copyingFromVersion("UpdateAlias"),
    kills: ["alias.leaves-policies"],
  },
  "function deleted with a version": {
    breaks: "deletes the function where one version of it is to be deleted",
    mutate: afterwards("DeleteFunction", ({ state, key }) => {
      if (key === functionOf(key)) return;
      for (const other of [...state.policies.keys()])
        if (isOfSameFunction(other, key)) dropPolicy(state, other);
      state.functions.delete(functionOf(key));
    }),
    kills: ["version.leaves-policies"],
  },
  "policy gone with an update": {
    breaks: "writes a function anew where its configuration is updated, without its policy",
    mutate: afterwards("UpdateFunctionConfiguration", ({ state, key }) => dropPolicy(state, key)),
    kills: ["function.leaves-policies"],
  },
  "function's policy deleted with an alias": {
    breaks: "deletes the policy of the function with an alias",
    mutate: afterwards("DeleteAlias", ({ state, key }) => dropPolicy(state, functionOf(key))),
    kills: ["alias.leaves-policies"],
  },
};

/** Removes an id from some other policies of the function, too. */
function removingElsewhere(from: (other: string, key: string) => boolean): Mutation {
  return afterwards("RemovePermission", ({ state, key, sid }) => {
    for (const [other, { statements, revision }] of state.policies) {
      if (other === key || !isOfSameFunction(other, key) || !from(other, key)) continue;
      const left = statements.filter((one) => one.sid !== sid);
      if (left.length < statements.length) state.policies.set(other, { statements: left, revision });
    }
  });
}

function copyingFromVersion(operation: "CreateAlias" | "UpdateAlias"): Mutation {
  return afterwards(operation, ({ state, key, version }) => {
    const copied = state.policies.get(`${functionOf(key)}:${version}`);
    if (copied !== undefined && copied.statements.length > 0) state.policies.set(key, copied);
  });
}
