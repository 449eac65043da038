import { describe, expect, it } from "vitest";
import {
  type Block,
  type Document,
  fold,
  heading,
  list,
  type Mark,
  paragraph,
  type Table,
} from "../reports/blocks.ts";
import { printMarkdown } from "../reports/print-markdown.ts";
import { printTerminal, width } from "../reports/print-terminal.ts";
import { hostile } from "./sample-report.ts";

const marks: readonly Mark[] = ["good", "bad", "differs", "tolerated", "unsure", "idle", "aside", "problem"];

function table(rest: Partial<Table>): Table {
  const rows = ["first", hostile].map(
    (name) => [[{ code: name }], "12", "345", [{ mark: "bad" }, " 500"]] as const,
  );
  return { kind: "table", head: ["name", "some", "more", "most"], rows, tooWide: "stack", ...rest };
}

/** A document that has nothing to do with a run, with one of every block. */
function documentOf(body: readonly Block[]): Document {
  return {
    title: "A title",
    facts: [
      ["one", "1"],
      ["longer", [{ code: hostile }]],
    ],
    body,
    totals: [],
    conclusion: { text: "The end.", mark: "good" },
    source: "all.json",
  };
}

const everything = documentOf([
  heading(`About ${hostile}`),
  ...marks.map((mark) => paragraph([{ strong: mark }, ` ${hostile}`], mark)),
  ...list(["::error::x", [{ code: hostile }], hostile]),
  table({ overview: true, rows: [["only in the overview"]] }),
  table({ numbers: true }),
  table({ tooWide: "split" }),
  fold(hostile, [{ kind: "quote", lines: [{ label: "1. ", text: hostile.repeat(3) }] }], "bad"),
]);

const plain = { columns: 80, color: false } as const;

describe("A document", () => {
  it.each([20, 40, 80, 120])("fits a terminal of %d columns", (columns) => {
    const lines = printTerminal(everything, { ...plain, columns }).split("\n");
    expect(lines.filter((line) => width(line) > columns)).toEqual([]);
  });

  it("has no character that acts on a terminal, and no line that is a command to a CI runner", () => {
    const text = printTerminal(everything, { ...plain, verbose: true });
    expect(text).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
    );
    const commands = printTerminal(documentOf([paragraph("::error::x"), fold("::add-mask::y", [])]), plain);
    for (const shown of [text, commands]) expect(shown).not.toMatch(/^\s*::|##\[/m);
  });

  it("has no markup in Markdown but its own", () => {
    const outside = printMarkdown(everything).replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
    const tags = new Set([...outside.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name));
    expect([...tags].sort()).toEqual(["code", "details", "summary"]);
  });

  it("ends with its conclusion on a terminal and begins with it in Markdown", () => {
    expect(printTerminal(everything, plain)).toMatch(/\nThe end\.\n$/);
    expect(printMarkdown(everything)).toMatch(/^## A title\n\n✅ \*\*The end\.\*\*\n/);
  });

  it("shows an overview only where folds are closed", () => {
    expect(printTerminal(everything, plain)).not.toContain("only in the overview");
    expect(printMarkdown(everything)).toContain("only in the overview");
  });

  it("is cut in Markdown at whole blocks, and says where the rest is", () => {
    const long = documentOf(Array.from({ length: 50 }, () => fold("one", [paragraph("x".repeat(400))])));
    const text = printMarkdown(long, 5000);
    expect(Buffer.byteLength(text)).toBeLessThan(5000);
    expect(text).toContain("See all.json.");
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

describe("A table on a terminal", () => {
  const wide: Table = {
    kind: "table",
    head: ["name", "a".repeat(20), "b".repeat(20)],
    rows: [["first", "1", "2"]],
    tooWide: "stack",
  };

  it("has its columns one under the other where they fit, numbers to the right", () => {
    const text = printTerminal(documentOf([{ ...wide, numbers: true }]), plain);
    expect(text).toContain(
      `\nname   ${"a".repeat(20)}  ${"b".repeat(20)}\nfirst                     1                     2\n`,
    );
  });

  it("has one cell below the other where they do not", () => {
    const text = printTerminal(documentOf([wide]), { ...plain, columns: 40 });
    expect(text).toContain(`\n  first\n      ${"a".repeat(20)}  1\n      ${"b".repeat(20)}  2\n`);
  });

  it("is split into tables with the same rows, where that is wanted", () => {
    const text = printTerminal(documentOf([{ ...wide, tooWide: "split" }]), { ...plain, columns: 40 });
    expect(text).toContain(`\nname   ${"a".repeat(20)}\nfirst  1\n\nname   ${"b".repeat(20)}\nfirst  2\n`);
  });
});
