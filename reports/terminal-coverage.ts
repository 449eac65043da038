import {
  cellStanding,
  cellWords,
  coverageInputs,
  coverageRows,
  coverageSentence,
  sentFor,
} from "./coverage.ts";
import { escapeTerminal } from "./escape.ts";
import type { CoverageCell, Report } from "./report.ts";
import { type Page, prose } from "./terminal-page.ts";

/** What was exercised: one line, and with --verbose a table of members and inputs. */
export function coverageBlock(report: Report, page: Page): readonly string[] {
  const sentence = coverageSentence(report);
  if (sentence === null || report.coverage === undefined) return [];
  const line = prose("coverage  ", sentence, page);
  if (!page.verbose) return line;
  const rows = coverageRows(report.coverage);
  const width = Math.max(...rows.map(({ member }) => member.length), 0) + 2;
  const odd = rows.flatMap(({ member, cells }) => cells.flatMap((cell) => note(member, cell)));
  const columns = (cells: readonly string[]) =>
    cells.map((cell, at) => cell.padStart((coverageInputs[at]?.[1].length ?? 0) + 2)).join("");
  return [
    ...line,
    page.paint("dim", `  ${" ".repeat(width)}${columns(coverageInputs.map(([, heading]) => heading))}`),
    ...rows.map(
      ({ member, cells }) => `  ${escapeTerminal(member).padEnd(width)}${columns(cells.map(figure))}`,
    ),
    ...odd.flatMap((text) => prose("  ! ", text, page)),
  ];
}

function figure(cell: CoverageCell | null): string {
  if (cell === null || cellStanding(cell) === "unreachable") return "–";
  const marks = { kept: "", broken: "!", open: "?", unsettled: "!", empty: "!", unreachable: "" } as const;
  return `${sentFor(cell)}${marks[cellStanding(cell)]}`;
}

/** What a mark stands for; a question mark is what the document leaves open. */
function note(member: string, cell: CoverageCell | null): readonly string[] {
  if (cell === null || ["kept", "open", "unreachable"].includes(cellStanding(cell))) return [];
  const words = cellWords(cell);
  return [`${member} ${cell.input}: ${words.length === 0 ? "never sent" : words.join(", ")}`];
}
