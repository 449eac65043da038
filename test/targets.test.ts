import { describe, expect, it } from "vitest";
import { Fault } from "../spec/fault.ts";
import { builtin, embedded, targetNamed } from "../targets/builtin.ts";
import { moto } from "../targets/emulators.ts";
import { inProcess } from "../targets/in-process.ts";
import { prism } from "../targets/prism.ts";
import { freePort, isListening, startRestartable, startServer } from "../targets/process.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { createReference } from "../targets/reference/reference.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const valid = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", StatementId: "s" };

function grant(endpoint: string, members: object): Promise<Response> {
  return fetch(`${endpoint}/2015-03-31/functions/f/policy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...valid, ...members }),
  });
}

describe("targets", () => {
  it("have names, and the reference is first", () => {
    expect(builtin.map(({ name }) => name)).toEqual(["reference", "prism", "moto", "ministack"]);
    expect(() => targetNamed("mot")).toThrow(/"mot".*reference, prism, moto, ministack/);
  });

  it("no longer listen after a stop", async () => {
    const { endpoint, stop } = await embedded.start();
    expect((await grant(endpoint, {})).status).toBe(404);
    await stop();
    await stop();
    expect(await isListening(Number(new URL(endpoint).port))).toBe(false);
  });

  it("include Prism, which uses the same contract", async () => {
    const { endpoint, stop } = await prism.start();
    expect((await grant(endpoint, {})).status).toBe(201);
    expect((await grant(endpoint, { StatementId: "" })).status).toBe(400);
    await stop();
    expect(await isListening(Number(new URL(endpoint).port))).toBe(false);
  });
});

describe("a server without state", () => {
  it("is restarted after it exits, but not while it listens or after a stop", async () => {
    const port = await freePort();
    const code = `require("node:http").createServer((q, r) => (q.url === "/end" ? process.exit(1) : r.setHeader("Connection", "close").end(String(process.pid)))).listen(${port}, "127.0.0.1")`;
    const server = {
      name: "Server",
      command: process.execPath,
      args: ["-e", code],
      port,
      readyWithinMs: 20_000,
    };
    const { restart, stop } = await startRestartable(server);
    const who = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    const first = await who();
    expect(await restart()).toBe(true);
    expect(await who()).toBe(first);
    await fetch(`http://127.0.0.1:${port}/end`).catch(() => null);
    expect(await Promise.all([restart(), restart()])).toEqual([true, true]);
    expect(await who()).not.toBe(first);
    await stop();
    expect(await restart()).toBe(false);
    expect(await isListening(port)).toBe(false);
  });
});

describe("a target that cannot be started", () => {
  const folder = temporaryFolder();

  it("says how to install moto", async () => {
    const start = moto.start({ folder });
    await expect(start).rejects.toThrow(/target moto$/);
    await expect(start).rejects.toBeInstanceOf(Fault);
  });

  it("says what to do when Python is missing", async () => {
    const install = moto.install({ folder, python: "no-such-python" });
    await expect(install).rejects.toThrow(/no-such-python could not be run; install it/);
  });

  it("prints the last output of a server that exits at once", async () => {
    const args = ["-e", "console.error('no licence'); process.exit(3)"];
    const port = await freePort();
    const start = startServer({
      name: "Server",
      command: process.execPath,
      args,
      port,
      readyWithinMs: 20_000,
    });
    await expect(start).rejects.toThrow("Server did not start: no licence");
  });

  it("times out when it never listens", async () => {
    const args = ["-e", "setInterval(() => {}, 1000)"];
    const port = await freePort();
    const start = startServer({ name: "Server", command: process.execPath, args, port, readyWithinMs: 300 });
    await expect(start).rejects.toThrow(/still closed/);
  });
});

describe("the in-process transport", () => {
  const call = { method: "GET", target: "/nowhere", headers: [], body: null };
  const clock = () => 0;

  it("returns the answers of the reference", async () => {
    const answer = await inProcess(createReference(), { clock }).send(call, { deadlineMs: 1000 });
    expect(answer).toMatchObject({ kind: "response", status: 404 });
  });

  it("distinguishes a dropped connection from a missing answer", async () => {
    const deaf = createReference({ behaviour: { ...faithful, intercept: () => new Promise(() => {}) } });
    const rude = createReference({ behaviour: { ...faithful, intercept: () => "drop" } });
    const send = (reference: typeof deaf) => inProcess(reference, { clock }).send(call, { deadlineMs: 20 });
    expect(await send(deaf)).toMatchObject({ kind: "none", reason: "timeout" });
    expect(await send(rude)).toMatchObject({ kind: "none", reason: "reset" });
  });
});
