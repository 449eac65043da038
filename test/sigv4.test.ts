import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Credentials, credentialsFrom } from "../client/authorize.ts";
import { signingAuthorizer } from "../client/sigv4.ts";
import type { Outgoing, Service } from "../client/transport.ts";
import { anyCharacter } from "./any-character.ts";

const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const host = "lambda.us-west-2.amazonaws.com";

async function signature(call: Partial<Outgoing>, sessionToken?: string) {
  const credentials = {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  const now = () => new Date("2026-01-01T00:00:00Z");
  const authorize = signingAuthorizer({ credentials, region: "us-west-2", now });
  const base: Outgoing = {
    method: "POST",
    target: "/",
    headers: [["Content-Type", "application/json"]],
    body: '{"StatementId":"s"}',
  };
  return new Map(await authorize({ ...base, ...call }, host, "lambda"));
}

// Three independent signers agree on these signatures.
const vectors = [
  [
    "/2015-03-31/functions/my-function/policy",
    "166338d4fde587c429f228a48e29dad06c9ea4dcb77bacdd054150f72a9591a1",
  ],
  [
    "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A123456789012%3Afunction%3Af/policy",
    "ddf1c7306c2a422727c359c1254c4acc3bf59444c2300cecbb1645d4bbbee076",
  ],
  [
    "/2015-03-31/functions/f%3A%24LATEST/policy?Qualifier=%24LATEST",
    "4818564cb0edf4850fd71bce0b1227fb1e5008bdddc824df57f175735e55acb7",
  ],
  [
    "/2015-03-31/functions/a:b/policy?Qualifier=a%20b",
    "486eb91e762d9da989e63dbaab311cae53f17dc777a09c9738424679fb0b5674",
  ],
  ["/2015-03-31/functions//policy", "b38bd9d394d19f015357168a6a524c377834defa626441634e3a0c5726ff4180"],
] as const;

test.each(vectors)("signs %s like other signers", async (target, expected) => {
  const headers = await signature({ target });
  expect(headers.get("Authorization")).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-west-2/lambda/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${expected}`,
  );
  expect(headers.get("X-Amz-Date")).toBe("20260101T000000Z");
});

test("a session token is sent and signed", async () => {
  const headers = await signature({}, "a-session-token");
  expect(headers.get("X-Amz-Security-Token")).toBe("a-session-token");
  expect(headers.get("Authorization")).toContain(
    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token",
  );
});

test("a body in base64 is signed as its bytes", async () => {
  const plain = await signature({});
  const encoded = await signature({
    body: Buffer.from('{"StatementId":"s"}').toString("base64"),
    encoding: "base64",
  });
  expect(encoded).toEqual(plain);
});

test("both values of a repeated parameter are signed", async () => {
  const once = await signature({ target: "/p?Qualifier=1" });
  const twice = await signature({ target: "/p?Qualifier=1&Qualifier=2" });
  const other = await signature({ target: "/p?Qualifier=1&Qualifier=3" });
  expect(new Set([once, twice, other].map((headers) => headers.get("Authorization"))).size).toBe(3);
});

test.each(["/p?Qualifier=%zz", "/p?&&=&%", "/p?__proto__=1", "/%zz/../%2e%2e", "/p?Qualifier"])(
  "signs the malformed target %s without an error",
  async (target) => {
    expect((await signature({ target })).get("Authorization")).toMatch(/Signature=[0-9a-f]{64}$/);
  },
);

test("signs the example that AWS published for Signature Version 4", async () => {
  const authorize = signingAuthorizer({
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey },
    region: "us-east-1",
    now: () => new Date("2015-08-30T12:36:00Z"),
  });
  const call: Outgoing = {
    method: "GET",
    target: "/?Action=ListUsers&Version=2010-05-08",
    headers: [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]],
    body: null,
  };
  expect(await authorize(call, "iam.amazonaws.com", "iam")).toEqual([
    ["X-Amz-Date", "20150830T123600Z"],
    [
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ],
  ]);
});

test("the key changes with the day and the service", async () => {
  let now = "2026-01-01T23:59:59Z";
  const options = { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey }, region: "us-west-2" };
  const kept = signingAuthorizer({ ...options, now: () => new Date(now) });
  const call: Outgoing = { method: "GET", target: "/", headers: [], body: null };
  for (const time of [now, "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"]) {
    now = time;
    for (const service of ["lambda", "iam"] as const) {
      const anew = signingAuthorizer({ ...options, now: () => new Date(time) });
      expect(await kept(call, host, service)).toEqual(await anew(call, host, service));
    }
  }
});

/** The signature of the official signer, which takes the target in parts. */
async function official(
  { call, service, credentials, now }: Signed,
  { region }: { readonly region: string },
): Promise<readonly (readonly [string, string])[]> {
  const [path = "", ...rest] = call.target.split("?");
  const query = new Map<string, string[]>();
  for (const pair of rest.join("?").split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    const key = decoded(name);
    query.set(key, [...(query.get(key) ?? []), decoded(value.join("="))]);
  }
  const types = call.headers.filter(([name]) => /^content-type$/i.test(name)).map(([, value]) => value);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const request = {
    method: call.method,
    protocol: "https:",
    hostname: host,
    path,
    query: Object.fromEntries(query),
    headers: { host, ...(types.length === 0 ? {} : { "content-type": types.join(",") }) },
    body: call.body === null ? "" : Buffer.from(call.body, call.encoding ?? "utf8"),
  };
  const { headers } = await signer.sign(request, { signingDate: now });
  const sent = Object.entries(headers).filter(([name]) => name !== "host" && name !== "content-type");
  return sent.map(([name, value]) => [name, String(value)] as const);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A hash class, because the official signer creates hashes with `new`. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

interface Signed {
  readonly call: Outgoing;
  readonly service: Service;
  readonly credentials: Credentials;
  readonly now: Date;
}

const anyText = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: anyCharacter }), fc.string());
const escapes = fc.constantFrom("%2F", "%2f", "%20", "%", "%zz", "%25", "%C3%A9", "%e9", "%00", "%3D", "%26");
const pieces = (odd: readonly string[]) =>
  fc.array(fc.oneof(escapes, fc.constantFrom(...odd), anyText), { maxLength: 6 });
const path = pieces([
  "/",
  "//",
  "/./",
  "/../",
  "..",
  ".",
  "/..",
  "a:b",
  "$LATEST",
  "!'()*",
  "~-_.",
  "+",
  " ",
]).map((parts) => parts.join("").replaceAll("?", ""));
const query = pieces([
  "&",
  "&&",
  "=",
  "==",
  "?",
  "a=1",
  "a=2",
  "&a=",
  "&A=1",
  "X-Amz-Signature=1&",
  "b",
  "!'()*",
  "+",
]);
const target = fc
  .tuple(fc.constantFrom("/", "", "*", "http://h/", "//", "/2015-03-31/functions/"), path, fc.option(query))
  .map(([start, middle, end]) => `${start}${middle}${end === null ? "" : `?${end.join("")}`}`)
  // The official signer loses this name.
  .filter((text) => !text.includes("__proto__"));
const folded = fc
  .array(fc.oneof(fc.constantFrom(" ", "  ", "\t", "\r\n ", "application/json", ","), fc.string()), {
    maxLength: 5,
  })
  .map((parts) => parts.join(""));
const headers = fc.array(
  fc.tuple(fc.constantFrom("Content-Type", "content-type", "CONTENT-TYPE", "X-Other", "User-Agent"), folded),
  { maxLength: 4 },
);
const body = fc.oneof(
  fc.record({ body: fc.oneof(anyText, fc.constant(null)) }),
  fc.record({
    body: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
    encoding: fc.constant("base64" as const),
  }),
);
const signed: fc.Arbitrary<Signed> = fc.record({
  call: fc
    .tuple(fc.constantFrom("GET", "POST", "DELETE", "PUT", "M-SEARCH"), target, headers, body)
    .map(([method, at, lines, rest]) => ({ method, target: at, headers: lines, ...rest })),
  service: fc.constantFrom("lambda" as const, "iam" as const),
  credentials: fc.record(
    { accessKeyId: fc.string({ minLength: 1 }), secretAccessKey: anyText, sessionToken: folded },
    { requiredKeys: ["accessKeyId", "secretAccessKey"] },
  ),
  now: fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
});

test("signs unusual paths, queries, headers, bodies and tokens like the official signer", async () => {
  const region = "eu-central-1";
  await fc.assert(
    fc.asyncProperty(signed, async (one) => {
      const authorize = signingAuthorizer({ credentials: one.credentials, region, now: () => one.now });
      const ours = await authorize(one.call, host, one.service);
      const names = ours.map(([name]) => name);
      expect(names).toEqual(names.length === 3 ? [...sent] : sent.filter((name) => !name.endsWith("Token")));
      expect(ours.map(([name, value]) => [name.toLowerCase(), value])).toEqual(
        await official(one, { region }),
      );
    }),
    { numRuns: 300 },
  );
});

const sent = ["X-Amz-Date", "X-Amz-Security-Token", "Authorization"] as const;

test("credentials come from the environment variables", async () => {
  const env = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: "t",
  };
  expect(await credentialsFrom(env)).toEqual({
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey,
    sessionToken: "t",
  });
});

test.each([
  [{}, "AWS_ACCESS_KEY_ID is not set"],
  [{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" }, "AWS_SECRET_ACCESS_KEY is not set"],
  [{ AWS_PROFILE: "nightly" }, "@aws-sdk/credential-providers is not installed"],
])("missing credentials in %j are a fault that says what to set", async (env, message) => {
  await expect(credentialsFrom(env)).rejects.toMatchObject({ name: "Fault" });
  await expect(credentialsFrom(env)).rejects.toThrow(message);
});
