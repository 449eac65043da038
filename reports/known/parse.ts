import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { Fault } from "../../spec/fault.ts";
import { identity, type KnownEntry, type KnownFile, nearest } from "./shape.ts";

/** A YAML document together with what is needed to say where in it something stands. */
interface Source {
  readonly fileName: string;
  readonly lines: LineCounter;
  readonly document: Document;
}

/**
 * Reads a known-file. `ruleIds` is the catalogue, or null to take every rule id as it is.
 * Throws a `Fault` of the form `file:line:column: …` at the first thing that is wrong.
 */
export function parseKnown(text: string, fileName: string, ruleIds: readonly string[] | null): KnownFile {
  const source = readYaml(text, fileName);
  const entries: KnownEntry[] = [];
  const first = new Map<string, KnownEntry>();
  for (const item of entryNodes(source)) {
    const entry = readEntry(source, item);
    if (ruleIds !== null) checkRule(source, item, entry.rule, ruleIds);
    const twin = first.get(identity(entry));
    if (twin !== undefined) {
      const where = `line ${twin.line}`;
      fail(
        source,
        item,
        `a second entry for ${show(entry.rule)}, expected one, as on ${where}: delete one of the two`,
      );
    }
    first.set(identity(entry), entry);
    entries.push(entry);
  }
  return { fileName, entries };
}

/** The document of a known-file, free of YAML errors and of the right version. */
export function readYaml(text: string, fileName: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source: Source = { fileName, lines, document };
  const error = document.errors[0];
  if (error !== undefined) {
    const problem = error.message.replace(/\s+/g, " ").replace(/[.:;]$/, "");
    failAt(source, error.pos[0], `not valid YAML (${problem}), expected a known-file: correct this line`);
  }
  if (!isMap(document.contents)) {
    const value = document.contents === null ? "an empty file" : "not a mapping";
    fail(
      source,
      document.contents,
      `${value}, expected "version: 1" and "deviations": start with --update-known`,
    );
  }
  checkVersion(source, document.contents);
  return source;
}

function checkVersion(source: Source, top: YAMLMap): void {
  for (const pair of top.items) {
    const key = isScalar(pair.key) ? pair.key.value : null;
    if (key !== "version" && key !== "deviations") {
      const where = isScalar(pair.key) ? pair.key : top;
      fail(source, where, `unknown member ${show(key)}, expected "version" or "deviations": remove it`);
    }
  }
  const version = top.get("version", true);
  if (!isScalar(version) || version.value !== 1) {
    const value = isScalar(version) ? `version ${show(version.value)}` : "no version";
    fail(
      source,
      version ?? top,
      `${value}, expected version: 1: write that or use the release that wrote this file`,
    );
  }
}

function entryNodes(source: Source): readonly YAMLMap[] {
  const { contents } = source.document;
  const list: unknown = isMap(contents) ? contents.get("deviations", true) : undefined;
  if (list === undefined || list === null) {
    fail(source, contents, 'no "deviations", expected a list: add "deviations: []"');
  }
  // "deviations:" with nothing after it is what remains when somebody deletes the last entry by hand.
  if (isScalar(list) && list.value === null) return [];
  if (!isSeq(list))
    fail(source, list, '"deviations" is not a list, expected one entry a rule: start each with "- rule:"');
  return list.items.map((item) => {
    if (isMap(item)) return item;
    return fail(
      source,
      item,
      'an entry that is not a mapping, expected rule, because, date and seen: start it with "- rule:"',
    );
  });
}

const members = ["rule", "because", "link", "date", "expires", "seen", "case"] as const;
type Member = (typeof members)[number];

function readEntry(source: Source, item: YAMLMap): KnownEntry {
  for (const pair of item.items) {
    const key = isScalar(pair.key) ? pair.key.value : null;
    if (members.some((member) => member === key)) continue;
    const hint = typeof key === "string" ? nearest(key, members) : null;
    const remedy = hint === null ? "remove it" : `did you mean "${hint}"?`;
    fail(
      source,
      isScalar(pair.key) ? pair.key : item,
      `unknown member ${show(key)}, expected ${members.join(", ")}: ${remedy}`,
    );
  }
  const optional = (member: Member, form: Form) =>
    item.has(member) ? { [member]: readText(source, item, member, form) } : {};
  const { line, col } = source.lines.linePos(item.range?.[0] ?? 0);
  return {
    rule: readText(source, item, "rule", filled),
    because: readText(source, item, "because", anyText),
    ...optional("link", webLink),
    date: readText(source, item, "date", day),
    ...optional("expires", day),
    seen: readText(source, item, "seen", shape),
    ...optional("case", filled),
    line,
    column: col,
  };
}

interface Form {
  readonly expected: string;
  readonly fits: (text: string) => boolean;
}

const anyText: Form = { expected: "text", fits: () => true };
const filled: Form = { expected: "text that is not empty", fits: (text) => text.trim() !== "" };
const webLink: Form = { expected: "an http or https address", fits: (text) => /^https?:\/\/\S+$/.test(text) };
const day: Form = { expected: "a day such as 2026-11-23", fits: isDay };
const shape: Form = {
  expected: 'a shape such as "201", "400 ValidationException", "no answer: timeout" or "sometimes 201"',
  fits: (text) => /^(sometimes )?(\d{3}( \S+)?|no answer: \S+|no counterexample)$/.test(text),
};

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function readText(source: Source, item: YAMLMap, member: Member, form: Form): string {
  const node: unknown = item.get(member, true);
  if (node === undefined || node === null) {
    fail(source, item, `an entry without "${member}", expected ${form.expected}: add it`);
  }
  const value: unknown = isScalar(node) ? node.value : undefined;
  if (typeof value !== "string") {
    const remedy = typeof value === "number" ? "put it in quotes" : "write it as plain text";
    fail(source, node, `${member} is ${describe(value)}, expected ${form.expected}: ${remedy}`);
  }
  if (!form.fits(value))
    fail(source, node, `${member} is ${show(value)}, expected ${form.expected}: correct it`);
  return value;
}

function checkRule(source: Source, item: YAMLMap, rule: string, ruleIds: readonly string[]): void {
  if (ruleIds.includes(rule)) return;
  const hint = nearest(rule, ruleIds);
  const remedy = hint === null ? "delete the entry or correct its id" : `did you mean "${hint}"?`;
  const node: unknown = item.get("rule", true);
  fail(
    source,
    node,
    `unknown rule ${show(rule)}, expected an id that the \`rules\` command lists: ${remedy}`,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "a list, a mapping or an alias";
  return value === null ? "empty" : show(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function fail(source: Source, node: unknown, problem: string): never {
  const range = isNodeWithRange(node) ? node.range : null;
  return failAt(source, range?.[0] ?? 0, problem);
}

function isNodeWithRange(node: unknown): node is Node {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function failAt(source: Source, offset: number, problem: string): never {
  const { line, col } = source.lines.linePos(offset);
  throw new Fault(`${source.fileName}:${Math.max(1, line)}:${Math.max(1, col)}: ${problem}`);
}
