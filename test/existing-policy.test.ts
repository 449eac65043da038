import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { conform } from "../api/conform.ts";
import { additionOf } from "../client/addition.ts";
import { type ArrangeOptions, useExisting } from "../client/arrange.ts";
import { type Journal, journalIn, journalsIn } from "../client/journal.ts";
import { lambdaApi } from "../client/lambda-api.ts";
import { readStatements, restore, type SavedPolicy } from "../client/policy.ts";
import type { Transport } from "../client/transport.ts";
import type { WaitContext } from "../client/wait.ts";
import { isRecord } from "../spec/body.ts";
import type { Answer } from "../spec/exchange.ts";
import { inProcess } from "../targets/in-process.ts";
import { createReference } from "../targets/reference/reference.ts";
import { officialSdk } from "./official-sdk.ts";

const name = "mine";
const resource = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const clock = () => performance.now();
let reference: ReturnType<typeof createReference>;
let transport: Transport;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kept-"));
  reference = createReference();
  transport = inProcess(reference, { clock });
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
afterEach(async () => {
  await transport.close();
  await rm(folder, { recursive: true });
});

function contextOver(over: Transport): WaitContext {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  const lambda = lambdaApi(over, { deadlineMs: 1000 });
  return { lambda, clock: () => now, sleep, waitTimeoutMs: 10_000 };
}

type Command =
  | AddPermissionCommand
  | CreateAliasCommand
  | CreateFunctionCommand
  | PublishVersionCommand
  | RemovePermissionCommand;

async function sent(command: Command) {
  await officialSdk(transport).send(command as AddPermissionCommand);
}

