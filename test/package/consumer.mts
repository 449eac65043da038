import {
  type AddPermissionResponse,
  type ConformanceRun,
  type ConformTarget,
  conform,
  type ErrorName,
  Fault,
  type RuleReport,
  ruleStatus,
} from "addpermission-conformance";
import manifest from "addpermission-conformance/package.json" with { type: "json" };

// A user's program, type-checked and run with the packed tarball.
const added: AddPermissionResponse = { Statement: "{}" };
const mock: ConformTarget = (request: Request) =>
  request.method === "POST" ? Response.json(added, { status: 201 }) : undefined;
// @ts-expect-error: the contract names its exceptions, and this is none of them
export const unknown: ErrorName = "ValidationException";

const run: ConformanceRun = await conform(mock, {
  stateless: true,
  runs: 1,
  rules: ["success.is-201", "Action.required"],
});
const outcomes = run.rules.map((rule: RuleReport) => `${rule.id} ${ruleStatus(rule, run)}`);

const fault: unknown = await conform("nonsense").catch((error: unknown) => error);
// @ts-expect-error: rules have names, and this is none
const wrong: unknown = await conform(mock, { rules: ["success.is-200"] }).catch((error: unknown) => error);

const facts = [manifest.version === run.tool.version, fault instanceof Fault, wrong instanceof Fault];
process.stdout.write(JSON.stringify({ outcomes, exitCode: run.exitCode, facts }));
