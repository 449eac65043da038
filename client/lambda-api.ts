import { errorName, isSuccess, messageIn } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import * as calls from "../spec/calls.ts";
import type { Answer } from "../spec/exchange.ts";
import type { Recipe } from "../spec/fixture.ts";
import type { StatementRequest } from "./addition.ts";
import { printable } from "./no-answer.ts";
import type { Outgoing, SendOptions, Transport } from "./transport.ts";

export type Reply<T> = { readonly ok: true; readonly value: T } | Refused;

export interface Refused {
  readonly ok: false;
  readonly answer: Answer;
  /** HTTP status; 0 without a response. */
  readonly status: number;
  /** The error's name from the target; null if it gave none. */
  readonly error: string | null;
  /** The target's message, or the reason why there is no response: one line of at most 200 characters. */
  readonly message: string;
}

/** Some members of an answer by their wire names; members that hold no text are absent. */
export type Texts<M extends string> = { readonly [K in M]?: string };

/** The function, version or alias that a policy belongs to. */
export interface PolicyOwner {
  readonly functionName: string;
  /** null for the policy of the function itself. */
  readonly qualifier: string | null;
}

/** The calls that create, read and remove functions and policies. */
export type LambdaApi = ReturnType<typeof lambdaApi>;

/** The Lambda API over a transport. All calls use the same options; none rejects. */
export function lambdaApi(transport: Transport, how: SendOptions) {
  const callFor = async <T>(call: Outgoing, read: (body: JsonBody) => T): Promise<Reply<T>> => {
    const answer = await sendSafely(transport, call, how);
    const body = answer.kind === "response" && isSuccess(answer) ? bodyIn(answer.body) : null;
    return body === null ? refused(answer) : { ok: true, value: read(body) };
  };
  /** A call whose success has nothing to read. */
  const callForEffect = async (call: Outgoing): Promise<Reply<null>> => {
    const answer = await sendSafely(transport, call, how);
    return isSuccess(answer) ? { ok: true, value: null } : refused(answer);
  };
  const iam = (parameters: Readonly<Record<string, string>>): Promise<Answer> => {
    const body = new URLSearchParams({ ...parameters, Version: "2010-05-08" }).toString();
    const headers = [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]] as const;
    return transport.send({ method: "POST", target: "/", headers, body }, { ...how, service: "iam" });
  };
  return {
    createFunction: (name: string, recipe: Recipe, tags: Readonly<Record<string, string>> | null) =>
      callFor(calls.createFunction(name, recipe, tags), texts("FunctionArn", "State")),
    /** Returns the Configuration of the function. */
    getFunction: (name: string, qualifier: string | null = null) =>
      callFor(calls.getFunction(name, qualifier), ({ Configuration: found }) =>
        configurationIn(isRecord(found) ? found : {}),
      ),
    updateFunctionConfiguration: (name: string, description: string) =>
      callFor(calls.updateFunctionConfiguration(name, description), configurationIn),
    deleteFunction: (name: string) => callForEffect(calls.deleteFunction(name)),
    /** Returns one page. */
    listFunctions: (marker: string | null) =>
      callFor(calls.listFunctions(marker), (body) => ({
        Functions: (Array.isArray(body.Functions) ? body.Functions : []).filter(isRecord).map(listedIn),
        ...texts("NextMarker")(body),
      })),
    /** Returns the first page: the published versions, and $LATEST. */
    listVersions: (name: string) => callFor(calls.listVersions(name), listed("Versions", "Version")),
    /** Returns the first page. */
    listAliases: (name: string) => callFor(calls.listAliases(name), listed("Aliases", "Name")),
    publishVersion: (name: string, description: string) =>
      callFor(calls.publishVersion(name, description), texts("Version")),
    createAlias: (name: string, alias: string, version: string) =>
      callFor(calls.createAlias(name, alias, version), () => null),
    /** Returns the policy as it stands in the answer. */
    getPolicy: ({ functionName, qualifier }: PolicyOwner) =>
      callFor(calls.getPolicy(functionName, qualifier), ({ Policy: policy }) => policy),
    addPermission: ({ functionName, qualifier }: PolicyOwner, addition: StatementRequest) => {
      const query = qualifier === null ? null : calls.qualifierQuery(qualifier);
      const call = calls.addPermission({
        functionName: calls.label(functionName),
        query,
        body: { ...addition },
      });
      return callFor(call, () => null);
    },
    removePermission: ({ functionName, qualifier }: PolicyOwner, sid: string) =>
      callForEffect(calls.removePermission(functionName, sid, { qualifier })),
    /** Creates a role with the IAM API of the endpoint; its ARN, or null if there is no such API. */
    async createRole(name: string): Promise<string | null> {
      const answer = await iam({ Action: "CreateRole", RoleName: name, AssumeRolePolicyDocument: trust });
      if (answer.kind === "none" || answer.status !== 200) return null;
      return /<Arn>\s*(arn:[^<\s]+)\s*<\/Arn>/.exec(answer.body)?.[1] ?? null;
    },
    /** Deletes a role. Returns null when it is gone, else the target's answer. */
    async deleteRole(name: string): Promise<string | null> {
      const answer = await iam({ Action: "DeleteRole", RoleName: name });
      if (answer.kind === "none") return answer.detail;
      const isGone = answer.status < 300 || answer.body.includes("NoSuchEntity");
      return isGone ? null : `status ${answer.status}`;
    },
  };
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

