import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MockAgent } from "undici";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import {
  type ConformanceEvent,
  type ConformOptions,
  type ConformTarget,
  conform,
  events,
  Fault,
  lambdaHandler,
  nodeListener,
  ruleStatus,
} from "../api/index.ts";
import { readReport } from "../reports/read-report.ts";
import { referenceHandler } from "./reference-handler.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The smallest run with a request to accept and a request to refuse, on one worker. */
const small = {
  suites: ["fuzz"],
  rules: ["success.is-201", "StatementId.maxLength"],
  runs: 1,
  concurrency: 1,
} as const;

/** The reference as a (req, res) function. */
function listener(): RequestListener {
  const handle = referenceHandler();
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "GET", url = "/" } = request;
    const body = method === "GET" ? null : new Uint8Array(Buffer.concat(chunks));
    const answer = await handle(new Request(`http://reference.test${url}`, { method, body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}

const folder = temporaryFolder();
const server = createServer(listener());

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.close();
});

function endpoint(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The reference as a Lambda handler. */
function lambda(): ConformTarget {
  const handle = referenceHandler();
  return lambdaHandler(async ({ rawPath, rawQueryString, requestContext, body = null }) => {
    const { method } = requestContext.http;
    const url = `http://reference.test${rawPath}${rawQueryString === "" ? "" : `?${rawQueryString}`}`;
    const answer = await handle(new Request(url, { method, body }));
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    };
  });
}

describe("conform accepts", () => {
  const targets: readonly (readonly [what: string, target: () => ConformTarget])[] = [
    ["the text of an endpoint", endpoint],
    ["the URL of an endpoint", () => new URL(endpoint())],
    ["a function from Request to Response", () => referenceHandler()],
    ["an object with such a fetch", () => ({ fetch: referenceHandler() })],
    ["an undici Dispatcher", () => nodeListener(listener())],
    ["a function of (req, res) that can listen", () => Object.assign(listener(), { listen: () => {} })],
    ["a Lambda-shaped handler", lambda],
  ];
  it.each(targets)("%s", async (_what, target) => {
    const run = await conform(target(), small);
    expect(run.rules.map((rule) => [rule.id, ruleStatus(rule, run)])).toEqual([
      ["StatementId.maxLength", "holds"],
      ["success.is-201", "holds"],
    ]);
    expect([run.exitCode, run.faults, run.incomplete]).toEqual([0, [], false]);
  });
});

