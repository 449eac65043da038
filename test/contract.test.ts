import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
// The index of the package also loads its mock server, which takes two seconds.
import prismOperations from "@stoplight/prism-http/dist/utils/operations.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { broken, constraintIds, length, members, unjudgeable, wholeMatch } from "../spec/constraint.ts";
import { constraints, documentedErrors, success } from "../spec/contract.generated.ts";
import facts from "../spec/facts.json" with { type: "json" };
import { generate } from "../spec/generate.ts";
import { outOfDate } from "../spec/generated-file.ts";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping at a path of a document; throws when it is missing. */
function at(value: unknown, ...path: readonly string[]): Fields {
  const found = path.reduce<unknown>((here, key) => (isFields(here) ? here[key] : undefined), value);
  if (isFields(found)) return found;
  throw new Error(`there is no mapping at ${path.join("/")}`);
}

function sequence(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const location = fileURLToPath(new URL("../spec/add-permission.yaml", import.meta.url));
const contract: unknown = parse(await readFile(location, "utf8"));
const operation = at(contract, "paths", facts.path, "post");
const parameters = sequence(operation.parameters).filter(isFields);
const request = at(contract, "components", "schemas", "AddPermissionRequest");

/** Resolves a reference in the contract. */
function follow({ $ref }: Fields): Fields {
  return at(contract, ...String($ref).slice(2).split("/"));
}

/** JSON pointers of every schema in a document. */
function schemaPointers(value: unknown, pointer = ""): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((each, index) => schemaPointers(each, `${pointer}/${index}`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const here = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const isSchema = key === "schema" || pointer === "/components/schemas";
    return isSchema ? [here] : schemaPointers(each, here);
  });
}

describe("the contract holds every fact of the page", () => {
  test("one path with one method, and no other", () => {
    expect(Object.keys(at(contract, "paths"))).toEqual([facts.path]);
    expect(Object.keys(at(contract, "paths", facts.path))).toEqual([facts.method.toLowerCase()]);
    expect(operation.operationId).toBe(facts.operation);
  });

  test("no parameter or member that is not on the page", () => {
    const inUrl = parameters.map(({ name }) => name);
    const inBody = Object.keys(at(request, "properties"));
    expect([...inUrl, ...inBody]).toEqual(Object.keys(facts.members));
  });

  test.each(Object.entries(facts.members))(
    "%s is as on the page",
    (name, { in: place, required, ...rest }) => {
      const parameter = parameters.find((each) => each.name === name);
      expect(parameter?.in ?? "body").toBe(place);
      expect(parameter ? parameter.required : sequence(request.required).includes(name)).toBe(required);
      const { description: _, ...schema } = parameter
        ? at(parameter, "schema")
        : at(request, "properties", name);
      const { pattern, ...limits } = { pattern: undefined, ...rest };
      const printed = pattern === undefined ? {} : { pattern: `^(?:${pattern})$`, "x-pattern": pattern };
      expect(schema).toEqual({ ...limits, ...printed });
    },
  );

  test("the body is required and is only JSON", () => {
    const body = at(operation, "requestBody");
    expect(body.required).toBe(true);
    expect(Object.keys(at(body, "content"))).toEqual([facts.requestContentType]);
    expect(follow(at(body, "content", facts.requestContentType, "schema"))).toBe(request);
  });

  test("success is as on the page", () => {
    const content = at(operation, "responses", String(facts.success.status), "content");
    expect(Object.keys(content)).toEqual([facts.success.contentType]);
    const schema = follow(at(content, facts.success.contentType, "schema"));
    expect(Object.keys(at(schema, "properties"))).toEqual(Object.keys(facts.success.members));
    expect(at(schema, "properties", "Statement").type).toBe(facts.success.members.Statement.type);
  });

  test("the exceptions and their statuses are those of the page, each with an example of its name", () => {
    const found = Object.entries(at(operation, "responses")).flatMap(([status, response]) => {
      const names = sequence(isFields(response) ? response["x-exceptions"] : undefined);
      if (names.length === 0) return [];
      const examples = at(response, "content", "application/json", "examples");
      expect(Object.keys(examples)).toEqual(names);
      expect(at(response, "headers", "X-Amzn-ErrorType", "schema").enum).toEqual(names);
      return names.map((name) => [name, Number(status)]);
    });
    expect(Object.fromEntries(found)).toEqual(facts.errors);
    const statuses = [facts.success.status, ...Object.values(facts.errors)].map(String);
    expect(new Set(Object.keys(at(operation, "responses")))).toEqual(new Set(statuses));
  });

  test("the error's body may have either spelling and requires no member", () => {
    const error = at(contract, "components", "schemas", "Error");
    expect(Object.keys(at(error, "properties"))).toEqual(["Type", "message", "Message", "code", "__type"]);
    expect(error.required).toBeUndefined();
  });
});

