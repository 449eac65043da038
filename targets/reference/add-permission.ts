import { firstRefusal } from "./checks.ts";
import { type Draft, draftOf, type World } from "./draft.ts";
import type { Refusal } from "./errors.ts";
import type { HttpReply, HttpRequest, Route } from "./http.ts";
import { policyAt, writePolicy } from "./state.ts";

/** Answers AddPermission; at once, unless the behaviour pauses between checking and writing. */
export function addPermission(
  world: World,
  request: HttpRequest,
  route: Route,
): HttpReply | Promise<HttpReply> {
  const draft = draftOf(world, request, route);
  const refusal = firstRefusal(world.behaviour.checks, draft, draft.read);
  if (refusal !== null) return refuse(draft, refusal);
  const pause = world.behaviour.pause("AddPermission");
  return pause === null ? add(draft, draft.read.statements) : pause.then(() => addLate(draft));
}

/** Refuses a draft; faithful behaviour leaves every policy as it was. */
export function refuse(draft: Draft, refusal: Refusal): HttpReply {
  const { behaviour, state, key } = draft;
  const leak = behaviour.afterRefusal?.(refusal, draft) ?? null;
  if (leak !== null) writePolicy(state, key, leak, behaviour.nextRevision);
  return behaviour.refuse(behaviour.named(refusal, draft), refusal.message, refusal);
}

function addLate(draft: Draft): HttpReply {
  const { behaviour, state, key } = draft;
  const current = policyAt(state, key);
  const again = behaviour.checks.filter(isAboutState).filter(behaviour.rechecks);
  const refusal = firstRefusal(again, draft, current);
  if (refusal !== null) return refuse(draft, refusal);
  return add(draft, behaviour.base(draft.read, current).statements);
}

function isAboutState(check: string): boolean {
  return check === "lookup" || check === "revision" || check === "duplicate" || check === "size";
}

function add(draft: Draft, statements: Draft["read"]["statements"]): HttpReply {
  const { behaviour, state, key } = draft;
  const next = behaviour.movesRevision(draft) ? behaviour.nextRevision : sameRevision;
  writePolicy(state, key, behaviour.append(statements, draft.stored(), key), next);
  behaviour.added?.(draft);
  return behaviour.created(draft.json());
}

function sameRevision(_key: string, _writes: number, current: string): string {
  return current;
}