describe("A run as data", () => {
  it("contains everything in report.json, and needs no port", async () => {
    const run = await conform(referenceHandler(), { ...small, name: "mine" });
    expect(readReport(JSON.stringify(run), "run").summary).toEqual(run.summary);
    expect([run.exitCode, run.target.name, run.target.endpoint]).toEqual([0, "mine", "http://lambda.test"]);
  });

  it("names the violated rule and the call that reproduces it", async () => {
    const faulty = referenceHandler({ created: (json) => ({ status: 200, headers: [], body: json }) });
    const run = await conform(faulty, { ...small, seed: 7 });
    const rule = run.rules.find(({ id }) => id === "success.is-201");
    expect(run.exitCode).toBe(1);
    expect(rule?.counterexample).toMatchObject({ expected: "201", seen: "200" });
    expect(rule?.counterexample?.curl).toBe("");
    expect(rule?.counterexample?.request).toMatch(
      /^new Request\("http:\/\/lambda\.test\/2015-03-31\/functions\/.*", \{ method: "POST", headers: /,
    );
    expect(rule?.counterexample?.replay).toBe(
      'await conform(target, {"seed":7,"runs":1,"suites":["fuzz"],"rules":["success.is-201"]})',
    );
  });

  it("sends the same requests at the same seed, with new names on a target that keeps state", async () => {
    const [one, two] = [referenceHandler(), referenceHandler()];
    await conform(one, small);
    await conform(two, small);
    // Tags contain the time, so that a sweep can compute the age of leftovers.
    const calls = (lines: readonly string[]) => lines.filter((line) => !line.includes('"Tags"'));
    expect(calls(one.seen)).toEqual(calls(two.seen));
    const prefixes = () => new Set(one.seen.flatMap((line) => /addperm-ct-[0-9a-f]{6}/.exec(line) ?? []));
    const [before] = prefixes();
    one.seen.length = 0;
    await conform(one, small);
    expect([prefixes().size, prefixes().has(before ?? "")]).toEqual([1, false]);
  });

  it("is incomplete when it is ended early", async () => {
    const run = await conform(referenceHandler(), { ...small, budget: 60 });
    expect([run.incomplete, run.exitCode]).toEqual([true, 2]);
    expect(run.faults.join()).toContain("budget");
  });
});

describe("The events of a run as an iterator", () => {
  async function all(of: AsyncIterable<ConformanceEvent>): Promise<readonly ConformanceEvent[]> {
    const received: ConformanceEvent[] = [];
    for await (const event of of) received.push(event);
    return received;
  }

  it("are those of report.ndjson, from the start to the result", async () => {
    const faulty = () => referenceHandler({ created: (json) => ({ status: 200, headers: [], body: json }) });
    const received = await all(events(faulty(), small));
    const run = await conform(faulty(), small);
    expect(received.slice(0, 2).map(({ event }) => event)).toEqual(["run-start", "plan"]);
    expect(received.filter(({ event }) => event === "suspicion")).toMatchObject([{ rule: "success.is-201" }]);
    expect(received.filter(({ event }) => event === "settled")).toMatchObject([{ outcome: "violated" }]);
    expect(received.filter(({ event }) => event === "rule")).toHaveLength(run.rules.length);
    const { exitCode, summary } = run;
    expect(received.at(-1)).toMatchObject({ event: "run-end", exitCode, summary, incomplete: false });
    expect(exitCode).toBe(1);
  });

  it("wait for a slow reader, which does not slow down the run", async () => {
    const handler = referenceHandler();
    const names: string[] = [];
    for await (const { event } of events(handler, small)) {
      if (event === "run-start")
        await expect.poll(() => isCleanedUp(handler.seen), { timeout: 20_000 }).toBe(true);
      names.push(event);
    }
    expect(names.slice(0, 2)).toEqual(["run-start", "plan"]);
    expect(names.at(-1)).toBe("run-end");
  });

  it.each(["run-start", "history"])(
    "can be left at %s: the run ends, sends no more requests and leaves no functions",
    async (last) => {
      const handler = referenceHandler();
      for await (const { event } of events(handler, { runs: 3, rounds: 2 })) if (event === last) break;
      const { length } = handler.seen;
      expect(createdAndDeleted(handler.seen)).toEqual({ left: [] });
      if (last === "history") expect(isCleanedUp(handler.seen)).toBe(true);
      expect(handler.seen.filter((line) => line.includes("/policy")).length).toBeLessThan(200);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(handler.seen).toHaveLength(length);
    },
  );

  it("plan what no SDK sends for a real account on request only", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const planned = async (suites?: readonly ["all"]) => {
      const options: ConformOptions = {
        sign: true,
        runs: 1,
        rounds: 1,
        concurrency: 1,
        ...(suites && { suites }),
      };
      for await (const event of events(endpoint(), options))
        if (event.event === "plan") return event.histories;
      return expect.unreachable();
    };
    expect((await planned(["all"])) - (await planned())).toBeGreaterThan(10);
    vi.unstubAllEnvs();
  });

  it("throw the Fault of conform when a run cannot start", async () => {
    const refusing = () => Promise.resolve(new Response("{}", { status: 403 }));
    const received: string[] = [];
    const taking = (async () => {
      for await (const { event } of events(refusing, small)) received.push(event);
    })();
    await expect(taking).rejects.toThrow(Fault);
    expect(received).toEqual(["run-start"]);
    await expect(all(events(refusing, { runs: 0 }))).rejects.toThrow("runs");
  });
});

/** Names of functions that the requests created and did not delete. */
function createdAndDeleted(seen: readonly string[]): { readonly left: readonly string[] } {
  const created = seen.flatMap(
    (line) => /^POST \S+\/functions\/? .*"FunctionName":"([^"]+)"/.exec(line)?.[1] ?? [],
  );
  const deleted = seen.flatMap((line) => /^DELETE \S+\/functions\/([\w-]+) /.exec(line)?.[1] ?? []);
  return { left: created.filter((name) => !deleted.includes(name)) };
}

