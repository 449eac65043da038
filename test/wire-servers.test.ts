import { execFile } from "node:child_process";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { wireBodies } from "../generators/wire-bodies.ts";
import { wireFramings } from "../generators/wire-framings.ts";
import { judgeOf } from "../oracle/judge.ts";
import { initialBelief } from "../oracle/model-state.ts";
import { observeRound } from "../oracle/observe.ts";
import { rules } from "../rules/index.ts";
import { createReference } from "../targets/reference/reference.ts";
import { judgeEndpoint, notGreen } from "./judge-endpoint.ts";
import { stage } from "./staged.ts";

const servers = new Set<Server>();
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  servers.clear();
});

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Node's own HTTP server before the reference, with everything that Node refuses by itself left to Node. */
async function nodeServer(
  options: ServerOptions = {},
  before: (message: IncomingMessage, response: ServerResponse) => boolean = () => false,
  prepare: (server: Server) => void = () => {},
): Promise<URL> {
  const { handle } = createReference();
  const server = createServer(options, (message, response) => {
    if (before(message, response)) return;
    bodyOf(message).then(
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
  test("as it is", async () => {
    const report = await judgeEndpoint(await nodeServer(), ["wire"]);
    expect(notGreen(report)).toEqual([]);
    expect(report.faults).toEqual([]);
    const sent = report.rules.find(({ id }) => id === "answer.arrives");
    expect(sent?.observations).toBeGreaterThan(150);
  });

  test("with its lenient parser", async () => {
    const report = await judgeEndpoint(await nodeServer({ insecureHTTPParser: true }), ["wire"]);
    expect(notGreen(report)).toEqual([]);
  });

  test("ending each connection after its answer", async () => {
    const endpoint = await nodeServer({}, (_message, response) => {
      response.setHeader("Connection", "close");
      return false;
    });
    expect(notGreen(await judgeEndpoint(endpoint, ["wire"]))).toEqual([]);
  });

  test("refusing a large body before it has come", async () => {
    const endpoint = await nodeServer({}, (message, response) =>
      Number(message.headers["content-length"] ?? 0) > 500_000 ? lastly(response, 413) : false,
    );
    expect(notGreen(await judgeEndpoint(endpoint, ["wire"]))).toEqual([]);
  });

  test("refusing other media types, other methods, expectations and a body without a length", async () => {
    const endpoint = await nodeServer(
      {},
      ({ headers, method = "", url = "" }, response) => {
        if (!url.endsWith("/policy") || method === "GET") return false;
        if (method !== "POST") return lastly(response, 405);
        if (headers["content-length"] === undefined) return lastly(response, 411);
        return /^application\/json(; ?charset=utf-8)?$/i.test(headers["content-type"] ?? "")
          ? false
          : lastly(response, 415);
      },
      (server) => server.on("checkContinue", (_message, response) => lastly(response, 417)),
    );
    expect(notGreen(await judgeEndpoint(endpoint, ["wire"]))).toEqual([]);
  });
});

describe("what a server does wrong is found", () => {
  test("it loses its place after a message with a trailer", async () => {
    const lost = new WeakSet<Socket>();
    const endpoint = await nodeServer({}, (message, response) => {
      if (lost.has(message.socket)) {
        response.writeHead(400, { "X-Amzn-ErrorType": "InvalidParameterValueException" }).end();
        return true;
      }
      message.on("end", () => {
        if (message.trailers["x-trailer"] !== undefined) lost.add(message.socket);
      });
      return false;
    });
    const report = await judgeEndpoint(endpoint, ["wire"]);
    const found = report.rules.find(({ id }) => id === "request.accepted");
    expect(found?.verdicts.document).toBe("violated");
    const steps = (found?.counterexample?.steps ?? []).map(({ request }) => request);
    expect(steps.map(({ key }) => key)).toEqual(["chunk-trailer", "chunk-trailer/then"]);
    expect(new Set(steps.map(({ connection }) => connection)).size).toBe(1);
    expect(notGreen(report)).toHaveLength(1);
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
  ] as const)("%s is answered by a %s", (name, reason, verdict) => {
    const sent = [...wireFramings, ...wireBodies].find(({ label }) => label === name);
    if (sent === undefined) throw new Error(`there is no wire request ${name}`);
    const call = sent.make(stage.main.name, "sid");
    const answer = { kind: "none", reason, detail: "", sentAt: 0, answeredAt: 5000 } as const;
    const round = observeRound(initialBelief(stage, true), [
      { step: { key: sent.label, call }, call, answer },
    ]);
    const found = judgeOf(rules).round(round);
    const arrival = found.find(({ rule }) => rule.id === "answer.arrives");
    expect(arrival?.judgement.verdict ?? null).toBe(verdict);
  });

  test("a nameless 429 comes from a target that cannot be asked for one", async () => {
    const cannot = [{ needs: "faults", reason: "cannot be asked for a fault" }] as const;
    const endpoint = await nodeServer({}, ({ headers }, response) =>
      headers["content-type"] === "json" ? lastly(response, 429) : false,
    );
    const report = await judgeEndpoint(endpoint, ["wire"], { cannot });
    const verdict = (id: string) => report.rules.find((rule) => rule.id === id)?.verdicts.document;
    expect(verdict("errors.throttling-is-named")).toBe("violated");
    expect(verdict("errors.ServiceException")).toBe("unexercised");
  });
});
