import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CurlInput, curl, curlWithoutSetup, type SetupResource } from "../reports/curl.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { setupLines } from "../reports/shell.ts";
import { reproduction } from "../runner/reproduction.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import { type Call, revisionSlot, type Step, versionSlot } from "../spec/exchange.ts";
import { bodyWith } from "../suites/case.ts";
import { type BareServer, bareServer, isWhole, response } from "./bare-server.ts";
import { fixture } from "./fixture.ts";

const revision = "0d3e9b56-5ac8-4f0b-8f2e-5b0d7a6a4d4e";
const answer = JSON.stringify({ Policy: "{}", RevisionId: revision, Version: "17" });
const headers = ["Content-Type: application/json", "Connection: close"];
let server: BareServer;

beforeAll(async () => {
  server = await bareServer((text, socket) => {
    if (isWhole(text)) socket.end(response(answer, "200 OK", headers));
    return undefined;
  });
});
afterAll(() => server.close());
beforeEach(() => {
  seen = server.received.length;
});
let seen = 0;

/** One request as it arrived: the lines before the empty line, and the bytes after it. */
function arrivalIn(bytes: string) {
  const end = bytes.indexOf("\r\n\r\n");
  const [line = "", ...headers] = bytes.slice(0, end).split("\r\n");
  return { line, headers, body: Buffer.from(bytes.slice(end + 4), "latin1") };
}
type Arrival = ReturnType<typeof arrivalIn>;

const policyPath = "/2015-03-31/functions/f/policy";
const jsonType = ["Content-Type", "application/json"] as const;

function call(changes: Partial<Call> = {}): Call {
  const plain = {
    operation: "AddPermission",
    method: "POST",
    target: policyPath,
    headers: [jsonType],
  } as const;
  return { ...plain, body: "{}", ...changes };
}

function step(key: string, changes: Partial<Call> = {}, more: Partial<Step> = {}): Step {
  return { key, call: call(changes), ...more };
}

function line(changes: Partial<CurlInput>): string {
  const plain = {
    endpoint: server.endpoint.origin,
    steps: [],
    resources: [],
    authorization: [],
    sign: false,
  };
  return curl({ ...plain, region: "us-east-1", recipe: null, role: null, ...changes });
}

/** Runs the line in bash and returns what it printed and what arrived. */
async function run(command: string, environment: Record<string, string> = {}) {
  const printed = await new Promise<string>((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: "/nonexistent", ...environment };
    // Not -s: bash reads its commands from a pipe byte by byte.
    execFile("bash", ["--norc", "-c", 'eval "$(cat)"'], { env }, (error, stdout, stderr) =>
      error === null && stderr === "" ? resolve(stdout) : reject(new Error(`${stderr}${error?.message}`)),
    ).stdin?.end(`${command}\n`);
  });
  return { printed, arrivals: server.received.slice(seen).map(arrivalIn) };
}

async function arrivalOf(changes: Partial<Call>): Promise<Arrival> {
  const { arrivals } = await run(line({ steps: [[step("a", changes)]] }));
  expect(arrivals).toHaveLength(1);
  const [arrival] = arrivals;
  if (arrival === undefined) throw new Error("nothing arrived");
  return arrival;
}