function isCleanedUp(seen: readonly string[]): boolean {
  return seen.some((line) => line.startsWith("DELETE ")) && createdAndDeleted(seen).left.length === 0;
}

describe("A declared unsupported capability", () => {
  it("excuses only the rules that need it, whatever the reason says", async () => {
    const cannot = [{ needs: "limit", reason: "no request of this run exercised it" }] as const;
    const run = await conform(referenceHandler(), { suites: ["fuzz"], runs: 1, cannot });
    const excused = run.rules.filter((rule) => ruleStatus(rule, run) === "excused");
    expect([...new Set(excused.map(({ excusedBy }) => excusedBy))].sort()).toEqual(["faults", "limit"]);
    expect(run.exitCode).toBe(3);
  });
});

describe("A mock of the one operation", () => {
  const mock = (): ConformTarget => (request) =>
    /\/policy$/.test(new URL(request.url).pathname) && request.method === "POST"
      ? Response.json({ Statement: "{}" }, { status: 201 })
      : undefined;

  it("is judged as far as possible when it is declared stateless", async () => {
    const run = await conform(mock(), { stateless: true, suites: ["fuzz"], runs: 1 });
    const of = (id: string) =>
      run.rules.filter((rule) => rule.id === id).map((rule) => ruleStatus(rule, run));
    expect(of("success.is-201")).toEqual(["holds"]);
    expect(of("StatementId.maxLength")).toEqual(["violated"]);
    expect(of("StatementId.duplicate")).toEqual(["excused"]);
    expect(of("answer.arrives")).toEqual(["holds"]);
    expect(run.exitCode).toBe(1);
  });

  it("may support one function only", async () => {
    const names = new Set<string>();
    const only: ConformTarget = (request) => {
      names.add(decodeURIComponent(new URL(request.url).pathname.split("/")[3] ?? ""));
      return Response.json({ Statement: "{}" }, { status: 201 });
    };
    await conform(only, { ...small, stateless: true, functionName: "only-one", suites: ["faults", "races"] });
    expect([...names]).toEqual(["only-one"]);
  });

  it("that throws violates rules and does not stop the run", async () => {
    const isAddition = ({ method, url }: Request) => method === "POST" && url.endsWith("/policy");
    const target = (request: Request) =>
      isAddition(request) ? Promise.reject(new TypeError("no table")) : new Response("{}", { status: 404 });
    const run = await conform(target, { ...small, stateless: true });
    expect(run.exitCode).not.toBe(0);
    expect(run.faults).toEqual([]);
  });

  it("is a Fault with its first error as the cause where it throws at each request", async () => {
    const error = new TypeError("no table");
    const thrown = await conform(() => Promise.reject(error), { ...small, stateless: true }).catch(
      (caught: unknown) => caught,
    );
    expect(thrown).toBeInstanceOf(Fault);
    expect(thrown).toMatchObject({
      cause: error,
      message: expect.stringMatching(/^The handler threw at each of \d+ requests/),
    });
  });

  it("names the origin where it returns nothing, and the limit that ended the run", async () => {
    const nothing = conform(() => undefined, { ...small, stateless: true, origin: "http://mine.test" });
    await expect(nothing).rejects.toThrow(/returned no Response to .* http:\/\/mine\.test.*with origin\.$/);
    await expect(conform(referenceHandler(), { budget: 1 })).rejects.toThrow(/larger budget/);
  });
});

