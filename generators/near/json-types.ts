import { type BodyMember, constraintOf } from "../../spec/constraint.ts";
import type { NearMiss } from "./near-miss.ts";

/** A value of every other JSON type in a member that must be a string, and null; for required members also no value. */
export function wrongTypes(member: BodyMember, core: string): readonly NearMiss[] {
  const types: readonly NearMiss[] = [
    { label: "number", constraint: "type", value: 123456789012 },
    { label: "zero", constraint: "type", value: 0 },
    { label: "fraction", constraint: "type", value: 1.5 },
    { label: "true", constraint: "type", value: true },
    { label: "false", constraint: "type", value: false },
    { label: "object", constraint: "type", value: { value: core } },
    { label: "empty-object", constraint: "type", value: {} },
    { label: "array", constraint: "type", value: [core] },
    { label: "empty-array", constraint: "type", value: [] },
    { label: "null", constraint: "type", value: null, isNull: true },
  ];
  const missing: NearMiss = { label: "missing", constraint: "required", value: undefined };
  return constraintOf(member).required ? [...types, missing] : types;
}
