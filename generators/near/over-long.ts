import { constraintOf, type Member } from "../../spec/constraint.ts";
import { ofSize } from "../edges.ts";
import type { NearMiss } from "./near-miss.ts";

/** Values that are well-formed but too long: by one, twice the limit, and ten thousand characters where a body carries them. */
export function overLong(member: Member, fresh: string): readonly NearMiss[] {
  const { maxLength, in: place } = constraintOf(member);
  if (maxLength === undefined) return [];
  const far = place === "body" ? 10_000 : 1_000;
  return [
    { label: "one-too-long", constraint: "maxLength", value: ofSize(fresh, maxLength + 1) },
    { label: "twice-too-long", constraint: "maxLength", value: ofSize(fresh, 2 * maxLength) },
    { label: "far-too-long", constraint: "maxLength", value: ofSize(fresh, far) },
  ];
}
