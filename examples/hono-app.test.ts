import { conform } from "addpermission-conformance";
import { defineConformance } from "addpermission-conformance/vitest";
import { expect, test } from "vitest";
import { honoApp } from "./hono-app.ts";
import { violated } from "./violated.ts";

// One test a rule: the app conforms.
defineConformance(honoApp(), { name: "the Hono app" });

test("an app that overwrites a statement whose id is taken is found out", async () => {
  const run = await conform(honoApp({ overwrites: true }));
  expect(violated(run)).toEqual(["StatementId.duplicate", "StatementId.duplicate-content"]);
});
