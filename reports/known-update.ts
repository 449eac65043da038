import { type Document, isCollection, isMap, isSeq, Scalar, visit, type YAMLMap, YAMLSeq } from "yaml";
import { families } from "../rules/causes.ts";
import { grouped } from "../spec/collections.ts";
import {
  isViolated,
  isWhole,
  judgeKnown,
  type KnownEntry,
  type KnownFile,
  type KnownJudgement,
  seenOf,
  unjudgedSeen,
} from "./known.ts";
import { parseKnown, readYaml } from "./known-file.ts";
import { causesIn } from "./read-report.ts";
import type { Report, RuleReport } from "./report.ts";
import type { KnownSeen } from "./schemas.generated.ts";
import { rulesThat } from "./verdict.ts";

const fresh = `# yaml-language-server: $schema=./node_modules/addpermission-conformance/reports/known.schema.json
version: 1
deviations: []
`;

/**
 * Updates a known-file from a run: drops what is stale, records what is seen now, and appends new violations with an empty
 * `because`, those of one cause in one entry. Rules that a whole run could not judge are appended with the reason. Comments
 * and order stay; a file without changes is returned byte for byte. Expired entries stay expired. `today` is YYYY-MM-DD.
 * Throws a `Fault` on an invalid file.
 */
export function updateKnown(
  text: string | null,
  report: Report,
  today: string,
  fileName = "known-file",
): string {
  const before = text !== null && !isBlank(text) ? text : `${text?.trim() ? `${text.trim()}\n` : ""}${fresh}`;
  const known = parseKnown(before, fileName, null);
  const { document } = readYaml(before, fileName);
  const list = deviationsOf(document);
  const update: Update = { report, today, list, document, nodes: new Map() };
  for (const [index, entry] of known.entries.entries()) {
    const node = list.items[index];
    if (isMap(node)) update.nodes.set(entry, node);
  }
  const judged = judgeKnown(report, known, today);
  let edits = updateEntries(known, judged, update) + addViolations(known, judged, update);
  if (isWhole(report)) {
    const so = edits === 0 ? before : print(document, list, before);
    const now = judgeKnown(report, parseKnown(so, fileName, null), today).report;
    edits += addUnjudged(now, update);
  }
  return edits === 0 ? before : print(document, list, before);
}

/** True for a file without content, which may have comments. */
export function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
}

/** The update of a file in progress. */
interface Update {
  readonly report: Report;
  readonly today: string;
  readonly document: Document;
  readonly list: YAMLSeq;
  readonly nodes: Map<KnownEntry, YAMLMap>;
}

/** Drops what is stale and corrects what changed. Returns the number of edits. */
function updateEntries({ entries }: KnownFile, judged: KnownJudgement, update: Update): number {
  const { nodes, today } = update;
  const { stale, changed, wider, unconfirmed, better } = judged;
  const differing = [
    ...changed,
    ...wider,
    ...unconfirmed,
    ...better,
    ...withoutKinds(entries, judged.report),
  ];
  let edits = 0;
  for (const entry of stale) edits += dropEntry(nodes.get(entry), update);
  for (const entry of entries) {
    const node = nodes.get(entry);
    const rules = differing.filter((one) => one.entry === entry).map(({ rule }) => rule);
    if (node === undefined || stale.includes(entry) || rules.length === 0) continue;
    for (const id of new Set(rules)) edits += correctRule(entry, node, id, update);
    setDate(node, today);
  }
  return edits;
}

/** Returns the number of edits. */
function dropEntry(node: YAMLMap | undefined, { list, report }: Update): number {
  if (node === undefined) return 0;
  const at = list.items.indexOf(node);
  if (at === 0) dropTitle(list, report);
  list.items.splice(at, 1);
  return 1;
}

/** Records what a rule of an entry shows now, or drops the rule where it holds. Returns the number of edits. */
function correctRule(entry: KnownEntry, node: YAMLMap, id: string, update: Update): number {
  const { report } = update;
  const rule = report.rules.find((one) => one.id === id);
  if (rule === undefined) return 0;
  if (!isViolated(rule, report.profile)) node.deleteIn(["rules", id]);
  else record(node, entry.cause === undefined ? ["seen"] : ["rules", id], seenOf(rule), update);
  return 1;
}

/** The parser gives what stands above the first entry to the list; the title of that entry goes with it. */
function dropTitle(list: YAMLSeq, { rules }: Report): void {
  const lines = list.commentBefore?.split("\n") ?? [];
  const titles = [...rules, ...families].map(({ title }) => title);
  if (!titles.includes(lines.at(-1)?.trim() ?? "")) return;
  if (lines.length === 1) delete list.commentBefore;
  else list.commentBefore = lines.slice(0, -1).join("\n");
}

