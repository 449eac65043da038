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
import { families } from "../rules/causes.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import { grouped } from "./blocks.ts";
import {
  caseOf,
  entryFor,
  isViolated,
  isWhole,
  judgeKnown,
  type KnownEntry,
  type KnownFile,
  type KnownJudgement,
  type Seen,
  seenOf,
  unjudgedSeen,
} from "./known.ts";
import { causesIn } from "./read-report.ts";
import type { Report, RuleReport } from "./report.ts";
import { checkSchema, type SchemaProblem, type Schemas, shortJson } from "./schemas.ts";
import { rulesThat } from "./verdict.ts";

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
      const twin = lines.get(identity);
      if (twin !== undefined) {
        fail(
          source,
          at.length === 1 ? source.document.getIn(place, true) : nodeAt(source, [...place, ...at]),
          `a second entry for ${shortJson(id, 80)}, expected one, see line ${twin}: delete one of the two`,
        );
      }
      lines.set(identity, line);
    }
    for (const [answer, at] of answersIn(entry)) checkAnswer(source, [...place, ...at], answer);
    return { ...entry, line, column: col };
  });
  return { fileName, entries };
}

/** The rules and the cause that an entry names, each with its place and with what makes two entries the same. */
function namesIn({ rule, cause, rules, ...entry }: Schemas["KnownEntry"]) {
  const ofRule = (id: string, at: readonly string[], part: string | null = null) => ({
    id,
    at,
    identity: JSON.stringify(["rule", id, part]),
    isCause: false,
  });
  const ofCause = (id: string) => ({
    id,
    at: ["cause"],
    identity: JSON.stringify(["cause", id]),
    isCause: true,
  });
  return [
    ...(rule === undefined ? [] : [ofRule(rule, ["rule"], entry.case ?? null)]),
    ...(cause === undefined ? [] : [ofCause(cause)]),
    ...Object.keys(rules ?? {}).map((id) => ofRule(id, ["rules", id])),
  ];
}

/** The answers of an entry that are names of members, with their places. */
function answersIn({
  seen,
  rules = {},
}: Schemas["KnownEntry"]): readonly (readonly [string, readonly string[]])[] {
  const of = (what: Seen | undefined, at: readonly string[]) =>
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
  const { report, list, nodes, today } = update;
  let edits = 0;
  for (const entry of judged.stale) {
    const node = nodes.get(entry);
    if (node === undefined) continue;
    const at = list.items.indexOf(node);
    if (at === 0) dropTitle(list, report);
    list.items.splice(at, 1);
    edits += 1;
  }
  const { changed, wider, unconfirmed, better } = judged;
  const differing = [
    ...changed,
    ...wider,
    ...unconfirmed,
    ...better,
    ...withoutKinds(entries, judged.report),
  ];
  for (const entry of entries) {
    const node = nodes.get(entry);
    if (node === undefined || judged.stale.includes(entry)) continue;
    const done = new Set<string>();
    for (const { rule: id } of differing.filter((one) => one.entry === entry)) {
      const rule = report.rules.find((one) => one.id === id);
      if (rule === undefined || done.has(id)) continue;
      done.add(id);
      const isRepaired = !isViolated(rule, report.profile);
      if (isRepaired) node.deleteIn(["rules", id]);
      else record(node, entry.cause === undefined ? ["seen"] : ["rules", id], seenOf(rule), update);
      edits += 1;
    }
    if (differing.some((one) => one.entry === entry)) setText(node, "date", today);
  }
  return edits;
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
      typeof seen === "string" &&
      !/^sometimes|^not judged$/.test(seen) &&
      entry.case === undefined &&
      known.has(rule)
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
      setText(node, "date", today);
    } else if (only !== undefined && more.length === 0) {
      const isOther = entries.some((one) => one.rule === only.id);
      // The file has entries for other cases of the rule, and an entry for the whole rule would excuse all cases.
      const own = isOther && entryFor(only, entries) === undefined ? { case: caseOf(only) } : {};
      append(
        list,
        only.title,
        { rule: only.id, because: "", date: today, seen: seenOf(only), ...own },
        update,
      );
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
  seen: Seen,
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

function setText(node: YAMLMap, member: string, value: string): void {
  const old: unknown = node.get(member, true);
  if (old instanceof Scalar) old.value = value;
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
