/**
 * The reader of old reports. Until 0.1.0 a report said some of what decides in sentences alone. Those sentences are
 * read here and nowhere else, and only where the member that has the same as a code is not there.
 */
import type { Report, RuleReport } from "./report.ts";

const explained = "explained by the violation of ";

/** Why a rule has no verdict, as a code. */
export function reasonIn(
  rule: RuleReport,
  { target }: Pick<Report, "target">,
): Pick<RuleReport, "reasonCode" | "excusedBy" | "explainedBy"> {
  const { reason, reasonCode } = rule;
  if (reason === undefined || reasonCode !== undefined) return rule;
  if (target.cannot.includes(reason)) return { reasonCode: "unsupported" };
  if (!reason.startsWith(explained)) return {};
  return { reasonCode: "explained", explainedBy: reason.slice(explained.length) };
}
