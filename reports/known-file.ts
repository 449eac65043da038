import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { families } from "../rules/causes.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import type { KnownEntry, KnownFile } from "./known.ts";
import type { Known, KnownSeen, KnownEntry as WrittenEntry } from "./schemas.generated.ts";
import { checkSchema, type SchemaProblem, shortJson } from "./schemas.ts";

/** A YAML document with the data to compute line and column of a node. */
interface YamlSource {
  readonly fileName: string;
  readonly lines: LineCounter;
  readonly document: Document;
  /** Its content, checked against the schema. */
  readonly content: Known;
}
type YamlText = Omit<YamlSource, "content">;

/**
 * Reads a known-file. `ruleIds` is the catalogue, or null to accept every rule id.
 * Throws a `Fault` of the form `file:line:column: …` at the first error.
 */
export function parseKnown(text: string, fileName: string, ruleIds: readonly string[] | null): KnownFile {
  const source = readYaml(text, fileName);
  const lines = new Map<string, number>();
  const entries = (source.content.deviations ?? []).map((entry, index): KnownEntry => {
    const place = ["deviations", index];
    const { line, col } = source.lines.linePos(offsetOf(source.document.getIn(place, true)));
    if (entry.rule !== undefined && entry.cause !== undefined)
      fail(
        source,
        source.document.getIn([...place, "cause"], true),
        "an entry names a rule and a cause, expected one of them: make two entries",
      );
    for (const { id, at, identity, isCause } of namesIn(entry)) {
      if (ruleIds !== null) (isCause ? checkCause : checkRule)(source, [...place, ...at], id, ruleIds);
      const node = at.length === 1 ? source.document.getIn(place, true) : nodeAt(source, [...place, ...at]);
      checkTwin(source, node, id, lines.get(identity));
      lines.set(identity, line);
    }
    for (const [answer, at] of answersIn(entry)) checkAnswer(source, [...place, ...at], answer);
    return { ...entry, line, column: col };
  });
  return { fileName, entries };
}

function checkTwin(source: YamlSource, node: unknown, id: string, twin: number | undefined): void {
  if (twin === undefined) return;
  const problem = `a second entry for ${shortJson(id, 80)}, expected one, see line ${twin}: delete one of the two`;
  fail(source, node, problem);
}

/** The rules and the cause that an entry names, each with its place and with what makes two entries the same. */
function namesIn({ rule, cause, rules = {} }: WrittenEntry) {
  const ofRule = (id: string, at: readonly string[]) => ({ id, at, identity: `rule/${id}`, isCause: false });
  return [
    ...(rule === undefined ? [] : [ofRule(rule, ["rule"])]),
    ...(cause === undefined ? [] : [{ id: cause, at: ["cause"], identity: `cause/${cause}`, isCause: true }]),
    ...Object.keys(rules).map((id) => ofRule(id, ["rules", id])),
  ];
}

/** The answers of an entry that are names of members, with their places. */
function answersIn({ seen, rules = {} }: WrittenEntry): readonly (readonly [string, readonly string[]])[] {
  const of = (what: KnownSeen | undefined, at: readonly string[]) =>
    typeof what === "object" ? Object.keys(what).map((answer) => [answer, [...at, answer]] as const) : [];
  return [...of(seen, ["seen"]), ...Object.entries(rules).flatMap(([id, what]) => of(what, ["rules", id]))];
}

function checkAnswer(source: YamlSource, place: readonly (string | number)[], answer: string): void {
  if (/^(accepted|\d{3}( \S+)?|no answer: \S+)$/.test(answer)) return;
  fail(
    source,
    nodeAt(source, place),
    `${shortJson(answer, 80)} is no answer, expected one such as accepted or "400 ValidationException": correct it`,
  );
}

/** The node of a rule or cause that an entry names: a value, or a name in a mapping inside the entry. */
function nodeAt(source: YamlText, place: readonly (string | number)[]): unknown {
  if (place.length <= 3) return source.document.getIn(place, true);
  return keyNode(source.document.getIn(place.slice(0, -1), true), `${place.at(-1)}`);
}

/** Parses a known-file and checks it against its schema. */
export function readYaml(text: string, fileName: string): YamlSource {
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
    // An empty file can be updated; any other text is not ours to overwrite.
    const [value, remedy] =
      contents === null
        ? ["an empty file", "let --update-known fill it"]
        : ["not a mapping", "name another file, which --update-known creates"];
    fail(source, contents, `${value}, expected "version: 1" and "deviations": ${remedy}`);
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
  if (what === "an entry") return 'start it with "- rule:" or "- cause:"';
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
    nodeAt(source, place),
    `unknown rule ${shortJson(rule, 80)}, expected an id that the \`rules\` command lists: ${remedy}`,
  );
}

/** A cause's id starts with a rule's id or with the name of a family of rules; the answer follows. */
function checkCause(
  source: YamlSource,
  place: readonly (string | number)[],
  cause: string,
  ruleIds: readonly string[],
): void {
  const starts = [...families.map(({ id }) => id), ...ruleIds];
  if (starts.some((start) => cause === start || cause.startsWith(`${start}.`))) return;
  const hint =
    nearest(
      cause.split(".")[0] ?? cause,
      families.map(({ id }) => id),
    ) ?? nearest(cause, ruleIds);
  const remedy =
    hint === null ? "delete the entry or correct its id" : `did you mean one that starts with "${hint}"?`;
  fail(
    source,
    source.document.getIn(place, true),
    `unknown cause ${shortJson(cause, 80)}, expected an id that the report shows: ${remedy}`,
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
