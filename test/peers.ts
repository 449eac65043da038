import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { argv, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Report } from "../reports/report.ts";
import { rulesThat } from "../reports/verdict.ts";
import { rules } from "../rules/index.ts";
import { lastLine, run } from "../targets/process.ts";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { variants } from "../targets/reference/mutants/index.ts";
import { createReference } from "../targets/reference/reference.ts";

// Compares the suite with schemathesis, a general fuzzer for OpenAPI, which reads the same YAML file; see docs/peers.md. Each judges the
// reference without a fault first: what fails there is a false alarm. Then each judges the mutants, and stops at its
// first failure. Checks of schemathesis that fail at the reference are switched off for the mutants. It is given the name
// of a function that exists, because it could not find one.

const requirement = "schemathesis==4.32.5";
const functionName = "my-function";
const authorization =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00";
const root = fileURLToPath(new URL("..", import.meta.url));

/** What the server counted. */
interface Counted {
  readonly requests: number;
  /** From the first request to the last. */
  readonly seconds: number;
}

/** What a tool made of one server: the checks, or the rules, that failed. */
interface Judged extends Counted {
  readonly failed: readonly string[];
}

interface Tool {
  readonly name: string;
  /** Judges a server, and returns what failed. `stop`: the first failure is enough. */
  readonly judge: (endpoint: string, how: { readonly stop: boolean }) => Promise<readonly string[]>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sample: { type: "string", default: "40" },
      examples: { type: "string", default: "100" },
      only: { type: "string" },
    },
  });
  const scratch = await mkdtemp(join(tmpdir(), "peers-"));
  const names = values.only?.split(",") ?? sampled(Number(values.sample));
  const tools = [general(await installed(), scratch, values.examples), ours(scratch)];
  const results = [];
  for (const tool of tools) results.push(await compared(tool, names));
  await rm(scratch, { recursive: true });
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  console.log(JSON.stringify({ date, machine, examples: Number(values.examples), results }, null, 2));
}

async function compared(tool: Tool, names: readonly string[]): Promise<object> {
  const faultless = await judged(tool, "", false);
  console.log(`${tool.name}: ${faultless.failed.length} false alarms (${faultless.failed.join(", ")})`);
  const found: number[] = [];
  const missed: string[] = [];
  for (const name of names) {
    const { failed, requests } = await judged(tool, name, true);
    const isFound = failed.some((one) => !faultless.failed.includes(one));
    if (isFound) found.push(requests);
    else missed.push(name);
    console.log(`  ${isFound ? "found " : "missed"} ${name}, ${requests} requests`);
  }
  return {
    tool: tool.name,
    falseAlarms: faultless.failed,
    requests: faultless.requests,
    requestsPerSecond: Math.round(faultless.requests / faultless.seconds),
    found: found.length,
    of: names.length,
    requestsUntilItStops: {
      median: quantile(found, 0.5),
      p90: quantile(found, 0.9),
      worst: quantile(found, 1),
    },
    missed,
  };
}

/** schemathesis with all its checks but those that fail at the reference. */
function general(program: string, scratch: string, examples: string): Tool {
  const config = join(scratch, "schemathesis.toml");
  const report = join(scratch, "schemathesis.json");
  let excluded: readonly string[] = [];
  return {
    name: requirement,
    judge: async (endpoint, { stop }) => {
      await writeFile(config, `[parameters]\n"path.FunctionName" = "${functionName}"\n`);
      const done = await run(program, [
        ...["--config-file", config, "run", join(root, "spec", "add-permission.yaml"), "--url", endpoint],
        ...["--seed", "1", "--max-examples", examples, "--header", `Authorization: ${authorization}`],
        ...["--report", "json", "--report-json-path", report],
        ...(stop ? ["--max-failures", "1"] : ["--continue-on-failure"]),
        ...(excluded.length === 0 ? [] : ["--exclude-checks", excluded.join(",")]),
      ]);
      if (done.code !== 0 && done.code !== 1) {
        throw new Error(`schemathesis ended with ${done.code}: ${lastLine(done)}`);
      }
      const codes = failuresIn(await readFile(report, "utf8"));
      const failed = await Promise.all(codes.map((code) => checkOf(program, code)));
      if (!stop) excluded = failed;
      return failed;
    },
  };
}

