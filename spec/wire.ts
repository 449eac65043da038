import { remembered } from "./remembered.ts";

/** What the path and the query of a request-target say, percent-decoding included. */
export interface Route {
  /** The path names the policy of a function under the documented version prefix. */
  readonly kind: "policy";
  /** Decoded path label; null when the percent-encoding is invalid. */
  readonly functionName: string | null;
  /** Decoded StatementId label of RemovePermission. */
  readonly statementId: string | null;
  readonly query: Query;
  /** How the label was written, where that is not the plain form an SDK writes. */
  readonly spelling: "plain" | "literal-colons" | "encoded-letters";
}

/** A path under the version prefix that names a function, a version list or an alias. */
export interface NeighbourRoute {
  readonly kind: "neighbour";
  readonly functionName: string | null;
  readonly rest: readonly string[];
  readonly query: Query;
}

/** Any other path. */
export interface NoRoute {
  readonly kind: "none";
}

/** Query parameters in order, decoded; a null value could not be decoded. */
export type Query = readonly (readonly [name: string, value: string | null])[];

const prefix = "/2015-03-31/functions";

/** Reads a request-target as restJson1 labels are read: split first, then percent-decoded once. */
export const route: (target: string) => Route | NeighbourRoute | NoRoute = remembered(4096, readRoute);

function readRoute(target: string): Route | NeighbourRoute | NoRoute {
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

/** The values of one query parameter, in order. */
export function valuesOf(query: Query, name: string): readonly (string | null)[] {
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
