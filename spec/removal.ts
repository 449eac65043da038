import { type Addressee, addressee } from "./addressee.ts";
import { policyKey } from "./belief.ts";
import type { Call } from "./exchange.ts";
import { route } from "./wire.ts";

/** The policy and the id that a RemovePermission call is for; null for any other call. */
export function removal(call: Call): { readonly key: string; readonly sid: string } | null {
  if (call.operation !== "RemovePermission") return null;
  const at = route(call.target);
  if (at.kind !== "policy" || at.statementId === null) return null;
  const of = addressee(at);
  return of === null ? null : { key: policyKey(of.name, of.qualifier), sid: at.statementId };
}

/** Whose policy a GetPolicy call is for; null when it cannot be told. */
export function readOf(call: Call): Addressee | null {
  const at = route(call.target);
  return at.kind === "policy" ? addressee(at) : null;
}

/**
 * True for an id that a path can name without being taken for something else: a server that decodes, cleans or cuts off
 * paths may read `..` or a slash in a removal as the removal of a function.
 */
export function isRemovable(sid: string): boolean {
  return !/[/\\%?#\0]|\p{Cs}|^[.\s]*$/u.test(sid);
}
