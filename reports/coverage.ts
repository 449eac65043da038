import { type Block, fold, list, paragraph, type Table, type Text } from "./blocks.ts";
import type { CoverageCell, CoverageInput, CoverageReport, Report } from "./report.ts";

/** Inputs in the order of the table's columns, each with its heading; every one but `valid` breaks one constraint. */
export const coverageInputs: readonly (readonly [input: CoverageInput, heading: string])[] = [
  ["valid", "valid"],
  ["missing", "missing"],
  ["null", "null"],
  ["wrong-type", "wrong type"],
  ["too-short", "too short"],
  ["too-long", "too long"],
  ["near-miss", "near-miss"],
];

/** How a cell stands: as the document says, against it, left open by it, without an answer, never sent, or out of reach. */
export type CellStanding = "kept" | "broken" | "open" | "unsettled" | "empty" | "unreachable";

/** One member with its cells in the order of the columns; null where the document demands nothing. */
export interface CoverageRow {
  readonly member: string;
  readonly cells: readonly (CoverageCell | null)[];
}

/**
 * The table, a row for each member. Each input but `valid` stands for exactly one constraint, so that a member and an
 * input name a cell; a valid value is valid for all of them, and the first speaks for the others.
 */
export function coverageRows({ cells }: CoverageReport): readonly CoverageRow[] {
  const names = [...new Set(cells.map(({ member }) => member))];
  return names.map((member) => {
    const own = cells.filter((cell) => cell.member === member);
    return {
      member,
      cells: coverageInputs.map(([input]) => own.find((cell) => cell.input === input) ?? null),
    };
  });
}

/** Requests that a cell stands for. */
function sentFor({ accepted, refused, refusedOther, unsettled }: CoverageCell): number {
  return accepted + refused + refusedOther + unsettled;
}

/** How a cell stands. */
export function cellStanding(cell: CoverageCell): CellStanding {
  if (sentFor(cell) === 0) return cell.unreachable === undefined ? "empty" : "unreachable";
  if (cell.refusedOther > 0 || wrongly(cell) > 0) return "broken";
  if (!cell.decided) return "open";
  return cell.accepted + cell.refused === 0 ? "unsettled" : "kept";
}

/** What came back for a cell, in words: "12 refused, 1 accepted". */
export function cellWords(cell: CoverageCell): readonly string[] {
  const { accepted, refused, refusedOther, unsettled } = cell;
  const words = [
    [accepted, "accepted"],
    [refused, "refused"],
    [refusedOther, "refused otherwise"],
    [unsettled, "unsettled"],
  ] as const;
  return words.filter(([times]) => times > 0).map(([times, word]) => `${times} ${word}`);
}

/** Answers of the wrong kind: a fault accepted, a valid value refused. */
function wrongly({ input, constraint, decided, accepted, refused }: CoverageCell): number {
  if (!decided) return 0;
  return input === "valid" || (input === "missing" && constraint === "optional") ? refused : accepted;
}

/** Figures about the whole: histories and checks, expected and executed; null for a report without them. */
function coverageFigures(report: Report): {
  readonly histories: CoverageReport["histories"];
  readonly checks: { readonly expected: number; readonly executed: number } | null;
} | null {
  const { coverage, rules } = report;
  if (coverage === undefined) return null;
  const counted = rules.flatMap(({ checks }) => (checks === undefined ? [] : [checks]));
  const sum = (pick: (of: (typeof counted)[number]) => number) =>
    counted.reduce((total, checks) => total + pick(checks), 0);
  const checks =
    counted.length === 0
      ? null
      : { expected: sum(({ expected }) => expected), executed: sum(({ executed }) => executed) };
  return { histories: coverage.histories, checks };
}

/** The figures as one sentence. */
export function coverageSentence(report: Report): string | null {
  const figures = coverageFigures(report);
  if (figures === null) return null;
  const { histories, checks } = figures;
  const played = `${histories.played} of ${histories.planned} planned histories were executed`;
  const whole =
    checks === null
      ? `${played}.`
      : `${played}, and ${checks.executed} of ${checks.expected} expected checks came to a verdict.`;
  const { notEmptied = 0 } = histories;
  return notEmptied === 0
    ? whole
    : `${whole} ${notEmptied} of them needed an empty function and began on one that could not be emptied: what they showed was confirmed on new functions or not at all.`;
}

/** One row a member: a lone number went as the document says. */
export function coverageBlocks({ coverage: report }: Report): readonly Block[] {
  if (report === undefined) return [];
  const rows = coverageRows(report);
  const table: Table = {
    kind: "table",
    head: ["member", ...coverageInputs.map(([, name]) => name)],
    rows: rows.map(({ member, cells }) => [[{ code: member }], ...cells.map(figure)]),
    numbers: true,
    tooWide: "split",
  };
  const notes = rows.flatMap(({ member, cells }) => cells.flatMap((cell) => note(member, cell)));
  const legend =
    "Requests sent. A lone number: answered as the document says. ?: the document leaves it open. !: below.";
  return [fold("Requests by member and input", [table, paragraph(legend), ...list(notes)])];
}

function figure(cell: CoverageCell | null): string {
  if (cell === null || cellStanding(cell) === "unreachable") return "–";
  const signs = { kept: "", broken: "!", open: "?", unsettled: "!", empty: "!", unreachable: "" } as const;
  return `${sentFor(cell)}${signs[cellStanding(cell)]}`;
}

/** What came back where a lone number does not say it. */
function note(member: string, cell: CoverageCell | null): readonly Text[] {
  if (cell === null || ["kept", "unreachable"].includes(cellStanding(cell))) return [];
  const words = cellWords(cell);
  const sign = cellStanding(cell) === "open" ? "?" : "!";
  const said = words.length === 0 ? "never sent" : words.join(", ");
  return [[`${sign} `, { code: member }, ` ${cell.input}: ${said}`]];
}