describe("a curl line", () => {
  it("is one line of printable ASCII for any call", () => {
    const hostile = "##[x] \u001b[2J\u202e\n\r\t'\"`$(id)!\\ é 😀\u0000";
    const text = line({
      steps: [[step("a", { body: hostile, target: `/x y${hostile}` })]],
      authorization: [["Authorization", "A b='c'"]],
    });
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(escapeTerminal(text)).toBe(text);
  });

  it.each([
    ["plain JSON", '{"StatementId":"s1"}'],
    ["both kinds of quotes", `{"a":"it's \\"quoted\\""}`],
    ["line breaks and tabs", '{\n\t"a": 1\r\n}'],
    ["shell expansions", "$HOME `id` $(id) !! ~ * \\ {a,b} %s %d"],
    ["a file name for curl", "@/etc/hostname"],
    ["a command for an older CI runner", '{"a":"##[add-mask]x"}'],
    ["other scripts", '{"a":"é٣😀\u202e"}'],
    ["a byte order mark", "\ufeff{}"],
    ["a NUL", '{"a":"\u0000b"}'],
    ["a NUL, a percent sign and a leading dash", "-%s\u0000%%\\n'"],
    ["nothing", ""],
    ["only an apostrophe", "'"],
  ])("sends a body with %s byte for byte", async (_, body) => {
    expect((await arrivalOf({ body })).body).toEqual(Buffer.from(body, "utf8"));
  });

  it("sends every byte value of a body that is not text", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    const arrival = await arrivalOf({ body: bytes.toString("base64"), encoding: "base64" });
    expect(arrival.body).toEqual(bytes);
  });

  it("sends a body that is too long for a process argument", async () => {
    const body = `{"a":"${"x".repeat(1_200_000)}"}`;
    const arrival = await arrivalOf({ body });
    expect(arrival.body.equals(Buffer.from(body))).toBe(true);
    expect(arrival.headers.map((header) => header.split(":")[0])).not.toContain("Expect");
  });

  it.each([
    policyPath,
    "/2015-03-31/functions/arn%3Aaws%3alambda:us-east-1:123456789012:function:f/policy?Qualifier=%24LATEST",
    "/2015-03-31/functions/../functions/./f//policy/",
    "//functions//policy",
    "/a/%2e%2E/%zz/%/%c0%af/policy",
    "/a/{b}/[c]/policy?Qualifier=&Qualifier=a&x=[1-3]",
    '/a/b c|d^e`f"g<h>i\\j/policy',
    "/a/b#c/policy",
    "/é/policy",
    "*",
  ])("sends the request target %s unchanged", async (target) => {
    const { line: requestLine } = await arrivalOf({ target });
    expect(requestLine).toBe(`POST ${target} HTTP/1.1`);
  });

  it("puts the path of an endpoint before the target", async () => {
    const endpoint = `${server.endpoint.origin}/lambda/`;
    const { arrivals } = await run(line({ endpoint, steps: [[step("a"), step("b", { target: "/a%2Fb" })]] }));
    const lines = arrivals.map((arrival) => arrival.line).sort();
    expect(lines).toEqual([`POST /lambda${policyPath} HTTP/1.1`, "POST /lambda/a%2Fb HTTP/1.1"].sort());
  });

  it("sends exactly the headers of the call and of the framing", async () => {
    const headers = [
      ["content-TYPE", "text/plain; a='b'"],
      ["X-Empty", ""],
      ["X-Latin", "é"],
      ["X-Twice", "1"],
      ["X-Twice", "2"],
    ] as const;
    const arrival = await arrivalOf({ headers, body: "{}" });
    const expected = [
      "content-TYPE: text/plain; a='b'",
      "X-Empty:",
      "X-Latin: é",
      "X-Twice: 1",
      "X-Twice: 2",
    ];
    expect(arrival.headers).toEqual([
      `Host: 127.0.0.1:${server.endpoint.port}`,
      ...expected,
      "Content-Length: 2",
    ]);
  });

  it("adds no content type when the call has none", async () => {
    const arrival = await arrivalOf({ headers: [], body: "{}" });
    expect(arrival.headers).toEqual([`Host: 127.0.0.1:${server.endpoint.port}`, "Content-Length: 2"]);
  });

  it.each(["GET", "DELETE", "PUT", "HEAD", "PATCH"])("sends %s without a body", async (method) => {
    const arrival = await arrivalOf({ method, headers: [], body: null });
    expect(arrival.line).toBe(`${method} ${policyPath} HTTP/1.1`);
    expect(arrival.body).toHaveLength(0);
  });

  const recipe = { role: "arn:aws:iam::123456789012:role/r", runtime: "nodejs22.x", zip: "UEs=" };
  const resources: readonly SetupResource[] = [
    { kind: "function", name: "f" },
    { kind: "version", name: "f" },
    { kind: "alias", name: "f", alias: "live" },
  ];
  const constant = [
    ["X-Amz-Date", "20200101T000000Z"],
    ["Authorization", "AWS4-HMAC-SHA256 Credential=dummy/20200101/us-east-1/lambda/aws4_request"],
  ] as const;

  it("creates its resources, executes the steps in order and prints only the last answer with its headers, deletes its function", async () => {
    const steps = [[step("a", { target: "/step/1" })], [step("b", { target: "/step/2" })]];
    const { printed, arrivals } = await run(line({ resources, recipe, steps }));
    const functions = "/2015-03-31/functions";
    expect(arrivals.map((arrival) => arrival.line)).toEqual([
      `POST ${functions} HTTP/1.1`,
      `POST ${functions}/f/versions HTTP/1.1`,
      `POST ${functions}/f/aliases HTTP/1.1`,
      "POST /step/1 HTTP/1.1",
      "POST /step/2 HTTP/1.1",
      `DELETE ${functions}/f HTTP/1.1`,
    ]);
    const bodies = arrivals.slice(0, 3).map(({ body }) => JSON.parse(body.toString()));
    expect(bodies).toEqual([
      {
        Code: { ZipFile: recipe.zip },
        FunctionName: "f",
        Handler: "index.handler",
        Role: recipe.role,
        Runtime: recipe.runtime,
      },
      {},
      { FunctionVersion: "1", Name: "live" },
    ]);
    expect(printed.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(1);
  });

  it("creates a required role first, through IAM", async () => {
    const { arrivals } = await run(
      line({ resources, recipe, role: "r", authorization: constant, steps: [[step("a")]] }),
    );
    expect(arrivals[0]?.line).toBe("POST / HTTP/1.1");
    expect(arrivals[0]?.headers.join("\n")).toContain("/us-east-1/iam/aws4_request");
    expect(arrivals[0]?.body.toString()).toContain("Action=CreateRole");
    expect(arrivals[1]?.headers.join("\n")).toContain("/us-east-1/lambda/aws4_request");
  });

  it("does the same in two parts: the setup, and the steps of one history", async () => {
    const input: CurlInput = {
      endpoint: server.endpoint.origin,
      region: "us-east-1",
      sign: false,
      authorization: constant,
      recipe,
      role: null,
      resources,
      steps: [[step("a")]],
    };
    const shared = setupLines(input, new Set(["function", "version", "alias"])).join("\n");
    const apart = await run(`${shared}\n${curlWithoutSetup(input)}`);
    seen = server.received.length;
    const whole = await run(curl(input));
    const bytes = ({ line: text, headers, body }: Arrival) => [text, ...headers, body.toString()];
    expect(apart.arrivals.slice(0, 5).map(bytes)).toEqual(whole.arrivals.map(bytes));
  });

  it("carries the RevisionId of an earlier answer in a later body and query", async () => {
    const body = JSON.stringify({ StatementId: "it's", RevisionId: revisionSlot });
    const steps = [
      [step("read", { method: "GET", body: null, headers: [] })],
      [step("write", { body, target: `/f/policy?RevisionId=${revisionSlot}` }, { revisionFrom: "read" })],
    ];
    const { arrivals } = await run(line({ steps }));
    expect(arrivals[1]?.body.toString()).toBe(body.replace(revisionSlot, revision));
    expect(arrivals[1]?.line).toContain(`?RevisionId=${revision} `);
  });

  it("names the version of an earlier step in a path, a query and a body, with a RevisionId", async () => {
    const body = `{"FunctionVersion":"${versionSlot}","RevisionId":"${revisionSlot}"}`;
    const target = `/2015-03-31/functions/f%3A${versionSlot}/policy?Qualifier=${versionSlot}`;
    const steps = [
      [step("publish")],
      [step("read", { method: "GET", body: null, headers: [] })],
      [step("write", { body, target }, { revisionFrom: "read", versionFrom: "publish" })],
    ];
    const { arrivals } = await run(line({ steps }));
    expect(arrivals[2]?.line).toContain(" /2015-03-31/functions/f%3A17/policy?Qualifier=17 ");
    expect(arrivals[2]?.body.toString()).toBe(`{"FunctionVersion":"17","RevisionId":"${revision}"}`);
  });

  it("carries a RevisionId in a body that holds a NUL", async () => {
    const body = `{"RevisionId":"${revisionSlot}","a":"\u0000"}`;
    const steps = [[step("read")], [step("write", { body }, { revisionFrom: "read" })]];
    const { arrivals } = await run(line({ steps }));
    expect(arrivals[1]?.body.toString()).toBe(body.replace(revisionSlot, revision));
  });

  it("keeps a slot that no step fills", async () => {
    expect((await arrivalOf({ body: revisionSlot })).body.toString()).toBe(revisionSlot);
  });

  it("sends the steps of a batch together and waits for all of them", async () => {
    const steps = [[step("a", { body: "1" }), step("b", { body: "2" }), step("c", { body: "\u0000" })]];
    const { printed, arrivals } = await run(line({ steps }));
    expect(arrivals.map((arrival) => arrival.body.toString()).sort()).toEqual(["\u0000", "1", "2"]);
    expect(printed.match(/200 OK/g)).toHaveLength(3);
    expect(line({ steps })).toMatch(/; \( .* & .* & .* & wait \)$/);
  });

  it("captures the RevisionIds of steps in flight together under separate names", async () => {
    const write = (from: string) => step(`write-${from}`, { body: revisionSlot }, { revisionFrom: from });
    const steps = [[step("a"), step("b")], [write("a")], [write("b")]];
    const { arrivals } = await run(line({ steps }));
    expect(arrivals.slice(2).map((arrival) => arrival.body.toString())).toEqual([revision, revision]);
  });

  it("sends the constant Authorization header when requests are not signed", async () => {
    const { arrivals } = await run(line({ steps: [[step("a")]], authorization: constant }));
    expect(arrivals[0]?.headers).toContain(`Authorization: ${constant[1][1]}`);
    expect(arrivals[0]?.headers).toContain("X-Amz-Date: 20200101T000000Z");
  });

  it("lets curl sign with the credential variables and contains no credentials", async () => {
    const text = line({
      steps: [[step("a", { target: "/f%3A1/policy" })]],
      sign: true,
      authorization: [["Authorization", "unused"]],
      region: "eu-west-1",
    });
    expect(text).toContain('"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"');
    const credentials = {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "to ken",
    };
    const { arrivals } = await run(text, credentials);
    const sent = arrivals[0]?.headers.join("\n");
    expect(sent).toMatch(
      /Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/lambda\/aws4_request/,
    );
    expect(sent).toContain("X-Amz-Security-Token: to ken");
    expect(sent).not.toContain("unused");
    expect(arrivals[0]?.line).toBe("POST /f%3A1/policy HTTP/1.1");
  });

  it("signs without a session token when there is none", async () => {
    const credentials = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
    const { arrivals } = await run(line({ steps: [[step("a")]], sign: true }), credentials);
    expect(arrivals[0]?.headers.join("\n")).not.toMatch(/security-token/i);
  });
});

