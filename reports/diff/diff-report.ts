import { escapeJson } from "../escape.ts";
import type { Schemas } from "../schemas.ts";

/** The contents of diff.json, version 1: where two targets answer the same requests differently. */
export type DiffReport = Schemas["Diff"];
/** The two targets, in the order in which they were named. */
export type Side = keyof DiffReport["targets"];
/** One way in which the answers differ, with the smallest history that shows it. */
export type Difference = Schemas["DiffDifference"];
/** A rule or question that is named. */
export type Named = Schemas["DiffNamed"];
/**
 * Whether the document decides a difference.
 * `rule`: it does, and says who follows it. `admitted`: it allows both answers.
 * `question`: it leaves it open, and that is catalogued. `silent`: nothing in the catalogue speaks of it.
 */
export type Ruling = Schemas["DiffRuling"];
/** One request and what both targets answered; names that the targets hold are in braces. */
export type DiffStep = Schemas["DiffStep"];
/** An answer, or why there was none. */
export type DiffAnswer = Schemas["DiffAnswer"];

/** diff.json: the comparison itself, with a newline at the end. */
export function diffJson(report: DiffReport): string {
  return `${escapeJson(JSON.stringify(report, null, 2))}\n`;
}
