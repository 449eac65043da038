import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateFunctionCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { conform } from "../api/conform.ts";
import { useExisting } from "../client/arrange.ts";
import { restore, statementsOf } from "../client/kept-policy.ts";
import { type Ask, sdkOver } from "../client/sdk.ts";
import type { Transport } from "../client/transport.ts";
import { isRecord } from "../spec/body.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";

const name = "mine";
const clock = () => performance.now();
let reference: ReturnType<typeof createReference>;
let transport: Transport;
let ask: Ask;

beforeEach(async () => {
  reference = createReference();
  transport = inProcess(reference, { clock });
  ask = sdkOver(transport, "us-east-1", { deadlineMs: 1000 });
  await sent(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: "arn:aws:iam::123456789012:role/r",
      Runtime: "nodejs22.x",
      Handler: "i.h",
      Code: { ZipFile: Buffer.from("x") },
    }),
  );
});
afterEach(() => transport.close());

async function sent(command: CreateFunctionCommand | AddPermissionCommand | RemovePermissionCommand) {
  const reply = await ask((client) => client.send(command as AddPermissionCommand));
  if (!reply.ok) throw new Error(`${command.constructor.name}: ${reply.message}`);
}

function add(StatementId: string, more: Partial<AddPermissionCommandInput> = {}): Promise<void> {
  const canonical = { FunctionName: name, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  return sent(new AddPermissionCommand({ ...canonical, StatementId, ...more }));
}

function remove(StatementId: string): Promise<void> {
  return sent(new RemovePermissionCommand({ FunctionName: name, StatementId }));
}

/** Every way in which AddPermission can be asked that a policy shows. */
const own: Readonly<Record<string, Partial<AddPermissionCommandInput>>> = {
  service: {},
  account: { Principal: "111122223333" },
  user: { Principal: "arn:aws:iam::111122223333:user/u" },
  everyone: { Principal: "*", PrincipalOrgID: "o-a1b2c3d4e5" },
  source: { SourceArn: "arn:aws:s3:::bucket", SourceAccount: "111122223333" },
  token: { Principal: "alexa-appkit.amazon.com", EventSourceToken: "token" },
  action: { Action: "lambda:GetFunction", Principal: "111122223333" },
};

describe("The policy of a function that was there before the run", () => {
  it("holds again what it held, whatever was added and removed since", async () => {
    for (const [sid, more] of Object.entries(own)) await add(sid, more);
    const before = await statementsOf(ask, name);
    expect(before).toHaveLength(Object.keys(own).length);
    for (const sid of Object.keys(own)) await remove(sid);
    await add("left-by-the-run");
    await add("service", { Principal: "sns.amazonaws.com" });
    expect(await restore(ask, name, before)).toEqual([]);
    const bySid = (list: typeof before) => new Map(list?.map((statement) => [statement.Sid, statement]));
    expect(bySid(await statementsOf(ask, name))).toEqual(bySid(before));
  });

  it("is read and given back also at a target that is busy now and then", async () => {
    await add("mine", own.source);
    const before = await statementsOf(ask, name);
    let calls = 0;
    const busy = { kind: "response", status: 503, headers: [], body: "", sentAt: 0, answeredAt: 0 } as const;
    const { undo } = await useExisting(name, {
      transport: {
        ...transport,
        send: (call, how) => {
          calls += 1;
          return calls % 2 === 0 ? Promise.resolve(busy) : transport.send(call, how);
        },
      },
      clock: () => 0,
      sleep: async () => {},
      endpoint: "http://lambda.test",
      region: "us-east-1",
      prefix: "addperm-ct-t1",
      startedAt: new Date(),
      deadlineMs: 1000,
    });
    await remove("mine");
    await add("left-by-the-run");
    expect(await undo()).toEqual([]);
    expect(await statementsOf(ask, name)).toEqual(before);
  });

  it("that cannot be given back is told of in full, so that nothing is lost", async () => {
    const lost = { Sid: "odd", Effect: "Deny", Action: "lambda:*", Principal: "*", Resource: "arn:x" };
    const [problem = "", ...others] = await restore(ask, name, [lost]);
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^mine has lost a statement that stood there before \(AddPermission cannot say it\)/,
    );
    expect(problem).toContain('"Sid":"odd"');
  });

  it("is the same after a run of every suite that works on it", async () => {
    await add("mine", own.source);
    const before = await statementsOf(ask, name);
    const run = await conform((request) => answer(request), {
      functionName: name,
      suites: ["state", "questions", "histories", "races", "size"],
      runs: 3,
      rounds: 2,
    });
    expect(run.summary.document.violated).toBe(0);
    expect(run.faults).toEqual([]);
    expect(await statementsOf(ask, name)).toEqual(before);
  });

  it("is freed of ids that a path can name, and never by a path that may mean something else", async () => {
    const sids = ["a b", "é", "..", "a/b", "a%2fb", "", "plain"];
    const removed: string[] = [];
    const statements = sids.map((Sid) => ({ Sid, Effect: "Allow" }));
    const recording = sdkOver(
      {
        send: async ({ method, target }) => {
          if (method === "DELETE") removed.push(target.split("/").at(-1) ?? "");
          const body = JSON.stringify({ Policy: JSON.stringify({ Statement: statements }) });
          return { kind: "response", status: 200, headers: [], body, sentAt: 0, answeredAt: 0 };
        },
        close: async () => {},
      },
      "us-east-1",
      { deadlineMs: 1000 },
    );
    const [problem] = await restore(recording, name, []);
    expect(removed).toEqual(["a%20b", "%C3%A9", "plain"]);
    expect(problem).toContain('4 statements of mine are left behind: ".." (no path can name its id safely)');
  });

  it("says nothing where policies cannot be read at all", async () => {
    const mute: Ask = async () => ({ ok: false, answer: null, status: 405, error: null, message: "" });
    expect(await restore(mute, name, await statementsOf(mute, name))).toEqual([]);
    expect(await restore(mute, name, [])).toEqual([
      "what was added to mine may be left behind: its policy cannot be read",
    ]);
  });
});

/** The reference as a function from Request to Response. */
async function answer(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const outcome = await reference.handle({
    method: request.method,
    target: `${pathname}${search}`,
    headers: Object.fromEntries(request.headers),
    body: Buffer.from(await request.arrayBuffer()),
  });
  if (!isRecord(outcome)) throw new Error("dropped");
  const bare = outcome.status === 204;
  return new Response(bare ? null : String(outcome.body), {
    status: Number(outcome.status),
    headers: outcome.headers as [string, string][],
  });
}
