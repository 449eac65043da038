import { type Call, type Header, type Operation, revisionSlot } from "../spec/exchange.ts";
import { label, qualifierQuery } from "./label.ts";

const root = "/2015-03-31/functions";
const json: readonly Header[] = [["Content-Type", "application/json"]];

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

/** What RemovePermission may be given besides the statement's id. */
export interface RemoveOptions {
  readonly qualifier?: string | null;
  /** May be `revisionSlot`, which stays as it is until it is filled. */
  readonly revisionId?: string;
}

/** Takes one statement out of a policy. */
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

/** Publishes the function as it stands as a new version. */
export function publishVersion(name: string): Call {
  return withBody("PublishVersion", `${root}/${label(name)}/versions`, {});
}

/** Points a new alias at a version. */
export function createAlias(name: string, alias: string, version: string): Call {
  return withBody("CreateAlias", `${root}/${label(name)}/aliases`, { FunctionVersion: version, Name: alias });
}

/** Removes an alias. */
export function deleteAlias(name: string, alias: string): Call {
  return plain("DeleteAlias", "DELETE", `${root}/${label(name)}/aliases/${label(alias)}`);
}

/** Removes a function with all its policies, or one version of it. */
export function deleteFunction(name: string, qualifier: string | null = null): Call {
  return plain("DeleteFunction", "DELETE", queried(`${root}/${label(name)}`, qualified(qualifier)));
}

/** What CreateFunction cannot do without. */
export interface NewFunction {
  /** ARN of the execution role. */
  readonly role: string;
  /** The deployment package, base64. */
  readonly zip: string;
  /** Defaults to `nodejs22.x`. */
  readonly runtime?: string;
  /** Defaults to `index.handler`. */
  readonly handler?: string;
}

/** Creates a function of that name. */
export function createFunction(name: string, settings: NewFunction): Call {
  return withBody("CreateFunction", root, {
    Code: { ZipFile: settings.zip },
    FunctionName: name,
    Handler: settings.handler ?? "index.handler",
    Role: settings.role,
    Runtime: settings.runtime ?? "nodejs22.x",
  });
}
