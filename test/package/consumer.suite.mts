import { defineConformance } from "addpermission-conformance/vitest";

// A user's suite, type-checked and run with the packed tarball.
defineConformance(
  (request) => (request.method === "POST" ? Response.json({ Statement: "{}" }, { status: 201 }) : undefined),
  { name: "the mock", stateless: true, runs: 1, rules: ["success.is-201", "StatementId.duplicate"] },
);
