import { once } from "node:events";
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createReference } from "../targets/reference/reference.ts";
import { type Ran, runCommand, startCommand } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const journals = ".addpermission-conformance";

const parent = temporaryFolder();

/** A folder with journals of its own, so that the tests can wait at the same time. */
async function place() {
  const folder = await mkdtemp(join(parent, "place-"));
  await mkdir(join(folder, journals));
  return {
    folder,
    /** Sweeps in this folder; never rejects. */
    sweep: (...args: readonly string[]): Promise<Ran> => runCommand(["sweep", ...args], { cwd: folder }),
    /** Writes the journal of a killed run. */
    async journal(
      run: string,
      endpoint: string,
      region: string,
      name: string,
      more: Readonly<Record<string, unknown>> = {},
    ): Promise<void> {
      const entry = { run, endpoint, region, startedAt: "2026-01-01T00:00:00.000Z", pid: 2 ** 22 + 1 };
      await writeFile(
        join(folder, journals, `${run}.json`),
        JSON.stringify({ ...entry, functions: [name], roles: [], policies: [], ...more }),
      );
    },
    left: async (): Promise<readonly string[]> => (await readdir(join(folder, journals))).sort(),
  };
}

async function create(href: string, FunctionName: string): Promise<void> {
  const role = "arn:aws:iam::123456789012:role/r";
  await post(`${href}2015-03-31/functions`, { FunctionName, Role: role, Code: { ZipFile: "UEsFBg==" } });
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

it.concurrent("deletes the functions of every journal in the folder, at its endpoint and in its region", async () => {
  const { folder, journal, left, sweep } = await place();
  const targets = [createReference(), createReference()];
  for (const [index, target] of targets.entries()) {
    const { href } = await target.listen();
    const FunctionName = `addperm-ct-abcdef-000${index}-main`;
    await create(href, FunctionName);
    await journal(`run-${index}`, href, index === 0 ? "us-east-1" : "eu-west-1", FunctionName);
  }
  // The first run was killed while it wrote its journal.
  await writeFile(join(folder, journals, "run-0.json.new"), "{");
  const { code, out } = await sweep();
  await Promise.all(targets.map((target) => target.close()));
  expect(out.match(/^.*$/gm)).toEqual([
    "deleted addperm-ct-abcdef-0000-main",
    "deleted addperm-ct-abcdef-0001-main",
    "",
  ]);
  expect([code, await left()]).toEqual([0, []]);
});

const canonical = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };

it.concurrent("restores the policy of a killed run, reports it, and does nothing the second time", async () => {
  const { journal, left, sweep } = await place();
  const target = createReference();
  const { href } = await target.listen();
  await create(href, "mine");
  const policy = `${href}2015-03-31/functions/mine/policy`;
  const read = async (): Promise<readonly unknown[]> => {
    const body = (await (await fetch(policy)).json()) as { readonly Policy: string };
    return JSON.parse(body.Policy).Statement;
  };
  const account = { ...canonical, Principal: "111122223333", SourceAccount: "111122223333" };
  await post(policy, { ...canonical, StatementId: "stays" });
  await post(policy, { ...account, StatementId: "emptied" });
  const before = await read();
  await fetch(`${policy}/emptied`, { method: "DELETE" });
  await post(policy, { ...canonical, StatementId: "of-the-run" });
  const resource = "arn:aws:lambda:us-east-1:123456789012:function:mine";
  const kept = { functionName: "mine", qualifier: null, resource, statements: before };
  await journal("killed", href, "us-east-1", "addperm-ct-gone-main", { policies: [kept] });
  const first = await sweep();
  const after = await read();
  const second = await sweep();
  await target.close();
  expect(first.out).toContain('restored: the policy of mine (removed "of-the-run"; added "emptied")\n');
  expect([first.code, await left(), after]).toEqual([0, [], before]);
  expect([second.code, second.out]).toEqual([0, "nothing was left behind\n"]);
});

