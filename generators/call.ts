import type { OperationPath, PathParameters, RequestContentType } from "../spec/add-permission.ts";
import type { Call, Header } from "../spec/exchange.ts";

export { label, labelKeepingColons, qualifierQuery } from "./label.ts";
export {
  createAlias,
  createFunction,
  deleteAlias,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  publishVersion,
  removePermission,
} from "./neighbours.ts";

/** What an AddPermission request is made of; nothing is encoded or corrected on the way to the wire. */
export interface AddPermissionParts {
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
const label: `{${keyof PathParameters}}` = "{FunctionName}";

/** An AddPermission request, right or wrong; members with the value undefined are left out. */
export function addPermission(parts: AddPermissionParts): Call {
  const { body, query } = parts;
  const [before = "", after = ""] = path.split(label);
  const at = `${before}${parts.functionName}${after}`;
  return {
    operation: "AddPermission",
    method: parts.method ?? "POST",
    target: typeof query === "string" ? `${at}?${query}` : at,
    headers: parts.headers ?? json,
    body: body === null || typeof body === "string" ? body : JSON.stringify(body),
  };
}
