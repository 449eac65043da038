import { performance } from "node:perf_hooks";
import { MockAgent } from "undici";
import { expect, test } from "vitest";
import { constantAuthorizer } from "../client/authorize.ts";
import { dispatcherTransport, type FetchLike, fetchTransport } from "../client/in-process.ts";
import { limited } from "../client/limiter.ts";
import type { Outgoing, Transport } from "../client/transport.ts";
import type { Answer } from "../spec/exchange.ts";

const clock = () => performance.now();
const origin = new URL("http://lambda.test");
const options = { origin, clock, authorize: constantAuthorizer("us-east-1") };
const patient = { deadlineMs: 20_000 };
const post: Outgoing = {
  method: "POST",
  target: "/2015-03-31/functions/f%2f/policy?Qualifier=%24LATEST",
  headers: [["Content-Type", "application/json"]],
  body: '{"é":1}',
};

function silence(answer: Answer): string {
  return answer.kind === "none" ? answer.reason : `${answer.status} ${answer.body}`;
}

function overFunction(handle: FetchLike): Transport {
  return fetchTransport(handle, options);
}

test("a function gets the intended request", async () => {
  const seen: string[] = [];
  const transport = overFunction(async (request) => {
    seen.push(request.method, request.url, await request.text(), request.headers.get("authorization") ?? "");
    return new Response('{"Statement":""}', { status: 201, headers: { "Content-Type": "application/json" } });
  });
  const answer = await transport.send(post, patient);
  expect(answer).toMatchObject({
    status: 201,
    body: '{"Statement":""}',
    headers: [["content-type", "application/json"]],
  });
  expect(seen.slice(0, 3)).toEqual(["POST", `http://lambda.test${post.target}`, '{"é":1}']);
  expect(seen[3]).toContain("/us-east-1/lambda/aws4_request");
});

test.each(["/a/../b", "/a/%2e%2e/b", "/a b", "/a\\b", "/a?b#c", "/a?'"])(
  "a target that a Request would change, %s, is not sent",
  async (target) => {
    const transport = overFunction(() => new Response("never"));
    expect(transport.unable?.({ ...post, target })).toBe("a Request would change the request-target");
    expect(await transport.send({ ...post, target }, patient)).toMatchObject({
      reason: "aborted",
      detail: /^not sent/,
    });
  },
);

test("raw framing and bodies that a Request cannot represent are not sent", () => {
  const transport = overFunction(() => new Response("never"));
  expect(transport.unable?.({ ...post, raw: { lines: [], pieces: [] } })).toContain("raw bytes");
  expect(transport.unable?.({ ...post, method: "GET" })).toContain("no body with GET");
  expect(transport.unable?.({ ...post, method: "TRACE" })).toContain("cannot hold it");
  expect(transport.unable?.(post)).toBeNull();
});

const endless = () =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100)) }));

test.each([
  ["throws", () => Promise.reject(new TypeError("no such table")), /^reset .*TypeError: no such table/],
  ["returns nothing", () => JSON.parse("null"), /^protocol /],
  ["answers without end", endless, /^too-large /],
  ["never answers", () => new Promise<never>(() => {}), /^timeout /],
] as const)("a function that %s gives no response", async (_does, handle, expected) => {
  const answer = await overFunction(handle).send(post, { deadlineMs: 200 });
  expect(answer.kind === "none" && `${answer.reason} ${answer.detail}`).toMatch(expected);
});

test("closing aborts calls in flight", async () => {
  const transport = overFunction(() => new Promise<never>(() => {}));
  const first = transport.send(post, patient);
  const second = transport.send(post, { ...patient, signal: new AbortController().signal });
  await transport.close();
  expect([silence(await first), silence(await second)]).toEqual(["aborted", "aborted"]);
});

test("a MockAgent is called without a port", async () => {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const pool = agent.get(origin.origin);
  pool.intercept({ method: "POST", path: post.target }).reply(409, '{"Type":"User"}', {
    headers: { "X-Amzn-ErrorType": "ResourceConflictException" },
  });
  const transport = dispatcherTransport(agent, options);
  expect(await transport.send(post, patient)).toMatchObject({
    status: 409,
    body: '{"Type":"User"}',
    headers: [["X-Amzn-ErrorType", "ResourceConflictException"]],
  });
  expect((await transport.send(post, patient)).kind).toBe("none");
  await agent.close();
});

test("the abort signal reaches a slow handler, but not one that has answered", async () => {
  const aborted: string[] = [];
  const transport = overFunction(async (request) => {
    const body = await request.text();
    request.signal.addEventListener("abort", () => aborted.push(body));
    if (body === "slow") await new Promise((resolve) => setTimeout(resolve, 100));
    return new Response("done");
  });
  expect(silence(await transport.send({ ...post, body: "quick" }, patient))).toBe("200 done");
  expect(silence(await transport.send({ ...post, body: "slow" }, { deadlineMs: 20 }))).toBe("timeout");
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(aborted).toEqual(["slow"]);
});

test("a spent budget aborts calls, but not the clean-up", async () => {
  let sent = 0;
  const inner = overFunction(() => {
    sent += 1;
    return new Response("");
  });
  const transport = limited(inner, { budget: 3, reserve: () => 1 }, { clock, sleep: async () => {} });
  const answers = await Promise.all([1, 2, 3].map(() => transport.send(post, patient)));
  expect(answers.map(({ kind }) => kind)).toEqual(["response", "response", "none"]);
  expect(answers[2]).toMatchObject({ reason: "aborted", detail: expect.stringContaining("budget of 3") });
  expect([transport.spent(), transport.remaining(), transport.used()]).toEqual([true, 0, 1]);
  expect((await transport.send(post, { ...patient, essential: true })).kind).toBe("response");
  expect([sent, transport.requests()]).toEqual([3, 3]);
});

test("a rate spaces requests evenly and waits no longer than needed", async () => {
  let now = 0;
  const at: number[] = [];
  const inner = overFunction(() => new Response(""));
  const edge = {
    clock: () => now,
    sleep: async (ms: number) => {
      at.push(now + ms);
    },
  };
  const transport = limited(inner, { rate: 50 }, edge);
  await Promise.all([1, 2, 3].map(() => transport.send(post, patient)));
  now = 1000;
  await transport.send(post, patient);
  expect(at).toEqual([20, 40]);
});
