import { compareDeviations, deviationOf, isNone, shapeOf } from "./deviation.ts";
import { causesIn } from "./read-report.ts";
import type { Column, Kinds, Outcome, Report, RuleReport } from "./report.ts";
import { counts } from "./verdict.ts";

/** The differences of two runs. A gate fails when `worse` or `wider` is not empty. */
export interface Comparison {
  readonly column: Column;
  readonly before: ReportHeading;
  readonly after: ReportHeading;
  /** Rules that hold in the second run only. */
  readonly better: readonly Change[];
  /** Rules that are newly violated, or that held and have no such verdict now, also because the user excluded them. */
  readonly worse: readonly Change[];
  /** Rules that are violated in both runs, in the second by more kinds of input. */
  readonly wider: readonly Change[];
  /** Rules that are violated in both runs, in the second by fewer kinds of input. */
  readonly narrower: readonly Change[];
  /** Rules that are violated in both runs, with different answers. */
  readonly changed: readonly Change[];
  /** Rules that did not hold in the first run and have no verdict in the second. */
  readonly undecided: readonly Change[];
  /** Rules that only the second report contains. */
  readonly added: readonly Change[];
  /** Rules that only the first report contains, unless they held there and the user excluded them. */
  readonly gone: readonly Change[];
  /** Number of rules with an equal verdict. */
  readonly same: number;
  /** The causes of both runs, the gravest of the second first; null if a report has violations without causes. */
  readonly causes: readonly ComparedCause[] | null;
}

/** One cause of violations in two runs, with the rules that it violates in each; none where the run has no such cause. */
export interface ComparedCause {
  readonly id: string;
  readonly title: string;
  readonly was: readonly string[];
  readonly is: readonly string[];
}

/** Identifies the run that a column of a comparison shows. */
export interface ReportHeading {
  readonly target: string;
  readonly endpoint: string;
  readonly tool: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly incomplete: boolean;
}

/** One rule that differs: its outcome in each report, null when the report omits it, and the shape of each violation. */
export interface Change {
  readonly id: string;
  readonly title: string;
  readonly was: Outcome | null;
  readonly is: Outcome | null;
  readonly wasShape: string | null;
  readonly isShape: string | null;
  /** True if it is violated in both, and no answer is the same. */
  readonly isOther: boolean;
  /** Of a rule that is violated in both: the kinds of input that only the second run, or only the first, shows. */
  readonly wider: Kinds;
  readonly narrower: Kinds;
}

/** Compares two runs rule by rule in one column. Only rules that count there are compared; known violations are violations. */
export function compare(before: Report, after: Report, column: Column): Comparison {
  const [first = [], second = []] = countingIn([before, after], column);
  const earlier = new Map(first.map((rule) => [rule.id, rule]));
  const later = new Set(second.map((rule) => rule.id));
  // A report has the kinds of its own column only.
  const isWithKinds = before.profile === column && after.profile === column;
  const pairs = [
    ...second.map((rule) => change(earlier.get(rule.id), rule, column, isWithKinds)),
    ...first
      .filter((rule) => !later.has(rule.id))
      .map((rule) => change(rule, undefined, column, isWithKinds)),
  ];
  // Without `only.rules`, a missing rule does not exist in that version of the tool.
  const chosen = after.only?.rules !== undefined;
  const kinds = pairs.map((pair) => ({ pair, kind: kindOf(pair, chosen) }));
  const of = (kind: ChangeKind) => kinds.filter((one) => one.kind === kind).map((one) => one.pair);
  return {
    column,
    before: headingOf(before),
    after: headingOf(after),
    better: of("better"),
    worse: of("worse"),
    wider: of("wider"),
    narrower: of("narrower"),
    changed: of("changed"),
    undecided: of("undecided"),
    added: of("added"),
    gone: of("gone"),
    same: of("same").length,
    causes: compareCauses([before, after], [first, second], column),
  };
}

