import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LambdaApi, lambdaApi, type Reply } from "../client/lambda-api.ts";
import type { Outgoing, Transport } from "../client/transport.ts";
import { isRecord } from "../spec/body.ts";
import type { Answer, Header } from "../spec/exchange.ts";
import { officialSdk } from "./official-sdk.ts";

/** Text with every character that a path, a query or JSON escapes. */
const hard = "a:b $é%/?#[]@!'()*+,;=&\"\\~.-_\u{1f600}";
const zip = Buffer.from("zip").toString("base64");
const recipe = { role: "arn:aws:iam::123456789012:role/r", runtime: "nodejs22.x", zip };
const tags = { "addpermission-conformance": "2026-01-01T00:00:00.000Z" };
const addition = {
  StatementId: "s-1",
  Action: "lambda:InvokeFunction",
  Principal: hard,
  SourceArn: "arn:aws:s3:::b",
  SourceAccount: "123456789012",
  EventSourceToken: "t",
};
const created = {
  FunctionName: hard,
  Role: recipe.role,
  Runtime: "nodejs22.x",
  Handler: "index.handler",
  Code: { ZipFile: Buffer.from("zip") },
} as const;

interface Operation {
  readonly ours: (api: LambdaApi) => Promise<Reply<unknown>>;
  readonly theirs: (client: LambdaClient) => Promise<object>;
  /** The members that both read from a success. */
  readonly members: readonly string[];
}

const named = { FunctionName: hard };
const latest = { functionName: hard, qualifier: "$LATEST" };
const own = { functionName: hard, qualifier: null };
const configuration = ["FunctionName", "FunctionArn", "State", "StateReason", "LastUpdateStatus"];

const operations: Readonly<Record<string, Operation>> = {
  CreateFunction: {
    ours: (api) => api.createFunction(hard, recipe, tags),
    theirs: (client) => client.send(new CreateFunctionCommand({ ...created, Tags: tags })),
    members: ["FunctionArn"],
  },
  "CreateFunction without tags": {
    ours: (api) => api.createFunction(hard, recipe, null),
    theirs: (client) => client.send(new CreateFunctionCommand(created)),
    members: ["FunctionArn"],
  },
  GetFunction: {
    ours: (api) => api.getFunction(hard),
    theirs: async (client) => (await client.send(new GetFunctionCommand(named))).Configuration ?? {},
    members: configuration,
  },
  UpdateFunctionConfiguration: {
    ours: (api) => api.updateFunctionConfiguration(hard, hard),
    theirs: (client) => client.send(new UpdateFunctionConfigurationCommand({ ...named, Description: hard })),
    members: [],
  },
  DeleteFunction: {
    ours: (api) => api.deleteFunction(hard),
    theirs: (client) => client.send(new DeleteFunctionCommand(named)),
    members: [],
  },
  ListFunctions: {
    ours: (api) => api.listFunctions(null),
    theirs: (client) => client.send(new ListFunctionsCommand({})),
    members: ["Functions", "NextMarker"],
  },
  "ListFunctions, the next page": {
    ours: (api) => api.listFunctions("a/b=+ é"),
    theirs: (client) => client.send(new ListFunctionsCommand({ Marker: "a/b=+ é" })),
    members: ["Functions", "NextMarker"],
  },
  PublishVersion: {
    ours: (api) => api.publishVersion(hard, hard),
    theirs: (client) => client.send(new PublishVersionCommand({ ...named, Description: hard })),
    members: ["Version"],
  },
  CreateAlias: {
    ours: (api) => api.createAlias(hard, "live", "1"),
    theirs: (client) => client.send(new CreateAliasCommand({ ...named, Name: "live", FunctionVersion: "1" })),
    members: [],
  },
  GetPolicy: {
    ours: async (api) => {
      const reply = await api.getPolicy(latest);
      return reply.ok ? { ...reply, value: { Policy: reply.value } } : reply;
    },
    theirs: (client) => client.send(new GetPolicyCommand({ ...named, Qualifier: "$LATEST" })),
    members: ["Policy"],
  },
  AddPermission: {
    ours: (api) => api.addPermission(own, addition),
    theirs: (client) => client.send(new AddPermissionCommand({ ...named, ...addition })),
    members: [],
  },
  "AddPermission to a version": {
    ours: (api) => api.addPermission(latest, addition),
    theirs: (client) =>
      client.send(new AddPermissionCommand({ ...named, ...addition, Qualifier: "$LATEST" })),
    members: [],
  },
  RemovePermission: {
    ours: (api) => api.removePermission(latest, hard),
    theirs: (client) =>
      client.send(new RemovePermissionCommand({ ...named, Qualifier: "$LATEST", StatementId: hard })),
    members: [],
  },
};

/** A transport that gives one answer and records its calls. */
function answering(answer: Answer) {
  const asked: Outgoing[] = [];
  const transport: Transport = {
    send: async (call) => {
      asked.push(call);
      return answer;
    },
    close: async () => {},
  };
  return { transport, asked };
}