/** Rules of which an entry, as earlier versions wrote it, records an answer without the kinds of input that get it. */
function withoutKinds(
  entries: readonly KnownEntry[],
  report: Report,
): readonly { readonly entry: KnownEntry; readonly rule: string }[] {
  const known = new Set(report.rules.flatMap(({ id, known, kinds }) => (known && kinds ? [id] : [])));
  return entries.flatMap((entry) =>
    Object.entries(entry.rules ?? { [entry.rule ?? ""]: entry.seen }).flatMap(([rule, seen]) =>
      typeof seen === "string" && !/^sometimes|^not judged$/.test(seen) && known.has(rule)
        ? [{ entry, rule }]
        : [],
    ),
  );
}

/** Appends the violations without an entry, those of one cause in one entry. Returns the number of edits. */
function addViolations({ entries }: KnownFile, { fresh: all }: KnownJudgement, update: Update): number {
  const { report, list, today } = update;
  const causes = causesIn(report);
  const causeOf = ({ id }: RuleReport) => causes.find(({ rules }) => rules.includes(id));
  for (const [cause, rules] of grouped(all, (rule) => causeOf(rule)?.id ?? rule.id)) {
    const entry = entries.find((one) => one.cause === cause && one.rules !== undefined);
    const node = entry === undefined ? undefined : update.nodes.get(entry);
    const [only, ...more] = rules;
    if (node !== undefined) {
      for (const rule of rules) record(node, ["rules", rule.id], seenOf(rule), update);
      setDate(node, today);
    } else if (only !== undefined && more.length === 0) {
      append(list, only.title, { rule: only.id, because: "", date: today, seen: seenOf(only) }, update);
    } else {
      const seen = Object.fromEntries(rules.map((rule) => [rule.id, seenOf(rule)]));
      append(
        list,
        causes.find(({ id }) => id === cause)?.title ?? "",
        { cause, because: "", date: today, rules: seen },
        update,
      );
    }
  }
  return all.length;
}

/** Appends the rules that the run could not judge, each with the reason. Returns the number of edits. */
function addUnjudged(report: Report, update: Update): number {
  const rules = [...rulesThat(report, "inconclusive"), ...rulesThat(report, "unexercised")];
  for (const rule of rules) {
    const because = rule.reason ?? "The run did not say why.";
    const seen = unjudgedSeen(rule, report.profile);
    append(update.list, rule.title, { rule: rule.id, because, date: update.today, seen }, update);
  }
  return rules.length;
}

function append(list: YAMLSeq, title: string, entry: object, { document }: Pick<Update, "document">): void {
  const node = document.createNode(entry);
  if (isMap(node)) {
    layOut(node);
    // The title stands above the entry, so that a reader need not look up the id.
    if (title !== "") node.commentBefore = ` ${title.replace(/\s+/g, " ")}`;
  }
  list.add(node);
}

function record(
  node: YAMLMap,
  place: readonly string[],
  seen: KnownSeen,
  { document }: Pick<Update, "document">,
): void {
  const old: unknown = node.getIn(place, true);
  if (old instanceof Scalar && typeof seen === "string") {
    old.value = seen;
    delete old.type;
  } else node.setIn(place, document.createNode(seen));
  layOut(node);
}

/** Kinds stand in one line after their answer, and so do few kinds after their rule. */
function layOut(entry: YAMLMap): void {
  visit(entry, {
    Seq: (_, list) => {
      list.flow = true;
    },
  });
  const rules: unknown = entry.get("rules");
  const seen = [entry.get("seen"), ...(isMap(rules) ? rules.items.map(({ value }) => value) : [])];
  for (const one of seen) if (isMap(one)) one.flow = JSON.stringify(one).length <= longestLine;
}

/** The longest mapping from answers to kinds that stands in one line, in characters. */
const longestLine = 80;

function deviationsOf(document: Document): YAMLSeq {
  const list: unknown = document.get("deviations", true);
  if (isSeq(list)) return list;
  const empty = new YAMLSeq();
  document.set("deviations", empty);
  return empty;
}

function setDate(node: YAMLMap, date: string): void {
  const old: unknown = node.get("date", true);
  if (old instanceof Scalar) old.value = date;
}

function print(document: Document, list: YAMLSeq, before: string): string {
  list.flow = list.items.length === 0;
  for (const item of list.items) {
    if (isCollection(item) && isMap(item) && item.flow !== true) quoteAnswer(item);
  }
  const indentSeq = !/^deviations:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*- /m.test(before);
  const after = document.toString({ lineWidth: 0, indentSeq, flowCollectionPadding: false });
  return before.includes("\r\n") ? after.replace(/\r?\n/g, "\r\n") : after;
}

/** An unquoted 200 would be read as a number. */
function quoteAnswer(item: YAMLMap): void {
  const seen: unknown = item.get("seen", true);
  if (seen instanceof Scalar && seen.type === undefined && /\d/.test(String(seen.value)))
    seen.type = Scalar.QUOTE_DOUBLE;
}
