import { subjectOf } from "../../oracle/judge.ts";
import type { Addition } from "../../oracle/observe.ts";
import type { Judgement } from "../../oracle/rule.ts";
import type { CoverageCell, CoverageInput } from "../../reports/report.ts";
import { judgeAcceptance } from "../../rules/acceptance.ts";
import { rules } from "../../rules/index.ts";
import {
  bodyMembers,
  type ConstraintKind,
  constraintOf,
  type Member,
  members,
  unjudgeable,
} from "../../spec/constraint.ts";
import { within } from "../../spec/error-place.ts";
import { executedIn, type RunEvent } from "../events.ts";

const noRequests = { accepted: 0, refused: 0, refusedOther: 0, unsettled: 0 };
type CellCount = typeof noRequests;

type JudgeOne = (of: Addition, column: "document") => Judgement | null;

const judges: ReadonlyMap<string, JudgeOne> = new Map(
  rules.flatMap(({ id, trigger }) => {
    if (trigger.on !== "refusal-reason") return [];
    const judge: JudgeOne = (of, column) => within({ rule: id }, () => trigger.judge(of, column));
    return [[trigger.refusalReason, judge] as const];
  }),
);

/** Counts the requests for each constraint, by their outcome, in constant time for each observation. */
export function coverage() {
  const counts = new Map(grid.map((cell): [string, CellCount] => [cellName(cell), { ...noRequests }]));
  const valid = cellsOf(counts, ({ input }) => input === "valid");
  const absent = cellsOf(counts, ({ constraint, input }) => constraint === "optional" && input === "missing");
  const countValid = (of: Addition): void => {
    const ending = validEnding(of);
    if (ending === null) return;
    const cells = members.flatMap((member) => (isPresent(of, member) ? valid : absent).get(member) ?? []);
    for (const cell of cells) cell[ending] += 1;
  };
  const count = (of: Addition): void => {
    const subject = subjectOf(of);
    if (subject === null) return;
    if (subject.kind === "valid") {
      countValid(of);
      return;
    }
    const isOpen = subject.kind === "open";
    const name = isOpen ? unspecifiedCell(subject.question, of) : refusalCell(subject.refusalReason, of);
    const cell = counts.get(name ?? "");
    if (cell !== undefined) cell[endingOf(of, subject)] += 1;
  };
  return {
    on: (event: RunEvent): void => {
      for (const of of executedIn(event)) if (of.kind === "addition") count(of);
    },
    cells: (): readonly CoverageCell[] =>
      grid.map((cell) => ({ ...cell, ...(counts.get(cellName(cell)) ?? noRequests) })),
  };
}

function cellsOf(
  counts: ReadonlyMap<string, CellCount>,
  isIncluded: (cell: (typeof grid)[number]) => boolean,
): ReadonlyMap<Member, readonly CellCount[]> {
  const chosen = grid.filter(isIncluded);
  const own = (member: Member) => chosen.filter((cell) => cell.member === member);
  return new Map(
    members.map((member) => [member, own(member).flatMap((cell) => counts.get(cellName(cell)) ?? [])]),
  );
}

function isPresent({ call, analysis }: Addition, member: Member): boolean {
  if (member === "FunctionName") return true;
  if (member === "Qualifier") return /[?&]Qualifier=/.test(call.target);
  return analysis.body.members?.[member] !== undefined;
}

/** A valid request may be refused for other reasons, such as the policy's size; that says nothing of its values. */
function validEnding(of: Addition): keyof CellCount | null {
  if (of.result.kind === "added") return "accepted";
  if (of.result.kind === "unsettled") return "unsettled";
  if (of.stateAnalysis.variations.includes("RevisionId.current")) return null;
  return judgeAcceptance(of, [])?.verdict === "violated" ? "refusedOther" : null;
}

