import { codeSpan, escapeMarkdown } from "../escape.ts";
import type { Change, Comparison, Heading } from "./comparison.ts";
import { type Cell, countOf, type Matrix, outcomes } from "./matrix.ts";
import { conclusion, sections, side } from "./text.ts";

/** Two runs set side by side, for a job summary or a pull request. */
export function compareMarkdown(comparison: Comparison): string {
  const { before, after } = comparison;
  const parts = [
    `## Comparison of two runs (${comparison.column})`,
    conclusion(comparison),
    `- before: ${describe(before)}\n- after: ${describe(after)}`,
    ...sections(comparison).flatMap(([name, changes]) =>
      changes.length === 0 ? [] : [`### ${name} (${changes.length})`, changeTable(changes)],
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

function describe(heading: Heading): string {
  const cut = heading.incomplete ? ", **incomplete**" : "";
  return `${codeSpan(heading.target)}, ${escapeMarkdown(heading.startedAt)}, seed ${heading.seed}, ${escapeMarkdown(heading.tool)}${cut}`;
}

function changeTable(changes: readonly Change[]): string {
  const rows = changes.map(
    (change) =>
      `| ${codeSpan(change.id)}<br>${escapeMarkdown(change.title)} | ${escapeMarkdown(side(change.was, change.wasShape) ?? "–")} | ${escapeMarkdown(side(change.is, change.isShape) ?? "not judged")} |`,
  );
  return ["| Rule | Before | After |", "| --- | --- | --- |", ...rows].join("\n");
}

const marks: Readonly<Record<Cell["outcome"], string>> = {
  violated: "❌",
  known: "🟣 known",
  inconclusive: "❔ inconclusive",
  unexercised: "➖ unexercised",
  holds: "✅",
  absent: " ",
};

/** Many runs set side by side; rules on which the targets differ come first. */
export function matrixMarkdown(table: Matrix): string {
  const names = table.targets.map((target) => codeSpan(target.target));
  const rows = [...table.rows.filter((row) => row.differs), ...table.rows.filter((row) => !row.differs)];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const differing = table.rows.filter((row) => row.differs).length;
  return [
    `## Rules by target (${table.column})`,
    "",
    `${differing} of ${table.rows.length} rules differ between the targets; they come first.`,
    "",
    line(["Rule", ...names]),
    line(["---", ...names.map(() => "---")]),
    ...rows.map((row) => line([codeSpan(row.id), ...row.cells.map(mark)])),
    ...outcomes
      .filter((outcome) => outcome !== "absent")
      .map((outcome) =>
        line([`**${outcome}**`, ...names.map((_, index) => String(countOf(table, index, outcome)))]),
      ),
    "",
  ].join("\n");
}

function mark({ outcome, shape }: Cell): string {
  return shape === null ? marks[outcome] : `${marks[outcome]} ${escapeMarkdown(shape)}`;
}
