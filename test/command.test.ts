import type { ChildProcess, StdioOptions } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { options } from "../api/options.ts";
import { formats } from "../reports/collector.ts";
import { json } from "../reports/json.ts";
import { readReport } from "../reports/read-report.ts";
import type { LedgerEntry } from "../rules/index.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { createReference } from "../targets/reference/reference.ts";
import { type Ran, runCommand, runProcess, startCommand } from "./command.ts";
import { sampleCounterexample, sampleReport, sampleRule, sampleStep } from "./sample-report.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Runs the command inside this process; never rejects. */
function run(...args: readonly string[]): Promise<Ran> {
  return runCommand(args);
}

/** A run of a few requests that ends with 0. */
const few = ["--suite", "races", "--rounds", "1", "--rule", "success.is-201", "--concurrency", "1"];

const folder = temporaryFolder();
let html: Server;

beforeAll(async () => {
  html = createServer((_request, response) => response.end("<html>hello</html>"));
  await new Promise<void>((resolve) => html.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  html.close();
});

function address(): string {
  return `http://127.0.0.1:${(html.address() as AddressInfo).port}`;
}

describe("Invalid input gives one sentence and exit code 2", () => {
  const cases: readonly (readonly [what: string, args: () => readonly string[], says: RegExp])[] = [
    ["an unknown option", () => ["--sed", "1"], /Unknown option --sed: did you mean --seed/],
    ["an unknown subcommand", () => ["rulez"], /rulez.*did you mean rules/],
    [
      "an unknown subcommand with a request for help",
      () => ["bogus", "--help"],
      /Unknown subcommand "bogus"/,
    ],
    ["help on an unknown subcommand", () => ["help", "rulez"], /rulez.*did you mean rules/],
    [
      "a list of profiles",
      () => ["--profile", "document,aws"],
      /--profile is "document,aws", but must be document or aws/,
    ],
    [
      "a list of formats of compare",
      () => ["compare", "a", "b", "--format", "html,text"],
      /--format is "html,text", but must be text, /,
    ],
    [
      "a list of formats of diff",
      () => ["diff", "--target", "reference", "--target", "moto", "--format", "text,json"],
      /--format/,
    ],
    [
      "an unknown rule of rules",
      () => ["rules", "sucess.is-201"],
      /no rule "sucess\.is-201": did you mean success\.is-201/,
    ],
    ["an extra argument of mutants", () => ["mutants", "all"], /"all" is no option of mutants.*--only/],
    [
      "an unknown mutant",
      () => ["mutants", "--only", "nope"],
      /nope.*mutants without --only, which names them all/,
    ],
    ["an output folder without a name", () => ["--out", ""], /--out is "", but must be the path of a folder/],
    ["a recording without a name", () => ["--record="], /--record is "", but must be the path of a folder/],
    ["an unknown rule", () => ["--rule", "success.is-200"], /success\.is-200.*did you mean success\.is-201/],
    ["an unknown suite", () => ["--suite", "boundry"], /boundry.*did you mean boundary/],
    ["an unknown target", () => ["--target", "motto"], /motto.*reference, prism, moto/],
    ["a seed that is not a number", () => ["--seed", "x"], /--seed is "x".*whole number/],
    ["a missing known-file", () => ["--known", join(folder, "none.yaml")], /none\.yaml.*cannot be read/],
    [
      "a folder as the known-file to write",
      () => ["--known", folder, "--update-known"],
      /known deviations .* cannot be read/,
    ],
    [
      "a known-file to write in a missing folder",
      () => ["--known", join(folder, "none", "known.yaml"), "--update-known"],
      /none\/known\.yaml.* cannot be written \(ENOENT\): .*--known/,
    ],
    [
      "an output folder that cannot be created",
      () => ["--out", "/proc/none/here"],
      /\/proc\/none\/here.*--out/,
    ],
    ["an unknown format", () => ["--format", "jnit", "--endpoint", address()], /jnit.*junit/],
    [
      "an unreachable endpoint",
      () => ["--endpoint", "http://127.0.0.1:9", "--out", folder],
      /127\.0\.0\.1:9/,
    ],
    ["an endpoint that is no URL", () => ["--endpoint", "nonsense", "--out", folder], /nonsense.*URL/],
    ["an endpoint that is not a Lambda API", () => ["--endpoint", address(), "--out", folder], /Lambda API/],
    ["one target for diff", () => ["diff", "--target", "reference"], /diff compares two targets, and got 1/],
    [
      "an unknown option of diff",
      () => ["diff", "--targte", "reference"],
      /--targte .*did you mean --target/,
    ],
    [
      "an unknown target of diff",
      () => ["diff", "--target", "reference", "--target", "motto"],
      /motto.*reference, prism, moto/,
    ],
    [
      "an unreachable endpoint of diff",
      () => ["diff", "--endpoint", "http://127.0.0.1:9", "--target", "reference", "--out", folder],
      /127\.0\.0\.1:9/,
    ],
    ["a missing report", () => ["compare", join(folder, "a.json"), join(folder, "b.json")], /a\.json/],
  ];
  it.each(cases)("%s", async (_what, args, says) => {
    const { code, err } = await run(...args());
    expect(err).toMatch(says);
    expect(code).toBe(2);
    expect(
      err
        .trim()
        .split("\n")
        .filter((line) => line.startsWith("    at ")),
    ).toEqual([]);
  });
});

describe("The command", () => {
  it("treats an empty region as no region", async () => {
    const where = [...few, "--out", join(folder, "region")];
    expect(await run("--region", "", ...where)).toMatchObject({ code: 0 });
  });

  it.each([
    ["an endpoint that is no URL", ["--endpoint", "nonsense"], "unknown", /nonsense.* is not an http/],
    [
      "an endpoint with a password",
      ["--endpoint", "http://me:hunter2@127.0.0.1:1"],
      "127.0.0.1:1",
      /carries a user name or password/,
    ],
    [
      "no keys to sign with",
      ["--endpoint", "http://127.0.0.1:1", "--sign"],
      "127.0.0.1:1",
      /AWS_ACCESS_KEY_ID/,
    ],
    [
      "a recording that cannot be written",
      ["--record", "/proc/none"],
      "reference",
      /"\/proc\/none" cannot be/,
    ],
  ])("replaces the reports of an earlier run in every format with %s", async (_what, args, name, says) => {
    const out = await mkdtemp(join(folder, "earlier-"));
    for (const { file } of Object.values(formats)) await writeFile(join(out, file), "earlier");
    const { code, err } = await run(...args, "--out", out, "--format", options.formats.of.join());
    expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    const files = await readdir(out);
    expect(files).toHaveLength(options.formats.of.length);
    for (const file of files) {
      const text = await readFile(join(out, file), "utf8");
      expect(text).not.toBe("earlier");
      expect(text).not.toContain("hunter2");
    }
    const report = readReport(await readFile(join(out, "report.json"), "utf8"), "report.json");
    expect(report).toMatchObject({ incomplete: true, target: { name } });
    expect(report.faults).toEqual([expect.stringMatching(says)]);
    const events = (await readFile(join(out, "report.ndjson"), "utf8")).trim().split("\n");
    expect(events.map((line) => JSON.parse(line).event)).toEqual(
      expect.arrayContaining(["run-start", "fault", "run-end"]),
    );
  });

  it.each([
    ["its recording", "recorded", "exchanges.ndjson", "--record"],
    ["its events", "out", "report.ndjson", "--out"],
  ])("prints its result when the disk is full for %s", async (_what, place, file, option) => {
    const home = await mkdtemp(join(folder, "full-"));
    await mkdir(join(home, place));
    await symlink("/dev/full", join(home, place, file));
    const out = join(home, "out");
    const where = ["--record", join(home, "recorded"), "--out", out, "--format", "ndjson"];
    const { code, out: text, err } = await run(...few, ...where);
    expect(text + err).toMatch(new RegExp(`cannot\\s+be\\s+written\\s+\\(ENOSPC\\)[^]*${option}\\.`));
    expect(text).toContain("(decides)");
    expect(code).toBe(2);
    const report = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    expect(report.incomplete).toBe(false);
  });

  describe("that replays a counterexample", () => {
    const added = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", StatementId: "s" };
    /** Replays against a reference whose answer to AddPermission is replaced. */
    async function replayed(
      answer: (socket: Socket) => void,
      changes: object = {},
      named: (endpoint: string) => { readonly of: object; readonly args: readonly string[] } = (
        endpoint,
      ) => ({
        of: {},
        args: ["--endpoint", endpoint],
      }),
    ) {
      const reference = createReference();
      const target = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const { method = "", url = "", headers } = request;
        if (method === "POST" && url.endsWith("/policy")) answer(request.socket);
        if (request.socket.destroyed || request.socket.writableEnded) return;
        const out = await reference.handle({ method, target: url, headers, body: Buffer.concat(chunks) });
        if (out === "drop") return request.socket.destroy();
        response.writeHead(out.status, Object.fromEntries(out.headers)).end(out.body);
      });
      await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
      const file = join(folder, "replay.json");
      const { request, ...rest } = sampleStep(JSON.stringify(added), 200);
      const path = "/2015-03-31/functions/addperm-ct-6b86b2-030a-main/policy";
      const steps = [{ ...rest, request: { ...request, path, ...changes } }];
      const verdicts = { document: "violated", aws: "violated" } as const;
      const rule = sampleRule("success.is-201", {
        verdicts,
        counterexample: sampleCounterexample({ steps }),
      });
      const { port } = target.address() as AddressInfo;
      const { of, args } = named(`http://127.0.0.1:${port}`);
      const report = sampleReport({ rules: [rule] });
      await writeFile(file, json({ ...report, target: { ...report.target, ...of } }));
      const ran = await run("replay", "--report", file, ...args);
      target.closeAllConnections();
      target.close();
      return { ...ran, last: ran.out.trim().split("\n").slice(-2) };
    }

    it("reports that it no longer shows after a correct answer", async () => {
      const { code, last } = await replayed(() => {});
      expect([code, last[1]]).toEqual([0, expect.stringMatching(/^no longer shows: the report saw 200/)]);
    });

    it("asks the target that the report names, and says so", async () => {
      const endpoint = { of: "" };
      const { out, last } = await replayed(
        (socket) => socket.destroy(),
        {},
        (url) => {
          endpoint.of = url;
          return { of: { endpoint: url, kind: "endpoint", unsupported: [] }, args: [] };
        },
      );
      expect(out.split("\n")[0]).toBe(`target   ${new URL(endpoint.of).host} at ${endpoint.of}`);
      expect(last[0]).toMatch(/^could not be tried: POST .* got no answer/);
    });

    it.each([
      ["inside a program", { kind: "in-process", endpoint: "http://lambda.test" }, /inside a program/],
      [
        "that has gone",
        { kind: "endpoint", endpoint: "http://127.0.0.1:1", unsupported: [] },
        /127\.0\.0\.1:1\//,
      ],
      ["whose requests were signed", { kind: "endpoint", signed: true }, /--sign/],
      ["that this version lacks", { kind: "builtin", name: "other" }, /"other"/],
    ])("asks no other target in place of one %s", async (_what, of, says) => {
      const { code, out, err } = await replayed(
        () => {},
        {},
        () => ({ of, args: [] }),
      );
      expect([code, out]).toEqual([2, expect.not.stringContaining("no longer shows")]);
      expect(err).toMatch(says);
    });

    it("starts a built-in target by its name", async () => {
      const { code, out } = await replayed(
        () => {},
        {},
        () => ({ of: { kind: "builtin", name: "reference" }, args: [] }),
      );
      expect(code).toBe(0);
      expect(out).toMatch(/^target {3}reference at /);
    });

    it.each([
      ["dropped", (socket: Socket) => socket.destroy(), /got no answer: /],
      [
        "answered 503",
        (socket: Socket) => socket.end("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
        /was answered 503/,
      ],
    ])("reports that it could not be executed when the answer is %s", async (_what, answer, says) => {
      const { code, last } = await replayed(answer);
      expect([code, last[0]]).toEqual([2, expect.stringMatching(says)]);
      expect(last[0]).toMatch(/^could not be tried: POST \//);
    });

    it.each([
      ["a path", { path: "not a path" }, "POST not a path cannot be sent: the request-target"],
      ["a method", { method: "GE T" }, "cannot be sent: the method"],
    ])("reports that it could not be executed with %s that cannot be sent", async (_what, changes, says) => {
      const { code, last } = await replayed(() => {}, changes);
      expect([code, last[0]]).toEqual([2, expect.stringContaining(says)]);
    });
  });

  it.each([
    ["success.is-201", "The selected rule holds for reference", 1],
    ["success.*,StatementId.maxLength", "The 5 selected rules hold for reference", 5],
    ["RevisionId", "The 6 selected rules hold for reference", 6],
  ])("sends few requests for --rule %s, and keeps the report of a full run", async (rule, says, rules) => {
    const cwd = await mkdtemp(join(folder, "selected-"));
    const { code, out } = await runCommand(["--rule", rule, "--concurrency", "1"], { cwd });
    expect([code, out.replaceAll(/\s+/g, " ")]).toEqual([0, expect.stringContaining(says)]);
    expect(await readdir(join(cwd, "conformance-report"))).toEqual(["selected"]);
    const file = join(cwd, "conformance-report", "selected", "report.json");
    const { schema, summary, only, requests } = JSON.parse(await readFile(file, "utf8"));
    expect([schema, summary.document.violated]).toEqual(["addpermission-conformance/report@1", 0]);
    expect(only).toEqual({ rules, testCases: expect.any(Number) });
    expect(requests).toBeLessThan(rules === 1 ? 300 : 500);
  });

  it("judges with --last-failed what the last report says is violated, and keeps that report", async () => {
    const cwd = await mkdtemp(join(folder, "last-failed-"));
    const none = await runCommand(["--last-failed"], { cwd });
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/last-failed.*report.json.*run once/)]);
    const report = join(cwd, "conformance-report", "report.json");
    const verdicts = { document: "violated", aws: "violated" } as const;
    const failed = ["StatementId.required", "Principal.required"].map((id) => sampleRule(id, { verdicts }));
    const text = json(sampleReport({ rules: [...failed, sampleRule("success.is-json")] }));
    await mkdir(join(cwd, "conformance-report"), { recursive: true });
    await writeFile(report, text);
    for (const out of [[], ["--out", "conformance-report"]]) {
      const again = await runCommand(["--last-failed", "--concurrency", "1", ...out], { cwd });
      expect([again.code, again.out.replaceAll(/\s+/g, " ")]).toEqual([
        0,
        expect.stringContaining("The 2 rules that conformance-report/report.json says are violated hold now"),
      ]);
      expect(await readFile(report, "utf8")).toBe(text);
    }
    const both = await runCommand(["--last-failed", "--rule", "success.is-201"], { cwd });
    expect([both.code, both.err]).toEqual([2, expect.stringContaining("give one of them")]);
    await writeFile(report, json(sampleReport({ rules: [sampleRule("success.is-201")] })));
    const races = ["--suite", "races", "--rounds", "1", "--concurrency", "1"];
    const all = await runCommand(["--last-failed", ...races], { cwd });
    expect([all.code, all.err]).toEqual([3, expect.stringContaining("no rule is violated, so all are")]);
    expect(readReport(await readFile(report, "utf8"), report).only).toEqual({ suites: ["races"] });
  });

  it("refuses to write where another run writes, and takes over the lock of a process that has ended", async () => {
    const cwd = await mkdtemp(join(folder, "locked-"));
    const lock = (name: string) => join(cwd, name, ".addpermission-conformance.lock");
    for (const [name, option] of [
      ["out", "--out"],
      ["recorded", "--record"],
    ] as const) {
      await mkdir(join(cwd, name));
      await writeFile(lock(name), JSON.stringify({ pid: process.pid, host: hostname() }));
      const refused = await runCommand([...few, option, name], { cwd });
      expect([refused.code, refused.err]).toEqual([
        2,
        expect.stringMatching(
          new RegExp(`"${name}" is in use by another run \\(process ${process.pid}\\).*${option}`),
        ),
      ]);
      await writeFile(lock(name), JSON.stringify({ pid: 4_190_000, host: hostname() }));
      expect((await runCommand([...few, option, name], { cwd })).code).toBe(0);
      expect(await readdir(join(cwd, name))).not.toContain(".addpermission-conformance.lock");
    }
  });

  it("leaves no older report in --out, names what it wrote, and prints annotations for GitHub", async () => {
    const out = await mkdtemp(join(folder, "older-"));
    await writeFile(join(out, "mine.txt"), "");
    await run(...few, "--out", out, "--format", "html,junit,ndjson");
    const second = await run(...few, "--out", out, "--format", "github,sarif");
    expect((await readdir(out)).sort()).toEqual(["github.txt", "mine.txt", "report.json", "report.sarif"]);
    expect(second.out.trimEnd().split("\n").at(-1)).toBe(
      `Reports: ${out}/ (report.json, github.txt, report.sarif)`,
    );
    expect(second.out).toContain("\n::notice title=addpermission-conformance::");
  });

  it("shows differences about selected rules, and replays them on both targets, which it names", async () => {
    const rule = "StatementId.required";
    const reference = createReference({ behaviour: mutants[rule].mutate(faithful) });
    const { href } = await reference.listen();
    const out = join(folder, "diff-of-rule");
    const builtin = ["--target", "reference"];
    const what = ["--rule", rule, "--concurrency", "1", "--out", out];
    const { code } = await run("diff", ...builtin, "--endpoint", href, ...what);
    const { differences } = JSON.parse(await readFile(join(out, "diff.json"), "utf8"));
    expect([code, differences.length > 0]).toEqual([1, true]);
    for (const { topic, ruling, curl, replay } of differences) {
      expect(JSON.stringify([topic, ruling])).toContain(rule);
      expect(replay).toBe(
        `npx addpermission-conformance replay --report ${join(out, "diff.json")} --rule ${topic}`,
      );
      // The built-in target has ended when the line is read.
      expect(curl).toEqual({ x: replay, y: expect.stringContaining(href.replace(/\/$/, "")) });
    }
    const file = ["replay", "--report", join(out, "diff.json")];
    const again = await run(...file);
    expect([again.code, again.err]).toEqual([1, ""]);
    expect(again.out).toMatch(/^x {2}reference at .*\ny {2}127\.0\.0\.1:\d+ at .*\n/);
    expect(again.out).toMatch(/still shows: x 400 InvalidParameterValueException, y 201\n/);
    expect(again.out).toMatch(/\n1 of 1 difference still shows\.\n$/);
    const mended = await run(...file, ...builtin, ...builtin, "--rule", rule);
    expect([mended.code, mended.out]).toEqual([0, expect.stringMatching(/\nno longer shows: x 400 /)]);
    const errors = await Promise.all([
      run(...file, ...builtin),
      run(...file, "--rule", "StatementId.requird"),
      run(...file, "--function", "mine"),
    ]);
    await reference.close();
    expect((await run(...file)).code).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(errors.map(({ err }) => err)).toEqual([
      expect.stringMatching(/is about two targets, and 1 is named: give --endpoint or --target twice/),
      expect.stringMatching(/no difference about "StatementId\.requird": did you mean StatementId\.required/),
      expect.stringMatching(/--function and --stateless/),
    ]);
  });

  it("judges a mock of AddPermission alone with --stateless, which the error without it names", async () => {
    const mock = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const isAddition = request.method === "POST" && request.url?.endsWith("/policy");
      response.writeHead(isAddition ? 200 : 404, { "content-type": "application/json" });
      const { StatementId: Sid } = isAddition ? JSON.parse(Buffer.concat(chunks).toString()) : {};
      response.end(JSON.stringify(isAddition ? { Statement: JSON.stringify({ Sid }) } : {}));
    });
    await new Promise<void>((resolve) => mock.listen(0, "127.0.0.1", resolve));
    const { port } = mock.address() as AddressInfo;
    const out = join(folder, "stateless");
    const at = ["--endpoint", `http://127.0.0.1:${port}`];
    const narrow = ["--suite", "fuzz", "--runs", "1", "--rule", "success.is-201", "--out", out];
    for (const how of [[], ["--function", "f"]]) {
      const { code, err } = await run(...at, ...how, ...narrow);
      expect([code, err]).toEqual([2, expect.stringContaining("with --stateless.")]);
    }
    const judged = await run(...at, "--stateless", ...narrow);
    expect([judged.code, judged.err]).toEqual([1, expect.not.stringContaining("addpermission-conformance:")]);
    expect(judged.out).toMatch(/replay .* --stateless\n/);
    const replayed = await run("replay", "--report", join(out, "report.json"));
    expect([replayed.code, replayed.err]).toEqual([1, ""]);
    mock.closeAllConnections();
    mock.close();
  });

  it("refuses a report of another version in one sentence", async () => {
    await writeFile(join(folder, "next.json"), '{"schema":"addpermission-conformance/report@2"}');
    for (const args of [
      ["compare", "next.json", "next.json"],
      ["replay", "--report", "next.json"],
    ]) {
      const { code, err } = await runCommand(args, { cwd: folder });
      expect(code).toBe(2);
      expect(err).toMatch(/next\.json has the schema "addpermission-conformance\/report@2", expected/);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
  });

  it("explains one rule, and lists those of a prefix or a pattern", async () => {
    const one = await run("rules", "StatementId.duplicate");
    expect(one.out).toMatch(/^StatementId\.duplicate {2}/);
    for (const fact of ["basis", "document", "clauses", "columns", "suites", "test it"])
      expect(one.out).toMatch(new RegExp(`^  ${fact} `, "m"));
    expect(one.out).toContain("--rule StatementId.duplicate");
    const some = await run("rules", "success.*", "StatementId", "--json");
    const { rules } = JSON.parse(some.out);
    expect(rules.every(({ id }: { id: string }) => /^(success|StatementId)\./.test(id))).toBe(true);
    expect(rules.length).toBeGreaterThan(15);
  });

  it("installs a target, or says that it needs no installation", async () => {
    expect(await run("target", "reference")).toMatchObject({ code: 0, err: "" });
    expect((await run("target")).err).toContain("target takes one name, and got 0");
  });

  it("lists the rules and a ledger of every clause as data", async () => {
    const { code, out } = await run("rules", "--json");
    const { rules, ledger } = JSON.parse(out);
    expect(code).toBe(0);
    expect(ledger).toHaveLength(173);
    expect(rules.length).toBeGreaterThan(150);
    const lost = ledger.filter((entry: LedgerEntry) => (entry.rules ?? []).length === 0 && !entry.reason);
    expect(lost).toEqual([]);
  });

  it("compares two targets, exits with 0 and writes the result", async () => {
    const out = join(folder, "diff");
    const twice = ["--target", "reference", "--target", "reference"];
    const { code, out: text } = await run("diff", ...twice, "--suite", "size", "--out", out);
    expect(text).toMatch(/No difference in \d+ pairs of answers/);
    expect(code).toBe(0);
    const report = JSON.parse(await readFile(join(out, "diff.json"), "utf8"));
    expect(report).toMatchObject({ schema: "addpermission-conformance/diff@1", differences: [], faults: [] });
    expect(await readFile(join(out, "diff.md"), "utf8")).toContain("No difference");
  });

  it("prints the help of a subcommand after `help`, and its version", async () => {
    expect((await run("help", "rules")).out).toBe((await run("rules", "--help")).out);
    expect((await run("help")).out).toBe((await run("--help")).out);
    expect((await run("--help")).out).toContain("--version");
    expect(await run("--version")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each(["", "rules", "replay", "mutants", "compare", "diff", "sweep", "judge"])(
    "prints help: %s --help",
    async (name) => {
      const { code, out } = await run(...(name === "" ? [] : [name]), "--help");
      expect(code).toBe(0);
      expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(100);
    },
  );
});

describe("The command as a process of its own", () => {
  it.each([
    [0, ["--version"], /^\d+\.\d+\.\d+\n$/],
    [1, ["compare", "before.json", "after.json"], /success\.is-201/],
    [2, ["--sed", "1"], /^addpermission-conformance: Unknown option --sed.*did you mean --seed/],
  ])("exits with %i, as inside another program: %j", async (code, args, says) => {
    const verdicts = { document: "violated", aws: "violated" } as const;
    const rules = [sampleRule("success.is-201"), sampleRule("success.is-201", { verdicts })];
    for (const [index, name] of ["before.json", "after.json"].entries())
      await writeFile(join(folder, name), json(sampleReport({ rules: rules.slice(index, index + 1) })));
    for (const ran of [await runProcess(args, folder), await runCommand(args, { cwd: folder })]) {
      expect(ran.out + ran.err).toMatch(says);
      expect(ran.code).toBe(code);
    }
  });

  it("cleans up and writes its report when the reader of its output is closed", async () => {
    const reference = createReference();
    const endpoint = (await reference.listen()).origin;
    const out = join(folder, "unread");
    const child = startCommand(["--endpoint", endpoint, ...few, "--out", out], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.destroy();
    child.stderr?.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    const listed = await (await fetch(`${endpoint}/2015-03-31/functions/`)).text();
    await reference.close();
    expect(code).toBe(0);
    expect(JSON.parse(listed)).toMatchObject({ Functions: [] });
    expect(JSON.parse(await readFile(join(out, "report.json"), "utf8")).incomplete).toBe(false);
  });

  /** Runs against a reference on a port, and returns its exit, its report and the resources that it left behind. */
  async function ended(
    args: readonly string[],
    stdio: StdioOptions,
    during: (child: ChildProcess, listed: () => Promise<string>) => Promise<void>,
  ) {
    const reference = createReference();
    const endpoint = (await reference.listen()).origin;
    const out = await mkdtemp(join(folder, "ended-"));
    const child = startCommand(["--endpoint", endpoint, ...args, "--out", out], { stdio });
    const closed = new Promise((resolve) => child.on("close", resolve));
    const listed = async () => (await fetch(`${endpoint}/2015-03-31/functions/`)).text();
    await during(child, listed);
    const code = await closed;
    const left: unknown = JSON.parse(await listed());
    await reference.close();
    return { code, left, report: JSON.parse(await readFile(join(out, "report.json"), "utf8")) };
  }

  it("cleans up and writes its report when the disk is full for both streams", async () => {
    const full = await open("/dev/full", "w");
    const { code, left, report } = await ended(few, ["ignore", full.fd, full.fd], async () => {});
    await full.close();
    expect([code, left]).toMatchObject([2, { Functions: [] }]);
    expect(report.incomplete).toBe(false);
  });

  it("cleans up and writes its report when its terminal is closed", async () => {
    const { code, left, report } = await ended(["--suite", "state"], "ignore", async (child, listed) => {
      await expect.poll(listed, { timeout: 30_000 }).toContain("addperm-ct-");
      child.kill("SIGHUP");
    });
    expect([code, left]).toMatchObject([129, { Functions: [] }]);
    expect(report.incomplete).toBe(true);
  });
});
