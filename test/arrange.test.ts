import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import { type Arranged, type ArrangeOptions, arrange, useExisting } from "../client/arrange.ts";
import { constantAuthorizer } from "../client/authorize.ts";
import { httpTransport } from "../client/http.ts";
import { type FetchLike, fetchTransport } from "../client/in-process.ts";
import { journalIn, journalsIn } from "../client/journal.ts";
import { sweep } from "../client/sweep.ts";
import type { Transport } from "../client/transport.ts";
import { connectLocally } from "../runner/connect.ts";
import { allParts, noParts } from "../spec/fixture.ts";
import { createReference } from "../targets/reference/reference.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const clock = () => performance.now();
const authorize = constantAuthorizer("us-west-2");
const startedAt = new Date("2026-01-01T00:00:00Z");
const folder = temporaryFolder();

function optionsFor(transport: Transport, more: Partial<ArrangeOptions> = {}): ArrangeOptions {
  let now = 0;
  return {
    transport,
    clock: () => now,
    endpoint: "http://lambda.test",
    prefix: "addperm-ct-t1",
    startedAt,
    deadlineMs: 20_000,
    sleep: async (ms) => {
      now += ms;
    },
    ...more,
  };
}

async function onReference<T>(work: (transport: Transport) => Promise<T>): Promise<T> {
  const reference = createReference();
  const transport = httpTransport({ endpoint: await reference.listen(), clock, authorize });
  try {
    return await work(transport);
  } finally {
    await transport.close();
    await reference.close();
  }
}

interface FakeRequest {
  readonly operation: string;
  /** The name of the function. */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly authorization: string;
}
type Fake = (request: FakeRequest) => Response | undefined;

/** A tiny Lambda whose answers can be replaced; `log` lists the operations. */
function fake(instead: Fake = () => undefined): {
  transport: Transport;
  log: string[];
  standing: Set<string>;
} {
  const log: string[] = [];
  const standing = new Set<string>();
  const handle: FetchLike = async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    const text = await request.text();
    const body: Record<string, unknown> = text.startsWith("{") ? JSON.parse(text) : {};
    const operation = operationOf(request.method, path, text);
    log.push(operation);
    const authorization = request.headers.get("authorization") ?? "";
    const name = String(body.FunctionName ?? path.split("/")[3] ?? "");
    const replaced = instead({ operation, name, body, authorization });
    if (replaced !== undefined) return replaced;
    if (operation === "CreateFunction") standing.add(name);
    if (operation === "DeleteFunction") standing.delete(name);
    const arn = `arn:aws:lambda:us-west-2:123456789012:function:${name}`;
    return json(201, {
      FunctionArn: arn,
      Version: body.Description,
      Configuration: { FunctionArn: arn, FunctionName: name },
    });
  };
  return {
    transport: fetchTransport(handle, { origin: new URL("http://lambda.test"), clock, authorize }),
    log,
    standing,
  };
}

function operationOf(method: string, path: string, text: string): string {
  if (path === "/") return new URLSearchParams(text).get("Action") ?? "";
  if (method === "DELETE") return "DeleteFunction";
  if (path.endsWith("/versions")) return "PublishVersion";
  if (path.endsWith("/aliases")) return "CreateAlias";
  if (path.endsWith("/configuration")) return "UpdateFunctionConfiguration";
  if (method === "POST") return "CreateFunction";
  return /functions\/.+/.test(path) ? "GetFunction" : "ListFunctions";
}

function json(status: number, body: unknown, error?: string): Response {
  const headers = {
    "Content-Type": "application/json",
    ...(error === undefined ? {} : { "X-Amzn-ErrorType": error }),
  };
  return new Response(JSON.stringify(body), { status, headers });
}

const refusal = (message: string) => json(400, { message }, "InvalidParameterValueException");

