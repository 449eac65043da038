import type { World } from "./draft.ts";
import { refused } from "./errors.ts";
import { configuration, forget, optionalBody, recordOf } from "./functions.ts";
import { emptyReply, type HttpReply, isReply, jsonReply, percentDecoded, type Route } from "./http.ts";
import { qualified } from "./names.ts";
import { type Alias, type FunctionRecord, policyAt, writePolicy } from "./state.ts";

/** Answers PublishVersion: always a new version, and one without a policy. */
export function publishVersion(world: World, route: Route): HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const version = String(record.nextVersion);
  const versions = [...record.versions, version];
  const published = { ...record, versions, nextVersion: record.nextVersion + 1 };
  world.state.functions.set(record.arn, published);
  sharePolicy(world, record.arn, version);
  return jsonReply(201, configuration(world, published, version));
}

function sharePolicy({ behaviour, state }: World, arn: string, version: string): void {
  const shared = behaviour.published(policyAt(state, behaviour.policyKey(arn, undefined)).statements);
  if (shared.length > 0)
    writePolicy(state, behaviour.policyKey(arn, version), shared, behaviour.nextRevision);
}

/** Answers ListVersionsByFunction, all on one page. */
export function listVersions(world: World, route: Route): HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const versions = ["$LATEST", ...record.versions].map((version) => configuration(world, record, version));
  return jsonReply(200, { Versions: versions, NextMarker: null });
}

const aliasName = /^(?!\d+$)[a-zA-Z0-9_-]{1,128}$/;

/** Answers CreateAlias. */
export function createAlias(world: World, route: Route, body: Buffer): HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const { Name: name, FunctionVersion: version, Description: description } = optionalBody(body);
  if (typeof name !== "string" || !aliasName.test(name)) return refused("pattern", "Name is malformed.");
  if (typeof version !== "string") return refused("required", "FunctionVersion is missing.");
  if (version !== "$LATEST" && !record.versions.includes(version)) {
    return refused("no-version", `There is no ${qualified(record.arn, version)}.`);
  }
  if (record.aliases.has(name)) return refused("exists", `The alias ${name} exists already.`);
  const alias = { name, version, description: typeof description === "string" ? description : "" };
  keep(world, record, new Map([...record.aliases, [name, alias]]));
  return jsonReply(201, aliasView(world, record, alias));
}

/** Answers GetAlias. */
export function getAlias(world: World, route: Route): HttpReply {
  const found = aliasOf(world, route);
  return isReply(found) ? found : jsonReply(200, aliasView(world, found.record, found.alias));
}

/** Answers DeleteAlias; an alias that is gone already stays gone. */
export function deleteAlias(world: World, route: Route): HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const name = percentDecoded(route.item) ?? "";
  if (!record.aliases.has(name)) return emptyReply(204);
  keep(world, record, new Map([...record.aliases].filter(([other]) => other !== name)));
  forget(world, record.arn, name);
  return emptyReply(204);
}

/** Answers ListAliases, all on one page. */
export function listAliases(world: World, route: Route): HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const aliases = [...record.aliases.values()].map((alias) => aliasView(world, record, alias));
  return jsonReply(200, { Aliases: aliases, NextMarker: null });
}

function aliasOf(
  world: World,
  route: Route,
): { readonly record: FunctionRecord; readonly alias: Alias } | HttpReply {
  const record = recordOf(world, route);
  if (isReply(record)) return record;
  const alias = record.aliases.get(percentDecoded(route.item) ?? "");
  return alias === undefined
    ? refused("no-alias", `There is no ${qualified(record.arn, route.item)}.`)
    : { record, alias };
}

function keep(world: World, record: FunctionRecord, aliases: ReadonlyMap<string, Alias>): void {
  world.state.functions.set(record.arn, { ...record, aliases });
}

function aliasView({ behaviour, state }: World, record: FunctionRecord, alias: Alias): object {
  const key = behaviour.policyKey(record.arn, alias.name);
  return {
    AliasArn: qualified(record.arn, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: behaviour.revisionShown("GetAlias", policyAt(state, key).revision, key),
  };
}
