import { execFile } from "node:child_process";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { equivalentJson, malformedJson, notAnObject } from "../generators/json-forms.ts";
import { spellings } from "../generators/spellings.ts";
import { bodyOf, canonicalBody } from "../generators/valid-requests.ts";
import { plainBodies, slowBodies, wireBodies, wireTypes } from "../generators/wire-bodies.ts";
import { wireFramings, wireTargets } from "../generators/wire-framings.ts";
import { judgeOf } from "../oracle/judge.ts";
import { initialModelState } from "../oracle/model-state.ts";
import { observeBatch } from "../oracle/observe.ts";
import { rules } from "../rules/index.ts";
import { questions } from "../rules/unspecified.ts";
import { readBody } from "../spec/body.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  publishVersion,
  removePermission,
} from "../spec/calls.ts";
import { type Answer, revisionSlot } from "../spec/exchange.ts";
import { readName } from "../spec/function-name.ts";
import { analyzeRequest } from "../spec/request.ts";
import { route, valuesOf } from "../spec/target.ts";
import { fuzz } from "../suites/fuzz.ts";
import { wire } from "../suites/wire.ts";
import { inProcess } from "../targets/in-process.ts";
import { faithful, type Mutation } from "../targets/reference/behaviour.ts";
import { wireMutants } from "../targets/reference/mutants/wire-mutants.ts";
import { createReference } from "../targets/reference/reference.ts";
import type { ParsedBody } from "../targets/reference/validate.ts";
import { fixture } from "./fixture.ts";
import { judgeEndpoint, notGreen } from "./judge-endpoint.ts";
import { onlyOnTheWire } from "./only-on-the-wire.ts";
import { partOf } from "./part-of.ts";

const every = [...plainBodies, ...wireBodies, ...wireTypes, ...slowBodies, ...wireTargets, ...wireFramings];

/** The only wire requests that the document admits, each with its variation. */
const admitted: Readonly<Record<string, string>> = {
  "type-APPLICATION_JSON": "request.charset",
  "type-application_json_charset_UTF-8": "request.charset",
};

/** The wire requests that the document forbids. */
const forbidden =
  /^(trailing-(?!slash)|nul-in-(id|action)|empty$|raw-control-character|object-in-member|(lower|upper|camel)-case-members|number-as-id|no-number|proto-as-required|deep-(array|unclosed|object|action)|slow-(Action|SourceAccount|SourceArn|EventSourceToken|StatementId)-|label-(double|nul|slow)|query-slow|version-)/;

describe("wire", () => {
  test.each(every.map((one) => [one.label, one] as const))("the analysis of %s is correct", (label, one) => {
    const { refusalReasons, questions, variations } = analyzeRequest(one.make("f", "sid", "live"));
    const kind = questions.length > 0 ? "asks" : refusalReasons.length > 0 ? "refuse" : "accept";
    if (Object.hasOwn(admitted, label)) expect([kind, ...variations]).toEqual(["accept", admitted[label]]);
    else if (/^slow-SourceArn-5$/.test(label)) expect(kind).toBe("asks");
    else expect(kind).toBe(forbidden.test(label) ? "refuse" : "asks");
  });

  test("every wire request has a unique name", () => {
    expect(new Set(every.map(({ label }) => label)).size).toBe(every.length);
  });

  test("a canonical request and a read follow each group, in fewer than 250 requests", () => {
    const histories = [...wire.testCases({ seed: 1, runs: 1, rounds: 1 })].map((testCase) => {
      const script = testCase.start(fixture);
      const keys: string[] = [];
      const done: [][] = [];
      for (let batch = script(done); batch !== null; batch = script(done)) {
        keys.push(...batch.map(({ key }) => key));
        done.push([]);
      }
      return keys;
    });
    for (const keys of histories)
      expect(keys.slice(-3)).toEqual(["next-on-same-connection", "next-valid", "after"]);
    expect(histories.flat().length).toBeLessThan(250);
  });
});