function endingOf(
  of: Addition,
  subject: { readonly kind: "open" } | { readonly kind: "refusal-reason"; readonly refusalReason: string },
): keyof CellCount {
  if (of.result.kind === "added") return "accepted";
  if (of.result.kind === "unsettled") return "unsettled";
  if (subject.kind === "open") return of.result.status < 500 ? "refused" : "refusedOther";
  return judges.get(subject.refusalReason)?.(of, "document")?.verdict === "holds"
    ? "refused"
    : "refusedOther";
}

/** The inputs that violate a constraint of each kind; a required member is missing or null. */
const violatingInputs = {
  type: "wrong-type",
  minLength: "too-short",
  maxLength: "too-long",
  pattern: "near-miss",
} as const satisfies Readonly<Record<Exclude<ConstraintKind, "required">, CoverageInput>>;

const inputs: ReadonlyMap<string, string> = new Map(Object.entries(violatingInputs));

function refusalCell(refusalReason: string, { analysis }: Addition): string | null {
  if (refusalReason === "FunctionName.empty") return "FunctionName.minLength.too-short";
  const [member = "", kind = ""] = refusalReason.split(".");
  if (kind === "required") {
    const given = bodyMembers.find((name) => name === member);
    const isNull = given !== undefined && analysis.body.members?.[given] === null;
    const input = isNull ? "null" : "missing";
    return `${refusalReason}.${input}`;
  }
  const input = inputs.get(kind);
  return input === undefined ? null : `${member}.${kind}.${input}`;
}

function unspecifiedCell(question: string, { analysis }: Addition): string | null {
  if (question !== "body.null-member") return unspecifiedCells[question] ?? null;
  const member = bodyMembers.find((name) => analysis.body.members?.[name] === null);
  return member === undefined ? null : `${member}.optional.null`;
}

/** A cell of the coverage table, without counts. */
export interface CoveragePlace {
  readonly member: Member;
  readonly constraint: ConstraintKind | "optional";
  readonly input: CoverageInput;
  readonly decided: boolean;
  readonly unreachable?: string;
}

/** Cells on which the document contradicts itself, by the unspecified behaviour that such a request probes. */
const unspecifiedCells: Readonly<Record<string, string>> = {
  "Qualifier.empty": "Qualifier.minLength.too-short",
  "Principal.line-break": "Principal.pattern.near-miss",
};

const unspecifiedCellNames: ReadonlySet<string> = new Set(Object.values(unspecifiedCells));

export function cellName({ member, constraint, input }: CoveragePlace): string {
  return `${member}.${constraint}.${input}`;
}

/** Every cell of each member: valid values of each constraint, and values that violate it. */
export const grid: readonly CoveragePlace[] = members.flatMap((member) => [
  ...presence(member),
  ...(["type", "minLength", "maxLength", "pattern"] as const)
    .filter((kind) => constraintOf(member)[kind] !== undefined)
    .flatMap((kind) => [place(member, kind, "valid"), place(member, kind, violatingInputs[kind])]),
]);

function presence(member: Member): readonly CoveragePlace[] {
  const { required, in: where } = constraintOf(member);
  const constraint = required ? "required" : "optional";
  const cells = [place(member, constraint, "valid"), place(member, constraint, "missing")];
  // Only JSON has null. The document does not say whether an optional member may be null.
  if (where !== "body") return cells;
  return [...cells, { member, constraint, input: "null", decided: required }];
}

function place(member: Member, constraint: CoveragePlace["constraint"], input: CoverageInput): CoveragePlace {
  const cell: CoveragePlace = { member, constraint, input, decided: true };
  if (unspecifiedCellNames.has(cellName(cell))) return { ...cell, decided: false };
  // An empty name violates the minimum length, which has a rule of its own.
  if (input === "valid" || cellName(cell) === "FunctionName.minLength.too-short") return cell;
  const reason = new Map(Object.entries(unjudgeable)).get(`${member}.${constraint}`);
  return reason === undefined ? cell : { ...cell, unreachable: reason };
}
