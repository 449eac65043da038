import type { OperationContext } from "./draft.ts";
import { refused } from "./errors.ts";
import {
  emptyReply,
  type HttpReply,
  isReply,
  jsonReply,
  percentDecoded,
  queryValues,
  type ReferenceRoute,
} from "./http.ts";
import { functionArn, isHere, qualified, spelled } from "./names.ts";
import { dropPolicy, type FunctionRecord, lookUp, policyAt, type SideOperation } from "./state.ts";
import { faultsOf, isRecord, readBody } from "./validate.ts";

/** The function, version or alias that another operation than AddPermission names. */
export interface Address {
  readonly name: string;
  /** The unqualified ARN. */
  readonly arn: string;
  readonly qualifier: string | undefined;
}

/** Reads name and qualifier. No mutant changes it, because observations depend on it. */
function addressOf(context: OperationContext, route: ReferenceRoute): Address | HttpReply {
  const label = percentDecoded(route.label);
  const [raw, ...more] = queryValues(route.query, "Qualifier");
  const given = raw === undefined ? undefined : percentDecoded(raw);
  if (label === null || given === null || more.length > 0) {
    return refused("encoding", "The path and the query must be percent-encoded, each parameter only once.");
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
  if (!isHere(name, context.home)) return refused("elsewhere", "That function is not in this region.");
  const arn = functionArn(context.home, name.name);
  return { name: name.name, arn, qualifier: given ?? name.qualifier };
}

/** The address of something that exists, or the answer that it does not. */
export function existing(context: OperationContext, route: ReferenceRoute): Address | HttpReply {
  const address = addressOf(context, route);
  if (isReply(address)) return address;
  const kind = lookUp(context.state, address.arn, address.qualifier);
  if (kind === "present") return address;
  return refused(kind, `There is no ${qualified(address.arn, address.qualifier)}.`);
}

const required = ["FunctionName", "Role", "Code"] as const;

/** Answers CreateFunction. It accepts any role and code, because nothing is executed. */
export function createFunction(context: OperationContext, body: Buffer): HttpReply {
  const analysis = readBody(body);
  if (analysis.kind === "refused") return refused(analysis.why, "The body must be one JSON object.");
  const settings = analysis.object;
  const missing = required.find((member) => settings[member] === undefined || settings[member] === null);
  if (missing !== undefined) return refused("required", `${missing} is missing.`);
  const name = newName(context, settings.FunctionName);
  if (name === null) return refused("pattern", "The value of FunctionName is malformed.");
  const arn = functionArn(context.home, name);
  if (context.state.functions.has(arn)) return refused("exists", `${arn} exists already.`);
  const versions = settings.Publish === true ? ["1"] : [];
  const nextVersion = versions.length + 1;
  const record: FunctionRecord = { name, arn, settings, versions, nextVersion, aliases: new Map() };
  context.state.functions.set(arn, record);
  sideEffect(context, "CreateFunction", arn);
  return jsonReply(201, configuration(context, record, versions[0]));
}

function newName(context: OperationContext, value: unknown): string | null {
  if (typeof value !== "string" || faultsOf("FunctionName", value).length > 0) return null;
  const name = spelled(value);
  const fits = name.qualifier === undefined && name.name.length <= 64 && isHere(name, context.home);
  return fits ? name.name : null;
}

/** Answers GetFunction. */
export function getFunction(context: OperationContext, route: ReferenceRoute): HttpReply {
  const found = configured(context, route);
  if (isReply(found)) return found;
  return jsonReply(200, {
    Configuration: found,
    Code: { RepositoryType: "S3", Location: "" },
    Tags: {},
  });
}

/** Answers GetFunctionConfiguration. */
export function getFunctionConfiguration(context: OperationContext, route: ReferenceRoute): HttpReply {
  const found = configured(context, route);
  return isReply(found) ? found : jsonReply(200, found);
}

/** Answers UpdateFunctionConfiguration: changes the description. */
export function updateFunctionConfiguration(
  context: OperationContext,
  route: ReferenceRoute,
  body: Buffer,
): HttpReply {
  const record = recordOf(context, route);
  if (isReply(record)) return record;
  const { Description = record.settings.Description } = optionalBody(body);
  const updated = { ...record, settings: { ...record.settings, Description } };
  context.state.functions.set(record.arn, updated);
  sideEffect(context, "UpdateFunctionConfiguration", record.arn);
  return jsonReply(200, configuration(context, updated, undefined));
}

/** Answers ListFunctions, all on one page. */
export function listFunctions(context: OperationContext): HttpReply {
  const prefix = functionArn(context.home, "");
  const here = [...context.state.functions.values()].filter((record) => record.arn.startsWith(prefix));
  return jsonReply(200, {
    Functions: here.map((record) => configuration(context, record, undefined)),
    NextMarker: null,
  });
}

/** Answers DeleteFunction: deletes the function with everything that belongs to it, or one version. */
export function deleteFunction(context: OperationContext, route: ReferenceRoute): HttpReply {
  const address = existing(context, route);
  if (isReply(address)) return address;
  const record = context.state.functions.get(address.arn);
  if (record === undefined) return refused("no-function", `There is no ${address.arn}.`);
  return address.qualifier === undefined
    ? deleteWhole(context, record)
    : deleteVersion(context, record, address.qualifier);
}

function deleteWhole(context: OperationContext, record: FunctionRecord): HttpReply {
  for (const qualifier of [undefined, ...record.versions, ...record.aliases.keys()]) {
    deletePolicy(context, record.arn, qualifier);
  }
  context.state.functions.delete(record.arn);
  sideEffect(context, "DeleteFunction", record.arn);
  return emptyReply(204);
}

function deleteVersion(context: OperationContext, record: FunctionRecord, version: string): HttpReply {
  if (!record.versions.includes(version))
    return refused("latest", "Only a published version can be deleted alone.");
  if ([...record.aliases.values()].some((alias) => alias.version === version)) {
    return refused("in-use", "An alias points at that version.");
  }
  const versions = record.versions.filter((other) => other !== version);
  context.state.functions.set(record.arn, { ...record, versions });
  deletePolicy(context, record.arn, version);
  sideEffect(context, "DeleteFunction", record.arn, version);
  return emptyReply(204);
}

/** Does what else the operation does to policies. */
export function sideEffect(
  { behaviour, state }: OperationContext,
  operation: SideOperation,
  arn: string,
  qualifier?: string,
  version?: string,
): void {
  const key = behaviour.policyKey(arn, qualifier);
  behaviour.sideEffect(operation, { state, key, ...(version !== undefined && { version }) });
}

/** Deletes the policy of a deleted function, version or alias. */
export function deletePolicy(
  { behaviour, state }: OperationContext,
  arn: string,
  qualifier: string | undefined,
): void {
  const key = behaviour.policyKey(arn, qualifier);
  if (behaviour.dropsPolicy(key)) dropPolicy(state, key);
}

function configured(
  context: OperationContext,
  route: ReferenceRoute,
): Readonly<Record<string, unknown>> | HttpReply {
  const address = existing(context, route);
  if (isReply(address)) return address;
  const record = context.state.functions.get(address.arn);
  if (record === undefined) return refused("no-function", `There is no ${address.arn}.`);
  return configuration(context, record, address.qualifier);
}

/** The configuration of a function or version; its RevisionId is that of the policy. */
export function configuration(
  context: OperationContext,
  record: FunctionRecord,
  qualifier: string | undefined,
): Readonly<Record<string, unknown>> {
  const { behaviour, state } = context;
  const key = behaviour.policyKey(record.arn, qualifier);
  const { Role, Runtime, Handler, PackageType, Description } = record.settings;
  return {
    FunctionName: record.name,
    FunctionArn: qualified(record.arn, qualifier),
    Runtime,
    Role,
    Handler,
    CodeSize: 0,
    Description: Description ?? "",
    Timeout: 3,
    MemorySize: 128,
    LastModified: "2021-01-01T00:00:00.000+0000",
    CodeSha256: "",
    Version: record.aliases.get(qualifier ?? "")?.version ?? qualifier ?? "$LATEST",
    RevisionId: behaviour.revisionShown("GetFunction", policyAt(state, key).revision, key),
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: PackageType ?? "Zip",
  };
}

/** The record of the function that a route names, with or without a qualifier. */
export function recordOf(context: OperationContext, route: ReferenceRoute): FunctionRecord | HttpReply {
  const address = addressOf(context, route);
  if (isReply(address)) return address;
  return context.state.functions.get(address.arn) ?? refused("no-function", `There is no ${address.arn}.`);
}

/** The members of a body; an empty body has none. */
export function optionalBody(body: Buffer): Readonly<Record<string, unknown>> {
  const analysis = body.length === 0 ? null : readBody(body);
  return analysis?.kind === "object" && isRecord(analysis.object) ? analysis.object : {};
}
