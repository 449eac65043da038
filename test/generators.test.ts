// The index of the package also loads its mock server, which takes two seconds.
import prismOperations from "@stoplight/prism-http/dist/utils/operations.js";
import prismValidator from "@stoplight/prism-http/dist/validator/index.js";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { brokenBy } from "../generators/broken.ts";
import { memberValues } from "../generators/members.ts";
import type { NearMiss } from "../generators/near-miss.ts";
import { freshStatementId } from "../generators/statement-id.ts";
import { bodyOf, canonicalBody, validRequest, withMember } from "../generators/valid-requests.ts";
import { readBody } from "../spec/body.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import {
  type BodyMember,
  bodyMembers,
  broken,
  type ConstraintKind,
  constraintOf,
  isMember,
  length,
  type Member,
  members,
} from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";
import { readName } from "../spec/function-name.ts";
import { readPrincipal } from "../spec/principal.ts";
import { fixture } from "./fixture.ts";

/** The errors of Prism for an AddPermission request, as sorted `Member.keyword`. */
type PrismValidator = (call: Call) => readonly string[];

/** Prism's validator over the contract, without its server. It shares no code with this project. */
async function prismValidatorOf(contract: string): Promise<PrismValidator> {
  const [operation] = await prismOperations.getHttpOperationsFromSpec(contract);
  if (!operation) throw new Error(`${contract} describes no operation`);
  return (call) => {
    const url = new URL(call.target, "http://localhost");
    const found = prismValidator.validateInput({
      resource: operation,
      element: {
        method: "post",
        url: { path: url.pathname, query: Object.fromEntries(url.searchParams) },
        headers: Object.fromEntries(call.headers),
        body: call.body === null ? undefined : JSON.parse(call.body),
      },
    });
    if (found._tag === "Right") return [];
    return [...found.left].map(({ path = [], code, message }) => `${memberIn(path, message)}.${code}`).sort();
  };
}

function memberIn(path: readonly string[], message: string): string {
  const last = path.at(-1)?.toLowerCase() ?? "";
  const named = members.find((member) => member.toLowerCase() === last);
  const missing = /'([A-Za-z]+)'/.exec(message)?.[1] ?? "";
  return named ?? (isMember(missing) ? missing : path.join("."));
}

let prism: PrismValidator;
beforeAll(async () => {
  prism = await prismValidatorOf("spec/add-permission.yaml");
});

/** The kinds of constraints, in the order of reports. */
const kinds: readonly ConstraintKind[] = ["required", "type", "pattern", "minLength", "maxLength"];

/** The string that makes the values of a run unique. */
const fresh = "fresh-e1-7";

/** A canonical request, except for one member. */
function request(member: Member, value: unknown): Call {
  const body = canonicalBody("everything-else-is-right");
  if (member === "FunctionName") return addPermission({ functionName: label(String(value)), body });
  if (member === "Qualifier")
    return addPermission({ functionName: "f", query: qualifierQuery(String(value)), body });
  return addPermission({ functionName: "f", body: withMember(body, member, value) });
}

/** Some fifty values. */
function sampled<T>(arbitrary: fc.Arbitrary<T>, seed = 20260101): readonly T[] {
  return fc.sample(arbitrary, { numRuns: 50, seed });
}

/** A value and the first ones it shrinks to, level by level. */
function shrunken<T>(arbitrary: fc.Arbitrary<T>, seed: number): readonly T[] {
  const path: T[] = [];
  fc.check(
    fc.property(arbitrary, (value) => {
      path.push(value);
      return false;
    }),
    { seed, numRuns: 1, endOnFailure: false },
  );
  return path;
}

/** Checks that a value breaks exactly one constraint. The empty string also breaks a pattern. */
function expectBreaks(member: Member, constraint: ConstraintKind, value: unknown): void {
  if (constraint === "required") expect(value).toBe(undefined);
  else if (value === "" && constraint === "minLength")
    expect(broken(member, value)).toEqual(["pattern", "minLength"]);
  else expect(broken(member, value)).toEqual([constraint]);
}

/** The errors of Prism for such a value. */
function prismNames(member: Member, constraint: ConstraintKind, value: unknown): readonly string[] {
  const both = value === "" && constraint === "minLength";
  return both ? [`${member}.minLength`, `${member}.pattern`] : [`${member}.${constraint}`];
}

