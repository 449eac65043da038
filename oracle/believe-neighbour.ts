import { addressee } from "../spec/addressee.ts";
import { jsonObject, revisionIn } from "../spec/answer.ts";
import { type Belief, type FunctionBelief, type PolicyBelief, policyKey } from "../spec/belief.ts";
import type { Neighbour } from "../spec/observation.ts";
import { removal } from "../spec/removal.ts";
import { percentDecoded, route } from "../spec/wire.ts";
import {
  forget,
  inEveryWorld,
  latest,
  mapPolicies,
  maybe,
  newPolicy,
  unsettle,
  usedUp,
  without,
  withPolicy,
  withShown,
} from "./worlds.ts";

/** What is believed after a call that arranges or observes. Only acknowledged effects count. */
export function believeNeighbour(before: Belief, observation: Neighbour): Belief {
  const { call, answer } = observation;
  const done = answer.kind === "response" && answer.status >= 200 && answer.status < 300;
  const open = answer.kind === "none" || answer.status === 429 || answer.status >= 500;
  if (call.operation === "RemovePermission") return believeRemoval(before, observation, done, open);
  if (!done) return open && writes.has(call.operation) ? blur(before, observation) : before;
  switch (call.operation) {
    case "GetFunction":
    case "GetAlias":
      return believeRevision(before, observation);
    case "PublishVersion":
      return believeVersion(before, observation);
    case "CreateAlias":
      return believeAlias(before, observation);
    case "DeleteAlias":
      return believeNoAlias(before, observation);
    case "CreateFunction":
      return believeFunction(before, observation);
    case "DeleteFunction":
      return believeDeletion(before, observation);
    default:
      return before;
  }
}

const writes: ReadonlySet<string> = new Set([
  "PublishVersion",
  "CreateAlias",
  "DeleteAlias",
  "CreateFunction",
  "DeleteFunction",
]);

function believeRemoval(belief: Belief, observation: Neighbour, done: boolean, open: boolean): Belief {
  const target = removal(observation.call);
  const policy = target === null ? undefined : belief.policies[target.key];
  if (target === null || policy === undefined) return belief;
  const before = done || open ? unsettleNeighbours(belief, target) : belief;
  if (open) return withPolicy(before, target.key, maybe(policy, without(target.sid)));
  if (!done) return before;
  const held = policy.worlds.every((world) => world.statements?.some(({ sid }) => sid === target.sid));
  if (!held) return withPolicy(before, target.key, forget(policy));
  return withPolicy(before, target.key, {
    ...inEveryWorld(policy, without(target.sid)),
    ...usedUp(policy),
    since: {
      ...policy.since,
      added: policy.since.added.filter((sid) => sid !== target.sid),
      removed: latest([...policy.since.removed, target.sid]),
    },
    freed: latest([...policy.freed, target.sid]),
    spurned: [],
    overfull: policy.overfull === "full" ? "room-again" : policy.overfull,
  });
}

/**
 * A removal may have reached another policy of the function too: that is no fault of AddPermission, whose statement may
 * be gone from there or not.
 */
function unsettleNeighbours(belief: Belief, { key, sid }: NonNullable<ReturnType<typeof removal>>): Belief {
  const name = nameIn(key);
  return mapPolicies(unsettle(belief, name, key), (policy, other) =>
    other !== key && nameIn(other) === name && mayHold(policy, sid) ? maybe(policy, without(sid)) : policy,
  );
}

function nameIn(key: string): string {
  return key.split(":")[0] ?? "";
}

function mayHold({ worlds }: PolicyBelief, wanted: string): boolean {
  return worlds.some(({ statements }) => statements?.some(({ sid }) => sid === wanted));
}

function functionOf({ call }: Neighbour): string {
  const at = route(call.target);
  const named = at.kind === "neighbour" ? addressee(at) : null;
  if (named !== null) return named.name;
  const inBody = jsonObject(call.body ?? "")?.FunctionName;
  return typeof inBody === "string" ? inBody : "";
}

