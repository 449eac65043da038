import type { OperationPath, PathParameters, QueryParameters, RequestContentType } from "./add-permission.ts";
import { type Call, type Header, type Operation, revisionSlot } from "./exchange.ts";
import type { Recipe } from "./fixture.ts";

// The calls of the Lambda API, each exactly as it goes to the wire, and the ways to encode a path label.

/** The parts of an AddPermission request; nothing is encoded or corrected on the way to the wire. */
interface AddPermissionParts {
  /** The path label, exactly as wanted on the wire; see `label`. */
  readonly functionName: string;
  /** The raw query without `?`; absent or null for none. */
  readonly query?: string | null;
  /** Members to write as JSON, or the raw text of the body, or null for no body. */
  readonly body: Readonly<Record<string, unknown>> | string | null;
  /** Defaults to the documented Content-Type. */
  readonly headers?: readonly Header[];
  /** Defaults to POST. */
  readonly method?: string;
}

const contentType: RequestContentType = "application/json";
const json: readonly Header[] = [["Content-Type", contentType]];
const path: OperationPath = "/2015-03-31/functions/{FunctionName}/policy";
const labelSlot: `{${keyof PathParameters}}` = "{FunctionName}";

/** An AddPermission request, right or wrong; members with the value undefined are left out. */
export function addPermission(parts: AddPermissionParts): Call {
  const { body, query } = parts;
  const [before = "", after = ""] = path.split(labelSlot);
  const at = `${before}${parts.functionName}${after}`;
  return {
    operation: "AddPermission",
    method: parts.method ?? "POST",
    target: typeof query === "string" ? `${at}?${query}` : at,
    headers: parts.headers ?? json,
    body: body === null || typeof body === "string" ? body : JSON.stringify(body),
  };
}

const unreserved = /[A-Za-z0-9._~-]/;
const unreservedText = /^[A-Za-z0-9._~-]*$/;
const bytes = new TextEncoder();

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function encode(value: string, keep: (character: string) => boolean): string {
  let text = "";
  for (const character of value) {
    if (keep(character)) text += character;
    else if (character < "\u0080") text += percent(character.charCodeAt(0));
    else for (const byte of bytes.encode(character)) text += percent(byte);
  }
  return text;
}

/** A path label as SDKs write it: everything but RFC 3986's unreserved characters percent-encoded as UTF-8. */
export function label(value: string): string {
  if (unreservedText.test(value)) return value;
  return encode(value, (character) => unreserved.test(character));
}

/** A path label with its colons left literal, as RFC 3986 allows in a path segment. */
export function labelKeepingColons(value: string): string {
  return encode(value, (character) => character === ":" || unreserved.test(character));
}

/** A path label in which every character is percent-encoded, also those that need no encoding. */
export function labelEncodingAll(value: string): string {
  return encode(value, () => false);
}

/** A path label in which every second letter or digit is percent-encoded, beside what must be. */
export function labelEncodingSome(value: string): string {
  let seen = 0;
  return encode(value, (character) => unreserved.test(character) && seen++ % 2 === 1);
}

/** The same escapes with lower-case hexadecimal digits, which RFC 3986 calls equivalent. */
export function lowerHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase());
}

const qualifier: keyof QueryParameters = "Qualifier";

/** The raw query, without `?`, that gives a qualifier. */
export function qualifierQuery(value: NonNullable<QueryParameters["Qualifier"]>): string {
  return `${qualifier}=${label(value)}`;
}

const root = "/2015-03-31/functions";

function plain(operation: Operation, method: string, target: string): Call {
  return { operation, method, target, headers: [], body: null };
}

function withBody(operation: Operation, target: string, body: Readonly<Record<string, unknown>>): Call {
  return { operation, method: "POST", target, headers: json, body: JSON.stringify(body) };
}

function queried(path: string, parameters: readonly string[]): string {
  return parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
}

function qualified(qualifier: string | null): readonly string[] {
  return qualifier === null ? [] : [qualifierQuery(qualifier)];
}

