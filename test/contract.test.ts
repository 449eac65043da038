import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { getHttpOperationsFromSpec } from "@stoplight/prism-cli/dist/operations.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { broken, constraintIds, length, members, unjudgeable, wholeMatch } from "../spec/constraint.ts";
import { constraints, documentedErrors, success } from "../spec/contract.generated.ts";
import { operations } from "../spec/exchange.ts";
import facts from "../spec/facts.json" with { type: "json" };
import { generate, stale } from "../spec/generate.ts";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping at a path of a document; a missing one fails the test that asked. */
function at(value: unknown, ...path: readonly string[]): Fields {
  const found = path.reduce<unknown>((here, key) => (isFields(here) ? here[key] : undefined), value);
  if (isFields(found)) return found;
  throw new Error(`there is no mapping at ${path.join("/")}`);
}

function sequence(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const location = (name: string) => fileURLToPath(new URL(`../spec/${name}.yaml`, import.meta.url));
const load = async (name: string): Promise<unknown> => parse(await readFile(location(name), "utf8"));
const contract = await load("add-permission");
const neighbours = await load("neighbours");
const operation = at(contract, "paths", facts.path, "post");
const request = at(contract, "components", "schemas", "AddPermissionRequest");

/** A reference of a document, followed; anything else as it is. */
function follow(document: unknown, value: unknown): Fields {
  const node = isFields(value) ? value : {};
  return typeof node.$ref === "string" ? at(document, ...node.$ref.slice(2).split("/")) : node;
}

function parameters(document: unknown, ...holders: readonly Fields[]): readonly Fields[] {
  return holders.flatMap((holder) => sequence(holder.parameters)).map((each) => follow(document, each));
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

  test("no parameter and no member that the page does not have", () => {
    const inUrl = parameters(contract, operation).map(({ name }) => name);
    const inBody = Object.keys(at(request, "properties"));
    expect([...inUrl, ...inBody]).toEqual(Object.keys(facts.members));
  });

  test.each(Object.entries(facts.members))(
    "%s is as the page has it",
    (name, { in: place, required, ...rest }) => {
      const parameter = parameters(contract, operation).find((each) => each.name === name);
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

  test("the body is JSON and nothing else, and must be there", () => {
    const body = at(operation, "requestBody");
    expect(body.required).toBe(true);
    expect(Object.keys(at(body, "content"))).toEqual([facts.requestContentType]);
    expect(follow(contract, at(body, "content", facts.requestContentType, "schema"))).toBe(request);
  });

  test("success is as the page has it", () => {
    const content = at(operation, "responses", String(facts.success.status), "content");
    expect(Object.keys(content)).toEqual([facts.success.contentType]);
    const schema = follow(contract, at(content, facts.success.contentType, "schema"));
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

  test("the error's body may have either spelling and demands nothing", () => {
    const error = at(contract, "components", "schemas", "Error");
    expect(Object.keys(at(error, "properties"))).toEqual(["Type", "message", "Message", "code", "__type"]);
    expect(error.required).toBeUndefined();
  });
});

describe("the neighbours are what arranging and observing needs", () => {
  test("they are the operations of the client without AddPermission", () => {
    const ids = Object.values(at(neighbours, "paths")).flatMap((path) =>
      Object.values(isFields(path) ? path : {}).flatMap((each) => (isFields(each) ? [each.operationId] : [])),
    );
    const wanted = operations.filter((name) => name !== facts.operation);
    expect(ids.toSorted()).toEqual(wanted.toSorted());
    expect(Object.keys(facts.neighbours).toSorted()).toEqual(wanted.toSorted());
  });

  test.each(Object.entries(facts.neighbours))("%s is as the service has it", (name, fact) => {
    const path = at(neighbours, "paths", fact.path);
    const found = at(path, fact.method.toLowerCase());
    expect(found.operationId).toBe(name);
    expect(Object.keys(at(found, "responses")).filter((status) => status < "300")).toEqual([
      String(fact.status),
    ]);
    const inUrl = parameters(neighbours, path, found).filter(({ required }) => required === true);
    const body = isFields(found.requestBody)
      ? at(found, "requestBody", "content", "application/json", "schema")
      : {};
    const required = new Set([...inUrl.map((each) => each.name), ...sequence(body.required)]);
    expect(required).toEqual(new Set(fact.required));
  });

  test("an exception has the same status as in the contract", () => {
    const seen: Record<string, number> = {};
    for (const path of Object.values(at(neighbours, "paths"))) {
      for (const each of Object.values(isFields(path) ? path : {})) {
        const responses = isFields(each) && isFields(each.responses) ? each.responses : {};
        for (const [status, response] of Object.entries(responses)) {
          for (const name of sequence(follow(neighbours, response)["x-exceptions"]))
            seen[String(name)] = Number(status);
        }
      }
    }
    expect(Object.keys(seen).length).toBeGreaterThan(0);
    expect(facts.errors).toMatchObject(seen);
  });
});

describe("both documents can be used by machines", () => {
  test.each([
    ["add-permission", contract],
    ["neighbours", neighbours],
  ])("every schema of %s compiles", (name, document) => {
    expect(at({ document }, "document").openapi).toBe("3.1.0");
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: name, ...at({ document }, "document") });
    const pointers = schemaPointers(document);
    expect(pointers.length).toBeGreaterThan(4);
    for (const pointer of pointers)
      expect(ajv.compile({ $ref: `${name}#${pointer}` })).toBeTypeOf("function");
  });

  test("Prism finds every operation in them", async () => {
    const found = await Promise.all(
      ["add-permission", "neighbours"].map(location).map(getHttpOperationsFromSpec),
    );
    expect(
      found
        .flat()
        .map(({ iid }) => iid)
        .toSorted(),
    ).toEqual(operations.toSorted());
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

describe("what is generated says what the documents say", () => {
  test("the generated files are up to date", async () => {
    expect(await stale()).toEqual([]);
  });

  test("generating twice gives the same text", async () => {
    expect(await generate()).toEqual(await generate());
  });

  test("the constants hold every fact of the page", () => {
    expect(constraints).toEqual(facts.members);
    expect(documentedErrors).toEqual(facts.errors);
    expect(success).toEqual({ status: facts.success.status, contentType: facts.success.contentType });
  });
});

describe("a constraint can be asked", () => {
  test("every printed constraint is either judged or excused, and none is both", () => {
    const printed = Object.entries(facts.members).flatMap(([name, { required, in: _, ...limits }]) => [
      ...(required ? [`${name}.required`] : []),
      ...Object.keys(limits).map((kind) => `${name}.${kind}`),
    ]);
    expect([...constraintIds, ...Object.keys(unjudgeable)].toSorted()).toEqual(printed.toSorted());
  });

  test("patterns mean the whole value and are no stricter with the flag u than without", () => {
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

  test("a length is a number of code points", () => {
    expect(length("")).toBe(0);
    expect(length("a😀")).toBe(2);
  });

  test("a value breaks what it breaks and nothing more", () => {
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