type JsonBody = Readonly<Record<string, unknown>>;

/** Reads members as text; reads a number as its digits. */
function texts<M extends string>(...members: readonly M[]): (body: JsonBody) => Texts<M> {
  return (body) =>
    Object.fromEntries(
      members.flatMap((member) => {
        const value = body[member];
        return typeof value === "string" || typeof value === "number" ? [[member, String(value)]] : [];
      }),
    ) as Texts<M>;
}

export interface NamePage {
  readonly names: readonly string[];
  readonly isLast: boolean;
}

/** Reads one member of each element of a list. */
function listed(list: string, member: string): (body: JsonBody) => NamePage {
  return ({ [list]: found, NextMarker: marker = null }) => ({
    names: Array.isArray(found)
      ? found.filter(isRecord).flatMap((one) => texts(member)(one)[member] ?? [])
      : [],
    isLast: Array.isArray(found) && (marker === null || marker === ""),
  });
}

const configurationIn = texts("FunctionName", "FunctionArn", "State", "StateReason", "LastUpdateStatus");
const listedIn = texts("FunctionName", "LastModified");

/**
 * The target may close an idle connection while a call is sent, and then the effect of the call is unknown. Calls
 * that can be repeated are sent again; all others use a new connection.
 */
async function sendSafely(transport: Transport, call: Outgoing, how: SendOptions): Promise<Answer> {
  const onNewConnection = { ...how, onNewConnection: true };
  if (call.method !== "GET" && call.method !== "DELETE") return transport.send(call, onNewConnection);
  const answer = await transport.send(call, how);
  return answer.kind === "none" && answer.reason === "reset" ? transport.send(call, onNewConnection) : answer;
}

/** The members of a body: none if it is empty or not an object, null if it is not JSON or is the JSON null. */
function bodyIn(text: string): JsonBody | null {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return value === null || isRecord(value) ? value : {};
  } catch {
    return null;
  }
}

function refused(answer: Answer): Refused {
  if (answer.kind === "none")
    return { ok: false, answer, status: 0, error: null, message: printable(answer.detail) };
  return {
    ok: false,
    answer,
    status: answer.status,
    error: errorName(answer),
    message: printable(messageIn(answer.body)),
  };
}

/** The reply as a phrase: "400 InvalidParameterValueException: …", or the reason why there is none. */
export function replyText(reply: Reply<unknown>): string {
  if (reply.ok) return "success";
  if (reply.status === 0) return reply.message;
  const name =
    reply.error === null ? `${reply.status} without an error name` : `${reply.status} ${reply.error}`;
  return reply.message === "" ? name : `${name}: ${reply.message}`;
}
