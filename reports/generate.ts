import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { writeOrCheck } from "../spec/generated-file.ts";

/** The published schemas, by the name of the generated type. */
const sources = {
  Report: "report.schema.json",
  Diff: "diff.schema.json",
  Known: "known.schema.json",
  RecordingLine: "recording.schema.json",
} as const;

/** The keywords of the schemas that determine a type; the others only restrict its values. */
interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly prefixItems?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** The longest object type that stands in one line, in characters with its indentation. */
const longestLine = 80;

/** The name of the type that a pointer refers to; `own` is the name of the schema that contains the pointer. */
function nameOf(pointer: string, own: string): string {
  const [id = "", place = ""] = pointer.split("#");
  const [, kind = own] = /:([a-z]+):\d+$/.exec(id) ?? [];
  return capital(kind) + capital(place.split("/").at(-1) ?? "");
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The type of a schema. `own` is the name of the whole schema, `indent` that of the line in which the type begins. */
function typeOf(schema: Schema, own: string, indent = ""): string {
  const { $ref, type = [], enum: values, prefixItems } = schema;
  if ($ref !== undefined) return nameOf($ref, own);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  // Alternatives without a type differ only by the members that must be present.
  const parts =
    schema.oneOf ?? schema.anyOf?.filter((part) => part.$ref !== undefined || "type" in part) ?? [];
  if (parts.length > 0) return parts.map((part) => typeOf(part, own, indent)).join(" | ");
  if (prefixItems !== undefined)
    return `readonly [${prefixItems.map((item) => typeOf(item, own, indent)).join(", ")}]`;
  return [type]
    .flat()
    .map((name) => typeNamed(name, schema, own, indent))
    .join(" | ");
}

function typeNamed(name: string, schema: Schema, own: string, indent: string): string {
  if (name === "integer") return "number";
  if (name === "array") {
    const item = typeOf(schema.items ?? {}, own, indent);
    return `readonly ${/ \| |^readonly /.test(item) ? `(${item})` : item}[]`;
  }
  if (name !== "object") return name;
  const { properties = {}, required = [], additionalProperties } = schema;
  if (additionalProperties) return `{ readonly [key: string]: ${typeOf(additionalProperties, own, indent)} }`;
  const members = Object.entries(properties).map(([key, member]) => {
    const optional = required.includes(key) ? "" : "?";
    return `${comment(member, `${indent}  `)}readonly ${key}${optional}: ${typeOf(member, own, `${indent}  `)}`;
  });
  const line = `{ ${members.join("; ")} }`;
  const isShort = !line.includes("\n") && indent.length + line.length <= longestLine;
  return isShort ? line : `{\n${members.map((member) => `${indent}  ${member};\n`).join("")}${indent}}`;
}

function comment({ description }: Schema, indent: string): string {
  return description === undefined ? "" : `/** ${description} */\n${indent}`;
}

/** The types that the published schemas describe: each schema, and each of its parts by the name of both. */
async function generateTypes(): Promise<string> {
  const types = await Promise.all(
    Object.entries(sources).map(async ([own, file]) => {
      const schema: Schema = JSON.parse(await readFile(new URL(file, import.meta.url), "utf8"));
      const parts = Object.entries({ ...schema.$defs, ...schema.definitions });
      return [
        [own, schema] as const,
        ...parts.map(([name, part]) => [own + capital(name), part] as const),
      ].map(([name, part]) => `\n${comment(part, "")}export type ${name} = ${typeOf(part, own)};\n`);
    }),
  );
  const header = "// Generated from reports/*.schema.json by `npm run generate`. Do not edit.\n";
  return header + types.flat().join("");
}

if (argv[1] === fileURLToPath(import.meta.url))
  await writeOrCheck([{ path: "reports/schemas.generated.ts", text: await generateTypes() }]);
