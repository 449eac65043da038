import { policyKey } from "./belief.ts";
import type { Call } from "./exchange.ts";
import { route } from "./wire.ts";

/** The policy and the id that a RemovePermission call is for; null for any other call. */
export function removal(call: Call): { readonly key: string; readonly sid: string } | null {
  if (call.operation !== "RemovePermission") return null;
  const at = route(call.target);
  if (at.kind !== "policy" || at.functionName === null || at.statementId === null) return null;
  const qualifier = at.query.find(([name]) => name === "Qualifier")?.[1] ?? null;
  return { key: policyKey(at.functionName, qualifier), sid: at.statementId };
}

/** The policy that a GetPolicy call is for; null when it cannot be told. */
export function readKey(call: Call): string | null {
  const at = route(call.target);
  if (at.kind !== "policy" || at.functionName === null) return null;
  return policyKey(at.functionName, at.query.find(([name]) => name === "Qualifier")?.[1] ?? null);
}
