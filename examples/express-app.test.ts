import { conform } from "addpermission-conformance";
import { expect, test } from "vitest";
import { expressApp } from "./express-app.ts";
import { violated } from "./violated.ts";

// The app is called in this process, over a pipe: no port is opened.
test("the app conforms", async () => {
  const run = await conform(expressApp());
  expect(violated(run)).toEqual([]);
  expect(run.exitCode).toBe(0);
});

test("an app whose versions and aliases share the function's policy is found out", async () => {
  const run = await conform(expressApp({ onePolicy: true }));
  expect(violated(run)).toEqual([
    "StatementId.on-other-qualifier",
    "policy.separate-qualifiers",
    "published.starts-empty",
  ]);
});
