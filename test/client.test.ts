import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { constantAuthorizer } from "../client/authorize.ts";
import { type HttpOptions, httpTransport } from "../client/http.ts";
import { endpointOf, type Outgoing, restarting, type Transport } from "../client/transport.ts";
import type { Answer } from "../spec/exchange.ts";
import { type BareServer, bareServer, isWhole, response } from "./bare-server.ts";

const clock = () => performance.now();
const authorize = constantAuthorizer("us-west-2");
const open: (Pick<BareServer, "close"> | Transport)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function serverThat(...parameters: Parameters<typeof bareServer>): Promise<BareServer> {
  const server = await bareServer(...parameters);
  open.push(server);
  return server;
}

/** Answers every whole request with the same text. */
function always(text: string | Buffer): Promise<BareServer> {
  return serverThat((unanswered) => (isWhole(unanswered) ? text : undefined));
}

function transportTo(endpoint: URL, options: Partial<HttpOptions> = {}): Transport {
  const transport = httpTransport({ endpoint, clock, authorize, ...options });
  open.push(transport);
  return transport;
}

const post: Outgoing = {
  method: "POST",
  target: "/2015-03-31/functions/f/policy",
  headers: [["Content-Type", "application/json"]],
  body: "{}",
};
const soon = { deadlineMs: 300 };
const patient = { deadlineMs: 20_000 };

function silence(answer: Answer): string {
  return answer.kind === "none" ? answer.reason : `${answer.status} ${answer.body}`;
}

test("an unexpected interim response 100 is accepted, and later ones are read", async () => {
  const { endpoint } = await always(`HTTP/1.1 100 Continue\r\n\r\n${response("done")}`);
  const transport = transportTo(endpoint);
  expect(silence(await transport.send(post, patient))).toBe("aborted");
  expect(silence(await transport.send(post, patient))).toBe("201 done");
});

/** A server that notes the socket of each request. */
async function notingSockets(): Promise<{ readonly endpoint: URL; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((request, answer) => {
    sockets.push(request.socket);
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: async () => void server.close() });
  const { port } = server.address() as AddressInfo;
  return { endpoint: new URL(`http://127.0.0.1:${port}`), sockets };
}

test("a call on a new connection does not affect the other connections", async () => {
  const { endpoint, sockets } = await notingSockets();
  const transport = transportTo(endpoint, { connections: 1 });
  for (const onNewConnection of [false, true, true, false])
    await transport.send(post, { ...patient, onNewConnection });
  const [shared, ...others] = sockets;
  expect(sockets.map((socket) => socket === shared)).toEqual([true, false, false, true]);
  expect(new Set(others).size).toBe(3);
});

test("calls one after another use one connection, and calls in flight together one each", async () => {
  const { endpoint, sockets } = await notingSockets();
  const transport = transportTo(endpoint, { connections: 1 });
  for (let call = 0; call < 5; call += 1) await transport.send(post, patient);
  expect(new Set(sockets).size).toBe(1);
  await Promise.all([1, 2, 3].map(() => transport.send(post, patient)));
  expect(new Set(sockets.slice(5)).size).toBe(3);
  await transport.send(post, patient);
  expect(sockets.at(-1)).toBe(sockets[0]);
});

test.each([
  "/2015-03-31/functions/a%2Fb/policy",
  "/2015-03-31/functions/a%2fb%3a/policy",
  "/2015-03-31/functions/../policy",
  "/2015-03-31/functions/./f/policy",
  "/2015-03-31/functions/%2e%2E/policy",
  "/2015-03-31/functions//policy",
  "//2015-03-31//functions///policy/",
  "/2015-03-31/functions/%zz%/policy",
  "/2015-03-31/functions/%25%32%35/policy",
  "/2015-03-31/functions/f/policy?",
  "/2015-03-31/functions/f/policy?Qualifier=&Qualifier=%24LATEST",
  "/2015-03-31/functions/f/policy?a?b=/../&&",
  "/2015-03-31/functions/f\\g|{}^`\"<>'/policy",
  "/2015-03-31/functions/f\u00e9/policy",
  "/2015-03-31/functions/f/policy#fragment",
])("the request-target %s reaches the wire unchanged, by pool and by raw socket", async (target) => {
  const server = await always(response(""));
  for (const base of ["", "/stage/lambda"]) {
    const transport = transportTo(new URL(`${server.endpoint.origin}${base}`));
    const before = server.received.length;
    await transport.send({ ...post, target }, patient);
    await transport.send({ ...post, target, raw: { lines: ["Host: {host}"], pieces: [] } }, patient);
    const lines = server.received.slice(before).map((text) => text.split("\r\n")[0]);
    expect(lines).toEqual([`POST ${base}${target} HTTP/1.1`, `POST ${base}${target} HTTP/1.1`]);
  }
});

