import { escapeTerminal } from "../escape.ts";
import type { Change, Comparison, Heading } from "./comparison.ts";
import { type Cell, countOf, type Matrix, outcomes } from "./matrix.ts";

const width = 80;

/** Two runs set side by side for a terminal of 80 columns, free of control characters. */
export function compareText(comparison: Comparison): string {
  const { before, after, column } = comparison;
  const lines = [
    ...wrap(`Comparison in the ${column} column`, "", ""),
    ...wrap(`before: ${describe(before)}`, "  ", "          "),
    ...wrap(`after:  ${describe(after)}`, "  ", "          "),
    "",
  ];
  for (const [name, changes] of sections(comparison)) {
    if (changes.length === 0) continue;
    lines.push(`${name} (${changes.length})`);
    for (const change of changes) {
      lines.push(...wrap(escapeTerminal(change.id), "  ", "    "));
      lines.push(
        ...wrap(
          `${side(change.was, change.wasShape) ?? "-"} -> ${side(change.is, change.isShape) ?? "not judged"}`,
          "      ",
          "      ",
        ),
      );
    }
    lines.push("");
  }
  lines.push(...wrap(conclusion(comparison), "", ""));
  return `${lines.join("\n")}\n`;
}

/** The parts of a comparison with their names, worst first. */
export function sections(comparison: Comparison): readonly (readonly [string, readonly Change[]])[] {
  return [
    ["Worse", comparison.worse],
    ["Changed shape", comparison.changed],
    ["Better", comparison.better],
    ["No longer decided", comparison.undecided],
    ["New rules", comparison.added],
    ["Not judged any more", comparison.gone],
  ];
}

/** One sentence on a comparison. */
export function conclusion(comparison: Comparison): string {
  const { worse, better, changed, same } = comparison;
  const verdict = worse.length > 0 ? "The second run is worse." : "Nothing got worse.";
  return `${verdict} ${worse.length} worse, ${changed.length} in another shape, ${better.length} better, ${same} as before.`;
}

/** One side of a change: "violated, 201"; null where the report does not judge the rule. */
export function side(outcome: string | null, shape: string | null): string | null {
  if (outcome === null) return null;
  return shape === null ? outcome : `${outcome}, ${escapeTerminal(shape)}`;
}

function describe(heading: Heading): string {
  const cut = heading.incomplete ? ", incomplete" : "";
  return escapeTerminal(
    `${heading.target}, ${heading.startedAt}, seed ${heading.seed}, ${heading.tool}${cut}`,
  );
}

const marks: Readonly<Record<Cell["outcome"], string>> = {
  violated: "FAIL",
  known: "known",
  inconclusive: "?",
  unexercised: "-",
  holds: "ok",
  absent: "",
};

const first = 42;
const cell = 12;
const perTable = Math.floor((width - first) / cell);

/** Many runs set side by side for a terminal of 80 columns; targets that do not fit go into further tables. */
export function matrixText(table: Matrix): string {
  const blocks: string[] = [];
  for (let start = 0; start < table.targets.length; start += perTable) {
    const targets = table.targets.slice(start, start + perTable);
    const head = row(
      "rule",
      targets.map((target) => escapeTerminal(target.target)),
    );
    const body = table.rows.map((one) =>
      row(escapeTerminal(one.id), one.cells.slice(start, start + perTable).map(mark)),
    );
    const foot = outcomes
      .filter((outcome) => outcome !== "absent")
      .map((outcome) =>
        row(
          outcome,
          targets.map((_, index) => String(countOf(table, start + index, outcome))),
        ),
      );
    blocks.push([head, rule(targets.length), ...body, rule(targets.length), ...foot].join("\n"));
  }
  const legend = `Column: ${table.column}. ok holds, FAIL violated (with its status), ? inconclusive, - unexercised, blank: not in that report.`;
  return `${[...blocks, wrap(legend, "", "").join("\n")].join("\n\n")}\n`;
}

function mark({ outcome, shape }: Cell): string {
  const status = shape === null ? "" : ` ${/^\d{3}/.exec(shape)?.[0] ?? "none"}`;
  return `${marks[outcome]}${status}`;
}

function rule(targets: number): string {
  return "-".repeat(first + targets * cell - 1);
}

function row(head: string, cells: readonly string[]): string {
  return [fitted(head, first - 1), ...cells.map((text) => fitted(text, cell - 1))].join(" ").trimEnd();
}

function fitted(text: string, size: number): string {
  const characters = [...text];
  return characters.length > size
    ? `${characters.slice(0, size - 1).join("")}…`
    : text + " ".repeat(size - characters.length);
}

function wrap(text: string, indent: string, further: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ").flatMap((long) => long.match(/.{1,60}/gu) ?? [""])) {
    if (line.trim() !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = further;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
