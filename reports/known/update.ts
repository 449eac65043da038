import { type Document, isCollection, isMap, isSeq, Scalar, type YAMLMap, YAMLSeq } from "yaml";
import type { Report, RuleReport } from "../report.ts";
import { entryFor, isStale, isViolated } from "./judge.ts";
import { parseKnown, readYaml } from "./parse.ts";
import { caseOf, hasShape, type KnownEntry, recordedShape } from "./shape.ts";

const fresh = `# yaml-language-server: $schema=./node_modules/addpermission-conformance/reports/known.schema.json
version: 1
deviations: []
`;

/**
 * The known-file with what a run saw: stale entries dropped, changed shapes corrected, new violations added at the
 * end with an empty `because`. Comments and order stay; a file that needs no change comes back byte for byte.
 * An expired entry stays expired: only a person extends it. `today` is YYYY-MM-DD. Throws a `Fault` on a bad file.
 */
export function updateKnown(
  text: string | null,
  report: Report,
  today: string,
  fileName = "known-file",
): string {
  const before = text === null || text.trim() === "" ? fresh : text;
  const { entries } = parseKnown(before, fileName, null);
  const { document } = readYaml(before, fileName);
  const list = deviationsOf(document);
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]));
  const kept = entries.map((entry, index) => ({ entry, node: list.items[index] }));
  let edits = 0;
  for (const { entry, node } of kept) {
    const rule = rules.get(entry.rule);
    if (rule === undefined || !isMap(node)) continue;
    if (isStale(entry, rule, report)) {
      list.items.splice(list.items.indexOf(node), 1);
      edits++;
    } else if (
      isViolated(rule, report.profile) &&
      entryFor(rule, entries) === entry &&
      !hasShape(rule, entry.seen)
    ) {
      correct(node, recordedShape(rule), today);
      edits++;
    }
  }
  for (const rule of report.rules) {
    if (!isViolated(rule, report.profile) || entryFor(rule, entries) !== undefined) continue;
    list.add(document.createNode(newEntry(rule, entries, today)));
    edits++;
  }
  return edits === 0 ? before : print(document, list, before);
}

function deviationsOf(document: Document): YAMLSeq {
  const list: unknown = document.get("deviations", true);
  if (isSeq(list)) return list;
  const empty = new YAMLSeq();
  document.set("deviations", empty);
  return empty;
}

function correct(node: YAMLMap, seen: string, today: string): void {
  for (const [member, value] of [
    ["seen", seen],
    ["date", today],
  ] as const) {
    const old: unknown = node.get(member, true);
    if (old instanceof Scalar) old.value = value;
  }
}

function newEntry(rule: RuleReport, entries: readonly KnownEntry[], today: string): Record<string, string> {
  const seen = { rule: rule.id, because: "", date: today, seen: recordedShape(rule) };
  // Other cases of the rule are on file, so an entry for the whole rule would say more than was seen.
  return entries.some((entry) => entry.rule === rule.id) ? { ...seen, case: caseOf(rule) } : seen;
}

function print(document: Document, list: YAMLSeq, before: string): string {
  list.flow = list.items.length === 0;
  for (const item of list.items) {
    if (isCollection(item) && isMap(item) && item.flow !== true) quoteShape(item);
  }
  const indentSeq = !/^deviations:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*- /m.test(before);
  const after = document.toString({ lineWidth: 0, indentSeq });
  return before.includes("\r\n") ? after.replace(/\r?\n/g, "\r\n") : after;
}

/** A bare 200 would be a number to the next reader, and looks like one to a person. */
function quoteShape(item: YAMLMap): void {
  const seen: unknown = item.get("seen", true);
  if (seen instanceof Scalar && seen.type === undefined) seen.type = Scalar.QUOTE_DOUBLE;
}
