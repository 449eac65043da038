import { grouped } from "../spec/collections.ts";
import {
  type Block,
  type Document,
  type Fact,
  fold,
  type Mark,
  paragraph,
  type Table,
  type Text,
} from "./blocks.ts";
import {
  type Cell,
  type Change,
  type ComparedCause,
  type Comparison,
  countOf,
  type Matrix,
  outcomes,
  type ReportHeading,
} from "./comparison.ts";
import { isNone, kindsText } from "./deviation.ts";
import { printMarkdown } from "./print-markdown.ts";
import { printTerminal } from "./print-terminal.ts";
import type { Kinds } from "./report.ts";
import { count } from "./verdict.ts";

/** The width is fixed because users often redirect the output of `compare` to a file. */
const terminal = { columns: 80, color: false, verbose: true } as const;

/** The comparison of two runs for a terminal of 80 columns. */
export function compareText(comparison: Comparison): string {
  return printTerminal(comparisonDocument(comparison), terminal);
}

/** The comparison of two runs for a job summary or a pull request. */
export function compareMarkdown(comparison: Comparison): string {
  return printMarkdown(comparisonDocument(comparison));
}

/** The comparison of many runs for a terminal of 80 columns. Targets that do not fit go into further tables. */
export function matrixText(table: Matrix): string {
  return printTerminal(matrixDocument(table), terminal);
}

/** The comparison of many runs for a job summary or a pull request. */
export function matrixMarkdown(table: Matrix): string {
  return printMarkdown(matrixDocument(table));
}

/** The parts of a comparison with their names, worst first. */
const parts = [
  ["worse", "Worse"],
  ["wider", "Violated by more kinds of input"],
  ["changed", "Violated in another way"],
  ["narrower", "Violated by fewer kinds of input"],
  ["better", "Better"],
  ["undecided", "No longer decided"],
  ["added", "New rules"],
  ["gone", "No longer judged"],
] as const satisfies readonly (readonly [keyof Comparison, string])[];

function comparisonDocument(comparison: Comparison): Document {
  const { before, after, column, worse, wider, narrower, better, changed, same, causes } = comparison;
  const isWorse = worse.length + wider.length > 0;
  const verdict = isWorse ? "The second run is worse." : "Nothing got worse.";
  const numbers = [
    `${worse.length} worse`,
    ...(wider.length === 0 ? [] : [`${wider.length} violated by more kinds of input`]),
    `${changed.length} violated in another way`,
    ...(narrower.length === 0 ? [] : [`${narrower.length} violated by fewer kinds of input`]),
    `${better.length} better`,
    `${same} unchanged`,
  ].join(", ");
  return {
    title: `Comparison of two runs (${column})`,
    facts: [run("before", before), run("after", after)],
    body: parts.flatMap(([name, title]) => part(title, comparison[name], causes ?? [])),
    totals: [],
    conclusion: {
      text: `${verdict} Rules: ${numbers}.${causes === null ? "" : causesSentence(causes)}`,
      mark: isWorse ? "bad" : "good",
    },
    source: "the reports",
  };
}

function run(name: string, { target, startedAt, seed, tool, incomplete }: ReportHeading): Fact {
  const rest = `, ${startedAt}, seed ${seed}, ${tool}`;
  return [name, [{ code: target }, rest, ...(incomplete ? [", ", { strong: "incomplete" }] : [])]];
}

function causesSentence(causes: readonly ComparedCause[]): string {
  const states = causes.map(stateOf);
  const numbers = Object.entries(stateWords).map(
    ([state, words]) => `${states.filter((one) => one === state).length} ${words}`,
  );
  return ` Causes: ${numbers.join(", ")}.`;
}

const stateWords = {
  new: "new",
  gone: "gone",
  other: "with other rules",
  same: "with the same rules",
} as const;

function stateOf({ was, is }: ComparedCause): keyof typeof stateWords {
  if (was.length === 0) return "new";
  if (is.length === 0) return "gone";
  return [...was].sort().join() === [...is].sort().join() ? "same" : "other";
}

