import { emptyReply, existing, isReply, jsonReply } from "./address.ts";
import type { World } from "./draft.ts";
import { refused } from "./errors.ts";
import { type HttpReply, percentDecoded, queryValues, type Route } from "./http.ts";
import { policyAt, type Stored, writePolicy } from "./state.ts";

const statementId = /^[a-zA-Z0-9_.-]{1,100}$/;

/** Answers GetPolicy; a policy without statements is none. */
export function getPolicy(world: World, route: Route): HttpReply {
  const address = existing(world, route);
  if (isReply(address)) return address;
  const { behaviour, state } = world;
  const key = behaviour.policyKey(address.arn, address.qualifier);
  const policy = policyAt(state, key);
  const shown = behaviour.shown(policy.statements, key);
  if (shown.length === 0 && !behaviour.showsEmpty) return refused("no-policy", "The resource has no policy.");
  return jsonReply(200, {
    Policy: behaviour.document(shown),
    RevisionId: behaviour.revisionShown("GetPolicy", policy.revision, key),
  });
}

/** Answers RemovePermission. */
export function removePermission(world: World, route: Route): HttpReply | Promise<HttpReply> {
  const address = existing(world, route);
  if (isReply(address)) return address;
  const sid = percentDecoded(route.item);
  if (sid === null || !statementId.test(sid)) return refused("pattern", "The StatementId is malformed.");
  const { behaviour, state } = world;
  const key = behaviour.policyKey(address.arn, address.qualifier);
  const read = policyAt(state, key);
  const given = revisionIn(route);
  if (given !== undefined && given !== read.revision) {
    return refused("revision", "RevisionId is not the latest one.");
  }
  if (!holds(read.statements, sid)) return refused("no-statement", `There is no statement ${sid}.`);
  const remove = () => {
    const current = policyAt(state, key);
    if (given !== undefined && given !== current.revision && behaviour.rechecks("revision")) {
      return refused("revision", "RevisionId is not the latest one.");
    }
    const base = behaviour.base(read, current).statements;
    if (!holds(base, sid)) return refused("no-statement", `There is no statement ${sid}.`);
    writePolicy(state, key, behaviour.remove(base, sid, key), behaviour.nextRevision);
    return emptyReply(204);
  };
  return behaviour.pause("RemovePermission")?.then(remove) ?? remove();
}

function holds(statements: readonly Stored[], sid: string): boolean {
  return statements.some((statement) => statement.sid === sid);
}

function revisionIn(route: Route): string | undefined {
  const [raw] = queryValues(route.query, "RevisionId");
  return raw === undefined ? undefined : (percentDecoded(raw) ?? raw);
}