describe("the contract can be used by machines", () => {
  test("every schema compiles", () => {
    expect(at({ contract }, "contract").openapi).toBe("3.1.0");
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: "contract", ...at({ contract }, "contract") });
    const pointers = schemaPointers(contract);
    expect(pointers.length).toBeGreaterThan(4);
    for (const pointer of pointers)
      expect(ajv.compile({ $ref: `contract#${pointer}` })).toBeTypeOf("function");
  });

  test("Prism finds exactly one operation", async () => {
    const found = await prismOperations.getHttpOperationsFromSpec(location);
    expect(found.map(({ iid }) => iid)).toEqual([facts.operation]);
  });

  test("every example of a request and of an answer is valid", () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: "contract", ...at({ contract }, "contract") });
    const contents = [at(operation, "requestBody"), ...Object.values(at(operation, "responses"))].map(
      (each) => at(each, "content", "application/json"),
    );
    for (const content of contents) {
      const check = ajv.compile({ $ref: `contract${String(at(content, "schema").$ref)}` });
      for (const example of Object.values(at(content, "examples"))) {
        expect(check(at({ example }, "example").value), JSON.stringify(example)).toBe(true);
      }
    }
  });
});

describe("the generated files match the contract", () => {
  test("the generated files are up to date", async () => {
    expect(await outOfDate(await generate())).toEqual([]);
  });

  test("generation is deterministic", async () => {
    expect(await generate()).toEqual(await generate());
  });

  test("the constants hold every fact of the page", () => {
    expect(constraints).toEqual(facts.members);
    expect(documentedErrors).toEqual(facts.errors);
    expect(success).toEqual({ status: facts.success.status, contentType: facts.success.contentType });
  });
});

describe("constraints", () => {
  test("every printed constraint is either judged or excused", () => {
    const printed = Object.entries(facts.members).flatMap(([name, { required, in: _, ...limits }]) => [
      ...(required ? [`${name}.required`] : []),
      ...Object.keys(limits).map((kind) => `${name}.${kind}`),
    ]);
    expect([...constraintIds, ...Object.keys(unjudgeable)].toSorted()).toEqual(printed.toSorted());
  });

  test("patterns match the whole value and are not stricter with the flag u", () => {
    const values = [
      "",
      "a",
      "a b",
      "a.b",
      "a\n",
      "\na",
      "123456789012",
      "12345678901２",
      "lambda:*",
      "*",
      "ä",
      "😀",
    ];
    for (const member of members) {
      const { pattern } = { pattern: "[^]*", ...constraints[member] };
      const plain = new RegExp(`^(?:${pattern})$`);
      for (const value of values)
        expect(wholeMatch(member, value), `${member} ${value}`).toBe(plain.test(value));
    }
    expect(wholeMatch("StatementId", "example.com")).toBe(false);
    expect(wholeMatch("FunctionName", "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST")).toBe(true);
  });

  test("a length is counted in code points", () => {
    expect(length("")).toBe(0);
    expect(length("a😀")).toBe(2);
  });

  test("a value breaks exactly the expected constraints", () => {
    expect(broken("StatementId", "a")).toEqual([]);
    expect(broken("StatementId", "a".repeat(100))).toEqual([]);
    expect(broken("StatementId", "a".repeat(101))).toEqual(["maxLength"]);
    expect(broken("StatementId", "")).toEqual(["pattern", "minLength"]);
    expect(broken("StatementId", "a.b")).toEqual(["pattern"]);
    expect(broken("StatementId", 1)).toEqual(["type"]);
    expect(broken("RevisionId", "")).toEqual([]);
    expect(broken("Qualifier", "q".repeat(129))).toEqual(["maxLength"]);
    expect(broken("SourceAccount", null)).toEqual(["type"]);
  });
});