describe("A known-file", () => {
  const file = (text: string) => writeFile(join(folder, "known.yaml"), `version: 1\ndeviations:\n${text}`);
  const entry = '  - { rule: success.is-201, because: old, date: 2026-01-01, seen: "200" }\n';
  const faulty = (status: number) =>
    referenceHandler({
      created: (json) => ({ status, headers: [], body: JSON.stringify({ Statement: json }) }),
    });
  const options = (): ConformOptions => ({ ...small, known: join(folder, "known.yaml") });

  it("excuses recorded deviations", async () => {
    await file(entry);
    const run = await conform(faulty(200), options());
    expect([run.exitCode, run.rules.filter(({ known }) => known).map(({ id }) => id)]).toEqual([
      0,
      ["success.is-201"],
    ]);
  });

  it("takes any success for the same deviation, fails on another answer, and is not stale after a part of the suites", async () => {
    await file(entry);
    // Stale entries: known.test.ts.
    const partial = await conform(referenceHandler(), options());
    expect([partial.exitCode, partial.deviations?.stale]).toEqual([0, []]);
    expect((await conform(faulty(202), options())).exitCode).toBe(0);
    await file(entry.replace('"200"', "500 ServiceException"));
    const other = await conform(faulty(202), options());
    const change = { rule: "success.is-201", was: "500 ServiceException", is: "accepted" };
    expect([other.exitCode, other.deviations?.changed]).toMatchObject([1, [change]]);
    expect(other.gate?.failures).toMatchObject([{ code: "changed", entry: "success.is-201", line: 3 }]);
  });
});

describe("A Fault with one sentence", () => {
  const notThere = new MockAgent();
  notThere.disableNetConnect();
  const cases: readonly (readonly [what: string, target: unknown, options: object, says: RegExp])[] = [
    ["an invalid target", 5, {}, /^The target is 5, .*give a URL/],
    ["an endpoint that is not a URL", "nonsense", {}, /nonsense.*give a URL/],
    ["an unreachable endpoint", "http://127.0.0.1:9", {}, /127\.0\.0\.1:9.*correct the endpoint\.$/],
    [
      "a mock that throws",
      () => Promise.reject(new TypeError("no table")),
      {},
      /TypeError: no table.*stateless/,
    ],
    ["a mock that answers nothing", () => undefined, {}, /no Response.*stateless: true/],
    ["a mock of another service", () => new Response("<html>"), {}, /CreateFunction.*stateless: true/],
    ["a MockAgent without an interceptor", notThere, {}, /CreateFunction.*stateless: true/],
    ["an unknown option", referenceHandler(), { sed: 1 }, /"sed".*did you mean seed/],
    ["a seed that is not a whole number", referenceHandler(), { seed: 1.5 }, /seed is 1\.5.*whole number/],
    [
      "an unknown rule",
      referenceHandler(),
      { rules: ["success.is-200"] },
      /success\.is-200.*success\.is-201/,
    ],
    ["an unknown suite", referenceHandler(), { suites: ["boundry"] }, /boundry.*did you mean boundary/],
    [
      "an unknown capability",
      referenceHandler(),
      { cannot: [{ needs: "polcy", reason: "there is none" }] },
      /polcy.*needs is one of state, .*did you mean policy/,
    ],
    [
      "an unsupported capability without a reason",
      referenceHandler(),
      { cannot: [{ needs: "policy", reason: " " }] },
      /^cannot holds .*reason/,
    ],
    ["a missing known-file", referenceHandler(), { known: "/none.yaml" }, /none\.yaml.*cannot be read/],
    ["a missing function", referenceHandler(), { functionName: "none" }, /none.*with functionName/],
  ];
  it.each(cases)("%s", async (_what, target, options, says) => {
    const fault = await conform(target as ConformTarget, options).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(Fault);
    const message = fault instanceof Fault ? fault.message : "";
    expect(message).toMatch(says);
    expect(message).not.toMatch(/--[a-z]|\n/);
  });
});

const config = fileURLToPath(new URL("./vitest-entry/vitest.config.ts", import.meta.url));
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

