import type { paths } from "./add-permission.openapi.ts";
import type { success } from "./contract.generated.ts";

/** The operation's path, with its parameters in braces. */
export type OperationPath = keyof paths;

type ContractOperation = paths[OperationPath]["post"];
type Parameters = ContractOperation["parameters"];
type Responses = ContractOperation["responses"];

/** The parameters that stand in the path. */
export type PathParameters = Parameters["path"];

/** The parameters that stand in the query. */
export type QueryParameters = NonNullable<Parameters["query"]>;

/** What the body of a request may be. */
export type RequestContentType = keyof ContractOperation["requestBody"]["content"];

/** The body of a request that the contract allows. */
export type AddPermissionRequest = ContractOperation["requestBody"]["content"][RequestContentType];

/** Everything that a request can carry, wherever it stands in it. */
export type RequestMembers = Required<PathParameters & QueryParameters & AddPermissionRequest>;

/** The status of a success. */
export type SuccessStatus = (typeof success)["status"];

/** The body of a success. */
export type AddPermissionResponse = Responses[SuccessStatus]["content"][(typeof success)["contentType"]];

type ErrorStatus = Exclude<keyof Responses, SuccessStatus>;

/** The body of a refusal. */
export type AddPermissionError = Responses[ErrorStatus]["content"]["application/json"];

/** The headers that the contract names; any other may be there as well. */
type NamedHeaders<Headers> = { [H in keyof Headers as string extends H ? never : H]: Headers[H] };

/** The header that names an exception. */
export type ErrorHeader = keyof NamedHeaders<Responses[ErrorStatus]["headers"]>;

/** A status of a refusal, with the exceptions that come with it. */
export type DocumentedError = {
  [S in ErrorStatus]: {
    readonly status: S;
    readonly name: NonNullable<NamedHeaders<Responses[S]["headers"]>[ErrorHeader]>;
  };
}[ErrorStatus];

/** The name of an exception that the document lists. */
export type ErrorName = DocumentedError["name"];

/** A JSON object that came where a `T` belongs: any member may be missing, or be anything. */
export type Received<T> = { readonly [M in keyof T]?: unknown };
