import { describe, expect, test } from "vitest";
import { equivalentJson, malformedJson, notAnObject } from "../generators/json-forms.ts";
import { spellings } from "../generators/spellings.ts";
import { bodyOf, canonicalBody } from "../generators/valid-requests.ts";
import { readBody } from "../spec/body.ts";
import {
  addPermission,
  createAlias,
  createFunction,
  deleteAlias,
  deleteFunction,
  getAlias,
  getFunction,
  getPolicy,
  publishVersion,
  removePermission,
} from "../spec/calls.ts";
import { revisionSlot } from "../spec/exchange.ts";
import { readName } from "../spec/function-name.ts";
import { route, valuesOf } from "../spec/target.ts";
import { stage } from "./staged.ts";

const body = bodyOf(
  { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", SourceArn: 'arn:aws:s3:::a/b "é🪣\\' },
  "some-sid",
);

describe("spellings", () => {
  const all = spellings(stage, stage.main);

  test("every spelling means the staged function and the qualifier it claims", () => {
    for (const { label, functionName, wire, query, qualifier } of all) {
      const { target } = addPermission({ functionName: wire, query, body: canonicalBody("s") });
      const read = route(target);
      if (read.kind !== "policy") throw new Error(`${label} is no policy route: ${target}`);
      expect(read.functionName).toBe(functionName);
      const name = readName(functionName);
      if (name.kind !== "read") throw new Error(`${label} has no single reading: ${functionName}`);
      expect(name.name).toBe(stage.main.name);
      const given = [name.qualifier, ...valuesOf(read.query, "Qualifier")].filter((found) => found !== null);
      expect(new Set(given)).toEqual(new Set(qualifier === null ? [] : [qualifier]));
    }
  });

  test("no two spellings have the same bytes or the same label and encoding", () => {
    expect(new Set(all.map(({ wire, query }) => `${wire}?${query}`)).size).toBe(all.length);
    expect(new Set(all.map(({ label, encoded }) => `${label} ${encoded}`)).size).toBe(all.length);
  });

  test("all three formats occur bare, with version and alias, after the name, in the query and in both", () => {
    const places = ["", ":version", "?version", ":version?version", ":alias", "?alias", ":alias?alias"];
    const expected = ["name", "full-arn", "partial-arn"].flatMap((form) =>
      places.map((place) => form + place),
    );
    expect([...new Set(all.map(({ label }) => label))].sort()).toEqual(expected.sort());
  });

  test("an ARN occurs with literal colons, encoded colons, lower-case hex, some and all letters encoded", () => {
    const arn = all.filter(({ label }) => label === "full-arn").map(({ encoded }) => encoded);
    expect(arn).toEqual(["none", "colons", "colons-lower-case", "some", "all", "all-lower-case"]);
  });

  test("without versions and aliases only the bare spellings are left", () => {
    const bare = spellings(stage, { ...stage.main, versions: [], aliases: null });
    expect([...new Set(bare.map(({ label }) => label))]).toEqual(["name", "full-arn", "partial-arn"]);
  });
});

describe("JSON forms", () => {
  const variants = equivalentJson(body);

  test.each(variants)("%s has the same value in other bytes", (_, write) => {
    const text = write(body);
    expect(JSON.parse(text)).toEqual(body);
    expect(text).not.toBe(JSON.stringify(body));
    expect(readBody(text).objections).toEqual([]);
    expect(readBody(text).questions).toEqual([]);
  });

  test("labels and texts of equivalent forms differ", () => {
    expect(new Set(variants.map(([label]) => label)).size).toBe(variants.length);
    expect(new Set(variants.map(([, write]) => write(body))).size).toBe(variants.length);
  });

  test("order, white space and both cases of hex occur", () => {
    const labels = variants.map(([label]) => label);
    const wanted = [
      "members-reversed",
      "indented",
      "values-escaped",
      "values-escaped-upper-case",
      "slashes-escaped",
    ];
    expect(labels).toEqual(expect.arrayContaining(wanted));
  });

  test.each(Object.entries(malformedJson))("%s is no JSON", (_, write) => {
    expect(() => JSON.parse(write(body))).toThrow(SyntaxError);
  });

  test.each(Object.entries(notAnObject))("%s is JSON but no object", (_, write) => {
    expect(readBody(write(body)).objections).toEqual(["body.not-an-object"]);
  });
});

describe("calls", () => {
  test("AddPermission is sent as documented", () => {
    expect(addPermission({ functionName: "f", query: "Qualifier=1", body: canonicalBody("s") })).toEqual({
      operation: "AddPermission",
      method: "POST",
      target: "/2015-03-31/functions/f/policy?Qualifier=1",
      headers: [["Content-Type", "application/json"]],
      body: '{"Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com","StatementId":"s"}',
    });
  });

  test("a raw body, a raw label and other headers reach the call untouched", () => {
    const call = addPermission({ functionName: "%zz/..", body: "{", headers: [], method: "PUT" });
    expect(call).toMatchObject({
      target: "/2015-03-31/functions/%zz/../policy",
      body: "{",
      headers: [],
      method: "PUT",
    });
  });

  test("the neighbours go to their documented paths", () => {
    const calls = [
      getPolicy("f"),
      getPolicy("f", "$LATEST"),
      removePermission("f", "s", { qualifier: "1", revisionId: revisionSlot }),
      getFunction("a:b"),
      getAlias("f", "live"),
      publishVersion("f"),
      createAlias("f", "live", "1"),
      deleteAlias("f", "live"),
      deleteFunction("f", "1"),
      createFunction("f", { role: "r", runtime: "nodejs22.x", zip: "z" }),
    ];
    expect(calls.map(({ operation, method, target }) => `${operation} ${method} ${target}`)).toEqual([
      "GetPolicy GET /2015-03-31/functions/f/policy",
      "GetPolicy GET /2015-03-31/functions/f/policy?Qualifier=%24LATEST",
      `RemovePermission DELETE /2015-03-31/functions/f/policy/s?Qualifier=1&RevisionId=${revisionSlot}`,
      "GetFunction GET /2015-03-31/functions/a%3Ab",
      "GetAlias GET /2015-03-31/functions/f/aliases/live",
      "PublishVersion POST /2015-03-31/functions/f/versions",
      "CreateAlias POST /2015-03-31/functions/f/aliases",
      "DeleteAlias DELETE /2015-03-31/functions/f/aliases/live",
      "DeleteFunction DELETE /2015-03-31/functions/f?Qualifier=1",
      "CreateFunction POST /2015-03-31/functions",
    ]);
  });
});
