import { createRequire } from "node:module";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import diff from "./diff.schema.json" with { type: "json" };
import known from "./known.schema.json" with { type: "json" };
import recording from "./recording.schema.json" with { type: "json" };
import report from "./report.schema.json" with { type: "json" };
import type { Diff, Known, RecordingLine, Report } from "./schemas.generated.ts";

interface Readable {
  readonly Report: Report;
  readonly Diff: Diff;
  readonly Known: Known;
  readonly RecordingLine: RecordingLine;
}

/** The first mismatch of a value with its schema. */
export interface SchemaProblem {
  /** Names of members and indices, outermost first; the last is the name of a missing or unknown member. */
  readonly path: readonly (string | number)[];
  readonly kind: "wrong" | "missing" | "unknown";
  /** The actual value; undefined for a missing member. */
  readonly found: unknown;
  /** The expectation as a phrase; for an unknown member, the names of the known ones. */
  readonly expected: string;
}

/** A value that matches its schema, or the problem. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: SchemaProblem };

/** Checks a value against a published schema. Unknown members are valid where the schema allows them. */
export function checkSchema<Name extends keyof Readable>(
  name: Name,
  value: unknown,
): Checked<Readable[Name]> {
  const validate = validatorOf(name);
  if (meets<Readable[Name]>(validate, value)) return { ok: true, value };
  return { ok: false, problem: problemOf(validate.errors ?? [], value) };
}

function meets<T>(validate: ValidateFunction, value: unknown): value is T {
  return validate(value);
}

/** The problem as one phrase: place, value, expectation. `whole` is the name of the complete value. */
export function problemPhrase({ path, kind, found, expected }: SchemaProblem, whole: string): string {
  const place = path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
  const where = place === "" ? whole : place;
  if (kind === "missing") return `${where} is missing${expected === "" ? "" : `, expected ${expected}`}`;
  if (kind === "unknown") return `${where} is unknown, expected ${expected}`;
  return `${where} is ${shortJson(found)}, expected ${expected}`;
}

/** A value as JSON; long text is truncated. */
export function shortJson(value: unknown, longest = 60): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** Codes that later releases may extend. An unknown code decides nothing. */
const growing = ["capability", "reasonCode", "silenceCode", "problemCode", "gateCode"];

const readableReport = {
  ...report,
  $defs: { ...report.$defs, ...Object.fromEntries(growing.map((name) => [name, { type: "string" }])) },
};

/** The pattern accepts 30 February, so the reader also checks the format; most editors do not support formats. */
const strictKnown = {
  ...known,
  definitions: { ...known.definitions, day: { ...known.definitions.day, format: "date" } },
};

const sources: Readonly<Record<keyof Readable, { readonly $id: string }>> = {
  Report: readableReport,
  Diff: diff,
  Known: strictKnown,
  RecordingLine: recording,
};

let loaded: Ajv2020 | null = null;

/** Loads the validator on first use, because most runs read no file. */
function ajv(): Ajv2020 {
  loaded ??= load();
  return loaded;
}

function load(): Ajv2020 {
  const module: typeof import("ajv/dist/2020.js") = createRequire(import.meta.url)("ajv/dist/2020.js");
  return new module.Ajv2020({
    allowUnionTypes: true,
    discriminator: true,
    verbose: true,
    // The tests validate the schemas.
    validateSchema: false,
    formats: { date: isDay, "date-time": (text: string) => !Number.isNaN(Date.parse(text)) },
    schemas: Object.values(sources),
  });
}

function validatorOf(name: keyof Readable): ValidateFunction {
  const validate = ajv().getSchema(sources[name].$id);
  if (validate === undefined) throw new Error(`The schema ${sources[name].$id} is missing.`);
  return validate;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * Reports the deepest mismatch. A response with a wrong status also fails the alternative `null`, which is of no
 * interest.
 */
function problemOf(errors: readonly ErrorObject[], whole: unknown): SchemaProblem {
  const all = errors.filter(({ keyword }) => keyword !== "anyOf");
  const deepest = Math.max(0, ...all.map(({ instancePath }) => segments(instancePath).length));
  const at = all.filter(({ instancePath }) => segments(instancePath).length === deepest);
  const first = at[0];
  if (first === undefined) return { path: [], kind: "wrong", found: whole, expected: "another value" };
  const { keyword, params, instancePath, parentSchema, data } = first;
  const path = pathIn(whole, segments(instancePath));
  const members: Members = parentSchema?.properties ?? {};
  if (keyword === "required") {
    const name = String(params.missingProperty);
    return { path: [...path, name], kind: "missing", found: undefined, expected: phraseOf(members[name]) };
  }
  if (keyword === "additionalProperties") {
    const name = String(params.additionalProperty);
    return { path: [...path, name], kind: "unknown", found: undefined, expected: names(members) };
  }
  if (keyword === "discriminator") {
    const tag = String(params.tag);
    const kind = params.tagValue === undefined ? "missing" : "wrong";
    return { path: [...path, tag], kind, found: params.tagValue, expected: tags(parentSchema, tag) };
  }
  const expected = [...new Set(at.map(expectation))].join(" or ");
  return { path, kind: "wrong", found: data, expected };
}

/** The keywords of a schema that phrases use. */
interface SchemaPart {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly properties?: Members;
  readonly oneOf?: readonly SchemaPart[];
}
type Members = Readonly<Record<string, SchemaPart>>;

function names(members: Members): string {
  return Object.keys(members).join(", ");
}

function tags(part: SchemaPart | undefined, tag: string): string {
  return `one of ${(part?.oneOf ?? []).map(({ properties }) => String(properties?.[tag]?.const)).join(", ")}`;
}

function expectation({ keyword, params, parentSchema = {} }: ErrorObject): string {
  const title = ownTitle(parentSchema);
  if (title !== null) return title;
  switch (keyword) {
    case "minimum":
      return `at least ${params.limit}`;
    case "minLength":
      return "text that is not empty";
    case "minItems":
    case "items":
      return "a pair";
    default:
      return phraseOf(parentSchema);
  }
}

/** The title of a part describes its value; the title of a complete schema does not. */
function ownTitle(part: SchemaPart | undefined): string | null {
  return part?.$id === undefined ? (part?.title ?? null) : null;
}

const types: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

/** The expectation of a schema as a phrase; empty when it has none. */
function phraseOf(part: SchemaPart | undefined): string {
  if (part?.$ref !== undefined) return phraseOf(referred(part.$ref));
  const title = ownTitle(part);
  if (title !== null) return title;
  if (part?.enum !== undefined) return `one of ${part.enum.join(", ")}`;
  if (part?.const !== undefined) return shortJson(part.const);
  const list = part?.type === undefined ? [] : [part.type].flat();
  return list.map((type) => types[type] ?? type).join(" or ");
}

/** The part that a pointer refers to. Parts with the same name are equal in all schemas. */
function referred(pointer: string): SchemaPart | undefined {
  const ids = pointer.startsWith("#") ? Object.values(sources).map(({ $id }) => $id) : [""];
  const schemas = ids.map((id) => ajv().getSchema(id + pointer)?.schema);
  return schemas.find((schema) => typeof schema === "object");
}

function segments(pointer: string): readonly string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function pathIn(whole: unknown, parts: readonly string[]): readonly (string | number)[] {
  let at = whole;
  return parts.map((part) => {
    const index = Array.isArray(at) ? Number(part) : part;
    at = Reflect.get(Object(at), part);
    return index;
  });
}