function believeRevision(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const of = at.kind === "neighbour" ? addressee(at) : null;
  if (at.kind !== "neighbour" || of === null) return before;
  const alias = percentDecoded(at.rest[1] ?? "");
  const key = policyKey(of.name, observation.call.operation === "GetAlias" ? alias : of.qualifier);
  const policy = before.policies[key];
  if (policy === undefined) return before;
  const resourceRevision = revisionIn(observation.answer) ?? "";
  const [world, ...others] = policy.worlds;
  const statements = others.length === 0 ? (world?.statements ?? null) : null;
  return withPolicy(before, key, {
    ...inEveryWorld(policy, (one) => ({ ...one, resourceRevision })),
    shown: withShown(policy, resourceRevision, statements),
  });
}

function believeVersion(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const version = jsonObject(textOf(observation))?.Version;
  const known = before.functions[name];
  if (known === undefined || typeof version !== "string") return before;
  const unread = unsettle(before, name);
  if (known.versions.includes(version)) return unread;
  const versions = [...known.versions, version];
  const grown = withFunction(unread, name, { ...known, versions });
  return withPolicy(grown, policyKey(name, version), newPolicy(before, "published"));
}

function believeAlias(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const alias = jsonObject(observation.call.body ?? "")?.Name;
  const known = before.functions[name];
  if (known === undefined || typeof alias !== "string") return before;
  const grown = withFunction(unsettle(before, name), name, {
    ...known,
    aliases: [...known.aliases, alias],
  });
  return withPolicy(grown, policyKey(name, alias), newPolicy(before, null));
}

function believeNoAlias(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const name = functionOf(observation);
  const alias = at.kind === "neighbour" ? percentDecoded(at.rest[1] ?? "") : null;
  const known = before.functions[name];
  if (known === undefined || alias === null) return before;
  const { [policyKey(name, alias)]: _gone, ...policies } = unsettle(before, name).policies;
  return {
    ...withFunction(before, name, { ...known, aliases: known.aliases.filter((one) => one !== alias) }),
    policies,
  };
}

function believeFunction(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const again = before.functions[name]?.deleted === true;
  const grown = withFunction(before, name, {
    exists: true,
    versions: [],
    versionsKnown: true,
    aliases: [],
    deleted: false,
  });
  return withPolicy(grown, name, newPolicy(before, again ? "re-created" : null));
}

/** The whole function, or one version of it. */
function believeDeletion(before: Belief, observation: Neighbour): Belief {
  const at = route(observation.call.target);
  const of = at.kind === "neighbour" ? addressee(at) : null;
  if (of === null) return before;
  const { name, qualifier } = of;
  if (qualifier === null) return believeNoFunction(before, name);
  const known = before.functions[name];
  if (known === undefined) return before;
  const { [policyKey(name, qualifier)]: _gone, ...policies } = unsettle(before, name).policies;
  const versions = known.versions.filter((one) => one !== qualifier);
  return { ...withFunction(before, name, { ...known, versions }), policies };
}

function believeNoFunction(before: Belief, name: string): Belief {
  const known = before.functions[name];
  if (known === undefined) return before;
  const policies = Object.entries(before.policies).filter(([key]) => key.split(":")[0] !== name);
  const gone = { exists: false, versions: [], versionsKnown: true, aliases: [], deleted: true };
  return { ...withFunction(before, name, gone), policies: Object.fromEntries(policies) };
}

/** A write without an answer: whether the function exists, and with what, is open until the stage is arranged anew. */
function blur(before: Belief, observation: Neighbour): Belief {
  const name = functionOf(observation);
  const known = before.functions[name];
  if (known === undefined) return before;
  const open = withFunction(before, name, { ...known, exists: null, versionsKnown: false });
  const own = Object.entries(open.policies).filter(([key]) => key.split(":")[0] === name);
  return own.reduce((belief, [key, policy]) => withPolicy(belief, key, forget(policy)), open);
}

function withFunction(belief: Belief, name: string, known: FunctionBelief): Belief {
  return { ...belief, functions: { ...belief.functions, [name]: known } };
}

function textOf({ answer }: Neighbour): string {
  return answer.kind === "response" ? answer.body : "";
}