test("arranges a function with versions and edge-case aliases and a second function, and deletes both", async () => {
  await onReference(async (transport) => {
    const { fixture, missing, tearDown } = await arrange(optionsFor(transport));
    expect(missing).toEqual([]);
    expect(fixture).toMatchObject({ partition: "aws", region: "us-west-2", account: "123456789012" });
    expect(fixture.unknownName).toBe("addperm-ct-t1-none");
    expect(fixture.main.versions).toEqual(["1", "2"]);
    const { live, arn140, arn141, longest } = fixture.main.aliases ?? {};
    expect([`${fixture.main.arn}:${arn140}`.length, `${fixture.main.arn}:${arn141}`.length]).toEqual([
      140, 141,
    ]);
    expect([live, longest?.length]).toEqual(["live", 128]);
    expect(fixture.other).toMatchObject({ name: "addperm-ct-t1-other", versions: [], aliases: null });
    const found = await useExisting(fixture.main.arn, optionsFor(transport));
    expect(found.fixture).toMatchObject({
      main: {
        name: "addperm-ct-t1-main",
        versions: ["1"],
        aliases: { live: "live" },
        unused: { versions: ["2"], aliases: [arn140, arn141, longest] },
      },
      other: null,
    });
    expect(await tearDown()).toEqual([]);
    await expect(useExisting("addperm-ct-t1-main", optionsFor(transport))).rejects.toThrow(
      "answered GetFunction for addperm-ct-t1-main with 404 ResourceNotFoundException",
    );
    expect(await tearDown()).toEqual([]);
  });
});

test("tries another runtime, a created role and no tags when the target refuses the first attempt", async () => {
  const roles: unknown[] = [];
  let waits = 2;
  const { transport, log, standing } = fake(({ operation, body, authorization }) => {
    if (operation === "CreateRole") {
      expect(authorization).toContain("/iam/aws4_request");
      return new Response("<Arn>arn:aws:iam::000000000000:role/addperm-ct-t1-role</Arn>");
    }
    if (operation !== "CreateFunction") return undefined;
    if (body.Tags !== undefined) return refusal("Unknown member Tags");
    if (body.Runtime !== "nodejs20.x") return refusal("The runtime parameter is not supported.");
    roles.push(body.Role);
    if (!String(body.Role).includes("000000000000"))
      return refusal("The role defined for the function cannot be assumed.");
    waits -= 1;
    return waits > 0 ? refusal("The role defined for the function cannot be assumed.") : undefined;
  });
  const { missing, recipe, tearDown } = await arrange(optionsFor(transport));
  expect(missing).toEqual([]);
  const asked = log.filter((operation) => operation === "CreateFunction").length;
  const next = await arrange(optionsFor(transport, { prefix: "addperm-ct-t2", recipe }));
  // The next fixture starts with the accepted settings and does not retry the refused ones.
  expect(log.filter((operation) => operation === "CreateFunction").length - asked).toBe(2);
  await next.tearDown();
  expect(roles.slice(0, 3)).toEqual([
    "arn:aws:iam::123456789012:role/addpermission-conformance",
    "arn:aws:iam::000000000000:role/addperm-ct-t1-role",
    "arn:aws:iam::000000000000:role/addperm-ct-t1-role",
  ]);
  await tearDown();
  expect(standing.size).toBe(0);
  expect(log.filter((operation) => operation.endsWith("Role"))).toEqual(["CreateRole", "DeleteRole"]);
});

test("uses and deletes a function whose creation was answered 500, as a repeated creation conflicts", async () => {
  const { transport, standing } = fake(({ operation, body }) => {
    if (operation !== "CreateFunction") return undefined;
    const name = String(body.FunctionName);
    if (standing.has(name)) return json(409, { message: "Function exists." }, "ResourceConflictException");
    standing.add(name);
    return json(500, { message: "Oops." }, "ServiceException");
  });
  const { fixture, missing, tearDown } = await arrange(optionsFor(transport));
  expect([missing, fixture.main.name, fixture.other?.name]).toEqual([
    [],
    "addperm-ct-t1-main",
    "addperm-ct-t1-other",
  ]);
  expect(await tearDown()).toEqual([]);
  expect(standing.size).toBe(0);
});

