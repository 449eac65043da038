import type { OperationPath, PathParameters, QueryParameters } from "./add-permission.ts";
import { remembered } from "./collections.ts";
import type { Call } from "./exchange.ts";
import { readName } from "./function-name.ts";

/** The path and the query of a request-target, percent-decoded. */
export interface Route {
  /** The path names the policy of a function under the documented version prefix. */
  readonly kind: "policy";
  /** Decoded path label; null when the percent-encoding is invalid. */
  readonly functionName: string | null;
  /** Decoded StatementId label of RemovePermission. */
  readonly statementId: string | null;
  readonly query: Query;
  /** How the label is written, where it differs from the form of an SDK. */
  readonly spelling: "plain" | "literal-colons" | "encoded-letters";
}

/** A path under the version prefix that names a function, a version list or an alias. */
export interface NeighbourRoute {
  readonly kind: "neighbour";
  readonly functionName: string | null;
  readonly rest: readonly string[];
  readonly query: Query;
}

/** Query parameters in order, decoded; a null value could not be decoded. */
export type Query = readonly (readonly [name: string, value: string | null])[];

type Prefix = OperationPath extends `${infer Before}/{${keyof PathParameters}}/policy` ? Before : never;

const prefix: Prefix = "/2015-03-31/functions";

/** What a path names; `none` for any other path. */
type AnyRoute = Route | NeighbourRoute | { readonly kind: "none" };

/** Parses a request-target by the rules of restJson1 labels: split first, then percent-decode once. */
export const route: (target: string) => AnyRoute = remembered(4096, readRoute);

function readRoute(target: string): AnyRoute {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? [] : parseQuery(target.slice(mark + 1));
  if (path === prefix || path === `${prefix}/`) {
    return { kind: "neighbour", functionName: null, rest: [], query };
  }
  if (!path.startsWith(`${prefix}/`)) return { kind: "none" };
  const segments = path.slice(prefix.length + 1).split("/");
  const [label = "", ...rest] = segments;
  if (segments.some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) return { kind: "none" };
  const functionName = percentDecoded(label);
  if (rest[0] === "policy" && rest.length <= 2) {
    const statementId = rest[1] === undefined ? null : percentDecoded(rest[1]);
    return { kind: "policy", functionName, statementId, query, spelling: spellingOf(label) };
  }
  return { kind: "neighbour", functionName, rest, query };
}

/** Percent-decodes once as UTF-8; null when an escape is malformed or the bytes are not UTF-8. */
export function percentDecoded(text: string): string | null {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The same, but text that cannot be decoded is not changed. */
export function decoded(text: string): string {
  return percentDecoded(text) ?? text;
}

/** The values of one query parameter, in order. */
export function valuesOf(query: Query, name: keyof QueryParameters): readonly (string | null)[] {
  return query.filter(([key]) => key === name).map(([, value]) => value);
}

function parseQuery(text: string): Query {
  if (text === "") return [];
  return text.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    return [percentDecoded(name) ?? name, percentDecoded(value)] as const;
  });
}

function spellingOf(label: string): Route["spelling"] {
  if (/%[3-7][0-9A-Fa-f]/.test(label.replace(/%3[aA]/g, ""))) return "encoded-letters";
  return label.includes(":") ? "literal-colons" : "plain";
}

/** The function and the version or alias that a path names, in any spelling. */
export interface Addressee {
  readonly name: string;
  readonly qualifier: string | null;
  /** The function is named by its plain name, and the qualifier, if any, stands in the query. */
  readonly plain: boolean;
}

/** The resource of a call that arranges or observes; null when the path and the query do not name one. */
export function addressee(at: Route | NeighbourRoute): Addressee | null {
  if (at.functionName === null) return null;
  const [asked = null] = valuesOf(at.query, "Qualifier");
  const read = readName(at.functionName);
  if (read.kind !== "read") return { name: at.functionName, qualifier: asked, plain: true };
  if (read.qualifier !== null && asked !== null && read.qualifier !== asked) return null;
  const plain = read.format === "name" && read.qualifier === null;
  return { name: read.name, qualifier: read.qualifier ?? asked, plain };
}

/** Names one policy: a function's own, or that of one of its versions or aliases. */
export function policyKey(name: string, qualifier: string | null): string {
  return qualifier === null ? name : `${name}:${qualifier}`;
}

/** The policy and the id that a RemovePermission call is for; null for any other call. */
export function removal(call: Call): { readonly key: string; readonly sid: string } | null {
  if (call.operation !== "RemovePermission") return null;
  const at = route(call.target);
  if (at.kind !== "policy" || at.statementId === null) return null;
  const of = addressee(at);
  return of === null ? null : { key: policyKey(of.name, of.qualifier), sid: at.statementId };
}

/** The policy that a GetPolicy call reads; null when it is not known. */
export function readOf(call: Call): Addressee | null {
  const at = route(call.target);
  return at.kind === "policy" ? addressee(at) : null;
}

/**
 * True for an id that is safe in a path. A server that decodes, cleans or cuts
 * paths may take a removal with `..` or a slash for the deletion of a function.
 */
export function isRemovable(sid: string): boolean {
  return !/[/\\%?#\0]|\p{Cs}|^[.\s]*$/u.test(sid);
}
