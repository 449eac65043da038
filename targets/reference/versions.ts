import type { OperationContext } from "./draft.ts";
import { refused } from "./errors.ts";
import { configuration, deletePolicy, optionalBody, recordOf, sideEffect } from "./functions.ts";
import {
  emptyReply,
  type HttpReply,
  isReply,
  jsonReply,
  percentDecoded,
  type ReferenceRoute,
} from "./http.ts";
import { qualified } from "./names.ts";
import { type Alias, type FunctionRecord, policyAt, writePolicy } from "./state.ts";

/** Answers PublishVersion: always publishes a new version without a policy. */
export function publishVersion(context: OperationContext, route: ReferenceRoute): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const version = String(record.nextVersion);
  const versions = [...record.versions, version];
  const published = { ...record, versions, nextVersion: record.nextVersion + 1 };
  context.state.functions.set(record.arn, published);
  sharePolicy(context, record.arn, version);
  sideEffect(context, "PublishVersion", record.arn, version);
  return jsonReply(201, configuration(context, published, version));
}

function sharePolicy({ behaviour, state }: OperationContext, arn: string, version: string): void {
  const shared = behaviour.published(policyAt(state, behaviour.policyKey(arn, undefined)).statements);
  if (shared.length > 0)
    writePolicy(state, behaviour.policyKey(arn, version), shared, behaviour.nextRevision);
}

/** Answers ListVersionsByFunction, all on one page. */
export function listVersions(context: OperationContext, route: ReferenceRoute): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const versions = ["$LATEST", ...record.versions].map((version) => configuration(context, record, version));
  return jsonReply(200, { Versions: versions, NextMarker: null });
}

const aliasName = /^(?!\d+$)[a-zA-Z0-9_-]{1,128}$/;

/** Answers CreateAlias. */
export function createAlias(context: OperationContext, route: ReferenceRoute, body: Buffer): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const { Name: name, FunctionVersion: version, Description: description } = optionalBody(body);
  if (typeof name !== "string" || !aliasName.test(name)) return refused("pattern", "Name is malformed.");
  if (typeof version !== "string") return refused("required", "FunctionVersion is missing.");
  if (version !== "$LATEST" && !record.versions.includes(version)) {
    return refused("no-version", `There is no ${qualified(record.arn, version)}.`);
  }
  if (record.aliases.has(name)) return refused("exists", `The alias ${name} exists already.`);
  const alias = { name, version, description: typeof description === "string" ? description : "" };
  storeAliases(context, record, new Map([...record.aliases, [name, alias]]));
  sideEffect(context, "CreateAlias", record.arn, name, version);
  return jsonReply(201, aliasView(context, record, alias));
}

/** Answers UpdateAlias. */
export function updateAlias(context: OperationContext, route: ReferenceRoute, body: Buffer): HttpReply {
  const found = aliasOf(context, route);
  if (isReply(found)) return found;
  const { record, alias } = found;
  const { FunctionVersion: version = alias.version, Description: description = alias.description } =
    optionalBody(body);
  if (typeof version !== "string" || typeof description !== "string")
    return refused("type", "FunctionVersion and Description must be strings.");
  if (version !== "$LATEST" && !record.versions.includes(version)) {
    return refused("no-version", `There is no ${qualified(record.arn, version)}.`);
  }
  const updated = { ...alias, version, description };
  storeAliases(context, record, new Map([...record.aliases, [alias.name, updated]]));
  sideEffect(context, "UpdateAlias", record.arn, alias.name, version);
  return jsonReply(200, aliasView(context, record, updated));
}

/** Answers GetAlias. */
export function getAlias(context: OperationContext, route: ReferenceRoute): HttpReply {
  const found = aliasOf(context, route);
  return isReply(found) ? found : jsonReply(200, aliasView(context, found.record, found.alias));
}

/** Answers DeleteAlias; succeeds also if there is no such alias. */
export function deleteAlias(context: OperationContext, route: ReferenceRoute): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const name = percentDecoded(route.item) ?? "";
  if (!record.aliases.has(name)) return emptyReply(204);
  storeAliases(context, record, new Map([...record.aliases].filter(([other]) => other !== name)));
  deletePolicy(context, record.arn, name);
  sideEffect(context, "DeleteAlias", record.arn, name);
  return emptyReply(204);
}

/** Answers ListAliases, all on one page. */
export function listAliases(context: OperationContext, route: ReferenceRoute): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const aliases = [...record.aliases.values()].map((alias) => aliasView(context, record, alias));
  return jsonReply(200, { Aliases: aliases, NextMarker: null });
}

function aliasOf(
  context: OperationContext,
  route: ReferenceRoute,
): { readonly record: FunctionRecord; readonly alias: Alias } | HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const alias = record.aliases.get(percentDecoded(route.item) ?? "");
  return alias === undefined
    ? refused("no-alias", `There is no ${qualified(record.arn, route.item)}.`)
    : { record, alias };
}

function storeAliases(
  context: OperationContext,
  record: FunctionRecord,
  aliases: ReadonlyMap<string, Alias>,
): void {
  context.state.functions.set(record.arn, { ...record, aliases });
}

function aliasView({ behaviour, state }: OperationContext, record: FunctionRecord, alias: Alias): object {
  const key = behaviour.policyKey(record.arn, alias.name);
  return {
    AliasArn: qualified(record.arn, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: behaviour.revisionShown("GetAlias", policyAt(state, key).revision, key),
  };
}
