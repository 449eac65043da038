import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type GeneratedFile, writeOrCheck } from "./generated-file.ts";

// An import would first search the compiler that it needs for exports, which takes most of a second.
const { default: openapiTS, astToString }: typeof import("openapi-typescript") = createRequire(
  import.meta.url,
)("openapi-typescript");

const header = "// Generated from spec/add-permission.yaml by `npm run generate`. Do not edit.\n";
const lineWidth = 110;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fields(value: unknown, where: string): Fields {
  if (isFields(value)) return value;
  throw new Error(`spec/add-permission.yaml: ${where} is not a mapping`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`spec/add-permission.yaml: ${where} is not a sequence`);
}

function dig(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, key) => fields(at, path.join("."))[key], value);
}

function limits(schema: Fields, place: string, required: boolean): Fields {
  const kept = {
    in: place,
    required,
    type: schema.type,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    pattern: schema["x-pattern"],
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

function constraintsOf(operation: Fields, components: unknown): Fields {
  const parameters = list(operation.parameters, "parameters").map((each) => {
    const parameter = fields(each, "a parameter");
    const schema = fields(parameter.schema, "a parameter's schema");
    return [
      String(parameter.name),
      limits(schema, String(parameter.in), parameter.required === true),
    ] as const;
  });
  const body = dig(components, "schemas", "AddPermissionRequest");
  const required = list(dig(body, "required"), "required");
  const members = Object.entries(fields(dig(body, "properties"), "properties")).map(
    ([name, schema]) => [name, limits(fields(schema, name), "body", required.includes(name))] as const,
  );
  return Object.fromEntries([...parameters, ...members]);
}

function errorsOf(operation: Fields): Fields {
  const errors = Object.entries(fields(operation.responses, "responses")).flatMap(([status, response]) => {
    const names = fields(response, status)["x-exceptions"] ?? [];
    return list(names, "x-exceptions").map((name) => [String(name), Number(status)] as const);
  });
  return Object.fromEntries(errors.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function successOf(operation: Fields): Fields {
  const responses = fields(operation.responses, "responses");
  const status = Object.keys(responses).find((code) => code.startsWith("2")) ?? "";
  const content = fields(dig(responses, status, "content"), "content");
  return { status: Number(status), contentType: Object.keys(content)[0] };
}

/** Prints a value the way the formatter does, so that a fresh file needs no second pass. */
function print(value: unknown, indent: string): string {
  if (!isFields(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(([key, each]) => {
    const line = `${inner}${key}: ${print(each, inner)},`;
    const fits = isFields(each) || line.length <= lineWidth;
    return fits ? line : `${inner}${key}:\n${inner}  ${print(each, inner)},`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function contract(yaml: string): string {
  const document: unknown = parse(yaml);
  const [path] = Object.values(fields(dig(document, "paths"), "paths"));
  const operation = fields(dig(path, "post"), "AddPermission");
  const declare = (comment: string, name: string, value: Fields) =>
    `\n/** ${comment} */\nexport const ${name} = ${print(value, "")} as const;\n`;
  return [
    header,
    declare(
      "What the document demands of each member of a request; patterns as printed, for the whole value.",
      "constraints",
      constraintsOf(operation, dig(document, "components")),
    ),
    declare(
      "The exceptions that the document lists, with their status codes.",
      "documentedErrors",
      errorsOf(operation),
    ),
    declare("What the document says of a successful answer.", "success", successOf(operation)),
  ].join("");
}

/** A module, because the compiler copies no declaration file into the package. */
async function types(yaml: string): Promise<string> {
  return header + astToString(await openapiTS(yaml, { silent: true, immutable: true }));
}

/** The generated files, computed from the contract, or from another text in its place. */
export async function generate(text?: string): Promise<readonly GeneratedFile[]> {
  const yaml = text ?? (await readFile(new URL("add-permission.yaml", import.meta.url), "utf8"));
  return [
    { path: "spec/add-permission.openapi.ts", text: await types(yaml) },
    { path: "spec/contract.generated.ts", text: contract(yaml) },
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) await writeOrCheck(await generate());
