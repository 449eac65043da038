import type { OperationContext } from "./draft.ts";
import { refused } from "./errors.ts";
import { existing } from "./functions.ts";
import {
  emptyReply,
  type HttpReply,
  isReply,
  jsonReply,
  percentDecoded,
  queryValues,
  type ReferenceRoute,
} from "./http.ts";
import { policyAt, type Stored, writePolicy } from "./state.ts";

/** What a policy holds, and what GetPolicy returns of it. */
export interface PolicyBehaviour {
  /** The largest policy, in bytes. */
  readonly sizeLimit: number;
  /** The statements after an addition. */
  readonly append: (statements: readonly Stored[], added: Stored) => readonly Stored[];
  /** The statements after a removal. */
  readonly remove: (statements: readonly Stored[], sid: string, key: string) => readonly Stored[];
  /** The statements that GetPolicy returns. */
  readonly shown: (statements: readonly Stored[]) => readonly Stored[];
  /** True if GetPolicy returns a policy without statements, instead of a 404. */
  readonly showsEmpty: boolean;
}

/** The largest policy document, in bytes of UTF-8. */
const sizeLimit = 20_480;

/** All statements in the order of their addition, up to the limit of the live service. */
export const faithfulPolicies: PolicyBehaviour = {
  sizeLimit,
  append: (statements, added) => [...statements, added],
  remove: without,
  shown: (statements) => statements,
  showsEmpty: false,
};

/** The policy document with these statements in order. */
export function policyDocument(statements: readonly Stored[]): string {
  const inner = statements.map((statement) => statement.json).join(",");
  return `{"Version":"2012-10-17","Id":"default","Statement":[${inner}]}`;
}

/** The size of a policy in bytes of UTF-8. */
export function policySize(statements: readonly Stored[]): number {
  return Buffer.byteLength(policyDocument(statements));
}

/** The statements without the one of this id. */
function without(statements: readonly Stored[], sid: string): readonly Stored[] {
  return statements.filter((statement) => statement.sid !== sid);
}

const statementId = /^[a-zA-Z0-9_.-]{1,100}$/;

/** Answers GetPolicy; a policy without statements does not exist. */
export function getPolicy(context: OperationContext, route: ReferenceRoute): HttpReply {
  const address = existing(context, route);
  if (isReply(address)) return address;
  const { behaviour, state } = context;
  const key = behaviour.policyKey(address.arn, address.qualifier);
  const policy = policyAt(state, key);
  const shown = behaviour.shown(policy.statements);
  if (shown.length === 0 && !behaviour.showsEmpty) return refused("no-policy", "The resource has no policy.");
  const reply = jsonReply(200, {
    Policy: policyDocument(shown),
    RevisionId: behaviour.revisionShown("GetPolicy", policy.revision, key),
  });
  behaviour.sideEffect("GetPolicy", { state, key });
  return reply;
}

/** Answers RemovePermission. */
export function removePermission(
  context: OperationContext,
  route: ReferenceRoute,
): HttpReply | Promise<HttpReply> {
  const address = existing(context, route);
  if (isReply(address)) return address;
  const sid = percentDecoded(route.item);
  if (sid === null || !statementId.test(sid)) return refused("pattern", "The StatementId is malformed.");
  const { behaviour, state } = context;
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
    behaviour.sideEffect("RemovePermission", { state, key, sid });
    return emptyReply(204);
  };
  return behaviour.pause("RemovePermission", state)?.then(remove) ?? remove();
}

function holds(statements: readonly Stored[], sid: string): boolean {
  return statements.some((statement) => statement.sid === sid);
}

function revisionIn(route: ReferenceRoute): string | undefined {
  const [raw] = queryValues(route.query, "RevisionId");
  return raw === undefined ? undefined : (percentDecoded(raw) ?? raw);
}
