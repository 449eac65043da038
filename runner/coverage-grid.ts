import type { CoverageInput } from "../reports/report.ts";
import { type ConstraintKind, constraintOf, type Member, members, unjudgeable } from "../spec/constraint.ts";

/** A cell of the coverage table, not yet filled. */
export interface Place {
  readonly member: Member;
  readonly constraint: ConstraintKind | "optional";
  readonly input: CoverageInput;
  readonly decided: boolean;
  readonly unreachable?: string;
}

const broken: Readonly<Record<Exclude<ConstraintKind, "required">, CoverageInput>> = {
  type: "wrong-type",
  minLength: "too-short",
  maxLength: "too-long",
  pattern: "near-miss",
};

/** Cells on which the document contradicts itself, by the question that such a request raises. */
export const openCells: Readonly<Record<string, string>> = {
  "Qualifier.empty": "Qualifier.minLength.too-short",
  "Principal.line-break": "Principal.pattern.near-miss",
};

const open: ReadonlySet<string> = new Set(Object.values(openCells));

/** The name of a cell. */
export function cellName({ member, constraint, input }: Place): string {
  return `${member}.${constraint}.${input}`;
}

/** Every cell, member by member: what is valid for a constraint, and what breaks it. */
export const grid: readonly Place[] = members.flatMap((member) => [
  ...presence(member),
  ...(["type", "minLength", "maxLength", "pattern"] as const)
    .filter((kind) => constraintOf(member)[kind] !== undefined)
    .flatMap((kind) => [place(member, kind, "valid"), place(member, kind, broken[kind])]),
]);

function presence(member: Member): readonly Place[] {
  const { required, in: where } = constraintOf(member);
  const constraint = required ? "required" : "optional";
  const cells = [place(member, constraint, "valid"), place(member, constraint, "missing")];
  // Only JSON knows null. The document does not say whether an optional member may be null.
  if (where !== "body") return cells;
  return [...cells, { member, constraint, input: "null", decided: required }];
}

function place(member: Member, constraint: Place["constraint"], input: CoverageInput): Place {
  const cell: Place = { member, constraint, input, decided: true };
  if (open.has(cellName(cell))) return { ...cell, decided: false };
  // An empty name breaks the minimum length, which is judged by a rule of its own.
  if (input === "valid" || cellName(cell) === "FunctionName.minLength.too-short") return cell;
  const reason = new Map(Object.entries(unjudgeable)).get(`${member}.${constraint}`);
  return reason === undefined ? cell : { ...cell, unreachable: reason };
}
