import { broken, constraintOf, length, type Member } from "../spec/constraint.ts";

/** A value at or next to a limit of its member. */
export interface Edge {
  /** Which limit, and on which side of it. */
  readonly label: "min-1" | "min" | "max" | "max+1";
  readonly value: string;
  /** What the constraints say of it. */
  readonly valid: boolean;
  /** The document contradicts itself here: ask, do not judge. */
  readonly open?: true;
}

/**
 * The values at and next to a member's length limits, made to measure.
 * All but the shortest contain as much of `fresh` as fits, so that they are as new as it is;
 * `fresh` must itself be well-formed for the member. None for a member without length limits.
 */
export function edges(member: Exclude<Member, "FunctionName">, fresh: string): readonly Edge[] {
  const { minLength, maxLength } = constraintOf(member);
  const low =
    minLength === undefined
      ? []
      : [edge(member, "min-1", minLength - 1, fresh), edge(member, "min", minLength, fresh)];
  const high =
    maxLength === undefined
      ? []
      : [edge(member, "max", maxLength, fresh), edge(member, "max+1", maxLength + 1, fresh)];
  return [...low, ...high].filter((found) => found !== null);
}

function edge(member: Member, label: Edge["label"], size: number, fresh: string): Edge | null {
  if (size < 0) return null;
  const value = ofSize(fresh, size);
  const found = { label, value, valid: broken(member, value).length === 0 };
  return contradictory(member, value) ? { ...found, open: true } : found;
}

/** The empty value where one of length and pattern admits it and the other does not. */
function contradictory(member: Member, value: string): boolean {
  return value === "" && broken(member, value).length === 1;
}

/** The end of a string, or the string with padding, to have exactly that many characters. */
export function ofSize(fresh: string, size: number): string {
  const surplus = length(fresh) - size;
  return surplus >= 0 ? Array.from(fresh).slice(surplus).join("") : fresh + "x".repeat(-surplus);
}