/** Reads the policy of a function, version or alias; names are given decoded. */
export function getPolicy(name: string, qualifier: string | null = null): Call {
  return plain("GetPolicy", "GET", queried(`${root}/${label(name)}/policy`, qualified(qualifier)));
}

interface RemoveOptions {
  readonly qualifier?: string | null;
  /** May be `revisionSlot`, which is replaced before the call is sent. */
  readonly revisionId?: string;
}

/** Removes one statement from a policy. */
export function removePermission(name: string, sid: string, options: RemoveOptions = {}): Call {
  const revision = options.revisionId === undefined ? [] : [`RevisionId=${slotted(options.revisionId)}`];
  const path = `${root}/${label(name)}/policy/${label(sid)}`;
  return plain(
    "RemovePermission",
    "DELETE",
    queried(path, [...qualified(options.qualifier ?? null), ...revision]),
  );
}

function slotted(revisionId: string): string {
  return revisionId === revisionSlot ? revisionSlot : label(revisionId);
}

/** Reads a function, version or alias; its Configuration holds a RevisionId. */
export function getFunction(name: string, qualifier: string | null = null): Call {
  return plain("GetFunction", "GET", queried(`${root}/${label(name)}`, qualified(qualifier)));
}

/** Reads an alias; it holds a RevisionId. */
export function getAlias(name: string, alias: string): Call {
  return plain("GetAlias", "GET", `${root}/${label(name)}/aliases/${label(alias)}`);
}

/** Publishes the present code of the function as a new version. */
export function publishVersion(name: string, description: string | null = null): Call {
  const body = description === null ? {} : { Description: description };
  return withBody("PublishVersion", `${root}/${label(name)}/versions`, body);
}

/** Creates an alias for a version. */
export function createAlias(name: string, alias: string, version: string): Call {
  return withBody("CreateAlias", `${root}/${label(name)}/aliases`, { FunctionVersion: version, Name: alias });
}

/** Points an alias at a version. */
export function updateAlias(name: string, alias: string, version: string): Call {
  const target = `${root}/${label(name)}/aliases/${label(alias)}`;
  return { ...withBody("UpdateAlias", target, { FunctionVersion: version }), method: "PUT" };
}

/** Deletes an alias. */
export function deleteAlias(name: string, alias: string): Call {
  return plain("DeleteAlias", "DELETE", `${root}/${label(name)}/aliases/${label(alias)}`);
}

/** Deletes a function with all its policies, or one version of it. */
export function deleteFunction(name: string, qualifier: string | null = null): Call {
  return plain("DeleteFunction", "DELETE", queried(`${root}/${label(name)}`, qualified(qualifier)));
}

/** Creates a function of that name, of nothing but what CreateFunction cannot do without, and tags. */
export function createFunction(
  name: string,
  { role, runtime, zip }: Recipe,
  tags: Readonly<Record<string, string>> | null = null,
): Call {
  return withBody("CreateFunction", root, {
    Code: { ZipFile: zip },
    FunctionName: name,
    Handler: "index.handler",
    Role: role,
    Runtime: runtime,
    ...(tags === null ? {} : { Tags: tags }),
  });
}

/** Changes the description of a function, so that its next version differs from the last one. */
export function updateFunctionConfiguration(name: string, description: string): Call {
  const target = `${root}/${label(name)}/configuration`;
  const call = withBody("UpdateFunctionConfiguration", target, { Description: description });
  return { ...call, method: "PUT" };
}

/** Lists the first versions of a function. */
export function listVersions(name: string): Omit<Call, "operation"> {
  return { method: "GET", target: `${root}/${label(name)}/versions`, headers: [], body: null };
}

/** Lists the first aliases of a function. */
export function listAliases(name: string): Omit<Call, "operation"> {
  return { method: "GET", target: `${root}/${label(name)}/aliases`, headers: [], body: null };
}

/** Lists functions, from the marker that the page before ended with. */
export function listFunctions(marker: string | null): Omit<Call, "operation"> {
  const target = queried(root, marker === null ? [] : [`Marker=${label(marker)}`]);
  return { method: "GET", target, headers: [], body: null };
}