interface Outcome {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

let outcomes: readonly Outcome[] = [];
let printed = "";

/** The filter of the one start of vitest: everything of the other runs, and one test of the run named filtered. */
const filter = "^(?!.*filtered)|filtered StatementId.maxLength:";

/** Runs a user's suite with vitest and returns the status of every test. */
function runVitest(): Promise<string> {
  const file = join(folder, "results.json");
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  const env = {
    ...process.env,
    COMPILED: inject("compiled"),
    KNOWN_FILE: join(folder, "200.yaml"),
    OTHER_FILE: join(folder, "500.yaml"),
    NO_COLOR: "1",
  };
  return new Promise((resolve, reject) => {
    const args = [vitest, "run", "--config", config, ...reporters, "-t", filter];
    execFile(process.execPath, args, { env }, (_error, stdout, stderr) => {
      readFile(file, "utf8").then((text) => {
        outcomes = JSON.parse(text).testResults.flatMap(
          (one: { assertionResults: Outcome[] }) => one.assertionResults,
        );
        resolve(stdout + stderr);
      }, reject);
    });
  });
}

function statuses(name: string): Readonly<Record<string, string>> {
  const own = outcomes.filter(({ ancestorTitles }) => ancestorTitles.at(-1) === `AddPermission of ${name}`);
  return Object.fromEntries(own.map(({ title, status }) => [title.split(":")[0] ?? title, status]));
}

describe("defineConformance registers one test for every rule that can fail", () => {
  beforeAll(async () => {
    for (const seen of [200, 500]) {
      const entry = `{ rule: success.is-201, because: old, date: 2026-01-01, seen: "${seen}" }`;
      await writeFile(join(folder, `${seen}.yaml`), `version: 1\ndeviations:\n  - ${entry}\n`);
    }
    printed = await runVitest();
  }, 120_000);

  it("passes rules that hold, skips excused rules and rules of suites that were left out", () => {
    expect(statuses("sound")).toEqual({
      "StatementId.maxLength": "passed",
      "success.is-201": "passed",
      "errors.ServiceException": "skipped",
      "race.linearizable": "skipped",
      "the run is complete": "passed",
    });
    expect(printed).toContain("cannot produce faults on request");
    expect(printed).toContain("not tested by the suites fuzz");
    expect(statuses("too slow")).not.toContain("passed");
    expect(printed).toContain("The run reached runTimeoutMs, 100 ms, before it was complete");
  });

  it("omits rules that the deciding column does not have", () => {
    const asked = Object.keys(statuses("by the live service"));
    expect(asked).toContain("observed.arn-like");
    expect(asked).not.toContain("race.linearizable");
  });

  it("fails violated rules with the expectation, the answer and the reproduction", () => {
    const found = outcomes.find(
      ({ title, ancestorTitles }) =>
        title.startsWith("success.is-201") && /faulty/.test(ancestorTitles.join()),
    );
    expect(found?.status).toBe("failed");
    const message = found?.failureMessages.join("\n") ?? "";
    expect(message).toMatch(/expected: 201\nseen: 200/);
    expect(message).toMatch(/1\. POST \/2015-03-31\/functions\/.*\/policy \{/);
    expect(message).toMatch(/replay: await conform\(target, \{.*"success\.is-201"/);
    expect(message).toContain('test: npx vitest run -t "success.is-201:"');
    expect(message).not.toMatch(/^ {4}at /m);
  });

  it("names the cause in the failures of the rules that share one", () => {
    const cause = /cause: values\.accepted, .* \(2 rules: SourceAccount\.pattern, StatementId\.maxLength\)/;
    const careless = outcomes.filter(({ ancestorTitles }) => /careless/.test(ancestorTitles.join()));
    const named = careless.filter(({ failureMessages }) => cause.test(failureMessages.join("\n")));
    expect(named.map(({ title }) => title.split(":")[0]).sort()).toEqual([
      "SourceAccount.pattern",
      "StatementId.maxLength",
    ]);
  });

  it("fails every test with the reason when the run could not start, and the completeness test when it was incomplete", () => {
    expect(Object.values(statuses("unreachable"))).not.toContain("passed");
    expect(printed).toMatch(/Fault: .*stateless: true/);
    expect(statuses("cut short")["the run is complete"]).toBe("failed");
  });

  it("skips known deviations and fails when they are no longer as recorded", () => {
    const last = "the known deviations still are as recorded";
    expect([statuses("known")["success.is-201"], statuses("known")[last]]).toEqual(["skipped", "passed"]);
    expect([statuses("changed")["success.is-201"], statuses("changed")[last]]).toEqual(["failed", "failed"]);
    expect(printed).toContain("was 500, is accepted");
  });

  it("supports the filters of vitest", () => {
    expect(statuses("filtered")).toEqual({
      "StatementId.maxLength": "passed",
      "success.is-201": "skipped",
      "errors.ServiceException": "skipped",
      "race.linearizable": "skipped",
      "the run is complete": "skipped",
    });
  });
});
