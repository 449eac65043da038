import { shapeOf } from "../known.ts";
import type { Column, Outcome, Report, RuleReport } from "../report.ts";
import { countingIn, type Heading, headingOf } from "./comparison.ts";

/** Many runs side by side, rule by rule, in one column. */
export interface Matrix {
  readonly column: Column;
  /** One a report; equal target names are numbered. */
  readonly targets: readonly Heading[];
  readonly rows: readonly MatrixRow[];
}

/** One rule against every target. */
export interface MatrixRow {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  /** True when the targets do not all stand alike. */
  readonly differs: boolean;
}

/** How one rule stands at one target; `absent` when that report does not know the rule. */
export interface Cell {
  readonly outcome: Outcome | "known" | "absent";
  /** The shape of the violation, where there is one. */
  readonly shape: string | null;
}

/** Sets many reports side by side; the rules that count in the column come in the order in which they are first met. */
export function matrix(reports: readonly Report[], column: Column): Matrix {
  const counting = countingIn(reports, column);
  const tables = counting.map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  const titles = new Map<string, string>();
  for (const rule of counting.flat()) {
    if (!titles.has(rule.id)) titles.set(rule.id, rule.title);
  }
  return {
    column,
    targets: numbered(reports.map(headingOf)),
    rows: [...titles].map(([id, title]) => {
      const cells = tables.map((table) => cellOf(table.get(id), column));
      return { id, title, cells, differs: new Set(cells.map((cell) => JSON.stringify(cell))).size > 1 };
    }),
  };
}

function cellOf(rule: RuleReport | undefined, column: Column): Cell {
  if (rule === undefined) return { outcome: "absent", shape: null };
  const outcome = rule.verdicts[column];
  if (outcome !== "violated") return { outcome, shape: null };
  return { outcome: rule.known ? "known" : "violated", shape: shapeOf(rule) };
}

function numbered(headings: readonly Heading[]): readonly Heading[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const number = (seen.get(heading.target) ?? 0) + 1;
    seen.set(heading.target, number);
    return number === 1 ? heading : { ...heading, target: `${heading.target} (${number})` };
  });
}

/** How many rows have this outcome at the target with this index. */
export function countOf(table: Matrix, target: number, outcome: Cell["outcome"]): number {
  return table.rows.filter((row) => row.cells[target]?.outcome === outcome).length;
}

/** Every outcome a cell can have, worst first. */
export const outcomes = [
  "violated",
  "known",
  "inconclusive",
  "unexercised",
  "holds",
  "absent",
] as const satisfies readonly Cell["outcome"][];