describe("a line for a raw socket", () => {
  const pieces = ['{"a":', "\u0000}"].map((piece) => Buffer.from(piece, "latin1").toString("base64"));
  const lines = [
    "Host: {host}",
    "X-Odd:  %s 'a'\\n !",
    "Authorization: {authorization}",
    "Content-Length: 7",
  ];
  const raw = { lines, pieces };

  it("writes the lines and pieces byte for byte with bash alone", async () => {
    const { printed, arrivals } = await run(
      line({
        steps: [[step("a", { raw })]],
        authorization: [
          ["X-Amz-Date", "d"],
          ["Authorization", "dummy"],
        ],
      }),
    );
    expect(arrivals[0]?.line).toBe(`POST ${policyPath} HTTP/1.1`);
    const host = `Host: 127.0.0.1:${server.endpoint.port}`;
    expect(arrivals[0]?.headers).toEqual([
      host,
      "X-Odd:  %s 'a'\\n !",
      "X-Amz-Date: d",
      "Authorization: dummy",
      "Content-Length: 7",
    ]);
    expect(arrivals[0]?.body).toEqual(Buffer.from('{"a":\u0000}'));
    expect(printed).toContain(revision);
  });

  it("prints nothing before the last step, and later steps can use its RevisionId", async () => {
    const write = step("write", { body: revisionSlot }, { revisionFrom: "read" });
    const { printed, arrivals } = await run(
      line({ steps: [[step("quiet", { raw })], [step("read", { raw })], [write]] }),
    );
    expect(arrivals[2]?.body.toString()).toBe(revision);
    expect(printed.match(/200 OK/g)).toHaveLength(1);
  });

  it("omits the Authorization line when requests are signed", async () => {
    const { arrivals } = await run(
      line({
        steps: [[step("a", { raw })]],
        sign: true,
        authorization: [
          ["X-Amz-Date", "d"],
          ["Authorization", "dummy"],
        ],
      }),
    );
    expect(arrivals[0]?.headers.join("\n")).not.toContain("Authorization");
  });
});

