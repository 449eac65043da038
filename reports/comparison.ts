import { shapeOf } from "./known.ts";
import type { Column, Outcome, Report, RuleReport } from "./report.ts";
import { counts } from "./verdict.ts";

/** What two runs differ in. `worse` is what a gate fails on. */
export interface Comparison {
  readonly column: Column;
  readonly before: ReportHeading;
  readonly after: ReportHeading;
  /** Now holds and did not before. */
  readonly better: readonly Change[];
  /** Now broken and was not, or held and is no longer shown to hold: also because it was left out on request. */
  readonly worse: readonly Change[];
  /** Broken in both, in another shape. */
  readonly changed: readonly Change[];
  /** Was broken or undecided and is now undecided: the second run does not tell. */
  readonly undecided: readonly Change[];
  /** Rules that only the second report knows. */
  readonly added: readonly Change[];
  /** Rules that only the first report judged, and that either did not hold there or were not left out on request. */
  readonly gone: readonly Change[];
  /** How many rules stand as before. */
  readonly same: number;
}

/** Which run a column of a comparison stands for. */
export interface ReportHeading {
  readonly target: string;
  readonly endpoint: string;
  readonly tool: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly incomplete: boolean;
}

/** One rule that differs: its outcome in each report, null where it is missing, and the shape of each violation. */
export interface Change {
  readonly id: string;
  readonly title: string;
  readonly was: Outcome | null;
  readonly is: Outcome | null;
  readonly wasShape: string | null;
  readonly isShape: string | null;
}

/** Sets a later run beside an earlier one, rule by rule, in one column and by the rules that count there. Known violations count as violations. */
export function compare(before: Report, after: Report, column: Column): Comparison {
  const [first = [], second = []] = countingIn([before, after], column);
  const earlier = new Map(first.map((rule) => [rule.id, rule]));
  const later = new Set(second.map((rule) => rule.id));
  const pairs = [
    ...second.map((rule) => change(earlier.get(rule.id), rule, column)),
    ...first.filter((rule) => !later.has(rule.id)).map((rule) => change(rule, undefined, column)),
  ];
  // Without this mark, a rule that is missing is one that this version of the tool does not have.
  const chosen = after.only?.rules !== undefined;
  const kinds = pairs.map((pair) => ({ pair, kind: kindOf(pair, chosen) }));
  const of = (kind: Kind) => kinds.filter((one) => one.kind === kind).map((one) => one.pair);
  return {
    column,
    before: headingOf(before),
    after: headingOf(after),
    better: of("better"),
    worse: of("worse"),
    changed: of("changed"),
    undecided: of("undecided"),
    added: of("added"),
    gone: of("gone"),
    same: of("same").length,
  };
}

/** The rules of each report that count in the column. What one report says to be of another column only is left out of all. */
function countingIn(reports: readonly Report[], column: Column): readonly (readonly RuleReport[])[] {
  const elsewhere = new Set(
    reports
      .flatMap(({ rules }) => rules)
      .filter(({ columns }) => columns?.includes(column) === false)
      .map(({ id }) => id),
  );
  return reports.map(({ rules }) => rules.filter((rule) => counts(rule, column) && !elsewhere.has(rule.id)));
}

/** What identifies a run to a reader. */
function headingOf(report: Report): ReportHeading {
  return {
    target: report.target.name,
    endpoint: report.target.endpoint,
    tool: `${report.tool.name} ${report.tool.version}`,
    seed: report.seed,
    startedAt: report.startedAt,
    incomplete: report.incomplete,
  };
}

function change(was: RuleReport | undefined, is: RuleReport | undefined, column: Column): Change {
  const shape = (rule: RuleReport | undefined) =>
    rule?.verdicts[column] === "violated" ? shapeOf(rule) : null;
  return {
    id: is?.id ?? was?.id ?? "",
    title: is?.title ?? was?.title ?? "",
    was: was?.verdicts[column] ?? null,
    is: is?.verdicts[column] ?? null,
    wasShape: shape(was),
    isShape: shape(is),
  };
}

type Kind = "better" | "worse" | "changed" | "undecided" | "added" | "gone" | "same";

function kindOf({ was, is, wasShape, isShape }: Change, chosen: boolean): Kind {
  if (was === null) return "added";
  if (is === null) return chosen && was === "holds" ? "worse" : "gone";
  if (was === is) return wasShape === isShape ? "same" : "changed";
  if (is === "violated" || was === "holds") return "worse";
  // Only evidence makes a rule better: what is no longer tried is not repaired.
  return is === "holds" ? "better" : "undecided";
}

/** Many runs side by side, rule by rule, in one column. */
export interface Matrix {
  readonly column: Column;
  /** One a report; equal target names are numbered. */
  readonly targets: readonly ReportHeading[];
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

function numbered(headings: readonly ReportHeading[]): readonly ReportHeading[] {
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
