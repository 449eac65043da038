import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
  YAMLSeq,
} from "yaml";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import {
  caseOf,
  entryFor,
  hasShape,
  isStale,
  isViolated,
  type KnownEntry,
  type KnownFile,
  recordedShape,
} from "./known.ts";
import type { Report, RuleReport } from "./report.ts";
import { checkSchema, type SchemaProblem, type Schemas, shortJson } from "./schemas.ts";

/** A YAML document with the data to compute line and column of a node. */
interface YamlSource {
  readonly fileName: string;
  readonly lines: LineCounter;
  readonly document: Document;
  /** Its content, checked against the schema. */
  readonly content: Schemas["Known"];
}
type YamlText = Omit<YamlSource, "content">;

/**
 * Reads a known-file. `ruleIds` is the catalogue, or null to accept every rule id.
 * Throws a `Fault` of the form `file:line:column: …` at the first error.
 */
export function parseKnown(text: string, fileName: string, ruleIds: readonly string[] | null): KnownFile {
  const source = readYaml(text, fileName);
  const first = new Map<string, KnownEntry>();
  for (const [index, entry] of (source.content.deviations ?? []).entries()) {
    const place = ["deviations", index];
    if (ruleIds !== null) checkRule(source, [...place, "rule"], entry.rule, ruleIds);
    const twin = first.get(identity(entry));
    if (twin !== undefined) {
      const where = `line ${twin.line}`;
      fail(
        source,
        source.document.getIn(place, true),
        `a second entry for ${shortJson(entry.rule, 80)}, expected one, see ${where}: delete one of the two`,
      );
    }
    const { line, col } = source.lines.linePos(offsetOf(source.document.getIn(place, true)));
    first.set(identity(entry), { ...entry, line, column: col });
  }
  return { fileName, entries: [...first.values()] };
}

/** Parses a known-file and checks it against its schema. */
function readYaml(text: string, fileName: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const source: YamlText = { fileName, lines, document };
  const error = document.errors[0];
  if (error !== undefined) {
    const problem = error.message.replace(/\s+/g, " ").replace(/[.:;]$/, "");
    failAt(source, error.pos[0], `not valid YAML (${problem}), expected a known-file: correct this line`);
  }
  const { contents } = document;
  if (!isMap(contents)) {
    const value = contents === null ? "an empty file" : "not a mapping";
    fail(source, contents, `${value}, expected "version: 1" and "deviations": start with --update-known`);
  }
  visit(document, {
    Alias: (_, alias) => fail(source, alias, "an alias, expected plain text: replace it with its value"),
  });
  const checked = checkSchema("Known", document.toJS());
  return checked.ok ? { ...source, content: checked.value } : explain(source, contents, checked.problem);
}

/** Throws a Fault with the place, the value, the expectation and the remedy. */
function explain(source: YamlText, top: YAMLMap, { path, kind, found, expected }: SchemaProblem): never {
  const name = path.at(-1);
  const what = typeof name === "number" ? "an entry" : `${name}`;
  const parent = path.length > 1 ? source.document.getIn(path.slice(0, -1), true) : top;
  if (kind === "missing") {
    const remedy = path.length > 1 ? "add it" : `start the file with "version: 1" and "deviations:"`;
    return fail(source, parent, `"${what}" is missing, expected ${expected}: ${remedy}`);
  }
  if (kind === "unknown") {
    const hint = nearest(what, expected.split(", "));
    const remedy = hint === null ? "remove it" : `did you mean "${hint}"?`;
    return fail(
      source,
      keyNode(parent, what),
      `unknown member ${shortJson(what, 80)}, expected ${expected}: ${remedy}`,
    );
  }
  const node = source.document.getIn(path, true);
  return fail(
    source,
    node,
    `${what} is ${valueIn(node, found)}, expected ${expected}: ${remedyFor(what, found)}`,
  );
}

function remedyFor(what: string, found: unknown): string {
  if (what === "version") return "write that, or use the release that wrote this file";
  if (what === "an entry") return 'start it with "- rule:"';
  return typeof found === "number" ? "put it in quotes" : "correct it";
}

function valueIn(node: unknown, found: unknown): string {
  if (isCollection(node)) return isMap(node) ? "a mapping" : "a list";
  return found === null ? "empty" : shortJson(found, 80);
}

function keyNode(parent: unknown, name: string): unknown {
  if (!isMap(parent)) return parent;
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === name)?.key ?? parent;
}

function checkRule(
  source: YamlSource,
  place: readonly (string | number)[],
  rule: string,
  ruleIds: readonly string[],
): void {
  if (ruleIds.includes(rule)) return;
  const hint = nearest(rule, ruleIds);
  const remedy = hint === null ? "delete the entry or correct its id" : `did you mean "${hint}"?`;
  fail(
    source,
    source.document.getIn(place, true),
    `unknown rule ${shortJson(rule, 80)}, expected an id that the \`rules\` command lists: ${remedy}`,
  );
}

function fail(source: YamlText, node: unknown, problem: string): never {
  return failAt(source, offsetOf(node), problem);
}

function offsetOf(node: unknown): number {
  return isNodeWithRange(node) ? (node.range?.[0] ?? 0) : 0;
}

function isNodeWithRange(node: unknown): node is Node {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function failAt({ fileName, lines }: YamlText, offset: number, problem: string): never {
  const { line, col } = lines.linePos(offset);
  throw new Fault(`${fileName}:${Math.max(1, line)}:${Math.max(1, col)}: ${problem}`);
}

/** What makes two entries the same: rule and case. */
function identity(entry: { readonly rule: string; readonly case?: string }): string {
  return JSON.stringify([entry.rule, entry.case ?? null]);
}

const fresh = `# yaml-language-server: $schema=./node_modules/addpermission-conformance/reports/known.schema.json
version: 1
deviations: []
`;

/**
 * Updates a known-file from a run: drops stale entries, corrects changed shapes, and appends new violations with an
 * empty `because`. Comments and order stay; a file without changes is returned byte for byte. Expired entries stay
 * expired. `today` is YYYY-MM-DD. Throws a `Fault` on an invalid file.
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
  // The file has entries for other cases of the rule, and an entry for the whole rule would excuse all cases.
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

/** An unquoted 200 would be read as a number. */
function quoteShape(item: YAMLMap): void {
  const seen: unknown = item.get("seen", true);
  if (seen instanceof Scalar && seen.type === undefined) seen.type = Scalar.QUOTE_DOUBLE;
}