/** The changes of one kind, by the causes that their rules have in the two runs. */
function part(title: string, changes: readonly Change[], causes: readonly ComparedCause[]): readonly Block[] {
  if (changes.length === 0) return [];
  const of = (change: Change | undefined, run: "was" | "is") =>
    causes.find((cause) => change !== undefined && cause[run].includes(change.id));
  const place = (cause: ComparedCause | undefined) =>
    cause === undefined ? causes.length : causes.indexOf(cause);
  const groups = grouped(changes, (one) => `${place(of(one, "is"))} ${place(of(one, "was"))}`)
    .map(([, own]) => ({ own, was: of(own[0], "was"), is: of(own[0], "is") }))
    .toSorted((a, b) => place(a.is ?? a.was) - place(b.is ?? b.was));
  return [
    { kind: "heading", text: `${title} (${changes.length})` },
    ...groups.flatMap(({ own, was, is }) => {
      const shown = is ?? was;
      if (shown === undefined) return [changesTable(own, true)];
      const before = is !== undefined && was !== undefined && was !== is ? was : null;
      return [
        fold(
          [{ code: shown.id }, `  ${shown.title}`],
          [paragraph(causeText(shown, before)), changesTable(own, false)],
        ),
      ];
    }),
  ];
}

/** What became of a cause, and the other cause that its rules had before. */
function causeText(cause: ComparedCause, before: ComparedCause | null): Text {
  const { was, is } = cause;
  const rules = (ids: readonly string[]) => count(ids.length, "rule");
  const state = {
    new: `new cause, ${rules(is)}`,
    gone: `cause is gone, ${rules(was)} before`,
    other: `same cause with other rules: ${rules(was)} before, ${rules(is)} after`,
    same: `same cause with the same ${rules(is)}`,
  }[stateOf(cause)];
  return before === null ? state : [state, "; before: ", { code: before.id }];
}

/** The table of some changes; without the claims of the rules where a cause says them. */
function changesTable(changes: readonly Change[], isWithClaims: boolean): Table {
  const rows = changes.map(({ id, title: claim, was, wasShape, is, isShape, isOther, ...kinds }) => [
    [{ code: id }],
    isOther || isNone(kinds.narrower) ? side(was, wasShape) : only(kinds.narrower),
    isOther || isNone(kinds.wider) ? side(is, isShape) : only(kinds.wider),
    ...(isWithClaims ? [claim] : []),
  ]);
  const head = ["rule", "before", "after", ...(isWithClaims ? ["claim"] : [])];
  return { kind: "table", head, rows, tooWide: "stack" };
}

/** One side of a change: "violated, 201", or "not judged" when the report does not contain the rule. */
function side(outcome: string | null, shape: string | null): Text {
  if (outcome === null) return "not judged";
  return shape === null ? outcome : [`${outcome}, `, { code: shape }];
}

/** The kinds of input that only one side shows. */
function only(kinds: Kinds): Text {
  return ["violated, also by ", { code: kindsText(kinds) }];
}

const marks: Readonly<Record<Exclude<Cell["outcome"], "absent">, Mark>> = {
  violated: "bad",
  known: "tolerated",
  inconclusive: "unsure",
  unexercised: "idle",
  holds: "good",
};

/** Rules on which the targets differ come first. */
function matrixDocument(matrix: Matrix): Document {
  const { column, targets, rows } = matrix;
  const differing = rows.filter(({ differs }) => differs);
  const names = targets.map(({ target }): Text => [{ code: target }]);
  const ordered = [...differing, ...rows.filter(({ differs }) => !differs)];
  const table: Table = {
    kind: "table",
    head: ["rule", ...names],
    rows: ordered.map(({ id, cells }) => [[{ code: id }], ...cells.map(cellText)]),
    tooWide: "split",
  };
  const counted = outcomes.filter((outcome) => outcome !== "absent");
  const totals: Table = {
    kind: "table",
    head: ["rules", ...names],
    rows: counted.map((outcome) => [
      [{ mark: marks[outcome] }, ` ${outcome}`],
      ...targets.map((_, index) => `${countOf(matrix, index, outcome)}`),
    ]),
    numbers: true,
    tooWide: "split",
  };
  const legend =
    "A violated rule shows the answer. An empty cell means that the report does not contain the rule.";
  return {
    title: `Rules by target (${column})`,
    // Equal names say nothing; time and seed do.
    facts: targets.filter(({ target }) => /^\d+: /.test(target)).map((one) => run("report", one)),
    body: [table, paragraph(legend)],
    totals: [totals],
    conclusion: {
      text: `The targets differ in ${differing.length} of ${count(rows.length, "rule")}, which are listed first.`,
    },
    source: "the reports",
  };
}

function cellText({ outcome, shape }: Cell): Text {
  if (outcome === "absent") return "";
  return shape === null ? [{ mark: marks[outcome] }] : [{ mark: marks[outcome] }, " ", { code: shape }];
}
