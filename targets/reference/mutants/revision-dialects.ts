import type { Mutation } from "../behaviour.ts";
import { policyDocument } from "../policies.ts";
import { policyAt, revisionOf, type Stored } from "../state.ts";
import { change, functionOf, replying } from "./mutant.ts";

/** Valid kinds of revisions: the document only says which reads return the latest one. */
export const revisionDialects: Readonly<Record<string, Mutation>> = {
  "a revision of GetPolicy's own": change(({ revisionShown }) => ({
    revisionShown: (operation, current, key) =>
      operation === "GetPolicy" ? revisionShown(operation, current, key) : derived(current),
  })),
  "only the revision of GetFunction and GetAlias counts": change(({ revisionShown }) => ({
    revisionShown: (operation, current, key) =>
      operation === "GetPolicy" ? derived(current) : revisionShown(operation, current, key),
  })),
  "revisions that count": change(() => ({ nextRevision: (_key, writes) => String(writes) })),
  "revisions that count from 0": change(() => {
    const counted = (revision: string) => (/^\d+$/.test(revision) ? revision : "0");
    return {
      nextRevision: (_key, writes) => String(writes),
      revisionShown: (_operation, current) => counted(current),
      revisionMatches: (given, current) => given === counted(current),
    };
  }),
  "one revision for a function and all that belongs to it": functionsOwn(),
  "a revision made of the statements": contentsOwn(),
  "no revision with the policy": replying((reply, operation) =>
    operation === "GetPolicy" && reply.status === 200
      ? { ...reply, body: String(reply.body).replace(/,"RevisionId":"[^"]*"\}$/, "}") }
      : reply,
  ),
};

function derived(revision: string): string {
  return revisionOf(revision, 0);
}

/** A revision that changes with every write to the function, its versions and its aliases. */
function functionsOwn(): Mutation {
  return change(({ added, remove, dropsPolicy, finish }) => {
    const writes = new Map<string, number>();
    const move = (key: string) => writes.set(functionOf(key), (writes.get(functionOf(key)) ?? 0) + 1);
    const revision = (key: string) => revisionOf(functionOf(key), writes.get(functionOf(key)) ?? 0);
    return {
      added: (draft) => {
        move(draft.key);
        added(draft);
      },
      remove: (statements, sid, key) => {
        move(key);
        return remove(statements, sid, key);
      },
      dropsPolicy: (key) => {
        move(key);
        return dropsPolicy(key);
      },
      finish: (reply, request, operation) => {
        const writes = ["CreateAlias", "UpdateAlias", "PublishVersion"];
        const made = reply.status < 300 && writes.includes(operation ?? "");
        const arn = made ? /"(?:AliasArn|FunctionArn)":"([^"]*)"/.exec(String(reply.body))?.[1] : undefined;
        if (arn !== undefined) move(arn);
        return finish(reply, request, operation);
      },
      revisionShown: (_operation, _current, key) => revision(key),
      revisionMatches: (given, _current, draft) => given === revision(draft.key),
    };
  });
}

/** The same statements always have the same revision. */
function contentsOwn(): Mutation {
  return change(({ added, remove, dropsPolicy }) => {
    const held = new Map<string, readonly Stored[]>();
    const revision = (key: string) => revisionOf(policyDocument(held.get(key) ?? []), 0);
    return {
      added: (draft) => {
        held.set(draft.key, policyAt(draft.state, draft.key).statements);
        added(draft);
      },
      remove: (statements, sid, key) => {
        const left = remove(statements, sid, key);
        held.set(key, left);
        return left;
      },
      dropsPolicy: (key) => {
        held.delete(key);
        return dropsPolicy(key);
      },
      revisionShown: (_operation, _current, key) => revision(key),
      revisionMatches: (given, _current, draft) => given === revision(draft.key),
    };
  });
}
