import fc from "fast-check";
import { expect } from "vitest";
import { addPermission, label, qualifierQuery } from "../generators/calls.ts";
import { canonicalBody, withMember } from "../generators/valid-requests.ts";
import { broken, type ConstraintKind, type Member } from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";

/** What a member can be demanded, in the order of reports. */
export const kinds: readonly ConstraintKind[] = ["required", "type", "pattern", "minLength", "maxLength"];

/** Stands for the string that makes a run's values new. */
export const fresh = "fresh-e1-7";

/** A request in which one member has that value and everything else is canonical. */
export function request(member: Member, value: unknown): Call {
  const body = canonicalBody("everything-else-is-right");
  if (member === "FunctionName") return addPermission({ functionName: label(String(value)), body });
  if (member === "Qualifier")
    return addPermission({ functionName: "f", query: qualifierQuery(String(value)), body });
  return addPermission({ functionName: "f", body: withMember(body, member, value) });
}

/** Three hundred values. */
export function sampled<T>(arbitrary: fc.Arbitrary<T>, seed = 20260101): readonly T[] {
  return fc.sample(arbitrary, { numRuns: 300, seed });
}

/** A value and the first ones it shrinks to, level by level. */
export function shrunken<T>(arbitrary: fc.Arbitrary<T>, seed: number): readonly T[] {
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

/** Law for one value that is to break one constraint. The empty string cannot help breaking a pattern too. */
export function expectBreaks(member: Member, constraint: ConstraintKind, value: unknown): void {
  if (constraint === "required") expect(value).toBe(undefined);
  else if (value === "" && constraint === "minLength")
    expect(broken(member, value)).toEqual(["pattern", "minLength"]);
  else expect(broken(member, value)).toEqual([constraint]);
}

/** What Prism says of such a value. */
export function prismNames(member: Member, constraint: ConstraintKind, value: unknown): readonly string[] {
  const both = value === "" && constraint === "minLength";
  return both ? [`${member}.minLength`, `${member}.pattern`] : [`${member}.${constraint}`];
}
