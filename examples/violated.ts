import { type ConformanceRun, standing } from "addpermission-conformance";

/** The ids of the rules that a run found violated. */
export function violated(run: ConformanceRun): readonly string[] {
  return run.rules.filter((rule) => standing(rule, run) === "violated").map(({ id }) => id);
}
