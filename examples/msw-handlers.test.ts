import { conform } from "addpermission-conformance";
import { defineConformance } from "addpermission-conformance/vitest";
import { getResponse } from "msw";
import { expect, test } from "vitest";
import { mswHandlers } from "./msw-handlers.ts";
import { violated } from "./violated.ts";

// The handlers answer AddPermission alone, at the address that they name.
const options = { origin: "https://lambda.us-east-1.amazonaws.com", stateless: true };

// One test a rule: the handlers conform; rules about state are skipped, with the reason.
defineConformance((request) => getResponse(mswHandlers({ planted: false }), request), {
  name: "the MSW handlers",
  ...options,
});

test("handlers that answer another status and another type are found out", async () => {
  const run = await conform((request) => getResponse(mswHandlers({ planted: true }), request), options);
  expect(violated(run)).toEqual(["success.is-201", "success.statement-is-string"]);
});
