import { beforeAll, describe, expect, test } from "vitest";
import { brokenBy } from "../generators/broken.ts";
import { memberValues } from "../generators/members.ts";
import type { NearMiss } from "../generators/near-miss.ts";
import { readBody } from "../spec/body.ts";
import { type BodyMember, bodyMembers, constraintOf, type Member, members } from "../spec/constraint.ts";
import { isPadded, readName } from "../spec/function-name.ts";
import { readPrincipal } from "../spec/principal.ts";
import { expectBreaks, fresh, kinds, prismNames, request, sampled, shrunken } from "./generator-laws.ts";
import { type PrismValidator, prismValidatorOf } from "./prism-validator.ts";
import { stage } from "./staged.ts";

let prism: PrismValidator;
beforeAll(async () => {
  prism = await prismValidatorOf("spec/add-permission.yaml");
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

const nameNearMisses = builtAround(stage, memberValues.FunctionName.nearMisses);

describe("near-misses", () => {
  const every: readonly (readonly [Member, readonly Miss[]])[] = [
    ["FunctionName", nameNearMisses],
    ["Qualifier", nearMisses("Qualifier", "live")],
    ...bodyMembers.map((member) => [member, nearMisses(member, fresh)] as const),
  ];

  test.each(every)(
    "each near-miss of %s breaks exactly the constraint it names, for us and for Prism",
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

  test.each(every)("labels of %s are kebab-case and differ, and so do the values", (_, misses) => {
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

  test("a body with one near-miss in it is read as having that one fault, or as an open question", () => {
    for (const member of bodyMembers) {
      for (const { label, constraint, value } of nearMisses(member, fresh)) {
        if (constraint === "meaning") continue;
        const { objections, questions } = readBody(request(member, value).body);
        const name =
          value === null && constraintOf(member).required ? `${member}.required` : `${member}.${constraint}`;
        const disputed =
          value === null ||
          isPadded(member, String(value)) ||
          (member === "SourceArn" && label.startsWith("region-"));
        if (!disputed || objections.length > 0) expect([label, objections]).toEqual([label, [name]]);
        expect([label, objections.length + questions.length]).toEqual([label, 1]);
      }
    }
  });

  test("a near-miss of FunctionName has no other reading", () => {
    for (const { label, value } of nameNearMisses) {
      const padded = isPadded("FunctionName", String(value));
      expect([label, readName(String(value)).kind]).toEqual([label, padded ? "open" : "broken"]);
    }
  });

  test("a near-miss of Principal is nobody", () => {
    const misses = nearMisses("Principal", fresh).filter(({ constraint }) => constraint === "meaning");
    for (const { value } of misses)
      expect([value, readPrincipal(String(value)).kind]).toEqual([value, "nobody"]);
    expect(misses.length).toBeGreaterThan(5);
  });

  test("the traps of pattern matching are all there", () => {
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
    const padded = nearMisses("SourceAccount", fresh).filter(({ value }) =>
      isPadded("SourceAccount", String(value)),
    );
    expect(padded.map(({ label }) => label)).toEqual(
      expect.arrayContaining([...digits.slice(0, 2), "newline-after"]),
    );
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
    "a random %s that breaks %s breaks nothing else, for us and for Prism",
    (member, kind, arbitrary) => {
      for (const value of sampled(arbitrary).slice(0, 150)) {
        expectBreaks(member, kind, value);
        expect([value, prism(request(member, value))]).toEqual([value, prismNames(member, kind, value)]);
      }
    },
  );

  test.each(all)(
    "a random %s that breaks %s still breaks just that while it shrinks",
    (member, kind, arbitrary) => {
      for (const seed of [1, 2, 3, 4, 5])
        for (const value of shrunken(arbitrary, seed)) expectBreaks(member, kind, value);
    },
  );

  test("what cannot be judged has no random values either", () => {
    const none = (
      ["Qualifier.minLength", "EventSourceToken.minLength", "Principal.pattern", "FunctionName.type"] as const
    ).map((id) => id.split("."));
    for (const [member, kind] of none) {
      expect(all.some(([name, constraint]) => name === member && constraint === kind)).toBe(false);
    }
  });
});
