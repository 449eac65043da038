import assert from "node:assert/strict";
import { join } from "node:path";
import { attempt, type Ended } from "./folder.ts";

/** Checks that each part without its optional peer fails with one sentence. */
export function needsPeers(folder: string): void {
  const command = join(folder, "node_modules", ".bin", "addpermission-conformance");
  const endpoint = ["--endpoint", "http://127.0.0.1:9", "--sign"];
  says(attempt(command, ["--target", "prism"], folder), 2, /npm install @stoplight\/prism-cli@/);
  says(
    attempt(command, endpoint, folder, { AWS_PROFILE: "any" }),
    2,
    /npm install @aws-sdk\/credential-providers/,
  );
  const script =
    'import("addpermission-conformance/vitest").catch((e) => { console.error(e.name + ": " + e.message); process.exit(2); })';
  says(attempt(process.execPath, ["-e", script], folder), 2, /^Fault: .*npm install --save-dev vitest/);
}

function says({ code, err }: Ended, wanted: number, sentence: RegExp): void {
  assert.equal(code, wanted, err);
  assert.match(err, sentence);
  assert.equal(err.trim().split("\n").length, 1, `more than one line:\n${err}`);
}
