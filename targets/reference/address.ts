import type { World } from "./draft.ts";
import { refused } from "./errors.ts";
import { type HttpReply, percentDecoded, queryValues, type Route } from "./http.ts";
import { functionArn, isHere, qualified, spelled } from "./resolve.ts";
import { lookUp } from "./state.ts";
import { faultsOf } from "./validate.ts";

/** The function, version or alias that a neighbour of AddPermission is about. */
export interface Address {
  readonly name: string;
  /** Unqualified ARN. */
  readonly arn: string;
  readonly qualifier: string | undefined;
}

/** Reads name and qualifier; mutants do not reach here, so that what observes them stays sound. */
export function addressOf(world: World, route: Route): Address | HttpReply {
  const label = percentDecoded(route.label);
  const [raw, ...more] = queryValues(route.query, "Qualifier");
  const given = raw === undefined ? undefined : percentDecoded(raw);
  if (label === null || given === null || more.length > 0) {
    return refused("encoding", "The path and the query must be percent-encoded, each parameter given once.");
  }
  if (faultsOf("FunctionName", label).length > 0) {
    return refused("pattern", "The value of FunctionName is malformed.");
  }
  if (faultsOf("Qualifier", given).length > 0) {
    return refused("pattern", "The value of Qualifier is malformed.");
  }
  const name = spelled(label);
  if (name.qualifier !== undefined && given !== undefined && name.qualifier !== given) {
    return refused("mismatch", "FunctionName and Qualifier disagree.");
  }
  if (!isHere(name, world.home)) return refused("elsewhere", "That function is not in this region.");
  const arn = functionArn(world.home, name.name);
  return { name: name.name, arn, qualifier: given ?? name.qualifier };
}

/** The address of something that exists, or the answer that says it does not. */
export function existing(world: World, route: Route): Address | HttpReply {
  const address = addressOf(world, route);
  if (isReply(address)) return address;
  const kind = lookUp(world.state, address.arn, address.qualifier);
  if (kind === "present") return address;
  return refused(kind, `There is no ${qualified(address.arn, address.qualifier)}.`);
}

/** Says whether something has been answered already. */
export function isReply<T extends object>(value: T | HttpReply): value is HttpReply {
  return "status" in value;
}

/** An answer with a JSON body. */
export function jsonReply(status: number, value: unknown): HttpReply {
  return { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(value) };
}

/** An answer without a body. */
export function emptyReply(status: number): HttpReply {
  return { status, headers: [], body: "" };
}
