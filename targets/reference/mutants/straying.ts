import type { Mutation } from "../behaviour.ts";
import type { Draft } from "../draft.ts";
import { type Stored, writePolicy } from "../state.ts";
import { change } from "./mutant.ts";
import { functionOf, stemOf } from "./places.ts";

/**
 * Writes a statement to a related policy too, if that is the next to be read. Whoever does not read it meets nothing
 * unusual, so that no other claim breaks; nor does a policy that is new, or an id that was refused or is elsewhere.
 */
export function straying(related: (from: string, to: string) => boolean): Mutation {
  return change(({ added, afterRefusal, shown, remove, dropsPolicy, finish }) => {
    const refused = new Set<string>();
    const latest = new Map<string, Draft>();
    const unread = new Set<string>();
    return {
      finish: (reply, request, operation) => {
        // The versions of a stage come with a description: only those of a history are new.
        const published = operation === "PublishVersion" && String(request.body) === "{}";
        const arn = published ? /"FunctionArn":"([^"]+)"/.exec(String(reply.body))?.[1] : undefined;
        if (arn !== undefined) unread.add(arn);
        return finish(reply, request, operation);
      },
      afterRefusal: (refusal, draft) => {
        refused.add(idOf(draft));
        return afterRefusal(refusal, draft);
      },
      added: (draft) => {
        latest.set(stemOf(draft.key), draft);
        added(draft);
      },
      shown: (statements, key) => {
        const from = latest.get(stemOf(key));
        latest.delete(stemOf(key));
        const isNew = unread.delete(key);
        if (from === undefined || isNew || !related(from.key, key)) return shown(statements, key);
        const strays = !refused.has(idOf(from)) && isOnlyThere(from);
        return shown(strays ? stray(from, key, statements) : statements, key);
      },
      remove: (statements, sid, key) => {
        latest.delete(stemOf(key));
        return remove(statements, sid, key);
      },
      dropsPolicy: (scope, key) => {
        latest.delete(stemOf(key));
        unread.add(key);
        return dropsPolicy(scope, key);
      },
    };
  });
}

function idOf({ key, values }: Draft): string {
  return `${stemOf(key)} ${values.StatementId}`;
}

function isOnlyThere({ key, state, values }: Draft): boolean {
  return [...state.policies].every(
    ([other, { statements }]) =>
      other === key ||
      stemOf(other) !== stemOf(key) ||
      statements.every(({ sid }) => sid !== values.StatementId),
  );
}

/** From now on it is there for every call; its coming leaves the revision as it was. */
function stray(from: Draft, key: string, statements: readonly Stored[]): readonly Stored[] {
  const both = [...statements, from.stored()];
  writePolicy(from.state, key, both, (_key, _writes, current) => current);
  return both;
}

/** Keeps the policy of a function that is deleted. Until the next read its statements take no ids. */
export function outliving(): Mutation {
  return change(({ added, taken, append, shown, dropsPolicy }) => {
    const written = new Map<string, Set<string>>();
    const isGhost = (key: string, sid: string) => written.get(key)?.has(sid) === false;
    return {
      added: (draft) => {
        written.get(draft.key)?.add(draft.values.StatementId ?? "");
        added(draft);
      },
      taken: (statements, sid, draft) =>
        taken(
          statements.filter((one) => !isGhost(draft.key, one.sid)),
          sid,
          draft,
        ),
      append: (statements, one, key) =>
        append(
          statements.filter(({ sid }) => sid !== one.sid || !isGhost(key, sid)),
          one,
          key,
        ),
      shown: (statements, key) => {
        written.delete(key);
        return shown(statements, key);
      },
      dropsPolicy: (scope, key) => {
        if (scope !== "function" || key !== functionOf(key)) return dropsPolicy(scope, key);
        written.set(key, new Set());
        return false;
      },
    };
  });
}
