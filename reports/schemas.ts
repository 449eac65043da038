import { createRequire } from "node:module";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import known from "./known.schema.json" with { type: "json" };
import recording from "./recording.schema.json" with { type: "json" };
import report from "./report.schema.json" with { type: "json" };
import type { components } from "./schemas.openapi.ts";

/** Types of all that the published schemas describe, generated from them. */
export type Schemas = components["schemas"];

/** What is read from files, by the schema that it must meet. */
interface Readable {
  readonly Report: Schemas["Report"];
  readonly Known: Schemas["Known"];
  readonly RecordingLine: Schemas["RecordingLine"];
}

/** The first place at which a value does not meet its schema. */
export interface SchemaProblem {
  /** Where: names of members and indices, outermost first; where a member is missing or unknown, its name is the last. */
  readonly path: readonly (string | number)[];
  readonly kind: "wrong" | "missing" | "unknown";
  /** The value that is there; undefined for a member that is missing. */
  readonly found: unknown;
  /** What belongs there, as a phrase; for an unknown member the names of the known ones. */
  readonly expected: string;
}

/** A value that meets its schema, or why it does not. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: SchemaProblem };

/** Holds a value against a published schema. Members that the schema does not know are fine where it allows them. */
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

/** The problem as one phrase: place, value, expectation. `whole` is how the value as a whole is called. */
export function problemPhrase({ path, kind, found, expected }: SchemaProblem, whole: string): string {
  const place = path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
  const where = place === "" ? whole : place;
  if (kind === "missing") return `${where} is missing${expected === "" ? "" : `, expected ${expected}`}`;
  if (kind === "unknown") return `${where} is unknown, expected ${expected}`;
  return `${where} is ${shortJson(found)}, expected ${expected}`;
}

/** A value as JSON, cut where it is long. */
export function shortJson(value: unknown, longest = 60): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** A later release may know more of these codes; one that is not known here decides nothing. */
const growing = ["capability", "reasonCode", "silenceCode", "problemCode"];

const readableReport = {
  ...report,
  $defs: { ...report.$defs, ...Object.fromEntries(growing.map((name) => [name, { type: "string" }])) },
};

/** The pattern lets the 30th of February pass; most validators of editors know no format. */
const strictKnown = {
  ...known,
  definitions: { ...known.definitions, day: { ...known.definitions.day, format: "date" } },
};

const sources: Readonly<Record<keyof Readable, { readonly $id: string }>> = {
  Report: readableReport,
  Known: strictKnown,
  RecordingLine: recording,
};

let loaded: Ajv2020 | null = null;

/** The validator is loaded when the first file is read: most runs read none. */
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
    // The tests hold the schemas themselves against theirs.
    validateSchema: false,
    formats: { date: isDay, "date-time": (text: string) => !Number.isNaN(Date.parse(text)) },
    schemas: Object.values(sources),
  });
}

function validatorOf(name: keyof Readable): ValidateFunction {
  const validate = ajv().getSchema(sources[name].$id);
  if (validate === undefined) throw new Error(`The schema ${sources[name].$id} is not there.`);
  return validate;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * Of the alternatives at one place the one that got furthest counts: where a response has a wrong status, that it is
 * not null either is of no interest.
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

/** A schema as far as phrases are made of it. */
interface Part {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly properties?: Members;
  readonly oneOf?: readonly Part[];
}
type Members = Readonly<Record<string, Part>>;

function names(members: Members): string {
  return Object.keys(members).join(", ");
}

function tags(part: Part | undefined, tag: string): string {
  return `one of ${(part?.oneOf ?? []).map(({ properties }) => String(properties?.[tag]?.const)).join(", ")}`;
}

/** What belongs where this keyword was not met. */
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

/** The title of a part says what belongs there; the title of a whole schema says what it is about. */
function ownTitle(part: Part | undefined): string | null {
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

/** What a schema demands, as a phrase; empty where it says no more than where to look. */
function phraseOf(part: Part | undefined): string {
  if (part?.$ref !== undefined) return phraseOf(referred(part.$ref));
  const title = ownTitle(part);
  if (title !== null) return title;
  if (part?.enum !== undefined) return `one of ${part.enum.join(", ")}`;
  if (part?.const !== undefined) return shortJson(part.const);
  const list = part?.type === undefined ? [] : [part.type].flat();
  return list.map((type) => types[type] ?? type).join(" or ");
}

/** What a pointer leads to; where two of the schemas have such a part, they are of one kind. */
function referred(pointer: string): Part | undefined {
  const ids = pointer.startsWith("#") ? Object.values(sources).map(({ $id }) => $id) : [""];
  const schemas = ids.map((id) => ajv().getSchema(id + pointer)?.schema);
  return schemas.find((schema) => typeof schema === "object");
}

function segments(pointer: string): readonly string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The segments, with a number for each that is the index of a list. */
function pathIn(whole: unknown, parts: readonly string[]): readonly (string | number)[] {
  let at = whole;
  return parts.map((part) => {
    const index = Array.isArray(at) ? Number(part) : part;
    at = Reflect.get(Object(at), part);
    return index;
  });
}
