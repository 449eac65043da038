import type { QueryParameters } from "../../spec/add-permission.ts";
import type { Header } from "../../spec/exchange.ts";

/** A request to the reference; header names in lower case, the target unchanged. */
export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** A complete answer of the reference. */
export interface HttpReply {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string | Buffer;
}

/** The operations that the reference answers. */
type RouteName =
  | "AddPermission"
  | "RemovePermission"
  | "GetPolicy"
  | "CreateFunction"
  | "GetFunction"
  | "GetFunctionConfiguration"
  | "UpdateFunctionConfiguration"
  | "DeleteFunction"
  | "ListFunctions"
  | "PublishVersion"
  | "ListVersionsByFunction"
  | "CreateAlias"
  | "GetAlias"
  | "UpdateAlias"
  | "DeleteAlias"
  | "ListAliases";

/** The operation and the labels of a request; labels and query are still percent-encoded. */
export interface ReferenceRoute {
  readonly name: RouteName;
  /** The FunctionName label; empty if the path has none. */
  readonly label: string;
  /** The second label: an alias name or a statement id. */
  readonly item: string;
  readonly query: string;
}

/** What an implementation does with a request before and after the operation. */
export interface TransportBehaviour {
  /** Receives every request first, and answers it, closes the connection, or continues with null. */
  readonly intercept: (request: HttpRequest) => HttpReply | "drop" | Promise<HttpReply | "drop"> | null;
  /** The operation of a method and an encoded path; null if there is none. */
  readonly route: (method: string, path: string, query: string) => ReferenceRoute | null;
  /** Receives every answer last. `operation` is null if no route matched. */
  readonly finish: (reply: HttpReply, request: HttpRequest, operation: string | null) => HttpReply;
}

/** Passes every request and every answer on unchanged. */
export const faithfulTransport: TransportBehaviour = {
  intercept: () => null,
  route: routeOf,
  finish: (reply) => reply,
};

const collections: Readonly<Record<string, Readonly<Record<string, RouteName>>>> = {
  configuration: { GET: "GetFunctionConfiguration", PUT: "UpdateFunctionConfiguration" },
  versions: { POST: "PublishVersion", GET: "ListVersionsByFunction" },
  aliases: { POST: "CreateAlias", GET: "ListAliases" },
  policy: { POST: "AddPermission", GET: "GetPolicy" },
};

const items: Readonly<Record<string, Readonly<Record<string, RouteName>>>> = {
  aliases: { GET: "GetAlias", PUT: "UpdateAlias", DELETE: "DeleteAlias" },
  policy: { DELETE: "RemovePermission" },
};

const root: Readonly<Record<string, RouteName>> = { POST: "CreateFunction", GET: "ListFunctions" };
const single: Readonly<Record<string, RouteName>> = { GET: "GetFunction", DELETE: "DeleteFunction" };

/** The path and the query of a request-target in origin or absolute form. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const origin = target.startsWith("http://") ? target.slice(Math.max(target.indexOf("/", 7), 7)) : target;
  const mark = origin.indexOf("?");
  return mark < 0
    ? { path: origin, query: "" }
    : { path: origin.slice(0, mark), query: origin.slice(mark + 1) };
}

function routeOf(method: string, path: string, query: string): ReferenceRoute | null {
  const [before, version, functions, label = "", collection, item, ...rest] = path.split("/");
  if (before !== "" || version !== "2015-03-31" || functions !== "functions" || rest.length > 0) return null;
  const table = tableOf(label, collection, item);
  const name = table !== undefined && Object.hasOwn(table, method) ? table[method] : undefined;
  return name === undefined ? null : { name, label, item: item ?? "", query };
}

function tableOf(
  label: string,
  collection: string | undefined,
  item: string | undefined,
): Readonly<Record<string, RouteName>> | undefined {
  if (collection === undefined) return label === "" ? root : single;
  const table = item === undefined ? collections : items;
  return Object.hasOwn(table, collection) ? table[collection] : undefined;
}

/** Decodes a percent-encoded label or query value; null if the encoding is invalid. */
export function percentDecoded(raw: string): string | null {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

/** The raw values of one query parameter, in order; RevisionId is RemovePermission's. */
export function queryValues(query: string, name: keyof QueryParameters | "RevisionId"): readonly string[] {
  if (query === "") return [];
  return query
    .split("&")
    .filter((pair) => percentDecoded(pair.split("=", 1)[0] ?? "") === name)
    .map((pair) => (pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : ""));
}

/** Header lines as a record with lower-case names; repeated lines are joined by a comma. */
export function headersOf(lines: readonly Header[]): Readonly<Record<string, string>> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    record[key] = record[key] === undefined ? value : `${record[key]}, ${value}`;
  }
  return record;
}

/** The value of a header; the first if there are several. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** An answer with a JSON body. */
export function jsonReply(status: number, value: unknown): HttpReply {
  return { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(value) };
}

/** An answer without a body. */
export function emptyReply(status: number): HttpReply {
  return { status, headers: [], body: "" };
}

/** True if the value is an answer already. */
export function isReply<T extends object>(value: T | HttpReply): value is HttpReply {
  return "status" in value;
}