describe("valid values", () => {
  test.each(members)("a valid %s breaks no constraint, and Prism accepts it", (member) => {
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
      const lengths = fc.sample(memberValues[member].valid, { numRuns: 2000, seed: 7 }).map(length);
      const tenths = new Set(lengths.map((size) => Math.floor(((size - least) * 10) / (maxLength - least))));
      expect(Math.min(...lengths)).toBe(least);
      expect(Math.max(...lengths)).toBe(maxLength);
      expect([...tenths].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    },
  );

  test("valid SourceArns cover every partition, no region, no account, wildcards, non-ASCII and 2 kB", () => {
    const arns = fc.sample(memberValues.SourceArn.valid, { numRuns: 2000, seed: 7 });
    const wanted = [/^arn:aws:/, /^arn:aws-cn:/, /^arn:aws-us-gov:/, /^arn:[^:]+:[^:]+::/, /^(?:[^:]*:){4}:/];
    const resources = [/^(?:[^:]*:){5}$/, /\*/, /\$\{aws:username\}/, / /, /[^ -~]/];
    for (const pattern of [...wanted, ...resources]) expect(arns.some((arn) => pattern.test(arn))).toBe(true);
    const sizes = arns.map((arn) => Buffer.byteLength(arn));
    expect(Math.max(...sizes)).toBe(2048);
    expect(arns.filter((arn) => /[\n\r\u0085\u2028\u2029]/.test(arn))).toEqual([]);
  });

  test("a valid FunctionName has one interpretation, and all formats occur with and without a qualifier", () => {
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

  test("a valid Principal is a service or an account", () => {
    for (const value of sampled(memberValues.Principal.valid))
      expect(["service", "account"]).toContain(readPrincipal(value).kind);
  });

  test("a service of another partition may be refused", () => {
    expect(readPrincipal("s3.amazonaws.com.cn")).toEqual({
      kind: "open",
      question: "Principal.unknown-service",
    });
  });

  test("a fresh StatementId is valid and starts with the unique string", () => {
    for (const value of sampled(freshStatementId(fresh))) {
      expect(value.startsWith(fresh)).toBe(true);
      expect(broken("StatementId", value)).toEqual([]);
    }
  });
});

const others = members.filter((member) => member !== "FunctionName");

function edges(member: (typeof others)[number], from: string) {
  return memberValues[member].edges.map(({ label, value }) => ({ label, value: value(from) }));
}

const contradictory: readonly string[] = ["EventSourceToken", "Qualifier"];

describe("edges", () => {
  test.each(others)("the edges of %s have the lengths of its limits and one beyond", (member) => {
    const { minLength, maxLength } = constraintOf(member);
    const low = minLength === undefined ? [] : minLength === 0 ? [0] : [minLength - 1, minLength];
    const high = maxLength === undefined ? [] : [maxLength, maxLength + 1];
    expect(edges(member, fresh).map(({ value }) => length(value))).toEqual([...low, ...high]);
  });

  test.each(others)(
    "an edge of %s is valid exactly within the limits, except the empty one where the page contradicts itself",
    (member) => {
      for (const { label, value } of edges(member, fresh)) {
        const faults = broken(member, value);
        if (value === "" && faults.length === 1) expect(contradictory).toContain(member);
        else expect([label, faults.length === 0]).toEqual([label, label === "min" || label === "max"]);
      }
    },
  );

  test("long enough edges contain the unique string", () => {
    const long = edges("StatementId", fresh).filter(({ value }) => value.length >= fresh.length);
    expect(long.map(({ value }) => value.startsWith(fresh))).toEqual([true, true]);
  });

  test("FunctionName edges have 64, 65, 140 and 141 characters, and the existing ones are in the fixture", () => {
    const found = memberValues.FunctionName.edges.map(({ label, value }) => ({
      label,
      value: value({ ...fixture, unknownName: fresh }),
    }));
    const sizes = Object.fromEntries(found.map(({ label, value }) => [label, length(value)]));
    expect(sizes).toMatchObject({
      "name-shortest": 1,
      "name-longest": 64,
      "name-too-long": 65,
      "full-arn-longest": 140,
      "full-arn-too-long": 141,
      "full-arn-longest-unknown": 140,
      "full-arn-too-long-unknown": 141,
      "partial-arn-longest-unknown": 140,
      "partial-arn-too-long-unknown": 141,
    });
    const open = [
      "name-too-long",
      "partial-arn-too-long-unknown",
      "name-with-longest-alias",
      "full-arn-region-of-today",
    ];
    for (const { label, value } of found) {
      const valid = broken("FunctionName", value).length === 0;
      const reading = open.includes(label) ? "open" : valid ? "read" : "broken";
      expect([label, readName(value).kind]).toEqual([label, reading]);
    }
  });
});

interface Miss extends Pick<NearMiss, "label" | "constraint"> {
  readonly value: unknown;
}

function builtAround<From>(from: From, misses: readonly NearMiss<From>[]): readonly Miss[] {
  return misses.map((miss) => ({ ...miss, value: miss.value(from) }));
}

function nearMisses(member: BodyMember | "Qualifier", from: string): readonly Miss[] {
  return builtAround(from, memberValues[member].nearMisses);
}

const nameNearMisses = builtAround(fixture, memberValues.FunctionName.nearMisses);

describe("near-misses", () => {
  const every: readonly (readonly [Member, readonly Miss[]])[] = [
    ["FunctionName", nameNearMisses],
    ["Qualifier", nearMisses("Qualifier", "live")],
    ...bodyMembers.map((member) => [member, nearMisses(member, fresh)] as const),
  ];

  test.each(every)(
    "each near-miss of %s breaks exactly the named constraint, also for Prism",
    (member, misses) => {
      for (const { label, constraint, value } of misses) {
        if (constraint === "meaning") {
          expect([label, prism(request(member, value))]).toEqual([label, []]);
          continue;
        }
        expectBreaks(member, constraint, value);
        expect([label, prism(request(member, value))]).toEqual([
          label,
          prismNames(member, constraint, value),
        ]);
      }
    },
  );

  test.each(every)("labels of %s are kebab-case, and labels and values are unique", (_, misses) => {
    const labels = misses.map(({ label }) => label);
    expect(labels.filter((label) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(label))).toEqual([]);
    expect(new Set(labels).size).toBe(labels.length);
    expect(new Set(misses.map(({ value }) => JSON.stringify(value) ?? "absent")).size).toBe(labels.length);
  });

  test("every constraint that can be judged has a near-miss", () => {
    for (const [member, misses] of every) {
      const covered = new Set(misses.map(({ constraint }) => constraint));
      for (const kind of kinds)
        if (brokenBy(member, kind)) expect([member, kind, covered.has(kind)]).toEqual([member, kind, true]);
    }
  });

  test("a body with one near-miss has exactly that fault, or is unspecified behaviour", () => {
    const misses = bodyMembers.flatMap((member) =>
      nearMisses(member, fresh).map((nearMiss) => ({ member, ...nearMiss })),
    );
    for (const { member, label, constraint, value } of misses) {
      if (constraint === "meaning") continue;
      const { refusalReasons, questions } = readBody(request(member, value).body);
      const isMissing = value === null && constraintOf(member).required;
      const name = isMissing ? `${member}.required` : `${member}.${constraint}`;
      const disputed = value === null || (member === "SourceArn" && label.startsWith("region-"));
      if (!disputed || refusalReasons.length > 0) expect([label, refusalReasons]).toEqual([label, [name]]);
      expect([label, refusalReasons.length + questions.length]).toEqual([label, 1]);
    }
  });

  test("a near-miss of FunctionName has no other interpretation", () => {
    for (const { label, value } of nameNearMisses) {
      expect([label, readName(String(value)).kind]).toEqual([label, "broken"]);
    }
  });

  test("a near-miss of Principal names no principal", () => {
    const misses = nearMisses("Principal", fresh).filter(({ constraint }) => constraint === "meaning");
    for (const { value } of misses)
      expect([value, readPrincipal(String(value)).kind]).toEqual([value, "nobody"]);
    expect(misses.length).toBeGreaterThan(5);
  });

  test("every trap of pattern matching is present", () => {
    const traps = [
      "newline-after",
      "newline-before",
      "space-before",
      "nul-amid",
      "emoji-amid",
      "line-before",
    ];
    for (const member of [
      "StatementId",
      "EventSourceToken",
      "SourceAccount",
      "Action",
      "Qualifier",
    ] as const) {
      const labels = nearMisses(member, fresh).map(({ label }) => label);
      expect(labels).toEqual(expect.arrayContaining(traps));
    }
    const digits = ["arabic-indic-digits", "full-width-digits", "eleven-digits", "thirteen-digits"];
    expect(nearMisses("SourceAccount", fresh).map(({ label }) => label)).toEqual(
      expect.arrayContaining(digits),
    );
    for (const member of ["StatementId", "EventSourceToken"] as const) {
      const labels = nearMisses(member, fresh).map(({ label }) => label);
      expect(labels).toEqual(expect.arrayContaining(digits.slice(0, 2)));
    }
  });
});

describe("random broken values", () => {
  const all = members.flatMap((member) =>
    kinds.flatMap((kind) => {
      const arbitrary = brokenBy(member, kind);
      return arbitrary ? [[member, kind, arbitrary] as const] : [];
    }),
  );

  test.each(all)(
    "a random %s that breaks %s breaks nothing else, also for Prism",
    (member, kind, arbitrary) => {
      for (const value of sampled(arbitrary)) {
        expectBreaks(member, kind, value);
        expect([value, prism(request(member, value))]).toEqual([value, prismNames(member, kind, value)]);
      }
    },
  );

  test.each(all)(
    "a random %s that breaks %s breaks only that while it shrinks",
    (member, kind, arbitrary) => {
      for (const seed of [1, 2, 3, 4, 5])
        for (const value of shrunken(arbitrary, seed)) expectBreaks(member, kind, value);
    },
  );

  test("a constraint that cannot be judged has no random values", () => {
    const none = (
      ["Qualifier.minLength", "EventSourceToken.minLength", "Principal.pattern", "FunctionName.type"] as const
    ).map((id) => id.split("."));
    for (const [member, kind] of none) {
      expect(all.some(([name, constraint]) => name === member && constraint === kind)).toBe(false);
    }
  });
});

describe("valid requests", () => {
  test("a valid request has no refusal reason and no unspecified behaviour, also for Prism", () => {
    for (const draft of sampled(validRequest)) {
      const call = addPermission({ functionName: "f", body: bodyOf(draft, "sid") });
      const analysis = readBody(call.body);
      expect([...analysis.refusalReasons, ...analysis.questions]).toEqual([]);
      expect(prism(call)).toEqual([]);
    }
  });

  test("a valid request shrinks to the required members", () => {
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

  test("a path label decodes to the original text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => decodeURIComponent(label(text)) === text),
      { numRuns: 300, seed: 7 },
    );
  });
});