/** The codes of the failures in a report of schemathesis. */
function failuresIn(report: string): readonly string[] {
  const { failures }: { readonly failures: readonly { readonly code: string }[] } = JSON.parse(report);
  return failures.map(({ code }) => code);
}

/** The check that gives a failure of this code: its explanation names it in the second line. */
async function checkOf(program: string, code: string): Promise<string> {
  const { output } = await run(program, ["explain", code]);
  return /^checks (\w+)/m.exec(output)?.[1] ?? code;
}

/** This suite, by its command. */
function ours(scratch: string): Tool {
  const out = join(scratch, "report");
  const command = ["--import", "tsx", join(root, "bin", "addpermission-conformance.ts")];
  return {
    name: "addpermission-conformance",
    judge: async (endpoint, { stop }) => {
      await rm(out, { recursive: true, force: true });
      const asked = ["--endpoint", endpoint, "--seed", "1", "--out", out, "--format", "json"];
      await run(execPath, [...command, ...asked, ...(stop ? ["--bail", "1"] : [])]);
      const report: Report = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
      return rulesThat(report, "violated").map(({ id }) => id);
    },
  };
}

/** Lets a tool judge a new server with this mutant; with `""`, the reference itself. */
async function judged(tool: Tool, mutant: string, stop: boolean): Promise<Judged> {
  const child = fork(fileURLToPath(import.meta.url), ["--serve", mutant]);
  try {
    const [origin]: unknown[] = await once(child, "message");
    const failed = await tool.judge(String(origin), { stop });
    child.send("count");
    const [counted]: unknown[] = await once(child, "message");
    return { failed, ...(counted as Counted) };
  } finally {
    child.kill();
  }
}

/** Serves a variant of the reference with a function, a version and an alias, and counts the requests that follow. */
async function serve(mutant: string): Promise<void> {
  const behaviour: Behaviour = (variants[mutant]?.mutate ?? ((same) => same))(faithful);
  const counted = { requests: 0, began: 0, ended: 0 };
  const intercept: Behaviour["intercept"] = (request) => {
    counted.requests += 1;
    counted.ended = performance.now();
    counted.began ||= counted.ended;
    return behaviour.intercept(request);
  };
  const reference = createReference({ faults: false, behaviour: { ...behaviour, intercept } });
  const own = (path: string, body: object) =>
    reference.handle({
      method: "POST",
      target: `/2015-03-31/functions${path}`,
      headers: { authorization },
      body: Buffer.from(JSON.stringify(body)),
    });
  const role = "arn:aws:iam::123456789012:role/r";
  await own("", {
    FunctionName: functionName,
    Role: role,
    Runtime: "nodejs20.x",
    Handler: "a.b",
    Code: { ZipFile: "" },
  });
  await own(`/${functionName}/versions`, {});
  await own(`/${functionName}/aliases`, { Name: "live", FunctionVersion: "1" });
  Object.assign(counted, { requests: 0, began: 0 });
  process.on("message", () => {
    process.send?.({ requests: counted.requests, seconds: (counted.ended - counted.began) / 1000 });
  });
  process.send?.((await reference.listen()).origin);
}

/** The mutants of single rules, spread evenly over the catalogue. */
function sampled(size: number): readonly string[] {
  const names = rules.map(({ id }) => id).filter((id) => variants[id] !== undefined);
  const step = Math.max(1, names.length / size);
  return names.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Installs schemathesis into a virtual environment, and returns its program. */
async function installed(): Promise<string> {
  const folder = join(root, ".targets", "schemathesis");
  const program = join(folder, "bin", "schemathesis");
  if (existsSync(program)) return program;
  for (const [command, ...args] of [
    ["python3", "-m", "venv", folder],
    [join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", requirement],
  ] as const) {
    const done = await run(command, args);
    if (done.code !== 0) throw new Error(`${requirement} cannot be installed: ${lastLine(done)}`);
  }
  return program;
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

if (argv[2] === "--serve") await serve(argv[3] ?? "");
else await main();
