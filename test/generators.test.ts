import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { brokenBy } from "../generators/broken.ts";
import { addPermission, label } from "../generators/calls.ts";
import { memberValues } from "../generators/members.ts";
import { freshStatementId } from "../generators/statement-id.ts";
import { bodyOf, validRequest } from "../generators/valid-requests.ts";
import { readBody } from "../spec/body.ts";
import { broken, constraintOf, length, members } from "../spec/constraint.ts";
import { readName } from "../spec/function-name.ts";
import { readPrincipal } from "../spec/principal.ts";
import { fresh, kinds, request, sampled, shrunken } from "./generator-laws.ts";
import { type PrismValidator, prismValidatorOf } from "./prism-validator.ts";

let prism: PrismValidator;
beforeAll(async () => {
  prism = await prismValidatorOf("spec/add-permission.yaml");
});

describe("valid values", () => {
  test.each(members)("a valid %s breaks no constraint, and Prism has no objection", (member) => {
    for (const value of sampled(memberValues[member].valid)) {
      expect(broken(member, value)).toEqual([]);
      expect(prism(request(member, value))).toEqual([]);
    }
  });

  test.each(members)("a valid %s stays valid while it shrinks", (member) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const path = shrunken(memberValues[member].valid, seed);
      for (const value of path) expect(broken(member, value)).toEqual([]);
    }
  });

  test.each(["StatementId", "EventSourceToken", "Qualifier"] as const)(
    "valid lengths of %s reach both ends and every tenth between",
    (member) => {
      const { minLength = 0, maxLength = 0 } = constraintOf(member);
      const least = Math.max(1, minLength);
      const lengths = fc.sample(memberValues[member].valid, { numRuns: 5000, seed: 7 }).map(length);
      const tenths = new Set(lengths.map((size) => Math.floor(((size - least) * 10) / (maxLength - least))));
      expect(Math.min(...lengths)).toBe(least);
      expect(Math.max(...lengths)).toBe(maxLength);
      expect([...tenths].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    },
  );

  test("valid SourceArns cover their space: every partition, no region, no account, wildcards, non-ASCII, 2 kB", () => {
    const arns = fc.sample(memberValues.SourceArn.valid, { numRuns: 4000, seed: 7 });
    const wanted = [/^arn:aws:/, /^arn:aws-cn:/, /^arn:aws-us-gov:/, /^arn:[^:]+:[^:]+::/, /^(?:[^:]*:){4}:/];
    const resources = [/^(?:[^:]*:){5}$/, /\*/, /\$\{aws:username\}/, / /, /[^ -~]/];
    for (const pattern of [...wanted, ...resources]) expect(arns.some((arn) => pattern.test(arn))).toBe(true);
    const sizes = arns.map((arn) => Buffer.byteLength(arn));
    expect(Math.max(...sizes)).toBe(2048);
    expect(arns.filter((arn) => /[\n\r\u0085\u2028\u2029]/.test(arn))).toEqual([]);
  });

  test("a valid FunctionName reads in one way only, and all formats occur with and without a qualifier", () => {
    const names = sampled(memberValues.FunctionName.valid).map(readName);
    const forms = new Set(
      names.map((name) => (name.kind === "read" ? `${name.format}${name.qualifier ? ":" : ""}` : "?")),
    );
    expect([...forms].sort()).toEqual([
      "full-arn",
      "full-arn:",
      "name",
      "name:",
      "partial-arn",
      "partial-arn:",
    ]);
  });

  test("a valid Principal is a service or an account beyond doubt", () => {
    for (const value of sampled(memberValues.Principal.valid))
      expect(["service", "account"]).toContain(readPrincipal(value).kind);
  });

  test("a fresh StatementId begins with what makes it fresh and is valid", () => {
    for (const value of sampled(freshStatementId(fresh))) {
      expect(value.startsWith(fresh)).toBe(true);
      expect(broken("StatementId", value)).toEqual([]);
    }
  });
});

describe("valid requests", () => {
  test("a valid request leaves nothing to object to and nothing to ask, for us and for Prism", () => {
    for (const draft of sampled(validRequest)) {
      const call = addPermission({ functionName: "f", body: bodyOf(draft, "sid") });
      const reading = readBody(call.body);
      expect([...reading.objections, ...reading.questions]).toEqual([]);
      expect(prism(call)).toEqual([]);
    }
  });

  test("a valid request shrinks to the required members alone", () => {
    const smallest = shrunken(validRequest, 3).at(-1);
    expect(smallest).toEqual({ Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" });
  });
});

describe("determinism", () => {
  const arbitraries: readonly (readonly [string, fc.Arbitrary<unknown>])[] = [
    ...members.map((member) => [`valid ${member}`, memberValues[member].valid] as const),
    ...members.flatMap((member) =>
      kinds.map((kind) => [`${member}.${kind}`, brokenBy(member, kind) ?? fc.constant(0)] as const),
    ),
    ["valid request", validRequest],
  ];

  test.each(arbitraries)("the same seed gives the same bytes for %s", (_, arbitrary) => {
    expect(JSON.stringify(sampled(arbitrary, 42))).toBe(JSON.stringify(sampled(arbitrary, 42)));
  });

  test("another seed gives other requests", () => {
    expect(JSON.stringify(sampled(validRequest, 1))).not.toBe(JSON.stringify(sampled(validRequest, 2)));
  });

  test("a path label decodes to what was encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => decodeURIComponent(label(text)) === text),
      { numRuns: 300, seed: 7 },
    );
  });
});