function add(StatementId: string, more: Partial<AddPermissionCommandInput> = {}): Promise<void> {
  const canonical = { FunctionName: name, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  return sent(new AddPermissionCommand({ ...canonical, StatementId, ...more }));
}

function remove(StatementId: string): Promise<void> {
  return sent(new RemovePermissionCommand({ FunctionName: name, StatementId }));
}

/** The current policy of the function or one of its aliases. */
async function policy(qualifier: string | null = null): Promise<SavedPolicy> {
  const read = await readStatements(contextOver(transport), { functionName: name, qualifier });
  if (read.kind === "unreadable") throw new Error(read.why);
  return { functionName: name, qualifier, resource, statements: read.statements };
}

/** Its statements by their ids. */
async function bySid(): Promise<ReadonlyMap<unknown, unknown>> {
  return new Map((await policy()).statements.map((statement) => [statement.Sid, statement]));
}

/** Uses the function through a transport; `log` lists the requests. */
function use(over: Partial<Transport> = {}, more: Partial<ArrangeOptions> = {}) {
  const log: string[] = [];
  const through = { ...transport, ...over };
  const logging: Transport = {
    ...through,
    send: (call, how) => {
      log.push(`${call.method} ${call.target}`);
      return through.send(call, how);
    },
  };
  const { clock: contextClock, sleep } = contextOver(logging);
  const used = useExisting(name, {
    transport: logging,
    clock: contextClock,
    sleep,
    endpoint: "http://lambda.test",
    prefix: "addperm-ct-t1",
    startedAt: new Date(),
    deadlineMs: 1000,
    ...more,
  });
  return { used, log };
}

/** A transport that answers some calls without the reference. */
function instead(answer: (method: string, target: string) => Partial<Answer> | null): Partial<Transport> {
  return {
    send: (call, how) => {
      const own = answer(call.method, call.target);
      if (own === null) return transport.send(call, how);
      const base = {
        kind: "response",
        status: 200,
        headers: [],
        body: "",
        sentAt: 0,
        answeredAt: 0,
      } as const;
      return Promise.resolve({ ...base, ...own } as Answer);
    },
  };
}

/** A transport that replaces the answer to GetPolicy. */
function policyIs(body: string, status = 200): Partial<Transport> {
  return instead((method, target) =>
    method === "GET" && target.endsWith("/policy") ? { status, body } : null,
  );
}

function holding(...statements: readonly unknown[]): Partial<Transport> {
  return policyIs(JSON.stringify({ Policy: JSON.stringify({ Statement: statements }) }));
}

function journal(run = "t1"): Journal {
  const at = { endpoint: "http://lambda.test/", region: "us-east-1", startedAt: "2026-01-01T00:00:00Z" };
  return journalIn(folder, { run, ...at, pid: 1 });
}

/** Every kind of AddPermission request that a policy shows. */
const own: Readonly<Record<string, Partial<AddPermissionCommandInput>>> = {
  service: {},
  account: { Principal: "111122223333" },
  user: { Principal: "arn:aws:iam::111122223333:user/u" },
  everyone: { Principal: "*" },
  source: { SourceArn: "arn:aws:s3:::bucket", SourceAccount: "111122223333" },
  token: { Principal: "alexa-appkit.amazon.com", EventSourceToken: "token" },
  action: { Action: "lambda:GetFunction", Principal: "111122223333" },
};

describe("The existing policy of a function", () => {
  it("is restored after any additions and removals", async () => {
    for (const [sid, more] of Object.entries(own)) await add(sid, more);
    const before = await bySid();
    expect(before.size).toBe(Object.keys(own).length);
    const { tearDown } = await use().used;
    expect(await bySid()).toEqual(before);
    for (const sid of Object.keys(own)) await remove(sid);
    await add("left-by-the-run");
    await add("service", { Principal: "sns.amazonaws.com" });
    expect(await tearDown()).toEqual([]);
    expect(await bySid()).toEqual(before);
  });

  it("is read and restored also when the target is sometimes busy", async () => {
    await add("mine", own.source);
    const before = await policy();
    let calls = 0;
    const { tearDown } = await use(
      instead(() => {
        calls += 1;
        return calls % 2 === 0 ? { status: 503 } : null;
      }),
    ).used;
    await remove("mine");
    await add("left-by-the-run");
    expect(await tearDown()).toEqual([]);
    expect(await policy()).toEqual(before);
  });

  it("is restored when the answer to a removal or an addition is lost", async () => {
    await add("mine", own.source);
    const before = await policy();
    await remove("mine");
    await add("left-by-the-run");
    const lost = new Set(["POST", "DELETE"]);
    const losing: Transport = {
      ...transport,
      send: async (call, how) => {
        const answer = await transport.send(call, how);
        if (!lost.delete(call.method)) return answer;
        return { kind: "none", reason: "timeout", detail: "lost", sentAt: 0, answeredAt: 0 };
      },
    };
    expect(await restore(contextOver(losing), before)).toMatchObject({ problems: [], done: true });
    expect(await policy()).toEqual(before);
  });

  it("is restored when the target cannot show a policy with a certain statement", async () => {
    await add("mine", own.source);
    await add("mine-too", own.user);
    const before = await bySid();
    const sids = async () => [...(await bySid()).keys()];
    const over: Partial<Transport> = {
      send: async (call, how) => {
        const isRead = call.method === "GET" && call.target.endsWith("/policy");
        if (!isRead || !(await sids()).includes("poison")) return transport.send(call, how);
        return { kind: "response", status: 500, headers: [], body: "", sentAt: 0, answeredAt: 0 };
      },
    };
    const { tearDown } = await use(over, { journal: journal(), sentIds: () => ["old", "poison", "a/b"] })
      .used;
    await remove("mine");
    await add("poison");
    expect(await tearDown()).toEqual([]);
    expect(await bySid()).toEqual(before);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("is added again when the target no longer shows a policy, and the journal stays", async () => {
    await add("mine", own.source);
    const before = await policy();
    let isBroken = false;
    const over = instead((method) => (isBroken && method === "GET" ? { status: 500 } : null));
    const { tearDown } = await use(over, { journal: journal() }).used;
    await remove("mine");
    isBroken = true;
    expect(await tearDown()).toEqual([
      expect.stringContaining("its policy cannot be read (GetPolicy answered 500"),
      expect.stringMatching(
        /^mine may have lost what it had before the run: \{"Action".*\(added again, but not verified\)$/,
      ),
      expect.stringContaining("mine:$LATEST"),
      expect.stringContaining("mine:live"),
    ]);
    expect(await policy()).toEqual(before);
    expect(await journalsIn(folder)).toHaveLength(1);
  });

  it("is printed completely when it cannot be restored", async () => {
    const odd = { Sid: "odd", Effect: "Deny", Action: "lambda:*", Principal: "*", Resource: "arn:x" };
    const { problems, done } = await restore(contextOver(transport), {
      ...(await policy()),
      statements: [odd],
    });
    expect([problems.length, done]).toEqual([1, false]);
    expect(problems[0]).toMatch(
      /^mine has lost a statement that it had before the run \(AddPermission cannot write it\)/,
    );
    expect(problems[0]).toContain('"Sid":"odd"');
  });

  it("is the same after a run of every suite that supports it", async () => {
    await add("mine", own.source);
    const before = await policy();
    const run = await conform((request) => answer(request), {
      functionName: name,
      suites: ["state", "questions", "histories", "races", "size"],
      runs: 3,
      rounds: 2,
    });
    expect(run.summary.document.violated).toBe(0);
    expect(run.faults).toEqual([]);
    expect(await policy()).toEqual(before);
  });

  it("of the alias live is cleared of statements from a target that reads `qualifier` as `Qualifier`", async () => {
    await sent(new PublishVersionCommand({ FunctionName: name }));
    await sent(new CreateAliasCommand({ FunctionName: name, Name: "live", FunctionVersion: "1" }));
    const live = {
      FunctionName: name,
      Qualifier: "live",
      Action: "lambda:GetFunction",
      Principal: "s3.amazonaws.com",
    };
    await sent(new AddPermissionCommand({ ...live, StatementId: "own" }));
    const before = await policy("live");
    const { tearDown } = await use().used;
    await sent(new AddPermissionCommand({ ...live, StatementId: "left" }));
    expect((await policy("live")).statements).toHaveLength(2);
    expect(await tearDown()).toEqual([]);
    expect(await policy("live")).toEqual(before);
  });

  it("is cleared only of ids that a path can name without ambiguity", async () => {
    const sids = ["a b", "é", "..", "a/b", "a%2fb", "", "plain"];
    const gone = new Set<string>();
    const over: Transport = {
      ...transport,
      send: async ({ method, target }) => {
        if (method === "DELETE") gone.add(decodeURIComponent(target.split("/").at(-1) ?? ""));
        const left = sids.filter((Sid) => !gone.has(Sid)).map((Sid) => ({ Sid, Effect: "Allow" }));
        const body = JSON.stringify({ Policy: JSON.stringify({ Statement: left }) });
        return { kind: "response", status: 200, headers: [], body, sentAt: 0, answeredAt: 0 };
      },
    };
    const { problems, done, removed } = await restore(contextOver(over), {
      ...(await policy()),
      statements: [],
    });
    expect([[...gone], removed]).toEqual([
      ["a b", "é", "plain"],
      ["a b", "é", "plain"],
    ]);
    expect(problems).toEqual([
      expect.stringContaining(
        '4 statements of mine are left behind: ".." (a path cannot hold its id safely)',
      ),
    ]);
    expect(done).toBe(true);
  });
});

const statement = {
  Sid: "keep",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: resource,
};
const sourceArn = "arn:aws:s3:::bucket";
const twoAccounts = {
  StringEquals: { "AWS:SourceAccount": "111122223333" },
  StringLike: { "aws:SourceAccount": "111122223334" },
};

describe("A run of --function does not start, and changes nothing,", () => {
  it.each([
    ["Effect", { Effect: "Deny" }],
    ["NotPrincipal", { Principal: undefined, NotPrincipal: { AWS: "*" } }],
    ["NotAction", { NotAction: "lambda:GetFunction" }],
    ["NotResource", { NotResource: "arn:x" }],
    ["Condition", { Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } } }],
    ["Condition", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } }],
    ["Condition", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["Condition", { Condition: { ArnNotLike: { "AWS:SourceArn": sourceArn } } }],
    ["Condition", { Condition: { ArnLike: { "AWS:SourceArn": [sourceArn, `${sourceArn}2`] } } }],
    ["Condition", { Condition: twoAccounts }],
    ["Condition", { Condition: { constructor: { constructor: "x" } } }],
    ["Condition", { Condition: {} }],
    ["Condition", { Condition: { ArnLike: {} } }],
    ["Condition", { Condition: { StringEquals: { "AWS:SourceAccount": "111" } } }],
    ["Principal", { Principal: { Federated: "cognito-identity.amazonaws.com" } }],
    ["Principal", { Principal: { AWS: ["111122223333", "111122223334"] } }],
    ["Principal", { Principal: { AWS: "111122223333", Service: "s3.amazonaws.com" } }],
    ["Action", { Action: ["lambda:InvokeFunction", "lambda:GetFunction"] }],
    ["Action", { Action: "s3:GetObject" }],
    ["Resource", { Resource: `${resource}:live` }],
    ["Resource", { Resource: "*" }],
    ["Sid", { Sid: "" }],
    ["Sid", { Sid: "a b" }],
    ["Sid", { Sid: undefined }],
    ["Sid", { Sid: "fine" }],
  ])("when AddPermission cannot express a statement: %s %j", async (member, change) => {
    const odd = { ...statement, ...change };
    const { used, log } = use(holding({ ...statement, Sid: "fine" }, odd), { journal: journal() });
    const error: unknown = await used.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "Fault" });
    expect(String(error)).toContain(`(statement ${JSON.stringify(odd.Sid) ?? "without an id"}, ${member}: `);
    expect(String(error)).toMatch(/Nothing was changed\.$/);
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it.each([
    ["500", policyIs("", 500), "GetPolicy answered 500"],
    ["403", policyIs("{}", 403), "GetPolicy answered 403"],
    ["405", policyIs("", 405), "GetPolicy answered 405"],
    ["503 for good", policyIs("", 503), "GetPolicy answered 503"],
    ["no JSON", policyIs("<html>"), "GetPolicy answered 200"],
    ["no policy", policyIs("{}"), "without a list of statements"],
    ["a policy that is not JSON", policyIs('{"Policy":"{"}'), "without a list of statements"],
    ["a policy without a list", policyIs('{"Policy":"{}"}'), "without a list of statements"],
    ["an invalid statement", policyIs('{"Policy":"{\\"Statement\\":[1]}"}'), "without a list of statements"],
  ])("when the policy cannot be read: %s", async (_what, over, says) => {
    const { used, log } = use(over);
    await expect(used).rejects.toThrow(says);
    await expect(used).rejects.toThrow("Nothing was changed.");
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });

  it("when another run stores the policy", async () => {
    await journal("broken").notePolicies(name, [await policy()]);
    const { used, log } = use({}, { journal: journal() });
    await expect(used).rejects.toThrow(
      "The policy of mine is in use by the run broken, which is still going on or was killed",
    );
    expect(log).toEqual([`GET /2015-03-31/functions/${name}`]);
  });
});

describe("A run of --function leaves the policy as it was, and does not start,", () => {
  it("when the target writes a statement in another form", async () => {
    const stored = { ...statement, Condition: { StringLike: { "AWS:SourceArn": sourceArn } } };
    await add("other");
    const before = await policy();
    // The statement was not written by the target's AddPermission.
    const over: Partial<Transport> = {
      send: async (call, how) => {
        const given = await transport.send(call, how);
        if (call.method !== "GET" || !call.target.endsWith("/policy") || given.kind === "none") return given;
        const { Policy } = JSON.parse(given.body);
        const { Statement } = JSON.parse(Policy);
        return {
          ...given,
          body: JSON.stringify({ Policy: JSON.stringify({ Statement: [stored, ...Statement] }) }),
        };
      },
    };
    await expect(use(over).used).rejects.toThrow(
      '(statement "keep", Condition: AddPermission writes {"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}} there)',
    );
    expect(await policy()).toEqual(before);
  });

  it("when the target refuses a copy of a statement", async () => {
    await add("mine", own.user);
    const before = await policy();
    const refusing = instead((method) =>
      method === "POST" ? { status: 400, body: '{"message":"The provided principal was invalid."}' } : null,
    );
    const { used } = use(refusing, { journal: journal() });
    await expect(used).rejects.toThrow(
      /\(statement "mine": the target answered to a copy of it with 400 .*principal was invalid.*\).* The policy is as it was\.$/,
    );
    expect(await policy()).toEqual(before);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("when it is interrupted", async () => {
    await add("mine");
    await add("mine-too");
    const before = await policy();
    const stop = new AbortController();
    const late: Promise<unknown>[] = [];
    const ending: Partial<Transport> = {
      send: async (call, how) => {
        if (call.method !== "POST") return transport.send(call, how);
        stop.abort();
        const { signal, ...rest } = how;
        if (signal?.aborted !== true) return transport.send(call, rest);
        // An aborted call still takes effect later.
        late.push(wait(100).then(() => transport.send(call, rest)));
        return { kind: "none", reason: "aborted", detail: "ended", sentAt: 0, answeredAt: 0 };
      },
    };
    const { used } = use(ending, { journal: journal(), signal: stop.signal });
    await expect(used).rejects.toThrow("was ended");
    await Promise.all(late);
    expect(await policy()).toEqual(before);
    expect(await journalsIn(folder)).toEqual([]);
  });
});

describe("A run of --function starts", () => {
  it.each([
    ["a 404 with a name", () => use()],
    ["a 404 without a name", () => use(policyIs("", 404))],
  ])("when there is no policy, without a write: %s", async (_what, start) => {
    const { used, log } = start();
    await used;
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });

  it("after it saved the policy in the journal, which only its owner can read", async () => {
    for (const [sid, more] of Object.entries(own)) await add(sid, more);
    const before = await policy();
    const noted: unknown[] = [];
    const over: Partial<Transport> = {
      send: async (call, how) => {
        if (call.method !== "GET") {
          const entry: unknown = JSON.parse(await readFile(join(folder, "t1.json"), "utf8"));
          noted.push(isRecord(entry) && Array.isArray(entry.policies) ? entry.policies[0] : null);
        }
        return transport.send(call, how);
      },
    };
    const { tearDown } = await use(over, { journal: journal() }).used;
    // A copy of each is added and removed.
    expect(noted).toEqual(Array(before.statements.length * 2).fill(before));
    expect((await stat(join(folder, "t1.json"))).mode & 0o777).toBe(0o600);
    await remove("service");
    expect(await tearDown()).toEqual([]);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("and keeps the journal until everything is restored", async () => {
    await add("mine");
    let broken = false;
    const over = instead(() => (broken ? { status: 500 } : null));
    const { tearDown } = await use(over, { journal: journal() }).used;
    await remove("mine");
    broken = true;
    expect(await tearDown()).toContain(
      "what was added to mine may be left behind: its policy cannot be read (GetPolicy answered 500 without an error name)",
    );
    expect((await journalsIn(folder)).map(({ entry }) => entry.policies[0]?.statements.length)).toEqual([1]);
    broken = false;
    expect(await tearDown()).toEqual([]);
    expect(await journalsIn(folder)).toEqual([]);
  });
});

describe("A statement is converted to the request that writes it", () => {
  it.each([
    ["a list of one", { Action: [statement.Action], Principal: { Service: ["s3.amazonaws.com"] } }, {}],
    ["StringLike", { Condition: { StringLike: { "aws:SourceArn": sourceArn } } }, { SourceArn: sourceArn }],
    [
      "StringEquals",
      { Condition: { StringEquals: { "AWS:SourceArn": sourceArn } } },
      { SourceArn: sourceArn },
    ],
    ["a bare account", { Principal: "111122223333" }, { Principal: "111122223333" }],
    ["everyone", { Principal: { AWS: "*" } }, { Principal: "*" }],
  ])("%s", (_what, change, says) => {
    const plain = { StatementId: "keep", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
    expect(additionOf({ ...statement, ...change }, resource)).toEqual({
      kind: "addition",
      addition: { ...plain, ...says },
    });
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