test("creates a role again where a restarted target has lost the one of an earlier fixture", async () => {
  const known = new Set<string>();
  const { transport } = fake(({ operation, body }) => {
    if (operation === "CreateRole") {
      const arn = `arn:aws:iam::000000000000:role/addperm-ct-t${known.size + 1}-role`;
      known.add(arn);
      return new Response(`<Arn>${arn}</Arn>`);
    }
    if (operation !== "CreateFunction" || known.has(String(body.Role))) return undefined;
    return refusal("The role defined for the function cannot be assumed.");
  });
  const { recipe } = await arrange(optionsFor(transport));
  const [lost = ""] = known;
  expect(recipe?.role).toBe(lost);
  known.clear();
  known.add("restarted");
  const next = await arrange(optionsFor(transport, { prefix: "addperm-ct-t2", recipe }));
  expect(next.recipe?.role).toBe("arn:aws:iam::000000000000:role/addperm-ct-t2-role");
  expect(await next.tearDown()).toEqual([]);
});

test.each([
  { errors: 3, deleted: true },
  { errors: 4, deleted: false },
])(
  "a deletion is sent again after internal errors, three times at most: $errors",
  async ({ errors, deleted }) => {
    let left = errors;
    const { transport, standing } = fake(({ operation }) => {
      if (operation !== "DeleteFunction" || left === 0) return undefined;
      left -= 1;
      return json(500, { message: "Try again." }, "ServiceException");
    });
    const { tearDown } = await arrange(optionsFor(transport, { parts: noParts }));
    expect(await tearDown()).toHaveLength(deleted ? 0 : 1);
    expect(standing.size).toBe(deleted ? 0 : 1);
  },
);

test("a function whose deletion is answered 504, although it happened, is not left behind", async () => {
  let lost = 1;
  const { transport, standing } = fake(({ operation }) => {
    if (operation !== "DeleteFunction") return undefined;
    standing.clear();
    lost -= 1;
    return lost === 0 ? json(504, {}) : json(404, {}, "ResourceNotFoundException");
  });
  const { tearDown } = await arrange(optionsFor(transport, { parts: noParts }));
  expect(await tearDown()).toEqual([]);
});

test("an alias whose creation was answered 502 is known to exist", async () => {
  let lost = 1;
  const { transport } = fake(({ operation, body }) => {
    if (operation !== "CreateAlias" || body.Name !== "live") return undefined;
    lost -= 1;
    return lost === 0 ? json(502, {}) : json(409, { message: "It exists." }, "ResourceConflictException");
  });
  const { fixture, missing } = await arrange(optionsFor(transport));
  expect(fixture.main.aliases?.live).toBe("live");
  expect(missing).toEqual([]);
});

test("waits for a pending function", async () => {
  let pending = 3;
  const { transport, log } = fake(({ operation }) => {
    if (operation !== "GetFunction") return undefined;
    pending -= 1;
    if (pending === 2) return json(404, {}, "ResourceNotFoundException");
    return json(200, { Configuration: { State: pending > 0 ? "Pending" : "Active" } });
  });
  await arrange(optionsFor(transport));
  expect(log.indexOf("PublishVersion") - log.indexOf("GetFunction")).toBe(3);
});

test.each([
  { first: "Active", reads: 0 },
  { first: "Pending", reads: 1 },
])(
  "reads a function that is created active unless the first one was $first at once",
  async ({ first, reads }) => {
    let created = 0;
    let asked = 0;
    const { transport, log } = fake(({ operation, body }) => {
      if (operation === "CreateFunction") {
        created += 1;
        const FunctionArn = `arn:aws:lambda:us-west-2:000000000000:function:${String(body.FunctionName)}`;
        return json(201, { FunctionArn, State: "Active" });
      }
      if (operation !== "GetFunction") return undefined;
      asked += 1;
      return json(200, { Configuration: { State: asked === 1 ? first : "Active" } });
    });
    const { recipe } = await arrange(optionsFor(transport));
    const before = log.filter((operation) => operation === "GetFunction").length;
    await arrange(optionsFor(transport, { prefix: "addperm-ct-t2", parts: noParts, recipe }));
    expect(created).toBe(3);
    expect(log.filter((operation) => operation === "GetFunction").length - before).toBe(reads);
  },
);

