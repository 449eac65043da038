import { pointOf } from "../oracle/judge.ts";
import type { Addition, Observation } from "../oracle/observe.ts";
import type { Judgement } from "../oracle/rule.ts";
import type { CoverageCell } from "../reports/report.ts";
import { judgeAcceptance } from "../rules/acceptance.ts";
import { rules } from "../rules/index.ts";
import { type Member, members } from "../spec/constraint.ts";
import { within } from "../spec/error-place.ts";
import { cellName, grid, openCells } from "./coverage-grid.ts";

/** Counts what was sent for each constraint and how it ended; work an observation is constant. */
export interface Coverage {
  hear(of: Observation): void;
  cells(): readonly CoverageCell[];
}

interface Count {
  accepted: number;
  refused: number;
  refusedOther: number;
  unsettled: number;
}

type JudgeOne = (of: Addition, column: "document") => Judgement | null;

const judges: ReadonlyMap<string, JudgeOne> = new Map(
  rules.flatMap(({ id, trigger }) => {
    if (trigger.on !== "objection") return [];
    const judge: JudgeOne = (of, column) => within({ rule: id }, () => trigger.judge(of, column));
    return [[trigger.objection, judge] as const];
  }),
);

/** Makes an empty one. */
export function coverage(): Coverage {
  const counts = new Map<string, Count>();
  for (const cell of grid)
    counts.set(cellName(cell), { accepted: 0, refused: 0, refusedOther: 0, unsettled: 0 });
  const valid = cellsOf(counts, ({ input }) => input === "valid");
  const absent = cellsOf(counts, ({ constraint, input }) => constraint === "optional" && input === "missing");
  const hearAddition = (of: Addition): void => {
    const point = pointOf(of);
    if (point === null) return;
    if (point.kind === "valid") {
      const ending = validEnding(of);
      if (ending === null) return;
      for (const member of members) {
        for (const count of (isPresent(of, member) ? valid : absent).get(member) ?? []) count[ending] += 1;
      }
      return;
    }
    const name = point.kind === "open" ? openCell(point.question, of) : faultCell(point.objection, of);
    const count = counts.get(name ?? "");
    if (count !== undefined) count[endingOf(of, point)] += 1;
  };
  return {
    hear: (of) => {
      if (of.kind === "addition") hearAddition(of);
    },
    cells: () =>
      grid.map((cell) => ({
        ...cell,
        ...(counts.get(cellName(cell)) ?? { accepted: 0, refused: 0, refusedOther: 0, unsettled: 0 }),
      })),
  };
}

function cellsOf(
  counts: ReadonlyMap<string, Count>,
  wanted: (cell: (typeof grid)[number]) => boolean,
): ReadonlyMap<Member, readonly Count[]> {
  const chosen = grid.filter(wanted);
  const own = (member: Member) => chosen.filter((cell) => cell.member === member);
  return new Map(
    members.map((member) => [member, own(member).flatMap((cell) => counts.get(cellName(cell)) ?? [])]),
  );
}

function isPresent({ call, reading }: Addition, member: Member): boolean {
  if (member === "FunctionName") return true;
  if (member === "Qualifier") return /[?&]Qualifier=/.test(call.target);
  return reading.body.members?.[member] !== undefined;
}

/** A valid request refused for what the document allows, such as the policy's size, says nothing of its values. */
function validEnding(of: Addition): keyof Count | null {
  if (of.result.kind === "added") return "accepted";
  if (of.result.kind === "unsettled") return "unsettled";
  if (of.situation.features.includes("RevisionId.current")) return null;
  return judgeAcceptance(of, [])?.verdict === "violated" ? "refusedOther" : null;
}

function endingOf(
  of: Addition,
  point: { readonly kind: "open" } | { readonly kind: "objection"; readonly objection: string },
): keyof Count {
  if (of.result.kind === "added") return "accepted";
  if (of.result.kind === "unsettled") return "unsettled";
  if (point.kind === "open") return of.result.status < 500 ? "refused" : "refusedOther";
  return judges.get(point.objection)?.(of, "document")?.verdict === "holds" ? "refused" : "refusedOther";
}

const inputs: Readonly<Record<string, string>> = {
  type: "wrong-type",
  minLength: "too-short",
  maxLength: "too-long",
  pattern: "near-miss",
};

function faultCell(objection: string, { reading }: Addition): string | null {
  if (objection === "FunctionName.empty") return "FunctionName.minLength.too-short";
  const [member = "", kind = ""] = objection.split(".");
  if (kind === "required") {
    const input = reading.body.members?.[member] === null ? "null" : "missing";
    return `${objection}.${input}`;
  }
  const input = inputs[kind];
  return input === undefined ? null : `${member}.${kind}.${input}`;
}

function openCell(question: string, { reading }: Addition): string | null {
  if (question !== "body.null-member") return openCells[question] ?? null;
  const member = members.find((name) => reading.body.members?.[name] === null);
  return member === undefined ? null : `${member}.optional.null`;
}
