import { afterAll, describe, expect, it } from "vitest";
import { type Behaviour, faithful } from "../targets/reference/behaviour.ts";
import { createReference, type Reference } from "../targets/reference/reference.ts";

const base = "/2015-03-31/functions";
const arn = "arn:aws:lambda:us-east-1:123456789012:function:f";

interface Seen {
  readonly status: number;
  readonly name: string | undefined;
  readonly json: Record<string, unknown>;
  readonly contentType: string | undefined;
}

function record(text: string): Record<string, unknown> {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

async function call(
  reference: Reference,
  method: string,
  target: string,
  body: unknown = "",
  headers: Record<string, string> = {},
): Promise<Seen> {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const reply = await reference.handle({ method, target, headers, body: bytes });
  if (reply === "drop") throw new Error("dropped");
  const header = (name: string) => reply.headers.find(([other]) => other.toLowerCase() === name)?.[1];
  return {
    status: reply.status,
    name: header("x-amzn-errortype"),
    json: record(String(reply.body)),
    contentType: header("content-type"),
  };
}

async function arranged(behaviour: Behaviour = faithful): Promise<Reference> {
  const reference = createReference({ behaviour });
  for (const FunctionName of ["f", "g"]) {
    await call(reference, "POST", base, { FunctionName, Role: "r", Code: {}, Runtime: "nodejs22.x" });
    await call(reference, "POST", `${base}/${FunctionName}/versions`);
    await call(reference, "POST", `${base}/${FunctionName}/aliases`, { Name: "live", FunctionVersion: "1" });
  }
  return reference;
}

const valid = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", StatementId: "s" };

function add(reference: Reference, members: object = {}, where = "f/policy"): Promise<Seen> {
  return call(reference, "POST", `${base}/${where}`, { ...valid, ...members });
}

async function sids(reference: Reference, where = "f/policy"): Promise<readonly string[]> {
  const seen = await call(reference, "GET", `${base}/${where}`);
  if (seen.status === 404) return [];
  const { Statement } = record(String(seen.json.Policy));
  return Array.isArray(Statement) ? Statement.map((one) => String(one.Sid)) : [];
}

async function revision(reference: Reference, where = "f/policy"): Promise<unknown> {
  return (await call(reference, "GET", `${base}/${where}`)).json.RevisionId;
}

async function functionRevision(reference: Reference, where = "f"): Promise<unknown> {
  const { Configuration } = (await call(reference, "GET", `${base}/${where}`)).json;
  return record(JSON.stringify(Configuration)).RevisionId;
}

async function refusedAs(status: number, name: string, members: object, where = "f/policy"): Promise<void> {
  const reference = await arranged();
  await add(reference, { StatementId: "first" });
  const before = await revision(reference);
  expect(await add(reference, members, where)).toMatchObject({
    status,
    name,
    contentType: "application/json",
  });
  expect(await sids(reference)).toEqual(["first"]);
  expect(await revision(reference)).toBe(before);
}

const invalid = "InvalidParameterValueException";
const missing = "ResourceNotFoundException";

describe("the reference grants", () => {
  it("answers 201 with the statement as JSON in a string", async () => {
    const seen = await add(await arranged(), { SourceArn: "arn:aws:s3:::b", SourceAccount: "111122223333" });
    expect(seen).toMatchObject({ status: 201, contentType: "application/json" });
    expect(seen.json.Statement).toBe(
      `{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${arn}","Condition":{"StringEquals":{"AWS:SourceAccount":"111122223333"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}`,
    );
  });

  it.each([
    ["an account", "111122223333", { AWS: "arn:aws:iam::111122223333:root" }],
    ["a service outside amazonaws.com", "alexa-appkit.amazon.com", { Service: "alexa-appkit.amazon.com" }],
    ["a role", "arn:aws:iam::111122223333:role/x", { AWS: "arn:aws:iam::111122223333:role/x" }],
    ["everyone", "*", "*"],
  ])("writes the principal of %s like AWS", async (_what, Principal, element) => {
    const seen = await add(await arranged(), { Principal });
    expect(record(String(seen.json.Statement)).Principal).toEqual(element);
  });

  it("puts a token into the condition", async () => {
    const seen = await add(await arranged(), { EventSourceToken: "t-1" });
    expect(record(String(seen.json.Statement)).Condition).toEqual({
      StringEquals: { "lambda:EventSourceToken": "t-1" },
    });
  });

  it("omits the condition when no member needs one", async () => {
    const seen = await add(await arranged(), { SourceArn: null });
    expect(record(String(seen.json.Statement))).not.toHaveProperty("Condition");
  });

  it("has one policy for all spellings of one function", async () => {
    const reference = await arranged();
    const spellings = ["f", arn, encodeURIComponent(arn), "123456789012:function:f", "function:f", "%66"];
    for (const [index, spelling] of spellings.entries()) {
      const seen = await add(reference, { StatementId: `s${index}` }, `${spelling}/policy`);
      expect(record(String(seen.json.Statement)).Resource).toBe(arn);
    }
    expect(await sids(reference)).toEqual(spellings.map((_, index) => `s${index}`));
  });

  it("has separate policies for function, version, alias and other functions", async () => {
    const reference = await arranged();
    for (const where of ["f/policy", "f:1/policy", "f/policy?Qualifier=live", "g/policy"]) {
      expect(await add(reference, {}, where)).toMatchObject({ status: 201 });
      expect(await sids(reference, where)).toEqual(["s"]);
    }
  });

  it("names the qualifier in the resource", async () => {
    const seen = await add(await arranged(), {}, "f:live/policy?Qualifier=%6Cive");
    expect(record(String(seen.json.Statement)).Resource).toBe(`${arn}:live`);
  });

  it("ignores unknown members, including a Qualifier in the body", async () => {
    const seen = await add(await arranged(), { Qualifier: "live", extra: [] });
    expect(record(String(seen.json.Statement)).Resource).toBe(arn);
  });

  it("takes the region from the credential scope", async () => {
    const reference = createReference();
    const authorization = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/lambda/aws4_request, Signature=0";
    const body = { FunctionName: "f", Role: "r", Code: {} };
    const seen = await call(reference, "POST", base, body, { authorization });
    expect(seen.json.FunctionArn).toBe("arn:aws:lambda:eu-west-1:123456789012:function:f");
    expect((await call(reference, "GET", `${base}/f`)).status).toBe(404);
  });

  it("does not refuse a long qualifier as a name of more than 140 characters", async () => {
    const long = `${"n".repeat(64)}:${"a".repeat(128)}`;
    expect(await add(await arranged(), {}, `${long}/policy`)).toMatchObject({ status: 404, name: missing });
  });
});

describe("the reference refuses without a trace", () => {
  it.each([
    ["a missing action", { Action: undefined }],
    ["a null principal", { Principal: null }],
    ["a number as id", { StatementId: 1 }],
    ["an id with a line end", { StatementId: "s\n" }],
    ["an id of 101 characters", { StatementId: "s".repeat(101) }],
    ["an empty id", { StatementId: "" }],
    ["an action of another service", { Action: "s3:GetObject" }],
    ["an account of 11 digits", { SourceAccount: "1".repeat(11) }],
    ["a token of 257 characters", { EventSourceToken: "t".repeat(257) }],
    ["an empty token", { EventSourceToken: "" }],
    ["a value that is not an ARN", { SourceArn: "bucket" }],
    ["a lone surrogate", { StatementId: "\uD800" }],
    ["a principal that does not exist", { Principal: "invalid.nonaws.com" }],
    ["a suffix without a service", { Principal: "amazonaws.com" }],
    ["an account of 13 digits", { Principal: "1".repeat(13) }],
  ])("%s", async (_what, members) => {
    await refusedAs(400, invalid, members);
  });

  it.each([
    ["an empty qualifier", "f/policy?Qualifier="],
    ["two qualifiers", "f/policy?Qualifier=live&Qualifier=live"],
    ["a qualifier of 129 characters", `f/policy?Qualifier=${"q".repeat(129)}`],
    ["qualifiers that disagree", "f:live/policy?Qualifier=42"],
    ["$LATEST", "f:$LATEST/policy"],
    ["a name in junk", "f%20x/policy"],
    ["a name of 65 characters", `${"n".repeat(65)}/policy`],
    ["a full ARN of 141 characters", `${arn}:${"a".repeat(140 - arn.length)}/policy`],
    ["broken percent-encoding", "f%ZZ/policy"],
    ["an empty name", "/policy"],
  ])("%s", async (_what, where) => {
    await refusedAs(400, invalid, {}, where);
  });

  it.each([
    ["an unknown function", "h/policy"],
    ["an unknown version", "f:42/policy"],
    ["an unknown alias", "f:dead/policy"],
    ["another account", "999999999999:function:f/policy"],
    ["another region", `${encodeURIComponent(arn.replace("us-east-1", "us-west-2"))}/policy`],
    ["a full ARN of 140 characters that names nothing", `${arn}:${"a".repeat(139 - arn.length)}/policy`],
  ])("%s", async (_what, where) => {
    await refusedAs(404, missing, {}, where);
  });

  it("a statement id that is taken", async () => {
    await refusedAs(409, "ResourceConflictException", { StatementId: "first" });
  });

  it.each(["", "wrong", "ä".repeat(5000)])("a revision that is not the latest", async (RevisionId) => {
    await refusedAs(412, "PreconditionFailedException", { RevisionId });
  });

  it("a policy above 20480 bytes, and has room again after a removal", async () => {
    const reference = await arranged();
    const SourceArn = `arn:aws:s3:::${"b".repeat(9000)}`;
    expect((await add(reference, { StatementId: "a", SourceArn })).status).toBe(201);
    expect((await add(reference, { StatementId: "b", SourceArn })).status).toBe(201);
    const seen = await add(reference, { StatementId: "c", SourceArn });
    expect(seen).toMatchObject({ status: 400, name: "PolicyLengthExceededException" });
    expect(await sids(reference)).toEqual(["a", "b"]);
    await call(reference, "DELETE", `${base}/f/policy/a`);
    expect((await add(reference, { StatementId: "c", SourceArn })).status).toBe(201);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["an array", Buffer.from("[]")],
    ["null", Buffer.from("null")],
    ["half an object", Buffer.from('{"Action":')],
    ["trailing garbage", Buffer.from(`${JSON.stringify(valid)}x`)],
    ["a byte order mark", Buffer.from(`\uFEFF${JSON.stringify(valid)}`)],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["UTF-16", Buffer.from(JSON.stringify(valid), "utf16le")],
    ["members that are only inherited", Buffer.from(`{"__proto__":${JSON.stringify(valid)}}`)],
  ])("a body of %s", async (_what, body) => {
    const reference = await arranged();
    const seen = await call(reference, "POST", `${base}/f/policy`, body);
    expect(seen).toMatchObject({ status: 400, name: invalid });
    expect(await sids(reference)).toEqual([]);
  });

  it.each([
    ["PUT", `${base}/f/policy`],
    ["PATCH", `${base}/f/policy`],
    ["POST", "/2014-11-13/functions/f/policy"],
    ["POST", "/functions/f/policy"],
    ["POST", `${base}/f/policy/`],
    ["POST", `${base}/f//policy`],
    ["POST", `${base}/constructor/toString`],
  ])("%s %s", async (method, target) => {
    const seen = await call(await arranged(), method, target, valid);
    expect(seen).toMatchObject({ status: 404, name: missing, contentType: "application/json" });
  });

  it("a requested refusal, with the documented exception", async () => {
    const reference = await arranged();
    const ask = (code: number) =>
      call(reference, "POST", `${base}/f/policy`, valid, { prefer: `code=${code}` });
    expect(await ask(429)).toMatchObject({ status: 429, name: "TooManyRequestsException" });
    expect(await ask(500)).toMatchObject({ status: 500, name: "ServiceException" });
    expect(await sids(reference)).toEqual([]);
  });
});

describe("the reference keeps state", () => {
  it("shows one revision through GetPolicy and GetFunction, and accepts it once", async () => {
    const reference = await arranged();
    const fresh = await functionRevision(reference);
    expect((await add(reference, { RevisionId: fresh })).status).toBe(201);
    const current = await revision(reference);
    expect(current).not.toBe(fresh);
    expect(await functionRevision(reference)).toBe(current);
    expect((await add(reference, { StatementId: "t", RevisionId: fresh })).status).toBe(412);
    expect((await add(reference, { StatementId: "t", RevisionId: current })).status).toBe(201);
  });

  it("shows an alias's revision through GetAlias", async () => {
    const reference = await arranged();
    await add(reference, {}, "f:live/policy");
    const { RevisionId } = (await call(reference, "GET", `${base}/f/aliases/live`)).json;
    expect(RevisionId).toBe(await revision(reference, "f:live/policy"));
  });

  it("guards a removal by revision and answers 404 once the last statement is gone", async () => {
    const reference = await arranged();
    await add(reference);
    const remove = (query = "") => call(reference, "DELETE", `${base}/f/policy/s${query}`);
    expect((await remove("?RevisionId=wrong")).status).toBe(412);
    expect((await remove(`?RevisionId=${await revision(reference)}`)).status).toBe(204);
    expect((await call(reference, "GET", `${base}/f/policy`)).status).toBe(404);
    expect((await remove()).status).toBe(404);
    expect((await add(reference)).status).toBe(201);
  });

  it("gives a new version no policy and keeps the function's policy", async () => {
    const reference = await arranged();
    await add(reference);
    const before = await revision(reference);
    const { Version } = (await call(reference, "POST", `${base}/f/versions`)).json;
    expect(Version).toBe("2");
    expect(await sids(reference, "f:2/policy")).toEqual([]);
    expect(await revision(reference)).toBe(before);
  });

  it("creates a function or alias again without a policy and with a new revision", async () => {
    const reference = await arranged();
    const first = [await functionRevision(reference), await functionRevision(reference, "f:live")];
    await add(reference);
    await add(reference, {}, "f:live/policy");
    await call(reference, "DELETE", `${base}/f`);
    expect((await add(reference)).status).toBe(404);
    await call(reference, "POST", base, { FunctionName: "f", Role: "r", Code: {} });
    await call(reference, "POST", `${base}/f/aliases`, { Name: "live", FunctionVersion: "$LATEST" });
    expect([...(await sids(reference)), ...(await sids(reference, "f:live/policy"))]).toEqual([]);
    expect(first).not.toContain(await functionRevision(reference));
    expect(first).not.toContain(await functionRevision(reference, "f:live"));
  });

  it("gives equal histories equal revisions", async () => {
    const run = async () => {
      const reference = await arranged();
      await add(reference);
      return revision(reference);
    };
    expect(await run()).toBe(await run());
  });
});

describe("the interface for mutants", () => {
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const rush = async (behaviour: Behaviour, members: (index: number) => object) => {
    const reference = await arranged(behaviour);
    const seen = await Promise.all([0, 1, 2].map((index) => add(reference, members(index))));
    return { statuses: seen.map(({ status }) => status), sids: await sids(reference) };
  };

  it("stays correct when a faithful behaviour is slow", async () => {
    const slow = { ...faithful, pause };
    expect(await rush(slow, (index) => ({ StatementId: `s${index}` }))).toEqual({
      statuses: [201, 201, 201],
      sids: ["s0", "s1", "s2"],
    });
    expect(await rush(slow, () => ({}))).toEqual({ statuses: [201, 409, 409], sids: ["s"] });
  });

  it("loses updates when a write uses a read from before the pause", async () => {
    const lossy: Behaviour = { ...faithful, pause, base: (read) => read };
    expect((await rush(lossy, (index) => ({ StatementId: `s${index}` }))).sids).toHaveLength(1);
  });

  it("grants an id twice without a second check for duplicates", async () => {
    const double: Behaviour = { ...faithful, pause, rechecks: (check) => check !== "duplicate" };
    expect((await rush(double, () => ({}))).statuses).toEqual([201, 201, 201]);
  });

  it("can write before it refuses", async () => {
    const leaky: Behaviour = {
      ...faithful,
      afterRefusal: (_refusal, draft) => [...draft.read.statements, draft.stored()],
    };
    const reference = await arranged(leaky);
    expect((await add(reference, { Action: "s3:GetObject" })).status).toBe(400);
    expect(await sids(reference)).toEqual(["s"]);
  });
});

describe("over loopback", () => {
  const reference = createReference();
  afterAll(() => reference.close());

  it("answers the same as in-process", async () => {
    const endpoint = await reference.listen();
    expect(endpoint.hostname).toBe("127.0.0.1");
    const send = (method: string, path: string, body?: object) =>
      fetch(new URL(base + path, endpoint), {
        method,
        body: body === undefined ? null : JSON.stringify(body),
      });
    await send("POST", "", { FunctionName: "f", Role: "r", Code: {} });
    const granted = await send("POST", "/f/policy", valid);
    expect([granted.status, granted.headers.get("content-type")]).toEqual([201, "application/json"]);
    expect((await send("POST", "/f/policy", valid)).headers.get("x-amzn-errortype")).toBe(
      "ResourceConflictException",
    );
    expect((await send("DELETE", "/f/policy/s")).status).toBe(204);
    expect((await send("GET", "/f/policy")).status).toBe(404);
  });
});
