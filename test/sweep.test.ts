import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createReference } from "../targets/reference/reference.ts";

const bin = fileURLToPath(new URL("../bin/addpermission-conformance.ts", import.meta.url));
const journals = ".addpermission-conformance";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sweep-"));
  await mkdir(join(folder, journals));
});
afterEach(() => rm(folder, { recursive: true }));

/** Sweeps in a folder of its own; never rejects. */
function sweep(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const full = ["--import", import.meta.resolve("tsx"), bin, "sweep", ...args];
    execFile(process.execPath, full, { cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err });
    });
  });
}

/** Writes the journal of a run that was killed. */
async function journal(run: string, endpoint: string, region: string, name: string): Promise<void> {
  const entry = { run, endpoint, region, startedAt: "2026-01-01T00:00:00.000Z", pid: 2 ** 22 + 1 };
  await writeFile(
    join(folder, journals, `${run}.json`),
    JSON.stringify({ ...entry, functions: [name], roles: [] }),
  );
}

async function left(): Promise<readonly string[]> {
  return (await readdir(join(folder, journals))).sort();
}

it("deletes what every journal in the folder notes, at its own endpoint and in its region", async () => {
  const targets = [createReference(), createReference()];
  for (const [index, target] of targets.entries()) {
    const { href } = await target.listen();
    const FunctionName = `addperm-ct-abcdef-000${index}-main`;
    const role = "arn:aws:iam::123456789012:role/r";
    const body = JSON.stringify({ FunctionName, Role: role, Code: { ZipFile: "UEsFBg==" } });
    await fetch(`${href}2015-03-31/functions`, { method: "POST", body });
    await journal(`run-${index}`, href, index === 0 ? "us-east-1" : "eu-west-1", FunctionName);
  }
  const { code, out } = await sweep();
  await Promise.all(targets.map((target) => target.close()));
  expect(out.match(/^.*$/gm)).toEqual([
    "deleted addperm-ct-abcdef-0000-main",
    "deleted addperm-ct-abcdef-0001-main",
    "",
  ]);
  expect([code, await left()]).toEqual([0, []]);
});

it("names the command where requests must be signed, and what cannot be reached", async () => {
  await journal("a", "https://lambda.eu-west-1.amazonaws.com/", "eu-west-1", "addperm-ct-a-main");
  await journal("b", "http://127.0.0.1:1/", "us-east-1", "addperm-ct-b-main");
  const { code, out } = await sweep();
  expect(out).toMatch(
    /^left: .* run .* sweep --endpoint https:\/\/lambda\.eu-west-1\.amazonaws\.com\/ --region eu-west-1 --sign$/m,
  );
  expect(out).toContain("left: the function addperm-ct-b-main is left behind");
  expect([code, await left()]).toEqual([3, ["a.json", "b.json"]]);
});

it("says that nothing was left behind where no journal is", async () => {
  expect(await sweep()).toEqual({ code: 0, out: "nothing was left behind\n", err: "" });
});

it.each([
  [["extra"], /"extra" is no option of sweep: name the target with --endpoint\./],
  [["--target", "reference"], /--target is no option here/],
  [["--function", "f"], /--function is no option here/],
  [["--region", "eu-west-1"], /--region says where to sign for at an endpoint: give --endpoint URL/],
])("refuses %j", async (args, says) => {
  const { code, err } = await sweep(...args);
  expect([code, err]).toEqual([2, expect.stringMatching(says)]);
});