const body = bodyOf(
  { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", SourceArn: 'arn:aws:s3:::a/b "é🪣\\' },
  "some-sid",
);

describe("spellings", () => {
  const all = spellings(fixture, fixture.main);

  test("every spelling names the function of the fixture and the declared qualifier", () => {
    for (const { label, functionName, wire, query, qualifier } of all) {
      const { target } = addPermission({ functionName: wire, query, body: canonicalBody("s") });
      const read = route(target);
      if (read.kind !== "policy") throw new Error(`${label} is no policy route: ${target}`);
      expect(read.functionName).toBe(functionName);
      const name = readName(functionName);
      if (name.kind !== "read") throw new Error(`${label} has no single reading: ${functionName}`);
      expect(name.name).toBe(fixture.main.name);
      const given = [name.qualifier, ...valuesOf(read.query, "Qualifier")].filter((found) => found !== null);
      expect(new Set(given)).toEqual(new Set(qualifier === null ? [] : [qualifier]));
    }
  });

  test("all spellings have different bytes, and different labels or encodings", () => {
    expect(new Set(all.map(({ wire, query }) => `${wire}?${query}`)).size).toBe(all.length);
    expect(new Set(all.map(({ label, encoded }) => `${label} ${encoded}`)).size).toBe(all.length);
  });

  test("all three formats occur without qualifier, with version and alias, after the name, in the query and in both", () => {
    const places = ["", ":version", "?version", ":version?version", ":alias", "?alias", ":alias?alias"];
    const expected = ["name", "full-arn", "partial-arn"].flatMap((form) =>
      places.map((place) => form + place),
    );
    expect([...new Set(all.map(({ label }) => label))].sort()).toEqual(expected.sort());
  });

  test("an ARN occurs with literal colons, encoded colons, lower-case hex, some and all letters encoded", () => {
    const arn = all.filter(({ label }) => label === "full-arn").map(({ encoded }) => encoded);
    expect(arn).toEqual(["none", "colons", "colons-lower-case", "some", "all", "all-lower-case"]);
  });

  test("without versions and aliases only spellings without qualifier remain", () => {
    const bare = spellings(fixture, { ...fixture.main, versions: [], aliases: null });
    expect([...new Set(bare.map(({ label }) => label))]).toEqual(["name", "full-arn", "partial-arn"]);
  });
});

describe("JSON forms", () => {
  const variants = equivalentJson(body);

  test.each(variants)("%s has the same value with other bytes", (_, write) => {
    const text = write(body);
    expect(JSON.parse(text)).toEqual(body);
    expect(text).not.toBe(JSON.stringify(body));
    expect(readBody(text).refusalReasons).toEqual([]);
    expect(readBody(text).questions).toEqual([]);
  });

  test("equivalent forms have different labels and texts", () => {
    expect(new Set(variants.map(([label]) => label)).size).toBe(variants.length);
    expect(new Set(variants.map(([, write]) => write(body))).size).toBe(variants.length);
  });

  test("order, white space and both cases of hex occur", () => {
    const labels = variants.map(([label]) => label);
    const wanted = [
      "members-reversed",
      "indented",
      "values-escaped",
      "values-escaped-upper-case",
      "slashes-escaped",
    ];
    expect(labels).toEqual(expect.arrayContaining(wanted));
  });

  test.each(Object.entries(malformedJson))("%s is not JSON", (_, write) => {
    expect(() => JSON.parse(write(body))).toThrow(SyntaxError);
  });

  test.each(Object.entries(notAnObject))("%s is JSON but not an object", (_, write) => {
    expect(readBody(write(body)).refusalReasons).toEqual(["body.not-an-object"]);
  });
});

describe("calls", () => {
  test("AddPermission is sent as documented", () => {
    expect(addPermission({ functionName: "f", query: "Qualifier=1", body: canonicalBody("s") })).toEqual({
      operation: "AddPermission",
      method: "POST",
      target: "/2015-03-31/functions/f/policy?Qualifier=1",
      headers: [["Content-Type", "application/json"]],
      body: '{"Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com","StatementId":"s"}',
    });
  });

  test("a raw body, a raw label and other headers stay unchanged in the call", () => {
    const call = addPermission({ functionName: "%zz/..", body: "{", headers: [], method: "PUT" });
    expect(call).toMatchObject({
      target: "/2015-03-31/functions/%zz/../policy",
      body: "{",
      headers: [],
      method: "PUT",
    });
  });

  test("the other operations have their documented paths", () => {
    const calls = [
      getPolicy("f"),
      getPolicy("f", "$LATEST"),
      removePermission("f", "s", { qualifier: "1", revisionId: revisionSlot }),
      getFunction("a:b"),
      getAlias("f", "live"),
      publishVersion("f"),
      createAlias("f", "live", "1"),
      deleteFunction("f", "1"),
      createFunction("f", { role: "r", runtime: "nodejs22.x", zip: "z" }),
    ];
    expect(calls.map(({ operation, method, target }) => `${operation} ${method} ${target}`)).toEqual([
      "GetPolicy GET /2015-03-31/functions/f/policy",
      "GetPolicy GET /2015-03-31/functions/f/policy?Qualifier=%24LATEST",
      `RemovePermission DELETE /2015-03-31/functions/f/policy/s?Qualifier=1&RevisionId=${revisionSlot}`,
      "GetFunction GET /2015-03-31/functions/a%3Ab",
      "GetAlias GET /2015-03-31/functions/f/aliases/live",
      "PublishVersion POST /2015-03-31/functions/f/versions",
      "CreateAlias POST /2015-03-31/functions/f/aliases",
      "DeleteFunction DELETE /2015-03-31/functions/f?Qualifier=1",
      "CreateFunction POST /2015-03-31/functions",
    ]);
  });
});

const requests = every.map(({ label, make }, index) => {
  const call = make(fixture.main.name, `sid-${index}`, "live");
  return { label, call, open: analyzeRequest(call).questions.length > 0 };
});
/** The requests that the reference can get quickly and without a socket. */
const sendable = requests.filter(({ call }) => call.raw === undefined && (call.body ?? "").length < 300_000);

const before = initialModelState(fixture, true);
const judge = judgeOf(rules.filter(({ basis }) => basis !== "observed"));
const how = { deadlineMs: 5000 };
const authorization =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/lambda/aws4_request, SignedHeaders=host, Signature=0";

const parsed = new Map<string, ParsedBody>();

/** The faithful reading of a body, read once: every mutant gets the same deep and long bodies. */
function readOnce(bytes: Buffer): ParsedBody {
  const key = bytes.toString("latin1");
  const known = parsed.get(key) ?? faithful.readBody(bytes);
  parsed.set(key, known);
  return known;
}

/** The answers of a variant of the reference to each wire request that needs no socket. */
async function answersOf(mutate: Mutation): Promise<ReadonlyMap<string, Answer>> {
  const reference = createReference({ behaviour: mutate({ ...faithful, readBody: readOnce }) });
  const transport = inProcess(reference, { clock: () => 0, authorization });
  if (fixture.recipe === null) throw new Error("the fixture has no recipe for functions");
  await transport.send(createFunction(fixture.main.name, fixture.recipe), how);
  const answers = new Map<string, Answer>();
  for (const { label, call } of sendable) answers.set(label, await transport.send(call, how));
  return answers;
}

/** The wire requests whose answers violate a rule. */
function revealing(answers: ReadonlyMap<string, Answer>): readonly string[] {
  const isForbidden = ({ label, call }: (typeof sendable)[number]) => {
    const answer = answers.get(label);
    if (answer === undefined) return false;
    const batch = observeBatch(before, [{ step: { key: label, call }, call, answer }]);
    return judge.batch(batch).some(({ judgement }) => judgement.verdict === "violated");
  };
  return sendable.filter(isForbidden).map(({ label }) => label);
}

describe("every wire request", () => {
  test("is judged and has a mutant, or probes unspecified behaviour", () => {
    const judged = requests.filter(({ open }) => !open).map(({ label }) => label);
    expect(Object.keys(wireMutants).sort()).toEqual(judged.sort());
  });

  test.each(requests.filter(({ open }) => open))("$label probes unspecified behaviour", ({ label, call }) => {
    const answer = {
      kind: "response",
      status: 400,
      headers: [],
      body: "",
      sentAt: 0,
      answeredAt: 1,
    } as const;
    const [of] = observeBatch(before, [{ step: { key: label, call }, call, answer }]).observations;
    if (of === undefined) throw new Error(`${label} is not observed`);
    expect(questions.filter((question) => question.answer(of) !== null)).not.toEqual([]);
  });
});

describe("mutants of the wire", () => {
  let own: ReadonlyMap<string, Answer> = new Map();
  beforeAll(async () => {
    own = await answersOf((behaviour) => behaviour);
  });

  test("are not violations of the reference", () => {
    expect(own.size).toBe(sendable.length);
    expect(revealing(own)).toEqual([]);
  });

  test.each(Object.entries(wireMutants))("only %s reveals it", async (label, { mutate }) => {
    // Answers that equal those of the reference are judged above.
    const other = [...(await answersOf(mutate))].filter(
      ([of, answer]) => !isDeepStrictEqual(answer, own.get(of)),
    );
    expect(revealing(new Map(other))).toEqual([label]);
  });

  test("have unique descriptions", () => {
    const phrases = Object.values(wireMutants).map(({ breaks }) => breaks);
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(phrases.filter((phrase) => !/^[a-z].*[^.]$/.test(phrase))).toEqual([]);
  });
});

const servers = new Set<Server>();
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function receivedBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Node's HTTP server in front of the reference. Node refuses invalid requests itself. */
async function nodeServer(
  options: ServerOptions = {},
  before: (message: IncomingMessage, response: ServerResponse) => boolean = () => false,
  prepare: (server: Server) => void = () => {},
): Promise<URL> {
  const { handle } = createReference();
  const server = createServer(options, (message, response) => {
    if (before(message, response)) return;
    receivedBody(message).then(
      async (body) => {
        const { method = "", url: target = "", headers } = message;
        const reply = await handle({ method, target, headers, body });
        if (reply === "drop") return message.socket.destroy();
        response.writeHead(reply.status, reply.headers.flat()).end(reply.status === 204 ? "" : reply.body);
      },
      () => response.destroy(),
    );
  });
  servers.add(server);
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
}

function inBash(line: string): Promise<string> {
  return new Promise((resolve, reject) =>
    execFile("bash", ["-c", line], (error, stdout) => (error === null ? resolve(stdout) : reject(error))),
  );
}

const lastly = (response: ServerResponse, status: number): true => {
  response.writeHead(status, { Connection: "close", "Content-Length": "0" }).end();
  return true;
};

describe("no false alarm on Node's HTTP server", () => {
  test("with default settings", async () => {
    const report = await judgeEndpoint(await nodeServer(), [wire]);
    expect(notGreen(report)).toEqual([]);
    expect(report.faults).toEqual([]);
    const answered = report.questions.filter(({ observations }) => observations > 0).map(({ id }) => id);
    expect(answered).toEqual(expect.arrayContaining([...onlyOnTheWire]));
    const sent = report.rules.find(({ id }) => id === "answer.arrives");
    expect(sent?.observations).toBeGreaterThan(150);
  });

  test("closing each connection a moment after the answer", async () => {
    const endpoint = await nodeServer({}, ({ socket }, response) => {
      response.on("finish", () => setTimeout(() => socket.destroy(), 5));
      return false;
    });
    const report = await judgeEndpoint(endpoint, [fuzz, partOf(wire, /types|targets/)], { workers: 2 });
    expect(notGreen(report)).toEqual([]);
    expect(report.waits).toContainEqual({ cause: "connection-closed", times: expect.any(Number), ms: 0 });
  });

  test("that removes parameters from the path, as servlets do", async () => {
    const endpoint = await nodeServer({}, (message) => {
      message.url = message.url?.replace(/;[^/?]*/g, "");
      return false;
    });
    expect(notGreen(await judgeEndpoint(endpoint, [partOf(wire, /targets/)]))).toEqual([]);
  });

  test("with its lenient parser", async () => {
    const report = await judgeEndpoint(await nodeServer({ insecureHTTPParser: true }), [
      partOf(wire, /targets|framing/),
    ]);
    expect(notGreen(report)).toEqual([]);
  });

  test("ending each connection, refusing large bodies, long targets, media types, methods, expectations and no length", async () => {
    const endpoint = await nodeServer(
      {},
      ({ headers, method = "", url = "" }, response) => {
        response.setHeader("Connection", "close");
        const length = Number(headers["content-length"]);
        // Before the body has arrived.
        if (length > 500_000) return lastly(response, 413);
        if (url.length > 2000) return lastly(response, 414);
        if (!url.endsWith("/policy") || method === "GET") return false;
        if (method !== "POST") return lastly(response, 405);
        if (Number.isNaN(length)) return lastly(response, 411);
        return /^application\/json(; ?charset=utf-8)?$/i.test(headers["content-type"] ?? "")
          ? false
          : lastly(response, 415);
      },
      (server) => server.on("checkContinue", (_message, response) => lastly(response, 417)),
    );
    expect(notGreen(await judgeEndpoint(endpoint, [wire]))).toEqual([]);
  });
});

describe("violations of a server are found", () => {
  test("of one that misreads the message after a trailer, and answers 429 without a name, which it cannot be asked for", async () => {
    const lost = new WeakSet<Socket>();
    const endpoint = await nodeServer({}, (message, response) => {
      if (lost.has(message.socket)) {
        response.writeHead(400, { "X-Amzn-ErrorType": "InvalidParameterValueException" }).end();
        return true;
      }
      if (message.headers["content-type"] === "json") return lastly(response, 429);
      message.on("end", () => {
        if (message.trailers["x-trailer"] !== undefined) lost.add(message.socket);
      });
      return false;
    });
    const cannot = [{ needs: "faults", reason: "cannot be asked for a fault" }] as const;
    const report = await judgeEndpoint(endpoint, [partOf(wire, /types|framing/)], { cannot });
    const found = report.rules.find(({ id }) => id === "request.accepted");
    const verdict = (id: string) => report.rules.find((rule) => rule.id === id)?.verdicts.document;
    expect(found?.verdicts.document).toBe("violated");
    const steps = (found?.counterexample?.steps ?? []).map(({ request }) => request);
    expect(steps.map(({ key }) => key)).toEqual(["chunk-trailer", "chunk-trailer/then"]);
    expect(new Set(steps.map(({ connection }) => connection)).size).toBe(1);
    expect(verdict("errors.throttling-is-named")).toBe("violated");
    expect(verdict("errors.ServiceException")).toBe("unexercised");
    expect(notGreen(report)).toHaveLength(2);
    const printed = await inBash(found?.counterexample?.curl ?? "");
    expect(printed).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each([
    ["header-of-64-kib", "timeout", "violated"],
    ["header-of-64-kib", "reset", null],
    ["eight-mebibytes", "timeout", "violated"],
    ["eight-mebibytes", "reset", null],
    ["deep-array", "reset", "violated"],
    ["chunks-of-one", "reset", "violated"],
  ] as const)("%s with %s gives the verdict %s", (name, reason, verdict) => {
    const sent = [...wireFramings, ...wireBodies].find(({ label }) => label === name);
    if (sent === undefined) throw new Error(`there is no wire request ${name}`);
    const call = sent.make(fixture.main.name, "sid", "live");
    const answer = { kind: "none", reason, detail: "", sentAt: 0, answeredAt: 5000 } as const;
    const batch = observeBatch(initialModelState(fixture, true), [
      { step: { key: sent.label, call }, call, answer },
    ]);
    const found = judgeOf(rules).batch(batch);
    const arrival = found.find(({ rule }) => rule.id === "answer.arrives");
    expect(arrival?.judgement.verdict ?? null).toBe(verdict);
  });
});
