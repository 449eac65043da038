import { conform } from "addpermission-conformance";
import { expect, test } from "vitest";
import { mockAgent } from "./mock-agent.ts";
import { violated } from "./violated.ts";

// The agent intercepts AddPermission alone, at the address that it names.
const options = { origin: "https://lambda.us-east-1.amazonaws.com", stateless: true };

test("the mock conforms as far as a stateless mock can", async () => {
  const run = await conform(mockAgent({ planted: false }), options);
  expect(violated(run)).toEqual([]);
  expect(run.exitCode).toBe(0);
});

test("a mock that checks no StatementId and no SourceAccount is found out", async () => {
  const run = await conform(mockAgent({ planted: true }), options);
  expect(violated(run)).toEqual([
    "SourceAccount.pattern",
    "StatementId.pattern",
    "StatementId.minLength",
    "StatementId.maxLength",
  ]);
});
