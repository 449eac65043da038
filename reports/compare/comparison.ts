import { shapeOf } from "../known.ts";
import type { Column, Outcome, Report, RuleReport } from "../report.ts";
import { counts } from "../verdict.ts";

/** What two runs differ in. `worse` is what a gate fails on. */
export interface Comparison {
  readonly column: Column;
  readonly before: Heading;
  readonly after: Heading;
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
export interface Heading {
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
export function countingIn(reports: readonly Report[], column: Column): readonly (readonly RuleReport[])[] {
  const elsewhere = new Set(
    reports
      .flatMap(({ rules }) => rules)
      .filter(({ columns }) => columns?.includes(column) === false)
      .map(({ id }) => id),
  );
  return reports.map(({ rules }) => rules.filter((rule) => counts(rule, column) && !elsewhere.has(rule.id)));
}

/** What identifies a run to a reader. */
export function headingOf(report: Report): Heading {
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
