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
import { options } from "../api/options.ts";
import { type RunSettings, runOrThrow } from "../api/run.ts";
import { noFaultsOnDemand, openSession, type TargetConnection } from "../api/session.ts";
import { additionOf } from "../client/addition.ts";
import { type ArrangeOptions, useExisting } from "../client/arrange.ts";
import { recordStatementIds } from "../client/existing-policy.ts";
import { type Journal, journalIn, journalsIn } from "../client/journal.ts";
import { lambdaApi } from "../client/lambda-api.ts";
import { readStatements, restore, restoreAll, type SavedPolicy } from "../client/policy.ts";
import type { Transport } from "../client/transport.ts";
import type { WaitContext } from "../client/wait.ts";
import type { Report } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitCode, ruleStatus } from "../reports/verdict.ts";
import { jsonObject } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteFunction,
  getFunction,
  getPolicy,
  publishVersion,
  removePermission,
} from "../spec/calls.ts";
import type { Answer } from "../spec/exchange.ts";
import { inProcess } from "../targets/in-process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
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
  await start();
});
afterEach(async () => {
  await transport.close();
  await rm(folder, { recursive: true });
});

/** Starts a reference that has the function. */
async function start(behaviour: Behaviour = faithful): Promise<void> {
  reference = createReference({ behaviour });
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
}

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
function use(over: Partial<Transport> = {}, more: Partial<ArrangeOptions> = {}, functionName = name) {
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
  const used = useExisting(functionName, {
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
function instead(
  answer: (method: string, target: string, body: string | null) => Partial<Answer> | null,
): Partial<Transport> {
  return {
    send: (call, how) => {
      const own = answer(call.method, call.target, call.body);
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

/** A run on the function, without Requests and Responses, which would take a third of the time. */
async function judged(
  over: Partial<Transport>,
  {
    own = true,
    disposable = false,
    ...settings
  }: Partial<RunSettings> & { own?: boolean; disposable?: boolean } = {},
): Promise<Report> {
  const target: TargetConnection = {
    name: "mine",
    endpoint: "http://lambda.test",
    cannot: [noFaultsOnDemand],
    kind: "in-process",
    arranges: true,
    own,
    carrier: () => ({ ...transport, ...over }),
    stop: async () => {},
  };
  const session = await openSession(target, {
    env: {},
    seed: 1,
    cwd: folder,
    functionName: name,
    disposable,
  });
  const report = await runOrThrow(session, { seed: 1, runs: 1, rounds: 1, replay: () => "", ...settings });
  await session.close();
  return report;
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

  it("is restored although another operation on the function is often in progress", async () => {
    await add("mine", own.source);
    const before = await policy();
    let writes = 0;
    const busy = { status: 409, body: '{"message":"Another operation on this function is in progress."}' };
    const over = instead((method) => {
      if (method === "GET") return null;
      writes += 1;
      return writes % 3 === 0 ? null : busy;
    });
    const { tearDown } = await use(over).used;
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
    const run = await judged(transport, { suites: ["state", "questions", "histories", "races", "size"] });
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

const notFound = { status: 404, body: '{"message":"Not Found"}' };

/** True for a path of the three operations on policies. */
function isOnPolicy(target: string): boolean {
  return /\/policy([/?]|$)/.test(target);
}

/** A target with AddPermission, GetPolicy and RemovePermission alone, and with lists of versions and aliases if wanted. */
function policiesAlone({ lists = false } = {}): Partial<Transport> {
  const isList = (method: string, target: string) =>
    lists && method === "GET" && /\/(versions|aliases)(\?|$)/.test(target);
  return instead((method, target) => (isOnPolicy(target) || isList(method, target) ? null : notFound));
}

async function addVersionAndAlias(alias: string): Promise<void> {
  await sent(new PublishVersionCommand({ FunctionName: name }));
  await sent(new CreateAliasCommand({ FunctionName: name, Name: alias, FunctionVersion: "1" }));
}

const onAlias = { Qualifier: "prod" };
const ordinary = options.suites.of.filter((name) => name !== "wire" && name !== "all");

describe("A target with the operations on policies alone", () => {
  it.each([
    ["404", notFound],
    ["404 with an error name", { status: 404, body: '{"__type":"ResourceNotFoundException"}' }],
    ["404 and a page", { status: 404, body: "<html>Cannot GET</html>" }],
    ["405", { status: 405 }],
    ["501", { status: 501 }],
    ["400 for an unknown operation", { status: 400, body: '{"__type":"UnknownOperationException"}' }],
    ["403 as a gateway", { status: 403, body: '{"message":"Missing Authentication Token"}' }],
    ["200 and an empty object", { status: 200, body: "{}" }],
  ])("is used when it answers all else with %s", async (_what, other) => {
    const { used, log } = use(
      instead((_method, target) => (isOnPolicy(target) ? null : other)),
      { journal: journal() },
    );
    const { fixture, missing, tearDown } = await used;
    expect(fixture).toMatchObject({ region: "us-east-1", account: "123456789012", main: { arn: resource } });
    expect(missing.map(({ needs }) => needs)).toEqual(["other", "versions", "aliases", "describe"]);
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([
      `POST /2015-03-31/functions/${name}/policy`,
      `DELETE /2015-03-31/functions/${name}/policy/addperm-ct-t1-copy`,
    ]);
    expect(await tearDown()).toEqual([]);
    expect((await policy()).statements).toEqual([]);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("is judged by its merits, and what needs another operation is listed under cannot", async () => {
    await add("mine", own.source);
    const before = await policy();
    const run = await judged(policiesAlone(), { suites: ordinary });
    expect([exitCode(run), run.faults, run.incomplete]).toEqual([0, [], false]);
    expect(run.target.uses).toEqual({ function: name });
    expect(run.target.cannot).toContain(
      "does not describe functions (GetFunction answered 404 without an error name: Not Found), so its revisions are those of GetPolicy",
    );
    expect(run.summary.document.holds).toBeGreaterThan(100);
    expect(await policy()).toEqual(before);
  });

  it("is found to leave the qualifier out of the Resource where it lists versions and aliases", async () => {
    await start(mutants["statement.qualified-resource"].mutate(faithful));
    await addVersionAndAlias("prod");
    const run = await judged(policiesAlone({ lists: true }), { suites: ["spellings"] });
    const violated = run.rules.filter(({ verdicts }) => verdicts.document === "violated");
    expect(violated.map(({ id }) => id)).toEqual(["statement.qualified-resource"]);
    expect([exitCode(run), run.target.uses]).toEqual([1, { function: name, version: "1", alias: "prod" }]);
    expect(runText(run, { columns: 100, color: false })).toContain(
      `uses      ${name}, its version 1 and its alias prod\n`,
    );
    for (const qualifier of [null, "1", "prod"]) expect((await policy(qualifier)).statements).toEqual([]);
  });

  it("refuses a misspelt name, and the message names both operations", async () => {
    const over = instead((_method, target) => (isOnPolicy(target) ? null : notFound));
    const { used, log } = use(over, { journal: journal() }, "misspelt");
    await expect(used).rejects.toThrow(
      /answered GetFunction for misspelt with 404 without an error name: Not Found, and AddPermission with 404 ResourceNotFoundException: .*: name a function that exists with functionName/,
    );
    expect(log.filter((line) => !line.startsWith("GET "))).toHaveLength(1);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("is not used without RemovePermission, and the journal names the statement's policy", async () => {
    const { used } = use(
      instead((method, target) => (isOnPolicy(target) && method !== "DELETE" ? null : { status: 405 })),
      { journal: journal() },
    );
    await expect(used).rejects.toThrow(
      /RemovePermission with 405 .* 1 statements of mine are left behind: "addperm-ct-t1-copy" \(405/,
    );
    expect(await journalsIn(folder)).toMatchObject([{ entry: { policies: [{ described: false }] } }]);
  });

  it("keeps a policy that cannot be restored, without a write", async () => {
    const deny = { ...statement, Effect: "Deny" };
    const { used, log } = use({
      send: (call, how) => {
        const shows = holding(deny).send;
        return isOnPolicy(call.target) && shows !== undefined
          ? shows(call, how)
          : Promise.resolve({ kind: "response", headers: [], sentAt: 0, answeredAt: 0, ...notFound });
      },
    });
    await expect(used).rejects.toThrow("Nothing was changed.");
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });
});

describe("A version and an alias of an existing function", () => {
  it("are chosen without a policy where there is one, and nothing is created", async () => {
    await addVersionAndAlias("prod");
    await sent(new PublishVersionCommand({ FunctionName: name }));
    await sent(new CreateAliasCommand({ FunctionName: name, Name: "spare", FunctionVersion: "1" }));
    for (const Qualifier of ["1", "prod"]) await add("mine", { Qualifier });
    const before = [await policy("1"), await policy("prod")];
    const { used, log } = use();
    const { fixture, missing, tearDown } = await used;
    expect(fixture.main).toMatchObject({
      versions: ["2"],
      aliases: { live: "spare" },
      unused: { versions: ["1"], aliases: ["prod"] },
    });
    expect(missing.map(({ needs }) => needs)).toEqual(["other"]);
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
    expect(await tearDown()).toEqual([]);
    expect([await policy("1"), await policy("prod")]).toEqual(before);
  });

  it("have their policies saved before the first write, emptied during a run and restored", async () => {
    await addVersionAndAlias("prod");
    for (const Qualifier of ["1", "prod"]) await add("mine", { Qualifier, ...own.source });
    const before = [await policy("1"), await policy("prod")];
    const noted: unknown[] = [];
    const over: Partial<Transport> = {
      send: async (call, how) => {
        if (call.method !== "GET") noted.push((await journalsIn(folder))[0]?.entry.policies);
        return transport.send(call, how);
      },
    };
    const { tearDown } = await use(over, { journal: journal() }).used;
    expect(noted).toHaveLength(4);
    for (const policies of noted)
      expect(policies).toMatchObject([
        { qualifier: null },
        { qualifier: "1", emptied: true, statements: before[0]?.statements },
        { qualifier: "prod", emptied: true, statements: before[1]?.statements },
        { qualifier: "$LATEST" },
        { qualifier: "live" },
      ]);
    for (const Qualifier of ["1", "prod"]) {
      await sent(new RemovePermissionCommand({ FunctionName: name, Qualifier, StatementId: "mine" }));
      await add("left-by-the-run", { Qualifier });
    }
    expect(await tearDown()).toEqual([]);
    expect([await policy("1"), await policy("prod")]).toEqual(before);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it("are the same after a run of every suite that SDKs can send", async () => {
    await addVersionAndAlias("prod");
    await add("mine", own.source);
    for (const Qualifier of ["1", "prod"]) await add("mine", { Qualifier, ...own.token });
    const before = [await policy(), await policy("1"), await policy("prod")];
    const others: string[] = [];
    const noting = instead((method, target) => {
      if (method !== "GET" && !/olicy/i.test(target)) others.push(`${method} ${target}`);
      return null;
    });
    const run = await judged(noting, { seed: 4, suites: ordinary });
    expect([exitCode(run), run.faults]).toEqual([0, []]);
    const standings = run.rules.map((rule) => ruleStatus(rule, run));
    expect(standings.filter((one) => !["holds", "excused", "ignored"].includes(one))).toEqual([]);
    expect(others).toEqual([]);
    expect(run.target.uses).toEqual({ function: name, version: "1", alias: "prod" });
    expect([await policy(), await policy("1"), await policy("prod")]).toEqual(before);
  });

  it.each([
    ["cannot be read", { status: 500, body: "" }, "GetPolicy answered 500"],
    [
      "cannot be written again",
      {
        status: 200,
        body: JSON.stringify({ Policy: JSON.stringify({ Statement: [{ ...statement, Effect: "Deny" }] }) }),
      },
      "AddPermission always writes Allow",
    ],
  ])("are not used when the policy %s", async (_what, shown, why) => {
    await addVersionAndAlias("prod");
    const { used, log } = use(
      instead((method, target) => (method === "GET" && target.includes("Qualifier=prod") ? shown : null)),
    );
    const { fixture, missing } = await used;
    expect(fixture.main).toMatchObject({ versions: ["1"], aliases: null });
    expect(missing.find(({ needs }) => needs === "aliases")?.reason).toContain(why);
    expect(log.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });

  it("are not used, and stay as they were, when the target refuses a copy of a statement", async () => {
    await addVersionAndAlias("prod");
    await add("mine", onAlias);
    const before = await policy("prod");
    const { used } = use(
      instead((method, target) =>
        method === "POST" && target.includes("Qualifier=prod") ? { status: 400, body: "{}" } : null,
      ),
      { journal: journal() },
    );
    const { fixture, missing, tearDown } = await used;
    expect(fixture.main.aliases).toBeNull();
    expect(missing.find(({ needs }) => needs === "aliases")?.reason).toContain("answered to a copy of it");
    expect(await tearDown()).toEqual([]);
    expect(await policy("prod")).toEqual(before);
  });

  it("are restored when the run is interrupted while copies are tested", async () => {
    await addVersionAndAlias("prod");
    await add("mine", onAlias);
    const before = await policy("prod");
    const stop = new AbortController();
    const over: Partial<Transport> = {
      send: async (call, how) => {
        if (call.method === "POST") stop.abort();
        return transport.send(call, how);
      },
    };
    await expect(use(over, { journal: journal(), signal: stop.signal }).used).rejects.toThrow("was ended");
    expect(await policy("prod")).toEqual(before);
    expect(await journalsIn(folder)).toEqual([]);
  });

  it.each([
    [createFunction(name, { role: "", runtime: "", zip: "" }), false],
    [deleteFunction(name), false],
    [deleteFunction(name, "1"), false],
    [publishVersion(name), false],
    [createAlias(name, "spare", "1"), false],
    [getFunction(name), true],
    [getPolicy(name, "1"), true],
    [removePermission(name, "versions", { qualifier: "1" }), true],
    [addPermission({ functionName: name, body: null }), true],
  ])("are never created nor deleted: %j", (call, isSent) => {
    const why = recordStatementIds(transport).transport.unable?.(call) ?? null;
    expect(why === null).toBe(isSent);
  });

  it("do not cost the function its statements on a target that keeps one policy for all", async () => {
    await add("mine");
    const before = await policy();
    const shared: Partial<Transport> = {
      send: (call, how) =>
        transport.send({ ...call, target: call.target.replace(/\?Qualifier=.*$/, "") }, how),
    };
    const policies = [null, "1"].map((qualifier) => ({
      functionName: name,
      qualifier,
      resource,
      statements: qualifier === null ? before.statements : [],
      emptied: true,
    }));
    await restoreAll(contextOver({ ...transport, ...shared }), policies);
    expect(await policy()).toEqual(before);
  });
});

describe("An id that no path can name", () => {
  it("is sent last to a disposable target, and its acceptance is found besides other faults", async () => {
    await start(mutants["Action.pattern"].mutate(faithful));
    const ids: unknown[] = [];
    /** The reference, but an empty StatementId is accepted. */
    const acceptingEmpty: Partial<Transport> = {
      send: async (call, how) => {
        if (call.method === "POST") ids.push(jsonObject(call.body ?? "")?.StatementId);
        const body = call.body?.replace('"StatementId":""', '"StatementId":"zz-empty"') ?? null;
        const given = await transport.send({ ...call, body }, how);
        return given.kind === "none" ? given : { ...given, body: given.body.replaceAll("zz-empty", "") };
      },
    };
    const run = await judged(acceptingEmpty, { suites: ["boundary", "state"] });
    const violated = run.rules.filter(({ verdicts }) => verdicts.document === "violated");
    expect(violated.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["StatementId.minLength", "Action.pattern"]),
    );
    // The suite `state` comes after `boundary`.
    expect(ids.slice(0, ids.indexOf(""))).toContain("change");
    expect(violated.find(({ id }) => id === "StatementId.minLength")?.counterexample).toMatchObject({
      reproduced: "as recorded",
      steps: [{ request: { body: expect.stringContaining('""') } }],
    });
    expect(run.faults).toEqual([expect.stringContaining('left behind: ""')]);
  });

  it.each([
    ["is not asked elsewhere, and the report says so", false],
    ["is asked where the target is declared disposable", true],
  ])("%s", async (_what, disposable) => {
    const ids: unknown[] = [];
    const noting = instead((method, _target, body) => {
      if (method === "POST") ids.push(jsonObject(body ?? "")?.StatementId);
      return null;
    });
    const rules = ["StatementId.minLength"] as const;
    const report = await judged(noting, { rules, own: false, disposable });
    expect(ids.includes("")).toBe(disposable);
    const rule = report.rules.find(({ id }) => id === "StatementId.minLength");
    expect([rule?.verdicts.document, rule?.excusedBy]).toEqual(
      disposable ? ["holds", undefined] : ["unexercised", "discard"],
    );
    expect(report.target.cannot.some((reason) => reason.includes("no path can name"))).toBe(!disposable);
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
