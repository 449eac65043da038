import { broken, type ConstraintKind, type Member } from "../../spec/constraint.ts";
import { isPadded } from "../../spec/function-name.ts";

/** A value that is wrong in exactly one way and close to right in every other. */
export interface NearMiss {
  /** Kebab-case, unique for its member and stable: reports name the case by it. */
  readonly label: string;
  /** The one constraint broken; "meaning" where every constraint holds but the text of the document rules it out. */
  readonly constraint: ConstraintKind | "meaning";
  /** undefined means that the member is left out. */
  readonly value: unknown;
  /** Engines disagree on it: white space or a line end around a valid core, or compatible to a valid value in Unicode. */
  readonly padded?: true;
  /** JSON null, which some readers take for absent. */
  readonly isNull?: true;
  /** Later revisions of the service's model admit it, so the live service may too. */
  readonly admittedLater?: true;
}

/** A near-miss of a pattern, marked when engines disagree on it. */
export function offPattern(member: Member, label: string, value: string): NearMiss {
  const miss = { label, constraint: "pattern", value } as const;
  return isPadded(member, value) ? { ...miss, padded: true } : miss;
}

/** Near-misses of a pattern by label. */
export function offPatterns(member: Member, values: Readonly<Record<string, string>>): readonly NearMiss[] {
  return Object.entries(values).map(([label, value]) => offPattern(member, label, value));
}

/** Says whether a value breaks that constraint and no other. */
export function breaksOnly(member: Member, constraint: ConstraintKind, value: unknown): boolean {
  const found = broken(member, value);
  return found.length === 1 && found[0] === constraint;
}