test("headers keep their order and case, and identity, scope and length are added", async () => {
  const server = await always(response(""));
  const headers = [
    ["X-Second", "2"],
    ["content-TYPE", "application/json"],
    ["X-Second", "3"],
  ] as const;
  await transportTo(server.endpoint).send({ ...post, headers, body: '{"é":1}' }, patient);
  const [text = ""] = server.received;
  const [head = "", body = ""] = text.split("\r\n\r\n");
  expect(head.split("\r\n").slice(1)).toEqual([
    `host: ${server.endpoint.host}`,
    "connection: keep-alive",
    "X-Second: 2",
    "content-TYPE: application/json",
    "X-Second: 3",
    "Accept-Encoding: identity",
    "X-Amz-Date: 20260101T000000Z",
    expect.stringContaining("Credential=AKIDEXAMPLE/20260101/us-west-2/lambda/aws4_request"),
    "content-length: 8",
  ]);
  expect(Buffer.from(body, "latin1").toString("utf8")).toBe('{"é":1}');
});

test("response headers keep their order, case and number, and invalid UTF-8 is marked", async () => {
  const bytes = Buffer.concat([
    Buffer.from(
      "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-Amzn-ErrorType: n\u00e9\r\nContent-Length: 2\r\n\r\n",
      "latin1",
    ),
    Buffer.from([0xff, 0x41]),
  ]);
  const server = await always(bytes);
  const transport = transportTo(server.endpoint);
  const raw = { lines: ["Host: {host}"], pieces: [] };
  for (const call of [post, { ...post, raw }]) {
    const answer = await transport.send(call, patient);
    expect(answer).toMatchObject({
      status: 200,
      body: "\ufffdA",
      headers: [
        ["X-A", "1"],
        ["x-a", "2"],
        ["X-Amzn-ErrorType", "n\u00e9"],
        ["Content-Length", "2"],
      ],
    });
    expect(answer.answeredAt).toBeGreaterThanOrEqual(answer.sentAt);
  }
});

test("connections are reused", async () => {
  const server = await always(response("{}"));
  const transport = transportTo(server.endpoint, { connections: 1 });
  for (let n = 0; n < 3; n += 1) await transport.send(post, patient);
  expect(server.received).toHaveLength(1);
});