describe("At a target whose new functions are pending for a while", () => {
  /** A target with fixtures of one function, of which `ahead` may be created before they are asked for. */
  async function pendingTarget(ahead: number) {
    const seen = new Set<string>();
    const target = fake(({ operation, name }) => {
      if (operation !== "GetFunction") return undefined;
      if (!target.standing.has(name)) return json(404, {}, "ResourceNotFoundException");
      // The first read of the run shows for how long a function is pending.
      const State = seen.size === 0 ? "Pending" : "Active";
      seen.add(name);
      return json(200, { Configuration: { State } });
    });
    const connection = await connectLocally({
      prefix: "addperm-ct-t1",
      carrier: () => target.transport,
      concurrency: 1,
      clock,
    });
    const tearDowns: Arranged["tearDown"][] = [];
    const how = { ahead, waitTimeoutMs: 50, onTearDown: (one: Arranged["tearDown"]) => tearDowns.push(one) };
    const next = async (suffix: string, parts = noParts) =>
      (await connection.arrange(suffix, { ...how, parts })).fixture.main.name.slice(-9);
    await next("0000");
    return { ...target, next, tearDown: () => Promise.all(tearDowns.map((one) => one())) };
  }

  test("functions become active before they are asked for, and all are deleted", async () => {
    const { next, log, standing, tearDown } = await pendingTarget(2);
    expect([await next("0001"), await next("0002"), await next("0003")]).toEqual([
      "zz00-main",
      "0001-main",
      "zz01-main",
    ]);
    expect(log.filter((operation) => operation === "CreateFunction")).toHaveLength(6);
    expect(log.filter((operation) => operation === "GetFunction")).toHaveLength(5);
    expect(standing.size).toBe(6);
    await tearDown();
    expect(standing.size).toBe(0);
  });

  test("one that the target has lost is not used", async () => {
    const { next, standing } = await pendingTarget(1);
    expect(await next("0001")).toBe("zz00-main");
    standing.clear();
    const name = await next("0002");
    expect([...standing].filter((one) => one.endsWith(name))).toHaveLength(1);
  });

  test("none is created ahead unless that is asked for", async () => {
    const { next, standing } = await pendingTarget(0);
    expect(await next("0001")).toBe("0001-main");
    expect(standing.size).toBe(2);
  });

  test("the second function is created while the first one is pending", async () => {
    const { next, log } = await pendingTarget(0);
    await next("0001", allParts);
    expect(log.slice(3, 6)).toEqual(["CreateFunction", "CreateFunction", "GetFunction"]);
  });
});

test.each([
  ["a 404 of a router", () => json(404, { message: "Not Found" })],
  ["405", () => new Response("", { status: 405 })],
  ["a page", () => new Response("<html>hello</html>", { headers: { "Content-Type": "text/html" } })],
  ["501", () => json(501, {}, "NotImplementedException")],
  ["404 UnknownOperationException", () => json(404, {}, "UnknownOperationException")],
  ["403", () => json(403, {}, "AccessDeniedException")],
] as const)(
  "a target that answers GetFunction with %s is considered ready at once",
  async (_what, answer) => {
    const { transport, log } = fake(({ operation }) => (operation === "GetFunction" ? answer() : undefined));
    let waited = 0;
    const sleep = async (ms: number) => {
      waited += ms;
    };
    const { fixture } = await arrange(optionsFor(transport, { parts: noParts, sleep, clock: () => waited }));
    expect(fixture.main.name).toBe("addperm-ct-t1-main");
    expect([log, waited]).toEqual([["CreateFunction", "GetFunction"], 0]);
  },
);

