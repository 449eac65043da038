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

/** Status of a cell: as documented, against the document, unspecified, unanswered, not sent, or impossible to send. */
export type CellStatus = "kept" | "broken" | "open" | "unsettled" | "empty" | "unreachable";

/** One member with its cells in the order of the columns; null where the document demands nothing. */
export interface CoverageRow {
  readonly member: string;
  readonly cells: readonly (CoverageCell | null)[];
}

/**
 * The table, one row for each member. Each input except `valid` tests exactly one constraint. A valid value meets every
 * constraint, so the first `valid` cell of a member is enough.
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

/** Number of requests that were sent for a cell. */
function sentFor({ accepted, refused, refusedOther, unsettled }: CoverageCell): number {
  return accepted + refused + refusedOther + unsettled;
}

/** The status of a cell, from its counts. */
export function cellStatus(cell: CoverageCell): CellStatus {
  if (sentFor(cell) === 0) return cell.unreachable === undefined ? "empty" : "unreachable";
  if (cell.refusedOther > 0 || wrongAnswers(cell) > 0) return "broken";
  if (!cell.decided) return "open";
  return cell.accepted + cell.refused === 0 ? "unsettled" : "kept";
}

/** The answers for a cell, in words: "12 refused, 1 accepted". */
export function cellWords(cell: CoverageCell): readonly string[] {
  const { accepted, refused, refusedOther, unsettled } = cell;
  const words = [
    [accepted, "accepted"],
    [refused, "refused"],
    [refusedOther, "refused for another reason"],
    [unsettled, "without a result"],
  ] as const;
  return words.filter(([times]) => times > 0).map(([times, word]) => `${times} ${word}`);
}

/** Number of wrong answers: a fault was accepted, or a valid value was refused. */
function wrongAnswers({ input, constraint, decided, accepted, refused }: CoverageCell): number {
  if (!decided) return 0;
  return input === "valid" || (input === "missing" && constraint === "optional") ? refused : accepted;
}

/** The histories and checks, planned and executed, as one sentence; null for a report without them. */
export function coverageSentence({ coverage, rules }: Report): string | null {
  if (coverage === undefined) return null;
  const { histories } = coverage;
  const counted = rules.flatMap(({ checks }) => checks ?? []);
  const executed = counted.reduce((sum, checks) => sum + checks.executed, 0);
  const expected = counted.reduce((sum, checks) => sum + checks.expected, 0);
  const executedHistories = `${histories.played} of ${histories.planned} planned histories were executed`;
  const whole =
    counted.length === 0
      ? `${executedHistories}.`
      : `${executedHistories}, and ${executed} of ${expected} expected checks gave a verdict.`;
  const { notEmptied = 0 } = histories;
  return notEmptied === 0
    ? whole
    : `${whole} ${notEmptied} of them needed an empty function but started on one that could not be reset, so their candidates were confirmed on new functions only.`;
}

/** The coverage table, with one row for each member. */
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
  const legend = "Number of requests. No sign: answered as documented. ?: unspecified. !: see below.";
  return [fold("Requests by member and input", [table, paragraph(legend), ...list(notes)])];
}

function figure(cell: CoverageCell | null): string {
  if (cell === null || cellStatus(cell) === "unreachable") return "–";
  const signs = { kept: "", broken: "!", open: "?", unsettled: "!", empty: "!", unreachable: "" } as const;
  return `${sentFor(cell)}${signs[cellStatus(cell)]}`;
}

/** The answers for a cell whose number has a sign. */
function note(member: string, cell: CoverageCell | null): readonly Text[] {
  if (cell === null || ["kept", "unreachable"].includes(cellStatus(cell))) return [];
  const words = cellWords(cell);
  const sign = cellStatus(cell) === "open" ? "?" : "!";
  const said = words.length === 0 ? "not sent" : words.join(", ");
  return [[`${sign} `, { code: member }, ` ${cell.input}: ${said}`]];
}