test("a redirect is an answer like any other", async () => {
  const server = await always(response("", "301 Moved Permanently", ["Location: /elsewhere"]));
  expect(silence(await transportTo(server.endpoint).send(post, patient))).toBe("301 ");
  expect(server.received.join("").match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test.each([
  ["gzip", gzipSync("x".repeat(50_000_000), { level: 1 })],
  ["br", brotliCompressSync("x".repeat(5_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
])("a body in %s is not decoded", async (coding, packed) => {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${packed.length}\r\n\r\n`;
  const server = await always(Buffer.concat([Buffer.from(head), packed]));
  const answer = await transportTo(server.endpoint).send(post, patient);
  expect(answer.kind === "response" && answer.body.length).toBeLessThanOrEqual(packed.length);
  expect(answer.kind).toBe("response");
});

const raw = { lines: ["Host: {host}", "Content-Length: 0"], pieces: [] };
const ways = [
  ["by pool", post],
  ["by raw socket", { ...post, raw }],
] as const;

const odd: readonly (readonly [string, string, string])[] = [
  ["closes without an answer", "", "reset"],
  ["closes within the headers", "HTTP/1.1 200 OK\r\nContent-", "reset|protocol"],
  ["sends half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "reset"],
  [
    "breaks off a chunked body",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "reset|protocol",
  ],
  ["sends invalid chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", "protocol"],
  ["speaks another HTTP", "HTTP/3.7 200 OK\r\n\r\n", "protocol"],
  ["speaks no HTTP at all", "220 mail.example ESMTP\r\n", "protocol"],
  ["sends headers without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(1_100_000)}\r\n\r\n`, "too-large"],
  ["floods with interim answers", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(5000), "protocol"],
  ["sends too much", response("x".repeat(2_200_000), "200 OK"), "too-large"],
  ["changes the protocol", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "protocol"],
];

test.each(ways.flatMap(([way, call]) => odd.map(([does, ...rest]) => [way, does, call, ...rest] as const)))(
  "%s: a target that %s gets one attempt and no response",
  async (_way, _does, call, text, expected) => {
    const server = await serverThat((unanswered, socket) => {
      if (!isWhole(unanswered)) return undefined;
      socket.end(text, "latin1");
      return "";
    });
    const answer = await transportTo(server.endpoint).send(call, patient);
    expect(silence(answer)).toMatch(new RegExp(`^(${expected})$`));
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.match(/HTTP\/1\.1/g)).toHaveLength(1);
  },
);

test.each(ways)("%s: a few interim answers are skipped", async (_way, call) => {
  const server = await always(`HTTP/1.1 103 Early Hints\r\n\r\n${response("{}")}`);
  expect(silence(await transportTo(server.endpoint).send(call, patient))).toBe("201 {}");
});

test.each(ways)("%s: a reset connection differs from a refused one", async (_way, call) => {
  const server = await serverThat((_text, socket) => {
    socket.resetAndDestroy();
    return "";
  });
  const transport = transportTo(server.endpoint);
  expect(silence(await transport.send(call, patient))).toBe("reset");
  await server.close();
  expect(silence(await transport.send(call, patient))).toBe("refused");
});

test.each(ways)("%s: the deadline applies to a missing, a slow and an endless answer", async (_way, call) => {
  const drip = (text: string) =>
    serverThat((_text, socket) => {
      const timer = setInterval(() => socket.write(text), 20);
      socket.on("close", () => clearInterval(timer));
      return "";
    });
  const silent = await serverThat(() => "");
  const slowHead = await drip("H");
  const slowBody = await serverThat((_text, socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    const timer = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(timer));
    return "";
  });
  // Together, because each answer takes the whole deadline.
  const answers = [silent, slowBody, slowHead].map(({ endpoint }) => transportTo(endpoint).send(call, soon));
  const [none, late, dripping] = (await Promise.all(answers)).map(silence);
  expect([none, late]).toEqual(["timeout", "timeout"]);
  expect(dripping).toMatch(/timeout|protocol/);
});

test.each(ways)("%s: a call that is aborted or outlives its transport is aborted", async (_way, call) => {
  const server = await serverThat(() => "");
  const stop = new AbortController();
  const transport = transportTo(server.endpoint);
  const first = transport.send(call, { ...patient, signal: stop.signal });
  const second = transport.send(call, patient);
  stop.abort();
  expect(silence(await first)).toBe("aborted");
  await transport.close();
  expect(silence(await second)).toBe("aborted");
  expect(silence(await transport.send(call, patient))).toBe("aborted");
  expect(silence(await transport.send(call, { ...patient, signal: stop.signal }))).toBe("aborted");
});

test.each(ways)("%s: a host name without an address has its own reason", async (_way, call) => {
  const answer = await transportTo(new URL("http://nothing.invalid")).send(call, patient);
  expect(silence(answer)).toBe("unresolved");
});

test.each(ways)("%s: missing or incomplete TLS has its own reason", async (_way, call) => {
  const plain = await serverThat(() => "HTTP/1.1 400 Bad Request\r\n\r\n");
  const mute = await serverThat(() => "");
  const to = (server: BareServer) => transportTo(new URL(`https://${server.endpoint.host}`));
  expect(silence(await to(plain).send(call, patient))).toBe("tls");
  expect(silence(await to(mute).send(call, soon))).toBe("timeout");
});

test("closing does not wait for a connection that is never established", async () => {
  const mute = await serverThat(() => "");
  const transport = httpTransport({ endpoint: new URL(`https://${mute.endpoint.host}`), clock, authorize });
  const answer = transport.send(post, patient);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await transport.close();
  expect(silence(await answer)).toBe("aborted");
});

test("the client reconnects to a restarted target", async () => {
  let gone = false;
  const server = await serverThat((unanswered, socket) => {
    if (gone) socket.destroy();
    return !gone && isWhole(unanswered) ? response("{}") : undefined;
  });
  const transport = transportTo(server.endpoint, { connections: 1 });
  expect(silence(await transport.send(post, patient))).toBe("201 {}");
  gone = true;
  expect(silence(await transport.send(post, patient))).toBe("reset");
  gone = false;
  expect(silence(await transport.send(post, patient))).toBe("201 {}");
});

test("an unexpected response is not the answer to the next request", async () => {
  const server = await serverThat((unanswered, _socket, connection) => {
    if (!isWhole(unanswered)) return undefined;
    return connection === 0 ? response("1") + response("stray") : response("2");
  });
  const transport = transportTo(server.endpoint, { connections: 1 });
  expect(silence(await transport.send(post, patient))).toBe("201 1");
  expect(silence(await transport.send(post, patient))).toBe("201 2");
});

test("a call that undici refuses is not sent and does not count against the target", async () => {
  const transport = transportTo(new URL("http://127.0.0.1:9"));
  const calls: readonly Outgoing[] = [
    { ...post, target: "/a b" },
    { ...post, target: "/\u4e2d" },
    { ...post, target: "*" },
    { ...post, method: "PO ST" },
    { ...post, headers: [["Transfer-Encoding", "chunked"]] },
    { ...post, headers: [["X", "a\nb"]] },
  ];
  for (const call of calls) {
    expect(transport.unable?.(call)).toContain("needs raw framing");
    expect(await transport.send(call, patient)).toMatchObject({ reason: "aborted", detail: /^not sent/ });
  }
});

test("raw framing is written byte for byte, with host and authorization filled in", async () => {
  const server = await always(response(""));
  const pieces = ["7b22", "00ff", "7d"].map((hex) => Buffer.from(hex, "hex").toString("base64"));
  const lines = ["Host: {host}", "X-Folded: a", "\tb", "authorization: {authorization}", "Content-Length: 5"];
  await transportTo(server.endpoint).send({ ...post, raw: { lines, pieces } }, patient);
  const [text = ""] = server.received;
  expect(text.split("\r\n")).toEqual([
    "POST /2015-03-31/functions/f/policy HTTP/1.1",
    `Host: ${server.endpoint.host}`,
    "X-Folded: a",
    "\tb",
    expect.stringContaining("authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
    "X-Amz-Date: 20260101T000000Z",
    "Content-Length: 5",
    "",
    '{"\u0000\u00ff}',
  ]);
});

const cut = [
  ["ends a refusal without a length", "400 Bad Request\r\nConnection: close\r\n\r\n", "400 "],
  ["breaks off a refusal with a length", "400 Bad Request\r\nContent-Length: 5\r\n\r\nab", "reset"],
  ["breaks off a success", "201 Created\r\nConnection: close\r\n\r\n", "reset"],
] as const;

test.each(cut)("a reset %s, as a server does that reads no further", async (_does, text, expected) => {
  const server = await serverThat((_text, socket) => {
    socket.write(`HTTP/1.1 ${text}`, () => setTimeout(() => socket.resetAndDestroy(), 20));
    return "";
  });
  expect(silence(await transportTo(server.endpoint).send({ ...post, raw }, patient))).toBe(expected);
});

test("a half-closed request with an incomplete body still gets its answer", async () => {
  const server = await serverThat((_text, socket) => {
    socket.once("end", () => socket.end(response("", "400 Bad Request")));
    return undefined;
  });
  const lines = ["Host: {host}", "Content-Length: 10"];
  const call = { ...post, raw: { lines, pieces: ["e30="], halfClose: true } };
  expect(silence(await transportTo(server.endpoint).send(call, patient))).toMatch(/^(400|reset)/);
});

test("an early refusal of a large body is read", async () => {
  const connections = new Set<unknown>();
  const server = await serverThat((_text, socket) => {
    if (connections.has(socket)) return "";
    connections.add(socket);
    return response("too much", "413 Content Too Large", ["Connection: close"]);
  });
  const pieces = [Buffer.alloc(8 * 1024 * 1024, 0x20).toString("base64")];
  const call = { ...post, raw: { lines: ["Host: {host}", `Content-Length: ${8 * 1024 * 1024}`], pieces } };
  expect(silence(await transportTo(server.endpoint).send(call, patient))).toBe("413 too much");
});

test("a canonical call uses the connection of a refused raw one unless the target closed it", async () => {
  for (const close of [false, true]) {
    const server = await always(response("{}", "400 Bad Request", close ? ["Connection: close"] : []));
    const transport = transportTo(server.endpoint);
    for (const call of [{ ...post, raw }, post])
      expect(silence(await transport.send({ ...call, connection: "one" }, patient))).toBe("400 {}");
    expect(server.received).toHaveLength(close ? 2 : 1);
  }
});

test("calls that name a connection share it until it is released or the target closes it", async () => {
  const server = await always(response("{}"));
  const transport = transportTo(server.endpoint);
  const named = { ...post, connection: "one" };
  for (const call of [named, named, { ...named, connection: "two" }]) await transport.send(call, patient);
  expect(server.received).toHaveLength(2);
  transport.release?.("one");
  await transport.send(named, patient);
  expect(server.received).toHaveLength(3);

  const ending = await always(response("{}", "200 OK", ["Connection: close"]));
  const other = transportTo(ending.endpoint);
  for (const call of [named, named]) expect(silence(await other.send(call, patient))).toBe("200 {}");
  expect(ending.received).toHaveLength(2);
});

test("large bodies and many calls on one connection leave no listeners behind", async () => {
  const warnings: string[] = [];
  const warned = ({ message }: Error) => warnings.push(message);
  process.on("warning", warned);
  const server = await always(response("{}"));
  const transport = transportTo(server.endpoint);
  const calls = [" ".repeat(2 * 1024 * 1024), ...Array.from({ length: 15 }, () => "{}")];
  for (const body of calls) await transport.send({ ...post, body, connection: "one" }, patient);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect(server.received).toHaveLength(1);
});

test.each([
  ["localhost:4566", "not an http or https URL"],
  ["ftp://127.0.0.1", "not an http or https URL"],
  ["nonsense", "not an http or https URL"],
  ["http://user:hunter2hunter2@127.0.0.1", "user name or password"],
  ["http://127.0.0.1/?X-Amz-Signature=hunter2", "carries a query"],
])("the endpoint %s is refused in one sentence without secrets", (text, message) => {
  expect(() => endpointOf(text)).toThrow(message);
  expect(() => endpointOf(text)).not.toThrow("hunter2");
});

test("an IPv6 endpoint is reachable where IPv6 exists", async () => {
  const { createServer } = await import("node:http");
  const server = createServer((_request, reply) => reply.end("six"));
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(0, "::1", () => resolve(true));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 9;
  for (const [, call] of ways) {
    const answer = await transportTo(new URL(`http://[::1]:${port}`)).send(call, patient);
    expect(silence(answer)).toMatch(listening ? /^200 six$/ : /^refused$/);
  }
  server.closeAllConnections();
  server.close();
});

test("a refused connection is retried once a target without state is up, a request that may have arrived is not", async () => {
  const reasons = ["refused", "reset", "timeout"] as const;
  for (const [reason, losesState] of reasons.flatMap((one) => [
    [one, false] as const,
    [one, true] as const,
  ])) {
    const sent: string[] = [];
    let up = false;
    const transport = restarting(
      {
        send: async () => {
          sent.push(up ? "up" : "down");
          const times = { sentAt: 0, answeredAt: 0 };
          return up
            ? { kind: "response", status: 200, headers: [], body: "", ...times }
            : { kind: "none", reason, detail: "", ...times };
        },
        close: async () => {},
      },
      async () => {
        up = true;
        return true;
      },
      losesState,
    );
    const answer = await transport.send(post, patient);
    const isSentAgain = reason === "refused" && !losesState;
    expect(silence(answer)).toBe(isSentAgain ? "200 " : reason);
    expect(sent).toEqual(isSentAgain ? ["down", "up"] : ["down"]);
    expect(up).toBe(reason !== "timeout");
  }
});