test("waits for a function that does not appear after its creation, then reports a fault", async () => {
  const { transport } = fake(({ operation }) =>
    operation === "GetFunction" ? json(404, {}, "ResourceNotFoundException") : undefined,
  );
  await expect(arrange(optionsFor(transport))).rejects.toThrow(
    "created the function addperm-ct-t1-main but answered GetFunction with 404 ResourceNotFoundException",
  );
});

test("the fixture omits what the target does not support, with the reason", async () => {
  const { transport } = fake(({ operation, body }) => {
    if (operation === "PublishVersion") return json(200, { Version: "1" });
    if (operation === "UpdateFunctionConfiguration") return json(404, {});
    if (operation === "CreateAlias" && String(body.Name).length === 128) return refusal("too long");
    return String(body.FunctionName).endsWith("-other") ? refusal("one is enough") : undefined;
  });
  const { fixture, missing } = await arrange(optionsFor(transport));
  expect(fixture).toMatchObject({ main: { versions: ["1"] }, other: null });
  expect(fixture.main.aliases).toEqual({ live: "live" });
  expect(missing).toEqual([
    { needs: "versions", reason: expect.stringContaining("no second version of addperm-ct-t1-main") },
    {
      needs: "alias-lengths",
      reason: expect.stringContaining("128 characters answered 400 InvalidParameterValueException: too long"),
    },
    {
      needs: "other",
      reason: expect.stringContaining("refused to create the function addperm-ct-t1-other"),
    },
  ]);
});

test("changes the function when a service publishes no unchanged version", async () => {
  let versions = 0;
  let changed = true;
  const { transport } = fake(({ operation }) => {
    if (operation === "UpdateFunctionConfiguration") changed = true;
    if (operation !== "PublishVersion") return undefined;
    if (changed) versions += 1;
    changed = false;
    return json(201, { Version: String(versions) });
  });
  const { fixture } = await arrange(optionsFor(transport));
  expect(fixture.main.versions).toEqual(["1", "2"]);
});

const page = () => new Response("<html>hello</html>", { headers: { "Content-Type": "text/html" } });

test.each([
  ["a page", page, "answered CreateFunction with HTTP 200 and an HTML page"],
  ["a nameless 404", () => json(404, { error: "not found" }), "and a body that is not a Lambda answer"],
  ["405", () => new Response("", { status: 405 }), "HTTP 405 and a body that is not a Lambda answer"],
  ["an empty success", () => json(200, {}), "without a FunctionArn"],
  [
    "a redirect",
    () => new Response("", { status: 302, headers: { Location: "/" } }),
    "HTTP 302 and a body that",
  ],
  ["a refusal", () => refusal("no more room"), "InvalidParameterValueException: no more room"],
  ["only 429", () => json(429, {}, "TooManyRequestsException"), "429 TooManyRequestsException"],
  ["only 503", () => new Response("", { status: 503 }), "503 without an error name"],
  ["a thrown error", () => Promise.reject(new Error("boom")), "the function threw Error: boom"],
] as const)("a target that answers %s is a fault in one sentence", async (_what, handle, message) => {
  const transport = fetchTransport(handle, { origin: new URL("http://lambda.test"), clock, authorize });
  const arranging = arrange(optionsFor(transport));
  await expect(arranging).rejects.toMatchObject({ name: "Fault" });
  await expect(arranging).rejects.toThrow(message);
});

test("an unreachable endpoint is a fault that says what to do", async () => {
  const transport = httpTransport({ endpoint: new URL("http://127.0.0.1:9"), clock, authorize });
  const arranging = arrange(optionsFor(transport, { endpoint: "http://127.0.0.1:9" }));
  await expect(arranging).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:9 gave no answer .*: start the target, or correct endpoint\.$/,
  );
  await transport.close();
});

