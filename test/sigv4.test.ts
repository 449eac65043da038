import { expect, test } from "vitest";
import { credentialsFrom } from "../client/authorize.ts";
import { signingAuthorizer } from "../client/sigv4.ts";
import type { Outgoing } from "../client/transport.ts";

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

// Agreed on by three independent signers.
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

test.each(vectors)("signs %s as other signers do", async (target, expected) => {
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

test("a body in base64 is signed as the bytes it stands for", async () => {
  const plain = await signature({});
  const encoded = await signature({
    body: Buffer.from('{"StatementId":"s"}').toString("base64"),
    encoding: "base64",
  });
  expect(encoded).toEqual(plain);
});

test("every value of a parameter that is given twice is signed", async () => {
  const once = await signature({ target: "/p?Qualifier=1" });
  const twice = await signature({ target: "/p?Qualifier=1&Qualifier=2" });
  const other = await signature({ target: "/p?Qualifier=1&Qualifier=3" });
  expect(new Set([once, twice, other].map((headers) => headers.get("Authorization"))).size).toBe(3);
});

test.each(["/p?Qualifier=%zz", "/p?&&=&%", "/p?__proto__=1", "/%zz/../%2e%2e", "/p?Qualifier"])(
  "signs the odd target %s rather than fail",
  async (target) => {
    expect((await signature({ target })).get("Authorization")).toMatch(/Signature=[0-9a-f]{64}$/);
  },
);

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
