import { escapeJson } from "../escape.ts";
import type { DiffReport } from "./diff-report.ts";

/** diff.json: the comparison itself, with a newline at the end. */
export function diffJson(report: DiffReport): string {
  return `${escapeJson(JSON.stringify(report, null, 2))}\n`;
}
