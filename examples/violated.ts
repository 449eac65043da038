import { type ConformanceRun, ruleStatus } from "addpermission-conformance";

/** The ids of the rules that a run found violated. */
export function violated(run: ConformanceRun): readonly string[] {
  return run.rules.filter((rule) => ruleStatus(rule, run) === "violated").map(({ id }) => id);
}
