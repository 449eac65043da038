import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { writeOrCheck } from "../spec/generated-file.ts";

/** The published schemas, by the name of the generated type. */
const sources = {
  Report: "report.schema.json",
  Diff: "diff.schema.json",
  Known: "known.schema.json",
  RecordingLine: "recording.schema.json",
} as const;

const header = "// Generated from reports/*.schema.json by `npm run generate`. Do not edit.\n";

/** Converts a pointer into a schema to a pointer into the components of one document. */
function component(pointer: string, own: string): string {
  const [id = "", place = ""] = pointer.split("#");
  const [, kind = ""] = /:([a-z]+):\d+$/.exec(id) ?? [];
  const name = kind === "" ? own : capital(kind);
  return `#/components/schemas/${name}${capital(place.split("/").at(-1) ?? "")}`;
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The schema with converted pointers, without the keywords that only a validator reads. */
function converted(schema: unknown, own: string): unknown {
  if (Array.isArray(schema)) return schema.map((one) => converted(one, own));
  if (typeof schema !== "object" || schema === null) return schema;
  const left = Object.entries(schema).filter(
    ([name, value]) =>
      !["$schema", "$id", "$defs", "definitions", "discriminator"].includes(name) &&
      !(name === "anyOf" && isAboutPresence(value)),
  );
  return Object.fromEntries(
    left.map(([name, value]) => [
      name,
      name === "$ref" ? component(String(value), own) : converted(value, own),
    ]),
  );
}

/** Says whether alternatives differ only by the members that must be present. */
function isAboutPresence(alternatives: unknown): boolean {
  return (
    Array.isArray(alternatives) &&
    alternatives.every((one: object) => Object.keys(one).every((name) => name === "required"))
  );
}

/** Generates the types that the published schemas describe. */
async function generateTypes(): Promise<string> {
  const schemas = await Promise.all(
    Object.entries(sources).map(async ([name, file]) => {
      const schema = JSON.parse(await readFile(new URL(file, import.meta.url), "utf8"));
      const parts = Object.entries({ ...schema.$defs, ...schema.definitions });
      return [
        [name, converted(schema, name)],
        ...parts.map(([part, of]) => [name + capital(part), converted(of, name)]),
      ];
    }),
  );
  const document = {
    openapi: "3.1.0",
    info: { title: "Reports", version: "1" },
    paths: {},
    components: { schemas: Object.fromEntries(schemas.flat()) },
  } satisfies OpenAPI3;
  const named = { rootTypes: true, rootTypesNoSchemaPrefix: true } as const;
  return header + astToString(await openapiTS(document, { silent: true, immutable: true, ...named }));
}

if (argv[1] === fileURLToPath(import.meta.url))
  await writeOrCheck([{ path: "reports/schemas.generated.ts", text: await generateTypes() }]);