const { main, other } = fixture;
const body = bodyWith("Action", "lambda:InvokeFunction", "s");

/** The commands that create resources before the calls, in order. */
function made(...calls: readonly Call[]): readonly string[] {
  const exchange = (call: Call) => ({
    step: { key: "k", call },
    call,
    answer: { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const,
  });
  const options = {
    target: { endpoint: "http://127.0.0.1:1" },
    curl: { authorization: [], sign: false },
    redact: (text: string) => text,
  };
  const { play } = reproduction([calls.map(exchange)], options, fixture);
  return [...play.matchAll(/(make_function|publish_version|make_alias) (\S+?)(?: (\S+?))?;/g)].map((match) =>
    match.slice(1).filter(Boolean).join(" "),
  );
}

const on = (name: string, more: Partial<Parameters<typeof addPermission>[0]> = {}) =>
  addPermission({ functionName: label(name), body, ...more });

describe("The resources that a reproduction creates", () => {
  it.each<[what: string, call: Call, wanted: readonly string[]]>([
    ["the function alone", on(main.name), [`make_function ${main.name}`]],
    ["the other function", on(other?.name ?? ""), [`make_function ${other?.name}`]],
    ["nothing for an unknown function name", on(fixture.unknownName), []],
    [
      "no version for a number in a body",
      on(main.name, { body: bodyWith("EventSourceToken", 1, "s") }),
      [`make_function ${main.name}`],
    ],
    ["no version for a parameter of the path", on(`${main.name};v=1`), [`make_function ${main.name}`]],
    [
      "two versions for the second",
      on(main.name, { query: qualifierQuery("2") }),
      [`make_function ${main.name}`, `publish_version ${main.name}`, `publish_version ${main.name}`],
    ],
    [
      "one for a version in the name",
      on(`${main.name}:1`),
      [`make_function ${main.name}`, `publish_version ${main.name}`],
    ],
    [
      "an alias, and the version that it points to",
      on(`${main.name}:live`),
      [`make_function ${main.name}`, `publish_version ${main.name}`, `make_alias ${main.name} live`],
    ],
    [
      "no alias for its name in a body",
      on(main.name, { body: bodyWith("SourceArn", "arn:aws:s3:us-east-1:123456789012:live", "s") }),
      [`make_function ${main.name}`],
    ],
  ])("%s", (_what, call, wanted) => {
    expect(made(call)).toEqual(wanted);
  });
});