function response(status: number, body: string, headers: readonly Header[] = []): Answer {
  return { kind: "response", status, headers, body, sentAt: 0, answeredAt: 0 };
}

const how = { deadlineMs: 1000 };

describe.each(Object.entries(operations))("%s", (_name, { ours, theirs, members }) => {
  test("equals the request of the official SDK, except for the order of body members", async () => {
    const { transport, asked } = answering(response(200, "{}"));
    await ours(lambdaApi(transport, how));
    await theirs(officialSdk(transport));
    const [our, their] = asked.map(({ method, target, headers, body }) => ({
      method,
      target,
      headers: headers.map(([name, value]) => [name.toLowerCase(), value]),
      body: body === null || body === "" ? null : JSON.parse(body),
    }));
    expect(asked).toHaveLength(2);
    expect(our).toEqual(their);
  });

  test("is read like the official SDK reads it", async () => {
    const value = fc.oneof(fc.string(), fc.jsonValue());
    const known = [...configuration, "Version", "Policy", "NextMarker", "LastModified", "message", "__type"];
    const answers = fc.dictionary(fc.constantFrom(...known), fc.string());
    const body = fc.oneof(
      fc.record({ Configuration: answers, Functions: fc.array(answers) }, { requiredKeys: [] }),
      answers,
    );
    const text = fc.oneof(
      body.map((object) => JSON.stringify(object)),
      fc.constantFrom("", " ", "{}", "null", "[]", "5", '"x"', "{", "<html>", '\ufeff{"Version":"1"}'),
      value.map((one) => JSON.stringify(one)),
    );
    const status = fc.constantFrom(200, 201, 204, 299, 300, 400, 404, 409, 429, 500, 503);
    let answer = response(200, "");
    const transport: Transport = { send: async () => answer, close: async () => {} };
    const [api, client] = [lambdaApi(transport, how), officialSdk(transport)];
    await fc.assert(
      fc.asyncProperty(status, text, async (code, sent) => {
        answer = response(code, sent);
        const our = await ours(api);
        const their = await theirs(client).catch(() => null);
        expect(our.ok).toBe(their !== null);
        if (!our.ok || their === null) return;
        expect(picked(our.value, members)).toEqual(picked(their, members));
      }),
      { numRuns: 40 },
    );
  });
});

/** The given members, and the members of listed functions that the client reads. */
function picked(value: unknown, members: readonly string[]): unknown {
  const found = isRecord(value) ? members.map((member) => [member, value[member]]) : [];
  return Object.fromEntries(
    found.map(([member, one]) => [
      member,
      member === "Functions"
        ? (Array.isArray(one) ? one : []).map((each) => picked(each, ["FunctionName", "LastModified"]))
        : one,
    ]),
  );
}

test("members without text are absent, and a number is read as its digits", async () => {
  const body = { FunctionArn: ["arn:x"], Version: 7, Policy: {}, Functions: { a: 1 }, NextMarker: null };
  const api = lambdaApi(
    answering(response(200, JSON.stringify({ ...body, Configuration: 5 }))).transport,
    how,
  );
  expect(await api.createFunction("f", recipe, null)).toEqual({ ok: true, value: {} });
  expect(await api.publishVersion("f", "1")).toEqual({ ok: true, value: { Version: "7" } });
  expect(await api.getPolicy(own)).toEqual({ ok: true, value: {} });
  expect(await api.getFunction("f")).toEqual({ ok: true, value: {} });
  expect(await api.listFunctions(null)).toEqual({ ok: true, value: { Functions: [] } });
});

test("a call without side effects is retried after a dropped connection, and an addition is not", async () => {
  const sent: string[] = [];
  const dropping: Transport = {
    send: async ({ method }, { onNewConnection = false }) => {
      sent.push(`${method} ${onNewConnection ? "anew" : "shared"}`);
      return { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 };
    },
    close: async () => {},
  };
  const api = lambdaApi(dropping, how);
  await api.deleteFunction("f");
  await api.getFunction("f");
  await api.publishVersion("f", "1");
  expect(sent).toEqual(["DELETE shared", "DELETE anew", "GET shared", "GET anew", "POST anew"]);
});

test("answers to calls in flight together are not mixed up", async () => {
  const waiting: ((answer: Answer) => void)[] = [];
  const transport: Transport = {
    send: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {},
  };
  const api = lambdaApi(transport, how);
  const first = api.getFunction("one");
  const second = api.getFunction("two");
  waiting[1]?.(response(404, '{"message":"two"}', [["X-Amzn-ErrorType", "ResourceNotFoundException"]]));
  waiting[0]?.(response(500, '{"message":"one"}', [["X-Amzn-ErrorType", "ServiceException"]]));
  expect(await first).toMatchObject({ status: 500, error: "ServiceException", message: "one" });
  expect(await second).toMatchObject({ status: 404, error: "ResourceNotFoundException", message: "two" });
});