/** The causes in each report, with the rules that count in the column and are violated there. */
function compareCauses(
  reports: readonly [Report, Report],
  counting: readonly [readonly RuleReport[], readonly RuleReport[]],
  column: Column,
): Comparison["causes"] {
  const [was, is] = reports.map((report, index) => {
    const own = (counting[index] ?? []).filter((rule) => rule.verdicts[column] === "violated");
    if (report.causes === undefined && own.length > 0) return null;
    return causesIn(report).flatMap(({ id, title, rules }) => {
      const violated = own.filter((rule) => rules.includes(rule.id));
      const [only, ...more] = violated;
      if (only === undefined) return [];
      // As in the report: a cause with one rule has the claim of that rule.
      return [{ id, title: more.length === 0 ? only.title : title, rules: violated.map((rule) => rule.id) }];
    });
  });
  if (was == null || is == null) return null;
  const all = new Map([...is, ...was].map((cause) => [cause.id, cause]));
  const rulesIn = (causes: typeof is, id: string) => causes.find((cause) => cause.id === id)?.rules ?? [];
  return [...all.values()].map(({ id, title }) => ({
    id,
    title: is.find((cause) => cause.id === id)?.title ?? title,
    was: rulesIn(was, id),
    is: rulesIn(is, id),
  }));
}

/** The rules of each report that count in the column. A rule that one report excludes from the column is excluded from all. */
function countingIn(reports: readonly Report[], column: Column): readonly (readonly RuleReport[])[] {
  const elsewhere = new Set(
    reports
      .flatMap(({ rules }) => rules)
      .filter(({ columns }) => columns?.includes(column) === false)
      .map(({ id }) => id),
  );
  return reports.map(({ rules }) => rules.filter((rule) => counts(rule, column) && !elsewhere.has(rule.id)));
}

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

function change(
  was: RuleReport | undefined,
  is: RuleReport | undefined,
  column: Column,
  isWithKinds: boolean,
): Change {
  const isViolated = (rule: RuleReport | undefined): rule is RuleReport =>
    rule?.verdicts[column] === "violated";
  const shape = (rule: RuleReport | undefined) => (isViolated(rule) ? shapeOf(rule) : null);
  const deviation = ({ kinds, ...rule }: RuleReport) =>
    deviationOf(isWithKinds && kinds !== undefined ? { ...rule, kinds } : rule);
  const between = isViolated(was) && isViolated(is) ? compareDeviations(deviation(was), deviation(is)) : null;
  return {
    id: is?.id ?? was?.id ?? "",
    title: is?.title ?? was?.title ?? "",
    was: was?.verdicts[column] ?? null,
    is: is?.verdicts[column] ?? null,
    wasShape: between?.changed?.was ?? shape(was),
    isShape: between?.changed?.is ?? shape(is),
    isOther: between?.changed != null,
    wider: between?.wider ?? {},
    narrower: between?.narrower ?? {},
  };
}

type ChangeKind =
  | "better"
  | "worse"
  | "wider"
  | "narrower"
  | "changed"
  | "undecided"
  | "added"
  | "gone"
  | "same";

function kindOf({ was, is, isOther, wider, narrower }: Change, chosen: boolean): ChangeKind {
  if (was === null) return "added";
  if (is === null) return chosen && was === "holds" ? "worse" : "gone";
  if (was === is) {
    if (isOther) return "changed";
    if (!isNone(wider)) return "wider";
    return isNone(narrower) ? "same" : "narrower";
  }
  if (is === "violated" || was === "holds") return "worse";
  // A rule that is no longer exercised is not better.
  return is === "holds" ? "better" : "undecided";
}

/** A table of rules by runs, in one column. */
export interface Matrix {
  readonly column: Column;
  /** One for each report; equal target names are numbered. */
  readonly targets: readonly ReportHeading[];
  readonly rows: readonly MatrixRow[];
}

/** One rule against every target. */
export interface MatrixRow {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  /** True when the cells are not all equal. */
  readonly differs: boolean;
}

/** The outcome of one rule at one target; `absent` when the report does not contain the rule. */
export interface Cell {
  readonly outcome: Outcome | "known" | "absent";
  /** The shape of the violation; null without one. */
  readonly shape: string | null;
}

/** Tabulates many reports. Rules that count in the column are listed in the order of their first occurrence. */
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

/** Numbers equal names at their beginning, which no column cuts off. */
function numbered(headings: readonly ReportHeading[]): readonly ReportHeading[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const { target } = heading;
    const number = (seen.get(target) ?? 0) + 1;
    seen.set(target, number);
    const isOnly = headings.filter((other) => other.target === target).length === 1;
    return isOnly ? heading : { ...heading, target: `${number}: ${target}` };
  });
}

/** Number of rows with this outcome at the target with this index. */
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