it.concurrent("keeps the journal while a policy cannot be restored, and drops one whose function is deleted", async () => {
  const { journal, left, sweep } = await place();
  const target = createReference();
  const { href } = await target.listen();
  await create(href, "mine");
  const resource = "arn:aws:lambda:us-east-1:123456789012:function:mine";
  const refused = {
    Effect: "Allow",
    Principal: { Service: "no principal" },
    Action: "lambda:*",
    Resource: resource,
  };
  const kept = { qualifier: null, resource, statements: [{ Sid: "lost", ...refused }] };
  const functions: readonly string[] = [];
  await journal("a", href, "us-east-1", "", { functions, policies: [{ ...kept, functionName: "mine" }] });
  await journal("b", href, "us-east-1", "", { functions, policies: [{ ...kept, functionName: "gone" }] });
  const { code, out } = await sweep();
  await target.close();
  expect(out).toMatch(/^left: mine has lost a statement that it had before the run \(400 .*"Sid":"lost"/m);
  expect(out).toMatch(
    /^left: .*a\.json still holds the policy from before the run: delete the file to discard it$/m,
  );
  expect(out).toMatch(/^restored: nothing for gone, which no longer exists; it held .*"Sid":"lost"/m);
  expect([code, await left()]).toEqual([3, ["a.json"]]);
});

it.concurrent("restores the policies of a version and an alias that a killed run has emptied", async () => {
  const { journal, left, sweep } = await place();
  const target = createReference();
  const { href } = await target.listen();
  await create(href, "mine");
  const at = `${href}2015-03-31/functions/mine`;
  await post(`${at}/versions`, {});
  await post(`${at}/aliases`, { Name: "prod", FunctionVersion: "1" });
  const policies: unknown[] = [];
  const read = async (qualifier: string): Promise<readonly { readonly Sid: string }[]> => {
    const body = (await (await fetch(`${at}/policy?Qualifier=${qualifier}`)).json()) as { Policy: string };
    return JSON.parse(body.Policy).Statement;
  };
  for (const qualifier of ["1", "prod"]) {
    const policy = `${at}/policy?Qualifier=${qualifier}`;
    await post(policy, { ...canonical, StatementId: `of-${qualifier}` });
    const resource = `arn:aws:lambda:us-east-1:123456789012:function:mine:${qualifier}`;
    const saved = { functionName: "mine", qualifier, resource, emptied: true };
    policies.push({ ...saved, statements: await read(qualifier) });
    await fetch(`${at}/policy/of-${qualifier}?Qualifier=${qualifier}`, { method: "DELETE" });
    await post(policy, { ...canonical, StatementId: "of-the-run" });
  }
  await journal("killed", href, "us-east-1", "addperm-ct-gone-main", { policies });
  const { code, out } = await sweep();
  const after = [await read("1"), await read("prod")].map((statements) => statements.map(({ Sid }) => Sid));
  await target.close();
  expect(after).toEqual([["of-1"], ["of-prod"]]);
  expect(out).toContain('restored: the policy of mine:1 (removed "of-the-run"; added "of-1")\n');
  expect(out).toContain('restored: the policy of mine:prod (removed "of-the-run"; added "of-prod")\n');
  expect([code, await left()]).toEqual([0, []]);
});

it.concurrent("drops the policy of an alias that was deleted, and of a target without GetFunction none", async () => {
  const { journal, left, sweep } = await place();
  const target = createReference();
  const { href } = await target.listen();
  await create(href, "mine");
  const resource = "arn:aws:lambda:us-east-1:123456789012:function:mine:prod";
  const statement = {
    Sid: "lost",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: resource,
  };
  const kept = { functionName: "mine", qualifier: "prod", resource, emptied: true, statements: [statement] };
  const functions: readonly string[] = [];
  await journal("a", href, "us-east-1", "", { functions, policies: [kept] });
  await journal("b", href, "us-east-1", "", { functions, policies: [{ ...kept, described: false }] });
  const { code, out } = await sweep();
  await target.close();
  expect(out).toMatch(/^restored: nothing for mine:prod, which no longer exists; it held .*"Sid":"lost"/m);
  expect(out).toMatch(/^left: .*b\.json still holds the policy from before the run/m);
  expect([code, await left()]).toEqual([3, ["b.json"]]);
});

it.concurrent("does not change the policy of a run in progress", async () => {
  const { journal, left, sweep } = await place();
  const policies = [{ functionName: "mine", qualifier: null, resource: "arn", statements: [] }];
  const more = { pid: process.pid, startedAt: new Date().toISOString(), functions: [], policies };
  const target = createReference();
  await journal("live", (await target.listen()).href, "us-east-1", "", more);
  const { code, out } = await sweep();
  await target.close();
  expect(out).toBe(`left: the run live is still going on (process ${process.pid})\n`);
  expect([code, await left()]).toEqual([3, ["live.json"]]);
});

it.concurrent("is recommended after the second Ctrl-C", async () => {
  const { folder, left } = await place();
  // The requests of the clean-up get no answer.
  let requests = 0;
  const server = createServer(() => {
    requests += 1;
    if (requests === 1) process.kill(child.pid ?? 0, "SIGINT");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  const child = startCommand(["--endpoint", endpoint, "--suite", "state"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    if (err.includes("Press Ctrl-C again") && !child.killed) child.kill("SIGINT");
  });
  const [code] = await once(child, "exit");
  server.closeAllConnections();
  server.close();
  expect(err).toContain("Press Ctrl-C again to quit now; then `sweep` removes what is left.");
  expect(err).toMatch(/restore an emptied policy, run\n {2}npx addpermission-conformance sweep\n/);
  expect([code, await left()]).toEqual([130, [expect.stringMatching(/^addperm-ct-/)]]);
});

it.concurrent("prints the command when requests must be signed, and names an unreachable endpoint", async () => {
  const { journal, left, sweep } = await place();
  await journal("a", "https://lambda.eu-west-1.amazonaws.com/", "eu-west-1", "addperm-ct-a-main");
  await journal("b", "http://gone.invalid/", "us-east-1", "addperm-ct-b-main");
  const { code, out } = await sweep();
  expect(out).toMatch(
    /^left: .* run .* sweep --endpoint https:\/\/lambda\.eu-west-1\.amazonaws\.com\/ --region eu-west-1 --sign$/m,
  );
  expect(out).toContain("left: the function addperm-ct-b-main is left behind");
  expect([code, await left()]).toEqual([3, ["a.json", "b.json"]]);
});

it.concurrent("forgets what a target on this machine held that is gone, and no policy", async () => {
  const { journal, left, sweep } = await place();
  const gone = "http://127.0.0.1:1/";
  const kept = { functionName: "mine", qualifier: null, resource: "arn", statements: [] };
  await journal("a", gone, "us-east-1", "addperm-ct-a-main", { roles: ["addperm-ct-role"] });
  await journal("b", gone, "us-east-1", "addperm-ct-b-main", { policies: [kept] });
  const first = await sweep();
  expect(first.out).toMatch(
    /^forgotten: addperm-ct-a-main and 1 more: nothing listens at http:\/\/127\.0\.0\.1:1\/ any more, /m,
  );
  expect(first.out).toMatch(/^left: .*b\.json still holds the policy from before the run/m);
  expect([first.code, await left()]).toEqual([3, ["b.json"]]);
  // A target that listens and does not answer is not gone.
  const { left: leftOfOther, ...other } = await place();
  const server = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await other.journal("a", `http://127.0.0.1:${port}/`, "us-east-1", "addperm-ct-a-main");
  expect((await other.sweep()).code).toBe(3);
  server.close();
  expect(await leftOfOther()).toEqual(["a.json"]);
  const again = await other.sweep();
  expect([again.code, await leftOfOther()]).toEqual([0, []]);
});

it.concurrent("says that nothing was left behind when there is no journal", async () => {
  const { sweep } = await place();
  expect(await sweep()).toEqual({ code: 0, out: "nothing was left behind\n", err: "" });
});

it.concurrent.each([
  [["extra"], /"extra" is no option of sweep: name the target with --endpoint\./],
  [["--target", "reference"], /Unknown option --target of sweep/],
  [["--function", "f"], /Unknown option --function of sweep/],
  [["--region", "eu-west-1"], /--region is for signing requests to an endpoint: give --endpoint URL as well/],
])("refuses %j", async (args, says) => {
  const { sweep } = await place();
  const { code, err } = await sweep(...args);
  expect([code, err]).toEqual([2, expect.stringMatching(says)]);
});