test("a function that existed before is not deleted", async () => {
  const { transport, standing, log } = fake(({ operation }) =>
    operation === "CreateFunction"
      ? json(409, { message: "exists" }, "ResourceConflictException")
      : undefined,
  );
  standing.add("addperm-ct-t1-main");
  await expect(arrange(optionsFor(transport))).rejects.toThrow("409 ResourceConflictException: exists");
  expect([standing.size, log]).toEqual([1, ["CreateFunction"]]);
});

test("a creation without an answer is undone", async () => {
  const { transport, standing } = fake(({ operation }) => {
    if (operation !== "CreateFunction") return undefined;
    standing.add("addperm-ct-t1-main");
    throw new Error("lost");
  });
  await expect(arrange(optionsFor(transport))).rejects.toThrow("lost");
  expect(standing.size).toBe(0);
});

test("an interrupted set-up leaves nothing behind", async () => {
  const stop = new AbortController();
  const { transport, standing } = fake(({ operation }) => {
    if (operation === "PublishVersion") stop.abort();
    return undefined;
  });
  await expect(arrange(optionsFor(transport, { signal: stop.signal }))).rejects.toThrow("was ended");
  expect(standing.size).toBe(0);
});

test("the journal lists existing functions and is deleted with the last one", async () => {
  const { transport } = fake();
  const run = {
    run: "t1",
    endpoint: "http://lambda.test",
    region: "us-west-2",
    startedAt: startedAt.toISOString(),
    pid: 1,
  };
  const { tearDown } = await arrange(optionsFor(transport, { journal: journalIn(folder, run) }));
  const [left] = await journalsIn(folder);
  expect(left?.entry.functions).toEqual(["addperm-ct-t1-main", "addperm-ct-t1-other"]);
  await tearDown();
  expect(await readdir(folder)).toEqual([]);
});

test("a sweep deletes only what broken runs left behind", async () => {
  const listed = [
    { FunctionName: "addperm-ct-old", LastModified: "2025-12-01T00:00:00.000+0000" },
    { FunctionName: "addperm-ct-new", LastModified: "2026-01-01T22:59:00.000+0000" },
    { FunctionName: "addperm-ct-odd", LastModified: "yesterday" },
    { FunctionName: "somebody-elses", LastModified: "2020-01-01T00:00:00.000+0000" },
  ];
  const { transport, standing } = fake(({ operation }) =>
    operation === "ListFunctions" ? json(200, { Functions: listed }) : undefined,
  );
  const names = ["dead-1", "live-1", "other-1", ...listed.map((each) => each.FunctionName)];
  for (const name of names) standing.add(name);
  const base = { region: "us-west-2", startedAt: startedAt.toISOString() };
  const here = { ...base, endpoint: "http://lambda.test" };
  await journalIn(folder, { ...here, run: "dead", pid: 10 }).note("functions", "dead-1");
  await journalIn(folder, { ...here, run: "live", pid: 11 }).note("functions", "live-1");
  await journalIn(folder, { ...base, endpoint: "http://other.test", run: "other", pid: 10 }).note(
    "functions",
    "other-1",
  );
  await writeFile(join(folder, "nonsense.json"), "{");
  const swept = await sweep({
    transport,
    clock,
    endpoint: "http://lambda.test",
    region: "us-west-2",
    journalDir: folder,
    prefix: "addperm-ct-",
    olderThanMs: 86_400_000,
    now: new Date("2026-01-01T23:00:00Z"),
    isAlive: (pid) => pid === 11,
    deadlineMs: 20_000,
    sleep: async () => {},
  });
  expect(swept.deleted).toEqual(["dead-1", "addperm-ct-old"]);
  expect(swept.left).toEqual([
    "the run live is still going on (process 11)",
    "the function addperm-ct-odd is not deleted: its age is unreadable",
  ]);
  expect([...standing].sort()).toEqual([
    "addperm-ct-new",
    "addperm-ct-odd",
    "live-1",
    "other-1",
    "somebody-elses",
  ]);
  expect(await readdir(folder)).toEqual(["live.json", "nonsense.json", "other.json"]);
});
